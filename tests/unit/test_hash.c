/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_hash.c - SipHash-1-3 against an implementation of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/mem.h"

/*
 * The paper's figure 2.1 with c = 1, d = 3, written for reading: the message
 * padded to whole words first, then the rounds by name.
 */
static void
rounds(uint64_t v[4], unsigned n)
{
#define ROTL(x, b) (((x) << (b)) | ((x) >> (64 - (b))))
	while (n-- > 0) {
		v[0] += v[1];
		v[1] = ROTL(v[1], 13);
		v[1] ^= v[0];
		v[0] = ROTL(v[0], 32);
		v[2] += v[3];
		v[3] = ROTL(v[3], 16);
		v[3] ^= v[2];
		v[0] += v[3];
		v[3] = ROTL(v[3], 21);
		v[3] ^= v[0];
		v[2] += v[1];
		v[1] = ROTL(v[1], 17);
		v[1] ^= v[2];
		v[2] = ROTL(v[2], 32);
	}
}

static uint64_t
reference(unsigned c, unsigned d, uint64_t k0, uint64_t k1, const uint8_t *in,
    size_t n)
{
	uint64_t	 v[4] = { k0 ^ 0x736f6d6570736575,
			    k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
			    k1 ^ 0x7465646279746573 };
	uint8_t		 padded[256] = { 0 };

	assert_true(n < sizeof(padded) - 8);
	if (n > 0)
		memcpy(padded, in, n);
	padded[n / 8 * 8 + 7] = (uint8_t)n;
	for (size_t i = 0; i < n / 8 + 1; i++) {
		uint64_t	 m = 0;

		for (size_t j = 8; j > 0; j--)
			m = m << 8 | padded[i * 8 + j - 1];
		v[3] ^= m;
		rounds(v, c);
		v[0] ^= m;
	}
	v[2] ^= 0xff;
	rounds(v, d);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The reference must be right itself: appendix A of the paper, SipHash-2-4. */
static void
the_reference_agrees_with_the_paper(void **state)
{
	uint8_t	 in[15];

	(void)state;
	for (uint8_t i = 0; i < 15; i++)
		in[i] = i;
	assert_int_equal(reference(2, 4, 0x0706050403020100,
	    0x0f0e0d0c0b0a0908, in, 15), 0xa129ca6149be45e5);
}

static void
hashes_are_siphash_1_3_for_every_length(void **state)
{
	const struct hash_key	 k = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };

	(void)state;
	for (size_t n = 0; n < 100; n++) {
		uint8_t	*in = xmalloc(n);

		for (size_t i = 0; i < n; i++)
			in[i] = (uint8_t)(i * 37 + n);
		assert_int_equal(hash_bytes(&k, (struct slice){ in, n }),
		    reference(1, 3, k.k0, k.k1, in, n));
		free(in);
	}
	assert_int_equal(hash_bytes(&k, (struct slice){ NULL, 0 }),
	    reference(1, 3, k.k0, k.k1, NULL, 0));
}

static void
going_on_is_hashing_the_earlier_value_first(void **state)
{
	const struct hash_key	 k = { 1, 2 };

	(void)state;
	for (size_t n = 0; n < 20; n++) {
		const uint64_t	 before = 0x1122334455667788 * (n + 1);
		uint8_t		 in[28];

		for (size_t i = 0; i < 8; i++)
			in[i] = (uint8_t)(before >> (8 * i));
		for (size_t i = 0; i < n; i++)
			in[8 + i] = (uint8_t)(200 - i);
		assert_int_equal(hash_more(&k, before,
		    (struct slice){ in + 8, n }),
		    reference(1, 3, k.k0, k.k1, in, 8 + n));
	}
}

static void
order_and_borders_matter(void **state)
{
	const struct hash_key	 k = { 3, 4 };
	const uint64_t		 ab = hash_more(&k, hash_bytes(&k,
				    slice_str("a")), slice_str("b"));

	(void)state;
	assert_true(ab != hash_more(&k, hash_bytes(&k, slice_str("b")),
	    slice_str("a")));
	assert_true(ab != hash_more(&k, hash_bytes(&k, slice_str("ab")),
	    slice_str("")));
	assert_true(ab != hash_bytes(&k, slice_str("ab")));
}

