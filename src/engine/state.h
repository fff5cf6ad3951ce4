/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state.h - all that an engine remembers, as rows, and an engine made of them.
 *
 * What can change an alert or its uid is in the rows: sequences, counts,
 * deadlines, clocks, records that were kept, paths, processes, values seen.
 * What is made from the program alone is not. Rules are known by their id
 * (program.h), so that rows outlive a change of the rules: those of a rule that
 * is gone are passed over.
 */
#ifndef ENGINE_STATE_H
#define ENGINE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rows.h"
#include "engine/engine.h"

#define STATE_VERSION	1u	/* of the rows; others are not understood */
#define STATE_SECTIONS	32u	/* numbers of sections are below this */

/*
 * Tell all rows of an engine, between two records. Nothing is changed, so that
 * a copy of the process can do it. False when FN returned false.
 */
bool		 engine_save(const struct engine *, row_fn, void *arg);

/* What came of it. */
struct state_loaded {
	uint64_t	 instances;	/* that live on */
	uint64_t	 rules_gone;	/* of the program then, not of this */
	uint64_t	 rules_new;	/* of this, not of the one then */
	uint64_t	 dropped;	/* items of such rules */
};

struct state_loading;

/*
 * The engine must be new: no record read, and its sources those that there were
 * then, in the same order, with hosts. Rows come in their order. The first of
 * the next two that returns false ends it: state_loading_why() says why, the
 * engine is of no use and is to be freed, after this.
 */
struct state_loading *state_loading_new(struct engine *);
void		 state_loading_free(struct state_loading *);
bool		 state_loading_row(struct state_loading *, const struct row *);
bool		 state_loading_end(struct state_loading *,
		    struct state_loaded *);
const char	*state_loading_why(const struct state_loading *);

/*
 * Before the first row, for whoever only wants to look: the engine has no
 * source, and those that there were are made.
 */
void		 state_loading_sources(struct state_loading *);

#endif
