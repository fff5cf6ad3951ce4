/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_unparse.c - canonical text, and that it parses back.
 */
#include "rule_case.h"

static void
word_is(const char *text, const char *expected)
{
	const struct lexeme	 lex = {
		.kind = LEX_STRING, .text = slice_str(text)
	};
	struct buf		 out = { 0 };

	unparse_word(&out, &lex);
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
}

static void
words_are_quoted_where_they_must_be(void **state)
{
	(void)state;
	word_is("a{b}", "a{b}");
	word_is("", "\"\"");
	word_is("any", "\"any\"");
	word_is("12", "\"12\"");
	word_is("a b", "\"a b\"");
	word_is("a\\b", "a\\b");
	word_is("a\\ b\"", "\"a\\\\ b\\\"\"");
	word_is("a\nb", "\"a\\\nb\"");
	word_is("a\rb", "\"a\\\rb\"");
}

/* The canonical text of a file. */
static void
printed(const char *text, struct buf *out)
{
	struct rule_case	*c = case_new(text);

	if (!rules_print(&c->env, "main.conf", c->diags, out))
		fail_msg("%s: %s", text, case_said(c));
	case_free(c);
}

static void
prints(const char *text, const char *expected)
{
	struct buf	out = { 0 }, again = { 0 };

	printed(text, &out);
	assert_string_equal(buf_cstr(&out), expected);
	printed(buf_cstr(&out), &again);
	assert_string_equal(buf_cstr(&again), expected);
	buf_fini(&out);
	buf_fini(&again);
}

static void
clauses_stand_in_one_order(void **state)
{
	(void)state;
	prints("sequence s { state { status any; event any; }; priority 07;"
	    "timeout 120 seconds; subject any; };",
	    "sequence s {\n\tsubject any;\n\ttimeout 2 minutes;\n"
	    "\tpriority 7;\n\tstate {\n\t\tevent any;\n\t\tstatus any;\n"
	    "\t};\n};\n");
}

#define REST	"\tstate {\n\t\tevent any;\n\t\tstatus any;\n\t};\n};\n"

static void
times_are_in_their_largest_unit(void **state)
{
	static const struct {
		const char	*in, *out;
	} rows[] = {
		{ "59 seconds", "59 seconds" }, { "60 seconds", "1 minutes" },
		{ "90 minutes", "90 minutes" }, { "48 hours", "2 days" },
		{ "14 days", "2 weeks" }, { "0 weeks", "none" },
		{ "none", "none" }, { "61 seconds", "61 seconds" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf	in = { 0 }, out = { 0 };

		buf_printf(&in, "sequence s { subject any; timeout %s;\n"
		    "state { event any; status any; }; };", rows[i].in);
		buf_printf(&out, "sequence s {\n\tsubject any;\n\ttimeout %s;\n"
		    REST, rows[i].out);
		prints(buf_cstr(&in), buf_cstr(&out));
		buf_fini(&in);
		buf_fini(&out);
	}
}

static void
any_stays_beside_the_set_it_overrules(void **state)
{
	(void)state;
	prints("sequence s { subject any; subject not <euid> { 0; };\n"
	    "state { event any; status any; }; };",
	    "sequence s {\n\tsubject any;\n\tsubject not <euid> { 0; };\n"
	    REST);
	prints("sequence s { subject <euid> { 0; }; subject any;\n"
	    "state { event any; status any; }; };",
	    "sequence s {\n\tsubject any;\n" REST);
	prints("sequence s { subject any; state { event not <auditevent> { 1; "
	    "};\nevent any; status any; }; };",
	    "sequence s {\n\tsubject any;\n\tstate {\n\t\tevent any;\n"
	    "\t\tevent not <auditevent> { 1; };\n\t\tstatus any;\n\t};\n};\n");
}

static void
files_keep_the_names_of_sets(void **state)
{
	(void)state;
	prints("define set $a <auid> { \"7\", 7, <bind>; };\n"
	    "define set b <auid> { set $a; };\n"
	    "sequence s { subject ! b; state { event any; status any; }; };",
	    "define set $a <auid> { \"7\", 7, bind; };\n"
	    "define set b <auid> { set $a; };\n"
	    "sequence s {\n\tsubject not b;\n" REST);
}

static void
rules_by_themselves_have_the_entries(void **state)
{
	struct rule_case	*c = case_good(
	    "define set $a <auid> { \"7\", 8, 7; };\n"
	    "define set $b <auid> { bind, set $a; };\n"
	    "sequence s { subject $b; state { event any; status any; }; };");

	(void)state;
	assert_string_equal(case_rule(c),
	    "sequence s {\n\tsubject <auid> { bind, 7, 8; };\n" REST);
	case_free(c);
}

/* However they were written: copied whole, or one by one. */
static void
entries_stand_with_one_blank_between(void **state)
{
	static const char *const	paths[] = {
		"/a, /bc, /d", "/a,/bc,/d", "/a ,/bc, /d", "/a,\n\t/bc, /d",
		"\"/a\", /bc, /d", "/a, /bc, /a, /d", "/a, /bc, \"/d\""
	};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct buf		 text = { 0 };
		struct rule_case	*c;

		buf_printf(&text, "sequence s { subject any; state { "
		    "event any; status any; object <path> { %s; }; }; };",
		    paths[i]);
		c = case_good(buf_cstr(&text));
		assert_string_equal(case_rule(c),
		    "sequence s {\n\tsubject any;\n\tstate {\n"
		    "\t\tevent any;\n\t\tobject <path> { /a, /bc, /d; };\n"
		    "\t\tstatus any;\n\t};\n};\n");
		case_free(c);
		buf_fini(&text);
	}
}

