/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * met.h - does the record meet what the plan left open?
 *
 * The index has answered for event, outcome, subject and path prefixes. These
 * ask for the rest of what is true of the record alone.
 */
#ifndef ENGINE_MET_H
#define ENGINE_MET_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/index.h"

struct engine;

/* Does the plan leave anything open for this entry of a state? */
static inline bool
met_asks(const struct entry *en, const struct state *s)
{
	return en->patterns != PROGRAM_NONE || s->npredicates > 0;
}

/* Patterns and predicates, but those that look at variables. */
bool	 met_entry(struct engine *, const struct entry *);

/* Does the entry's state ask for `new`? It must be asked in any case then. */
bool	 met_fresh(const struct engine *, const struct entry *);

/* Does an `except` of this rule fit? */
bool	 met_excepted(struct engine *, uint32_t rule);

#endif
