/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * done.c - trails of a host that are not to be read again.
 *
 * Each has a slot, so that a page of rows changes only when one of its own is
 * replaced. They are found through a list in the order of time, to whose end
 * nearly all are added.
 */
#include "run/done.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bsm/cursor.h"

struct item {
	int64_t		 start;
	uint32_t	 slot;
};

struct done {
	struct item	*v;		/* by start */
	size_t		 n, cap;
	int64_t		*starts;	/* by slot, the same number */
	size_t		 starts_cap;
	int64_t		 floor;		/* all until then are done */
};

struct done *
done_new(void)
{
	struct done	*d = xcalloc(1, sizeof(*d));

	d->floor = INT64_MIN;
	return d;
}

void
done_free(struct done *d)
{
	if (d == NULL)
		return;
	free(d->v);
	free(d->starts);
	free(d);
}

/* Where it is, or should be. */
static size_t
place(const struct done *d, int64_t start)
{
	size_t	 low = 0, high = d->n;

	while (low < high) {
		const size_t	 mid = low + (high - low) / 2;

		if (d->v[mid].start < start)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool
done_has(const struct done *d, int64_t start)
{
	const size_t	 at = place(d, start);

	return start <= d->floor || (at < d->n && d->v[at].start == start);
}

bool
done_is_before_all(const struct done *d, int64_t start)
{
	return start <= d->floor;
}

size_t
done_count(const struct done *d)
{
	return d->n;
}

/* The oldest gives way. */
static uint32_t
slot_of_oldest(struct done *d)
{
	const uint32_t	 slot = d->v[0].slot;

	d->floor = d->v[0].start;
	d->n--;
	memmove(d->v, d->v + 1, d->n * sizeof(*d->v));
	return slot;
}

static void
put(struct done *d, uint32_t slot, int64_t start)
{
	const size_t	 at = place(d, start);

	d->v = mem_grow(d->v, &d->cap, d->n + 1, sizeof(*d->v));
	memmove(d->v + at + 1, d->v + at, (d->n - at) * sizeof(*d->v));
	d->v[at] = (struct item){ start, slot };
	d->n++;
	d->starts[slot] = start;
}

void
done_add(struct done *d, int64_t start)
{
	uint32_t	 slot = (uint32_t)d->n;

	if (done_has(d, start))
		return;
	if (d->n == DONE_MAX && start < d->v[0].start) {
		d->floor = start;
		return;
	}
	if (d->n == DONE_MAX)
		slot = slot_of_oldest(d);
	else
		d->starts = mem_grow(d->starts, &d->starts_cap, d->n + 1,
		    sizeof(*d->starts));
	put(d, slot, start);
}

/* A page begins with the floor if it is the first, and has starts by slot. */
void
done_save(const struct done *d, struct rows *rows, uint32_t first)
{
	buf_u64(rows_page(rows, first), (uint64_t)d->floor);
	for (size_t i = 0; i < d->n; i++)
		buf_u64(rows_page(rows, first + (uint32_t)i / ROWS_ITEMS),
		    (uint64_t)d->starts[i]);
}

bool
done_page(struct done *d, uint32_t page, struct slice bytes)
{
	struct cursor	 c = { .in = bytes };

	if (page == 0)
		d->floor = (int64_t)cursor_uint(&c, 8);
	if (c.err != 0 || cursor_left(&c) % 8 != 0 ||
	    cursor_left(&c) / 8 > ROWS_ITEMS || page >= DONE_PAGES ||
	    d->n != (size_t)page * ROWS_ITEMS)
		return false;
	d->v = mem_grow(d->v, &d->cap, d->n + ROWS_ITEMS, sizeof(*d->v));
	d->starts = mem_grow(d->starts, &d->starts_cap, d->n + ROWS_ITEMS,
	    sizeof(*d->starts));
	for (; cursor_left(&c) > 0; d->n++) {
		d->starts[d->n] = (int64_t)cursor_uint(&c, 8);
		d->v[d->n] = (struct item){ d->starts[d->n],
		    (uint32_t)d->n };
	}
	return true;
}

static int
by_start(const void *one, const void *other)
{
	const struct item	*a = one, *b = other;

	return (a->start > b->start) - (a->start < b->start);
}

bool
done_loaded(struct done *d)
{
	if (d->n > 0)
		qsort(d->v, d->n, sizeof(*d->v), by_start);
	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].start <= (i == 0 ? d->floor : d->v[i - 1].start))
			return false;
	return true;
}
