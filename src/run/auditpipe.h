/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * auditpipe.h - an audit pipe: room for what comes, what is asked for, and what
 * the kernel could not keep for us.
 *
 * A pipe has a queue. When its reader is slow, the newest records are dropped
 * and counted. It gives what the trail selects, or what the pipe itself does,
 * for which the rules are asked (run/preselect.h).
 */
#ifndef RUN_AUDITPIPE_H
#define RUN_AUDITPIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "run/auditdev.h"

struct preselect;

#define AUDITPIPE_EVERY_MS	1000	/* from one question to the next */
#define AUDITPIPE_CALM_MS	10000	/* without drops: they are over */

struct auditpipe {
	struct auditdev	 dev;
	uint64_t	 drops, truncates;	/* records, by the kernel */
	uint64_t	 said;		/* of the drops */
	int64_t		 asked_ms;	/* when, last */
	int64_t		 dropped_ms;	/* the same, of the last drop */
	bool		 here;		/* it answers as an audit pipe does */
	bool		 dropping;	/* which was said */
};

/*
 * Makes the queue as long as the kernel allows. A descriptor that is no audit
 * pipe is nothing to speak of, and never asked again.
 */
void	auditpipe_init(struct auditpipe *, const struct auditdev *,
	    int64_t now_ms);

/*
 * From now on what these rules need comes, or what the trail selects. May be
 * called again when the rules change. When it fails, which is said, the pipe
 * gives what the trail selects; what is queued already comes in any case.
 */
bool	auditpipe_preselect(struct auditpipe *, const struct preselect *);

/*
 * Now and then, by a clock that never steps back: asks for the counts. The
 * beginning and the end of a time in which records were dropped are said.
 */
void	auditpipe_look(struct auditpipe *, int64_t now_ms);

#endif
