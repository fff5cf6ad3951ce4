/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_view.c - fields and their values, token by token.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/procs.h"
#include "engine/view.h"

#include "ask_case.h"

static struct aspect
all_of(enum rule_field field)
{
	return (struct aspect){ .field = field, .part = PART_ALL };
}

static size_t
count(struct view *v, enum rule_field field)
{
	const struct aspect	 a = all_of(field);

	return view_count(v, &a);
}

/* The last value is that of a walk over all from the end. */
static void
assert_last(struct view *v, struct aspect a)
{
	struct value	 last, value;
	size_t		 n = view_count(v, &a);
	bool		 has = false;

	while (n > 0 && !has)
		has = view_value(v, &a, --n, &value);
	if (view_last(v, &a, &last) != has)
		fail_msg("field %u", a.field);
	if (!has)
		return;
	assert_int_equal(last.kind, value.kind);
	assert_int_equal(last.number, value.number);
	assert_true(slice_eq(last.bytes, value.bytes));
}

static bool
text_is(struct view *v, struct aspect a, size_t i, const char *want)
{
	struct value	 value;

	assert_last(v, a);
	if (i >= view_count(v, &a) || !view_value(v, &a, i, &value))
		return want == NULL;
	assert_int_equal(value.kind, VALUE_TEXT);
	return want != NULL && slice_is(value.bytes, want);
}

static bool
number_is(struct view *v, struct aspect a, size_t i, uint64_t want)
{
	struct value	 value;

	assert_last(v, a);
	return i < view_count(v, &a) && view_value(v, &a, i, &value) &&
	    value.kind == VALUE_NUMBER && value.number == want;
}

static bool
lacks(struct view *v, enum rule_field field)
{
	const struct aspect	 a = all_of(field);
	struct value		 value;

	assert_last(v, a);
	return view_count(v, &a) == 0 || !view_value(v, &a, 0, &value);
}

static void
a_record_without_tokens_has_only_an_event(void **state)
{
	struct view	 v = { 0 };
	struct made	 m;

	(void)state;
	made_begin(&m, 11, 72, 1);
	made_end(&m, DIALECT_FREEBSD);
	view_record(&v, &m.asked);
	for (unsigned f = 0; f < FIELDS; f++)
		assert_int_equal(lacks(&v, (enum rule_field)f),
		    f != FIELD_EVENT);
	assert_true(number_is(&v, all_of(FIELD_EVENT), 0, 72));
	view_fini(&v);
	made_free(&m);
}

static void
fields_of_one_token_are_read_from_the_last(void **state)
{
	static const uint64_t	 ids[] = { 1, 2, 3, 4, 5, 6, 7 };
	struct view		 v = { 0 };
	struct value		 value;
	struct aspect		 terminal = all_of(FIELD_TERMINAL);
	struct made		 m;

	(void)state;
	made_begin(&m, 11, 72, 1);
	made_subject(&m, 99, 98, 97);
	made_token(&m, "subject64_ex", (struct token){ .subject = { 1, 2, 3, 4,
	    5, 6, 7, 8, { (const uint8_t *)"\12\1\2\3", 4 } } });
	made_token(&m, "attribute64", (struct token){ .attr = { 0644, 10, 11,
	    12, UINT64_C(13) << 32, 14 } });
	made_token(&m, "return64", (struct token){ .ret = { 13,
	    UINT64_MAX } });
	made_text(&m, "zonename", "z1");
	made_text(&m, "path", "/a");
	made_text(&m, "path", "/b");
	made_end(&m, DIALECT_FREEBSD);
	view_record(&v, &m.asked);
	for (unsigned f = FIELD_AUID; f <= FIELD_SESSION; f++)
		assert_true(number_is(&v, all_of((enum rule_field)f), 0,
		    ids[f]));
	assert_true(view_value(&v, &terminal, 0, &value));
	assert_memory_equal(value.bytes.p,
	    "\0\0\0\0\0\0\0\0\0\0\377\377\12\1\2\3", 16);
	assert_true(number_is(&v, all_of(FIELD_MODE), 0, 0644));
	assert_true(number_is(&v, all_of(FIELD_OWNER), 0, 10));
	assert_true(number_is(&v, all_of(FIELD_GROUP), 0, 11));
	assert_true(number_is(&v, all_of(FIELD_DEVICE), 0, 12));
	assert_true(number_is(&v, all_of(FIELD_INODE), 0, UINT64_C(13) << 32));
	assert_true(number_is(&v, all_of(FIELD_ERRNO), 0, 13));
	assert_true(number_is(&v, all_of(FIELD_RETURN), 0, UINT64_MAX));
	assert_true(text_is(&v, all_of(FIELD_ZONE), 0, "z1"));
	assert_true(text_is(&v, all_of(FIELD_OBJECT), 0, "/b"));
	view_fini(&v);
	made_free(&m);
}

