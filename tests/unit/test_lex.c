/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_lex.c - how the text of a rule file is cut into words.
 */
#include "rule_case.h"

#include "rule/lex.h"

struct fixture {
	struct arena	*arena;
	struct diags	*diags;
	struct lexer	 lex;
	struct lexeme	 cur;
};

static uint32_t
add_file(struct fixture *f, const void *bytes, size_t n)
{
	struct buf	text = {
		.p = xmemdup(bytes, n == 0 ? 1 : n), .n = n, .cap = n
	};

	return diags_file(f->diags, "file", &text);
}

static struct fixture *
open_bytes(const void *bytes, size_t n)
{
	struct fixture	*f = xcalloc(1, sizeof(*f));

	f->arena = arena_new();
	f->diags = diags_new();
	lex_init(&f->lex, f->diags, f->arena);
	assert_true(lex_push(&f->lex, add_file(f, bytes, n)));
	return f;
}

static struct fixture *
open_text(const char *text)
{
	return open_bytes(text, strlen(text));
}

static void
close_text(struct fixture *f)
{
	arena_free(f->arena);
	diags_free(f->diags);
	free(f);
}

/* The next lexeme is of this kind and has this text. */
static void
next_is(struct fixture *f, enum lex_kind kind, const char *text)
{
	char	got[256];

	lex_next(&f->lex, &f->cur);
	assert_true(f->cur.text.n < sizeof(got));
	if (f->cur.text.n > 0)
		memcpy(got, f->cur.text.p, f->cur.text.n);
	got[f->cur.text.n] = '\0';
	assert_string_equal(got, text);
	assert_int_equal(f->cur.kind, kind);
}

static void
end_is_next(struct fixture *f)
{
	next_is(f, LEX_END, "");
	next_is(f, LEX_END, "");
	close_text(f);
}

/* Text that is one lexeme. */
static void
one(const char *source, enum lex_kind kind, const char *text)
{
	struct fixture	*f = open_text(source);

	next_is(f, kind, text);
	assert_int_equal(f->cur.at.off, 0);
	assert_int_equal(f->cur.at.n, strlen(source));
	end_is_next(f);
}

