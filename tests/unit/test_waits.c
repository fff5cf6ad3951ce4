/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_waits.c - which of many rules have something for a key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/waits.h"

#define HASH	UINT64_C(0x0123456789abcdef)

static void
nobody_has_anything_at_first(void **state)
{
	struct waits	*w = waits_new();

	(void)state;
	assert_int_equal(waits_word(w, HASH, 0), 0);
	waits_clear(w, HASH, 3);
	assert_int_equal(waits_word(w, HASH, 0), 0);
	waits_free(w);
	waits_free(NULL);
}

static void
a_rule_has_a_bit_in_the_word_of_its_block(void **state)
{
	struct waits	*w = waits_new();

	(void)state;
	waits_set(w, HASH, 3);
	waits_set(w, HASH, 63);
	waits_set(w, HASH, 64);
	assert_int_equal(waits_word(w, HASH, 0), 1u << 3 |
	    UINT64_C(1) << 63);
	assert_int_equal(waits_word(w, HASH, 1), 1);
	assert_int_equal(waits_word(w, HASH, 2), 0);
	waits_clear(w, HASH, 63);
	waits_clear(w, HASH, 64);
	assert_int_equal(waits_word(w, HASH, 0), 1u << 3);
	assert_int_equal(waits_word(w, HASH, 1), 0);
	waits_free(w);
}

/* What a walk finds of a hash on a shelf, by block. */
static size_t
walk(const struct waits *w, uint64_t what, uint32_t shelf,
    uint64_t words[WAITS_BLOCKS])
{
	struct waits_walk	 run = waits_begin(w, what, shelf);
	uint64_t		 word;
	uint32_t		 block;
	size_t			 n = 0;

	memset(words, 0, WAITS_BLOCKS * sizeof(*words));
	while (waits_next(&run, &block, &word)) {
		assert_in_range(block, 0, WAITS_BLOCKS - 1);
		assert_int_equal(words[block], 0);	/* each comes once */
		words[block] = word;
		n++;
	}
	return n;
}

static void
a_walk_finds_all_words_of_a_hash_and_of_no_other(void **state)
{
	const uint32_t	 above = WAITS_BLOCKS * WAITS_BITS;
	struct waits	*w = waits_new();
	uint64_t	 words[WAITS_BLOCKS];

	(void)state;
	assert_int_equal(walk(w, HASH, 0, words), 0);
	waits_set(w, HASH, 3);
	waits_set(w, HASH, 5);
	waits_set(w, HASH, 64 * 9 + 1);
	waits_set(w, HASH, above - 1);
	waits_set(w, HASH, above + 2);		/* on the next shelf */
	for (uint64_t i = 1; i < 64; i++)	/* all around it */
		waits_set(w, HASH + i, (uint32_t)i * 7);
	assert_int_equal(walk(w, HASH, 0, words), 3);
	assert_int_equal(words[0], 1u << 3 | 1u << 5);
	assert_int_equal(words[9], 1u << 1);
	assert_int_equal(words[WAITS_BLOCKS - 1], UINT64_C(1) << 63);
	assert_int_equal(walk(w, HASH, 1, words), 1);
	assert_int_equal(words[0], 1u << 2);
	waits_clear(w, HASH, 64 * 9 + 1);
	assert_int_equal(walk(w, HASH, 0, words), 2);
	assert_int_equal(waits_word(w, HASH, WAITS_BLOCKS), 1u << 2);
	waits_free(w);
}

/* All in one table, whose places are all next to each other or the same. */
static void
what_is_in_the_way_of_others_can_go(void **state)
{
	struct waits	*w = waits_new();

	(void)state;
	for (uint64_t i = 0; i < 1000; i++)
		waits_set(w, i % 2 == 0 ? i : i << 32, (uint32_t)i % 64);
	for (uint64_t i = 0; i < 1000; i += 3)
		waits_clear(w, i % 2 == 0 ? i : i << 32, (uint32_t)i % 64);
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(waits_word(w, i % 2 == 0 ? i : i << 32, 0),
		    i % 3 == 0 ? 0 : UINT64_C(1) << i % 64);
	waits_free(w);
}

static void
room_for_many_is_used_again(void **state)
{
	struct waits	*w = waits_new();
	size_t		 bytes = 0;

	(void)state;
	for (uint64_t turn = 0; turn < 20; turn++) {
		for (uint64_t i = 1; i <= 5000; i++)
			waits_set(w, i * HASH + turn, 7);
		if (turn == 0)
			bytes = waits_bytes(w);
		for (uint64_t i = 1; i <= 5000; i++)
			waits_clear(w, i * HASH + turn, 7);
	}
	assert_in_range(waits_bytes(w), 1, 2 * bytes);
	waits_free(w);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(nobody_has_anything_at_first),
		cmocka_unit_test(a_rule_has_a_bit_in_the_word_of_its_block),
		cmocka_unit_test(
		    a_walk_finds_all_words_of_a_hash_and_of_no_other),
		cmocka_unit_test(what_is_in_the_way_of_others_can_go),
		cmocka_unit_test(room_for_many_is_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
