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
#include "engine/fold.h"
#include "engine/inside.h"
#include "engine/kept.h"
#include "engine/scene.h"
#include "engine/tracing.h"

#define SWEEP		2u		/* looked at for each that is kept */

struct watch *
keep_watch(struct engine *e, const struct rule *r, uint32_t source)
{
	return r->across_hosts ? &e->all : &e->sources[source].watch;
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
	return engine_watch(e, o->all, o->source);
}

static bool
origin_over_age(const struct engine *e, const struct rule *r, uint32_t origin)
{
	const struct origin	*o = origin_at(&e->pasts, origin);

	return age_over(watch_of(e, o), o->epoch, o->first_s,
	    age_limit(r, origin_hash(&e->pasts, origin)));
}

/* Has a record of this clock come too late, `within` being over? */
static inline bool
is_late(const struct watch *w, const struct state *s, int64_t last_ms,
    uint32_t epoch)
{
	return s->within_ms >= 0 && time_between(last_ms,
	    timer_latest(&w->millis, epoch - 1)) > s->within_ms;
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

/* The record being read, which meets this state. */
static inline struct origin
origin_of(const struct scene *sc, uint32_t state, uint64_t *hash)
{
	struct engine	*e = sc->e;
	const int64_t	 ms = e->millis % 1000;
	struct origin	 o = { .start = e->ordinal, .first_s = e->seconds,
	    .source = (uint16_t)e->source, .state = (uint16_t)(state + 1),
	    .first_ms = (unsigned)(ms < 0 ? ms + 1000 : ms) & 0x3ff,
	    .all = sc->r->across_hosts };

	if (!e->options.skip_steps) {
		const struct step	 s = kept_step(e);

		o.offset = s.offset;
		o.quality = s.quality;
	}
	*hash = e->options.want_uid || sc->r->window_s != 0 ?
	    uids_hash(e->record->bytes) : 0;
	o.epoch = age_begin(e, keep_watch(e, sc->r, e->source), o.first_s);
	return o;
}

uint32_t
keep_begin(const struct scene *sc, uint32_t state)
{
	uint64_t		 hash;
	const struct origin	 o = origin_of(sc, state, &hash);

	return origin_new(&sc->e->pasts, &o, hash);
}

bool
keep_over_age(const struct engine *e, uint32_t number)
{
	const struct partial	*p = partial_at(e->partials, number);
	const struct rule	*r = &e->program->rules[group_at(e->partials,
	    p->group)->rule];
	const struct state	*s = &r->states[p->state];
	struct dying		 d = { e, r };

	if (!e->key_parts[group_at(e->partials, p->group)->rule].ages)
		return false;
	if (p->counts) {
		tally_expire(e->tallies, p->tally, dead, &d);
		return tally_count(e->tallies, p->tally) == 0;
	}
	if (origin_over_age(e, r, p->origin))
		return true;
	return is_late(watch_of(e, origin_at(&e->pasts, p->origin)), s,
	    p->last_ms, p->epoch);
}

static int64_t
folded_last_ms(const struct engine *e, uint32_t group)
{
	const struct group	*g = group_at(e->partials, group);

	return g->top <= 1 ? (int64_t)g->f_millis :
	    group_last_ms(e->partials, group);
}

bool
keep_folded_over_age(const struct engine *e, uint32_t group)
{
	const struct group	*g = group_at(e->partials, group);
	const struct rule	*r = &e->program->rules[g->rule];
	const struct watch	*w = engine_watch(e, g->f_all, g->f_source);
	const struct state	*s = &r->states[g->top];
	uint64_t		 limit;

	if (!e->key_parts[g->rule].ages)
		return false;
	if (s->within_ms >= 0 && is_late(w, s, folded_last_ms(e, group),
	    group_late(g)))
		return true;
	limit = age_limit(r, r->window_s == 0 ? 0 :
	    group_hash(e->partials, group));
	return limit != 0 && timer_over(&w->seconds, g->f_epoch,
	    (int64_t)g->f_millis / 1000, limit);
}

bool
keep_waits(const struct engine *e, uint32_t group, uint32_t source)
{
	const struct group	*g = group_at(e->partials, group);

	if (e->nsources == 1 && !e->key_parts[g->rule].ages)
		return group_holds(e->partials, group);
	if (g->folded)
		return g->f_source == source && !keep_folded_over_age(e, group);
	for (uint32_t i = g->first; i != 0;
	    i = partial_at(e->partials, i)->next)
		if (origin_at(&e->pasts, partial_at(e->partials,
		    i)->origin)->source == source && !keep_over_age(e, i))
			return true;
	return false;
}

enum trace_what
keep_why_over_age(const struct engine *e, uint32_t number)
{
	const struct partial	*p = partial_at(e->partials, number);
	const struct rule	*r = &e->program->rules[group_at(e->partials,
	    p->group)->rule];

	return p->counts || origin_over_age(e, r, p->origin) ?
	    TRACE_TIMED_OUT : TRACE_LATE;
}

/* Groups. */

/* A text of the record being read is the same until the next one. */
static uint64_t
hash_text(struct engine *e, const struct value *v)
{
	const uint64_t	 hash = value_hash(&e->seed, v);

	if (e->record != NULL && (uintptr_t)v->bytes.p -
	    (uintptr_t)e->record->bytes.p < e->record->bytes.n)
		e->text_memo = (struct text_memo){ e->ordinal, hash,
		    v->bytes };
	return hash;
}

/* What one rule binds is most often what others compare, or bind, too. */
static inline uint64_t
hash_of(struct engine *e, const struct value *v)
{
	const struct text_memo	*m = &e->text_memo;

	if (v->kind != VALUE_TEXT)
		return value_hash(&e->seed, v);
	return m->text.p == v->bytes.p && m->text.n == v->bytes.n &&
	    m->ordinal == e->ordinal ? m->hash : hash_text(e, v);
}

static inline uint64_t
mix(const struct engine *e, uint64_t hash, size_t variable, uint64_t more)
{
	return hash_word(&e->seed, hash + variable + 1) + more;
}

uint64_t
keep_hash_more(struct engine *e, uint64_t hash, size_t variable,
    const struct value *value)
{
	return mix(e, hash, variable, hash_of(e, value));
}

/* Of so many variables, from the first. Returns whether one is bound. */
static inline bool
hash_bound(struct engine *e, const struct value *bound, size_t n,
    uint64_t *hash)
{
	bool	 any = false;

	*hash = 0;
	for (size_t i = 0; i < n; i++) {
		if (bound[i].kind == VALUE_NOTHING)
			continue;
		any = true;
		*hash = keep_hash_more(e, *hash, i, &bound[i]);
	}
	return any;
}

/* Also of what a state file says: no text of a record is remembered. */
uint64_t
keep_hash(const struct engine *e, const struct value bound[VARIABLES_MAX])
{
	uint64_t	 hash = 0;

	for (size_t i = 0; i < VARIABLES_MAX; i++)
		if (bound[i].kind != VALUE_NOTHING)
			hash = mix(e, hash, i, value_hash(&e->seed,
			    &bound[i]));
	return hash;
}

/* Where something with these values is, or would be. */
struct spot {
	const struct value *bound;	/* NULL: it binds nothing */
	uint64_t	 hash;
	uint32_t	 root;		/* of the key; maybe gone */
};

static inline struct spot
spot_of(const struct scene *sc, const struct value bound[VARIABLES_MAX])
{
	struct spot	 at = { .root = scene_root(sc) };

	if (hash_bound(sc->e, bound, sc->r->nvariables, &at.hash))
		at.bound = bound;
	return at;
}

/* The root, unless it has gone since; none has come. */
static uint32_t
spot_root(const struct scene *sc, const struct spot *at)
{
	const struct partials	*s = sc->e->partials;

	return at->root != 0 && group_in_use(s, at->root) &&
	    group_at(s, at->root)->id == sc->key ? at->root : 0;
}

static uint32_t
spot_group(const struct scene *sc, const struct spot *at)
{
	const struct partials	*s = sc->e->partials;
	const uint32_t		 root = spot_root(sc, at);

	if (root == 0)
		return 0;
	if (at->bound == NULL)
		return group_bound(s, root) == 0 ? root : 0;
	return group_find_bound(s, root, at->hash, at->bound);
}

uint32_t
keep_group(const struct scene *sc, const struct value bound[VARIABLES_MAX])
{
	const struct spot	 at = spot_of(sc, bound);

	return spot_group(sc, &at);
}

/* One more combination of a key that may have too many. */
static uint32_t
add_combination(struct engine *e, uint32_t root, const struct spot *at)
{
	struct partials	*s = e->partials;
	uint32_t	 oldest, group;

	root = group_apart(s, root);
	if (group_count(s, root) >= COMBINATIONS_MAX) {
		oldest = group_oldest(s, root);
		if (oldest == root)
			oldest = group_newer(s, root);
		tracing_group(e, TRACE_EVICTED, oldest);
		keep_end_group(e, oldest);
		e->stats.evicted++;
	}
	group = group_add_bound(s, root, at->hash, at->bound);
	group_tidy(s, root);
	return group;
}

/* Nothing lives there. */
static uint32_t
empty_group(const struct scene *sc, const struct spot *at)
{
	struct engine	*e = sc->e;
	struct partials	*s = e->partials;
	uint32_t	 root, group;

	age_make_room(e);
	root = spot_root(sc, at);
	if (at->bound == NULL)
		return root == 0 ? group_add(s, sc->key, sc->rule) :
		    group_apart(s, root);
	group = root == 0 ? group_add_alone(s, sc->key, sc->rule, at->hash,
	    at->bound) : add_combination(e, root, at);
	e->stats.evicted += group == 0;
	return group;
}

static uint32_t
new_group(const struct scene *sc, const struct spot *at)
{
	const uint32_t	 group = spot_group(sc, at);

	return group != 0 && group_holds(sc->e->partials, group) ? group :
	    empty_group(sc, at);
}

uint32_t
keep_new_group(const struct scene *sc, const struct value bound[VARIABLES_MAX])
{
	const struct spot	 at = spot_of(sc, bound);

	return new_group(sc, &at);
}

/* Ending. */

uint32_t
keep_came_out(const struct engine *e, uint32_t count)
{
	const struct partial	*c = partial_at(e->partials, count);
	const uint32_t		 out = partial_find(e->partials, c->group,
	    (uint16_t)(c->state + 1), false);
	const struct partial	*p;

	if (out == 0)
		return 0;
	p = partial_at(e->partials, out);
	return p->in_tally && p->tally == c->tally ? out : 0;
}

static void
drop_past(struct engine *e, const struct partial *p)
{
	if (!p->counts && !p->in_tally)
		past_drop(&e->pasts, p->past);
}

void
keep_settle(struct engine *e, uint32_t number)
{
	struct partial		*p = partial_at(e->partials, number);
	const struct rule	*r = &e->program->rules[group_at(e->partials,
	    p->group)->rule];
	const struct tally_way	 way = keep_way(r, p->state - 1u);

	if (p->counts || !p->in_tally)
		return;
	p->past = tally_past(e->tallies, p->tally, &way);
	p->in_tally = false;
}

/* Nobody waits for this absence any more. */
static void
forget_end(struct engine *e, bool all, uint32_t source, uint32_t deadline)
{
	deadlines_remove(all ? &e->all.absences :
	    &e->sources[source].watch.absences, deadline);
}

void
keep_end(struct engine *e, uint32_t number)
{
	struct partial	*p = partial_at(e->partials, number);
	uint32_t	 came_out;

	if (p->deadline != 0) {
		const struct origin	*o = origin_at(&e->pasts, p->origin);

		forget_end(e, o->all, o->source, p->deadline);
	}
	if (p->counts) {
		came_out = keep_came_out(e, number);
		if (came_out != 0)
			keep_settle(e, came_out);
		tally_drop(e->tallies, p->tally);
	}
	origin_drop(&e->pasts, p->origin);
	drop_past(e, p);
	partial_remove(e->partials, number);
}

/* All of a group that is folded. */
static void
end_folded(struct engine *e, uint32_t group)
{
	const struct group	*g = group_at(e->partials, group);

	if (g->folded == FOLDED_ABSENCE)
		forget_end(e, g->f_all, g->f_source, g->f_deadline);
	group_end_folded(e->partials, group);
}

void
keep_end_group(struct engine *e, uint32_t group)
{
	uint32_t	 next;

	if (group_at(e->partials, group)->folded) {
		end_folded(e, group);
		return;
	}
	for (uint32_t number = group_first(e->partials, group); number != 0;
	    number = next) {
		next = partial_at(e->partials, number)->next;
		keep_end(e, number);
	}
}

void
keep_expire(struct engine *e, uint32_t number)
{
	const uint32_t	 group = partial_at(e->partials, number)->group;

	if (e->trace.step != NULL)
		tracing_partial(e, keep_why_over_age(e, number), number);
	e->stats.expired += group_at(e->partials, group)->first == number &&
	    partial_at(e->partials, number)->next == 0;
	keep_end(e, number);
}

void
keep_expire_folded(struct engine *e, uint32_t group)
{
	end_folded(e, group);
	e->stats.expired++;
}

static void
sweep_open(struct engine *e, uint32_t group)
{
	uint32_t	 next;

	for (uint32_t i = group_first(e->partials, group); i != 0; i = next) {
		next = partial_at(e->partials, i)->next;
		if (keep_over_age(e, i))
			keep_expire(e, i);
	}
}

static void
sweep_group(struct engine *e, uint32_t group)
{
	const struct group	*g = group_at(e->partials, group);

	if (!group_in_use(e->partials, group))
		return;
	partials_passed(e->partials, group);
	if (g->folded ? !keep_folded_over_age(e, group) :
	    !e->key_parts[g->rule].ages)
		return;
	if (g->folded && g->f_low == g->top && e->trace.step == NULL)
		keep_expire_folded(e, group);
	else
		sweep_open(e, group);
}

static void
sweep(struct engine *e)
{
	if (!e->ages && e->waits != NULL)
		return;			/* nobody wants to be passed */
	for (unsigned n = 0; n < SWEEP; n++) {
		if (++e->life_sweep_at >= partials_size(e->partials)) {
			e->life_sweep_at = 0;
			partials_walk(e->partials);
			return;
		}
		sweep_group(e, e->life_sweep_at);
	}
}

uint32_t
keep_find(struct engine *e, uint32_t group, uint32_t state)
{
	const uint32_t	 number = group == 0 ? 0 : partial_find(e->partials,
	    group, (uint16_t)state, false);

	if (number == 0 || !keep_over_age(e, number))
		return number;
	keep_expire(e, number);
	return 0;
}

/* Does all of it wait for an absence in this state, and may stay folded? */
static bool
only_waits(const struct engine *e, const struct group *g, uint32_t state)
{
	return g->folded == FOLDED_ABSENCE && g->f_low == g->top &&
	    g->top == state && e->trace.step == NULL;
}

void
keep_prevent(const struct scene *sc, uint32_t group, uint32_t state)
{
	struct engine		*e = sc->e;
	const int64_t		 wait = sc->r->states[state].absent_ms;
	uint32_t		 number;

	if (only_waits(e, group_at(e->partials, group), state)) {
		if (e->ages && keep_folded_over_age(e, group))
			keep_expire_folded(e, group);
		else if (time_between(folded_last_ms(e, group),
		    e->millis) <= wait)
			end_folded(e, group);
		return;
	}
	number = keep_find(e, group, state);
	if (number == 0 || time_between(partial_at(e->partials,
	    number)->last_ms, e->millis) > wait)
		return;
	tracing_partial(e, TRACE_PREVENTED, number);
	keep_end(e, number);
}

/* Keeping. */

/*
 * What is put into this group and state waits from now on. START: of its
 * sequence, which began in that source; END: when the wait begins. Returns
 * where its deadline stands.
 */
static uint32_t
wait_for_end(const struct scene *sc, uint32_t source, struct deadline d)
{
	struct engine	*e = sc->e;
	const int64_t	 wait = sc->r->states[d.state].absent_ms;

	d.end = d.end > INT64_MAX - wait ? INT64_MAX : d.end + wait;
	d.kept_at = kept_put(e);
	d.nth = e->nabsences++ & DEADLINE_NTH;
	d.rule = sc->rule;
	return deadlines_add(&keep_watch(e, sc->r, source)->absences, &d);
}

static void
drop(struct engine *e, const struct grown *g)
{
	origin_drop(&e->pasts, g->origin);
	past_drop(&e->pasts, g->past);
}

/* A place for it that is empty; 0 when there is no room. */
static uint32_t
new_place(const struct scene *sc, const struct grown *g, const struct spot *at)
{
	struct engine	*e = sc->e;
	struct partial	 p = { .state = (uint16_t)g->state };

	sweep(e);
	p.group = new_group(sc, at);
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
	const struct spot	 at = spot_of(sc, g->bound);
	uint32_t		 number = keep_find(e, spot_group(sc, &at),
	    g->state);
	struct partial		*p;
	bool			 renewed;

	if (s->absent_ms >= 0 && number != 0) {
		drop(e, g);
		return;
	}
	renewed = number != 0;
	if (number != 0) {
		origin_drop(&e->pasts, partial_at(e->partials,
		    number)->origin);
		drop_past(e, partial_at(e->partials, number));
		partial_renewed(e->partials, number);
	} else if ((number = new_place(sc, g, &at)) == 0) {
		drop(e, g);
		return;
	}
	p = partial_at(e->partials, number);
	p->made = e->ordinal & PARTIAL_MADE;
	p->last_ms = g->ms;
	p->origin = g->origin;
	p->in_tally = g->tally != 0;
	p->past = g->tally != 0 ? g->tally : g->past;
	if (s->within_ms >= 0)
		p->epoch = age_begin_millis(e, w, g->ms) + 1;
	if (s->absent_ms >= 0)
		p->deadline = wait_for_end(sc, origin_at(&e->pasts,
		    g->origin)->source, (struct deadline){ .end = g->ms,
		    .start = origin_at(&e->pasts, g->origin)->start,
		    .group = p->group, .state = (uint16_t)g->state });
	tracing_partial(e, renewed ? TRACE_RENEWED : TRACE_MET, number);
}

/* Beginning. */

bool
keep_folds(const struct scene *sc)
{
	return sc->e->trace.step == NULL && !sc->r->strict;
}

bool
keep_begun(const struct scene *sc, struct begun *b)
{
	struct engine		*e = sc->e;
	const struct rule	*r = sc->r;
	struct origin		 o;
	uint32_t		 late = 0;

	if (!keep_folds(sc) || r->nstates == 1)
		return false;
	o = origin_of(sc, 0, &b->hash);
	if (r->states[1].within_ms >= 0)
		late = age_begin_millis(e, keep_watch(e, r, e->source),
		    e->millis) + 1;
	if (!fold_begin(&b->as, &o, e->millis, late, e->options.skip_steps))
		return false;
	if (r->states[1].absent_ms >= 0)
		b->as.folded = FOLDED_ABSENCE;
	return true;
}

bool
keep_counted(const struct scene *sc, uint64_t value, struct begun *b)
{
	const struct engine	*e = sc->e;
	const struct origin	 o = origin_of(sc, 0, &b->hash);

	return fold_count(&b->as, &o, e->millis, value,
	    e->options.skip_steps);
}

/* Where others have gone on already, it is one of several. */
static void
put_open(const struct scene *sc, const struct value bound[VARIABLES_MAX])
{
	struct engine	*e = sc->e;
	struct grown	 g = { .state = 1, .bound = bound, .ms = e->millis,
	    .origin = keep_begin(sc, 0) };

	g.past = kept_first(e, g.origin);
	keep_put(sc, &g);
}

void
keep_put_begun(const struct scene *sc, struct begun *b,
    const struct value bound[VARIABLES_MAX])
{
	struct engine		*e = sc->e;
	const struct spot	 at = spot_of(sc, bound);
	uint32_t		 group = spot_group(sc, &at);

	if (group != 0 && group_holds(e->partials, group)) {
		const struct group	*g = group_at(e->partials, group);

		if (!g->folded || g->top != 1) {
			put_open(sc, bound);
			return;
		}
		if (!keep_folded_over_age(e, group)) {
			if (b->as.folded != FOLDED_ABSENCE)
				group_begin_folded(e->partials, group, &b->as,
				    b->hash);
			return;		/* of absences the first stays */
		}
		keep_expire_folded(e, group);
	}
	sweep(e);
	group = empty_group(sc, &at);
	if (group == 0)
		return;
	e->stats.started++;
	if (b->as.folded == FOLDED_ABSENCE)
		b->as.f_deadline = wait_for_end(sc, e->source,
		    (struct deadline){ .end = e->millis, .group = group,
		    .start = e->ordinal, .state = 1 });
	group_begin_folded(e->partials, group, &b->as, b->hash);
}
