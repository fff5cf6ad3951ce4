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
on_moved(void *arg, uint32_t partial, uint32_t at)
{
	struct row	*rows = arg;

	rows[partial].at = at;
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
	return a->partial < b->partial ? -1 : a->partial > b->partial;
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
			r->d = (struct deadline){ .end = lot_below(l, 50),
			    .start = lot_below(l, 3), .rule = lot_below(l, 2),
			    .partial = n };
			deadlines_add(&d, &r->d);
		}
		for (size_t k = 0; k < MANY; k++) {
			if (rows[k].at == 0)
				continue;
			assert_int_equal(((const struct deadline *)
			    pool_at(&d.heap, rows[k].at))->partial, k);
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

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(
		    the_first_is_the_earliest_whatever_is_taken_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
