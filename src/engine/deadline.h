/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deadline.h - what becomes true at a time, the earliest first.
 *
 * A heap in pieces, so that it grows without being copied. Each deadline
 * belongs to a partial match, which is told where its own stands, so that it
 * can be taken out.
 */
#ifndef ENGINE_DEADLINE_H
#define ENGINE_DEADLINE_H

#include <stdint.h>

#include "base/pool.h"

struct deadline {
	int64_t		 end;		/* milliseconds since 1970 */
	uint64_t	 start;		/* of equal ends the newest first */
	uint64_t	 kept_at;	/* the record to show, see kept.c */
	uint32_t	 rule;		/* then the first defined */
	uint32_t	 partial;
};

struct deadlines {
	struct pool	 heap;		/* by place, from 1 */
	uint32_t	 n;
	/* Deadline AT, from 1, is that of PARTIAL now. */
	void		(*moved)(void *arg, uint32_t partial, uint32_t at);
	void		*arg;
};

/* One that is all zeros but for `moved` and `arg` is empty. */
void	deadlines_fini(struct deadlines *);

/* The earliest; there must be one. */
static inline const struct deadline *
deadlines_first(const struct deadlines *d)
{
	return pool_at(&d->heap, 1);
}

/* The one that stands at this place, from 1. */
static inline const struct deadline *
deadlines_at(const struct deadlines *d, uint32_t at)
{
	return pool_at(&d->heap, at);
}

void	deadlines_add(struct deadlines *, const struct deadline *);

/* Take out the one that stands at this place, from 1. It is told nothing. */
void	deadlines_remove(struct deadlines *, uint32_t at);

#endif