static void
the_key_decides(void **state)
{
	const struct hash_key	 a = { 1, 2 }, b = { 1, 3 }, c = { 0, 2 };
	const struct slice	 in = slice_str("/etc/passwd");

	(void)state;
	assert_int_equal(hash_bytes(&a, in), hash_bytes(&a, in));
	assert_true(hash_bytes(&a, in) != hash_bytes(&b, in));
	assert_true(hash_bytes(&a, in) != hash_bytes(&c, in));
	assert_int_equal(hash_word(&a, 9), hash_word(&a, 9));
	assert_true(hash_word(&a, 9) != hash_word(&b, 9));
	assert_true(hash_word(&a, 9) != hash_word(&c, 9));
}

static void
random_keys_differ(void **state)
{
	const struct hash_key	 a = hash_key_random(), b = hash_key_random();

	(void)state;
	assert_true(a.k0 != b.k0 && a.k1 != b.k1 && a.k0 != a.k1);
}

/* What a list hashes to depends on where its texts end, not where they lie. */
static void
lists_are_told_by_their_texts(void **state)
{
	static const char *const	lists[][3] = {
		{ "", "", "" }, { "a", "", "" }, { "", "a", "" },
		{ "", "", "a" }, { "ab", "c", "" }, { "a", "bc", "" },
		{ "abc", "", "" }, { "abcdefgh", "ijkl", "" },
		{ "abcdefghijkl", "", "" }, { "abcd", "efghijkl", "" },
		{ "abcdefghi", "j", "kl" }, { "kl", "j", "abcdefghi" },
	};
	const size_t			 n = sizeof(lists) / sizeof(lists[0]);
	const struct hash_key		 k = { 1, 2 }, other = { 1, 3 };
	uint64_t			 hashes[sizeof(lists) /
	    sizeof(lists[0])];

	(void)state;
	for (size_t i = 0; i < n; i++) {
		struct slice	 list[3];
		char		*copies[3];

		for (size_t j = 0; j < 3; j++)
			list[j] = slice_str(lists[i][j]);
		hashes[i] = hash_list(&k, list, 3);
		assert_true(hashes[i] != hash_list(&k, list, 2));
		assert_true(hashes[i] != hash_list(&other, list, 3));
		for (size_t j = 0; j < 3; j++) {
			copies[j] = xmemdup(list[j].p, list[j].n);
			list[j].p = (const uint8_t *)copies[j];
		}
		assert_true(hashes[i] == hash_list(&k, list, 3));
		for (size_t j = 0; j < 3; j++)
			free(copies[j]);
		for (size_t j = 0; j < i; j++)
			assert_true(hashes[i] != hashes[j]);
	}
}

/* Numbers that follow each other must not crowd into few buckets. */
static void
words_spread_over_buckets(void **state)
{
	const struct hash_key	 k = { 0x123456789abcdef, 0xfedcba987654321 };
	unsigned		 low[1024] = { 0 }, high[1024] = { 0 };

	(void)state;
	for (uint64_t v = 0; v < 65536; v++) {
		const uint64_t	 h = hash_word(&k, v << 20);

		low[h & 1023]++;
		high[h >> 54]++;
	}
	for (size_t i = 0; i < 1024; i++) {
		assert_in_range(low[i], 16, 160);	/* 64 expected */
		assert_in_range(high[i], 16, 160);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reference_agrees_with_the_paper),
		cmocka_unit_test(hashes_are_siphash_1_3_for_every_length),
		cmocka_unit_test(going_on_is_hashing_the_earlier_value_first),
		cmocka_unit_test(order_and_borders_matter),
		cmocka_unit_test(the_key_decides),
		cmocka_unit_test(random_keys_differ),
		cmocka_unit_test(lists_are_told_by_their_texts),
		cmocka_unit_test(words_spread_over_buckets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
