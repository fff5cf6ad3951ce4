/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * figures.h - what was done, counted, and the lines that say so.
 */
#ifndef RUN_FIGURES_H
#define RUN_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "engine/engine.h"
#include "run/checkpoint.h"
#include "run/spill.h"
#include "run/triggers.h"
#include "sink/sink.h"

struct figures {
	uint64_t		 records, bytes, alerts;
	uint64_t		 gaps, skipped, recovered;
	uint64_t		 missed;	/* times of which records were
					 * not seen */
	uint64_t		 waiting;	/* live sequences */
	uint64_t		 dropped;	/* by the kernel */
	uint64_t		 truncated;	/* the same, cut */
	uint64_t		 passed;	/* records of our own */
	uint64_t		 aside;		/* that killed a worker */
	uint64_t		 steps_gone;	/* records not read again */
	uint64_t		 reloads;	/* of rules, */
	uint64_t		 reloads_failed;	/* and in vain */
	struct engine_stats	 engine;
	struct sinks_stats	 sinks;
	struct spill_stats	 queued;	/* alerts on their way */
	struct triggers_stats	 triggers;
	bool			 read;		/* then: */
	int64_t			 newest;	/* time of a record, seconds */
	int64_t			 now;		/* since 1970 */
	bool			 remembers;	/* then: */
	struct checkpoint_stats	 state;
};

/* "1 alert", "2 alerts" */
void	figures_count(struct buf *, uint64_t, const char *what);

/* One line without its end: everything that is not zero. */
void	figures_status(struct buf *, const struct figures *);

/* Say what was lost or left out; nothing when all went well. */
void	figures_losses(const struct figures *);

#endif
