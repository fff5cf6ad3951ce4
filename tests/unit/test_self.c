/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>

#include "alert_case.h"
#include "run/self.h"

static struct alert_case	 a;

static int
setup(void **state)
{
	(void)state;
	case_init(&a, "/tmp/x", NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	case_fini(&a);
	return 0;
}

static void
record_of_our_own_process_is_passed_over_and_counted(void **state)
{
	struct self	 s = { .pid = 1768 };

	(void)state;
	assert_true(self_own(&s, NULL, &a.record));
	assert_true(self_own(&s, NULL, &a.record));
	assert_int_equal(s.passed, 2);
}

static void
record_of_our_own_session_is_passed_over(void **state)
{
	struct self	 s = { .pid = 1, .has_session = true,
	    .session = 4711 };

	(void)state;
	assert_true(self_own(&s, NULL, &a.record));
	s.has_session = false;
	assert_false(self_own(&s, NULL, &a.record));
}

static void
record_of_somebody_else_is_not_ours(void **state)
{
	struct self	 s = { .pid = 1 };

	(void)state;
	assert_false(self_own(&s, NULL, &a.record));
	assert_int_equal(s.passed, 0);
}

static void
record_without_a_subject_is_not_ours(void **state)
{
	struct self	 s = { .pid = 0 };

	(void)state;
	a.record.at[REC_SUBJECT] = 0;
	assert_false(self_own(&s, NULL, &a.record));
}

static void
our_own_number_is_known_at_the_start(void **state)
{
	struct self	 s;

	(void)state;
	self_init(&s);
	assert_int_equal(s.pid, getpid());
	assert_int_equal(s.passed, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(record_of_our_own_process_is_passed_over_and_counted),
		TEST(record_of_our_own_session_is_passed_over),
		TEST(record_of_somebody_else_is_not_ours),
		TEST(record_without_a_subject_is_not_ours),
		TEST(our_own_number_is_known_at_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
