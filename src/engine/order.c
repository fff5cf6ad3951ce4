/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * order.c - sequences whose states come in any order.
 *
 * Each state has a tally of its own, in which every record is a beginning: one
 * that is over age leaves it, so all that are there lie within the timeout. Who
 * waits for whom does not matter, so there are no other partial matches.
 */
#include "engine/order.h"

#include <stdlib.h>

#include "engine/keep.h"
#include "engine/kept.h"
#include "engine/met.h"
#include "engine/scene.h"
#include "engine/tracing.h"

/* A state that the record may take. */
struct choice {
	uint32_t	 state;
	uint32_t	 number;	/* its tally's partial match; or 0 */
	uint64_t	 value;		/* with `distinct` */
};

static uint32_t
tally_of(const struct engine *e, uint32_t number)
{
	return partial_at(e->partials, number)->tally;
}

/* What the state has of records that are not over age; 0: none. */
static uint32_t
find(const struct scene *sc, uint32_t state)
{
	struct engine	*e = sc->e;
	const uint32_t	 root = scene_root(sc);
	const uint32_t	 number = root == 0 ? 0 : partial_find(e->partials,
	    root, (uint16_t)state, true);

	if (number == 0)
		return 0;
	if (!keep_over_age(e, number)) {
		tally_purge(e->tallies, tally_of(e, number));
		return number;
	}
	keep_expire(e, number);
	return 0;
}

static uint32_t
count_of(const struct engine *e, const struct choice *c)
{
	return c->number == 0 ? 0 : tally_count(e->tallies,
	    tally_of(e, c->number));
}

/* When the oldest record of a state was read. */
static uint64_t
oldest_of(const struct engine *e, const struct choice *c)
{
	return origin_at(&e->pasts, tally_oldest(e->tallies,
	    tally_of(e, c->number)).origin)->start;
}

/* Has the record all that the state wants of it? */
static bool
meets(const struct scene *sc, const struct entry *en, struct choice *c)
{
	struct engine		*e = sc->e;
	const struct state	*s = &sc->r->states[en->state];
	struct value		 bound[VARIABLES_MAX], v;

	if (!met_entry(e, en) || !scene_bind(sc, en->state, 0, bound))
		return false;
	*c = (struct choice){ .state = en->state };
	if (keep_way(sc->r, en->state).distinct) {
		if (!ask_value(e->ask, s->distinct, PART_ALL, &v))
			return false;
		c->value = value_hash(&e->seed, &v);
	}
	c->number = find(sc, en->state);
	return true;
}

/* Which state the record takes. False when it meets none. */
static bool
choose(const struct scene *sc, const struct entry *en, size_t n,
    struct choice *best)
{
	struct engine	*e = sc->e;
	bool		 any = false, open = false;

	while (n-- > 0) {		/* in the order of the file */
		struct choice	 c;

		if (!meets(sc, &en[n], &c) || open)
			continue;
		open = count_of(e, &c) < sc->r->states[c.state].multiplier;
		if (open || !any || oldest_of(e, &c) < oldest_of(e, best))
			*best = c;
		any = true;
	}
	return any;
}

static bool
take(const struct scene *sc, struct choice *c)
{
	struct engine		*e = sc->e;
	const struct tally_way	 way = keep_way(sc->r, c->state);
	struct partial		 p = { .state = (uint16_t)c->state,
	    .counts = true };
	struct counted		 one = { .ms = e->millis, .value = c->value };
	struct partial		*at;

	if (c->number == 0) {
		e->stats.started += scene_root(sc) == 0;
		if ((p.group = keep_new_group(sc, sc->nothing)) == 0)
			return false;
		p.tally = tally_new(e->tallies);
		c->number = partial_add(e->partials, &p);
	}
	one.origin = keep_begin(sc, c->state);
	one.past = kept_first(e, one.origin);
	at = partial_at(e->partials, c->number);
	origin_drop(&e->pasts, at->origin);
	at->origin = origin_hold(&e->pasts, one.origin);
	at->made = e->ordinal & PARTIAL_MADE;
	at->last_ms = e->millis;
	partial_renewed(e->partials, c->number);
	tally_add(e->tallies, at->tally, &way, &one);
	tracing_partial(e, TRACE_COUNTED, c->number);
	return true;
}

/* Have all states their records, each within its own time? */
static bool
all_there(const struct scene *sc)
{
	struct engine	*e = sc->e;

	for (uint32_t i = 0; i < sc->r->nstates; i++) {
		const struct state	*s = &sc->r->states[i];
		const struct choice	 c = { .number = find(sc, i) };
		uint32_t		 tally;

		if (count_of(e, &c) < s->multiplier)
			return false;
		tally = tally_of(e, c.number);
		if (s->window_ms >= 0 && time_between(tally_oldest(e->tallies,
		    tally).ms, tally_newest(e->tallies, tally).ms) >
		    s->window_ms)
			return false;
	}
	return true;
}

/* All records of all states, as they were read. */
struct gathered {
	const struct pasts	*pasts;
	struct counted		*v;
	size_t			 n, cap;
};

static void
gather(void *arg, const struct counted *c)
{
	struct gathered	*g = arg;

	g->v = mem_grow(g->v, &g->cap, g->n + 1, sizeof(*g->v));
	g->v[g->n] = *c;
	/* To sort by: the value has no further use. */
	g->v[g->n++].value = origin_at(g->pasts, c->origin)->start;
}

static int
by_start(const void *va, const void *vb)
{
	const struct counted	*a = va, *b = vb;

	return a->value < b->value ? -1 : a->value > b->value;
}

static void
alert(const struct scene *sc, const struct gathered *g)
{
	struct engine	*e = sc->e;
	uint32_t	 past = 0;

	/* Of very many the ends are enough. */
	for (size_t i = 0; i < g->n; i++) {
		uint32_t	 longer;

		if (g->v[i].past == 0 || (i >= PASTS_ENDS &&
		    g->n - i > PASTS_ENDS))
			continue;
		longer = past_add(&e->pasts, past, past_at(&e->pasts,
		    g->v[i].past));
		if (longer == 0)
			continue;
		past_drop(&e->pasts, past);
		past = longer;
	}
	scene_alert(sc, sc->nothing, origin_hold(&e->pasts,
	    g->v[0].origin), past);
}

void
order_feed(const struct scene *sc, const struct entry *en, size_t n)
{
	struct engine	*e = sc->e;
	struct gathered	 g = { .pasts = &e->pasts };
	struct choice	 c = { 0 };

	if (!scene_may_begin(sc) || !choose(sc, en, n, &c) || !take(sc, &c))
		return;
	if (all_there(sc)) {
		for (uint32_t i = 0; i < sc->r->nstates; i++)
			tally_walk(e->tallies, tally_of(e, find(sc, i)),
			    gather, &g);
		qsort(g.v, g.n, sizeof(*g.v), by_start);
		alert(sc, &g);
		free(g.v);
	}
	if (!scene_alerted(sc))
		scene_met(sc, c.state, e->ordinal);
}
