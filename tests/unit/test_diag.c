/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_diag.c - how a mistake is shown.
 */
#include <stdio.h>

#include "rule_case.h"

struct fixture {
	struct diags	*d;
	struct buf	 out;
};

static struct fixture
with_text(const void *bytes, size_t n)
{
	struct fixture	 f = { diags_new(), { 0 } };
	struct buf	 text = {
		.p = xmemdup(bytes, n == 0 ? 1 : n), .n = n, .cap = n
	};

	assert_int_equal(diags_file(f.d, "a.conf", &text), 0);
	assert_null(text.p);
	return f;
}

static void
fixture_free(struct fixture *f)
{
	diags_free(f->d);
	buf_fini(&f->out);
}

static const char *
said(struct fixture *f)
{
	buf_clear(&f->out);
	diags_print(f->d, &f->out);
	return buf_cstr(&f->out);
}

/* One error about N bytes at OFF of a text shows this. */
static void
shows(const char *text, size_t off, size_t n, unsigned line,
    const char *expected)
{
	struct fixture	 f = with_text(text, strlen(text));
	struct span	 at = {
		.line = line, .off = (uint32_t)off, .n = (uint32_t)n
	};

	diag_error(f.d, DIAG_STATES_MISSING, at, slice_str("x"), DIAG_NOTHING);
	assert_string_equal(said(&f), expected);
	fixture_free(&f);
}

static void
the_line_is_shown_with_a_caret(void **state)
{
	(void)state;
	shows("state x;\nnext", 6, 1, 1,
	    "a.conf:1:7: error: sequence 'x' has no state\n"
	    "    state x;\n"
	    "          ^\n");
	shows("one\ntwo three\n", 8, 5, 2,
	    "a.conf:2:5: error: sequence 'x' has no state\n"
	    "    two three\n"
	    "        ^~~~~\n");
}

static void
tabs_stay_tabs_under_tabs(void **state)
{
	(void)state;
	shows("\ta\tbb", 3, 2, 1,
	    "a.conf:1:4: error: sequence 'x' has no state\n"
	    "    \ta\tbb\n"
	    "    \t \t^~\n");
}

static void
the_end_of_a_file_can_be_shown(void **state)
{
	(void)state;
	shows("ab", 2, 0, 1,
	    "a.conf:1:3: error: sequence 'x' has no state\n"
	    "    ab\n"
	    "      ^\n");
	shows("ab\n", 3, 0, 2,
	    "a.conf:2:1: error: sequence 'x' has no state\n");
	shows("", 0, 0, 1, "a.conf:1:1: error: sequence 'x' has no state\n");
	shows("ab\r\ncd", 1, 1, 1,
	    "a.conf:1:2: error: sequence 'x' has no state\n"
	    "    ab\n"
	    "     ^\n");
}

static void
what_spans_lines_is_marked_on_the_first(void **state)
{
	(void)state;
	shows("x \"a\nb\" y", 2, 5, 1,
	    "a.conf:1:3: error: sequence 'x' has no state\n"
	    "    x \"a\n"
	    "      ^~\n");
}

static void
controls_never_reach_the_terminal(void **state)
{
	(void)state;
	shows("\033[1m \x9b\xc2\x9b x\\y", 10, 1, 1,
	    "a.conf:1:11: error: sequence 'x' has no state\n"
	    "    \\x1b[1m \\x9b\\xc2\\x9b x\\y\n"
	    "                          ^\n");
	shows("a\001b", 1, 2, 1,
	    "a.conf:1:2: error: sequence 'x' has no state\n"
	    "    a\\x01b\n"
	    "     ^~~~~\n");
}

static void
characters_of_many_bytes_take_one_column(void **state)
{
	(void)state;
	shows("caf\xc3\xa9 x", 6, 1, 1,
	    "a.conf:1:7: error: sequence 'x' has no state\n"
	    "    caf\xc3\xa9 x\n"
	    "         ^\n");
}

