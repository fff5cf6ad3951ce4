/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deadline.c - what becomes true at a time, the earliest first.
 */
#include "engine/deadline.h"

#include <stdbool.h>
void
deadlines_fini(struct deadlines *d)
{
	pool_fini(&d->heap);
}

static bool
before(const struct deadline *a, const struct deadline *b)
{
	if (a->end != b->end)
		return a->end < b->end;
	if (a->start != b->start)
		return a->start > b->start;
	if (a->rule != b->rule)
		return a->rule < b->rule;
	return a->partial < b->partial;
}

static struct deadline *
place(const struct deadlines *d, uint32_t at)
{
	return pool_at(&d->heap, at);
}

static void
set(struct deadlines *d, uint32_t at, struct deadline one)
{
	*place(d, at) = one;
	d->moved(d->arg, one.partial, at);
}

/* Put it where it belongs, the place AT being free. */
static void
settle(struct deadlines *d, uint32_t at, struct deadline one)
{
	uint32_t	 child;

	while (at > 1 && before(&one, place(d, at / 2))) {
		set(d, at, *place(d, at / 2));
		at /= 2;
	}
	while ((child = 2 * at) <= d->n) {
		if (child < d->n && before(place(d, child + 1),
		    place(d, child)))
			child++;
		if (!before(place(d, child), &one))
			break;
		set(d, at, *place(d, child));
		at = child;
	}
	set(d, at, one);
}

void
deadlines_add(struct deadlines *d, const struct deadline *one)
{
	if (d->heap.size == 0)
		pool_init(&d->heap, sizeof(struct deadline));
	if (++d->n == d->heap.n)
		(void)pool_take(&d->heap);	/* the next place */
	settle(d, d->n, *one);
}

void
deadlines_remove(struct deadlines *d, uint32_t at)
{
	const struct deadline	 last = *place(d, d->n--);

	if (at <= d->n)
		settle(d, at, last);
}
