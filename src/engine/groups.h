/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * groups.h - how the store of partial matches lies in memory, for partial.c,
 * groups.c and regroup.c alone.
 */
#ifndef ENGINE_GROUPS_H
#define ENGINE_GROUPS_H

#include <stddef.h>

#include "base/hash.h"
#include "base/pool.h"
#include "base/slots.h"
#include "engine/fold.h"
#include "engine/partial.h"

#define GROUP_LEVELS	16u		/* lists; later states share the last */
#define GROUPS_MAX	((1u << 24) - 2) /* the index is quick up to there */
#define MAY_LEAST	10u		/* bits of a key that tell where, */
#define MAY_MOST	(64 - GROUP_KEY_SHIFT) /* in 8 bytes each */

/* What only some groups have: a root its combinations, these their values. */
struct kin {
	union {
		struct {		/* of a root: the oldest, the newest */
			uint32_t older, newer;
		};
		uint64_t apart;		/* alone: its id if it were not */
	};
	uint32_t	 bound;		/* held; 0: this is a root's */
	union {
		uint32_t n;		/* combinations */
		uint32_t root;		/* 0: it is alone */
	};
};

struct partials {
	struct partials_head head;
	struct pool	 kins;
	struct pool	 hashes;	/* by group, where they are wanted */
	struct slots	*index;
	struct bounds	*bounds;
	struct folds	 folds;
	bool		 want_hashes;
	struct hash_key	 seed;
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
	/* Or exactly which. */
	struct waits	*waits;		/* NULL: by `may` */
	const struct waiter *waiters;	/* by rule */
};

_Static_assert(offsetof(struct partials, head) == 0, "see partial.h");

static inline struct group *
group(const struct partials *s, uint32_t number)
{
	return pool_item(&s->head.groups, number, sizeof(struct group));
}

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

/* What salts the keys of a rule, if somebody is to know which rules wait. */
static inline uint64_t
groups_salt(const struct partials *s, uint32_t rule)
{
	return s->waits == NULL ? 0 : s->waiters[rule].salt;
}

/* Where a combination of the key stands in the index, unless it is alone. */
static inline uint64_t
groups_bound_id(const struct partials *s, uint64_t key, uint32_t rule,
    uint64_t hash)
{
	const uint64_t	 salt = groups_salt(s, rule);

	return partials_what(s, key ^ salt, hash) ^ salt;
}

/* A group lives from now on. */
void		 groups_live(struct partials *, uint32_t number);

/* It will be folded, after those that are queued. */
void		 groups_queue(struct partials *, uint32_t number);

/* It holds nothing any more: it leaves those that are equally far. */
void		 groups_unlink(struct partials *, uint32_t number);

/* Its number is free. The index does not know it any more. */
void		 groups_give(struct partials *, uint32_t number);

#endif
