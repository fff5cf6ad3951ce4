/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * index.h - from a record to the rules worth trying.
 *
 * Dialect and event number lead to a slot, in one load; most often it is that
 * of the events nobody wants. Slot, path and outcome lead to a plan (plan.h).
 */
#ifndef ENGINE_INDEX_H
#define ENGINE_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "bsm/names.h"
#include "bsm/record.h"
#include "engine/eval.h"
#include "engine/plan.h"
#include "rule/program.h"

struct index;

#define INDEX_UNSEEN	0u		/* slot of events not met before */
#define INDEX_NOBODY	1u		/* of those no rule wants */

/* PROGRAM and NAMES must outlive it, and the dialects stay as they are. */
struct index	*index_new(const struct program *, const struct names *);
void		 index_free(struct index *);		/* NULL is allowed */

/* Does any rule ask for the object of a record? */
bool		 index_wants_objects(const struct index *);

/*
 * Slots by header version and event number, as far as they are known; the rest
 * is INDEX_UNSEEN. They fill by and by, as index_slot() is called.
 */
const uint32_t *const *index_slots(const struct index *);

/*
 * The slot of an event. *UNKNOWN is set when no table has the number although
 * a rule asks for classes, the first time that this is noticed.
 */
uint32_t	 index_slot(struct index *, uint8_t version, uint16_t event,
		    bool *unknown);

/* The slot of what waits for an alert of this rule; or INDEX_NOBODY. */
uint32_t	 index_alerted(const struct index *, uint32_t rule);

/* What a slot asks, borrowed until the next index_slot(). */
const struct slot *index_asks(const struct index *, uint32_t slot);

/* The same as an array by slot, which moves as slots are made. */
const struct slot *const *index_all_asks(const struct index *);

struct plans	*index_plans(const struct index *);

/* The plan of a record, see plan.h. It must be indexed. */
const struct plan *index_plan(struct index *, uint32_t slot,
		    const struct record *, const struct object *);

#endif
