/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_tracing.c - what whoever follows a rule is told, step by step.
 *
 * A step is a word, the number of the state from 0, and more where it says
 * more: "met0" "counted1:2" for the second record of state 1.
 */
#include "trace_case.h"

static const char *const	whats[] = {
	[TRACE_COUNTED] = "counted", [TRACE_MET] = "met",
	[TRACE_RENEWED] = "renewed", [TRACE_IGNORED] = "ignored",
	[TRACE_ALERT] = "alert", [TRACE_HELD_BACK] = "held",
	[TRACE_TIMED_OUT] = "timeout", [TRACE_LATE] = "late",
	[TRACE_CANCELLED] = "cancelled", [TRACE_BROKEN] = "broken",
	[TRACE_PREVENTED] = "prevented", [TRACE_EVICTED] = "evicted",
	[TRACE_WAITS] = "waits",
};

static void
note(void *arg, const struct trace_step *s)
{
	struct trace_case	*t = arg;

	if (t->said.n > 0)
		buf_char(&t->said, ' ');
	buf_printf(&t->said, "%s%u", whats[s->what], (unsigned)s->state);
	if (s->count > 0)
		buf_printf(&t->said, ":%llu", (unsigned long long)s->count);
	if (s->spread_ms > 0)
		buf_printf(&t->said, "+%lld", (long long)s->spread_ms);
	for (size_t i = 0; s->bound != NULL && i < VARIABLES_MAX; i++)
		if (s->bound[i].kind == VALUE_TEXT) {
			buf_char(&t->said, '=');
			buf_slice(&t->said, s->bound[i].bytes);
		}
	if (s->absent)
		buf_char(&t->said, '!');
}

/* Follow the first rule over the records of the first test. */
static void
steps_are(const char *text, const char *expected)
{
	struct trace_case	*t = trace_case_new(text);

	trace_case_run(t, trace_case_no_record, note);
	assert_string_equal(buf_cstr(&t->said), expected);
	trace_case_free(t);
}

#define OPEN "record AUE_OPEN_W path /x auid 5 session 3 success;"
#define EXEC "record AUE_EXECVE path /x auid 5 session 3 success;"
#define EXIT "record AUE_EXIT auid 5 session 3 success;"

#define FIRST "state { event <auditevent> { AUE_OPEN_W; }; status any; "
#define SECOND "state { event <auditevent> { AUE_EXECVE; }; status any; "

/* In old words. */
#define OLD(more, first, second) "sequence s { subject any; " more FIRST \
	first " }; " SECOND second " }; }; test s { "
/* These bind, so they keep partial matches. */
#define NEW(more, second) "sequence s { subject any; " more FIRST \
	"bind $x object; }; " SECOND second " }; }; test s { "
#define END " expect 0; };"

static void
a_sequence_in_old_words_tells_each_step(void **state)
{
	(void)state;
	steps_are(OLD("", "", "") OPEN OPEN EXEC END,
	    "met0 ignored1 alert1");
	/* The second record meets the first state, and could begin another. */
	steps_are(OLD("", "multiplier 2;", "multiplier 2;") OPEN OPEN EXEC
	    EXEC END, "counted0:1 met0 ignored1 counted1:1 alert1");
}

static void
a_timeout_is_told_when_it_is_noticed(void **state)
{
	(void)state;
	steps_are(OLD("timeout 5 seconds; ", "", "") OPEN
	    "after 6 seconds; " EXEC END, "met0 timeout1");
	steps_are(NEW("timeout 5 seconds; ", "object == $x;") OPEN
	    "after 6 seconds; " EXEC END, "met0=/x timeout1=/x");
}

static void
partial_matches_tell_what_they_bound(void **state)
{
	(void)state;
	steps_are(NEW("", "object == $x;") OPEN
	    "record AUE_OPEN_W path /y auid 5 session 3 success;" EXEC END,
	    "met0=/x met0=/y alert1=/x");
}

static void
a_newer_record_in_the_place_of_an_older_one_is_told(void **state)
{
	(void)state;
	steps_are(NEW("", "object == $x;") OPEN OPEN END,
	    "met0=/x renewed0=/x");
}

static void
an_end_is_told_with_the_reason(void **state)
{
	(void)state;
	steps_are(NEW("", "object == $x; within 5 seconds;") OPEN
	    "after 6 seconds; " EXEC END, "met0=/x late1=/x");
	steps_are(NEW("cancel { event <auditevent> { AUE_EXIT; }; }; ", "")
	    OPEN EXIT END, "met0=/x cancelled1=/x");
	steps_are(NEW("strict; ", "") OPEN EXIT END, "met0=/x broken1=/x");
}

static void
an_alert_that_is_held_back_is_told_as_that(void **state)
{
	(void)state;
	steps_are(OLD("cooldown 1 hours; ", "", "") OPEN EXEC OPEN EXEC END,
	    "met0 alert1 met0 held1");
}

static void
what_is_counted_has_a_number_and_a_spread(void **state)
{
	(void)state;
	steps_are("sequence s { subject any; " FIRST
	    "multiplier 3 distinct object in 1 minutes; }; }; test s { "
	    "record AUE_OPEN_W path /a auid 5 success; after 2 seconds; "
	    "record AUE_OPEN_W path /b auid 5 success; after 2 seconds; "
	    "record AUE_OPEN_W path /a auid 5 success; "
	    "record AUE_OPEN_W path /c auid 5 success; " END,
	    "counted0:1 counted0:2+2000 counted0:2+2000 alert0");
}

