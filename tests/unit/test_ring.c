/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_ring.c - bytes kept until newer ones need their room.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/ring.h"

#include "draw.h"

/* What the ring said it would empty. */
struct dropped {
	uint64_t	 at;
	size_t		 n;
	unsigned	 times;
	uint8_t		 first;
};

static void
on_drop(void *arg, const uint8_t *p, size_t n, uint64_t at)
{
	struct dropped	*d = arg;

	d->at = at;
	d->n = n;
	d->first = p[0];
	d->times++;
}

static uint64_t
put(struct ring *r, size_t n, uint8_t fill)
{
	uint64_t	 at;
	uint8_t		*p = ring_put(r, n, &at);

	memset(p, fill, n);
	return at;
}

static void
what_is_put_is_found_at_its_position(void **state)
{
	struct ring	*r = ring_new(16, 2, NULL, NULL);
	uint64_t	 a = put(r, 10, 'a'), b = put(r, 6, 'b');

	(void)state;
	assert_true(a == 0);
	assert_true(b == 10);
	assert_memory_equal(ring_at(r, a), "aaaaaaaaaa", 10);
	assert_memory_equal(ring_at(r, b), "bbbbbb", 6);
	ring_free(r);
	ring_free(NULL);
}

static void
nothing_crosses_from_one_block_into_the_next(void **state)
{
	struct ring	*r = ring_new(16, 4, NULL, NULL);

	(void)state;
	(void)put(r, 10, 'a');
	assert_true(put(r, 7, 'b') == 16);
	assert_true(put(r, 9, 'c') == 23);	/* just fits */
	assert_true(put(r, 16, 'd') == 32);	/* a whole block */
	assert_memory_equal(ring_at(r, 23), "ccccccccc", 9);
	ring_free(r);
}

static void
the_oldest_block_is_told_before_it_is_emptied(void **state)
{
	struct dropped	 d = { 0 };
	struct ring	*r = ring_new(16, 2, on_drop, &d);
	uint64_t	 a = put(r, 9, 'a'), b = put(r, 16, 'b'), c;

	(void)state;
	assert_int_equal(d.times, 0);
	c = put(r, 3, 'c');
	assert_int_equal(d.times, 1);
	assert_true(d.at == 0);
	assert_int_equal(d.n, 9);
	assert_int_equal(d.first, 'a');
	assert_null(ring_at(r, a));
	assert_non_null(ring_at(r, b));
	assert_true(c == 32);
	assert_ptr_equal(ring_slot(r, c % 32), ring_at(r, c));
	(void)put(r, 16, 'd');
	assert_int_equal(d.times, 2);
	assert_true(d.at == 16);
	assert_int_equal(d.n, 16);
	assert_int_equal(d.first, 'b');
	assert_null(ring_at(r, b));
	ring_free(r);
}

static void
a_position_not_yet_reached_holds_nothing(void **state)
{
	struct ring	*r = ring_new(16, 2, NULL, NULL);

	(void)state;
	(void)put(r, 1, 'a');
	assert_null(ring_at(r, 16));
	assert_null(ring_at(r, UINT64_MAX));
	ring_free(r);
}

static void
the_newest_bytes_are_always_there_and_gone_ones_never(void **state)
{
	enum { BLOCK = 64, BLOCKS = 4, PUTS = 3000 };
	static uint64_t	 at[PUTS];
	struct lot	*l = malloc(sizeof(*l));
	struct ring	*r = ring_new(BLOCK, BLOCKS, NULL, NULL);

	(void)state;
	assert_non_null(l);
	lot_seed(l, 3);
	for (unsigned i = 0; i < PUTS; i++) {
		at[i] = put(r, 1 + lot_below(l, BLOCK), (uint8_t)i);
		for (unsigned k = i < 40 ? 0 : i - 40; k <= i; k++) {
			const uint8_t	*p = ring_at(r, at[k]);

			if (at[k] / BLOCK + BLOCKS > at[i] / BLOCK)
				assert_int_equal(*p, (uint8_t)k);
			else
				assert_null(p);
		}
	}
	ring_free(r);
	free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_found_at_its_position),
		cmocka_unit_test(nothing_crosses_from_one_block_into_the_next),
		cmocka_unit_test(the_oldest_block_is_told_before_it_is_emptied),
		cmocka_unit_test(a_position_not_yet_reached_holds_nothing),
		cmocka_unit_test(
		    the_newest_bytes_are_always_there_and_gone_ones_never),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
