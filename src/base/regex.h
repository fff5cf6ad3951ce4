/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * regex.h - regular expressions, read into a tree.
 *
 * The syntax is that of PCRE2 without options, bytes for bytes, and only the
 * part of it that is regular: whether it matches can then be told in one pass.
 * A pattern with anything else in it, or anything that is not certainly
 * understood as PCRE2 does, is refused; PCRE2 has it then. What it captures and
 * where it matches is not kept: only whether it does.
 */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H

#include "base/arena.h"
#include "base/regtree.h"
#include "base/slice.h"

#define REGEX_NEST_MAX	50u		/* groups within groups */
#define REGEX_SIZE_MAX	4096u		/* see regtree_size() */

/* A row with nothing in it is allowed. NULL: refused. All is in the arena. */
struct regex	*regex_read(struct arena *, struct slice pattern);

/*
 * One that matches wherever the pattern does, and perhaps elsewhere: what is
 * looked around for is taken to be there, a reference may be to anything, and
 * what PCRE2 would not give back again is given back. Refused is what else is
 * not regular: recursion, conditions, verbs.
 */
struct regex	*regex_read_wider(struct arena *, struct slice pattern);

#endif
