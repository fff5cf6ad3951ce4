/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "alert_case.h"

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
expect(const char *line)
{
	struct buf	 b = { 0 };

	lines_put(&b, &a.view, &a.world);
	assert_string_equal(buf_cstr(&b), line);
	buf_fini(&b);
}

static void
line_is_that_of_the_older_program(void **state)
{
	(void)state;
	expect("1634210459.522 state machine: login subject: auid 1001 "
	    "completed: duration 536 seconds priority: 5 source: trail.bsm\n");
}

static void
ids_and_durations_are_signed_and_fractions_unpadded(void **state)
{
	(void)state;
	a.alert.subject = UINT32_MAX;
	a.alert.duration_s = -40;
	a.alert.rule.priority = -1;
	a.alert.fraction = 7;
	expect("1634210459.7 state machine: login subject: auid -1 "
	    "completed: duration -40 seconds priority: -1 "
	    "source: trail.bsm\n");
}

static void
time_after_2038_stays_positive(void **state)
{
	(void)state;
	a.alert.seconds = 4294967295;
	a.alert.fraction = 4000000000;
	expect("4294967295.4000000000 state machine: login subject: "
	    "auid 1001 completed: duration 536 seconds priority: 5 "
	    "source: trail.bsm\n");
}

static void
every_subject_is_called_auid(void **state)
{
	(void)state;
	a.alert.rule.subject_type = "egid";
	expect("1634210459.522 state machine: login subject: auid 1001 "
	    "completed: duration 536 seconds priority: 5 source: trail.bsm\n");
}

static void
label_keeps_quotes_backslashes_and_other_bytes(void **state)
{
	(void)state;
	a.alert.rule.label = "a\"b\\c \xe9 \xc3\xa9";
	expect("1634210459.522 state machine: a\"b\\c \xe9 \xc3\xa9 subject: "
	    "auid 1001 completed: duration 536 seconds priority: 5 "
	    "source: trail.bsm\n");
}

static void
label_with_control_characters_stays_on_its_line(void **state)
{
	(void)state;
	a.alert.rule.label = "two\nlines\x1b[2J";
	a.view.source = "tab\there";
	expect("1634210459.522 state machine: two\\nlines\\x1b[2J subject: "
	    "auid 1001 completed: duration 536 seconds priority: 5 "
	    "source: tab\\there\n");
}

static void
long_label_is_not_cut(void **state)
{
	struct buf	 b = { 0 };
	char		 label[1001];

	(void)state;
	memset(label, 'x', sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	a.alert.rule.label = label;
	lines_put(&b, &a.view, &a.world);
	assert_int_equal(b.p[b.n - 1], '\n');
	assert_non_null(strstr(buf_cstr(&b), "source: trail.bsm\n"));
	assert_true(b.n > 1000);
	buf_fini(&b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(line_is_that_of_the_older_program),
		TEST(ids_and_durations_are_signed_and_fractions_unpadded),
		TEST(time_after_2038_stays_positive),
		TEST(every_subject_is_called_auid),
		TEST(label_keeps_quotes_backslashes_and_other_bytes),
		TEST(label_with_control_characters_stays_on_its_line),
		TEST(long_label_is_not_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
