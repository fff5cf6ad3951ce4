/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fold.h - a group of partial matches in little room.
 *
 * When the partial matches of a group are beginnings of one chain of records,
 * one for each state from the lowest to the furthest, the chain alone says it
 * all: its first record lies in the group, each other takes 16 bytes. At its
 * end one may wait for an absence. The count of a first state that has met just
 * one record is no more than that. What does not fit into this (other counts,
 * partial matches that have parted, a clock that stepped back between them)
 * stays as it is.
 */
#ifndef ENGINE_FOLD_H
#define ENGINE_FOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "engine/partial.h"
#include "engine/past.h"
#include "engine/tally.h"

#define FOLD_STATES	127u		/* that a chain may have passed */

struct folds {
	struct pool	 later;		/* records after the first */
	struct pasts	*pasts;
	struct tallies	*tallies;
};

void		 folds_init(struct folds *, struct pasts *, struct tallies *);
void		 folds_fini(struct folds *);

/*
 * Fold the group, whose partial matches from state LOW to its furthest these
 * are, by state. True: what they held is dropped. Sets *HASH to that of the
 * first record.
 */
bool		 fold_put(struct folds *, struct group *,
		    struct partial *const by_state[FOLD_STATES + 1],
		    unsigned low, uint64_t *hash);

/*
 * The same of a beginning that was never open: all of a group that is folded,
 * but what makes it this one. MS: the time of its record; LATE: the epoch of
 * its partial match; BARE: nobody asks for its past. False: it does not fit.
 */
bool		 fold_begin(struct group *, const struct origin *, int64_t ms,
		    uint32_t late, bool bare);

/* And of a count: of this VALUE, which is 0 without `distinct`. */
bool		 fold_count(struct group *, const struct origin *, int64_t ms,
		    uint64_t value, bool bare);

/*
 * Open it: its partial matches by state, as far as the store does not set them;
 * each holds what it must. Returns the lowest state.
 */
unsigned	 fold_take(struct folds *, struct group *, uint64_t hash,
		    struct partial by_state[FOLD_STATES + 1]);

/* The time of the last record of a folded group. */
int64_t		 fold_last_ms(const struct folds *, const struct group *);

/*
 * For groups that are told, and made again. The records after the first of one
 * that is folded, from the newest, at `first`, to the oldest: reads one and
 * returns the one before it, 0 at the end.
 */
struct fold_record {
	uint64_t	 offset;
	int64_t		 since_ms;	/* after the first record */
	uint16_t	 source;
	uint8_t		 quality;
};
uint32_t	 fold_tell(const struct folds *, uint32_t number,
		    struct fold_record *);

/* May it be folded? Of one that was never, but has all f_ but its records. */
bool		 fold_may_be(const struct group *);

/* One more of them, the newest first: before AFTER. 0: it does not fit. */
uint32_t	 fold_restore(struct folds *, struct group *, uint32_t after,
		    const struct fold_record *);

/* Give back what a folded group has here. */
void		 fold_drop(struct folds *, struct group *);

/* Bring what fold_take() will look at into the cache. */
void		 fold_ahead(const struct folds *, const struct group *);

#endif
