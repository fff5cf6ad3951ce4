/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_seen.c - what has been seen before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/seen.h"

#include "draw.h"

static void
a_value_is_new_once_in_its_window(void **state)
{
	struct seen	*s = seen_new(0);

	(void)state;
	assert_false(seen_before(s, 1, 1000, 500));
	assert_true(seen_before(s, 1, 1500, 500));	/* to the end */
	assert_false(seen_before(s, 1, 2001, 500));
	assert_false(seen_before(s, 2, 2001, 500));
	assert_int_equal(seen_count(s), 2);
	assert_int_equal(seen_evicted(s), 0);
	seen_free(s);
	seen_free(NULL);
}

static void
a_clock_that_steps_back_makes_nothing_new(void **state)
{
	struct seen	*s = seen_new(0);

	(void)state;
	assert_false(seen_before(s, 1, 1000, 10));
	assert_true(seen_before(s, 1, 1, 10));
	assert_true(seen_before(s, 1, 1010, 10));
	assert_false(seen_before(s, 2, INT64_MIN, 10));
	assert_false(seen_before(s, 2, INT64_MAX, 10));
	seen_free(s);
}

static void
the_one_not_seen_for_longest_is_forgotten(void **state)
{
	struct seen	*s = seen_new(3);

	(void)state;
	for (uint64_t v = 1; v <= 3; v++)
		assert_false(seen_before(s, v, 0, 10));
	assert_true(seen_before(s, 1, 0, 10));
	assert_false(seen_before(s, 4, 0, 10));		/* instead of 2 */
	assert_int_equal(seen_evicted(s), 1);
	assert_true(seen_before(s, 1, 0, 10));
	assert_true(seen_before(s, 3, 0, 10));
	assert_false(seen_before(s, 2, 0, 10));		/* instead of 4 */
	assert_int_equal(seen_evicted(s), 2);
	assert_int_equal(seen_count(s), 3);
	seen_free(s);
}

/* Against an array that is searched for everything. */
static void
random_values_are_remembered_as_in_a_list(void **state)
{
	static struct lot	 l;

	(void)state;
	for (unsigned seed = 0; seed < 50; seed++) {
		struct {
			uint64_t	 value;
			int64_t		 at;
		}		 list[8] = { { 0, 0 } };
		size_t		 n = 0;
		struct seen	*s = seen_new(8);

		lot_seed(&l, seed);
		for (int64_t now = 0; now < 1000; now++) {
			const uint64_t	 v = lot_below(&l, 12) << 3;
			bool		 before = false;
			size_t		 i = 0;

			while (i < n && list[i].value != v)
				i++;
			if (i < n)
				before = now - list[i].at <= 20;
			else if (n == 8)
				i = 0;		/* the oldest */
			else
				i = n++;
			memmove(&list[i], &list[i + 1],
			    (n - i - 1) * sizeof(list[0]));
			list[n - 1].value = v;
			list[n - 1].at = now;
			assert_int_equal(seen_before(s, v, now, 20), before);
		}
		seen_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_value_is_new_once_in_its_window),
		cmocka_unit_test(a_clock_that_steps_back_makes_nothing_new),
		cmocka_unit_test(the_one_not_seen_for_longest_is_forgotten),
		cmocka_unit_test(random_values_are_remembered_as_in_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
