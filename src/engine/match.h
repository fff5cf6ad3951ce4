/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * match.h - is a value in a set of the second edition?
 *
 * Whatever the set's type and size, the time is at most linear in the value,
 * but for regular expressions, which have limits of their own, and for that
 * part of an address or number that is a logarithm of the set.
 */
#ifndef ENGINE_MATCH_H
#define ENGINE_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bsm/names.h"
#include "engine/value.h"
#include "rule/program.h"

struct matches;

#define MATCHES_ELIMIT	(-1)	/* a pattern was given up at its limit */

/* For all sets that predicates name. The program must outlive it. */
struct matches	*matches_new(const struct program *);
void		 matches_free(struct matches *);	/* NULL is allowed */

/* See patterns_ready(). */
void		 matches_ready(struct matches *, bool jit);

/*
 * Is the value in the set that this predicate names? 1, 0 or MATCHES_ELIMIT.
 * WHOLE: bytes of all values that the predicate looks at in this record. A
 * value of a kind that the set does not have is not in it.
 */
int		 matches_has(struct matches *, const struct predicate *,
		    enum dialect, const struct value *, size_t whole);

#endif
