/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deadline.c - what becomes true at a time, the earliest first.
 */
#include "engine/deadline.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

void
deadlines_fini(struct deadlines *d)
{
	free(d->heap);
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

static void
set(struct deadlines *d, size_t at, struct deadline one)
{
	d->heap[at] = one;
	d->moved(d->arg, one.partial, (uint32_t)at + 1);
}

/* Put it where it belongs, the place AT being free. */
static void
settle(struct deadlines *d, size_t at, struct deadline one)
{
	size_t	 child;

	while (at > 0 && before(&one, &d->heap[(at - 1) / 2])) {
		set(d, at, d->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	while ((child = 2 * at + 1) < d->n) {
		if (child + 1 < d->n &&
		    before(&d->heap[child + 1], &d->heap[child]))
			child++;
		if (!before(&d->heap[child], &one))
			break;
		set(d, at, d->heap[child]);
		at = child;
	}
	set(d, at, one);
}

void
deadlines_add(struct deadlines *d, const struct deadline *one)
{
	d->heap = mem_grow(d->heap, &d->cap, d->n + 1, sizeof(*d->heap));
	settle(d, d->n++, *one);
}

void
deadlines_remove(struct deadlines *d, uint32_t at)
{
	const size_t	 hole = at - (size_t)1;

	if (hole == --d->n)
		return;
	settle(d, hole, d->heap[d->n]);
}
