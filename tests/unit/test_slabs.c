/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_slabs.c - pieces of memory of one size, for what may grow large.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/huge.h"
#include "base/slabs.h"

static void
pieces_stay_where_they_are_and_apart(void **state)
{
	static const size_t	 sizes[] = { 65536, 229384, 262144,
	    HUGE_PAGE / 2 + 8, HUGE_PAGE };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct slabs	 s;
		uint8_t		*at[40];

		slabs_init(&s, sizes[i]);
		for (unsigned k = 0; k < 40; k++) {
			at[k] = slabs_take(&s);
			memset(at[k], (int)k, sizes[i]);
		}
		for (unsigned k = 0; k < 40; k++) {
			assert_int_equal(at[k][0], k);
			assert_int_equal(at[k][sizes[i] - 1], k);
		}
		slabs_fini(&s);
	}
}

static void
few_pieces_come_from_the_heap_one_by_one(void **state)
{
	struct slabs	 s;

	(void)state;
	slabs_init(&s, HUGE_ENOUGH / 4);
	for (unsigned i = 1; i <= 4; i++) {
		memset(slabs_take(&s), 0xff, HUGE_ENOUGH / 4);
		assert_int_equal(s.made, i * (HUGE_ENOUGH / 4));
	}
	slabs_fini(&s);
}

static void
many_fill_their_slabs(void **state)
{
	struct slabs	 s;
	const size_t	 size = HUGE_ENOUGH / 4, each = HUGE_PAGE / size;

	(void)state;
	slabs_init(&s, size);
	for (unsigned i = 0; i < 4 + 3 * each; i++)
		*(uint8_t *)slabs_take(&s) = 1;
	assert_int_equal(s.n, 4 + 3);
	assert_int_equal(s.left, 0);
	assert_int_equal(s.made, HUGE_ENOUGH + 3 * HUGE_PAGE);
	slabs_fini(&s);
}

static void
nothing_taken_is_nothing_to_free(void **state)
{
	struct slabs	 s;

	(void)state;
	slabs_init(&s, 8);
	slabs_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(pieces_stay_where_they_are_and_apart),
		cmocka_unit_test(few_pieces_come_from_the_heap_one_by_one),
		cmocka_unit_test(many_fill_their_slabs),
		cmocka_unit_test(nothing_taken_is_nothing_to_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
