/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine.c - the folder's face: an engine and its sources.
 *
 * What it is made of and what it counts. Records come in by feed.c, and what
 * each of them does is told in moment.c.
 */
#include "engine/engine.h"

#include <stdlib.h>

#include "engine/absence.h"
#include "engine/classic.h"
#include "engine/fate.h"
#include "engine/inside.h"
#include "engine/key.h"
#include "engine/life.h"
#include "engine/tracing.h"

/* Life. */

static void
moved(void *arg, const struct deadline *d, uint32_t at)
{
	const struct engine	*e = arg;

	group_waits_at(e->partials, d->group, d->state, at);
}

static void
watch_init(struct engine *e, struct watch *w)
{
	timer_init(&w->seconds);
	timer_init(&w->millis);
	w->absences = (struct deadlines){ .moved = moved, .arg = e };
}

static void
watch_fini(struct watch *w)
{
	timer_fini(&w->seconds);
	timer_fini(&w->millis);
	deadlines_fini(&w->absences);
}

static void
note_absence(struct engine *e, const struct rule *r, int64_t ms)
{
	if (!r->new_life || ms < 0)
		return;
	e->absences = true;
	if (ms < e->least_absent)
		e->least_absent = ms;
}

static void
prepare_rule(struct engine *e, size_t rule)
{
	const struct rule	*r = &e->program->rules[rule];

	e->wants_all |= r->new_life && r->across_hosts;
	for (uint32_t i = 0; i < r->nstates; i++) {
		e->shapes[e->first_state[rule] + i] = shape_of_state(
		    e->program, r, i);
		e->wants_millis |= r->new_life && r->states[i].within_ms >= 0;
		note_absence(e, r, r->states[i].absent_ms);
	}
}

/* Does anybody ask for the hash of a sequence's first record? */
static bool
wants_hashes(const struct engine *e)
{
	bool	 windows = false;

	for (size_t i = 0; i < e->program->nrules; i++)
		windows |= e->program->rules[i].window_s != 0;
	return windows || e->options.want_uid;
}

static void
new_lives(struct engine *e)
{
	pasts_init(&e->pasts, wants_hashes(e));
	bounds_init(&e->bounds);
	e->tallies = tallies_new(&e->pasts, e->options.max_counted);
	e->partials = partials_new(&e->bounds, &e->pasts, e->tallies,
	    e->options.max_open);
	e->cooldowns = cooldowns_new();
	watch_init(e, &e->all);
	e->least_absent = INT64_MAX;
	for (size_t i = 0; i < e->program->nrules; i++)
		prepare_rule(e, i);
	e->musters = musters_new(e);
	if (e->musters != NULL) {
		e->waits = waits_new();
		e->concerned = xcalloc(musters_blocks(e->musters),
		    sizeof(*e->concerned));
	}
	key_prepare(e);
	plans_use_musters(e->plans, e->musters);
}

struct engine *
engine_new(const struct program *p, const struct names *names,
    const struct engine_options *options, const struct alert_out *out)
{
	struct engine	*e = xcalloc(1, sizeof(*e));
	uint32_t	 n = 0;

	e->program = p;
	e->names = names;
	e->options = *options;
	if (e->options.max_instances == 0)
		e->options.max_instances = ENGINE_INSTANCES_MAX;
	e->out = *out;
	e->index = index_new(p, names);
	e->slots = index_slots(e->index);
	e->asks = index_all_asks(e->index);
	e->plans = index_plans(e->index);
	e->near = plans_near(e->plans);
	e->turns = xcalloc(1, sizeof(*e->turns));
	e->turns->seconds = e->turns->millis = INT64_MIN;
	e->patterns = eval_patterns(p);
	plans_use_patterns(e->plans, e->patterns);
	if (index_wants_objects(e->index) && p->path_cache != PATH_CACHE_OFF)
		e->paths = pathcache_new();
	if (p->path_cache == PATH_CACHE_FOLLOW)
		fate_init(&e->fates, names);
	e->ask = ask_new(p);
	if (p->wants_processes)
		e->procs = procs_new(names, 0);
	e->seqs = seqs_new(e->options.max_instances, wants_hashes(e));
	e->steps = steps_new();
	e->uids = uids_new();
	e->seed = hash_key_random();
	e->first_state = xcalloc(p->nrules + 1, sizeof(*e->first_state));
	for (size_t i = 0; i < p->nrules; i++) {
		e->first_state[i] = n;
		n += (uint32_t)p->rules[i].nstates;
	}
	e->waiting = xcalloc(n + (size_t)1, sizeof(*e->waiting));
	e->shapes = xcalloc(n + (size_t)1, sizeof(*e->shapes));
	e->completed = xcalloc(p->nrules + 1, sizeof(*e->completed));
	e->alerted_at = xcalloc(p->nrules + 1, sizeof(*e->alerted_at));
	e->asked = xcalloc(p->nobject_sets + 1, sizeof(*e->asked));
	e->answered = xcalloc(p->nobject_sets + 1, sizeof(*e->answered));
	e->alert_steps = xcalloc(ALERT_STEPS_MAX, sizeof(*e->alert_steps));
	new_lives(e);
	return e;
}

