/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * count.c - a record meets a state that counts.
 *
 * Each partial match of the state before goes on with the record in the tally
 * of its own combination of values. A tally that has no such partial match any
 * more goes on with what it has. Most counts of a first state never get further
 * than one record: until another comes they are folded, and have no tally.
 */
#include "engine/age.h"
#include "engine/keep.h"
#include "engine/kept.h"
#include "engine/scene.h"
#include "engine/tracing.h"

/* A record at one tally. */
struct counting {
	const struct scene	*sc;
	uint32_t		 state;
	const struct state	*s;
	struct tally_way	 way;
	uint32_t		 origin, past;	/* goes on from; held */
	uint64_t		 value;		/* with `distinct` */
	uint32_t		 number;	/* the count, a partial match */
	uint32_t		 tally;
	bool			 begun;		/* the count, by this record */
	bool			 any;		/* the record was counted */
	bool			 alert;		/* and completed the sequence */
	uint64_t		 start;		/* of the newest that goes on */
};

/* The count of this group, 0 when there is none that lives. */
static uint32_t
find(const struct counting *c, uint32_t group)
{
	struct engine	*e = c->sc->e;
	const uint32_t	 number = group == 0 ? 0 : partial_find(e->partials,
	    group, (uint16_t)c->state, true);

	if (number == 0 || !e->key_parts[c->sc->rule].ages ||
	    !keep_over_age(e, number))
		return number;
	keep_expire(e, number);
	return 0;
}

/* A count in this group, which has none. */
static void
begin_in(struct counting *c, uint32_t group)
{
	struct engine	*e = c->sc->e;

	c->begun = true;
	c->tally = tally_new(e->tallies);
	c->number = partial_add(e->partials, &(struct partial){
	    .state = (uint16_t)c->state, .counts = true, .group = group,
	    .tally = c->tally });
	e->stats.started += c->state == 0;
}

/* Find the count in this group, or begin one. */
static bool
reach(struct counting *c, uint32_t group, bool may_begin,
    const struct value *bound)
{
	struct engine	*e = c->sc->e;

	c->begun = false;
	if ((c->number = find(c, group)) != 0) {
		c->tally = partial_at(e->partials, c->number)->tally;
		return true;
	}
	group = may_begin ? keep_new_group(c->sc, bound) : 0;
	if (group != 0)
		begin_in(c, group);
	return group != 0;
}

/* Does something that came out wait for an absence? It stays as it is. */
static bool
waits(const struct counting *c)
{
	const struct rule	*r = c->sc->r;
	struct engine		*e = c->sc->e;

	return c->state + 1 < r->nstates &&
	    r->states[c->state + 1].absent_ms >= 0 &&
	    keep_find(e, partial_at(e->partials, c->number)->group,
	    c->state + 1) != 0;
}

/* What came out before stays: its records must not be lost. */
static void
settle(const struct counting *c)
{
	struct engine	*e = c->sc->e;
	const uint32_t	 out = c->state + 1 == c->sc->r->nstates ? 0 :
	    keep_came_out(e, c->number);

	if (out != 0)
		keep_settle(e, out);
}

/* N are there, from FIRST on: the sequence goes on, or is complete. */
static void
come_out(const struct counting *c, const struct counted *first,
    const struct value *bound)
{
	const struct scene	*sc = c->sc;
	struct engine		*e = sc->e;
	struct grown		 g = { .state = c->state + 1, .bound = bound,
	    .origin = origin_hold(&e->pasts, first->origin),
	    .ms = e->millis };

	tally_came_out(e->tallies, c->tally, first);
	if (g.state == sc->r->nstates) {
		scene_alert(sc, bound, g.origin, tally_past(e->tallies,
		    c->tally, &c->way));
		return;
	}
	/* A count whose last start had to make room may be swept by now. */
	if (sc->r->states[g.state].absent_ms >= 0 ||
	    tally_oldest(e->tallies, c->tally).origin == 0)
		g.past = tally_past(e->tallies, c->tally, &c->way);
	else
		g.tally = c->tally;
	keep_put(sc, &g);
}

