/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_ruletest.c - the tests that stand beside rules, run.
 *
 * What each `expect` line got is noted as "expected/got".
 */
#include "rule_case.h"

#include "bsm/frame.h"
#include "bsm/record.h"
#include "rule/tree.h"
#include "run/ruletest.h"

struct bench {
	struct rule_case	*c;
	struct words_env	 words;
	struct program		*program;
	struct tests		*tests;
	struct buf		 got;
};

static struct bench
bench_new(const char *text)
{
	struct bench	 b = { .c = case_new(text) };

	b.words = (struct words_env){ b.c->names, &b.c->accounts,
	    b.c->diags };
	b.program = rules_load_tests(&b.c->env, "main.conf", b.c->diags,
	    &b.tests);
	if (b.program == NULL)
		fail_msg("refused: %s", case_said(b.c));
	return b;
}

static void
bench_free(struct bench *b)
{
	tests_free(b->tests);
	program_free(b->program);
	case_free(b->c);
	buf_fini(&b->got);
}

static bool
no_name(void *arg, uint32_t id, char *name, size_t n)
{
	(void)arg;
	(void)id;
	(void)name;
	(void)n;
	return false;
}

static void
note(void *arg, const struct ruletest_result *r)
{
	struct buf	*got = arg;

	buf_printf(got, "%s%llu/%llu", got->n > 0 ? " " : "",
	    (unsigned long long)r->expected, (unsigned long long)r->got);
}

/* Run all tests of the file. */
static void
results_are(const char *text, const char *expected)
{
	struct bench	 b = bench_new(text);

	for (size_t i = 0; i < b.tests->n; i++)
		assert_true(ruletest_run(&b.words, b.program,
		    &b.tests->tests[i], note, &b.got));
	assert_string_equal(buf_cstr(&b.got), expected);
	bench_free(&b);
}

#define ON(label, event, more) "sequence " label " { subject any; " more \
	" state { event <auditevent> { " event "; }; status any; }; };\n"
#define OPEN "record AUE_OPEN_W path /x auid 5 success; "

static void
alerts_are_counted_since_the_last_expect(void **state)
{
	(void)state;
	results_are(ON("s", "AUE_OPEN_W", "") "test s { expect 0; " OPEN OPEN
	    "expect 2; expect 0; " OPEN "expect 7; };", "0/0 2/2 0/0 7/1");
}

static void
note_line(void *arg, const struct ruletest_result *r)
{
	buf_printf(arg, "line %u", (unsigned)r->at.line);
}

static void
a_result_says_where_its_line_stands(void **state)
{
	struct bench	 b = bench_new(ON("s", "AUE_OPEN_W", "")
	    "test s {\n\t" OPEN "\n  expect 1;\n};");

	(void)state;
	assert_true(ruletest_run(&b.words, b.program, &b.tests->tests[0],
	    note_line, &b.got));
	assert_string_equal(buf_cstr(&b.got), "line 4");
	bench_free(&b);
}

static void
only_the_own_rule_counts(void **state)
{
	(void)state;
	results_are(ON("s", "AUE_EXECVE", "") ON("other", "AUE_OPEN_W", "")
	    "test s { " OPEN "expect 0; };"
	    "test other { " OPEN "expect 1; };", "0/0 1/1");
}

/* Of two with one label, a test is about the one above it. */
static void
a_rule_of_the_same_name_does_not_count(void **state)
{
	(void)state;
	results_are(ON("s", "AUE_OPEN_W", "") "test s { " OPEN "expect 1; };"
	    ON("s", "AUE_EXECVE", "") "test s { " OPEN "expect 0; };",
	    "1/1 0/0");
}

static void
a_rule_at_rest_runs_in_its_own_test(void **state)
{
	(void)state;
	results_are(ON("s", "AUE_OPEN_W", "enabled no;") "test s { " OPEN
	    "expect 1; };", "1/1");
}

static void
rules_whose_alerts_are_awaited_run_and_do_not_count(void **state)
{
	(void)state;
	results_are(ON("a", "AUE_OPEN_W", "")
	    "sequence b { subject any; state { event <alert> { a; }; "
	    "status any; }; };"
	    "sequence c { subject any; state { event <alert> { b; }; "
	    "status any; }; };"
	    "test c { " OPEN OPEN "expect 2; };", "2/2");
}

static void
a_rule_at_rest_raises_nothing_to_wait_for(void **state)
{
	(void)state;
	results_are(ON("a", "AUE_OPEN_W", "enabled no;")
	    "sequence b { subject any; state { event <alert> { a; }; "
	    "status any; }; };"
	    "test b { " OPEN "expect 0; };", "0/0");
}

static void
each_test_begins_with_nothing_under_way(void **state)
{
	static const char	 rule[] = "sequence s { subject any; "
	    "state { event <auditevent> { AUE_OPEN_W; }; status any; }; "
	    "state { event <auditevent> { AUE_EXECVE; }; status any; }; };"
	    "test s { " OPEN "expect 0; };"
	    "test s { record AUE_EXECVE auid 5 success; expect 0; };";

	(void)state;
	results_are(rule, "0/0 0/0");
}

#define ABSENT "sequence s { subject any; " \
	"state { event <auditevent> { AUE_OPEN_W; }; status any; }; " \
	"state { absent 10 seconds; event <auditevent> { AUE_EXECVE; }; " \
	"status any; }; };"

static void
time_passes_although_no_record_comes(void **state)
{
	(void)state;
	results_are(ABSENT "test s { " OPEN "after 10 seconds; expect 0; "
	    "after 1 seconds; expect 1; };", "0/0 1/1");
}

