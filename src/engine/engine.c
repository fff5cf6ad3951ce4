/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine.c - the folder's face: feed a record, take what comes out.
 *
 * For each record, in the order that bsmtrace has always had: first those live
 * sequences that it advances, the most recently begun first; then the rules
 * whose first state it meets, last defined first. Before it come absences that
 * have ended, after it the sequences that wait for an alert it has raised. Each
 * of these is a moment with a number of its own.
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
moved(void *arg, uint32_t partial, uint32_t at)
{
	const struct engine	*e = arg;

	partial_at(e->partials, partial)->deadline = at;
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
prepare_rule(struct engine *e, size_t rule)
{
	const struct rule	*r = &e->program->rules[rule];

	e->wants_all |= r->new_life && r->across_hosts;
	for (uint32_t i = 0; i < r->nstates; i++) {
		e->shapes[e->first_state[rule] + i] = shape_of_state(
		    e->program, r, i);
		e->wants_millis |= r->new_life && r->states[i].within_ms >= 0;
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
	e->partials = partials_new(&e->bounds);
	e->tallies = tallies_new(&e->pasts);
	e->cooldowns = cooldowns_new();
	watch_init(e, &e->all);
	for (size_t i = 0; i < e->program->nrules; i++)
		prepare_rule(e, i);
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
	e->patterns = eval_patterns(p);
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
}

void
engine_on_unknown(struct engine *e, void (*fn)(void *, uint16_t), void *arg)
{
	e->on_unknown = fn;
	e->unknown_arg = arg;
}

/* Who is concerned. */

/* Most recently begun first; of those begun by one record, first defined. */
static int
by_start(const void *va, const void *vb)
{
	const struct touched	*a = va, *b = vb;

	if (a->start != b->start)
		return a->start > b->start ? -1 : 1;
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static void
live(struct engine *e, const struct plan *plan)
{
	const struct entry	*en = plan->lives;

	for (uint32_t i = 0, n; i < plan->nlives; i += n) {
		for (n = 1; i + n < plan->nlives; n++)
			if (en[i + n].rule != en[i].rule)
				break;
		life_feed(e, en + i, n);
	}
}

static void
advance_all(struct engine *e)
{
	if (e->ntouched > 1)
		qsort(e->touched, e->ntouched, sizeof(*e->touched), by_start);
	for (size_t i = 0; i < e->ntouched; i++)
		if (e->touched[i].new_life)
			life_tell(e, &e->mets[e->touched[i].number]);
		else
			classic_advance(e, &e->touched[i]);
}

/* Both lists are from the last rule to the first, in the end. */
static void
begin_all(struct engine *e, const struct plan *plan)
{
	uint32_t	 n = 0;

	while (n < plan->nstart || e->nfirsts > 0) {
		const struct met	*m = e->nfirsts == 0 ? NULL :
		    &e->firsts[e->nfirsts - 1];

		if (m == NULL || (n < plan->nstart &&
		    plan->start[n].rule > m->rule))
			classic_begin(e, &plan->start[n++]);
		else {
			life_tell(e, m);
			e->nfirsts--;
		}
	}
}

/* An absence has already noted what it did. */
static void
run_plan(struct engine *e, const struct plan *plan)
{
	if (plan->nadvance > 0)
		classic_touch(e, plan);
	if (plan->nlives > 0)
		live(e, plan);
	if (e->ntouched > 0)
		advance_all(e);
	begin_all(e, plan);
	e->ntouched = e->nmets = 0;
}

/* A rule is heard once in a moment, however many alerts it raises then. */
static void
hear_alerts(struct engine *e)
{
	for (size_t i = 0; i < e->nalerted; i++) {
		const uint32_t	 rule = e->alerted[i];

		if (e->alerted_at[rule] == e->ordinal)
			continue;
		e->alerted_at[rule] = e->ordinal;
		run_plan(e, index_alerted(e->index, rule, e->record,
		    &e->object));
	}
	e->nalerted = 0;
}

void
engine_run(struct engine *e, const struct plan *plan)
{
	run_plan(e, plan);
	if (e->nalerted > 0)
		hear_alerts(e);
	if (e->nstricts > 0)
		life_strict(e);
}

/* What the record says. */

/* The device and inode that the record tells, if it does. */
static bool
inode_of(const struct engine *e, struct inode *i)
{
	uint64_t	 fsid;

	i->source = e->source;
	record_inode(e->record, &fsid, &i->node);
	i->fsid = (uint32_t)fsid;
	return i->fsid != 0 && i->node != 0;
}

/* A record with path and inode: what the cache learns from it. */
static void
learn_path(struct engine *e, const struct inode *i)
{
	enum fate	 what = FATE_NONE;

	if (e->program->path_cache == PATH_CACHE_FOLLOW)
		what = fate_of(&e->fates, names_dialect(e->names,
		    e->record->version), e->record);
	switch (what) {
	case FATE_GONE:
		pathcache_forget(e->paths, i, &e->object.path);
		return;
	case FATE_MOVED:
		pathcache_forget(e->paths, i, NULL);
		break;
	case FATE_NONE:
		break;
	}
	pathcache_put(e->paths, i, e->object.path);
}

/* The record's path, or the one remembered for its device and inode. */
static void
find_object(struct engine *e, bool wanted)
{
	struct object	*o = &e->object;
	struct inode	 i;

	o->known = record_path(e->record, &o->path);
	if (e->paths == NULL || !inode_of(e, &i))
		return;
	if (o->known)
		learn_path(e, &i);
	else if (wanted)
		o->known = pathcache_find(e->paths, &i, &o->path);
}

/* What the plan of a record, and all that comes of it, may ask. */
static void
look(struct engine *e)
{
	const struct source	*s = &e->sources[e->source];
	struct asked		 a = { .record = e->record,
	    .dialect = names_dialect(e->names, e->record->version),
	    .object = &e->object, .source = e->source,
	    .has_host = s->has_host, .host = buf_bytes(&s->host),
	    .procs = e->procs };

	e->has_zone = record_zone(e->record, &e->zone);
	e->zone_hash = 0;
	a.has_zone = e->has_zone;
	a.zone = e->zone;
	ask_record(e->ask, &a);
}

void
engine_look(struct engine *e, uint32_t source, struct record *r)
{
	e->ordinal++;
	e->record = r;
	e->source = source;
	e->object.known = record_path(r, &e->object.path);
	e->is_kept = true;
	e->seconds = (e->millis - (e->millis % 1000 + 1000) % 1000) / 1000;
	look(e);
}

static uint32_t
slot_of(struct engine *e)
{
	const struct record	*r = e->record;
	bool			 unknown;
	uint32_t		 slot = index_slot(e->index,
	    names_dialect(e->names, r->version), r->event, &unknown);

	if (unknown && e->on_unknown != NULL)
		e->on_unknown(e->unknown_arg, r->event);
	return slot;
}

/* Looking ahead. */

/* What a record that is still to be fed will look up. */
struct lookup {
	uint64_t	 path;		/* of pathcache_ahead() */
	bool		 lasting, new_life;
	uint64_t	 instance;	/* of seqs_ahead(), group_ahead() */
	uint32_t	 number;
};

/* The sequence of one rule stands for all that the record may touch. */
static void
look_up_sequence(struct engine *e, uint32_t rule, struct lookup *l)
{
	const struct rule	*r = &e->program->rules[rule];
	uint64_t		 key;

	l->new_life = r->new_life;
	if (!r->new_life) {
		l->instance = key_classic(e, rule);
		seqs_ahead(e->seqs, l->instance);
	} else if (key_life(e, rule, &key))
		l->instance = group_ahead(e->partials, key);
	else
		l->lasting = false;
}

/*
 * The instance of one rule stands for all: where there are many, much else is
 * to be done for each record. A record without an inode looks for inode 0:
 * that costs less than a branch which cannot be foreseen.
 */
static void
look_ahead(struct engine *e, struct record *r, struct lookup *l)
{
	const uint32_t	 slot = index_slot_known(e->index,
	    names_dialect(e->names, r->version), r->event);
	const uint32_t	 rule = index_slot_lasting(e->index, slot);
	struct inode	 inode;

	*l = (struct lookup){ .number = SEQ_NONE };
	if (slot == INDEX_NOBODY && e->paths == NULL)
		return;
	record_index(r);
	e->record = r;
	if (e->paths != NULL) {
		(void)inode_of(e, &inode);
		l->path = pathcache_ahead(e->paths, &inode);
	}
	l->lasting = rule != PROGRAM_NONE;
	if (l->lasting)
		look_up_sequence(e, rule, l);
}

static void
look_further(const struct engine *e, struct lookup *l)
{
	if (e->paths != NULL)
		pathcache_ahead_more(e->paths, l->path);
	if (l->lasting && l->new_life)
		l->number = group_ahead_more(e->partials, l->instance);
	else if (l->lasting)
		l->number = seqs_ahead_more(e->seqs, l->instance);
}

void
engine_expect(struct engine *e, uint32_t source, struct record *r, size_t n)
{
	struct lookup	 l[ENGINE_AHEAD];

	e->source = source;
	for (size_t i = 0; i < n; i++)
		look_ahead(e, &r[i], &l[i]);
	for (size_t i = 0; i < n; i++)
		look_further(e, &l[i]);
	for (size_t i = 0; i < n; i++)
		if (l[i].new_life && l[i].number != 0)
			partial_ahead(e->partials, l[i].number);
		else if (!l[i].new_life && l[i].number != SEQ_NONE &&
		    !e->options.skip_steps)
			steps_ahead(e->steps,
			    seqs_at(e->seqs, l[i].number)->steps);
}

/* Time, and what comes. */

/* Absences that ended before this record are told, one clock at a time. */
static void
pass(struct engine *e, struct watch *w)
{
	struct record	*r = e->record;
	const uint32_t	 source = e->source;
	const int64_t	 millis = e->millis;

	if (w->absences.n > 0 && w->absences.heap[0].end < millis) {
		absences_pass(e, w, millis);
		e->record = r;
		e->source = source;
		e->millis = millis;
	}
	if (e->wants_millis)
		timer_feed(&w->millis, millis);
}

/* For those who want to know the time better than in seconds. */
static void
millis_pass(struct engine *e, struct source *s)
{
	e->millis = record_millis(e->record);
	if (!s->begun)
		ask_source(e->ask, e->source, e->millis);
	s->begun = true;
	pass(e, &s->watch);
	if (e->wants_all)
		pass(e, &e->all);
}

static void
time_passes(struct engine *e)
{
	struct source	*s = &e->sources[e->source];

	if (!s->begun || e->wants_millis ||
	    s->watch.absences.n + e->all.absences.n > 0)
		millis_pass(e, s);
	timer_feed(&s->watch.seconds, e->record->seconds);
	if (e->wants_all)
		timer_feed(&e->all.seconds, e->record->seconds);
}

void
engine_pass(struct engine *e, uint32_t source, int64_t millis)
{
	absences_pass(e, &e->sources[source].watch, millis);
	if (e->wants_all)
		absences_pass(e, &e->all, millis);
}

static void
run(struct engine *e, uint32_t slot)
{
	const struct plan	*plan = index_plan(e->index, slot, e->record,
	    &e->object);

	if (plan->nadvance + plan->nstart + plan->nlives == 0)
		return;
	e->is_kept = false;
	e->millis = record_millis(e->record);
	e->seconds = e->record->seconds;
	look(e);
	engine_run(e, plan);
}

/* Whoever follows a rule sees every record, also those it does not want. */
static void
trace(struct engine *e)
{
	e->millis = record_millis(e->record);
	record_index(e->record);
	find_object(e, true);
	look(e);
	tracing_record(e);
}

void
engine_feed(struct engine *e, uint32_t source, struct record *r)
{
	uint32_t	 slot;

	e->stats.records++;
	e->record = r;
	e->source = source;
	slot = slot_of(e);
	time_passes(e);
	e->ordinal++;
	if (slot != INDEX_NOBODY || e->paths != NULL || e->procs != NULL) {
		record_index(r);
		e->stats.partial += r->error != 0;
		if (r->at[REC_HEADER] != 0)	/* a header within: it counts */
			slot = slot_of(e);
		find_object(e, slot != INDEX_NOBODY &&
		    index_slot_object(e->index, slot));
	}
	if (e->procs != NULL)
		procs_meet(e->procs, source, r);
	if (e->trace.record != NULL)
		trace(e);
	if (slot != INDEX_NOBODY)
		run(e, slot);
	if (e->procs != NULL)
		procs_learn(e->procs, source, names_dialect(e->names,
		    r->version), r);
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
	s->forgotten = asked.new_evicted + procs.evicted + procs.images_lost +
	    cooldowns_evicted(e->cooldowns);
}

uint64_t
engine_waiting(const struct engine *e, uint32_t source)
{
	return classic_waiting(e, source) + life_waiting(e, source);
}