/* The rule of a file with a large set whose last entry is LAST. */
static struct rule_case *
with_large_set(const char *last, struct buf *text)
{
	buf_str(text, "define set $large <path> {");
	for (int i = 0; i < 100; i++)
		buf_printf(text, " /some/path/number/%d,", i);
	buf_str(text, last);
	buf_str(text, "; };\n" STATE("event any; object $large;"));
	return case_good(buf_cstr(text));
}

static void
a_large_set_keeps_its_name_and_shows_in_the_id(void **state)
{
	struct buf		 texts[3] = { 0 };
	struct rule_case	*a = with_large_set("/a", &texts[0]);
	struct rule_case	*b = with_large_set("/b", &texts[1]);
	struct rule_case	*c = with_large_set("/a", &texts[2]);
	const char		*text = case_rule(a);

	(void)state;
	assert_non_null(strstr(text, "object $large # "));
	assert_true(a->program->rules[0].id != b->program->rules[0].id);
	assert_true(a->program->rules[0].id == c->program->rules[0].id);
	assert_true(strlen(text) < 300);
	case_free(a);
	case_free(b);
	case_free(c);
	for (int i = 0; i < 3; i++)
		buf_fini(&texts[i]);
}

static void
rules_by_themselves_parse_back(void **state)
{
	struct rule_case	*c = case_good(
	    "define set $p <path> { \"a b\", \"\", 12, any-thing, \"set\", "
	    "\"#x\"; };\n"
	    STATE("event <auditclass> { fr, 64; }; object not $p;"
	    "multiplier 3; trigger \"/bin/x \\\"a b\\\" $object\";"));
	struct rule_case	*d = case_good(case_rule(c));

	(void)state;
	assert_string_equal(case_rule(d), case_rule(c));
	assert_int_equal(d->program->object_sets[0].n, 6);
	assert_true(slice_is(d->program->object_sets[0].entries[0], "a b"));
	assert_true(slice_is(d->program->object_sets[0].entries[5], "#x"));
	case_free(c);
	case_free(d);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(words_are_quoted_where_they_must_be),
		cmocka_unit_test(clauses_stand_in_one_order),
		cmocka_unit_test(times_are_in_their_largest_unit),
		cmocka_unit_test(any_stays_beside_the_set_it_overrules),
		cmocka_unit_test(files_keep_the_names_of_sets),
		cmocka_unit_test(rules_by_themselves_have_the_entries),
		cmocka_unit_test(entries_stand_with_one_blank_between),
		cmocka_unit_test(
		    a_large_set_keeps_its_name_and_shows_in_the_id),
		cmocka_unit_test(rules_by_themselves_parse_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