static void
the_time_can_be_given(void **state)
{
	(void)state;
	results_are("sequence s { subject any; state { event any; status any; "
	    "time 22:00..06:00; }; }; test s { " OPEN "expect 1; "
	    "at \"2026-01-01 12:00:00\"; " OPEN "expect 0; "
	    "after 11 hours; " OPEN "expect 1; };", "1/1 0/0 1/1");
}

static void
a_line_that_cannot_be_understood_is_an_error(void **state)
{
	struct bench	 b = bench_new(ON("s", "AUE_OPEN_W", "")
	    "test s { record AUE_OPEN_W path /x auid nobody.here success; "
	    "expect 0; };");
	struct buf	 trail = { 0 };

	(void)state;
	buf_str(&trail, "before");
	assert_false(ruletest_run(&b.words, b.program, &b.tests->tests[0],
	    note, &b.got));
	assert_int_equal(diags_errors(b.c->diags), 1);
	assert_false(ruletest_trail(&b.words, &b.tests->tests[0], &trail));
	assert_string_equal(buf_cstr(&trail), "before");
	buf_fini(&trail);
	bench_free(&b);
}

/* Two seconds in between: they stand in the headers alone. */
static void
a_trail_has_the_records_and_nothing_else(void **state)
{
	struct bench		 b = bench_new(ON("s", "AUE_OPEN_W", "")
	    "test s { " OPEN "after 2 seconds; expect 5; " OPEN "};");
	struct buf		 trail = { 0 };
	struct frame		*frame = frame_new();
	struct frame_record	 f;
	struct record		 r;
	unsigned		 n = 0;

	(void)state;
	assert_true(ruletest_trail(&b.words, &b.tests->tests[0], &trail));
	assert_int_equal(frame_feed(frame, trail.p, trail.n), 0);
	while (frame_next(frame, &f) == 1) {
		assert_int_equal(f.kind, FRAME_RECORD);
		assert_int_equal(record_head(&r, &f), 0);
		assert_true(record_millis(&r) ==
		    INT64_C(1767225600000) + 2000 * n++);
	}
	assert_int_equal(n, 2);
	frame_free(frame);
	buf_fini(&trail);
	bench_free(&b);
}

static void
why_a_rule_did_not_fire_is_told_with_lines_of_the_test(void **state)
{
	struct bench	 b = bench_new("sequence s { subject any; "
	    "timeout 5 seconds;\n"
	    "state { event <auditevent> { AUE_OPEN_W; }; status any; };\n"
	    "state { event <auditevent> { AUE_EXECVE; }; status success; }; };"
	    "\ntest s {\n" OPEN "\n"
	    "record AUE_EXECVE path /y auid 5 failure EPERM;\n"
	    "after 6 seconds; record AUE_EXIT success; expect 1; };");

	(void)state;
	b.c->accounts.user_of = no_name;
	ruletest_explain(&b.words, b.program, &b.tests->tests[0], &b.got);
	assert_string_equal(buf_cstr(&b.got), "s (main.conf:1)\n"
	    "3 records, 1 key that met a state, 0 alerts\n\n"
	    "auid 5\n"
	    "  2026-01-01T00:00:00.000Z  main.conf:5  AUE_OPEN_W \"/x\"\n"
	    "    meets state 1 of 2\n"
	    "  timed out: begun 2026-01-01T00:00:00.000Z, it waited for "
	    "state 2 of 2\n");
	bench_free(&b);
}

static void
what_came_nearest_is_told_with_its_line(void **state)
{
	struct bench	 b = bench_new("sequence s { subject any;\n"
	    "state { event <auditevent> { AUE_OPEN_W; }; status any; };\n"
	    "state { event <auditevent> { AUE_EXECVE; }; status success; }; };"
	    "\ntest s {\n" OPEN "\n"
	    "record AUE_EXECVE path /y auid 5 failure EPERM; expect 1; };");

	(void)state;
	b.c->accounts.user_of = no_name;
	ruletest_explain(&b.words, b.program, &b.tests->tests[0], &b.got);
	assert_non_null(strstr(buf_cstr(&b.got), "came nearest to state 2:\n"
	    "    2026-01-01T00:00:00.000Z  main.conf:6  AUE_EXECVE \"/y\", "
	    "failure, EPERM\n"
	    "        status success: the record says failure, EPERM\n"));
	bench_free(&b);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(alerts_are_counted_since_the_last_expect),
		cmocka_unit_test(a_result_says_where_its_line_stands),
		cmocka_unit_test(only_the_own_rule_counts),
		cmocka_unit_test(a_rule_of_the_same_name_does_not_count),
		cmocka_unit_test(a_rule_at_rest_runs_in_its_own_test),
		cmocka_unit_test(
		    rules_whose_alerts_are_awaited_run_and_do_not_count),
		cmocka_unit_test(a_rule_at_rest_raises_nothing_to_wait_for),
		cmocka_unit_test(each_test_begins_with_nothing_under_way),
		cmocka_unit_test(time_passes_although_no_record_comes),
		cmocka_unit_test(the_time_can_be_given),
		cmocka_unit_test(a_line_that_cannot_be_understood_is_an_error),
		cmocka_unit_test(a_trail_has_the_records_and_nothing_else),
		cmocka_unit_test(
		    why_a_rule_did_not_fire_is_told_with_lines_of_the_test),
		cmocka_unit_test(what_came_nearest_is_told_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
