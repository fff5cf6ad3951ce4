/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_misses.c - what of a state a record does not meet, in the words of the
 * rule.
 */
#include "trace_case.h"

/* Each clause that does not hold: its words, and what the record has. */
static void
note_misses(void *arg, const struct trace_record *r)
{
	struct trace_case	*t = arg;
	const uint64_t		 bits = misses_of(t->misses, t->state, r,
	    NULL);

	if (t->said.n > 0)
		buf_char(&t->said, '\n');
	for (unsigned i = 0; i < MISSES_MAX; i++) {
		if ((bits >> i & 1) == 0)
			continue;
		buf_char(&t->said, '[');
		misses_words(t->misses, t->state, i, &t->said);
		buf_str(&t->said, ": ");
		misses_has(t->misses, t->state, i, r, NULL, &t->said);
		buf_char(&t->said, ']');
	}
}

/* Of the first state of this rule, for each of these records; a line each. */
static void
misses_are(const char *rule, const char *records, const char *expected)
{
	struct buf		 text = { 0 };
	struct trace_case	*t;

	buf_printf(&text, "%s\ntest s { %s expect 0; };", rule, records);
	t = trace_case_new(buf_cstr(&text));
	trace_case_run(t, note_misses, trace_case_no_step);
	assert_string_equal(buf_cstr(&t->said), expected);
	trace_case_free(t);
	buf_fini(&text);
}

#define OPEN(words) "record AUE_OPEN_W " words "; "

static void
what_holds_is_not_told(void **state)
{
	(void)state;
	misses_are(STATE("event any; pid 7; object <exact> { /x; };"),
	    OPEN("path /x auid 5 pid 7 success"), "");
}

static void
the_status_and_the_path_are_told(void **state)
{
	(void)state;
	misses_are("sequence s { subject any; state { event any; "
	    "status failure; object <path> { /tmp/; }; }; };",
	    OPEN("path /x auid 5 success") OPEN("auid 5 failure ENOENT"),
	    "[status failure: the record says success]"
	    "[object <path> { /tmp/; }: the record has \"/x\"]\n"
	    "[object <path> { /tmp/; }: the record has no path]");
	misses_are("sequence s { subject any; state { event any; "
	    "status success; }; };", OPEN("auid 5 failure EACCES"),
	    "[status success: the record says failure, EACCES]");
}

static void
objects_of_newer_types_are_told_as_well(void **state)
{
	(void)state;
	misses_are(STATE("event any; object <dir> { /tmp; };"),
	    OPEN("path /tmpx auid 5 success"),
	    "[object <dir> { /tmp; }: the record has \"/tmpx\"]");
	misses_are(STATE("event any; any object <exact> { /a; };"),
	    OPEN("path /b path /c auid 5 success"),
	    "[any object <exact> { /a; }: the record has \"/b\", \"/c\"]");
}

static void
the_subject_and_the_zone_are_told(void **state)
{
	(void)state;
	misses_are("sequence s { subject <euid> { 5; }; zone web*; "
	    "state { event any; status any; }; };",
	    OPEN("auid 5 euid 0 success") OPEN("auid 5 euid 9 zone ftp "
	    "success"),
	    "[subject <euid> { 5; }: the euid is root (0)]"
	    "[zone web*: the record has no zone]\n"
	    "[subject <euid> { 5; }: the euid is 9]"
	    "[zone web*: the record is of zone \"ftp\"]");
}

static void
values_are_told_as_people_write_them(void **state)
{
	(void)state;
	misses_are(STATE("event any; mode & 02; owner { 5; }; "
	    "address { 10.0.0.0/8; }; port { 1..9; };"),
	    OPEN("path /x mode 0644 owner 0 address 192.0.2.1 port 80 auid 5 "
	    "success"),
	    "[mode & 02: the record has 0644]"
	    "[owner { 5; }: the record has root (0)]"
	    "[address { 10.0.0.0/8; }: the record has 192.0.2.1]"
	    "[port { 1..9; }: the record has 80]");
}

static void
of_many_values_three_are_told(void **state)
{
	(void)state;
	misses_are(STATE("event any; text <exact> { x; };"),
	    OPEN("text a text b text c text d text e auid 5 success"),
	    "[text <exact> { x; }: the record has \"a\", \"b\", \"c\" "
	    "and 2 more]");
}

static void
a_long_value_is_cut(void **state)
{
	struct buf	 record = { 0 }, expected = { 0 };

	(void)state;
	buf_str(&record, "record AUE_OPEN_W auid 5 success text ");
	buf_str(&expected, "[text <exact> { x; }: the record has \"");
	for (int i = 0; i < 130; i++) {
		buf_char(&record, 'y');
		if (i < 120)
			buf_char(&expected, 'y');
	}
	buf_str(&record, "; ");
	buf_str(&expected, "...\"]");
	misses_are(STATE("event any; text <exact> { x; };"),
	    buf_cstr(&record), buf_cstr(&expected));
	buf_fini(&record);
	buf_fini(&expected);
}

static void
what_the_record_lacks_is_told_as_that(void **state)
{
	(void)state;
	misses_are(STATE("event any; port { 1; }; ppid 7; auid == owner;"),
	    OPEN("auid 5 success"),
	    "[port { 1; }: the record has none]"
	    "[ppid 7: the record has none]"
	    "[auid == owner: the record has 5; its owner is not there]");
}

static void
two_fields_are_told_side_by_side(void **state)
{
	(void)state;
	misses_are(STATE("event any; auid == euid; owner != euid;"),
	    OPEN("auid 5 euid 0 success"),
	    "[auid == euid: the record has 5; its euid is root (0)]"
	    "[owner != euid: the record has none; its euid is root (0)]");
}

