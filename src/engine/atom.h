/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * atom.h - what records can meet of a rule: its states, and what else there is.
 *
 * Behind the states of a rule its `cancel` blocks are numbered, and behind
 * these stands one that every record meets if the rule is strict.
 */
#ifndef ENGINE_ATOM_H
#define ENGINE_ATOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rule/program.h"

struct atom {
	uint32_t	 rule;
	uint32_t	 state;
};

/* An atom that a record meets, but for what it asks besides. */
struct entry {
	uint32_t	 rule;
	uint32_t	 state;
	uint32_t	 patterns;	/* object_set still to ask, or NONE */
};

/*
 * The lists that entries stand in. Of rules in old words, first the states that
 * an instance may wait in, by rule and state; then the first states that it may
 * begin with, from the last rule to the first. Of all other rules, by rule, all
 * states from last to first.
 */
enum entry_list { ENTRY_ADVANCE, ENTRY_START, ENTRY_LIVES, ENTRY_LISTS };

struct entries {
	const struct entry	*v;
	uint32_t		 n;
};

/* Put them into the order of the list. */
void		 entries_sort(struct entry *, size_t n, enum entry_list);

/* How many a rule has. */
static inline uint32_t
atom_count(const struct rule *r)
{
	return (uint32_t)(r->nstates + r->ncancels + r->strict);
}

const struct state *atom_state(const struct program *, struct atom);

static inline const struct state *
entry_state(const struct program *p, const struct entry *e)
{
	return atom_state(p, (struct atom){ e->rule, e->state });
}

/* The set of which a path must have a prefix; NONE: no such condition. */
uint32_t	 atom_prefixes(const struct program *, struct atom);

/* Does it ask for the object in any way, or what is looked at together with
 * each state of the rule? */
bool		 atom_wants_object(const struct program *, struct atom);
bool		 atom_rule_wants_object(const struct program *,
		    const struct rule *);

/* Does it ask what engine/ask.h answers? */
bool		 atom_asks(const struct program *, struct atom);

#endif
