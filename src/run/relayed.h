/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relayed.h - what a worker remembers: the courier keeps it (keeper.h).
 *
 * Rows come from there at the start. A checkpoint is a copy of the process that
 * tells rows through a pipe, whose other end goes to the courier behind all
 * alerts that were before.
 */
#ifndef RUN_RELAYED_H
#define RUN_RELAYED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rows.h"
#include "run/checkpoint.h"
#include "run/worker.h"

/*
 * Take the rows that there are, until FN is false; what comes behind is passed
 * over. True when there are some, and relayed_loaded() has to tell what became
 * of them: WHY is NULL if all is well.
 */
bool		 relayed_rows(struct worker *, row_fn, void *arg);

struct relayed_from {
	bool		 goes_on;	/* with what was loaded */
	uint64_t	 number;	/* of the checkpoint, */
	int64_t		 millis;	/* and its time */
};
struct relayed_from relayed_loaded(struct worker *, const char *why);

struct relayed;

/*
 * As checkpoint.h has them: parts, how often, the time of the last one, and
 * what is to be done just before; all else is the courier's.
 */
struct relayed	*relayed_new(struct event_base *, struct worker *,
		    const struct checkpoint_options *);
void		 relayed_free(struct relayed *);	/* NULL is allowed */
bool		 relayed_sure(struct relayed *);

/* Begin one. False if that cannot be now, or after saying why. */
bool		 relayed_take(struct relayed *);
void		 relayed_stats(const struct relayed *,
		    struct checkpoint_stats *);

/* The courier has said what became of one: ROLES_DURABLE. */
void		 relayed_durable(struct relayed *, struct slice);

#endif
