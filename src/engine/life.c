/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * life.c - how a sequence of the second edition lives.
 *
 * The states are tried from the last to the first, so that a record goes one
 * step at a time. One that meets a state makes a new partial match from that of
 * the state before, which stays. An alert uses up what agrees with it.
 */
#include "engine/life.h"

#include "engine/keep.h"
#include "engine/kept.h"
#include "engine/key.h"
#include "engine/met.h"
#include "engine/order.h"
#include "engine/raise.h"
#include "engine/scene.h"
#include "engine/tracing.h"

static const struct value	nothing[VARIABLES_MAX];

static const struct shape *
shape_of(const struct scene *sc, uint32_t state)
{
	return &sc->e->shapes[sc->e->first_state[sc->rule] + state];
}

/* What a scene finds. */

uint32_t
scene_root(const struct scene *sc)
{
	const struct partials	*s = sc->e->partials;

	if (sc->root != 0 && group_in_use(s, sc->root) &&
	    group_at(s, sc->root)->id == sc->key)
		return sc->root;
	if (sc->root == 0 && sc->added == partials_added(s))
		return 0;
	return group_find(s, sc->key, sc->rule);
}

static void
candidate(struct engine *e, uint32_t number)
{
	if (number == 0)
		return;
	e->candidates = mem_grow(e->candidates, &e->candidates_cap,
	    e->ncandidates + 1, sizeof(*e->candidates));
	e->candidates[e->ncandidates++] = number;
}

/*
 * The combination that the record must be of to meet this state, if its values
 * tell: 0 when there is none.
 */
static uint32_t
group_told(const struct scene *sc, uint32_t root, const struct shape *shape)
{
	struct engine	*e = sc->e;
	struct value	 values[VARIABLES_MAX];

	bound_nothing(values);
	for (size_t i = 0; i < sc->r->nvariables; i++) {
		const struct predicate	*q;

		if (shape->predicate[i] == PROGRAM_NONE)
			continue;
		q = &e->program->predicates[shape->predicate[i]];
		if (!ask_value(e->ask, q->field, q->part, &values[i]))
			return 0;
	}
	return group_find_bound(e->partials, root, keep_hash(e, values),
	    values);
}

void
scene_collect(const struct scene *sc, uint32_t state, bool counts)
{
	struct engine		*e = sc->e;
	const struct shape	*shape = shape_of(sc, state);
	const uint32_t		 root = scene_root(sc);
	struct partials		*s = e->partials;
	uint32_t		 group;

	e->ncandidates = 0;
	if (root == 0)
		return;
	if (group_bound(s, root) == 0) {
		candidate(e, partial_find(s, root, (uint16_t)state, counts));
		if (e->ncandidates > 0 || group_count(s, root) == 0)
			return;		/* all in one state bind the same */
	}
	if (shape->direct && !(counts && sc->r->states[state].nbinds > 0)) {
		group = group_told(sc, root, shape);
		if (group != 0)
			candidate(e, partial_find(s, group, (uint16_t)state,
			    counts));
		return;
	}
	for (group = group_oldest(s, root); group != 0;
	    group = group_newer(s, group))
		candidate(e, partial_find(s, group, (uint16_t)state, counts));
}

bool
scene_goes_on(const struct scene *sc, uint32_t number, uint32_t state,
    bool counts, struct base *base)
{
	struct engine		*e = sc->e;
	const struct partial	*p = partial_at(e->partials, number);
	const struct group	*g;

	if (p->group == 0 || p->state != state || p->counts != counts)
		return false;		/* it had to make room */
	g = group_at(e->partials, group_root(e->partials, p->group));
	if (g->rule != sc->rule || g->id != sc->key)
		return false;
	if (keep_over_age(e, number)) {
		keep_expire(e, number);
		return false;
	}
	base->values = group_bound(e->partials, p->group);
	bound_values(&e->bounds, base->values, base->bound);
	base->origin = p->origin;
	base->past = p->counts || p->in_tally ? 0 : p->past;
	base->ms = p->last_ms;
	return !shape_of(sc, state)->bound ||
	    ask_state(e->ask, &sc->r->states[state], base->bound);
}

