/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elapse.c - what the times of records say to the clocks, and end.
 *
 * Most records end nothing. What is known ahead is the second in which the
 * first absence may be over, so that a look at a header tells whether a record
 * has to be asked. Each ends after its own beginning: what one of them begins
 * moves that second no further.
 */
#include "engine/elapse.h"

#include "engine/absence.h"

#define SECONDS_NEAR	(INT64_C(1) << 40)	/* no sum is too large */

/* Absences that ended before this are told, one clock at a time. */
static void
pass(struct engine *e, struct watch *w, int64_t millis)
{
	absences_pass(e, w, millis);
	if (e->wants_millis)
		timer_feed(&w->millis, millis);
}

void
elapse_and_end(struct engine *e, struct record *r)
{
	const struct record_time	 first = record_first_time(r);
	const int64_t			 millis = record_time_millis(
	    r->version, (uint64_t)first.seconds, first.fraction);
	const uint32_t			 source = e->source;

	pass(e, &e->here->watch, millis);
	e->source = source;
	if (e->wants_all)
		pass(e, &e->all, millis);
	e->source = source;
	e->record = r;
	elapse(e, first.seconds, millis);
}

void
engine_pass(struct engine *e, uint32_t source, int64_t millis)
{
	absences_pass(e, &e->sources[source].watch, millis);
	if (e->wants_all)
		absences_pass(e, &e->all, millis);
}

static int64_t
second_of(int64_t millis)
{
	return millis / 1000 - (millis % 1000 < 0);
}

static int64_t
earliest(const struct watch *w)
{
	return w->absences.n == 0 ? INT64_MAX :
	    second_of(deadlines_first(&w->absences)->end);
}

int64_t
elapse_due(const struct engine *e)
{
	int64_t	 own, all;

	if (!e->absences)
		return INT64_MAX;
	if (!e->sifts)		/* it is not known what waits */
		return INT64_MIN;
	own = earliest(&e->here->watch);
	all = earliest(&e->all);
	return own < all ? own : all;
}

int64_t
elapse_due_with(const struct engine *e, int64_t due, const struct record *r)
{
	int64_t	 millis, end;

	if (!r->indexed)		/* there may be a header within */
		return INT64_MIN;
	if (r->seconds >= 0 && r->seconds < SECONDS_NEAR &&
	    r->seconds + e->least_absent / 1000 >= due)
		return due;		/* another one ends before */
	millis = record_millis(r);
	end = second_of(millis > INT64_MAX - e->least_absent ? INT64_MAX :
	    millis + e->least_absent);
	return end < due ? end : due;
}
