/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * partial.h - the store of partial matches.
 *
 * A group is all that one rule has for one key and one combination of bound
 * values. The one with nothing bound is the root of its key, and knows the
 * others, from the oldest combination to the newest. A group is found by hash
 * in one look; in it, each state has one partial match and, where it counts
 * records, one count.
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

#include "engine/bound.h"

struct partials;

#define COMBINATIONS_MAX 1000u		/* of bound values, for each key */

#define PARTIAL_MADE	((UINT64_C(1) << 46) - 1) /* ordinals that fit */

/* 24 bytes, and 48 below: there may be a million. */
struct group {
	uint64_t	 id;		/* hash of rule, key and values */
	uint32_t	 rule;
	uint32_t	 root;		/* the root's own number for a root */
	uint32_t	 first;		/* of its partial matches, by `next` */
	uint32_t	 kin;		/* its bound values, and of whom */
};

struct partial {
	uint64_t	 made : 46;	/* ordinal of the record it is of */
	uint64_t	 state : 16;	/* waited for; counted; from 0 */
	uint64_t	 counts : 1;
	uint64_t	 in_tally : 1;	/* it came out of one, see below */
	int64_t		 last_ms;	/* the time of that record */
	uint32_t	 group;		/* 0: not in use */
	uint32_t	 next;		/* of the same group */
	uint32_t	 older, newer;	/* of those equally far */
	uint32_t	 origin;
	union {
		uint32_t past;
		uint32_t tally;		/* of a count; of what came out of
					 * one whose past is still there */
	};
	uint32_t	 deadline;	/* its place, from 1; or 0 */
	uint32_t	 epoch;		/* of last_ms */
};

struct partials	*partials_new(struct bounds *);
void		 partials_free(struct partials *);	/* NULL is allowed */

/* How many there are, and groups without bound values. */
uint32_t	 partials_count(const struct partials *);

/* Borrowed: they stay where they are until they are removed. */
struct partial	*partial_at(const struct partials *, uint32_t number);
struct group	*group_at(const struct partials *, uint32_t number);

/* The root of a key, by the hash of rule and key; 0 when nothing lives. */
uint32_t	 group_find(const struct partials *, uint64_t id);

/* The combination of these values, by the hash of them; or 0. */
uint32_t	 group_find_bound(const struct partials *, uint32_t root,
		    uint64_t hash, const struct value values[VARIABLES_MAX]);

/*
 * Add one that is not there. A group vanishes with its last partial match, a
 * root not before its last combination. The second returns 0 when there is no
 * room for the values.
 */
uint32_t	 group_add(struct partials *, uint64_t id, uint32_t rule);
uint32_t	 group_add_bound(struct partials *, uint32_t root,
		    uint64_t hash, const struct value values[VARIABLES_MAX]);

/* A group that was added and not used: remove it if it is empty. */
void		 group_tidy(struct partials *, uint32_t);

/*
 * Of a root, its combinations from the oldest to the newest; 0 at the end. Of a
 * combination, its values; 0 of a root.
 */
uint32_t	 group_count(const struct partials *, uint32_t root);
uint32_t	 group_oldest(const struct partials *, uint32_t root);
uint32_t	 group_newest(const struct partials *, uint32_t root);
uint32_t	 group_older(const struct partials *, uint32_t);
uint32_t	 group_newer(const struct partials *, uint32_t);
uint32_t	 group_bound(const struct partials *, uint32_t);

/*
 * Ahead of group_find(): bring what it looks at first into the cache; then, by
 * what that returned, the group that it will probably find, or 0; then what is
 * looked at first in there.
 */
uint64_t	 group_ahead(const struct partials *, uint64_t id);
uint32_t	 group_ahead_more(const struct partials *, uint64_t ahead);
void		 partial_ahead(const struct partials *, uint32_t group);

/* The partial match of a group that waits for this state, or counts it; 0. */
uint32_t	 partial_find(const struct partials *, uint32_t group,
		    uint16_t state, bool counts);

/* Group, state and `counts` must be set and not there; links are set here. */
uint32_t	 partial_add(struct partials *, const struct partial *);
void		 partial_remove(struct partials *, uint32_t number);

/* It was made anew: it is the newest of those equally far. */
void		 partial_renewed(struct partials *, uint32_t number);

/* The oldest of the least advanced; 0 when there is none. */
uint32_t	 partials_victim(const struct partials *);

/* For walks over all: numbers are below this; `group` is 0 when not in use. */
uint32_t	 partials_size(const struct partials *);

#endif
