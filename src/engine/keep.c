/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keep.c - partial matches with all that hangs on them.
 *
 * Age is asked when somebody looks; whoever nobody looks at is found by a sweep
 * over a few at a time, whenever a new one is kept. What came out of a count
 * shares the count's records as long as they stay as they are.
 */
#include "engine/keep.h"

#include <stdlib.h>

#include "engine/age.h"
#include "engine/inside.h"
#include "engine/kept.h"

#define SWEEP		2u		/* looked at for each that is kept */
#define EPOCHS_SPARE	65536u		/* before a look for unused ones */

struct watch *
keep_watch(struct engine *e, const struct rule *r, uint32_t source)
{
	return r->across_hosts ? &e->all : &e->sources[source].watch;
}

bool
keep_counts(const struct state *s)
{
	return s->multiplier > 1;
}

struct tally_way
keep_way(const struct rule *r, uint32_t state)
{
	const struct state	*s = &r->states[state];

	return (struct tally_way){ .wanted = s->multiplier,
	    .window_ms = s->window_ms,
	    .distinct = s->distinct != FIELDS,
	    .strict = r->strict };
}

/* Age. */

static const struct watch *
watch_of(const struct engine *e, const struct origin *o)
{
	return o->all ? &e->all : &e->sources[o->source].watch;
}

static bool
origin_over_age(const struct engine *e, const struct rule *r, uint32_t origin)
{
	const struct origin	*o = origin_at(&e->pasts, origin);

	return age_over(watch_of(e, o), o->epoch, o->first_s,
	    age_limit(r, 0, o->first_hash));
}

/* For tallies: whose origins are asked about. */
struct dying {
	const struct engine	*e;
	const struct rule	*r;
};

static bool
dead(void *arg, uint32_t origin)
{
	const struct dying	*d = arg;

	return origin_over_age(d->e, d->r, origin);
}

uint32_t
keep_begin(const struct scene *sc)
{
	struct engine	*e = sc->e;
	const int64_t	 ms = e->millis % 1000;
	struct origin	 o = { .start = e->ordinal, .first_s = e->seconds,
	    .source = (uint16_t)e->source,
	    .first_ms = (uint16_t)(ms < 0 ? ms + 1000 : ms),
	    .all = sc->r->across_hosts };

	if (e->options.want_uid || sc->r->window_s != 0)
		o.first_hash = uids_hash(e->record->bytes);
	o.epoch = age_begin(e, keep_watch(e, sc->r, e->source), o.first_s);
	return origin_new(&e->pasts, &o);
}

bool
keep_over_age(const struct engine *e, uint32_t number)
{
	const struct partial	*p = partial_at(e->partials, number);
	const struct rule	*r = &e->program->rules[group_at(e->partials,
	    p->group)->rule];
	const struct state	*s = &r->states[p->state];
	struct dying		 d = { e, r };

	if (p->counts) {
		tally_expire(e->tallies, p->tally, dead, &d);
		return tally_count(e->tallies, p->tally) == 0;
	}
	if (origin_over_age(e, r, p->origin))
		return true;
	return s->within_ms >= 0 && time_between(p->last_ms,
	    timer_latest(&watch_of(e, origin_at(&e->pasts,
	    p->origin))->millis, p->epoch)) > s->within_ms;
}

/* A clock that steps back again and again: forget epochs nobody is in. */
static void
tidy_epochs(struct engine *e, struct watch *w)
{
	const size_t	 most = partials_count(e->partials);
	uint32_t	*used;
	size_t		 n = 0;

	if (w->millis.n < EPOCHS_SPARE + 2 * most)
		return;
	used = xreallocarray(NULL, most + 1, sizeof(*used));
	for (uint32_t i = 1; i < partials_size(e->partials); i++) {
		const struct partial	*p = partial_at(e->partials, i);

		/* Of any clock: some too many are kept. */
		if (p->group != 0)
			used[n++] = p->epoch;
	}
	age_keep_epochs(&w->millis, used, n);
	free(used);
}

/* Groups. */

uint64_t
keep_hash(const struct engine *e, const struct value bound[VARIABLES_MAX])
{
	uint64_t	 h = 0;

	for (size_t i = 0; i < VARIABLES_MAX; i++)
		if (bound[i].kind != VALUE_NOTHING)
			h = hash_word(&e->seed, h + i + 1) +
			    value_hash(&e->seed, &bound[i]);
	return h;
}

static bool
binds_nothing(const struct value bound[VARIABLES_MAX])
{
	for (size_t i = 0; i < VARIABLES_MAX; i++)
		if (bound[i].kind != VALUE_NOTHING)
			return false;
	return true;
}

uint32_t
keep_group(const struct scene *sc, const struct value bound[VARIABLES_MAX])
{
	const uint32_t	 root = group_find(sc->e->partials, sc->key);

	if (root == 0 || binds_nothing(bound))
		return root;
	return group_find_bound(sc->e->partials, root,
	    keep_hash(sc->e, bound), bound);
}

