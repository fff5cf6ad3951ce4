/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elapse.h - what the times of records say to the clocks, and end.
 *
 * A record has been read, or several of which none was later: clocks only have
 * to hear of them before somebody looks at one, and so before anything begins.
 * Absences that end until then are told each at its own end; so whoever reads
 * a record has to know whether one may.
 */
#ifndef ENGINE_ELAPSE_H
#define ENGINE_ELAPSE_H

#include <stdint.h>

#include "engine/inside.h"

static inline void
elapse_watch(const struct engine *e, struct watch *w, int64_t seconds,
    int64_t millis)
{
	if (e->wants_millis)
		timer_feed(&w->millis, millis);
	timer_feed(&w->seconds, seconds);
}

/*
 * The latest time of records of the source that is being read; no absence ends
 * until then. INT64_MIN: there were none.
 */
static inline void
elapse(struct engine *e, int64_t seconds, int64_t millis)
{
	elapse_watch(e, &e->here->watch, seconds, millis);
	if (e->wants_all)
		elapse_watch(e, &e->all, seconds, millis);
}

/* The same by one record, before which absences may end. */
void	 elapse_and_end(struct engine *, struct record *);

/*
 * Before no record of the source that is of an earlier second than this ends
 * any absence that is waited for now; INT64_MIN: nothing is certain.
 */
int64_t	 elapse_due(const struct engine *);

/* The same when this record, whose turn is to come, may begin another one. */
int64_t	 elapse_due_with(const struct engine *, int64_t due,
	    const struct record *);

#endif
