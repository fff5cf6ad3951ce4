/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_telljson.c - the lines of `explain --json`, read back by another JSON
 * library.
 */
#include <jansson.h>

#include "trace_case.h"

#include "run/explain.h"

static void
put_line(void *arg, struct slice line)
{
	buf_slice(arg, line);
}

/* The first rule over the records of the first test; freed by free(). */
static char *
explained(const char *text)
{
	struct trace_case	*t = trace_case_new(text);
	struct frame		*frame = frame_new();
	struct explain		*x;
	struct frame_record	 f;
	struct record		 r;
	struct buf		 nothing = { 0 };
	uint32_t		 source;
	char			*said;

	x = explain_new(&(struct explain_options){ .program = t->program,
	    .item = explain_item(t->tree, 0), .names = t->c->names,
	    .accounts = &t->c->accounts, .line = put_line,
	    .arg = &t->said });
	source = explain_source(x, NULL);
	(void)frame_feed(frame, t->trail.p, t->trail.n);
	while (frame_next(frame, &f) == 1)
		if (f.kind == FRAME_RECORD && record_head(&r, &f) == 0)
			explain_feed(x, source, "t.bsm", &r);
	explain_tell(x, &nothing);
	assert_int_equal(nothing.n, 0);
	explain_free(x);
	frame_free(frame);
	said = xstrdup(buf_cstr(&t->said));
	trace_case_free(t);
	return said;
}

/* The lines as an array. */
static json_t *
parsed(const char *text)
{
	char	*said = explained(text), *rest = said, *end;
	json_t	*all = json_array();

	for (; (end = strchr(rest, '\n')) != NULL; rest = end + 1) {
		json_error_t	 error;
		json_t		*one = json_loadb(rest, (size_t)(end - rest),
				     0, &error);

		if (one == NULL)
			fail_msg("%s in: %s", error.text, rest);
		json_array_append_new(all, one);
	}
	assert_int_equal(*rest, '\0');
	free(said);
	return all;
}

static const char *
text_of(const json_t *all, size_t i, const char *key)
{
	return json_string_value(json_object_get(json_array_get(all, i),
	    key));
}

#define OPEN "record AUE_OPEN_W path /x auid 0 session 3 success; "
#define RULES "sequence s { subject any; scope session; " \
	"state { event <auditevent> { AUE_OPEN_W; }; status any; " \
	"bind $x object; }; state { event <auditevent> { AUE_EXECVE; }; " \
	"status any; object == $x; }; }; test s { "

#define WHO "\"story\":1,\"rule\":\"s\",\"subject\":{\"type\":\"auid\"," \
	"\"id\":0,\"name\":\"root\"},\"key\":{\"session\":3},\"zone\":null," \
	"\"time\":\"2026-01-01T00:00:00.000Z\","
#define RECORD(event, number, path, at) "\"record\":{" \
	"\"time\":\"2026-01-01T00:00:00.000Z\",\"event\":\"" event "\"," \
	"\"number\":" number ",\"status\":\"success\",\"error\":null," \
	"\"pid\":0,\"session\":3,\"address\":null,\"path\":\"" path "\"," \
	"\"args\":null,\"text\":null,\"offset\":" at ",\"length\":74," \
	"\"source\":\"t.bsm\"}}\n"

static void
lines_have_the_members_that_were_promised_in_order(void **state)
{
	char	*said = explained(RULES OPEN
	    "record AUE_EXECVE path /y auid 0 session 3 success; "
	    "expect 0; };");

	(void)state;
	assert_string_equal(said,
	    "{\"what\":\"met\"," WHO "\"state\":1,"
	    "\"first\":\"2026-01-01T00:00:00.000Z\",\"count\":null,"
	    "\"multiplier\":1,\"spread_s\":null,\"bound\":{\"x\":\"/x\"},"
	    RECORD("AUE_OPEN_W", "76", "/x", "0")
	    "{\"what\":\"waits\"," WHO "\"state\":2,"
	    "\"first\":\"2026-01-01T00:00:00.000Z\",\"count\":null,"
	    "\"multiplier\":1,\"spread_s\":null,\"bound\":{\"x\":\"/x\"},"
	    "\"record\":null}\n"
	    "{\"what\":\"nearest\"," WHO "\"state\":2,"
	    "\"bound\":{\"x\":\"/x\"},\"misses\":[{"
	    "\"clause\":\"object == $x\",\"has\":"
	    "\"the record has \\\"/y\\\"; $x is \\\"/x\\\"\"}],"
	    RECORD("AUE_EXECVE", "23", "/y", "74")
	    "{\"what\":\"summary\",\"rule\":\"s\",\"defined\":\"main.conf:1\","
	    "\"enabled\":true,\"records\":2,\"keys\":1,\"alerts\":0,"
	    "\"held_back\":0,\"left_out\":0}\n");
	free(said);
}