static void
braces_do_not_end_a_word(void **state)
{
	static const char *const	words[] = {
		"s{", "state{", "{subject", "}}", "!$set", "{7", "/x}",
		"a{b}", "{}", "}#c", "x#y", "it's", "a\\b", "a=b", "\x80\xff"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		one(words[i], LEX_STRING, words[i]);
}

static void
a_whole_word_decides_its_kind(void **state)
{
	(void)state;
	one("{", LEX_OPEN, "{");
	one("}", LEX_CLOSE, "}");
	one("!", LEX_KEYWORD, "!");
	one("not", LEX_KEYWORD, "not");
	one("007", LEX_NUMBER, "007");
	one("-5", LEX_STRING, "-5");
	one("12a", LEX_STRING, "12a");
	one("0x1f", LEX_STRING, "0x1f");
	one("timeout-window", LEX_KEYWORD, "timeout-window");
}

static void
marks_end_a_word_without_a_blank(void **state)
{
	struct fixture	*f = open_text("<auid>{ any;};a,b");

	(void)state;
	next_is(f, LEX_LESS, "<");
	next_is(f, LEX_STRING, "auid");
	next_is(f, LEX_MORE, ">");
	next_is(f, LEX_OPEN, "{");
	next_is(f, LEX_KEYWORD, "any");
	next_is(f, LEX_SEMICOLON, ";");
	next_is(f, LEX_CLOSE, "}");
	next_is(f, LEX_SEMICOLON, ";");
	next_is(f, LEX_STRING, "a");
	next_is(f, LEX_COMMA, ",");
	next_is(f, LEX_STRING, "b");
	end_is_next(f);
}

static void
a_comment_begins_where_a_word_could(void **state)
{
	struct fixture	*f = open_text("#a \" b\nany;#c\n}#d ;#e");

	(void)state;
	next_is(f, LEX_KEYWORD, "any");
	assert_int_equal(f->cur.at.line, 2);
	next_is(f, LEX_SEMICOLON, ";");
	next_is(f, LEX_STRING, "}#d");
	assert_int_equal(f->cur.at.line, 3);
	next_is(f, LEX_SEMICOLON, ";");
	end_is_next(f);
}

static void
keywords_are_lower_case_and_whole(void **state)
{
	static const char *const	words[] = {
		"any", "days", "define", "directory", "event", "failure",
		"hours", "include", "log", "log-channel", "logfile", "minutes",
		"multiplier", "none", "not", "object", "priority", "scope",
		"seconds", "sequence", "serial", "set", "state", "status",
		"subject", "success", "timeout", "timeout-prob",
		"timeout-window", "trigger", "weeks", "zone"
	};
	static const char *const	others[] = {
		"Any", "NONE", "login", "log.watch", "any-thing", "set-it",
		"not!", "/set/x", "timeout-windows", "timeout-win", "second",
		"auid", "global", "test", "description"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		one(words[i], LEX_KEYWORD, words[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		one(others[i], LEX_STRING, others[i]);
	one("\"any\"", LEX_STRING, "any");
	one("\"12\"", LEX_STRING, "12");
	one("\"{\"", LEX_STRING, "{");
}

static void
a_string_ends_the_word_before_it(void **state)
{
	struct fixture	*f = open_text("sequence\"a\"\"b\"c");

	(void)state;
	next_is(f, LEX_KEYWORD, "sequence");
	next_is(f, LEX_STRING, "a");
	assert_true(f->cur.quoted);
	next_is(f, LEX_STRING, "b");
	next_is(f, LEX_STRING, "c");
	assert_false(f->cur.quoted);
	end_is_next(f);
}

static void
a_backslash_makes_the_next_byte_literal(void **state)
{
	(void)state;
	one("\"a\\\"b\\\\c\\nd\\.\"", LEX_STRING, "a\"b\\cnd.");
	one("\"; }; #\"", LEX_STRING, "; }; #");
	one("\"\"", LEX_STRING, "");
}

static void
a_line_end_in_a_string_is_a_blank_and_counts(void **state)
{
	struct fixture	*f = open_text("\"two\nlines\" \"a\\\nb\" c");

	(void)state;
	next_is(f, LEX_STRING, "two lines");
	assert_int_equal(f->cur.at.line, 1);
	next_is(f, LEX_STRING, "a\nb");
	assert_int_equal(f->cur.at.line, 2);
	next_is(f, LEX_STRING, "c");
	assert_int_equal(f->cur.at.line, 3);
	end_is_next(f);
}

static void
text_ends_at_its_first_nul(void **state)
{
	static const char	 bytes[] = "any\0x 12\0 \"a\0b\" \0;";
	struct fixture		*f = open_bytes(bytes, sizeof(bytes) - 1);

	(void)state;
	next_is(f, LEX_STRING, "any");		/* no keyword */
	assert_int_equal(f->cur.at.n, 5);
	next_is(f, LEX_STRING, "12");		/* no number */
	next_is(f, LEX_STRING, "a");
	next_is(f, LEX_STRING, "");
	next_is(f, LEX_SEMICOLON, ";");
	end_is_next(f);
}

static void
other_controls_are_bytes_of_words(void **state)
{
	(void)state;
	one("\f", LEX_STRING, "\f");
	one("a\vb", LEX_STRING, "a\vb");
	one("a\rb", LEX_STRING, "a\rb");
	one("\r", LEX_STRING, "\r");
}

static void
a_number_stays_at_its_maximum(void **state)
{
	struct fixture	*f = open_text("0 18446744073709551615 "
	    "18446744073709551616 99999999999999999999999");

	(void)state;
	next_is(f, LEX_NUMBER, "0");
	assert_int_equal(lex_number(&f->cur), 0);
	next_is(f, LEX_NUMBER, "18446744073709551615");
	assert_true(lex_number(&f->cur) == UINT64_MAX);
	next_is(f, LEX_NUMBER, "18446744073709551616");
	assert_true(lex_number(&f->cur) == UINT64_MAX);
	next_is(f, LEX_NUMBER, "99999999999999999999999");
	assert_true(lex_number(&f->cur) == UINT64_MAX);
	end_is_next(f);
}

static void
carriage_returns_before_newlines_are_passed_over(void **state)
{
	struct fixture	*f = open_text("any;\r\nx\r\n\"a\r\nb\"\r\n");

	(void)state;
	next_is(f, LEX_KEYWORD, "any");
	next_is(f, LEX_SEMICOLON, ";");
	next_is(f, LEX_STRING, "x");
	assert_int_equal(f->cur.at.line, 2);
	assert_int_equal(f->cur.at.n, 1);
	next_is(f, LEX_STRING, "a b");
	assert_int_equal(diags_count(f->diags, DIAG_LINE_ENDS), 1);
	end_is_next(f);
}

static void
a_byte_order_mark_is_passed_over_with_a_warning(void **state)
{
	struct fixture	*f = open_text("\xef\xbb\xbf" "any");

	(void)state;
	assert_int_equal(diags_count(f->diags, DIAG_BYTE_ORDER), 1);
	next_is(f, LEX_KEYWORD, "any");
	assert_int_equal(f->cur.at.off, 3);
	end_is_next(f);
}

static void
an_open_string_is_reported_where_it_began(void **state)
{
	struct fixture	*f = open_text("a\n \"b\nc\\\"");
	struct buf	 out = { 0 };

	(void)state;
	next_is(f, LEX_STRING, "a");
	next_is(f, LEX_BAD, "");
	diags_print(f->diags, &out);
	assert_string_equal(buf_cstr(&out),
	    "file:2:2: error: this string has no closing quote\n"
	    "     \"b\n     ^\n");
	buf_fini(&out);
	end_is_next(f);
}

static void
a_string_of_a_backslash_at_the_end_is_open(void **state)
{
	struct fixture	*f = open_text("\"\\");

	(void)state;
	next_is(f, LEX_BAD, "");
	end_is_next(f);
}

static void
the_byte_ff_in_a_string_is_refused(void **state)
{
	struct fixture	*f = open_text("\"a\xff\" b\xff");

	(void)state;
	next_is(f, LEX_BAD, "a\xff");
	assert_int_equal(diags_count(f->diags, DIAG_STRING_BYTE), 1);
	next_is(f, LEX_STRING, "b\xff");
	end_is_next(f);
}

static void
an_input_goes_on_below_the_one_that_ends(void **state)
{
	struct fixture	*f = open_text("a b");
	uint32_t	 second;

	(void)state;
	next_is(f, LEX_STRING, "a");
	second = add_file(f, "x\ny", 3);
	assert_true(lex_push(&f->lex, second));
	next_is(f, LEX_STRING, "x");
	next_is(f, LEX_STRING, "y");
	assert_int_equal(f->cur.at.file, second);
	assert_int_equal(f->cur.at.line, 2);
	next_is(f, LEX_STRING, "b");
	assert_int_equal(f->cur.at.file, 0);
	assert_int_equal(f->cur.at.line, 1);
	end_is_next(f);
}

static void
inputs_do_not_stack_for_ever(void **state)
{
	struct fixture	*f = open_text("a");

	(void)state;
	for (unsigned i = 1; i < LEX_DEPTH_MAX; i++)
		assert_true(lex_push(&f->lex, 0));
	assert_false(lex_push(&f->lex, 0));
	close_text(f);
}

static void
a_word_may_be_megabytes_long(void **state)
{
	const size_t	 n = 4u << 20;
	char		*text = xmalloc(n);
	struct fixture	*f;

	(void)state;
	memset(text, 'x', n);
	f = open_bytes(text, n);
	lex_next(&f->lex, &f->cur);
	assert_int_equal(f->cur.kind, LEX_STRING);
	assert_int_equal(f->cur.text.n, n);
	end_is_next(f);
	memset(text, '\\', n);		/* pairs, within quotes */
	text[0] = text[n - 1] = '"';
	f = open_bytes(text, n);
	lex_next(&f->lex, &f->cur);
	assert_int_equal(f->cur.text.n, (n - 2) / 2);
	end_is_next(f);
	free(text);
}

static void
quotes_are_needed_where_a_bare_word_means_otherwise(void **state)
{
	static const char *const	need[] = {
		"", "any", "!", "{", "}", "12", "#a", "a b", "a;b", "a\"b",
		"<", "a\tb", "a\n", "a\r"
	};
	static const char *const	none[] = {
		"a", "a{b}", "a#b", "12a", "-5", "it's", "a\\b", "\xc3\xa9"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(need) / sizeof(need[0]); i++)
		assert_true(lex_needs_quotes(slice_str(need[i])));
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(lex_needs_quotes(slice_str(none[i])));
}

/* Words of any length, with any byte behind some of theirs. */
static void
each_byte_ends_a_word_or_goes_on_with_it(void **state)
{
	static const uint8_t	 ends[] = " \t\n;,<>\"";

	(void)state;
	for (unsigned c = 1; c < 256; c++)
		for (size_t n = 1; n < 20; n++) {
			uint8_t		 text[24];
			struct fixture	*f;

			memset(text, 'a', n);
			text[n] = (uint8_t)c;
			memset(text + n + 1, 'b', 3);
			f = open_bytes(text, n + 4);
			lex_next(&f->lex, &f->cur);
			assert_int_equal(f->cur.text.n, memchr(ends, (int)c,
			    sizeof(ends) - 1) != NULL ? n : n + 4);
			assert_int_equal(f->cur.plain,
			    !lex_needs_quotes(f->cur.text));
			close_text(f);
		}
}

static void
what_needs_no_quotes_is_told(void **state)
{
	struct fixture	*f = open_text("/etc 12 any \"a\" ! } x{ a\rb");

	(void)state;
	for (const char *plain = "11000010"; *plain != '\0'; plain++) {
		lex_next(&f->lex, &f->cur);
		assert_int_equal(f->cur.plain, *plain == '1');
	}
	close_text(f);
}

static void
a_part_of_a_word_has_its_own_place(void **state)
{
	struct fixture	*f = open_text("  \"abcd\" \"a\\\\b\"");
	struct span	 at;

	(void)state;
	lex_next(&f->lex, &f->cur);
	at = lex_within(f->diags, &f->cur, 2, 1);
	assert_int_equal(at.off, 5);
	assert_int_equal(at.n, 1);
	lex_next(&f->lex, &f->cur);		/* not as it is written */
	at = lex_within(f->diags, &f->cur, 2, 1);
	assert_int_equal(at.off, 9);
	assert_int_equal(at.n, 6);
	close_text(f);
}

/* One that its place in the table does not fit would be a mere name. */
static void
every_word_of_the_language_needs_quotes_to_be_a_name(void **state)
{
	static const char *const	words[] = {
		"any", "days", "define", "directory", "event", "failure",
		"hours", "include", "log", "log-channel", "logfile", "minutes",
		"multiplier", "none", "not", "object", "priority", "scope",
		"seconds", "sequence", "serial", "set", "state", "status",
		"subject", "success", "timeout", "timeout-prob",
		"timeout-window", "trigger", "weeks", "zone"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct slice	 word = slice_str(words[i]);

		assert_true(lex_needs_quotes(word));
		word.n--;
		assert_false(lex_needs_quotes(word));
	}
	assert_false(lex_needs_quotes(slice_str("anybody")));
	assert_false(lex_needs_quotes(slice_str("timeout-windows")));
	assert_false(lex_needs_quotes(slice_str("Any")));
}

/* The next lexeme of both is the same, but for BEFORE bytes. */
static void
same_is_next(struct fixture *a, struct fixture *b, size_t before)
{
	lex_next(&a->lex, &a->cur);
	lex_next(&b->lex, &b->cur);
	assert_int_equal(a->cur.kind, b->cur.kind);
	assert_int_equal(a->cur.key, b->cur.key);
	assert_int_equal(a->cur.quoted, b->cur.quoted);
	assert_int_equal(a->cur.plain, b->cur.plain);
	assert_true(slice_eq(a->cur.text, b->cur.text));
	assert_int_equal(a->cur.at.line, b->cur.at.line);
	if (a->cur.kind == LEX_END)
		return;
	assert_int_equal(a->cur.at.off + before, b->cur.at.off);
	assert_int_equal(a->cur.at.n, b->cur.at.n);
}

/* A text alone is looked at in one way, in a longer one mostly in another. */
static void
a_lexeme_is_the_same_wherever_it_stands(void **state)
{
	static const char *const	texts[] = {
		"state { event <auditevent> { AUE_OPEN_R, 23; }; };\n any",
		"multiplier multiplied multiplie timeout-window timeout-windox",
		"log-channel log-chanxel timeout-prob log logs lo timeout-",
		"directory\n\n\tdirectorx director sequence sequencesx a b1 1b",
		"not ! !x {{ } }x 007 0x7 \"a\nb\" # set\n set,set;set<any>zone",
		"x\001y\r\nstatus\rstatus \"q\\\"\" any\n\n\n;;,<>><\n,x",
	};
	char				text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (size_t n = 0; n < 3 * GLANCE_BYTES; n++) {
			const size_t	 size = strlen(texts[i]);
			struct fixture	*a = open_text(texts[i]), *b;

			memset(text, ' ', sizeof(text));
			memcpy(text + n, texts[i], size);
			b = open_bytes(text, sizeof(text));
			do
				same_is_next(a, b, n);
			while (a->cur.kind != LEX_END);
			close_text(a);
			close_text(b);
		}
}

/* Nothing ends a word before the first one of a file with such a mark. */
static void
the_word_behind_a_byte_order_mark_is_whole(void **state)
{
	char		 text[2 * GLANCE_BYTES] = "\xef\xbb\xbf" "sequence s {";
	struct fixture	*f;

	(void)state;
	memset(text + strlen(text), ' ', sizeof(text) - strlen(text));
	f = open_bytes(text, sizeof(text));
	next_is(f, LEX_KEYWORD, "sequence");
	next_is(f, LEX_STRING, "s");
	close_text(f);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(each_byte_ends_a_word_or_goes_on_with_it),
		cmocka_unit_test(what_needs_no_quotes_is_told),
		cmocka_unit_test(
		    every_word_of_the_language_needs_quotes_to_be_a_name),
		cmocka_unit_test(braces_do_not_end_a_word),
		cmocka_unit_test(a_whole_word_decides_its_kind),
		cmocka_unit_test(marks_end_a_word_without_a_blank),
		cmocka_unit_test(a_comment_begins_where_a_word_could),
		cmocka_unit_test(keywords_are_lower_case_and_whole),
		cmocka_unit_test(a_string_ends_the_word_before_it),
		cmocka_unit_test(a_backslash_makes_the_next_byte_literal),
		cmocka_unit_test(a_line_end_in_a_string_is_a_blank_and_counts),
		cmocka_unit_test(text_ends_at_its_first_nul),
		cmocka_unit_test(other_controls_are_bytes_of_words),
		cmocka_unit_test(a_number_stays_at_its_maximum),
		cmocka_unit_test(
		    carriage_returns_before_newlines_are_passed_over),
		cmocka_unit_test(
		    a_byte_order_mark_is_passed_over_with_a_warning),
		cmocka_unit_test(an_open_string_is_reported_where_it_began),
		cmocka_unit_test(a_string_of_a_backslash_at_the_end_is_open),
		cmocka_unit_test(the_byte_ff_in_a_string_is_refused),
		cmocka_unit_test(an_input_goes_on_below_the_one_that_ends),
		cmocka_unit_test(inputs_do_not_stack_for_ever),
		cmocka_unit_test(a_word_may_be_megabytes_long),
		cmocka_unit_test(
		    quotes_are_needed_where_a_bare_word_means_otherwise),
		cmocka_unit_test(a_part_of_a_word_has_its_own_place),
		cmocka_unit_test(a_lexeme_is_the_same_wherever_it_stands),
		cmocka_unit_test(the_word_behind_a_byte_order_mark_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
