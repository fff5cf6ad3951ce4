/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand.h - a process that the parent has started, and what it is told.
 *
 * When it ends before its time it is started again: after a second, then after
 * two, and so on, up to a minute, until it has lived for a while.
 */
#ifndef RUN_HAND_H
#define RUN_HAND_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "run/bundle.h"
#include "run/roles.h"

#define HAND_WAIT_MAX_S	60u	/* before it is started again */
#define HAND_LINES	1000u	/* that it may say at once, */
#define HAND_LINES_S	50u	/* and in each second */

struct hand;

struct hand_to {
	/* A message that it may send; what comes with it is the callee's. */
	void	(*message)(void *arg, const struct message *);
	/* It is not there, and shall be started again. */
	void	(*start)(void *arg);
	void	*arg;
};

struct hand	*hand_new(struct event_base *, enum role,
		    const struct hand_to *);
/* One that lives is ended. */
void		 hand_free(struct hand *);		/* NULL is allowed */

/* Start it. False when the system refuses, which was said. */
bool		 hand_start(struct hand *, char *const *argv);
/* In seconds as they are due. NOW: without any wait. */
void		 hand_start_later(struct hand *, bool now);

/* Not any more. */
void		 hand_start_never(struct hand *);

bool		 hand_lives(const struct hand *);

/*
 * Send it a message. One that does not take what it is sent is ended. The
 * descriptor is closed in any case.
 */
void		 hand_send(struct hand *, uint32_t type, const struct buf *,
		    int fd);

/* The rules, to one that was just started. */
void		 hand_give(struct hand *, const struct bundle *);

/* Take all that has come by now. */
void		 hand_hear(struct hand *);

/* End it now, for this reason. */
void		 hand_kill(struct hand *, const char *why);

/*
 * Has it ended? Then all it has said was taken, *STATUS is that of waitpid(2),
 * and this is told once.
 */
bool		 hand_ended(struct hand *, int *status);

/* What it wants to be said: it may not say all things, nor as much. */
void		 hand_say(struct hand *, struct slice bytes);

/* Append a line that one of them wrote: escaped, if it does not show as is. */
void		 hand_line(struct buf *, struct slice);

/* Seconds to wait, for one that waited and lived so long before. */
unsigned	 hand_wait(unsigned before, int64_t lived_s);

#endif