static void
any_bytes_of_a_record_are_lossless(void **state)
{
	json_t	*all = parsed(RULES "record AUE_OPEN_W path "
	    "\"/\x1b[2J\xc3\xa9\x80\" auid 0 session 3 success; expect 0; };");
	json_t	*record = json_object_get(json_array_get(all, 0), "record");
	json_t	*bound = json_object_get(json_array_get(all, 0), "bound");

	(void)state;
	assert_string_equal(json_string_value(json_object_get(json_object_get(
	    record, "path"), "hex")), "2f1b5b324ac3a980");
	assert_string_equal(json_string_value(json_object_get(json_object_get(
	    bound, "x"), "hex")), "2f1b5b324ac3a980");
	json_decref(all);
}

static void
when_nothing_has_begun_each_clause_is_counted(void **state)
{
	json_t	*all = parsed("sequence s { subject any; state { event any; "
	    "status failure; pid 7; }; }; test s { "
	    "record AUE_EXIT auid 0 pid 6 success; "
	    "record AUE_EXIT auid 0 pid 7 success; expect 0; };");
	json_t	*misses;

	(void)state;
	assert_int_equal(json_array_size(all), 2);
	assert_string_equal(text_of(all, 0, "what"), "nothing_begun");
	assert_string_equal(text_of(all, 0, "clause"), "event any");
	misses = json_object_get(json_array_get(all, 0), "misses");
	assert_int_equal(json_array_size(misses), 2);
	assert_string_equal(text_of(misses, 0, "clause"), "status failure");
	assert_int_equal(json_integer_value(json_object_get(
	    json_array_get(misses, 0), "records")), 2);
	assert_string_equal(text_of(misses, 1, "clause"), "pid 7");
	assert_string_equal(text_of(misses, 1, "has"), "the record has 6");
	assert_string_equal(text_of(all, 1, "what"), "summary");
	json_decref(all);
}

static void
counts_and_ends_are_told(void **state)
{
	json_t	*all = parsed("sequence s { subject any; "
	    "timeout 10 seconds; cancel { pid 9; }; except { pid 8; }; "
	    "state { event <auditevent> { AUE_OPEN_W; }; status any; "
	    "multiplier 3 distinct object in 1 minutes; }; }; test s { "
	    OPEN "record AUE_OPEN_W path /x auid 0 pid 8 success; "
	    "after 1 seconds; record AUE_OPEN_W path /y auid 0 success; "
	    "record AUE_EXIT auid 0 pid 9 success; " OPEN
	    "after 20 seconds; record AUE_EXIT auid 0 success; expect 0; };");
	static const char *const	whats[] = { "counted", "excepted",
	    "counted", "cancelled", "counted", "timed_out", "summary" };
	json_t				*third;

	(void)state;
	assert_int_equal(json_array_size(all), 7);
	for (size_t i = 0; i < 7; i++)
		assert_string_equal(text_of(all, i, "what"), whats[i]);
	third = json_array_get(all, 2);
	assert_int_equal(json_integer_value(json_object_get(third,
	    "count")), 2);
	assert_true(json_real_value(json_object_get(third, "spread_s")) ==
	    1.0);
	/* Time did that, and no record. */
	assert_true(json_is_null(json_object_get(json_array_get(all, 5),
	    "record")));
	json_decref(all);
}

static void
nobody_is_null(void **state)
{
	json_t	*all = parsed("sequence s { subject any; by none; "
	    "state { event any; status any; }; }; test s { "
	    "record AUE_EXIT auid 0 success; expect 0; };");

	(void)state;
	assert_string_equal(text_of(all, 0, "what"), "alert");
	assert_true(json_is_null(json_object_get(json_array_get(all, 0),
	    "subject")));
	json_decref(all);
	all = parsed(STATE("event any;") "test s { record AUE_EXIT success; "
	    "expect 0; };");
	assert_true(json_is_null(json_object_get(json_array_get(all, 0),
	    "subject")));
	json_decref(all);
}

static void
addresses_and_numbers_are_as_in_alerts(void **state)
{
	json_t	*all = parsed("sequence s { subject any; by address, port; "
	    "state { event any; status any; bind $t terminal; }; "
	    "state { event any; status any; terminal == $t; }; }; test s { "
	    "record AUE_EXIT auid 0 terminal 2001:db8::1 address 192.0.2.7 "
	    "port 22 success; expect 0; };");
	json_t	*key = json_object_get(json_array_get(all, 0), "key");

	(void)state;
	assert_string_equal(json_string_value(json_object_get(key,
	    "address")), "192.0.2.7");
	assert_int_equal(json_integer_value(json_object_get(key, "port")),
	    22);
	assert_string_equal(json_string_value(json_object_get(json_object_get(
	    json_array_get(all, 0), "bound"), "t")), "2001:db8::1");
	json_decref(all);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(
		    lines_have_the_members_that_were_promised_in_order),
		cmocka_unit_test(any_bytes_of_a_record_are_lossless),
		cmocka_unit_test(when_nothing_has_begun_each_clause_is_counted),
		cmocka_unit_test(counts_and_ends_are_told),
		cmocka_unit_test(nobody_is_null),
		cmocka_unit_test(addresses_and_numbers_are_as_in_alerts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
