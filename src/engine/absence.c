/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * absence.c - nothing came: partial matches that waited for that go on.
 *
 * Each is a moment of its own, at its end, with a copy of the last record that
 * took part in the place of one that meets the state.
 */
#include "engine/absence.h"

#include "engine/age.h"
#include "engine/keep.h"
#include "engine/kept.h"
#include "engine/scene.h"

/* Is this end beyond the timeout? Then the absence was waited for in vain. */
static bool
in_vain(const struct scene *sc, uint32_t number)
{
	const struct engine	*e = sc->e;
	const uint32_t		 origin = partial_at(e->partials,
	    number)->origin;
	const struct origin	*o = origin_at(&e->pasts, origin);
	const uint64_t		 limit = age_limit(sc->r,
	    origin_hash(&e->pasts, origin));

	return limit != 0 && e->seconds > o->first_s &&
	    (uint64_t)e->seconds - (uint64_t)o->first_s > limit;
}

/* What it was before goes on, or is complete. */
static void
hold_true(const struct scene *sc, uint32_t number)
{
	struct engine		*e = sc->e;
	const struct partial	*p = partial_at(e->partials, number);
	struct base		 base = { .origin = p->origin,
	    .values = group_bound(e->partials, p->group) };
	struct grown		 g = { .state = p->state + 1u, .ms = e->millis,
	    .bound = base.bound };

	keep_settle(e, number);
	base.past = p->past;
	bound_values(&e->bounds, base.values, base.bound);
	scene_hold(e, &base);
	g.origin = origin_hold(&e->pasts, base.origin);
	g.past = past_hold(&e->pasts, base.past);
	keep_end(e, number);
	if (g.state == sc->r->nstates)
		scene_alert(sc, base.bound, g.origin, g.past);
	else
		keep_put(sc, &g);
	scene_drop(e, &base);
}

static void
end(struct engine *e, const struct deadline *d)
{
	static const struct value nothing[VARIABLES_MAX];
	static const struct plan nobody;
	const uint32_t		 number = partial_find(e->partials, d->group,
	    d->state, false);
	const uint32_t		 root = group_root(e->partials, d->group);
	const struct scene	 sc = { .e = e, .rule = d->rule,
	    .r = &e->program->rules[d->rule], .nothing = nothing,
	    .key = group_at(e->partials, root)->id };
	struct record		 rec;
	uint32_t		 source;

	e->stats.steps_lost += !kept_read(e, d->kept_at, &rec, &source);
	e->kept_at = d->kept_at;
	e->absent = true;
	e->millis = d->end;
	engine_look(e, source, &rec);
	if (in_vain(&sc, number)) {
		keep_expire(e, number);
	} else {
		hold_true(&sc, number);
		engine_run(e, &nobody);
	}
	e->absent = false;
}

void
absences_pass(struct engine *e, struct watch *w, int64_t millis)
{
	while (w->absences.n > 0 &&
	    deadlines_first(&w->absences)->end < millis) {
		const struct deadline	 d = *deadlines_first(&w->absences);

		end(e, &d);
	}
}