static void
free_lives(struct engine *e)
{
	partials_free(e->partials);
	tallies_free(e->tallies);
	cooldowns_free(e->cooldowns);
	free(e->key_parts);
	free(e->key_memos);
	free(e->waiters);
	waits_free(e->waits);
	musters_free(e->musters);
	free(e->concerned);
	pasts_fini(&e->pasts);
	bounds_fini(&e->bounds);
	watch_fini(&e->all);
	free(e->candidates);
	free(e->mets);
	free(e->firsts);
	free(e->stricts);
	free(e->alerted);
	free(e->alerted_at);
	free(e->shapes);
}

void
engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < e->nsources; i++) {
		watch_fini(&e->sources[i].watch);
		buf_fini(&e->sources[i].host);
	}
	free(e->sources);
	index_free(e->index);
	free(e->turns);
	patterns_free(e->patterns);
	pathcache_free(e->paths);
	ask_free(e->ask);
	procs_free(e->procs);
	seqs_free(e->seqs);
	steps_free(e->steps);
	ring_free(e->kept);
	uids_free(e->uids);
	free_lives(e);
	free(e->first_state);
	free(e->waiting);
	free(e->asked);
	free(e->answered);
	free(e->touched);
	free(e->completed);
	free(e->alert_steps);
	free(e);
}

uint32_t
engine_source(struct engine *e, bool live)
{
	struct source	*s;

	e->sources = mem_grow(e->sources, &e->sources_cap, e->nsources + 1,
	    sizeof(*e->sources));
	s = &e->sources[e->nsources];
	*s = (struct source){ .live = live };
	watch_init(e, &s->watch);
	return (uint32_t)e->nsources++;
}

void
engine_source_host(struct engine *e, uint32_t source, struct slice host)
{
	struct source	*s = &e->sources[source];

	buf_clear(&s->host);
	buf_slice(&s->host, host);
	s->has_host = host.n > 0;
	s->host_hash = hash_bytes(&e->seed, host);
	s->key = 0;
}

void
engine_on_unknown(struct engine *e, void (*fn)(void *, uint16_t), void *arg)
{
	e->on_unknown = fn;
	e->unknown_arg = arg;
}

void
engine_profile(struct engine *e, struct profile *p)
{
	e->profile = p;
}

void
engine_ready(struct engine *e, bool jit)
{
	patterns_ready(e->patterns, jit);
	ask_ready(e->ask, jit);
}

void
engine_census(struct engine *e, struct census *c)
{
	e->census = c;
}

void
engine_stats(const struct engine *e, struct engine_stats *s)
{
	struct ask_stats	 asked;
	struct procs_stats	 procs = { 0 };

	ask_stats(e->ask, &asked);
	*s = e->stats;
	s->instances = seqs_count(e->seqs) + (uint64_t)partials_count(
	    e->partials);
	s->patterns_failed += asked.patterns_failed;
	s->evicted += tallies_evicted(e->tallies);
	if (e->procs != NULL)
		procs_stats(e->procs, &procs);
	s->forgotten += asked.new_evicted + procs.evicted + procs.images_lost +
	    cooldowns_evicted(e->cooldowns);
}

bool
engine_newest(const struct engine *e, int64_t *seconds)
{
	*seconds = INT64_MIN;
	for (size_t i = 0; i < e->nsources; i++) {
		const int64_t	 latest = timer_latest(
		    &e->sources[i].watch.seconds, 0);

		*seconds = latest > *seconds ? latest : *seconds;
	}
	return *seconds != INT64_MIN;
}

uint64_t
engine_waiting(const struct engine *e, uint32_t source)
{
	return classic_waiting(e, source) + life_waiting(e, source);
}
