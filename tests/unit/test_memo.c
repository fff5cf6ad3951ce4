/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_memo.c - what is remembered comes back, and only under its own bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "draw.h"
#include "print/memo.h"

/* The key of bytes of which none but they can be read. */
static struct memo_key
key_of(uint8_t run, const uint8_t *p, size_t n)
{
	struct slice	 copy = exact((struct slice){ p, n });
	struct memo_key	 k = memo_key(run, copy.p, n);

	exact_free(copy);
	return k;
}

static bool
has(const struct memo *m, const struct memo_key *k)
{
	return memo_has(&m->slots[k->place], k);
}

static void
keep(struct memo *m, const struct memo_key *k, const char *text)
{
	uint8_t	 block[MEMO_TEXT_MAX + 1];

	memset(block, '#', sizeof(block));
	memcpy(block, text, strlen(text));
	memo_keep(m, k, block, strlen(text));
}

static void
assert_kept(const struct memo *m, const struct memo_key *k, const char *text)
{
	uint8_t	 got[MEMO_TEXT_MAX];
	size_t	 n;

	assert_true(has(m, k));
	n = memo_copy(&m->slots[k->place], got);
	assert_int_equal(n, strlen(text));
	assert_memory_equal(got, text, n);
}

static void
nothing_is_known_at_first(void **state)
{
	static const uint8_t	 zeros[MEMO_KEY_MAX];
	struct memo		 m;

	(void)state;
	memo_init(&m);
	for (size_t n = MEMO_KEY_MIN; n <= MEMO_KEY_MAX; n++) {
		struct memo_key	 k = key_of(1, zeros, n);

		assert_false(has(&m, &k));
	}
	memo_fini(&m);
}

static void
each_bit_of_a_key_counts(void **state)
{
	struct memo	 m;
	struct lot	*l = calloc(1, sizeof(*l));

	(void)state;
	memo_init(&m);
	assert_non_null(l);
	lot_seed(l, 21);
	for (size_t n = MEMO_KEY_MIN; n <= MEMO_KEY_MAX; n++) {
		uint8_t		 p[MEMO_KEY_MAX];
		struct memo_key	 k, other;

		for (size_t i = 0; i < n; i++)
			p[i] = (uint8_t)lot_u64(l);
		k = key_of(7, p, n);
		keep(&m, &k, "text");
		assert_kept(&m, &k, "text");
		for (size_t bit = 0; bit < 8 * n; bit++) {
			p[bit / 8] ^= (uint8_t)(1u << bit % 8);
			other = key_of(7, p, n);
			other.place = k.place;	/* had it the same one */
			assert_false(has(&m, &other));
			p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		other = key_of(8, p, n);
		other.place = k.place;
		assert_false(has(&m, &other));
	}
	memo_fini(&m);
	free(l);
}

static void
texts_of_every_length_come_back(void **state)
{
	struct memo	 m;
	char		 text[MEMO_TEXT_MAX + 2] = "";

	(void)state;
	memo_init(&m);
	for (size_t n = 0; n <= MEMO_TEXT_MAX; n++) {
		uint8_t		 p[8] = { (uint8_t)n };
		struct memo_key	 k = key_of(1, p, sizeof(p));

		keep(&m, &k, text);
		assert_kept(&m, &k, text);
		text[n] = (char)('a' + n % 26);
	}
	memo_fini(&m);
}

static void
what_is_too_long_is_not_kept(void **state)
{
	struct memo	 m;
	char		 text[MEMO_TEXT_MAX + 2];
	struct memo_key	 k = key_of(1, (const uint8_t *)"user", 4);

	(void)state;
	memo_init(&m);
	memset(text, 'x', MEMO_TEXT_MAX + 1);
	text[MEMO_TEXT_MAX + 1] = '\0';
	keep(&m, &k, "short");
	keep(&m, &k, text);
	assert_kept(&m, &k, "short");
	memo_fini(&m);
}

/* So many misses, with HITS meanwhile. */
static void
look_in_vain(struct memo_luck *l, uint32_t hits)
{
	while (hits-- > 0)
		memo_hit(l);
	for (uint32_t i = 0; i < MEMO_MISSES; i++) {
		assert_true(memo_tries(l));
		memo_missed(l);
	}
}

static void
a_run_that_hardly_comes_again_is_passed_over_for_a_while(void **state)
{
	struct memo	 m;
	struct memo_luck *l = &m.luck[MEMO_RUNS - 1];

	(void)state;
	memo_init(&m);
	for (unsigned round = 0; round < 2; round++) {
		look_in_vain(l, MEMO_HITS);
		look_in_vain(l, MEMO_HITS - 1);
		for (uint32_t i = 0; i < MEMO_RESTS; i++)
			assert_false(memo_tries(l));
	}
	assert_true(memo_tries(l));
	assert_true(memo_tries(&m.luck[1]));
	memo_fini(&m);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(nothing_is_known_at_first),
		cmocka_unit_test(each_bit_of_a_key_counts),
		cmocka_unit_test(texts_of_every_length_come_back),
		cmocka_unit_test(what_is_too_long_is_not_kept),
		cmocka_unit_test(
		    a_run_that_hardly_comes_again_is_passed_over_for_a_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
