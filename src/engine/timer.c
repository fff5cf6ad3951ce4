/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timer.c - age without scanning: the latest time read since an instance began.
 *
 * While time goes forward there is one epoch and feeding is one comparison. A
 * new one opens only when an instance begins after the clock has stepped back,
 * since only then do the older maxima not concern it.
 */
#include "engine/timer.h"

#include <stdlib.h>

#include "base/mem.h"

void
timer_init(struct timer *t)
{
	*t = (struct timer){ 0 };
	t->epochs = mem_grow(NULL, &t->cap, 4, sizeof(*t->epochs));
	t->epochs[0] = (struct epoch){ 0, INT64_MIN };
	t->n = 1;
}

void
timer_fini(struct timer *t)
{
	free(t->epochs);
}

/* The newest epoch has overtaken others, however many. */
static void
overtake(struct timer *t)
{
	const struct epoch	 top = t->epochs[t->n - 1];
	size_t			 lo = 0, hi = t->n - 2;

	while (lo < hi) {
		const size_t	 mid = lo + (hi - lo) / 2;

		if (t->epochs[mid].latest <= top.latest)
			hi = mid;
		else
			lo = mid + 1;
	}
	t->epochs[lo] = top;
	t->n = lo + 1;
}

void
timer_advance(struct timer *t, int64_t seconds)
{
	t->epochs[t->n - 1].latest = seconds;
	if (t->n > 1 && t->epochs[t->n - 2].latest <= seconds)
		overtake(t);
}

uint32_t
timer_begin_behind(struct timer *t, int64_t seconds)
{
	/* At the last number epochs are shared: older maxima count then. */
	if (t->now == TIMER_EPOCHS)
		return t->now;
	t->epochs = mem_grow(t->epochs, &t->cap, t->n + 1, sizeof(*t->epochs));
	t->epochs[t->n++] = (struct epoch){ ++t->now, seconds };
	return t->now;
}

int64_t
timer_latest_of(const struct timer *t, uint32_t epoch)
{
	size_t	 lo = 0, hi = t->n - 1;

	while (lo < hi) {
		size_t	 mid = lo + (hi - lo) / 2;

		if (t->epochs[mid].last < epoch)
			lo = mid + 1;
		else
			hi = mid;
	}
	return t->epochs[lo].latest;
}

bool
timer_is_new(const struct timer *t)
{
	return t->now == 0 && t->epochs[0].latest == INT64_MIN;
}

bool
timer_restore(struct timer *t, struct epoch next)
{
	const struct epoch	*top = &t->epochs[t->n - 1];

	if (next.latest == INT64_MIN || next.last > TIMER_EPOCHS)
		return false;
	if (timer_is_new(t))
		t->n = 0;
	else if (next.last <= top->last || next.latest >= top->latest)
		return false;
	t->epochs = mem_grow(t->epochs, &t->cap, t->n + 1, sizeof(*t->epochs));
	t->epochs[t->n++] = next;
	t->now = next.last;
	return true;
}

void
timer_keep(struct timer *t, const uint32_t *used, size_t n)
{
	size_t		 kept = 0, u = 0;

	for (size_t i = 0; i < t->n; i++) {
		uint32_t	 first = i == 0 ? 0 : t->epochs[i - 1].last + 1;

		while (u < n && used[u] < first)
			u++;
		if (i + 1 == t->n ||
		    (u < n && used[u] <= t->epochs[i].last))
			t->epochs[kept++] = t->epochs[i];
	}
	t->n = kept;
}
