/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * remembered.h - what a run remembers, from one process to the next.
 *
 * Joins who has something to remember (sources, the engine, sinks, triggers)
 * with who keeps it (checkpoint.h).
 */
#ifndef RUN_REMEMBERED_H
#define RUN_REMEMBERED_H

#include <stdbool.h>

#include "base/slice.h"

struct checkpoint_stats;
struct remembered;
struct watching;

/*
 * Load what the run before has left, if the options name a directory, which the
 * caller has taken (statedir.h). The engine is new and has no source, and room
 * for lives and those that are followed is there. What is there but of no use
 * is said and set aside. False when nothing can be kept there at all, which was
 * said.
 */
bool	 remembered_load(struct watching *);

/*
 * All is started, and nothing was read: from now on it is written every few
 * seconds.
 */
bool	 remembered_begin(struct watching *);

/* Nothing more will be read: write it once more. False after saying why. */
bool	 remembered_end(struct watching *);
void	 remembered_free(struct remembered *);	/* NULL is allowed */

/*
 * What is followed "from now on" has been looked at for the first time, so it
 * is known from where on. Nothing of it is to be read as long as this waits:
 * who goes on in another process would take its own beginning for it. It waits
 * for some seconds at most.
 */
void	 remembered_looked(struct watching *);
bool	 remembered_waits(struct watching *);

/* In a worker: the courier has said what became of a checkpoint. */
void	 remembered_durable(struct remembered *, struct slice);

/* False when nothing is remembered. */
bool	 remembered_stats(const struct remembered *,
	    struct checkpoint_stats *);

#endif
