/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dispatch.h - what the worker tells the courier, and how it waits meanwhile.
 *
 * In order, and without holding whoever reads records: what the courier does
 * not take yet waits in memory, then on disk, and what then still has no room
 * is lost, said and counted. What was sent is kept until the courier has
 * written it, so that one that dies takes nothing with it.
 */
#ifndef RUN_DISPATCH_H
#define RUN_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "run/channel.h"
#include "run/spill.h"
#include "sink/sink.h"

#define DISPATCH_WINDOW	(16u << 20)	/* bytes sent, and not known to be
					 * written */

struct event_base;
struct dispatch;

struct dispatch_to {
	/* The courier has said what became of a checkpoint. */
	void	(*durable)(void *arg, struct slice);
	/* It has died. If this returns, another one will come. */
	void	(*gone)(void *arg);
	/* While it is waited for: act on what the parent has said by now. */
	void	(*hear)(void *arg);
	/* The program ends: nobody can wait for long. */
	bool	(*hurry)(void *arg);
	void	*arg;
};

/*
 * The channel, and a file for what waits, which is opened now. PARENT can be
 * read when `hear` has something to do. RULES: as in ROLES_RULES.
 */
struct dispatch	*dispatch_new(int courier, int parent, uint32_t rules,
		    const struct dispatch_to *);

/* What waits is dropped. NULL is allowed. */
void		 dispatch_free(struct dispatch *);

/* From now on the loop listens to it. */
void		 dispatch_begin(struct dispatch *, struct event_base *);

/* Nothing is read that goes on: whoever reads can as well wait. */
void		 dispatch_patient(struct dispatch *);

/* Another courier is there. */
void		 dispatch_meet(struct dispatch *, int fd);

/* The number of the next alert, to be told with it. */
uint64_t	 dispatch_number(struct dispatch *);

/*
 * Behind all that was said before. OF_ALERT: only if the last alert was not
 * lost. The buffer is emptied.
 */
void		 dispatch_alert(struct dispatch *, struct buf *);
void		 dispatch_lose(struct dispatch *);	/* it has no room */
void		 dispatch_errand(struct dispatch *, struct buf *,
		    bool of_alert);
void		 dispatch_rules(struct dispatch *, uint32_t rules);

/* Somebody is going to wait: what can go, goes. */
void		 dispatch_flush(struct dispatch *);

/* Once a second: is it well? */
void		 dispatch_pulse(struct dispatch *);

/* If nothing else waits, since the next ones come soon. */
void		 dispatch_figures(struct dispatch *, const struct buf *);

/*
 * Much waits, though the courier takes what it can: whoever reads what can be
 * read later as well does so.
 */
bool		 dispatch_behind(const struct dispatch *);

/*
 * Wait until all is written. At the end of the program one that stands still is
 * given up after a while, which is said, and what waits is lost.
 */
void		 dispatch_settle(struct dispatch *);

/* Add what is counted, and what waits: here, and at the courier. */
void		 dispatch_stats(const struct dispatch *, struct sinks_stats *,
		    struct spill_stats *);
uint64_t	 dispatch_refused(const struct dispatch *); /* errands */

/* For run/relayed.c. */

/* Is all that was said before on its way to the courier? */
bool		 dispatch_idle(const struct dispatch *);
/* Behind all; this is waited for. The descriptor is closed. */
void		 dispatch_tell(struct dispatch *, uint32_t type,
		    const struct buf *, int fd);
/* Wait for what it says next, but for how far it has written. */
void		 dispatch_hear(struct dispatch *, struct message *);
int		 dispatch_fd(const struct dispatch *);

#endif
