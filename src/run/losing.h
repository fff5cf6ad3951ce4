/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * losing.h - a queue that has no room: what it loses is counted, and said when
 * that begins and when it is over.
 */
#ifndef RUN_LOSING_H
#define RUN_LOSING_H

#include <stdbool.h>
#include <stdint.h>

#include "run/spill.h"

struct losing {
	uint64_t	 lost;		/* items in all, */
	uint64_t	 before;	/* and when it began the last time */
	bool		 now;		/* which was said */
};

/*
 * What spill_put() has returned for an item. True when something is to be said:
 * a caller with a lock lets go of it before losing_say(), with the same ERROR
 * and a copy of what is here now.
 */
bool	losing_note(struct losing *, int error, const struct spill *);

/* NAME: "alerts", what is in the queue. */
void	losing_say(const struct losing *, int error, const char *name);

#endif