static void
note(const struct counting *c, const struct counted *one)
{
	struct engine	*e = c->sc->e;
	struct partial	*p = partial_at(e->partials, c->number);

	p->made = e->ordinal & PARTIAL_MADE;
	p->last_ms = e->millis;
	if (!c->begun)
		partial_renewed(e->partials, c->number);
	if (one->origin == 0)
		return;
	origin_drop(&e->pasts, p->origin);
	p->origin = origin_hold(&e->pasts, one->origin);
}

/*
 * The record makes N: what they are goes on, then it is counted. FIRST is
 * borrowed of a record that may have to make room for this one.
 */
static void
count_out(struct counting *c, const struct counted *one,
    const struct counted *first, const struct value *bound)
{
	struct engine	*e = c->sc->e;

	(void)origin_hold(&e->pasts, first->origin);
	(void)past_hold(&e->pasts, first->past);
	note(c, one);
	tally_add(e->tallies, c->tally, &c->way, one);
	come_out(c, first, bound);
	past_drop(&e->pasts, first->past);
	origin_drop(&e->pasts, first->origin);
	c->alert |= c->state + 1 == c->sc->r->nstates;
}

/* Count the record in a tally that is there. Past and origin are taken. */
static void
count_in(struct counting *c, uint32_t past, uint32_t origin,
    const struct value *bound)
{
	struct engine		*e = c->sc->e;
	const struct counted	 one = { .ms = e->millis,
	    .value = c->value, .past = past, .origin = origin };
	struct counted		 first;
	const bool		 completes = tally_completes(e->tallies,
	    c->tally, &c->way, &one, &first);

	c->any = true;
	if (completes && !waits(c)) {
		count_out(c, &one, &first, bound);
		return;
	}
	if (!c->begun)
		settle(c);
	note(c, &one);
	tally_add(e->tallies, c->tally, &c->way, &one);
	tracing_partial(e, TRACE_COUNTED, c->number);
}

static void
count(struct counting *c, uint32_t group, const struct value *bound,
    uint64_t start)
{
	struct engine	*e = c->sc->e;

	if (!reach(c, group, c->origin != 0, bound))
		return;
	if (start > c->start)
		c->start = start;
	count_in(c, c->state == 0 && c->origin != 0 ?
	    kept_first(e, c->origin) : kept_past(e, c->past, c->state + 1),
	    origin_hold(&e->pasts, c->origin), bound);
}

/* The base is held. */
static void
count_from(struct counting *c, struct base *base)
{
	const struct scene	*sc = c->sc;
	const uint64_t		 start = origin_at(&sc->e->pasts,
	    base->origin)->start;

	c->origin = base->origin;
	c->past = base->past;
	for (size_t n = 0; scene_bind(sc, c->state, n, base->bound); n++)
		count(c, keep_group(sc, base->bound), base->bound, start);
}

/* Every record may be the first of a sequence that begins by counting. */
static void
count_first(struct counting *c)
{
	struct engine	*e = c->sc->e;
	struct base	 base = { .origin = keep_begin(c->sc, 0),
	    .ms = e->millis };

	count_from(c, &base);
	origin_drop(&e->pasts, base.origin);
}

/* A group for a key that has no root. */
static uint32_t
new_root(const struct scene *sc)
{
	age_make_room(sc->e);
	return group_add(sc->e->partials, sc->key, sc->rule);
}

/* Is there a count of one record, whose place this one takes? */
static bool
replaces(const struct counting *c, uint32_t root)
{
	const struct group	*g = group_at(c->sc->e->partials, root);

	return g->folded == FOLDED_COUNT && c->way.distinct &&
	    g->f_value == c->value;
}

/* The root of the key, unless that is a folded count which is over age. */
static uint32_t
root_of_age(const struct counting *c)
{
	struct engine	*e = c->sc->e;
	const uint32_t	 root = scene_root(c->sc);

	if (root == 0 || !e->key_parts[c->sc->rule].ages ||
	    group_at(e->partials, root)->folded != FOLDED_COUNT ||
	    !keep_folded_over_age(e, root))
		return root;
	keep_expire_folded(e, root);
	return scene_root(c->sc);
}

/* The record is all that the count has. False: there are others. */
static bool
count_alone(struct counting *c, uint32_t root)
{
	struct engine	*e = c->sc->e;
	struct begun	 b;

	if ((root != 0 && !replaces(c, root)) ||
	    !keep_counted(c->sc, c->way.distinct ? c->value : 0, &b))
		return false;
	if (root == 0) {
		root = new_root(c->sc);
		e->stats.started++;
	}
	group_begin_folded(e->partials, root, &b.as, b.hash);
	c->any = true;
	return true;
}

