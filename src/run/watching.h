/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watching.h - what the parts of one run of `watch` share.
 */
#ifndef RUN_WATCHING_H
#define RUN_WATCHING_H

#include <event2/event.h>

#include "engine/engine.h"
#include "run/outward.h"
#include "run/pipeline.h"
#include "run/progress.h"
#include "run/raising.h"
#include "run/self.h"
#include "run/spent.h"

struct census;
struct figures;
struct followed;
struct hostwise;
struct live;
struct remembered;
struct spot;
struct stream;
struct teller;
struct upkeep;
struct wary;

struct watching {
	const struct pipeline_options	*o;
	struct pipeline_result		*result;
	struct event_base		*base;
	const struct program		*program;	/* that runs now; see */
	uint64_t			 reloads;	/* reload.h */
	uint64_t			 reloads_failed;
	struct engine			*engine;	/* NULL: hosts have */
	struct hostwise			*hostwise;	/* their own; or NULL */
	struct teller			*teller;	/* speaks for us; or
							 * NULL: we do */
	struct triggers			*triggers;	/* or NULL */
	struct spent			*spent;		/* or NULL */
	struct census			*census;	/* the same */
	struct upkeep			*upkeep;
	struct remembered		*remembered;	/* or NULL */
	struct stream			**streams;	/* by source */
	size_t				 nstreams, streams_cap;
	struct live			*lives;		/* by input */
	struct followed			**followed;	/* the same; or NULL */
	struct outward			 outward;
	struct raising			 raising;
	struct self			 self;
	struct progress			 progress;
	struct spot			*spot;	/* noted there; or NULL */
	struct wary			*wary;	/* of those before; or NULL */
	uint64_t			 aside;	/* records left out for that */
	uint64_t			 bytes, records;
	uint64_t			 taken;		/* of files, bytes */
	unsigned			 threads;	/* at most; 0: any */
	size_t				 live;		/* sources not ended */
	bool				 absences;	/* rules wait for */
	bool				 want_uid;	/* somebody shows it */
	bool				 stop;
};

/* An engine that runs this program and tells this run; without a source. */
struct engine	*watching_engine(struct watching *, const struct program *);

/*
 * A stream for this input, and a source of the engine, if there is one, for it:
 * the run's until its end. The input is borrowed.
 */
struct stream	*watching_stream(struct watching *, const struct input *);

/* A message about an input; it is escaped. The progress bar gives way. */
void	watching_say(struct watching *, const struct input *,
	    const char *why);

/* Let the event loop have its turn; FLAGS are those of event_base_loop(). */
void	watching_turn(struct watching *, int flags);

/* What was done so far, counted... */
void	watching_figures(const struct watching *, struct figures *);
/* ...in one line, now or soon; now; what was lost, at the end. */
void	watching_status(struct watching *);
void	watching_tell_status(struct watching *);
void	watching_losses(struct watching *);

#endif
