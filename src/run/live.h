/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live.h - a source that goes on: what comes, and what it means when nothing
 * does.
 */
#ifndef RUN_LIVE_H
#define RUN_LIVE_H

#include <stdbool.h>

#include <event2/event.h>

#include "base/buf.h"
#include "run/auditpipe.h"

#define LIVE_HELD_MAX	(64u << 20)	/* bytes that wait; more wait
					 * where they come from */

struct stream;

struct live {
	struct stream		*stream;
	struct source		*source;	/* NULL: not a live one */
	struct event		*quiet;
	struct auditpipe	 pipe;		/* of one of this machine */
	struct buf		*held;		/* what came waits; or NULL */
	bool			 over;		/* it ended meanwhile */
	int			 error;		/* with this */
};

/* False when the event loop cannot wait for it: then read it like a file. */
bool	live_start(struct live *, struct stream *);
void	live_fini(struct live *);	/* also of one that never started */

/* The run has other rules: the audit pipe is asked for what these need. */
void	live_reselect(struct live *);

/* What comes from now on waits, and does no more. */
void	live_hold(struct live *);
void	live_release(struct live *);

/*
 * Nothing is left to be read of a source that goes on: what should not come has
 * not, if the clock says so.
 */
void	live_pass_time(struct stream *);

#endif
