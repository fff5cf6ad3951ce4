/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * regroup.h - the store of partial matches told, and made again.
 *
 * Groups and partial matches keep their numbers: in those of groups lies the
 * order of what is looked at for its age. What can be found out from the rest
 * (the index, older neighbours, the furthest state, who may have something for
 * a key) is not told.
 */
#ifndef ENGINE_REGROUP_H
#define ENGINE_REGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/fold.h"
#include "engine/partial.h"
#include "engine/stock.h"

/* Telling. */
const struct pool *regroup_groups(const struct partials *);
const struct pool *regroup_partials(const struct partials *);
/* As fold_tell(). */
uint32_t	 regroup_record(const struct partials *, uint32_t number,
		    struct fold_record *);

/*
 * Groups that will be folded next, the first one first; one may be there again
 * after it was gone. MARKED: it is not to be put behind them.
 */
uint32_t	 regroup_queued(const struct partials *);
uint32_t	 regroup_queue(const struct partials *, uint32_t at,
		    bool *marked);

/* Making, in a store that is new. HASH is that of a combination's values. */
typedef uint64_t (*regroup_hash_fn)(const void *arg,
		    const struct value values[VARIABLES_MAX]);
struct regroup {
	struct partials	*s;
	regroup_hash_fn	 hash;
	const void	*arg;
	struct stock	 groups;	/* their numbers, used and free */
	struct stock	 all;		/* of partial matches: free ones */
	struct regrouped {		/* and those that are there */
		struct partial	 p;
		uint32_t	 number;
	}		*v;
	size_t		 n, cap;
	uint32_t	 gone;		/* that held something */
};

#define REGROUP_GONE	(GROUP_RULES_MAX - 1)	/* there is no such rule now */

void		 regroup_fini(struct regroup *);

/*
 * The group with this number, above all before, whose id (of a root), rule,
 * `newer` and, if it is folded, `top` and f_ but for its records are set, and
 * all else is 0. False when there cannot be so many. HASH: of its first record,
 * if it is folded.
 */
bool		 regroup_add(struct regroup *, uint32_t number,
		    const struct group *, uint64_t hash);

/*
 * It is a combination of ROOT; after it comes NEWER. ROOT is 0: it is alone,
 * its id is set. False: no room.
 */
bool		 regroup_bound(struct regroup *, uint32_t root, uint32_t newer,
		    const struct value values[VARIABLES_MAX]);

/* A record of it after the first, the newest first. False: it cannot be. */
bool		 regroup_add_record(struct regroup *, uint32_t *after,
		    const struct fold_record *);

/* A partial match of it, in the order of `next`. */
void		 regroup_partial(struct regroup *, const struct partial *,
		    uint32_t number);

/* After regroup_end(): it is to be folded next, after those before. */
bool		 regroup_put_queue(struct partials *, uint32_t, bool marked);

/*
 * All are there: put them in order, and those of rules that are gone away.
 * Returns NULL, or what is wrong.
 */
const char	*regroup_end(struct regroup *);

#endif
