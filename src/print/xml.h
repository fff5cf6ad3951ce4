/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xml.h - records as the XML of praudit(1).
 *
 * text.c prints it (`xml` of its style); here is what the elements look like.
 * Whatever the records hold, what comes out is well-formed, and plain ASCII.
 */
#ifndef PRINT_XML_H
#define PRINT_XML_H

#include "print/hop.h"
#include "print/textform.h"

#define XML_PROLOG "<?xml version='1.0' ?>\n<audit>\n"
#define XML_FOOTER "</audit>\n"

/* Fill the steps and prefixes of a plan whose fields have the forms FORMS. */
void	 xml_plan(const struct layout *, const enum form *forms,
	    struct plan *);

/* Append bytes so that they can stand in an element or in an attribute. */
void	 xml_escape(struct buf *, struct slice);

/* Not 0 when one of eight bytes may not stand as it is; may err that way. */
static inline uint64_t
xml_odd(uint64_t w)
{
	const uint64_t	 quotes = (w & HOP_ONES * 0xfa) ^ HOP_ONES * 0x22;
	const uint64_t	 angles = (w & HOP_ONES * 0xfd) ^ HOP_ONES * 0x3c;
	const uint64_t	 slashes = w ^ HOP_ONES * '\\';
	const uint64_t	 controls = w & HOP_ONES * 0xe0;

	return hop_zero(quotes) | hop_zero(angles) | hop_zero(slashes) |
	    hop_zero(controls) |
	    ((w | ((w & ~HOP_TOPS) + HOP_ONES)) & HOP_TOPS);
}

#endif