static void
blocks_and_times_have_words_of_their_own(void **state)
{
	(void)state;
	misses_are(STATE("event any; either { pid 1; } or { pid 2; }; "
	    "time 10:00..11:00; day sun;"), OPEN("auid 5 pid 3 success"),
	    "[either { pid 1; } or { pid 2; }: none of the blocks holds]"
	    "[time 10:00..11:00: the record is of 2026-01-01T00:00:00.000Z]"
	    "[day sun: the record is of 2026-01-01T00:00:00.000Z]");
}

static void
nothing_to_bind_is_a_miss(void **state)
{
	(void)state;
	misses_are("sequence s { subject any; state { event any; status any; "
	    "bind $x object; bind $a any address; }; state { event any; "
	    "status any; object == $x; address == $a; }; };",
	    OPEN("auid 5 success"),
	    "[bind $x object: the record has nothing to bind]"
	    "[bind $a any address: the record has nothing to bind]");
}

static void
hostile_bytes_of_the_record_are_escaped(void **state)
{
	(void)state;
	misses_are(STATE("event any; object <exact> { /x; };"),
	    OPEN("path \"/\x1b[2J\" auid 5 success"),
	    "[object <exact> { /x; }: the record has \"/\\x1b[2J\"]");
}

static void
note_event(void *arg, const struct trace_record *r)
{
	struct trace_case	*t = arg;

	buf_char(&t->said, misses_event(t->misses, 0, r) ? 'y' : 'n');
}

static void
the_event_is_asked_apart(void **state)
{
	struct trace_case	*t = trace_case_new(
	    STATE("event not <auditclass> { fr; };")
	    "test s { record AUE_OPEN_R auid 5 success; "
	    "record AUE_EXIT auid 5 success; expect 0; };");

	(void)state;
	trace_case_run(t, note_event, trace_case_no_step);
	assert_string_equal(buf_cstr(&t->said), "ny");
	buf_clear(&t->said);
	misses_event_words(t->misses, 0, &t->said);
	assert_string_equal(buf_cstr(&t->said),
	    "event not <auditclass> { fr; }");
	trace_case_free(t);
}

static void
an_alert_is_no_event_of_a_record(void **state)
{
	struct trace_case	*t = trace_case_new(
	    STATE("event <alert> { other; };")
	    "sequence other { subject any; state { event any; "
	    "status any; }; };"
	    "test s { record AUE_OPEN_R auid 5 success; expect 1; };");

	(void)state;
	trace_case_run(t, note_event, trace_case_no_step);
	/* The record is told once, and once more as that of the alert. */
	for (size_t i = 0; i < t->said.n; i++)
		assert_int_equal(t->said.p[i], 'n');
	trace_case_free(t);
}

static void
note_excepted(void *arg, const struct trace_record *r)
{
	struct trace_case	*t = arg;

	buf_char(&t->said, misses_excepted(t->misses, r) ? 'y' : 'n');
}

static void
exceptions_are_asked_one_by_one(void **state)
{
	struct trace_case	*t = trace_case_new(
	    RULE("except { pid 1; }; except { pid 2; };")
	    "test s { record AUE_EXIT auid 5 pid 1 success; "
	    "record AUE_EXIT auid 5 pid 2 success; "
	    "record AUE_EXIT auid 5 pid 3 success; expect 0; };");

	(void)state;
	trace_case_run(t, note_excepted, trace_case_no_step);
	assert_string_equal(buf_cstr(&t->said), "yyn");
	trace_case_free(t);
}

static void
what_is_new_has_a_clause_of_its_own_and_is_never_missed(void **state)
{
	struct trace_case	*t = trace_case_new(
	    STATE("event any; pid 1; new object in 1 days;")
	    "test s { record AUE_EXIT path /x auid 5 pid 2 success; "
	    "expect 0; };");
	uint64_t		 bit;

	(void)state;
	trace_case_run(t, note_misses, trace_case_no_step);
	assert_string_equal(buf_cstr(&t->said), "[pid 1: the record has 2]");
	bit = misses_new_clause(t->misses, 0);
	assert_int_not_equal(bit, 0);
	buf_clear(&t->said);
	for (unsigned i = 0; i < MISSES_MAX; i++)
		if (bit >> i & 1)
			misses_words(t->misses, 0, i, &t->said);
	assert_string_equal(buf_cstr(&t->said), "new object in 1 days");
	trace_case_free(t);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(what_holds_is_not_told),
		cmocka_unit_test(the_status_and_the_path_are_told),
		cmocka_unit_test(objects_of_newer_types_are_told_as_well),
		cmocka_unit_test(the_subject_and_the_zone_are_told),
		cmocka_unit_test(values_are_told_as_people_write_them),
		cmocka_unit_test(of_many_values_three_are_told),
		cmocka_unit_test(a_long_value_is_cut),
		cmocka_unit_test(what_the_record_lacks_is_told_as_that),
		cmocka_unit_test(two_fields_are_told_side_by_side),
		cmocka_unit_test(blocks_and_times_have_words_of_their_own),
		cmocka_unit_test(nothing_to_bind_is_a_miss),
		cmocka_unit_test(hostile_bytes_of_the_record_are_escaped),
		cmocka_unit_test(the_event_is_asked_apart),
		cmocka_unit_test(an_alert_is_no_event_of_a_record),
		cmocka_unit_test(exceptions_are_asked_one_by_one),
		cmocka_unit_test(
		    what_is_new_has_a_clause_of_its_own_and_is_never_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
