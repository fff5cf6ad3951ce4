/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_deadline.c - what becomes true at a time, against a list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/deadline.h"

#include "draw.h"

enum { MANY = 200 };

struct row {
	struct deadline	 d;
	uint32_t	 at;		/* as it was told; 0: not in */
};

static void
on_moved(void *arg, const struct deadline *d, uint32_t at)
{
	struct row	*rows = arg;

	rows[d->group].at = at;
}

static int
by_time(const struct deadline *a, const struct deadline *b)
{
	if (a->end != b->end)
		return a->end < b->end ? -1 : 1;
	if (a->start != b->start)
		return a->start > b->start ? -1 : 1;
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return a->nth < b->nth ? -1 : a->nth > b->nth;
}

static void
the_first_is_the_earliest_whatever_is_taken_out(void **state)
{
	struct lot		*l = malloc(sizeof(*l));
	static struct row	 rows[MANY];
	struct deadlines	 d = { .moved = on_moved, .arg = rows };

	(void)state;
	assert_non_null(l);
	lot_seed(l, 5);
	for (unsigned i = 0; i < lot_runs(20000); i++) {
		const uint32_t		 n = lot_below(l, MANY);
		struct row		*r = &rows[n];
		const struct row	*first = NULL;

		if (r->at != 0) {
			const uint32_t	 at = r->at;

			r->at = 0;
			deadlines_remove(&d, at);
		} else {
			/* As time goes by, or anywhere. */
			r->d = (struct deadline){ .end = i / 8 * (n % 3 > 0) +
			    lot_below(l, 1 + n % 2 * 50),
			    .start = lot_below(l, 3), .rule = lot_below(l, 2),
			    .nth = i * UINT32_C(2654435761), /* any order */
			    .group = n };
			r->at = deadlines_add(&d, &r->d);
		}
		for (size_t k = 0; k < MANY; k++) {
			if (rows[k].at == 0)
				continue;
			assert_int_equal(deadlines_at(&d,
			    rows[k].at)->group, k);
			if (first == NULL || by_time(&rows[k].d,
			    &first->d) < 0)
				first = &rows[k];
		}
		if (first != NULL)
			assert_int_equal(by_time(deadlines_first(&d),
			    &first->d), 0);
		assert_int_equal(d.n == 0, first == NULL);
	}
	deadlines_fini(&d);
	free(l);
}

/* Each kind has a list; whoever comes too late for it goes to the heap. */
static void
those_who_wait_as_long_as_others_stand_in_lists(void **state)
{
	static const int64_t	 wait[] = { 60, 3600, 10, 300 };
	static struct row	 rows[MANY + 1];
	struct deadlines	 d = { .moved = on_moved, .arg = rows };

	(void)state;
	for (uint32_t i = 1; i < MANY; i++)
		deadlines_add(&d, &(struct deadline){ .group = i,
		    .end = i + wait[i % DEADLINE_LISTS] });
	assert_int_equal(d.nheap, 0);
	deadlines_add(&d, &(struct deadline){ .end = 5, .group = MANY });
	assert_int_equal(d.nheap, 1);
	assert_int_equal(d.n, MANY);
	assert_int_equal(deadlines_first(&d)->group, MANY);
	deadlines_remove(&d, d.first);
	for (uint32_t end = 0; d.n > 0;) {
		assert_true(deadlines_first(&d)->end >= end);
		end = (uint32_t)deadlines_first(&d)->end;
		deadlines_remove(&d, d.first);
	}
	deadlines_fini(&d);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(
		    the_first_is_the_earliest_whatever_is_taken_out),
		cmocka_unit_test(
		    those_who_wait_as_long_as_others_stand_in_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
