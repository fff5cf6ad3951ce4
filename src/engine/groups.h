/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * groups.h - how the store of partial matches lies in memory, for partial.c and
 * regroup.c alone.
 */
#ifndef ENGINE_GROUPS_H
#define ENGINE_GROUPS_H

#include "base/hash.h"
#include "base/pool.h"
#include "base/slots.h"
#include "engine/fold.h"
#include "engine/partial.h"

#define GROUP_LEVELS	16u		/* lists; later states share the last */
#define GROUPS_MAX	((1u << 24) - 2) /* the index is quick up to there */
#define GROUP_FREE	GROUP_RULES_MAX	/* rule of a group not in use */
#define MAY_LEAST	10u		/* bits of a key that tell where, */
#define MAY_MOST	(64 - GROUP_KEY_SHIFT) /* in 8 bytes each */

/* What only some groups have: a root its combinations, these their values. */
struct kin {
	uint32_t	 older, newer;	/* of a root: the oldest, the newest */
	uint32_t	 bound;		/* held; 0: this is a root's */
	union {
		uint32_t n;		/* combinations */
		uint32_t root;
	};
};

struct partials {
	struct pool	 groups, kins, all;
	struct pool	 hashes;	/* by group, where they are wanted */
	struct slots	*index;
	struct bounds	*bounds;
	struct folds	 folds;
	bool		 want_hashes;
	struct hash_key	 seed;
	uint32_t	 live;		/* groups that hold something */
	uint32_t	 oldest[GROUP_LEVELS], newest[GROUP_LEVELS];
	uint32_t	*queue;		/* groups to be folded: a circle */
	size_t		 queue_cap;	/* a power of two */
	size_t		 from, nqueue;
	uint32_t	 open;		/* so many of them stay open */
	/*
	 * Which rules may have something for a key, by bits of both: now, and
	 * from the next walk on, when those that are gone are forgotten.
	 */
	uint64_t	*may, *will;
	unsigned	 may_bits, will_bits;
};

static inline unsigned
group_level(const struct group *g)
{
	return g->top < GROUP_LEVELS ? (unsigned)g->top : GROUP_LEVELS - 1;
}

static inline unsigned
group_top(unsigned state)
{
	return state < GROUP_TOP_MAX ? state : GROUP_TOP_MAX;
}

/* Where a combination stands in the index. */
static inline uint64_t
groups_bound_id(const struct partials *s, uint64_t root, uint64_t hash)
{
	return hash_word(&s->seed, root ^ hash_word(&s->seed, hash));
}

/* A group that lives is noted where its key tells. */
static inline void
groups_may(uint64_t *where, unsigned bits, const struct group *g)
{
	where[g->id >> (64 - bits)] |= UINT64_C(1) << g->rule % GROUP_RULES;
}

/* It will be folded, after those that are queued. */
void		 groups_queue(struct partials *, uint32_t number);

/* It holds nothing any more: it leaves those that are equally far. */
void		 groups_unlink(struct partials *, uint32_t number);

/* Its number is free. The index does not know it any more. */
void		 groups_give(struct partials *, uint32_t number);

#endif