uint32_t
keep_new_group(const struct scene *sc, const struct value bound[VARIABLES_MAX])
{
	struct engine	*e = sc->e;
	uint32_t	 root = group_find(e->partials, sc->key), group;

	if (root == 0)
		root = group_add(e->partials, sc->key, sc->rule);
	if (binds_nothing(bound))
		return root;
	group = group_find_bound(e->partials, root, keep_hash(e, bound),
	    bound);
	if (group != 0)
		return group;
	if (group_at(e->partials, root)->n >= COMBINATIONS_MAX) {
		keep_end_group(e, group_at(e->partials, root)->oldest);
		e->stats.evicted++;
	}
	group = group_add_bound(e->partials, root, keep_hash(e, bound),
	    bound);
	if (group == 0) {
		group_tidy(e->partials, root);
		e->stats.evicted++;
	}
	return group;
}

/* Ending. */

void
keep_settle(struct engine *e, uint32_t number)
{
	struct partial		*p = partial_at(e->partials, number);
	const struct rule	*r = &e->program->rules[group_at(e->partials,
	    p->group)->rule];
	const struct tally_way	 way = keep_way(r, p->state - 1u);

	if (p->counts || p->tally == 0)
		return;
	p->past = tally_past(e->tallies, p->tally, &way);
	p->tally = 0;
}

void
keep_end(struct engine *e, uint32_t number)
{
	struct partial	*p = partial_at(e->partials, number);
	uint32_t	 came_out;

	if (p->deadline != 0) {
		const struct origin	*o = origin_at(&e->pasts, p->origin);

		deadlines_remove(o->all ? &e->all.absences :
		    &e->sources[o->source].watch.absences, p->deadline);
	}
	if (p->counts) {
		came_out = partial_find(e->partials, p->group,
		    (uint16_t)(p->state + 1), false);
		if (came_out != 0 &&
		    partial_at(e->partials, came_out)->tally == p->tally)
			keep_settle(e, came_out);
		tally_drop(e->tallies, p->tally);
	}
	origin_drop(&e->pasts, p->origin);
	past_drop(&e->pasts, p->past);
	partial_remove(e->partials, number);
}

void
keep_end_group(struct engine *e, uint32_t group)
{
	uint32_t	 next;

	for (uint32_t number = group_at(e->partials, group)->first;
	    number != 0; number = next) {
		next = partial_at(e->partials, number)->next;
		keep_end(e, number);
	}
}

static void
expire(struct engine *e, uint32_t number)
{
	keep_end(e, number);
	e->stats.expired++;
}

static void
sweep(struct engine *e)
{
	for (unsigned n = 0; n < SWEEP; n++) {
		uint32_t	 number = ++e->life_sweep_at;

		if (number >= partials_size(e->partials)) {
			e->life_sweep_at = 0;
			return;
		}
		if (partial_at(e->partials, number)->group != 0 &&
		    keep_over_age(e, number))
			expire(e, number);
	}
}

uint32_t
keep_find(struct engine *e, uint32_t group, uint32_t state)
{
	const uint32_t	 number = group == 0 ? 0 : partial_find(e->partials,
	    group, (uint16_t)state, false);

	if (number == 0 || !keep_over_age(e, number))
		return number;
	expire(e, number);
	return 0;
}

/* Keeping. */

static void
wait_for_end(const struct scene *sc, const struct grown *g, uint32_t number)
{
	struct engine		*e = sc->e;
	const struct origin	*o = origin_at(&e->pasts, g->origin);
	struct deadline		 d = { .end = g->ms, .start = o->start,
	    .rule = sc->rule, .partial = number, .kept_at = g->kept_at };
	const int64_t		 wait = sc->r->states[g->state].absent_ms;

	d.end = d.end > INT64_MAX - wait ? INT64_MAX : d.end + wait;
	deadlines_add(&keep_watch(e, sc->r, o->source)->absences, &d);
}

static void
drop(struct engine *e, const struct grown *g)
{
	origin_drop(&e->pasts, g->origin);
	past_drop(&e->pasts, g->past);
}

/* A place for it that is empty; 0 when there is no room. */
static uint32_t
new_place(const struct scene *sc, const struct grown *g)
{
	struct engine	*e = sc->e;
	struct partial	 p = { .state = (uint16_t)g->state };

	sweep(e);
	age_make_room(e);
	p.group = keep_new_group(sc, g->bound);
	if (p.group == 0)
		return 0;
	e->stats.started += origin_at(&e->pasts, g->origin)->start ==
	    e->ordinal;
	return partial_add(e->partials, &p);
}

void
keep_put(const struct scene *sc, const struct grown *g)
{
	struct engine		*e = sc->e;
	const struct state	*s = &sc->r->states[g->state];
	struct watch		*w = keep_watch(e, sc->r, origin_at(&e->pasts,
	    g->origin)->source);
	uint32_t		 number = keep_find(e, keep_group(sc,
	    g->bound), g->state);
	struct partial		*p;

	if (s->absent_ms >= 0 && number != 0) {
		drop(e, g);
		return;
	}
	if (number != 0) {
		origin_drop(&e->pasts, partial_at(e->partials,
		    number)->origin);
		past_drop(&e->pasts, partial_at(e->partials, number)->past);
		partial_renewed(e->partials, number);
	} else if ((number = new_place(sc, g)) == 0) {
		drop(e, g);
		return;
	}
	p = partial_at(e->partials, number);
	p->made = e->ordinal;
	p->last_ms = g->ms;
	p->origin = g->origin;
	p->past = g->past;
	p->tally = g->tally;
	if (s->within_ms >= 0) {
		tidy_epochs(e, w);
		p->epoch = timer_begin(&w->millis, g->ms);
	}
	if (s->absent_ms >= 0)
		wait_for_end(sc, g, number);
}
