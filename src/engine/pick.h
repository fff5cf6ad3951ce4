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

/* Those not negated come first, and are by kind and set. */
struct picks {
	const struct group	*groups;
	uint32_t		 n, npositive;
	unsigned		 kinds;		/* of those, as bits */
};

/* PROGRAM must outlive it. */
struct picker	*picker_new(const struct program *);
void		 picker_free(struct picker *);		/* NULL is allowed */

/* Begin a collection; put into it; and have all that was put, in order. */
void		 picker_clear(struct picker *);
void		 picker_put(struct picker *,
		    const struct entries lists[ENTRY_LISTS]);
void		 picker_pick(struct picker *, const struct picks *,
		    const struct record *);
/* Is any id of these kinds, given as bits, in any set of a rule? */
bool		 picker_names(const struct picker *, unsigned kinds,
		    const struct record *);
void		 picker_take(struct picker *,
		    struct entries lists[ENTRY_LISTS]);

#endif
