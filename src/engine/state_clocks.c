/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state_clocks.c - the clocks: of each source, and of all of them together.
 *
 * A clock is two timers, of seconds and of milliseconds; what waits for an
 * absence is made again with the partial matches. Of a timer that was never fed
 * nothing is told. The pages of one stand together, for the seldom case that
 * there are many.
 */
#include "engine/section.h"

#define PAGES_SHIFT	14u		/* pages of a timer */
#define EPOCHS_IN	4096u		/* on each */
#define EPOCH		12u		/* bytes */

/* The I-th timer of all; NULL: there are no more. */
static struct timer *
timer_of(const struct engine *e, size_t i)
{
	const size_t	 clock = i / 2;
	struct watch	*w;

	if (clock > e->nsources)
		return NULL;
	w = clock == 0 ? (struct watch *)(uintptr_t)&e->all :
	    &e->sources[clock - 1].watch;
	return i % 2 == 0 ? &w->seconds : &w->millis;
}

static void
save(const struct engine *e, struct rows *r)
{
	const struct timer	*t;

	for (size_t i = 0; (t = timer_of(e, i)) != NULL; i++) {
		if (timer_is_new(t))
			continue;
		for (size_t k = 0; k < t->n; k++) {
			struct buf	*b = rows_page(r,
			    (uint32_t)(i << PAGES_SHIFT) +
			    (uint32_t)(k / EPOCHS_IN));

			buf_u32(b, t->epochs[k].last);
			buf_u64(b, (uint64_t)t->epochs[k].latest);
		}
	}
}

static bool
row(struct resuming *r, const struct row *row)
{
	struct timer	*t = timer_of(r->e, row->page >> PAGES_SHIFT);
	const size_t	 before = (size_t)EPOCHS_IN *
	    (row->page & ((1u << PAGES_SHIFT) - 1));
	struct cursor	 c = { .in = row->bytes };

	if (t == NULL)
		return resume_refuse(r, "one of a source that is not there");
	if (row->bytes.n % EPOCH != 0 || row->bytes.n / EPOCH > EPOCHS_IN ||
	    before != (timer_is_new(t) ? 0 : t->n))
		return resume_refuse(r, "one is not whole");
	while (cursor_left(&c) > 0) {
		const uint32_t	 last = (uint32_t)cursor_uint(&c, 4);
		const uint64_t	 latest = cursor_uint(&c, 8);

		if (!timer_restore(t, (struct epoch){ last,
		    (int64_t)latest }))
			return resume_refuse(r, "times that cannot be");
	}
	return true;
}

const struct section	section_clocks = { SECTION_CLOCKS, "clocks", save, row,
    NULL, NULL };
