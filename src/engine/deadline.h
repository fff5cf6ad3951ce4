/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deadline.h - what becomes true at a time, the earliest first.
 *
 * Nearly always the newest deadline is the last one, too, of those who wait as
 * long: so there are a few lists, each ascending, and a heap for what fits at
 * the end of none. All are in pieces, and grow without being copied. Each
 * deadline belongs to the partial match of a group for a state, which knows
 * where its own stands, so that it can be taken out.
 */
#ifndef ENGINE_DEADLINE_H
#define ENGINE_DEADLINE_H

#include <stdint.h>

#include "base/pool.h"

#define DEADLINE_NTH	((UINT64_C(1) << 48) - 1) /* that fit */

/* 40 bytes. */
struct deadline {
	int64_t		 end;		/* milliseconds since 1970 */
	uint64_t	 start;		/* of equal ends the newest first */
	uint64_t	 kept_at;	/* the record to show, see kept.c */
	uint64_t	 nth : 48;	/* of a rule the first that waited */
	uint64_t	 state : 16;
	uint32_t	 rule;		/* before that the first defined */
	uint32_t	 group;
};

#define DEADLINE_LISTS	4u		/* so many kinds of waiting are quick */
#define DEADLINE_LISTED	(1u << 31)	/* of a place: it is not in the heap */

struct deadlines {
	struct pool	 heap;		/* by place, from 1 */
	struct pool	 listed;	/* those in lists */
	struct deadline_list {
		uint32_t first, last;
	}		 lists[DEADLINE_LISTS];
	uint32_t	 n;		/* of both */
	uint32_t	 nheap;
	uint32_t	 first;		/* place of the earliest */
	/* This one has moved, to AT. */
	void		(*moved)(void *arg, const struct deadline *,
			    uint32_t at);
	void		*arg;
};

/* One that is all zeros but for `moved` and `arg` is empty. */
void	 deadlines_fini(struct deadlines *);

/* The one that stands at this place, which is not 0. */
static inline const struct deadline *
deadlines_at(const struct deadlines *d, uint32_t at)
{
	return (at & DEADLINE_LISTED) != 0 ?
	    pool_at(&d->listed, at - DEADLINE_LISTED) : pool_at(&d->heap, at);
}

/* The earliest; there must be one. */
static inline const struct deadline *
deadlines_first(const struct deadlines *d)
{
	return deadlines_at(d, d->first);
}

/* Returns where it stands, which is not 0; others may move. */
uint32_t deadlines_add(struct deadlines *, const struct deadline *);

/* Take out the one that stands at this place. */
void	 deadlines_remove(struct deadlines *, uint32_t at);

#endif