/* The same where it binds nothing: there is no other count of the state. */
static void
count_only(struct counting *c)
{
	const struct scene	*sc = c->sc;
	struct engine		*e = sc->e;
	const bool		 folds = keep_folds(sc);
	const uint32_t		 root = folds ? root_of_age(c) :
	    scene_root(sc);
	uint32_t		 origin;

	if (folds && count_alone(c, root))
		return;
	if (root == 0)
		begin_in(c, new_root(sc));
	else if (!reach(c, root, true, sc->nothing))
		return;
	if (c->way.distinct)
		tally_value_ahead(e->tallies, c->tally, c->value);
	origin = keep_begin(sc, 0);
	count_in(c, kept_first(e, origin), origin, sc->nothing);
}

static void
count_next(struct counting *c)
{
	struct engine	*e = c->sc->e;

	scene_collect(c->sc, c->state, false);
	for (size_t i = 0; i < e->ncandidates; i++) {
		struct base	 base;

		if (!scene_goes_on(c->sc, e->candidates[i], c->state, false,
		    &base))
			continue;
		keep_settle(e, e->candidates[i]);
		base.past = partial_at(e->partials, e->candidates[i])->past;
		scene_hold(e, &base);
		count_from(c, &base);
		scene_drop(e, &base);
	}
}

/* Counts that this record has not reached yet: they begin nothing with it. */
static void
count_others(struct counting *c)
{
	struct engine	*e = c->sc->e;

	c->origin = c->past = 0;
	scene_collect(c->sc, c->state, true);
	for (size_t i = 0; i < e->ncandidates; i++) {
		const struct partial	*p = partial_at(e->partials,
		    e->candidates[i]);
		struct base		 base;
		uint64_t		 start;

		if (p->made == e->ordinal || !scene_goes_on(c->sc,
		    e->candidates[i], c->state, true, &base) ||
		    !scene_binds_same(c->sc, c->state, base.bound))
			continue;
		start = origin_at(&e->pasts, p->origin)->start;
		base.origin = base.past = 0;
		scene_hold(e, &base);
		count(c, keep_group(c->sc, base.bound), base.bound, start);
		scene_drop(e, &base);
	}
}

/* The value by which the record differs; several rules may ask for it. */
static bool
value_of(struct counting *c)
{
	struct engine	*e = c->sc->e;
	struct distinct	*d = &e->distinct;
	struct value	 v;

	if (d->ordinal != e->ordinal || d->field != c->s->distinct) {
		d->ordinal = e->ordinal;
		d->field = c->s->distinct;
		d->has = ask_value(e->ask, d->field, PART_ALL, &v);
		d->hash = d->has ? value_hash(&e->seed, &v) : 0;
	}
	c->value = d->hash;
	return d->has;
}

void
count_record(const struct scene *sc, uint32_t state)
{
	struct counting	 c = { .sc = sc, .state = state,
	    .s = &sc->r->states[state], .way = keep_way(sc->r, state) };
	bool		 begins;

	if (c.way.distinct && !value_of(&c))
		return;
	begins = state == 0 && scene_may_begin(sc);
	if (begins && c.s->nbinds == 0) {
		count_only(&c);
	} else {
		if (state > 0)
			count_next(&c);
		else if (begins)
			count_first(&c);
		count_others(&c);
	}
	if (c.any && !c.alert && state == 0)
		scene_first_met(sc);
	else if (c.any && !c.alert)
		scene_met(sc, state, c.start);
}

uint32_t
count_ahead(const struct engine *e, uint32_t group)
{
	const struct group	*g = group_at(e->partials, group);
	const struct partial	*p;
	const struct origin	*o;

	if (g->folded || g->first == 0)
		return 0;		/* it has no tally yet */
	p = partial_at(e->partials, g->first);
	if (!p->counts)
		return 0;
	tally_ahead(e->tallies, p->tally);
	if (p->origin != 0) {		/* it may lie on two cache lines */
		o = origin_at(&e->pasts, p->origin);
		__builtin_prefetch(&o->first_s);
		__builtin_prefetch(&o->refs);
	}
	return p->tally;
}