static void
the_object_is_the_one_that_is_given(void **state)
{
	struct aspect	 every = { .field = FIELD_OBJECT,
	    .part = PART_ALL, .every_path = true };
	struct view	 v = { 0 };
	struct made	 m;

	(void)state;
	made_begin(&m, 11, 72, 1);
	made_text(&m, "path", "/a");
	made_text(&m, "path", "/b");
	made_end(&m, DIALECT_FREEBSD);
	m.object.path = slice_str("/remembered");
	view_record(&v, &m.asked);
	assert_true(text_is(&v, all_of(FIELD_OBJECT), 0, "/remembered"));
	assert_int_equal(view_count(&v, &every), 2);
	assert_true(text_is(&v, every, 0, "/a"));
	assert_true(text_is(&v, every, 1, "/b"));
	m.object.known = false;
	assert_true(lacks(&v, FIELD_OBJECT));
	view_fini(&v);
	made_free(&m);
}

static void
the_arguments_are_one_command_or_words(void **state)
{
	struct aspect	 word = { .field = FIELD_COMMAND };
	struct view	 v = { 0 };
	struct made	 m;

	(void)state;
	made_begin(&m, 11, 23, 1);
	made_strings(&m, "exec_args", "sh\0-c\0\0a b\0", 11, 4);
	made_end(&m, DIALECT_FREEBSD);
	view_record(&v, &m.asked);
	assert_int_equal(count(&v, FIELD_COMMAND), 1);
	assert_true(text_is(&v, all_of(FIELD_COMMAND), 0, "sh -c  a b"));
	assert_true(text_is(&v, word, 0, "sh"));
	word.part = 3;
	assert_int_equal(view_count(&v, &word), 1);
	assert_true(text_is(&v, word, 0, "a b"));
	word.part = 4;
	assert_int_equal(view_count(&v, &word), 0);
	view_fini(&v);
	made_free(&m);
}

static void
a_list_without_strings_is_no_command(void **state)
{
	struct view	 v = { 0 };
	struct made	 m;

	(void)state;
	made_begin(&m, 11, 23, 1);
	made_strings(&m, "exec_args", "", 0, 0);
	made_end(&m, DIALECT_FREEBSD);
	view_record(&v, &m.asked);
	assert_int_equal(count(&v, FIELD_COMMAND), 0);
	view_fini(&v);
	made_free(&m);
}

static void
arguments_are_told_apart_by_text_or_position(void **state)
{
	struct aspect	 a = { .field = FIELD_ARGUMENT, .argument = "mode" };
	struct view	 v = { 0 };
	struct value	 value;
	struct made	 m;

	(void)state;
	made_begin(&m, 11, 10, 1);
	made_argument(&m, 2, "mode", 1);
	made_argument(&m, 3, "moded", 2);
	made_end(&m, DIALECT_FREEBSD);
	view_record(&v, &m.asked);
	assert_int_equal(view_count(&v, &a), 2);
	assert_true(view_last(&v, &a, &value));
	assert_int_equal(value.number, 1);	/* the second is another */
	assert_true(number_is(&v, a, 0, 1));
	assert_false(view_value(&v, &a, 1, &value));
	a.argument = NULL;
	a.position = 3;
	assert_false(view_value(&v, &a, 0, &value));
	assert_true(number_is(&v, a, 1, 2));
	view_fini(&v);
	made_free(&m);
}

