/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watching.h - what the parts of one run of `watch` share.
 */
#ifndef RUN_WATCHING_H
#define RUN_WATCHING_H

#include <event2/event.h>

#include "engine/engine.h"
#include "run/pipeline.h"
#include "run/progress.h"
#include "run/raising.h"
#include "run/self.h"
#include "run/spent.h"

struct figures;
struct followed;
struct live;
struct stream;
struct upkeep;

struct watching {
	const struct pipeline_options	*o;
	struct pipeline_result		*result;
	struct event_base		*base;
	struct engine			*engine;
	struct triggers			*triggers;	/* or NULL */
	struct spent			*spent;		/* or NULL */
	struct upkeep			*upkeep;
	struct stream			**streams;	/* by source */
	size_t				 nstreams, streams_cap;
	struct live			*lives;		/* by input */
	struct followed			**followed;	/* the same; or NULL */
	struct raising			 raising;
	struct self			 self;
	struct progress			 progress;
	uint64_t			 bytes, records;
	uint64_t			 taken;		/* of files, bytes */
	size_t				 live;		/* sources not ended */
	bool				 absences;	/* rules wait for */
	bool				 stop;
};

/*
 * A stream for this input, and a source of the engine for it: the run's until
 * its end. The input is borrowed.
 */
struct stream	*watching_stream(struct watching *, const struct input *);

/* A message about an input; it is escaped. The progress bar gives way. */
void	watching_say(struct watching *, const struct input *,
	    const char *why);

/* Let the event loop have its turn; FLAGS are those of event_base_loop(). */
void	watching_turn(struct watching *, int flags);

/* What was done so far, counted... */
void	watching_figures(const struct watching *, struct figures *);
/* ...in one line; what was lost, at the end. */
void	watching_status(struct watching *);
void	watching_losses(struct watching *);

#endif