static void
an_absence_is_told_at_its_end(void **state)
{
	static const char	 rule[] = "sequence s { subject any; " FIRST
	    "}; " SECOND " absent 10 seconds; }; }; test s { " OPEN
	    "after 11 seconds; " EXIT END;

	(void)state;
	steps_are(rule, "met0 alert1!");
	steps_are("sequence s { subject any; " FIRST "}; " SECOND
	    " absent 10 seconds; }; }; test s { " OPEN EXEC END,
	    "met0 prevented1");
}

static void
rules_that_are_not_followed_tell_nothing(void **state)
{
	(void)state;
	steps_are("sequence s { subject any; state { event <auditevent> { "
	    "AUE_UNLINK; }; status any; }; };"
	    "sequence other { subject any; " FIRST "}; " SECOND "}; };"
	    "sequence third { subject any; " FIRST "bind $x object; }; "
	    SECOND "object == $x; }; };"
	    "test s { " OPEN OPEN EXEC END, "");
}

static void
note_record(void *arg, const struct trace_record *r)
{
	struct trace_case	*t = arg;

	buf_printf(&t->said, "%s%u%s", t->said.n > 0 ? " " : "",
	    (unsigned)r->record->event, r->has_key ? "" : "-");
}

static void
every_record_is_told_before_it_does_anything(void **state)
{
	struct trace_case	*t = trace_case_new(OLD("", "", "")
	    OPEN EXIT EXEC END);

	(void)state;
	trace_case_run(t, note_record, note);
	assert_string_equal(buf_cstr(&t->said), "76 met0 1 23 alert1");
	trace_case_free(t);
}

static void
a_record_without_a_part_of_the_key_is_told_as_that(void **state)
{
	struct trace_case	*t = trace_case_new(
	    NEW("by address; ", "") OPEN "record AUE_OPEN_W path /y auid 5 "
	    "address 10.0.0.1 port 5 success;" END);

	(void)state;
	trace_case_run(t, note_record, note);
	assert_string_equal(buf_cstr(&t->said), "76- 76 met0=/y");
	trace_case_free(t);
}

/* What waits is told of the key at hand, before each record. */
static void
note_waits(void *arg, const struct trace_record *r)
{
	struct trace_case	*t = arg;

	(void)r;
	buf_char(&t->said, '[');
	engine_waits(t->engine, true, note, t);
	buf_char(&t->said, ']');
}

static void
what_waits_in_the_key_of_the_record_can_be_asked(void **state)
{
	struct trace_case	*t = trace_case_new(
	    NEW("", "object == $x;") OPEN
	    "record AUE_OPEN_W path /y auid 6 success;" EXEC END);

	(void)state;
	trace_case_run(t, note_waits, trace_case_no_step);
	assert_string_equal(buf_cstr(&t->said), "[][][ waits1=/x]");
	trace_case_free(t);
}

static void
what_waits_at_the_end_is_told_with_what_is_over_age(void **state)
{
	struct trace_case	*t = trace_case_new(
	    NEW("timeout 5 seconds; ", "object == $x;") OPEN
	    "after 6 seconds; record AUE_OPEN_W path /y auid 6 success;" END);

	(void)state;
	trace_case_run(t, trace_case_no_record, trace_case_no_step);
	engine_waits(t->engine, false, note, t);
	assert_non_null(strstr(buf_cstr(&t->said), "waits1=/y"));
	assert_null(strstr(buf_cstr(&t->said), "waits1=/x"));
	trace_case_free(t);

	t = trace_case_new(OLD("timeout 5 seconds; ", "", "") OPEN
	    "after 6 seconds; record AUE_OPEN_W path /y auid 6 success;" END);
	trace_case_run(t, trace_case_no_record, trace_case_no_step);
	engine_waits(t->engine, false, note, t);
	assert_non_null(strstr(buf_cstr(&t->said), "waits1"));
	trace_case_free(t);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(a_sequence_in_old_words_tells_each_step),
		cmocka_unit_test(a_timeout_is_told_when_it_is_noticed),
		cmocka_unit_test(partial_matches_tell_what_they_bound),
		cmocka_unit_test(
		    a_newer_record_in_the_place_of_an_older_one_is_told),
		cmocka_unit_test(an_end_is_told_with_the_reason),
		cmocka_unit_test(an_alert_that_is_held_back_is_told_as_that),
		cmocka_unit_test(what_is_counted_has_a_number_and_a_spread),
		cmocka_unit_test(an_absence_is_told_at_its_end),
		cmocka_unit_test(rules_that_are_not_followed_tell_nothing),
		cmocka_unit_test(every_record_is_told_before_it_does_anything),
		cmocka_unit_test(
		    a_record_without_a_part_of_the_key_is_told_as_that),
		cmocka_unit_test(
		    what_waits_in_the_key_of_the_record_can_be_asked),
		cmocka_unit_test(
		    what_waits_at_the_end_is_told_with_what_is_over_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
