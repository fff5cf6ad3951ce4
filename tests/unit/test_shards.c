/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_shards.c - a hash index, against a list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/shards.h"

#include "draw.h"

/* How often NUMBER is stored under HASH; each is counted among *ALL. */
static unsigned
times_found(const struct shards *s, uint64_t hash, uint32_t number,
    unsigned *all)
{
	uint32_t	 at = 0, found;
	unsigned	 n = 0;

	*all = 0;
	while ((found = shards_find(s, hash, &at)) != SHARDS_NONE) {
		n += found == number;
		++*all;
	}
	return n;
}

static void
what_is_added_is_found_until_it_is_removed(void **state)
{
	struct shards	*s = shards_new();
	unsigned	 all;

	(void)state;
	assert_int_equal(times_found(s, 5, 7, &all), 0);
	shards_add(s, 5, 7);
	shards_add(s, 5, 8);
	shards_prefetch(s, 5);
	assert_int_equal(times_found(s, 5, 7, &all), 1);
	assert_int_equal(all, 2);
	shards_remove(s, 5, 7);
	assert_int_equal(times_found(s, 5, 7, &all), 0);
	assert_int_equal(times_found(s, 5, 8, &all), 1);
	assert_int_equal(all, 1);
	shards_free(s);
	shards_free(NULL);
}

static void
every_number_but_none_can_be_stored(void **state)
{
	struct shards	*s = shards_new();
	unsigned	 all;

	(void)state;
	shards_add(s, UINT64_MAX, 0);
	shards_add(s, UINT64_MAX, SHARDS_NONE - 1);
	shards_add(s, 0, 0);
	assert_int_equal(times_found(s, UINT64_MAX, SHARDS_NONE - 1, &all), 1);
	assert_int_equal(times_found(s, UINT64_MAX, 0, &all), 1);
	assert_int_equal(times_found(s, 0, 0, &all), 1);
	assert_int_equal(all, 1);
	shards_free(s);
}

/* Few tags and one shard, so that runs of full slots are long and wrap. */
static void
crowded_entries_survive_the_removal_of_others(void **state)
{
	enum { PLACES = 400 };
	static bool	 there[PLACES];
	struct lot	*l = malloc(sizeof(*l));
	struct shards	*s = shards_new();
	unsigned	 all, steps = lot_runs(60000);

	(void)state;
	assert_non_null(l);
	lot_seed(l, 4);
	for (unsigned i = 0; i < steps; i++) {
		uint32_t	 n = lot_below(l, PLACES);
		uint64_t	 hash = (uint64_t)(n % 3) << 56 |
		    (0xfffffff8u + n % 20);

		assert_int_equal(times_found(s, hash, n, &all), there[n]);
		if (there[n])
			shards_remove(s, hash, n);
		else
			shards_add(s, hash, n);
		there[n] = !there[n];
	}
	shards_free(s);
	free(l);
}

static void
growing_loses_nothing_and_removal_frees_every_slot(void **state)
{
	struct shards	*s = shards_new();
	size_t		 before = shards_bytes(s), full;
	struct lot	*l = malloc(sizeof(*l));
	unsigned	 all;

	(void)state;
	assert_non_null(l);
	for (unsigned round = 0; round < 3; round++) {
		lot_seed(l, 9);
		for (uint32_t i = 0; i < 50000; i++)
			shards_add(s, lot_u64(l), i);
		lot_seed(l, 9);
		for (uint32_t i = 0; i < 50000; i++)
			assert_int_equal(times_found(s, lot_u64(l), i, &all),
			    1);
		lot_seed(l, 9);
		for (uint32_t i = 0; i < 50000; i++)
			shards_remove(s, lot_u64(l), i);
		if (round == 0)
			full = shards_bytes(s);
		assert_true(shards_bytes(s) > before);
		assert_int_equal(shards_bytes(s), full);
	}
	shards_free(s);
	free(l);
}

/* There are many of these indexes, and most of their tables stay empty. */
static void
a_table_has_no_room_until_something_is_in_it(void **state)
{
	struct shards	*s = shards_new();
	const size_t	 before = shards_bytes(s);
	unsigned	 all;

	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		const uint64_t	 hash = (uint64_t)i << 56 | i;

		shards_prefetch(s, hash);
		assert_int_equal(times_found(s, hash, i, &all), 0);
		assert_int_equal(all, 0);
	}
	assert_int_equal(shards_bytes(s), before);
	for (unsigned i = 0; i < 256; i++)
		shards_add(s, (uint64_t)i << 56 | i, i);
	assert_true(shards_bytes(s) >= before + 256 * 8 * sizeof(uint32_t));
	for (unsigned i = 0; i < 256; i++) {
		assert_int_equal(times_found(s, (uint64_t)i << 56 | i, i, &all),
		    1);
		assert_int_equal(all, 1);
	}
	shards_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_added_is_found_until_it_is_removed),
		cmocka_unit_test(every_number_but_none_can_be_stored),
		cmocka_unit_test(crowded_entries_survive_the_removal_of_others),
		cmocka_unit_test(
		    growing_loses_nothing_and_removal_frees_every_slot),
		cmocka_unit_test(a_table_has_no_room_until_something_is_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