void
scene_hold(struct engine *e, const struct base *base)
{
	(void)origin_hold(&e->pasts, base->origin);
	(void)past_hold(&e->pasts, base->past);
	(void)bound_hold(&e->bounds, base->values);
}

void
scene_drop(struct engine *e, const struct base *base)
{
	origin_drop(&e->pasts, base->origin);
	past_drop(&e->pasts, base->past);
	bound_drop(&e->bounds, base->values);
}

/* Bind. */

/* An address is borrowed until the next value: copy it. */
static void
hold_value(struct engine *e, size_t slot, struct value *v)
{
	value_cut(v);
	if (v->kind == VALUE_ADDRESS)
		v->bytes.p = memcpy(e->held[slot], v->bytes.p, v->bytes.n);
}

/* Are there several ways to bind? */
static inline bool
binds_any(const struct state *s)
{
	for (size_t i = 0; i < s->nbinds; i++)
		if (s->binds[i].which == WHICH_ANY)
			return true;
	return false;
}

bool
scene_bind(const struct scene *sc, uint32_t state, size_t n,
    struct value bound[VARIABLES_MAX])
{
	struct engine		*e = sc->e;
	const struct state	*s = &sc->r->states[state];

	if (n > 0 && !binds_any(s))
		return false;
	for (size_t i = 0; i < s->nbinds; i++) {
		const struct bind	*b = &s->binds[i];
		struct value		*v = &bound[b->variable];

		if (b->which == WHICH_ANY ? !ask_nth_value(e->ask, b->field,
		    b->part, n, v) : !ask_value(e->ask, b->field, b->part, v))
			return false;
		hold_value(e, b->variable, v);
	}
	return true;
}

bool
scene_binds_same(const struct scene *sc, uint32_t state,
    const struct value has[VARIABLES_MAX])
{
	struct value	 bound[VARIABLES_MAX];

	for (size_t n = 0;; n++) {
		memcpy(bound, has, sizeof(bound));
		if (!scene_bind(sc, state, n, bound))
			return false;
		if (bound_agrees(has, bound))
			return true;
	}
}

/* What came of it. */

bool
scene_alerted(const struct scene *sc)
{
	return sc->e->completed[sc->rule] == sc->e->ordinal;
}

bool
scene_may_begin(const struct scene *sc)
{
	const struct engine	*e = sc->e;

	return !scene_alerted(sc) &&
	    (sc->r->zone == ZONE_FREE ||
	    eval_zone(sc->r, e->has_zone ? &e->zone : NULL)) &&
	    (!sc->r->by_none || eval_subject(e->program, sc->r,
	    record_id(e->record, (enum record_id)sc->r->subject)));
}

static void
touch(struct engine *e, uint64_t start, const struct met *m)
{
	e->mets = mem_grow(e->mets, &e->mets_cap, e->nmets + 1,
	    sizeof(*e->mets));
	e->touched = mem_grow(e->touched, &e->touched_cap, e->ntouched + 1,
	    sizeof(*e->touched));
	e->touched[e->ntouched++] = (struct touched){ start, m->rule,
	    (uint32_t)e->nmets, true };
	e->mets[e->nmets++] = *m;
}

static void
first(struct engine *e, const struct met *m)
{
	e->firsts = mem_grow(e->firsts, &e->firsts_cap, e->nfirsts + 1,
	    sizeof(*e->firsts));
	e->firsts[e->nfirsts++] = *m;
}

void
scene_met(const struct scene *sc, uint32_t state, uint64_t start)
{
	if (raise_hears(sc->e, &sc->r->states[state]))
		touch(sc->e, start, &(struct met){ .rule = sc->rule,
		    .state = state });
}

void
scene_first_met(const struct scene *sc)
{
	if (raise_hears(sc->e, &sc->r->states[0]))
		first(sc->e, &(struct met){ .rule = sc->rule });
}

/* End the partial matches of the key that agree with these values. */
static void
use_up(const struct scene *sc, const struct value *bound)
{
	struct engine	*e = sc->e;
	const uint32_t	 root = scene_root(sc);
	uint32_t	 group, older;

	if (root == 0)
		return;
	for (group = group_newest(e->partials, root); group != 0;
	    group = older) {
		struct value	 has[VARIABLES_MAX];

		older = group_older(e->partials, group);
		bound_values(&e->bounds, group_bound(e->partials, group),
		    has);
		if (bound_agrees(has, bound))
			keep_end_group(e, group);
	}
}

