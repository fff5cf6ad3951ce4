/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_slots.c - a dense hash index, against a list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/slots.h"

#include "draw.h"

#define MAX	1000000u

static uint64_t	 hashes[MAX + 1];	/* by number */
static unsigned	 asked;

static const uint64_t *
hash_at(const void *arg, uint32_t number)
{
	(void)arg;
	asked++;
	return &hashes[number];
}

static void
add(struct slots *s, uint64_t hash, uint32_t number)
{
	hashes[number] = hash;
	slots_add(s, hash, number);
}

/* How often NUMBER is stored under HASH; each is counted among *ALL. */
static unsigned
times_found(const struct slots *s, uint64_t hash, uint32_t number,
    unsigned *all)
{
	uint32_t	 at = 0, found;
	unsigned	 n = 0;

	*all = 0;
	while ((found = slots_find(s, hash, &at)) != SLOTS_NONE) {
		n += found == number;
		++*all;
	}
	return n;
}

static void
what_is_added_is_found_until_it_is_removed(void **state)
{
	struct slots	*s = slots_new(MAX, hash_at, NULL);
	unsigned	 all;

	(void)state;
	assert_int_equal(times_found(s, 5, 7, &all), 0);
	add(s, 5, 7);
	add(s, 5, 8);
	slots_prefetch(s, 5);
	assert_int_equal(times_found(s, 5, 7, &all), 1);
	assert_int_equal(all, 2);
	slots_remove(s, 5, 7);
	assert_int_equal(times_found(s, 5, 7, &all), 0);
	assert_int_equal(times_found(s, 5, 8, &all), 1);
	assert_int_equal(all, 1);
	slots_free(s);
	slots_free(NULL);
}

static void
the_greatest_number_has_its_place(void **state)
{
	static const uint32_t	 most[] = { 1, 2, 255, 256, 400000 };
	unsigned		 all;

	(void)state;
	for (size_t i = 0; i < sizeof(most) / sizeof(most[0]); i++) {
		struct slots	*s = slots_new(most[i], hash_at, NULL);

		add(s, UINT64_MAX, most[i]);
		add(s, UINT64_MAX, 0);
		assert_int_equal(times_found(s, UINT64_MAX, most[i], &all), 1);
		assert_int_equal(times_found(s, UINT64_MAX, 0, &all), 1);
		assert_int_equal(all, 2);
		slots_remove(s, UINT64_MAX, 0);
		assert_int_equal(times_found(s, UINT64_MAX, most[i], &all), 1);
		assert_int_equal(all, 1);
		slots_free(s);
	}
}

static void
many_numbers_take_less_than_seven_bytes_each(void **state)
{
	struct lot	*l = malloc(sizeof(*l));
	struct slots	*s = slots_new(MAX, hash_at, NULL);

	(void)state;
	assert_non_null(l);
	lot_seed(l, 1);
	for (uint32_t i = 0; i < MAX; i++)
		add(s, lot_u64(l), i);
	assert_true(slots_bytes(s) < 7 * (size_t)MAX);
	slots_free(s);
	free(l);
}

/* Few tags and one shard, so that runs of full slots are long and wrap. */
static void
crowded_entries_survive_the_removal_of_others(void **state)
{
	enum { PLACES = 400 };
	static bool	 there[PLACES];
	struct lot	*l = malloc(sizeof(*l));
	struct slots	*s = slots_new(MAX, hash_at, NULL);
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
			slots_remove(s, hash, n);
		else
			add(s, hash, n);
		there[n] = !there[n];
	}
	slots_free(s);
	free(l);
}

static void
growing_loses_nothing_and_removal_frees_every_slot(void **state)
{
	struct slots	*s = slots_new(MAX, hash_at, NULL);
	size_t		 before = slots_bytes(s), full;
	struct lot	*l = malloc(sizeof(*l));
	unsigned	 all;

	(void)state;
	assert_non_null(l);
	for (unsigned round = 0; round < 3; round++) {
		lot_seed(l, 9);
		for (uint32_t i = 0; i < 50000; i++)
			add(s, lot_u64(l), i);
		lot_seed(l, 9);
		for (uint32_t i = 0; i < 50000; i++)
			assert_int_equal(times_found(s, lot_u64(l), i, &all),
			    1);
		lot_seed(l, 9);
		for (uint32_t i = 0; i < 50000; i++)
			slots_remove(s, lot_u64(l), i);
		if (round == 0)
			full = slots_bytes(s);
		assert_true(slots_bytes(s) > before);
		assert_int_equal(slots_bytes(s), full);
	}
	slots_free(s);
	free(l);
}

/* How many hashes are asked for as the first of N goes that stand in a row. */
static unsigned
asked_for(uint32_t max, uint32_t n)
{
	struct slots	*s = slots_new(max, hash_at, NULL);
	unsigned	 all;

	for (uint32_t i = 0; i < n; i++)
		add(s, 5, i);
	asked = 0;
	slots_remove(s, 5, 0);
	for (uint32_t i = 1; i < n; i++)
		assert_int_equal(times_found(s, 5, i, &all), 1);
	slots_free(s);
	return asked;
}

static void
removal_asks_for_a_hash_only_far_from_where_it_is_best(void **state)
{
	(void)state;
	assert_int_equal(asked_for(MAX, 15), 0);
	assert_int_equal(asked_for(MAX, 30), 15);
	/* There is no room to note how far. */
	assert_int_equal(asked_for(UINT32_MAX - 1, 15), 14);
}

/* There are many of these indexes, and most of their tables stay empty. */
static void
a_table_has_no_room_until_something_is_in_it(void **state)
{
	struct slots	*s = slots_new(MAX, hash_at, NULL);
	const size_t	 before = slots_bytes(s);
	unsigned	 all;

	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		const uint64_t	 hash = (uint64_t)i << 56 | i;

		slots_prefetch(s, hash);
		assert_int_equal(times_found(s, hash, i, &all), 0);
		assert_int_equal(all, 0);
	}
	assert_int_equal(slots_bytes(s), before);
	for (unsigned i = 0; i < 256; i++)
		add(s, (uint64_t)i << 56 | i, i);
	assert_true(slots_bytes(s) >= before + 256 * 8 * sizeof(uint32_t));
	for (unsigned i = 0; i < 256; i++) {
		assert_int_equal(times_found(s, (uint64_t)i << 56 | i, i, &all),
		    1);
		assert_int_equal(all, 1);
	}
	slots_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_added_is_found_until_it_is_removed),
		cmocka_unit_test(the_greatest_number_has_its_place),
		cmocka_unit_test(
		    many_numbers_take_less_than_seven_bytes_each),
		cmocka_unit_test(crowded_entries_survive_the_removal_of_others),
		cmocka_unit_test(
		    removal_asks_for_a_hash_only_far_from_where_it_is_best),
		cmocka_unit_test(
		    growing_loses_nothing_and_removal_frees_every_slot),
		cmocka_unit_test(a_table_has_no_room_until_something_is_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
