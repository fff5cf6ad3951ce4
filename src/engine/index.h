/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * index.h - from a record to the rules worth trying.
 *
 * Dialect and event number lead to a slot; slot, outcome, class of the path and
 * classes of the ids lead to a plan: the states that this record meets, but for
 * regular expressions. A record that interests nobody costs one load; plans are
 * made when first needed and forgotten all at once when they take too much.
 */
#ifndef ENGINE_INDEX_H
#define ENGINE_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "bsm/names.h"
#include "bsm/record.h"
#include "engine/eval.h"
#include "rule/program.h"

struct index;

#define INDEX_NOBODY	0u		/* slot of events no rule wants */
#define INDEX_PLANS_MAX	(16u << 20)	/* bytes of plans */

/*
 * A state that the record meets, but for what it asks besides. Behind the
 * states of a rule its `cancel` blocks are numbered, and behind these stands
 * one that every record meets if the rule is strict.
 */
struct entry {
	uint32_t	 rule;
	uint32_t	 state;
	uint32_t	 patterns;	/* object_set still to ask, or NONE */
};

/*
 * Of rules in old words, first the states that an instance may wait in, by rule
 * and state; then the first states that it may begin with, from the last rule
 * to the first. Of all other rules, by rule, all states from last to first.
 */
struct plan {
	const struct entry	*advance, *start, *lives;
	uint32_t		 nadvance, nstart, nlives;
};

const struct state *index_state(const struct program *, const struct entry *);

struct index	*index_new(const struct program *, const struct names *);
void		 index_free(struct index *);		/* NULL is allowed */

/* Does any rule ask for the object of a record? */
bool		 index_wants_objects(const struct index *);

/*
 * The slot of an event. *UNKNOWN is set when no table has the number although
 * a rule asks for classes, the first time that this is noticed.
 */
uint32_t	 index_slot(struct index *, enum dialect, uint16_t event,
		    bool *unknown);

/* The same for a number that was met before; else INDEX_NOBODY. */
uint32_t	 index_slot_known(const struct index *, enum dialect,
		    uint16_t event);

/* A rule of this slot that has instances, of any zone; or PROGRAM_NONE. */
uint32_t	 index_slot_lasting(const struct index *, uint32_t slot);

/* Does a rule of this slot ask for the object? */
bool		 index_slot_object(const struct index *, uint32_t slot);

/* Borrowed until the next call. The record must be indexed. */
const struct plan *index_plan(struct index *, uint32_t slot,
		    const struct record *, const struct object *);

/* The same for states that wait for an alert of this rule. */
const struct plan *index_alerted(struct index *, uint32_t rule,
		    const struct record *, const struct object *);

#endif