static void
the_host_is_the_trails_or_that_of_the_header(void **state)
{
	static const uint8_t	 v6[16] = { 0xfe, 0x80, [15] = 1 };
	struct view		 v = { 0 };
	struct made		 m = { 0 };

	(void)state;
	made_token(&m, "header32_ex", (struct token){ .header = {
	    .version = 11, .address = { v6, 16 } } });
	made_end(&m, DIALECT_FREEBSD);
	view_record(&v, &m.asked);
	assert_true(text_is(&v, all_of(FIELD_HOST), 0, "fe80::1"));
	m.asked.has_host = true;
	m.asked.host = slice_str("mail");
	view_record(&v, &m.asked);
	assert_true(text_is(&v, all_of(FIELD_HOST), 0, "mail"));
	made_free(&m);
	m = (struct made){ 0 };
	made_token(&m, "header64_ex", (struct token){ .header = {
	    .version = 2, .address = { (const uint8_t *)"\12\0\0\1", 4 } } });
	made_end(&m, DIALECT_SOLARIS);
	view_record(&v, &m.asked);
	assert_true(text_is(&v, all_of(FIELD_HOST), 0, "10.0.0.1"));
	view_fini(&v);
	made_free(&m);
}

/* What is bound is not copied before it is kept. */
static void
texts_stay_as_they_are_until_the_next_record(void **state)
{
	static const struct {
		enum rule_field	 field;
		const char	*text;
	}		 texts[] = { { FIELD_OBJECT, "/a" },
	    { FIELD_TEXT, "note" }, { FIELD_COMMAND, "sh -c" },
	    { FIELD_ZONE, "z1" }, { FIELD_HOST, "10.0.0.1" } };
	enum { N = sizeof(texts) / sizeof(texts[0]) };
	struct value	 values[N];
	struct view	 v = { 0 };
	struct made	 m = { 0 };

	(void)state;
	made_token(&m, "header64_ex", (struct token){ .header = {
	    .version = 11, .address = { (const uint8_t *)"\12\0\0\1", 4 } } });
	made_text(&m, "path", "/a");
	made_text(&m, "text", "note");
	made_text(&m, "zonename", "z1");
	made_strings(&m, "exec_args", "sh\0-c\0", 6, 2);
	made_end(&m, DIALECT_FREEBSD);
	view_record(&v, &m.asked);
	for (size_t i = 0; i < N; i++) {
		const struct aspect	 a = all_of(texts[i].field);

		assert_true(view_last(&v, &a, &values[i]));
	}
	for (unsigned f = 0; f < FIELDS; f++)
		(void)lacks(&v, (enum rule_field)f);
	for (size_t i = 0; i < N; i++)
		assert_true(slice_is(values[i].bytes, texts[i].text));
	view_fini(&v);
	made_free(&m);
}

static void
errors_of_old_versions_are_those_of_their_system(void **state)
{
	static const struct {
		uint8_t		 version, error;
		uint64_t	 want;
	}		 cases[] = { { 11, 35, 35 }, { 10, 35, 11 },
	    { 1, 66, 93 }, { 2, 93, 93 }, { 10, 13, 13 }, { 10, 255, 255 } };
	struct view	 v = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct made	 m;

		made_begin(&m, cases[i].version, 10, 1);
		made_return(&m, cases[i].error, 0);
		made_end(&m, DIALECT_FREEBSD);
		view_record(&v, &m.asked);
		assert_true(number_is(&v, all_of(FIELD_ERRNO), 0,
		    cases[i].want));
		made_free(&m);
	}
	view_fini(&v);
}

