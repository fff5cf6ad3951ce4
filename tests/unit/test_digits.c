/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_digits.c - numbers to digits, against the C library.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/digits.h"
#include "draw.h"

static void
same_as_printf(uint64_t v)
{
	uint8_t		*to = malloc(DIGITS_MAX);
	char		 expected[32];
	const int	 n = snprintf(expected, sizeof(expected), "%" PRIu64,
	    v);

	assert_non_null(to);
	assert_int_equal(digits_put(to, v), n);
	assert_memory_equal(to, expected, (size_t)n);
	free(to);
}

static void
powers_of_ten_and_their_neighbours(void **state)
{
	uint64_t	 power = 1;

	(void)state;
	for (unsigned i = 0; i < 20; i++, power *= 10) {
		same_as_printf(power - 1);
		same_as_printf(power);
		same_as_printf(power + 1);
		same_as_printf(9 * (power / 10));
	}
	same_as_printf(UINT64_MAX);
}

/* Each step divides by multiplying, which is exact only up to some number. */
static void
every_part_of_a_word_is_exact(void **state)
{
	(void)state;
	for (uint32_t v = 0; v < 10000; v++) {
		char	 expected[9];

		(void)snprintf(expected, sizeof(expected), "%08" PRIu32,
		    v * 10000 + 9999 - v);
		for (unsigned i = 0; i < 8; i++)
			assert_int_equal(digits_split(v * 10000 + 9999 - v) >>
			    8 * i & 255, expected[i] - '0');
	}
}

static void
numbers_by_lot(void **state)
{
	struct lot	*l = calloc(1, sizeof(*l));

	(void)state;
	assert_non_null(l);
	lot_seed(l, 41);
	for (unsigned i = 0; i < lot_runs(100000); i++)
		same_as_printf(lot_u64(l) >> i % 64);
	free(l);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(powers_of_ten_and_their_neighbours),
		cmocka_unit_test(every_part_of_a_word_is_exact),
		cmocka_unit_test(numbers_by_lot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
