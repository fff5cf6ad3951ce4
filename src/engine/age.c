/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * age.c - how old a sequence may get, and who has to go before.
 */
#include "engine/age.h"

#include <stdlib.h>

#include "engine/classic.h"
#include "engine/inside.h"
#include "engine/keep.h"
#include "engine/tracing.h"

#define EPOCHS_SPARE	65536u		/* before a look for unused ones */

uint64_t
age_draw_limit(const struct rule *r, uint64_t first_hash)
{
	uint64_t	 t = (uint64_t)r->timeout_s, half, draw;

	/* Drawn from what is the same in every run over the same records. */
	draw = hash_word(&(struct hash_key){ r->id, 0 }, first_hash);
	half = (uint64_t)r->window_s / 2;
	if (draw % 100 < r->window_prob)
		t += (draw >> 8) % (half + 1);
	else
		t += half + (draw >> 8) % ((uint64_t)r->window_s - half) + 1;
	return t > 0 ? t : 1;		/* 0 would be for ever */
}

bool
age_over(const struct watch *w, uint32_t epoch, int64_t first_s,
    uint64_t limit)
{
	return limit != 0 && timer_over(&w->seconds, epoch, first_s, limit);
}

static int
by_number(const void *va, const void *vb)
{
	const uint32_t	*a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

/* Numbers of epochs that are used, of any clock: some too many are kept. */
struct epochs {
	uint32_t	*v;
	size_t		 n, cap;
};

static void
use(struct epochs *u, uint32_t epoch)
{
	u->v = mem_grow(u->v, &u->cap, u->n + 1, sizeof(*u->v));
	u->v[u->n++] = epoch;
}

static void
use_seconds(const struct engine *e, struct epochs *u)
{
	for (uint32_t i = 0; i < seqs_size(e->seqs); i++)
		if (seqs_in_use(e->seqs, i))
			use(u, seqs_at(e->seqs, i)->epoch);
	for (uint32_t i = 1; i < e->pasts.origins.n; i++)
		if (origin_at(&e->pasts, i)->refs != 0)
			use(u, origin_at(&e->pasts, i)->epoch);
	for (uint32_t i = 1; i < partials_size(e->partials); i++)
		if (group_in_use(e->partials, i) &&
		    group_at(e->partials, i)->folded)
			use(u, group_at(e->partials, i)->f_epoch);
}

static void
use_millis(const struct engine *e, uint32_t group, struct epochs *u)
{
	const struct group	*g = group_at(e->partials, group);

	if (g->folded && group_late(g) != 0)
		use(u, group_late(g) - 1);
	for (uint32_t i = g->folded ? 0 : g->first; i != 0;
	    i = partial_at(e->partials, i)->next)
		if (partial_at(e->partials, i)->epoch != 0)
			use(u, partial_at(e->partials, i)->epoch - 1);
}

/* A clock that steps back again and again: forget epochs nobody is in. */
static void
tidy(const struct engine *e, struct timer *t, bool millis)
{
	struct epochs	 u = { .v = NULL };

	if (t->n - EPOCHS_SPARE < 2 * ((size_t)seqs_size(e->seqs) +
	    e->pasts.origins.n + partials_size(e->partials)))
		return;
	if (!millis)
		use_seconds(e, &u);
	for (uint32_t i = 1; millis && i < partials_size(e->partials); i++)
		if (group_in_use(e->partials, i))
			use_millis(e, i, &u);
	if (u.n > 1)
		qsort(u.v, u.n, sizeof(*u.v), by_number);
	timer_keep(t, u.v, u.n);
	free(u.v);
}

uint32_t
age_begin(struct engine *e, struct watch *w, int64_t first_s)
{
	if (w->seconds.n >= EPOCHS_SPARE)
		tidy(e, &w->seconds, false);
	return timer_begin(&w->seconds, first_s);
}

uint32_t
age_begin_millis(struct engine *e, struct watch *w, int64_t ms)
{
	if (w->millis.n >= EPOCHS_SPARE)
		tidy(e, &w->millis, true);
	return timer_begin(&w->millis, ms);
}

/* When the furthest of a group began. */
static uint64_t
start_of(const struct engine *e, uint32_t group)
{
	const struct group	*g = group_at(e->partials, group);
	const struct partial	*best = NULL;

	if (g->folded)
		return g->f_start;
	for (uint32_t i = g->first; i != 0;
	    i = partial_at(e->partials, i)->next) {
		const struct partial	*p = partial_at(e->partials, i);

		if (best == NULL || p->state > best->state)
			best = p;
	}
	return origin_at(&e->pasts, best->origin)->start;
}

/* Is the instance less advanced than the group, or just older? */
static bool
goes_first(const struct engine *e, uint32_t instance, uint32_t group)
{
	const struct instance	*i = seqs_at(e->seqs, instance);
	const unsigned		 state = i->state < GROUP_TOP_MAX ?
	    i->state : GROUP_TOP_MAX;

	if (state != group_at(e->partials, group)->top)
		return state < group_at(e->partials, group)->top;
	return i->start < start_of(e, group);
}

static uint64_t
count(const struct engine *e)
{
	return seqs_count(e->seqs) + (uint64_t)partials_count(e->partials);
}

static void
evict(struct engine *e)
{
	const uint32_t	 old = seqs_victim(e->seqs);
	const uint32_t	 new = partials_victim(e->partials);

	if (new == 0 || (old != SEQ_NONE && goes_first(e, old, new))) {
		tracing_instance(e, TRACE_EVICTED, old);
		classic_end(e, old);
	} else {
		tracing_group(e, TRACE_EVICTED, new);
		keep_end_group(e, new);
	}
	e->stats.evicted++;
}

void
age_make_room(struct engine *e)
{
	if (count(e) >= e->options.max_instances)
		evict(e);
}

void
age_fit(struct engine *e)
{
	while (count(e) > e->options.max_instances)
		evict(e);
}
