/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * partial.h - the store of partial matches.
 *
 * A group is all that one rule has for one key and one combination of bound
 * values. Most keys have one group: it is the root of its key, whatever it
 * binds. Of several the root is the one with nothing bound, made if need be,
 * and knows the others, from the oldest combination to the newest. A group is
 * found by hash in one look; in it, each state has one partial match and, where
 * it counts records, one count.
 *
 * The partial matches of nearly all groups are beginnings of one chain of
 * records. Such a group is folded some time after it was last touched, and one
 * that has just begun, or counted its first record, at once (see fold.h): it
 * takes little room then, and is opened again when it is asked for what it has.
 *
 * Plain data, no pointers: numbers into pools, 0 being nothing. The store knows
 * nothing of time or rules; what a partial match holds besides is dropped by
 * whoever removes it.
 */
#ifndef ENGINE_PARTIAL_H
#define ENGINE_PARTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "engine/bound.h"
#include "engine/past.h"

struct partials;
struct tallies;

#define COMBINATIONS_MAX 1000u		/* of bound values, for each key */
#define GROUP_RULES_MAX	((1u << 24) - 1)
#define GROUP_TOP_MAX	255u		/* states above are not told apart */

#define PARTIAL_MADE	((UINT64_C(1) << 46) - 1) /* ordinals that fit */
#define PARTIAL_OPEN	256u		/* groups that are not folded yet */

/* How a group lies there. */
enum folded {
	FOLDED_NOT,			/* it is open */
	FOLDED_CHAIN,			/* of records, one for each state */
	FOLDED_ABSENCE,			/* a chain, at whose end one waits for
					 * that */
	FOLDED_COUNT			/* of one record, by the first state */
};

/* 56 bytes: there may be a million. What is only of one that is folded: f_. */
struct group {
	uint64_t	 id;		/* hash of rule, key and values */
	uint64_t	 rule : 24;
	uint64_t	 f_start : 40;	/* of its origin */
	uint64_t	 f_offset : 48;
	uint64_t	 f_source : 16;
	uint64_t	 f_millis : 43;	/* the time of the first record */
	uint64_t	 f_low : 7;	/* it waits for the states from here */
	uint64_t	 top : 8;	/* to here; the furthest of any group */
	uint64_t	 f_quality : 2;
	uint64_t	 f_all : 1;
	uint64_t	 folded : 2;	/* enum folded */
	uint64_t	 queued : 1;	/* to be folded */
	uint32_t	 f_epoch : 31;
	uint32_t	 f_bare : 1;	/* nobody asks for its past */
	uint32_t	 older, newer;	/* of those equally far */
	uint32_t	 kin;		/* its bound values, and of whom */
	union {
		struct {
			uint32_t first;	/* of its partial matches, by `next`; */
					/* of a chain: of its later records */
			union {
				uint32_t f_late; /* `epoch` of them, */
				uint32_t f_deadline; /* or of the furthest */
			};
		};
		uint64_t f_value;	/* of a count, with `distinct` */
	};
};

/* 40 bytes. */
struct partial {
	uint64_t	 made : 46;	/* ordinal of the record it is of */
	uint64_t	 state : 16;	/* waited for; counted; from 0 */
	uint64_t	 counts : 1;
	uint64_t	 in_tally : 1;	/* it came out of one, see below */
	int64_t		 last_ms;	/* the time of that record */
	uint32_t	 group;		/* 0: not in use */
	uint32_t	 next;		/* of the same group */
	uint32_t	 origin;
	union {
		uint32_t past;
		uint32_t tally;		/* of a count; of what came out of
					 * one whose past is still there */
	};
	uint32_t	 deadline;	/* see deadlines_at(); or 0 */
	uint32_t	 epoch;		/* of last_ms, from 1; 0: not asked */
};

#define GROUP_FREE	GROUP_RULES_MAX	/* rule of a group not in use */

/* What a store begins with; the rest of it is in groups.h. */
struct partials_head {
	struct pool	 groups, all;
	uint32_t	 live;		/* groups that hold something */
	uint64_t	 added;		/* ever, from 1 on */
};

/* OPEN: so many groups stay open; 0: PARTIAL_OPEN. The others are borrowed. */
struct partials	*partials_new(struct bounds *, struct pasts *,
		    struct tallies *, uint32_t open);
void		 partials_free(struct partials *);	/* NULL is allowed */

/* Groups that hold something. */
static inline uint32_t
partials_count(const struct partials *s)
{
	return ((const struct partials_head *)s)->live;
}

/* Fold what was not touched of late; what was borrowed is gone. */
void		 partials_settle(struct partials *);

/* Borrowed: they stay where they are until they are removed. */
static inline struct partial *
partial_at(const struct partials *s, uint32_t number)
{
	return pool_item(&((const struct partials_head *)s)->all, number,
	    sizeof(struct partial));
}

static inline const struct group *
group_at(const struct partials *s, uint32_t number)
{
	return pool_item(&((const struct partials_head *)s)->groups, number,
	    sizeof(struct group));
}

/*
 * The root of a key, by the hash of rule and key; 0 when nothing lives. The
 * rule is asked for, too: what a row of an earlier run says need not agree.
 */
uint32_t	 group_find(const struct partials *, uint64_t id,
		    uint32_t rule);

/*
 * False: it is certain that this rule has nothing for this key, nearly always
 * when that is so. For many rules and one key it looks at one place in memory:
 * the bits of a hash from GROUP_KEY_SHIFT on are of the key alone.
 */
#define GROUP_KEY_SHIFT	48u
bool		 group_may_live(const struct partials *, uint64_t id,
		    uint32_t rule);

