/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deadline.c - what becomes true at a time, the earliest first.
 */
#include "engine/deadline.h"

#include <stdbool.h>

/* One in a list, of numbers in the pool; 0: there is none. */
struct listed {
	struct deadline	 d;
	uint32_t	 list;
	uint32_t	 before, after;
};

void
deadlines_fini(struct deadlines *d)
{
	pool_fini(&d->heap);
	pool_fini(&d->listed);
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
	return a->nth < b->nth;
}

static struct deadline *
place(const struct deadlines *d, uint32_t at)
{
	return pool_at(&d->heap, at);
}

static void
move(struct deadlines *d, uint32_t from, uint32_t to)
{
	*place(d, to) = *place(d, from);
	d->moved(d->arg, place(d, to), to);
}

/* Put it where it belongs, the place AT being free. Returns where that is. */
static uint32_t
settle(struct deadlines *d, uint32_t at, const struct deadline *one)
{
	uint32_t	 child;

	for (; at > 1 && before(one, place(d, at / 2)); at /= 2)
		move(d, at / 2, at);
	for (; (child = 2 * at) <= d->nheap; at = child) {
		if (child < d->nheap && before(place(d, child + 1),
		    place(d, child)))
			child++;
		if (!before(place(d, child), one))
			break;
		move(d, child, at);
	}
	*place(d, at) = *one;
	return at;
}

static uint32_t
add_to_heap(struct deadlines *d, const struct deadline *one)
{
	if (++d->nheap == d->heap.n)
		(void)pool_take(&d->heap);	/* the next place */
	return settle(d, d->nheap, one);
}

static void
remove_from_heap(struct deadlines *d, uint32_t at)
{
	const struct deadline	 last = *place(d, d->nheap--);

	if (at <= d->nheap)
		d->moved(d->arg, &last, settle(d, at, &last));
}

/* Lists. */

static struct listed *
listed(const struct deadlines *d, uint32_t number)
{
	return pool_at(&d->listed, number);
}

/* The first that it can be the last of: so those behind it end earlier. */
static struct deadline_list *
list_for(struct deadlines *d, const struct deadline *one)
{
	for (size_t i = 0; i < DEADLINE_LISTS; i++) {
		struct deadline_list	*l = &d->lists[i];

		if (l->last == 0 || before(&listed(d, l->last)->d, one))
			return l;
	}
	return NULL;
}

static uint32_t
add_to_list(struct deadlines *d, struct deadline_list *l,
    const struct deadline *one)
{
	const uint32_t	 number = pool_take(&d->listed);
	struct listed	*to = listed(d, number);

	to->d = *one;
	to->list = (uint32_t)(l - d->lists);
	to->before = l->last;
	to->after = 0;
	if (l->last == 0)
		l->first = number;
	else
		listed(d, l->last)->after = number;
	l->last = number;
	return DEADLINE_LISTED | number;
}

static void
remove_from_list(struct deadlines *d, uint32_t number)
{
	const struct listed	*one = listed(d, number);
	struct deadline_list	*l = &d->lists[one->list];

	if (one->before == 0)
		l->first = one->after;
	else
		listed(d, one->before)->after = one->after;
	if (one->after == 0)
		l->last = one->before;
	else
		listed(d, one->after)->before = one->before;
	pool_give(&d->listed, number);
}

/* Of all. */

/* The first of what is there now: of the heap it is at 1. */
static uint32_t
find_first(const struct deadlines *d)
{
	uint32_t	 first = d->nheap > 0;

	for (size_t i = 0; i < DEADLINE_LISTS; i++) {
		const uint32_t	 at = DEADLINE_LISTED | d->lists[i].first;

		if (at != DEADLINE_LISTED && (first == 0 ||
		    before(deadlines_at(d, at), deadlines_at(d, first))))
			first = at;
	}
	return first;
}

uint32_t
deadlines_add(struct deadlines *d, const struct deadline *one)
{
	struct deadline_list	*l;
	uint32_t		 at;

	if (d->heap.size == 0) {
		pool_init(&d->heap, sizeof(struct deadline));
		pool_init(&d->listed, sizeof(struct listed));
	}
	l = list_for(d, one);
	at = l != NULL ? add_to_list(d, l, one) : add_to_heap(d, one);
	d->n++;
	if (l != NULL && (DEADLINE_LISTED | l->first) != at)
		return at;		/* it comes behind another */
	if (d->n == 1 || before(one, deadlines_first(d)))
		d->first = at;
	return at;
}

void
deadlines_remove(struct deadlines *d, uint32_t at)
{
	if ((at & DEADLINE_LISTED) != 0)
		remove_from_list(d, at - DEADLINE_LISTED);
	else
		remove_from_heap(d, at);
	d->n--;
	if (at == d->first)
		d->first = find_first(d);
}
