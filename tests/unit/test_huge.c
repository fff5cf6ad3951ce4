/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_huge.c - memory for what has become large.
 */
#include <sys/resource.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/huge.h"

static void
what_is_mapped_is_aligned_and_zero(void **state)
{
	uint8_t	*v[8];

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		const size_t	 n = HUGE_PAGE * (i % 3 + 1);

		v[i] = huge_map(n);
		assert_non_null(v[i]);
		assert_int_equal((uintptr_t)v[i] % HUGE_PAGE, 0);
		for (size_t k = 0; k < n; k += 4096)
			assert_int_equal(v[i][k], 0);
		v[i][0] = v[i][n - 1] = (uint8_t)(i + 1);
	}
	for (size_t i = 0; i < 8; i++) {
		const size_t	 n = HUGE_PAGE * (i % 3 + 1);

		assert_int_equal(v[i][0], i + 1);
		assert_int_equal(v[i][n - 1], i + 1);
		huge_unmap(v[i], n);
	}
}

static void
what_nobody_has_is_not_had(void **state)
{
	(void)state;
	assert_null(huge_map(SIZE_MAX / 4 / HUGE_PAGE * HUGE_PAGE));
}

static long
faults(void)
{
	struct rusage	 u;

	assert_int_equal(getrusage(RUSAGE_SELF, &u), 0);
	return u.ru_minflt;
}

/* Also where memory was used before, and freed. */
static void
what_is_sparse_is_met_where_it_is_touched(void **state)
{
	const size_t	 n = 16u << 20;
	uint8_t		*used, *p;
	long		 before;

	(void)state;
	assert_non_null(used = malloc(n));
	for (size_t i = 0; i < n; i += 512)
		((volatile uint8_t *)used)[i] = 1;
	free(used);
	before = faults();
	p = huge_sparse(n);
	assert_int_equal(p[n / 2], 0);
	assert_int_equal(p[n - 1], 0);
	p[0] = 1;
	assert_true(faults() - before < 64);
	assert_int_equal(p[0], 1);
	huge_unmap(p, n);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(what_is_mapped_is_aligned_and_zero),
		cmocka_unit_test(what_nobody_has_is_not_had),
		cmocka_unit_test(what_is_sparse_is_met_where_it_is_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
