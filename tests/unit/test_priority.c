/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_priority.c - names of syslog(3) facilities and levels.
 */
#include <syslog.h>

#include "rule_case.h"

#include "rule/priority.h"

static void
is(const char *text, int expected)
{
	int	priority = -1;

	assert_true(priority_find(slice_str(text), &priority));
	assert_int_equal(priority, expected);
}

static void
a_facility_and_a_level(void **state)
{
	(void)state;
	is("auth.notice", LOG_AUTH | LOG_NOTICE);
	is("kern.emerg", 0);
	is("local7.debug", LOG_LOCAL7 | LOG_DEBUG);
	is("daemon.warn", LOG_DAEMON | LOG_WARNING);
	is("cron.error", LOG_CRON | LOG_ERR);
}

static void
a_level_alone_is_of_user(void **state)
{
	(void)state;
	is("info", LOG_USER | LOG_INFO);
	is("panic", LOG_USER | LOG_EMERG);
}

static void
letter_case_does_not_matter(void **state)
{
	(void)state;
	is("AUTH.Notice", LOG_AUTH | LOG_NOTICE);
}

static void
digits_are_the_number_itself(void **state)
{
	(void)state;
	is("0", 0);
	is("37", 37);
	is("191", 191);
}

static void
everything_else_is_refused(void **state)
{
	static const char *const	bad[] = {
		"", ".", "auth", "auth.", ".info", "auth.info.", "auth.inf",
		"auth.infos", "none.info", "192", "99999999999", "-1", "1x",
		"auth info", "*.info", "auth.*", "auth.none"
	};
	int				priority;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(priority_find(slice_str(bad[i]), &priority));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(a_facility_and_a_level),
		cmocka_unit_test(a_level_alone_is_of_user),
		cmocka_unit_test(letter_case_does_not_matter),
		cmocka_unit_test(digits_are_the_number_itself),
		cmocka_unit_test(everything_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
