/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * junit.h - results of tests as JUnit XML, which build servers read.
 *
 * A suite is a rule file, a case a test in it. Whatever is in names and
 * messages, the XML is well-formed: control bytes and what is not UTF-8 are
 * shown as \xHH, as everywhere.
 */
#ifndef RUN_JUNIT_H
#define RUN_JUNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

struct junit;

struct junit_case {
	struct slice	 name;		/* of the rule */
	const char	*file;
	uint32_t	 line;
	bool		 failed;
	struct slice	 why;		/* lines */
	int64_t		 micros;	/* that it took */
};

struct junit	*junit_new(void);

/* A suite, to which all cases belong up to the next one. Text is copied. */
void		 junit_suite(struct junit *, const char *file);
void		 junit_case(struct junit *, const struct junit_case *);

/* No test of the suite could be run; WHY is what was said of it. */
void		 junit_broken(struct junit *, struct slice why);

/* Append the whole document, and free it. */
void		 junit_end(struct junit *, struct buf *);

#endif