static void
what_succeeded_has_no_error(void **state)
{
	struct view	 v = { 0 };
	struct made	 m;

	(void)state;
	made_begin(&m, 11, 10, 1);
	made_return(&m, 0, 5);
	made_end(&m, DIALECT_FREEBSD);
	view_record(&v, &m.asked);
	assert_true(lacks(&v, FIELD_ERRNO));
	assert_true(number_is(&v, all_of(FIELD_RETURN), 0, 5));
	view_fini(&v);
	made_free(&m);
}

/* 7 runs /a and forks 8, which runs /b and forks 9. */
static struct procs *
three_generations(const struct names *names)
{
	struct procs	*ps = procs_new(names, 0);

	for (uint32_t pid = 7; pid <= 8; pid++) {
		for (unsigned event = 23; event != 0; event = event == 23 ?
		    2 : 0) {
			struct made	 m;

			made_begin(&m, 11, event, 1);
			made_text(&m, "path", pid == 7 ? "/a" : "/b");
			made_subject(&m, 0, pid, 0);
			made_return(&m, 0, pid + 1);
			made_end(&m, DIALECT_FREEBSD);
			procs_meet(ps, 0, &m.record);
			procs_learn(ps, 0, DIALECT_FREEBSD, &m.record);
			made_free(&m);
		}
	}
	return ps;
}

static void
the_process_has_an_image_a_parent_and_ancestors(void **state)
{
	struct names	*names = names_new();
	struct procs	*ps = three_generations(names);
	struct view	 v = { 0 };
	struct made	 m;

	(void)state;
	made_begin(&m, 11, 72, 1);
	made_subject(&m, 0, 9, 0);
	made_end(&m, DIALECT_FREEBSD);
	m.asked.procs = ps;
	view_record(&v, &m.asked);
	assert_true(number_is(&v, all_of(FIELD_PPID), 0, 8));
	assert_true(text_is(&v, all_of(FIELD_IMAGE), 0, "/b"));
	assert_true(text_is(&v, all_of(FIELD_PARENT), 0, "/b"));
	assert_int_equal(count(&v, FIELD_ANCESTOR), 2);
	assert_true(text_is(&v, all_of(FIELD_ANCESTOR), 0, "/b"));
	assert_true(text_is(&v, all_of(FIELD_ANCESTOR), 1, "/a"));
	assert_false(lacks(&v, FIELD_LINEAGE));
	made_free(&m);
	made_begin(&m, 11, 72, 1);
	made_subject(&m, 0, 7, 0);
	made_end(&m, DIALECT_FREEBSD);
	m.asked.procs = ps;
	view_record(&v, &m.asked);
	assert_true(lacks(&v, FIELD_PPID));
	assert_true(lacks(&v, FIELD_PARENT));
	assert_int_equal(count(&v, FIELD_ANCESTOR), 0);
	assert_true(text_is(&v, all_of(FIELD_IMAGE), 0, "/a"));
	view_fini(&v);
	made_free(&m);
	procs_free(ps);
	names_free(names);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_record_without_tokens_has_only_an_event),
		cmocka_unit_test(fields_of_one_token_are_read_from_the_last),
		cmocka_unit_test(the_object_is_the_one_that_is_given),
		cmocka_unit_test(the_arguments_are_one_command_or_words),
		cmocka_unit_test(a_list_without_strings_is_no_command),
		cmocka_unit_test(arguments_are_told_apart_by_text_or_position),
		cmocka_unit_test(the_host_is_the_trails_or_that_of_the_header),
		cmocka_unit_test(texts_stay_as_they_are_until_the_next_record),
		cmocka_unit_test(
		    errors_of_old_versions_are_those_of_their_system),
		cmocka_unit_test(what_succeeded_has_no_error),
		cmocka_unit_test(
		    the_process_has_an_image_a_parent_and_ancestors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
