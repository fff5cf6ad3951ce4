/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "run/threads.h"

static void
what_is_asked_for_is_done(void **state)
{
	(void)state;
	assert_int_equal(threads_worth(1, UINT64_MAX), 1);
	assert_int_equal(threads_worth(7, 0), 7);
}

static void
little_work_is_not_worth_a_thread(void **state)
{
	(void)state;
	assert_int_equal(threads_worth(0, 0), 1);
	assert_int_equal(threads_worth(0, 1000000), 1);
	assert_in_range(threads_worth(0, UINT64_MAX), 1, THREADS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked_for_is_done),
		cmocka_unit_test(little_work_is_not_worth_a_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
