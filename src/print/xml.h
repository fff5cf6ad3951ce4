/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xml.h - records as the XML of praudit(1).
 *
 * text.c prints it (`xml` of its style); here is what the elements look like.
 * Whatever the records hold, what comes out is well-formed, and plain ASCII.
 */
#ifndef PRINT_XML_H
#define PRINT_XML_H

#include "print/lanes.h"
#include "print/textform.h"

#define XML_PROLOG "<?xml version='1.0' ?>\n<audit>\n"
#define XML_FOOTER "</audit>\n"

/* Fill the steps and prefixes of a plan whose fields have the forms FORMS. */
void	 xml_plan(const struct layout *, const enum form *forms,
	    struct plan *);

/* Append bytes so that they can stand in an element or in an attribute. */
void	 xml_escape(struct buf *, struct slice);

/* Which bytes may not stand as they are; and tabs and newlines, which may. */
static inline lanes
xml_odd(lanes v)
{
	return (lanes)(v - ' ' > '~' - ' ') | lanes_are(v, '&') |
	    lanes_are(v, '<') | lanes_are(v, '>') | lanes_are(v, '"') |
	    lanes_are(v, '\'') | lanes_are(v, '\\');
}

#endif
