/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_pool.c - many items of one size, known by number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/pool.h"

#include "draw.h"

static void
numbers_begin_with_one_and_are_used_again(void **state)
{
	struct pool	 p;
	uint32_t	 a, b;

	(void)state;
	pool_init(&p, 8);
	a = pool_take(&p);
	b = pool_take(&p);
	assert_int_equal(a, 1);
	assert_int_equal(b, 2);
	assert_int_equal(p.used, 2);
	pool_give(&p, a);
	assert_int_equal(p.used, 1);
	assert_int_equal(pool_take(&p), a);
	assert_int_equal(pool_take(&p), 3);
	pool_fini(&p);
}

static void
items_stay_where_they_are_and_apart(void **state)
{
	static const size_t	 sizes[] = { 4, 8, 24, 40, 4096, 16384, 65536 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct pool	 p;
		uint8_t		*at[300];

		pool_init(&p, sizes[i]);
		for (uint32_t n = 0; n < 300; n++) {
			at[n] = pool_at(&p, pool_take(&p));
			memset(at[n], (int)(n % 256), sizes[i]);
		}
		for (uint32_t n = 0; n < 300; n++) {
			assert_ptr_equal(at[n], pool_at(&p, n + 1));
			assert_int_equal(at[n][0], n % 256);
			assert_int_equal(at[n][sizes[i] - 1], n % 256);
		}
		pool_fini(&p);
	}
}

static void
what_is_taken_is_nobody_elses(void **state)
{
	struct lot	*l = malloc(sizeof(*l));
	struct pool	 p;
	uint32_t	 live[1000];
	size_t		 n = 0;

	(void)state;
	assert_non_null(l);
	lot_seed(l, 1);
	pool_init(&p, sizeof(uint64_t));
	for (unsigned i = 0; i < lot_runs(50000); i++) {
		if (n < 1000 && (n == 0 || lot_below(l, 2))) {
			live[n] = pool_take(&p);
			*(uint64_t *)pool_at(&p, live[n]) = live[n];
			n++;
		} else {
			const size_t	 k = lot_below(l, (uint32_t)n);

			assert_int_equal(*(uint64_t *)pool_at(&p, live[k]),
			    live[k]);
			pool_give(&p, live[k]);
			live[k] = live[--n];
		}
		assert_int_equal(p.used, n);
	}
	pool_fini(&p);
	free(l);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(numbers_begin_with_one_and_are_used_again),
		cmocka_unit_test(items_stay_where_they_are_and_apart),
		cmocka_unit_test(what_is_taken_is_nobody_elses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
