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
			assert_ptr_equal(at[n], pool_item(&p, n + 1,
			    sizes[i]));
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

static void
a_pool_is_made_again_as_it_was(void **state)
{
	struct pool	 p, q;
	uint32_t	 unused[4];

	(void)state;
	pool_init(&p, 8);
	pool_init(&q, 8);
	for (uint32_t i = 1; i <= 9; i++)
		assert_int_equal(pool_take(&p), i);
	pool_give(&p, 4);
	pool_give(&p, 9);
	pool_give(&p, 1);
	pool_unused(&p, unused);
	assert_int_equal(unused[0], 4);
	assert_int_equal(unused[1], 9);
	assert_int_equal(unused[2], 1);
	for (uint32_t i = 1; i <= 9; i++)
		if (i != 4 && i != 9 && i != 1)
			pool_restore(&q, i);
	assert_int_equal(q.used, 6);
	assert_true(pool_restore_unused(&q, unused, 3));
	assert_int_equal(q.n, p.n);
	assert_int_equal(q.used, p.used);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(pool_take(&p), pool_take(&q));
	pool_fini(&p);
	pool_fini(&q);
}

static bool
may_be(const uint32_t *unused, size_t n)
{
	struct pool	 p;
	bool		 good;

	pool_init(&p, 8);
	pool_restore(&p, 2);
	pool_restore(&p, 5);
	good = pool_restore_unused(&p, unused, n);
	pool_fini(&p);
	return good;
}

static void
free_numbers_are_each_named_once(void **state)
{
	(void)state;
	assert_true(may_be((const uint32_t[]){ 1, 3, 4 }, 3));
	assert_true(may_be((const uint32_t[]){ 6, 4, 3, 1 }, 4));
	assert_false(may_be((const uint32_t[]){ 3, 4 }, 2));
	assert_false(may_be((const uint32_t[]){ 1, 3, 3 }, 3));
	assert_false(may_be((const uint32_t[]){ 1, 3, 5 }, 3));
	assert_false(may_be((const uint32_t[]){ 1, 3, 0 }, 3));
	assert_false(may_be((const uint32_t[]){ 1, 3, 6 }, 3));
	assert_false(may_be((const uint32_t[]){ 1, 3, 4, 7 }, 4));
	assert_false(may_be(NULL, 0));
}

/* Without the free ones being named, those between are free all the same. */
static void
numbers_between_are_free(void **state)
{
	struct pool	 p;
	uint32_t	 seen = 0;

	(void)state;
	pool_init(&p, 8);
	pool_restore(&p, 3);
	pool_restore(&p, 6);
	assert_int_equal(p.used, 2);
	for (unsigned i = 0; i < 4; i++)
		seen |= 1u << pool_take(&p);
	assert_int_equal(seen, 1u << 1 | 1u << 2 | 1u << 4 | 1u << 5);
	assert_int_equal(pool_take(&p), 7);
	pool_fini(&p);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(numbers_begin_with_one_and_are_used_again),
		cmocka_unit_test(items_stay_where_they_are_and_apart),
		cmocka_unit_test(what_is_taken_is_nobody_elses),
		cmocka_unit_test(a_pool_is_made_again_as_it_was),
		cmocka_unit_test(free_numbers_are_each_named_once),
		cmocka_unit_test(numbers_between_are_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