static void
names_are_escaped_and_cut(void **state)
{
	struct fixture	 f = with_text("x", 1);
	uint8_t		 name[1000];
	const char	*text;

	(void)state;
	memset(name, 'n', sizeof(name));
	name[0] = '\n';
	name[1] = 0x1b;
	diag_error(f.d, DIAG_STATES_MISSING, (struct span){ .line = 1, .n = 1 },
	    (struct slice){ name, sizeof(name) }, DIAG_NOTHING);
	text = said(&f);
	assert_non_null(strstr(text, "'\\n\\x1bnnn"));
	assert_non_null(strstr(text, "nnn...' has"));
	assert_true(strlen(text) < 300);
	fixture_free(&f);
}

static void
long_lines_are_cut_around_the_caret(void **state)
{
	char		*text = xmalloc(1u << 20);
	struct fixture	 f;
	const char	*out;

	(void)state;
	memset(text, 'a', 1u << 20);
	memcpy(text + 500000, "HERE", 4);
	f = with_text(text, 1u << 20);
	diag_error(f.d, DIAG_STATES_MISSING,
	    (struct span){ .line = 1, .off = 500000, .n = 4 },
	    slice_str("x"), DIAG_NOTHING);
	out = said(&f);
	assert_true(strncmp(out, "a.conf:1:500001: ", 17) == 0);
	assert_non_null(strstr(out, "\n    ...aaa"));
	assert_non_null(strstr(out, "aHEREa"));
	assert_non_null(strstr(out, "a...\n"));
	assert_non_null(strstr(out, " ^~~~\n"));
	assert_true(strlen(out) < 400);
	fixture_free(&f);
	free(text);
}

static void
a_file_as_a_whole_has_no_line(void **state)
{
	struct fixture	f = with_text("", 0);

	(void)state;
	diag_error(f.d, DIAG_FILE_UNREADABLE, (struct span){ 0 },
	    slice_str("No such file"), DIAG_NOTHING);
	assert_string_equal(said(&f),
	    "a.conf: error: cannot be read: No such file\n");
	fixture_free(&f);
}

static void
messages_come_in_the_order_of_places(void **state)
{
	struct fixture	f = with_text("a\nb\n", 4);

	(void)state;
	diag_error(f.d, DIAG_NUMBER_EMPTY, (struct span){ .line = 2, .off = 2 },
	    DIAG_NOTHING, DIAG_NOTHING);
	diag_note(f.d, DIAG_NOTE_FIRST, (struct span){ .line = 1 },
	    DIAG_NOTHING);
	diag_warn(f.d, DIAG_SCOPE_THREAD, (struct span){ .line = 1 },
	    DIAG_NOTHING, DIAG_NOTHING);
	assert_string_equal(said(&f),
	    "a.conf:1:1: warning: audit records carry no thread; the scope is "
	    "the process\n    a\n    ^\n"
	    "a.conf:2:1: error: an empty entry names nothing\n    b\n    ^\n"
	    "a.conf:1:1: note: the other one is here\n    a\n    ^\n");
	assert_int_equal(diags_errors(f.d), 1);
	assert_int_equal(diags_warnings(f.d), 1);
	assert_int_equal(diags_count(f.d, DIAG_NOTE_FIRST), 1);
	fixture_free(&f);
}

static void
what_is_over_the_limit_is_counted(void **state)
{
	struct fixture	 f = with_text("a", 1);
	const char	*text;
	size_t		 lines = 0;

	(void)state;
	for (unsigned i = 0; i < DIAGS_MAX + 1; i++) {
		assert_int_equal(diags_wants(f.d), i < DIAGS_MAX);
		diag_error(f.d, DIAG_NUMBER_EMPTY, (struct span){ .line = 1 },
		    DIAG_NOTHING, DIAG_NOTHING);
		diag_note(f.d, DIAG_NOTE_BRACE, (struct span){ .line = 1 },
		    DIAG_NOTHING);
	}
	for (unsigned i = 0; i < DIAGS_MAX + 3; i++)
		diag_warn(f.d, DIAG_SCOPE_THREAD, (struct span){ .line = 1 },
		    DIAG_NOTHING, DIAG_NOTHING);
	text = said(&f);
	for (const char *p = text; (p = strstr(p, "error:")) != NULL; p++)
		lines++;
	assert_int_equal(lines, DIAGS_MAX);
	assert_non_null(strstr(text, "\n1 more error is not shown\n"
	    "3 more warnings are not shown\n"));
	assert_int_equal(diags_errors(f.d), DIAGS_MAX + 1);
	fixture_free(&f);
}