/* The same for all rules at once: a bit for each remainder of its number. */
#define GROUP_RULES	64u
uint64_t	 groups_alive(const struct partials *, uint64_t id);

/*
 * Let WAITS know from now on which rules have something, by their numbers there
 * and what their keys are salted with: under the key alone, if that is asked
 * for, and under what partials_what() makes of the key and the hash of bound
 * values. Before the first group, or again as salts change. Both must outlive
 * the store.
 */
struct waiter {
	uint64_t	 salt;
	uint32_t	 number;
	bool		 by_key;
};
struct waits;
void		 partials_tell(struct partials *, struct waits *,
		    const struct waiter *by_rule);
uint64_t	 partials_what(const struct partials *, uint64_t key,
		    uint64_t hash);

/*
 * For that all groups are to be looked at again and again: a walk over all is
 * begun, this one was passed.
 */
void		 partials_walk(struct partials *);
void		 partials_passed(struct partials *, uint32_t group);

/* The combination of these values, by the hash of them; or 0. */
uint32_t	 group_find_bound(const struct partials *, uint32_t root,
		    uint64_t hash, const struct value values[VARIABLES_MAX]);

/*
 * Add one that is not there: to a key that has none, with nothing bound or a
 * combination; to one that has others, what group_apart() returns or a further
 * combination. A group vanishes with its last partial match, a root not before
 * its last combination. Those with values return 0 when there is no room for
 * them.
 */
uint32_t	 group_add(struct partials *, uint64_t id, uint32_t rule);
uint32_t	 group_add_alone(struct partials *, uint64_t id,
		    uint32_t rule, uint64_t hash,
		    const struct value values[VARIABLES_MAX]);
uint32_t	 group_add_bound(struct partials *, uint32_t root,
		    uint64_t hash, const struct value values[VARIABLES_MAX]);

/*
 * The group of the key with nothing bound, its root from now on if that was a
 * combination. It is empty then, and to be used, or tidied.
 */
uint32_t	 group_apart(struct partials *, uint32_t root);

/* A group that was added and not used: remove it if it is empty. */
void		 group_tidy(struct partials *, uint32_t);

/* Has it partial matches of its own? The first of them, which opens it. */
static inline bool
group_holds(const struct partials *s, uint32_t number)
{
	return group_at(s, number)->folded || group_at(s, number)->first != 0;
}
uint32_t	 group_first(struct partials *, uint32_t);

/*
 * A beginning that is folded at once: of a group that holds nothing, or just
 * another one of its kind, which is gone then. AS is what fold_begin() or
 * fold_count() has made of it, HASH that of its record.
 */
void		 group_begin_folded(struct partials *, uint32_t,
		    const struct group *as, uint64_t hash);

/* Remove one that is folded, and may stay so: all that it has is gone. */
void		 group_end_folded(struct partials *, uint32_t);

/*
 * The groups of a key that hold something, from the oldest combination to the
 * newest or back; the one with nothing bound is older than all. 0 at the end.
 */
uint32_t	 group_oldest(const struct partials *, uint32_t root);
uint32_t	 group_newest(const struct partials *, uint32_t root);
uint32_t	 group_older(const struct partials *, uint32_t);
uint32_t	 group_newer(const struct partials *, uint32_t);

/* Its combinations; those of a group, its values, 0: none; its root. */
uint32_t	 group_count(const struct partials *, uint32_t root);
uint32_t	 group_bound(const struct partials *, uint32_t);
uint32_t	 group_root(const struct partials *, uint32_t);

/* `epoch` of the partial matches of one that is folded; 0: not asked. */
static inline uint32_t
group_late(const struct group *g)
{
	return g->folded == FOLDED_CHAIN ? g->f_late : 0;
}

/* Of one that is folded: of its first record, and the time of its last. */
uint64_t	 group_hash(const struct partials *, uint32_t);
int64_t		 group_last_ms(const struct partials *, uint32_t);

/*
 * Ahead of group_find(): bring what it looks at first into the cache; then, by
 * what that returned, the group that it will probably find, or 0; then what is
 * looked at first in there.
 */
uint64_t	 group_ahead(const struct partials *, uint64_t id);
uint32_t	 group_ahead_more(const struct partials *, uint64_t ahead);
void		 partial_ahead(const struct partials *, uint32_t group);

/* The partial match of a group that waits for this state, or counts it; 0. */
uint32_t	 partial_find(struct partials *, uint32_t group,
		    uint16_t state, bool counts);

/* Group, state and `counts` must be set and not there; links are set here. */
uint32_t	 partial_add(struct partials *, const struct partial *);
void		 partial_remove(struct partials *, uint32_t number);

/* The deadline of a group's partial match for this state stands there now. */
void		 group_waits_at(struct partials *, uint32_t group,
		    uint16_t state, uint32_t at);

/* It was made anew: if none is further, the group is the newest of its kind. */
void		 partial_renewed(struct partials *, uint32_t number);

/* The oldest of the least advanced groups; 0 when there is none. */
uint32_t	 partials_victim(const struct partials *);

/* For walks over all groups: numbers are below this; not all are in use. */
static inline uint32_t
partials_size(const struct partials *s)
{
	return ((const struct partials_head *)s)->groups.n;
}

/* As long as this is the same, no group was added. Never 0. */
static inline uint64_t
partials_added(const struct partials *s)
{
	return ((const struct partials_head *)s)->added;
}

static inline bool
group_in_use(const struct partials *s, uint32_t number)
{
	return group_at(s, number)->rule != GROUP_FREE;
}

#endif
