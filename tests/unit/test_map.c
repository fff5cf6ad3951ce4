/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_map.c - the hash table: finding, replacing, order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/map.h"
#include "base/mem.h"

static int	one, two, three;	/* values: their addresses are enough */

static void
an_empty_map_finds_nothing(void **state)
{
	struct map	*m = map_new();

	(void)state;
	assert_null(map_find(m, slice_str("a")));
	assert_null(map_find(m, (struct slice){ NULL, 0 }));
	assert_int_equal(map_count(m), 0);
	map_free(m);
	map_free(NULL);
}

static void
any_bytes_are_a_key(void **state)
{
	const struct slice	 none = { NULL, 0 };
	const struct slice	 nul = { (const uint8_t *)"\0", 1 };
	const struct slice	 nuls = { (const uint8_t *)"\0\0", 2 };
	struct map		*m = map_new();

	(void)state;
	assert_null(map_put(m, none, &one));
	assert_null(map_put(m, nul, &two));
	assert_null(map_put(m, nuls, &three));
	assert_ptr_equal(map_find(m, none), &one);
	assert_ptr_equal(map_find(m, nul), &two);
	assert_ptr_equal(map_find(m, nuls), &three);
	map_free(m);
}

static void
keys_are_copied(void **state)
{
	struct map	*m = map_new();
	uint8_t		*key = xmemdup("key", 3);
	struct slice	 got;

	(void)state;
	assert_null(map_put(m, (struct slice){ key, 3 }, &one));
	free(key);
	assert_ptr_equal(map_find(m, slice_str("key")), &one);
	assert_ptr_equal(map_at(m, 0, &got), &one);
	assert_true(slice_is(got, "key"));
	map_free(m);
}

static void
a_replaced_key_keeps_its_place(void **state)
{
	struct map	*m = map_new();
	struct slice	 key;

	(void)state;
	assert_null(map_put(m, slice_str("a"), &one));
	assert_null(map_put(m, slice_str("b"), &two));
	assert_ptr_equal(map_put(m, slice_str("a"), &three), &one);
	assert_int_equal(map_count(m), 2);
	assert_ptr_equal(map_at(m, 0, &key), &three);
	assert_true(slice_is(key, "a"));
	assert_ptr_equal(map_at(m, 1, NULL), &two);
	map_free(m);
}

/* Past many growths: all are found, no other is, order is that of coming. */
static void
many_keys_stay_in_order(void **state)
{
	enum { N = 20000 };
	struct map	*m = map_new();
	int		*values = xcalloc(N, sizeof(values[0]));
	char		 text[32];

	(void)state;
	for (size_t i = 0; i < N; i++) {
		(void)snprintf(text, sizeof(text), "%zu", i * 7);
		assert_null(map_put(m, slice_str(text), &values[i]));
	}
	assert_int_equal(map_count(m), N);
	for (size_t i = 0; i < N * 7; i++) {
		(void)snprintf(text, sizeof(text), "%zu", i);
		assert_ptr_equal(map_find(m, slice_str(text)),
		    i % 7 == 0 ? &values[i / 7] : NULL);
	}
	for (size_t i = 0; i < N; i++)
		assert_ptr_equal(map_at(m, i, NULL), &values[i]);
	free(values);
	map_free(m);
}

static void
what_is_there_stays_when_something_is_added(void **state)
{
	struct map	*m = map_new();
	int		 a, b;

	(void)state;
	assert_null(map_add(m, slice_str("k"), &a));
	assert_ptr_equal(map_add(m, slice_str("k"), &b), &a);
	assert_ptr_equal(map_find(m, slice_str("k")), &a);
	assert_int_equal(map_count(m), 1);
	map_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_stays_when_something_is_added),
		cmocka_unit_test(an_empty_map_finds_nothing),
		cmocka_unit_test(any_bytes_are_a_key),
		cmocka_unit_test(keys_are_copied),
		cmocka_unit_test(a_replaced_key_keeps_its_place),
		cmocka_unit_test(many_keys_stay_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
