/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backtrack.h - one regular expression, run by PCRE2 within limits.
 */
#ifndef BASE_BACKTRACK_H
#define BASE_BACKTRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct backtrack;		/* what all expressions share */
struct backtrack_code;		/* one of them */

/* Which bytes a text holds; to be noted once for all expressions. */
struct backtrack_text {
	struct slice	 text;
	bool		 seen[257];	/* the last one is always true */
};

struct backtrack	*backtrack_new(void);
void			 backtrack_free(struct backtrack *); /* NULL allowed */

/*
 * NULL when the pattern is wrong, with *err_at the offset in it (bytes) and in
 * WHY the library's message, cut to WHY_N bytes with its NUL.
 */
struct backtrack_code	*backtrack_compile(struct backtrack *,
			    struct slice pattern, size_t *err_at, char *why,
			    size_t why_n);
/*
 * Make it ready to be run, which else is done when it is run first: the library
 * may ask for memory that can be executed.
 */
void			 backtrack_ready(struct backtrack_code *);
/* From now on none does that; those that are not ready are slower. */
void			 backtrack_seal(struct backtrack *);
void			 backtrack_code_free(struct backtrack_code *);

void			 backtrack_note(struct backtrack_text *, struct slice);

/* Can it match at all, as far as a glance can tell? */
bool			 backtrack_may(struct backtrack_code *,
			    const struct backtrack_text *);

/*
 * 1: found, 0: not; or PATTERNS_ELIMIT (patterns.h). The text is one of several
 * of WHOLE bytes together, which may use no more than one of that size.
 */
int			 backtrack_run(struct backtrack *,
			    struct backtrack_code *, struct slice,
			    size_t whole);

#endif
