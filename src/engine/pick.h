/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pick.h - who of a plan is about the subject of a record.
 *
 * Rules about the same set of ids stand in one group, and a value is looked up
 * once to find the groups it belongs to; so neither the number of rules nor
 * that of users makes plans many, or long to pick from.
 */
#ifndef ENGINE_PICK_H
#define ENGINE_PICK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "bsm/record.h"
#include "engine/atom.h"
#include "rule/program.h"

struct picker;

/* Entries of rules that are about ids of this kind in the set, or not in it. */
struct group {
	enum record_id		 kind;
	uint32_t		 set;
	bool			 negated;
	struct entries		 lists[ENTRY_LISTS];
};

/* Those not negated come first. */
struct picks {
	const struct group	*groups;
	uint32_t		 n, npositive;
	unsigned		 kinds;		/* of those, as bits */
	const uint32_t		*places;	/* of those, by kind and set;
						 * see picks_index() */
	unsigned		 shift;
};

/* PROGRAM must outlive it. */
struct picker	*picker_new(const struct program *);
void		 picker_free(struct picker *);		/* NULL is allowed */

/* When the groups are known: so that each can be found. */
void		 picks_index(struct picks *, struct arena *);

/* Begin a collection; put into it; and have all that was put, in order. */
void		 picker_clear(struct picker *);
void		 picker_put(struct picker *,
		    const struct entries lists[ENTRY_LISTS]);
void		 picker_pick(struct picker *, const struct picks *,
		    const struct record *);
/*
 * Is any id of the record in the set of a group that is not negated? Says yes
 * where it is as much work to tell as to pick.
 */
bool		 picker_names(const struct picker *, const struct picks *,
		    const struct record *);
void		 picker_take(struct picker *,
		    struct entries lists[ENTRY_LISTS]);

#endif
