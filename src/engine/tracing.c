/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tracing.c - who tells what trace.h says.
 *
 * A step is read off the engine's own tables at the moment it is told, so that
 * nothing has to be kept for those who never ask.
 */
#include "engine/tracing.h"

#include "engine/age.h"
#include "engine/classic.h"
#include "engine/keep.h"
#include "engine/key.h"

static int64_t
millis_of(int64_t seconds, uint16_t ms)
{
	return record_time_millis(0, (uint64_t)seconds, ms);
}

static struct trace_step
now(const struct engine *e, enum trace_what what)
{
	return (struct trace_step){ .what = what, .millis = e->millis,
	    .first_millis = e->millis, .absent = e->absent };
}

static struct trace_record
record_at_hand(const struct engine *e)
{
	return (struct trace_record){ .record = e->record,
	    .dialect = names_dialect(e->names, e->record->version),
	    .ask = e->ask, .source = e->source, .has_zone = e->has_zone,
	    .zone = e->zone };
}

static bool
key_of_record(struct engine *e, uint64_t *key)
{
	const struct rule	*r = &e->program->rules[e->trace.rule];

	if (r->new_life)
		return key_life(e, e->trace.rule, key);
	*key = key_classic(e, e->trace.rule);
	return true;
}

void
tracing_record(struct engine *e)
{
	struct trace_record	 t = record_at_hand(e);

	t.has_key = key_of_record(e, &t.key);
	e->trace.record(e->trace.arg, &t);
}

void
tracing_alert(struct engine *e, enum trace_what what, uint32_t rule,
    uint64_t key, const struct value *bound, int64_t first_millis)
{
	struct trace_step	 t = now(e, what);

	if (e->trace.step == NULL || rule != e->trace.rule)
		return;
	t.state = (uint32_t)e->program->rules[rule].nstates - 1;
	t.key = key;
	t.bound = bound;
	t.first_millis = first_millis;
	t.now = record_at_hand(e);
	e->trace.step(e->trace.arg, &t);
}

/* Partial matches. */

/* Where it began; of a count, the oldest of what it may become. */
static uint32_t
origin_of(const struct engine *e, const struct partial *p)
{
	uint32_t	 origin = 0;

	if (p->counts && tally_count(e->tallies, p->tally) > 0)
		origin = tally_oldest(e->tallies, p->tally).origin;
	return origin != 0 ? origin : p->origin;
}

static void
tell_partial(struct engine *e, enum trace_what what, uint32_t number,
    const struct trace *to)
{
	const struct partial	*p = partial_at(e->partials, number);
	const struct group	*g = group_at(e->partials, p->group);
	const uint32_t		 origin = origin_of(e, p);
	struct trace_step	 t = now(e, what);
	struct value		 bound[VARIABLES_MAX];

	if (g->rule != e->trace.rule)
		return;
	t.key = group_at(e->partials, group_root(e->partials, p->group))->id;
	t.state = p->state;
	if (what == TRACE_MET || what == TRACE_RENEWED)
		t.state--;
	if (p->counts)
		t.count = tally_count(e->tallies, p->tally);
	if (t.count > 0)
		t.spread_ms = time_between(tally_oldest(e->tallies,
		    p->tally).ms, tally_newest(e->tallies, p->tally).ms);
	if (origin != 0)
		t.first_millis = millis_of(origin_at(&e->pasts,
		    origin)->first_s, origin_at(&e->pasts, origin)->first_ms);
	bound_values(&e->bounds, group_bound(e->partials, p->group), bound);
	t.bound = bound;
	if (to == &e->trace)
		t.now = record_at_hand(e);
	to->step(to->arg, &t);
}

void
tracing_partial_now(struct engine *e, enum trace_what what, uint32_t number)
{
	tell_partial(e, what, number, &e->trace);
}

static void
tell_group(struct engine *e, enum trace_what what, uint32_t group,
    const struct trace *to)
{
	for (uint32_t i = group_first(e->partials, group); i != 0;
	    i = partial_at(e->partials, i)->next)
		if (what != TRACE_WAITS || !keep_over_age(e, i))
			tell_partial(e, what, i, to);
}

void
tracing_group(struct engine *e, enum trace_what what, uint32_t group)
{
	if (e->trace.step != NULL)
		tell_group(e, what, group, &e->trace);
}

/* Sequences in old words. */

static void
tell_instance(struct engine *e, enum trace_what what, uint32_t number,
    const struct trace *to)
{
	const struct instance	*i = seqs_at(e->seqs, number);
	struct trace_step	 t = now(e, what);

	if (i->rule != e->trace.rule)
		return;
	t.key = i->id;
	t.state = i->state;
	if (what == TRACE_MET)
		t.state--;
	t.count = i->count;
	t.first_millis = millis_of(i->first_s, i->first_ms);
	if (to == &e->trace)
		t.now = record_at_hand(e);
	to->step(to->arg, &t);
}

void
tracing_instance_now(struct engine *e, enum trace_what what, uint32_t number)
{
	tell_instance(e, what, number, &e->trace);
}

/* What waits. */

static void
waits_here(struct engine *e, const struct trace *to)
{
	const struct rule	*r = &e->program->rules[e->trace.rule];
	uint32_t		 root, number;
	uint64_t		 key;

	if (!r->new_life) {
		number = seqs_find(e->seqs, key_classic(e, e->trace.rule));
		if (number != SEQ_NONE && !classic_over_age(e, number))
			tell_instance(e, TRACE_WAITS, number, to);
		return;
	}
	if (!key_of_record(e, &key) ||
	    (root = group_find(e->partials, key, e->trace.rule)) == 0)
		return;
	for (uint32_t g = group_oldest(e->partials, root); g != 0;
	    g = group_newer(e->partials, g))
		tell_group(e, TRACE_WAITS, g, to);
}

/* Of a group: what waits, and what is over age. */
static void
tell_all(struct engine *e, uint32_t group, const struct trace *to)
{
	for (uint32_t i = group_first(e->partials, group); i != 0;
	    i = partial_at(e->partials, i)->next)
		tell_partial(e, keep_over_age(e, i) ?
		    keep_why_over_age(e, i) : TRACE_WAITS, i, to);
}

void
engine_waits(struct engine *e, bool here, trace_step_fn told, void *arg)
{
	const struct trace	 to = { .step = told, .arg = arg };

	if (here) {
		waits_here(e, &to);
		return;
	}
	for (uint32_t i = 0; i < seqs_size(e->seqs); i++)
		if (seqs_in_use(e->seqs, i))
			tell_instance(e, classic_over_age(e, i) ?
			    TRACE_TIMED_OUT : TRACE_WAITS, i, &to);
	for (uint32_t i = 1; i < partials_size(e->partials); i++) {
		if (group_in_use(e->partials, i))
			tell_all(e, i, &to);
		partials_settle(e->partials);
	}
}

void
engine_trace(struct engine *e, const struct trace *t)
{
	e->trace = *t;
}
