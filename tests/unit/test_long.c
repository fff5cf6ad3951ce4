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
	case_init(&a, "/tmp/a\x1b[2Jb", "bad \"su\"");
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
has(const char *part)
{
	struct buf	 b = { 0 };

	long_put(&b, &a.view, &a.world);
	if (strstr(buf_cstr(&b), part) == NULL)
		fail_msg("not found: %s\nin: %s", part, buf_cstr(&b));
	buf_fini(&b);
}

static void
lacks(const char *part)
{
	struct buf	 b = { 0 };

	long_put(&b, &a.view, &a.world);
	assert_null(strstr(buf_cstr(&b), part));
	buf_fini(&b);
}

static void
tells_who_where_when_and_which_rule(void **state)
{
	(void)state;
	a.view.host = "www1";
	has("2021-10-14T11:20:59.522Z  login  (priority 5)\n");
	has("who     alice (auid 1001), pid 1768, session 4711\n");
	has("from    192.0.2.7, host www1, trail.bsm\n");
	has("took    536.422 seconds, 1 record, since "
	    "2021-10-14T11:12:03.100Z\n");
	has("rule    ssh.conf:3\n\n");
}

static void
key_and_what_was_bound_are_named(void **state)
{
	static const struct alert_value	 key[] = {
		{ .name = "pid", .is_number = true, .number = 1768 },
		{ .name = "address", .is_address = true,
		    .bytes = { (const uint8_t *)"\300\0\2\7", 4 } },
	};
	static const struct alert_value	 bound[] = {
		{ .name = "file", .bytes = { (const uint8_t *)"/a\nb", 4 } },
		{ .name = "text", .bytes = { NULL, 5000 }, .cut = true },
	};

	(void)state;
	lacks("    key");
	lacks("    bound");
	a.alert.key = key;
	a.alert.nkey = 2;
	a.alert.bound = bound;
	a.alert.nbound = 2;
	has("    key     pid 1768, address 192.0.2.7\n");
	has("    bound   file /a\\nb, text (5000 bytes)\n");
}

static void
an_absence_and_what_was_held_back_are_said(void **state)
{
	(void)state;
	lacks("    then");
	lacks("    held");
	a.alert.absence = true;
	a.alert.held_back = 1;
	has("    then    nothing, until the time above\n");
	has("    held    1 more alert of this rule and key held back");
}

static void
step_tells_what_happened(void **state)
{
	(void)state;
	has("1  2021-10-14T11:20:59.522Z  AUE_EXECVE  failure EPERM  "
	    "pid 1768  /tmp/a\\x1b[2Jb  \"bad \"su\"\"\n");
}

static void
no_control_byte_comes_through(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	a.alert.rule.label = "la\x07" "bel";
	a.alert.rule.description = "two\nlines";
	a.view.source = "na\rme";
	long_put(&b, &a.view, &a.world);
	for (size_t i = 0; i < b.n; i++)
		assert_true(b.p[i] >= 0x20 || b.p[i] == '\n');
	assert_null(strstr(buf_cstr(&b), "two\nlines"));
	buf_fini(&b);
}

static void
what_a_rule_says_of_itself_is_shown(void **state)
{
	static const char *const	 tags[] = { "attack.t1110", "ssh",
	    NULL };

	(void)state;
	lacks("what ");
	a.alert.rule.description = "somebody guesses";
	a.alert.rule.remedy = "lock the account";
	a.alert.rule.reference = "https://example.org/";
	a.alert.rule.tags = tags;
	a.alert.rule.serial = 12;
	has("what    somebody guesses\n");
	has("do      lock the account\n");
	has("see     https://example.org/\n");
	has("tags    attack.t1110, ssh\n");
	has("(priority 5, serial 12)");
}

static void
subjects_without_a_name_are_numbers(void **state)
{
	(void)state;
	a.alert.subject = 7;
	has("who     auid 7, pid");
	a.alert.subject = UINT32_MAX;
	has("who     auid -1, not attributable");
	a.alert.has_subject = false;
	has("who     nobody");
}

static void
group_subject_has_the_name_of_a_group(void **state)
{
	(void)state;
	a.alert.rule.subject_type = "egid";
	a.alert.subject = 0;
	has("who     wheel (egid 0)");
}

static void
many_steps_are_shown_from_both_ends(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 30; i++) {
		a.steps[i] = a.steps[0];
		a.steps[i].state = i + 1;
	}
	a.alert.nsteps = 30;
	a.alert.records = 5000;
	has("     10  2021");
	has("    ...  4980 more\n");
	has("     21  2021");
	lacks("     11  2021");
	lacks("     20  2021");
}

static void
record_that_is_gone_is_said_to_be(void **state)
{
	(void)state;
	a.steps[0].bytes = (struct slice){ 0 };
	a.steps[0].offset = 20480;
	has("the record at 20480 cannot be read again");
}

static void
recovered_record_is_not_trusted(void **state)
{
	(void)state;
	lacks("forged");
	a.steps[0].quality = FRAME_RECOVERED;
	has("may be forged");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tells_who_where_when_and_which_rule),
		TEST(key_and_what_was_bound_are_named),
		TEST(an_absence_and_what_was_held_back_are_said),
		TEST(step_tells_what_happened),
		TEST(no_control_byte_comes_through),
		TEST(what_a_rule_says_of_itself_is_shown),
		TEST(subjects_without_a_name_are_numbers),
		TEST(group_subject_has_the_name_of_a_group),
		TEST(many_steps_are_shown_from_both_ends),
		TEST(record_that_is_gone_is_said_to_be),
		TEST(recovered_record_is_not_trusted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
