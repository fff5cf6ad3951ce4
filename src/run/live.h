/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live.h - a source that goes on: what comes, and what it means when nothing
 * does.
 */
#ifndef RUN_LIVE_H
#define RUN_LIVE_H

#include <stdbool.h>

#include <event2/event.h>

#include "run/auditpipe.h"

struct stream;

struct live {
	struct stream		*stream;
	struct source		*source;	/* NULL: not a live one */
	struct event		*quiet;
	struct auditpipe	 pipe;		/* of one of this machine */
};

/* False when the event loop cannot wait for it: then read it like a file. */
bool	live_start(struct live *, struct stream *);
void	live_fini(struct live *);	/* also of one that never started */

/*
 * Nothing is left to be read of a source that goes on: what should not come has
 * not, if the clock says so.
 */
void	live_pass_time(struct stream *);

#endif
