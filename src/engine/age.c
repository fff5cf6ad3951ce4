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
age_limit(const struct rule *r, uint64_t first_hash)
{
	uint64_t	 t = (uint64_t)r->timeout_s, half, draw;

	if (r->window_s == 0)
		return t;
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
	int64_t	 latest;

	if (limit == 0)
		return false;
	latest = timer_latest(&w->seconds, epoch);
	return latest > first_s &&
	    (uint64_t)latest - (uint64_t)first_s > limit;
}

static int
by_number(const void *va, const void *vb)
{
	const uint32_t	*a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

void
age_keep_epochs(struct timer *t, uint32_t *used, size_t n)
{
	qsort(used, n, sizeof(*used), by_number);
	timer_keep(t, used, n);
}

/* A clock that steps back again and again: forget epochs nobody is in. */
static void
tidy(struct engine *e, struct watch *w)
{
	const size_t	 most = seqs_count(e->seqs) +
	    (size_t)e->pasts.origins.used;
	uint32_t	*used;
	size_t		 n = 0;

	if (w->seconds.n < EPOCHS_SPARE + 2 * most)
		return;
	used = xreallocarray(NULL, most + 1, sizeof(*used));
	for (uint32_t i = 0; i < seqs_size(e->seqs); i++)
		if (seqs_in_use(e->seqs, i) &&
		    &e->sources[seqs_at(e->seqs, i)->source].watch == w)
			used[n++] = seqs_at(e->seqs, i)->epoch;
	for (uint32_t i = 1; i < e->pasts.origins.n; i++) {
		const struct origin	*o = origin_at(&e->pasts, i);

		/* Of any clock: some too many are kept. */
		if (o->refs != 0)
			used[n++] = o->epoch;
	}
	age_keep_epochs(&w->seconds, used, n);
	free(used);
}

uint32_t
age_begin(struct engine *e, struct watch *w, int64_t first_s)
{
	tidy(e, w);
	return timer_begin(&w->seconds, first_s);
}

/* Is the instance less advanced than the partial match, or just older? */
static bool
goes_first(const struct engine *e, uint32_t instance, uint32_t partial)
{
	const struct instance	*i = seqs_at(e->seqs, instance);
	const struct partial	*p = partial_at(e->partials, partial);

	if (i->state != p->state)
		return i->state < p->state;
	return i->start < origin_at(&e->pasts, p->origin)->start;
}

void
age_make_room(struct engine *e)
{
	const uint32_t	 old = seqs_victim(e->seqs);
	const uint32_t	 new = partials_victim(e->partials);

	if (seqs_count(e->seqs) + partials_count(e->partials) <
	    e->options.max_instances)
		return;
	if (new == 0 || (old != SEQ_NONE && goes_first(e, old, new))) {
		tracing_instance(e, TRACE_EVICTED, old);
		classic_end(e, old);
	} else {
		tracing_partial(e, TRACE_EVICTED, new);
		keep_end(e, new);
	}
	e->stats.evicted++;
}