void
scene_alert(const struct scene *sc, const struct value *bound,
    uint32_t origin, uint32_t past)
{
	struct engine		*e = sc->e;
	const struct met	 m = { .rule = sc->rule,
	    .state = (uint32_t)sc->r->nstates - 1, .alert = true,
	    .origin = origin, .past = past, .key = sc->key,
	    .bound = bound_new(&e->bounds, bound) };
	const uint64_t		 start = origin_at(&e->pasts, origin)->start;

	if (start == e->ordinal)
		first(e, &m);
	else
		touch(e, start, &m);
	use_up(sc, bound);
	e->completed[sc->rule] = e->ordinal;
}

/* Records that take part in a whole sequence. */
static uint64_t
records_of(const struct rule *r)
{
	uint64_t	 n = 0;

	for (size_t i = 0; i < r->nstates; i++)
		if (r->states[i].absent_ms < 0)
			n += r->states[i].multiplier;
	return n;
}

void
life_tell(struct engine *e, const struct met *m)
{
	const struct rule	*r = &e->program->rules[m->rule];
	struct value		 bound[VARIABLES_MAX];

	if (!e->absent)
		raise_matched(e);
	if (!m->alert) {
		raise_trigger(e, r, &r->states[m->state], NULL);
		return;
	}
	bound_values(&e->bounds, m->bound, bound);
	(void)raise_alert(e, &(struct complete){ .rule = m->rule,
	    .origin = origin_at(&e->pasts, m->origin),
	    .hash = origin_hash(&e->pasts, m->origin),
	    .records = records_of(r), .key = m->key, .bound = bound,
	    .nsteps = past_list(&e->pasts, m->past, e->alert_steps) });
	origin_drop(&e->pasts, m->origin);
	past_drop(&e->pasts, m->past);
	bound_drop(&e->bounds, m->bound);
}

/* One record. */

/* From a partial match, or a beginning, one state on. The base is held. */
static bool
grow(const struct scene *sc, uint32_t state, struct base *base)
{
	struct engine	*e = sc->e;
	struct grown	 g = { .state = state + 1, .ms = e->millis };
	bool		 any = false;

	for (size_t n = 0; scene_bind(sc, state, n, base->bound); n++) {
		any = true;
		g.origin = origin_hold(&e->pasts, base->origin);
		g.past = state == 0 ? kept_first(e, base->origin) :
		    kept_past(e, base->past, state + 1);
		g.bound = base->bound;
		if (g.state == sc->r->nstates) {
			scene_alert(sc, g.bound, g.origin, g.past);
			return true;	/* it is used up */
		}
		keep_put(sc, &g);
	}
	return any;
}

static bool
begin_open(const struct scene *sc)
{
	struct engine	*e = sc->e;
	struct base	 base = { .ms = e->millis,
	    .origin = keep_begin(sc, 0) };
	const bool	 any = grow(sc, 0, &base);

	origin_drop(&e->pasts, base.origin);
	return any;
}

static bool
begin_folded(const struct scene *sc, struct begun *b)
{
	struct value	 bound[VARIABLES_MAX];
	size_t		 n = 0;

	bound_nothing(bound);
	for (; scene_bind(sc, 0, n, bound); n++)
		keep_put_begun(sc, b, bound);
	return n > 0;
}

static void
begin(const struct scene *sc)
{
	struct begun	 b;

	if (!scene_may_begin(sc))
		return;
	if ((keep_begun(sc, &b) ? begin_folded(sc, &b) : begin_open(sc)) &&
	    !scene_alerted(sc))
		scene_first_met(sc);
}

