/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_needle.c - bytes in a haystack, found wherever they are and nowhere
 * else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "select/needle.h"

#include "draw.h"

#define HAY	20000u

/* The slow way: is one of these between P and UNTIL? */
static bool
is_within(const struct needles *all, const uint8_t *p, const uint8_t *until,
    const uint8_t *end)
{
	for (size_t i = 0; i < all->n; i++)
		for (const uint8_t *at = p; at < until &&
		    (size_t)(end - at) >= all->v[i].n; at++)
			if (memcmp(at, all->v[i].bytes, all->v[i].n) == 0)
				return true;
	return false;
}

static void
short_and_empty_needles_are_no_help(void **state)
{
	struct needles	 all = { .n = 0 };
	struct slice	 two[] = { slice_str("long"), slice_str("s") };

	(void)state;
	needles_offer(&all, two, 2);
	assert_int_equal(all.n, 0);
	needles_offer(&all, two, 0);
	assert_int_equal(all.n, 0);
	two[0] = (struct slice){ (const uint8_t *)"\0\0\0\0", 4 };
	needles_offer(&all, two, 1);
	assert_int_equal(all.n, 0);
}

static void
the_longest_needles_are_kept(void **state)
{
	struct needles	 all = { .n = 0 };
	struct slice	 two[] = { slice_str("abcde"), slice_str("xyz") };

	(void)state;
	needles_offer(&all, &two[1], 1);
	needles_offer(&all, two, 2);		/* no better: `xyz` will do */
	assert_int_equal(all.n, 1);
	assert_int_equal(all.v[0].n, 3);
	needles_offer(&all, &two[0], 1);
	assert_int_equal(all.n, 1);
	assert_int_equal(all.v[0].n, 5);
	needles_offer(&all, two, NEEDLES_MAX + 1);
	assert_int_equal(all.v[0].n, 5);
}

static void
of_a_very_long_one_the_beginning_is_looked_for(void **state)
{
	struct needles	 all = { .n = 0 };
	char		 text[NEEDLE_MAX + 10];
	struct slice	 one = { (const uint8_t *)text, sizeof(text) };

	(void)state;
	memset(text, 'x', sizeof(text));
	needles_offer(&all, &one, 1);
	assert_int_equal(all.v[0].n, NEEDLE_MAX);
}

/* Bytes of a few kinds, so that parts of needles are everywhere. */
static void
fill_hay(struct lot *lot, uint8_t *hay, size_t n, uint32_t kinds)
{
	for (size_t i = 0; i < n; i++)
		hay[i] = (uint8_t)(1 + lot_below(lot, kinds));
}

/* Ask for every stretch in order, as records are asked for. */
static void
compare_all(struct lot *lot, struct needles *all, struct slice hay)
{
	const uint8_t	*end = hay.p + hay.n, *p = hay.p;
	struct search	 s = { .needles = all, .end = end };

	while (p < end) {
		const size_t	 left = (size_t)(end - p);
		size_t		 n = 1 + lot_below(lot, 400);

		if (n > left)
			n = left;
		assert_int_equal(search_within(&s, p, p + n),
		    is_within(all, p, p + n, end));
		p += n;
		if (lot_below(lot, 4) == 0)	/* nobody asks for these */
			p += lot_below(lot, 300) % ((size_t)(end - p) + 1);
	}
}

static void
what_is_there_is_found_and_nothing_else(void **state)
{
	struct lot	*lot = calloc(1, sizeof(*lot));
	uint8_t		*hay = malloc(HAY);

	(void)state;
	lot_seed(lot, 5);
	for (unsigned i = 0; i < lot_runs(60); i++) {
		struct needles	 all = { .n = 0 };
		struct slice	 some[NEEDLES_MAX], bytes;
		const size_t	 n = 1 + lot_below(lot, NEEDLES_MAX);

		fill_hay(lot, hay, HAY, i % 3 == 0 ? 4 : i % 3 == 1 ? 40 : 250);
		for (size_t k = 0; k < n; k++) {
			const size_t	 len = 2 + lot_below(lot, 7);

			some[k] = (struct slice){ hay +
			    lot_below(lot, HAY - 10), len };
		}
		needles_offer(&all, some, n);
		assert_int_equal(all.n, n);
		bytes = exact((struct slice){ hay, i % 2 == 0 ? HAY :
		    1 + lot_below(lot, 6000) });
		compare_all(lot, &all, bytes);
		exact_free(bytes);
	}
	free(hay);
	free(lot);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(short_and_empty_needles_are_no_help),
		cmocka_unit_test(the_longest_needles_are_kept),
		cmocka_unit_test(
		    of_a_very_long_one_the_beginning_is_looked_for),
		cmocka_unit_test(what_is_there_is_found_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
