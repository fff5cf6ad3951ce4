/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_lanes.c - strings that are moved in blocks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "draw.h"
#include "print/lanes.h"

static lanes
is_x(lanes v)
{
	return lanes_are(v, 'x');
}

/* N letters, one of them an x or none, with MORE x behind them. */
static struct slice
letters(size_t n, size_t x, size_t more)
{
	uint8_t		*p = malloc(n + more + 1);

	assert_non_null(p);
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)('a' + i % 23);
	memset(p + n, 'x', more);
	if (x < n)
		p[x] = 'x';
	return (struct slice){ p, n };
}

static void
a_string_is_moved_whatever_stands_behind_it(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 3 * LANES_BLOCK; n++) {
		struct slice	 s = letters(n, SIZE_MAX, LANES_BLOCK);
		uint8_t		*to = malloc(n + LANES_BLOCK);

		assert_non_null(to);
		assert_true(lanes_move(to, s, s.p + n + LANES_BLOCK, is_x));
		assert_memory_equal(to, s.p, n);
		free(to);
		exact_free(s);
	}
}

static void
an_odd_byte_is_noticed_wherever_it_stands(void **state)
{
	uint8_t	 to[4 * LANES_BLOCK];

	(void)state;
	for (size_t n = 1; n <= 3 * LANES_BLOCK; n++)
		for (size_t x = 0; x < n; x++) {
			struct slice	 s = letters(n, x, LANES_BLOCK);

			assert_false(lanes_move(to, s, s.p + n + LANES_BLOCK,
			    is_x));
			exact_free(s);
		}
}

/* The address sanitizer would tell of a read beyond the block. */
static void
nothing_is_read_beyond_the_end(void **state)
{
	uint8_t	 to[4 * LANES_BLOCK];

	(void)state;
	for (size_t n = 0; n <= 3 * LANES_BLOCK; n++)
		for (size_t more = 0; more < LANES_BLOCK; more++) {
			struct slice	 s = letters(n, SIZE_MAX, 0);
			struct slice	 copy = exact(s);

			if (more <= n)
				assert_false(lanes_move(to,
				    (struct slice){ copy.p, n - more },
				    copy.p + n, is_x));
			exact_free(s);
			exact_free(copy);
		}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_string_is_moved_whatever_stands_behind_it),
		cmocka_unit_test(an_odd_byte_is_noticed_wherever_it_stands),
		cmocka_unit_test(nothing_is_read_beyond_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
