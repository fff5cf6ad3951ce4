/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * needle.h - bytes that every wanted record holds.
 *
 * A user's id or a part of a path stands in a record as it is written. Where
 * these bytes are nowhere in a piece of a trail, no record there can be wanted,
 * and none has to be looked into. For criteria.c and judge.c alone.
 */
#ifndef SELECT_NEEDLE_H
#define SELECT_NEEDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define NEEDLE_MAX	64u	/* bytes; a part of it will do as well */
#define NEEDLE_MIN	2u	/* a single one is nearly everywhere */
#define NEEDLES_MAX	8u	/* more are slower than looking inside */

struct needle {
	uint8_t	 bytes[NEEDLE_MAX];
	size_t	 n;
	size_t	 one, two;	/* places of the bytes to look for */
	bool	 chosen;	/* by what stands in the trail */
	bool	 rare;		/* the first of them is hardly there */
};

/* One of these has to be there. None of them: nobody knows what has to. */
struct needles {
	struct needle	 v[NEEDLES_MAX];
	size_t		 n;
};

/*
 * Take these N instead, if they are better than those taken before: longer,
 * zeros not counted. Too short ones, or too many, are no help.
 */
void	needles_offer(struct needles *, const struct slice *, size_t n);

/* A way through bytes, from its beginning to its end. */
struct search {
	struct needles	*needles;
	const uint8_t	*end;
	const uint8_t	*at[NEEDLES_MAX];	/* found last; NULL: none yet */
};

/* Is one of them between P, not before those asked for last, and UNTIL? */
bool	search_within(struct search *, const uint8_t *p, const uint8_t *until);

#endif