static void
go_on(const struct scene *sc, uint32_t state)
{
	struct engine	*e = sc->e;
	const bool	 last = state + 1 == sc->r->nstates;
	uint64_t	 newest = 0;
	bool		 any = false;

	scene_collect(sc, state, false);
	for (size_t i = 0; i < e->ncandidates; i++) {
		const uint32_t	 number = e->candidates[i];
		struct base	 base;
		uint64_t	 start;

		if (!scene_goes_on(sc, number, state, false, &base))
			continue;
		keep_settle(e, number);
		base.past = partial_at(e->partials, number)->past;
		scene_hold(e, &base);
		start = origin_at(&e->pasts, base.origin)->start;
		if (grow(sc, state, &base)) {
			any = true;
			newest = start > newest ? start : newest;
		}
		scene_drop(e, &base);
	}
	if (any && !last)
		scene_met(sc, state, newest);
}

/* The record is what was not to come: whoever waits for it waits in vain. */
static void
come_early(const struct scene *sc, uint32_t state)
{
	struct engine	*e = sc->e;
	const uint32_t	 only = sc->r->nvariables > 0 ? 0 : scene_root(sc);
	struct base	 base;

	if (only != 0)
		keep_prevent(sc, only, state);
	if (sc->r->nvariables == 0)
		return;
	scene_collect(sc, state, false);
	for (size_t i = 0; i < e->ncandidates; i++)
		if (scene_goes_on(sc, e->candidates[i], state, false, &base))
			keep_prevent(sc, partial_at(e->partials,
			    e->candidates[i])->group, state);
}

/* May the record take the place of the last one of this partial match? */
static bool
takes_place(const struct scene *sc, uint32_t state, const struct partial *p,
    const struct value *has)
{
	struct engine	*e = sc->e;

	return p->made != e->ordinal &&
	    sc->r->states[state + 1].absent_ms < 0 &&
	    (!shape_of(sc, state)->bound ||
	    ask_state(e->ask, &sc->r->states[state], has)) &&
	    scene_binds_same(sc, state, has);
}

static void
take_place(const struct scene *sc, uint32_t state, uint32_t number)
{
	struct engine	*e = sc->e;
	struct partial	*p = partial_at(e->partials, number);
	struct grown	 g = { .state = state + 1, .ms = e->millis };
	struct value	 has[VARIABLES_MAX];
	uint32_t	 before;

	bound_values(&e->bounds, group_bound(e->partials, p->group), has);
	if (!takes_place(sc, state, p, has))
		return;
	keep_settle(e, number);
	before = p->past == 0 ? 0 : past_at(&e->pasts, p->past).before;
	g.bound = has;
	g.origin = origin_hold(&e->pasts, p->origin);
	g.past = kept_past(e, before, state + 1);
	keep_put(sc, &g);
	scene_met(sc, state, origin_at(&e->pasts, g.origin)->start);
}

/* `or more`: what this record has not renewed goes on with it as its last. */
static void
go_on_with_more(const struct scene *sc, uint32_t state)
{
	struct engine	*e = sc->e;
	const uint32_t	 root = scene_root(sc);
	uint32_t	 group, newer;

	if (root == 0)
		return;
	for (group = group_oldest(e->partials, root); group != 0;
	    group = newer) {
		uint32_t	 number;

		newer = group_newer(e->partials, group);
		number = keep_find(e, group, state + 1);
		if (number != 0)
			take_place(sc, state, number);
	}
}

static void
meet(const struct scene *sc, const struct entry *en)
{
	const struct state	*s = &sc->r->states[en->state];
	struct engine		*e = sc->e;

	if (en->state > 0 && scene_root(sc) == 0 &&
	    !shape_of(sc, en->state)->fresh)
		return;
	if (met_asks(en, s) && !met_entry(e, en))
		return;
	if (s->absent_ms >= 0)
		come_early(sc, en->state);
	else if (keep_counts(s))
		count_record(sc, en->state);
	else if (en->state == 0)
		begin(sc);
	else
		go_on(sc, en->state);
	/* The only record of a first state is not replaced: it begins. */
	if (s->or_more && en->state + 1 < sc->r->nstates &&
	    (en->state > 0 || s->multiplier > 1))
		go_on_with_more(sc, en->state);
}

static bool
looks_at_variables(const struct program *p, const struct state *s)
{
	for (size_t i = 0; i < s->npredicates; i++)
		if (p->predicates[s->predicates[i]].bound)
			return true;
	return false;
}

static void
cancel_group(struct engine *e, uint32_t group)
{
	tracing_group(e, TRACE_CANCELLED, group);
	keep_end_group(e, group);
}

