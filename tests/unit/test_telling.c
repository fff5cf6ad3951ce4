/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_telling.c - steps, keys and records in words.
 */
#include "trace_case.h"

static void
note_step(void *arg, const struct trace_step *s)
{
	struct trace_case	*t = arg;

	telling_step(&t->words, s, &t->said);
}

static void
note_key(void *arg, const struct trace_record *r)
{
	struct trace_case	*t = arg;

	telling_key(&t->words, r, &t->said);
	buf_char(&t->said, '\n');
}

static void
note_record(void *arg, const struct trace_record *r)
{
	struct trace_case	*t = arg;

	telling_record(&t->words, r->record, &t->said);
}

static void
says(const char *text, void (*record)(void *, const struct trace_record *),
    trace_step_fn step, const char *expected)
{
	struct trace_case	*t = trace_case_new(text);

	trace_case_run(t, record, step);
	assert_string_equal(buf_cstr(&t->said), expected);
	trace_case_free(t);
}

static void
steps_are(const char *text, const char *expected)
{
	says(text, trace_case_no_record, note_step, expected);
}

#define AT "2026-01-01T00:00:00.000Z"
#define OPEN "record AUE_OPEN_W path /x auid 5 session 3 success; "
#define EXEC "record AUE_EXECVE path /x auid 5 session 3 success; "
#define FIRST "state { event <auditevent> { AUE_OPEN_W; }; status any; "
#define SECOND "state { event <auditevent> { AUE_EXECVE; }; status any; "
#define TWO(more, first, second) "sequence s { subject any; " more FIRST \
	first " }; " SECOND second " }; }; test s { "
#define END "expect 0; };"

static void
a_state_that_is_met_says_what_it_binds(void **state)
{
	(void)state;
	steps_are(TWO("", "bind $x object; bind $p pid;", "bind $y session;")
	    OPEN EXEC END,
	    "meets state 1 of 2, $x is \"/x\", $p is 0\n"
	    "meets state 2 of 2, $y is 3: ALERT, begun " AT "\n");
}

static void
a_count_says_how_far_it_is(void **state)
{
	(void)state;
	steps_are(TWO("", "multiplier 2;", "") OPEN "after 1500 seconds; "
	    OPEN END,
	    "meets state 1 of 2, 1 of 2\n"
	    "meets state 1 of 2, the last of 2\n"
	    "meets state 1 again and is ignored: one is under way, begun "
	    AT "\n");
	steps_are(TWO("", "multiplier 2 distinct object in 90 seconds;", "")
	    OPEN "after 91 seconds; "
	    "record AUE_OPEN_W path /y auid 5 success; " END,
	    "meets state 1 of 2, 1 of 2 different ones\n"
	    "meets state 1 of 2, 2 of 2 different ones, but over 91 seconds "
	    "where 90 seconds are given\n");
}

static void
each_end_has_its_words(void **state)
{
#define WAITED ": begun " AT ", it waited for state 2 of 2\n"
	(void)state;
	steps_are(TWO("timeout 5 seconds; ", "", "") OPEN "after 6 seconds; "
	    EXEC END, "meets state 1 of 2\ntimed out" WAITED);
	steps_are(TWO("", "", "within 5 seconds;") OPEN "after 6 seconds; "
	    EXEC END, "meets state 1 of 2\nnot within 5 seconds" WAITED);
	steps_are(TWO("cancel { pid 9; }; ", "", "") OPEN
	    "record AUE_EXIT auid 5 pid 9 success; " END,
	    "meets state 1 of 2\ncancelled" WAITED);
	steps_are(TWO("strict; ", "", "") OPEN
	    "record AUE_EXIT auid 5 success; " END, "meets state 1 of 2\n"
	    "strict, and no state is met: it ends, begun " AT
	    ", it waited for state 2 of 2\n");
	steps_are(TWO("", "", "absent 5 seconds;") OPEN EXEC END,
	    "meets state 1 of 2\ncame before its time was over: it ends, "
	    "begun " AT ", it waited for state 2 of 2\n");
	steps_are(TWO("", "", "absent 5 seconds;") OPEN "after 6 seconds; "
	    EXEC END, "meets state 1 of 2\n"
	    "nothing came: state 2 of 2: ALERT, begun " AT "\n");
	steps_are(TWO("cooldown 5 seconds; ", "", "") OPEN EXEC OPEN EXEC
	    END, "meets state 1 of 2\n"
	    "meets state 2 of 2: ALERT, begun " AT "\n"
	    "meets state 1 of 2\n"
	    "meets state 2 of 2: an alert, held back by cooldown, begun "
	    AT "\n");
}

static void
a_key_is_what_tells_sequences_apart(void **state)
{
	static const char	 record[] = "test s { record AUE_OPEN_W path "
	    "/x auid 5 euid 0 pid 7 session 3 zone web1 address 192.0.2.1 "
	    "port 80 success; expect 0; };";
	static const struct {
		const char	*options, *key;
	} cases[] = {
		{ "subject any;", "auid 5\n" },
		{ "subject <euid> { 0; };", "euid root (0)\n" },
		{ "subject any; scope process;", "auid 5, pid 7\n" },
		{ "subject any; scope session; by object, address;",
		    "auid 5, session 3, object \"/x\", address 192.0.2.1\n" },
		{ "subject any; zone any;", "auid 5, zone \"web1\"\n" },
		{ "subject any; by none;", "all subjects\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf	 text = { 0 };

		buf_printf(&text, "sequence s { %s state { event any; "
		    "status any; }; }; %s", cases[i].options, record);
		says(buf_cstr(&text), note_key, trace_case_no_step,
		    cases[i].key);
		buf_fini(&text);
	}
}

static void
of_several_sources_the_trail_is_part_of_the_key(void **state)
{
	struct trace_case	*t = trace_case_new(TWO("", "", "") OPEN END);

	(void)state;
	t->words.sources = true;
	trace_case_run(t, note_key, trace_case_no_step);
	assert_string_equal(buf_cstr(&t->said), "auid 5, in t\n");
	trace_case_free(t);
}

static void
a_record_is_its_time_and_place_and_what_it_is_about(void **state)
{
	(void)state;
	says(TWO("", "", "") OPEN "after 1 seconds; "
	    "record AUE_EXECVE auid 5 failure EACCES; "
	    "record 4711 auid 5 failure 254; " END,
	    note_record, trace_case_no_step,
	    AT "  t:0  AUE_OPEN_W \"/x\"\n"
	    "2026-01-01T00:00:01.000Z  t:74  AUE_EXECVE, failure, EACCES\n"
	    "2026-01-01T00:00:01.000Z  t:142  event 4711, failure\n");
}

static void
numbers_are_told_as_one_or_many(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	telling_count(1, "record", &b);
	telling_count(2, "record", &b);
	telling_count(0, "record", &b);
	assert_string_equal(buf_cstr(&b), "1 record2 records0 records");
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(a_state_that_is_met_says_what_it_binds),
		cmocka_unit_test(a_count_says_how_far_it_is),
		cmocka_unit_test(each_end_has_its_words),
		cmocka_unit_test(a_key_is_what_tells_sequences_apart),
		cmocka_unit_test(
		    of_several_sources_the_trail_is_part_of_the_key),
		cmocka_unit_test(
		    a_record_is_its_time_and_place_and_what_it_is_about),
		cmocka_unit_test(numbers_are_told_as_one_or_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