/* Say an error at OFF, of which the text names WHAT. */
static void
say_at(struct fixture *f, uint32_t off, const char *what)
{
	diag_error(f->d, DIAG_STATES_MISSING, (struct span){ .line = 1,
	    .off = off, .n = 1 }, slice_str(what), DIAG_NOTHING);
}

static void
what_is_read_comes_before_what_is_checked(void **state)
{
	struct fixture	 f = with_text("ab", 2);

	(void)state;
	diags_phase(f.d, DIAGS_CHECKING);
	for (unsigned i = 0; i < DIAGS_MAX - 1; i++)
		say_at(&f, 0, "checked");
	say_at(&f, 1, "too many");
	assert_false(diags_wants(f.d));
	diags_phase(f.d, DIAGS_READING);
	assert_true(diags_wants(f.d));
	say_at(&f, 0, "read");
	assert_int_equal(diags_errors(f.d), DIAGS_MAX + 1);
	assert_null(strstr(said(&f), "too many"));
	assert_non_null(strstr(said(&f), "1 more error is not shown\n"));
	assert_true(strstr(said(&f), "'read'") <
	    strstr(said(&f), "'checked'"));
	fixture_free(&f);
}

static void
what_is_withdrawn_makes_room(void **state)
{
	const struct span	 at = { .line = 1 };
	struct fixture		 f = with_text("a", 1);

	(void)state;
	diags_phase(f.d, DIAGS_CHECKING);
	diag_warn(f.d, DIAG_OLD_SCOPE, at, DIAG_NOTHING, DIAG_NOTHING);
	for (unsigned i = 0; i < DIAGS_MAX - 1; i++)
		diag_warn(f.d, DIAG_SCOPE_THREAD, at, DIAG_NOTHING,
		    DIAG_NOTHING);
	diag_warn(f.d, DIAG_LABEL_AGAIN, at, slice_str("last"), DIAG_NOTHING);
	assert_null(strstr(said(&f), "last"));
	diags_withdraw(f.d, DIAG_OLD_SCOPE);
	diags_withdraw(f.d, DIAG_OLD_SERIAL);	/* never said */
	assert_non_null(strstr(said(&f), "last"));
	assert_null(strstr(said(&f), "more"));
	assert_int_equal(diags_warnings(f.d), DIAGS_MAX);
	assert_int_equal(diags_count(f.d, DIAG_OLD_SCOPE), 0);
	fixture_free(&f);
}

static void
nothing_said_is_nothing_printed(void **state)
{
	struct fixture	f = with_text("a", 1);

	(void)state;
	assert_string_equal(said(&f), "");
	fixture_free(&f);
	diags_free(NULL);
}

static void
the_catalogue_is_whole(void **state)
{
	(void)state;
	for (unsigned i = 0; i < DIAGS; i++) {
		const char	*id = diag_id((enum diag)i);

		assert_non_null(id);
		assert_non_null(diag_text((enum diag)i));
		for (const char *p = id; *p != '\0'; p++)
			assert_true((*p >= 'a' && *p <= 'z') || *p == '-');
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(id, diag_id((enum diag)j));
	}
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(the_line_is_shown_with_a_caret),
		cmocka_unit_test(tabs_stay_tabs_under_tabs),
		cmocka_unit_test(the_end_of_a_file_can_be_shown),
		cmocka_unit_test(what_spans_lines_is_marked_on_the_first),
		cmocka_unit_test(controls_never_reach_the_terminal),
		cmocka_unit_test(characters_of_many_bytes_take_one_column),
		cmocka_unit_test(names_are_escaped_and_cut),
		cmocka_unit_test(long_lines_are_cut_around_the_caret),
		cmocka_unit_test(a_file_as_a_whole_has_no_line),
		cmocka_unit_test(messages_come_in_the_order_of_places),
		cmocka_unit_test(what_is_over_the_limit_is_counted),
		cmocka_unit_test(what_is_read_comes_before_what_is_checked),
		cmocka_unit_test(what_is_withdrawn_makes_room),
		cmocka_unit_test(nothing_said_is_nothing_printed),
		cmocka_unit_test(the_catalogue_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