/* End all of the key that the block fits, and the variables in it. */
static void
cancel(const struct scene *sc, const struct entry *en)
{
	struct engine		*e = sc->e;
	const uint32_t		 root = scene_root(sc);
	const struct state	*s = entry_state(e->program, en);
	const bool		 bound = looks_at_variables(e->program, s);
	uint32_t		 group, older;

	if (root == 0 || !met_entry(e, en))
		return;
	for (group = group_newest(e->partials, root); group != 0;
	    group = older) {
		struct value	 has[VARIABLES_MAX];

		older = group_older(e->partials, group);
		bound_values(&e->bounds, group_bound(e->partials, group),
		    has);
		if (!bound || ask_state(e->ask, s, has))
			cancel_group(e, group);
	}
}

/* Can the record do anything to this rule? It is cheap to know that not. */
static bool
concerns(const struct scene *sc, const struct entry *en, size_t n)
{
	if (sc->root != 0)
		return true;
	for (size_t i = 0; i < n; i++)
		if (en[i].state == 0 || met_fresh(sc->e, &en[i]))
			return true;
	return false;
}

static void
note_strict(const struct scene *sc)
{
	struct engine	*e = sc->e;

	e->stricts = mem_grow(e->stricts, &e->stricts_cap, e->nstricts + 1,
	    sizeof(*e->stricts));
	e->stricts[e->nstricts++] = (struct strict){ sc->rule, sc->key };
}

void
life_feed(struct engine *e, const struct entry *en, size_t n)
{
	struct scene	 sc = { .e = e, .rule = en->rule,
	    .r = &e->program->rules[en->rule], .nothing = nothing };
	const size_t	 states = sc.r->nstates;

	if (!key_now(e, sc.rule, &sc.key))
		return;
	/* Where it cannot begin, this was asked before. */
	if (en[n - 1].state > 0 ||
	    group_may_live(e->partials, sc.key, sc.rule))
		sc.root = group_find(e->partials, sc.key, sc.rule);
	sc.added = partials_added(e->partials);
	if ((!sc.r->any_order && !concerns(&sc, en, n)) ||
	    (sc.r->nexcepts > 0 && met_excepted(e, sc.rule)))
		return;
	for (; n > 0 && en->state >= states; en++, n--)
		if (en->state < states + sc.r->ncancels)
			cancel(&sc, en);
	if (sc.r->any_order)
		order_feed(&sc, en, n);
	else
		for (; n > 0; en++, n--)
			meet(&sc, en);
	if (sc.r->strict)
		note_strict(&sc);
}

/* Does the rule bear that this one was not made by the record? */
static bool
stays(const struct engine *e, const struct partial *p, const struct rule *r)
{
	return p->made == e->ordinal ||
	    (!p->counts && r->states[p->state].absent_ms >= 0);
}

static void
tidy_strict(struct engine *e, const struct strict *s)
{
	const struct rule	*r = &e->program->rules[s->rule];
	const uint32_t		 root = group_find(e->partials, s->key,
	    s->rule);

	e->ncandidates = 0;
	for (uint32_t group = root == 0 ? 0 : group_newest(e->partials, root);
	    group != 0; group = group_older(e->partials, group))
		for (uint32_t i = group_first(e->partials, group); i != 0;
		    i = partial_at(e->partials, i)->next)
			if (!stays(e, partial_at(e->partials, i), r))
				candidate(e, i);
	for (size_t i = 0; i < e->ncandidates; i++) {
		tracing_partial(e, TRACE_BROKEN, e->candidates[i]);
		keep_end(e, e->candidates[i]);
	}
}

void
life_strict(struct engine *e)
{
	for (size_t i = 0; i < e->nstricts; i++)
		tidy_strict(e, &e->stricts[i]);
	e->nstricts = 0;
}

uint64_t
life_waiting(const struct engine *e, uint32_t source)
{
	uint64_t	 n = 0;

	if (!e->ages && e->nsources == 1)
		return partials_count(e->partials);
	for (uint32_t i = 1; i < partials_size(e->partials); i++)
		n += group_in_use(e->partials, i) &&
		    keep_waits(e, i, source);
	return n;
}
