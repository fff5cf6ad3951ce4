/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_trigger.c - the text of a trigger to words and pieces.
 */
#include "rule_case.h"

#include "rule/trigger.h"

/* The words of a trigger as text: [word] [word]..., variables as <number>. */
static void
words_are(const char *text, const char *expected)
{
	struct arena		*arena = arena_new();
	struct diags		*diags = diags_new();
	struct buf		 bytes = {
		.p = xmemdup(text, strlen(text) + 1), .n = strlen(text)
	}, out = { 0 };
	struct lexeme		 lex = { .kind = LEX_STRING };
	const struct trigger	*t;

	bytes.cap = bytes.n + 1;
	lex.at.file = diags_file(diags, "file", &bytes);
	lex.text = diags_text(diags, lex.at.file);
	lex.at.n = (uint32_t)lex.text.n;
	lex.at.line = 1;
	t = trigger_read(&lex, arena, diags);
	for (size_t i = 0; t != NULL && i < t->n; i++) {
		buf_str(&out, i == 0 ? "[" : " [");
		for (size_t j = 0; j < t->words[i].n; j++) {
			const struct piece	*p = &t->words[i].pieces[j];

			if (p->kind == PIECE_TEXT)
				buf_str(&out, p->text);
			else
				buf_printf(&out, "<%d>", (int)p->variable);
		}
		buf_char(&out, ']');
	}
	if (t != NULL)
		assert_string_equal(t->text, text);
	else
		diags_print(diags, &out);
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
	arena_free(arena);
	diags_free(diags);
}

static void
words_end_at_blanks_only(void **state)
{
	(void)state;
	words_are("/bin/true", "[/bin/true]");
	words_are("  a  b\tc   d ", "[a] [b\tc] [d]");
	words_are("a;b|c &", "[a;b|c] [&]");
}

static void
quotes_keep_blanks_and_vanish(void **state)
{
	(void)state;
	words_are("a \"b c\" 'd \"e'", "[a] [b c] [d \"e]");
	words_are("x\"y z\"'w' \"\"", "[xy zw] []");
}

static void
a_quote_that_is_not_closed_stands_for_itself(void **state)
{
	(void)state;
	words_are("echo it's so", "[echo] [it's] [so]");
	words_are("a \" b", "[a] [\"] [b]");
}

static void
variables_become_pieces(void **state)
{
	(void)state;
	words_are("/x $subject $esubject $object", "[/x] [<0>] [<1>] [<2>]");
	words_are("/x a$subject.b$object", "[/x] [a<0>.b<2>]");
	words_are("'$subject $object'", "[<0> <2>]");
	words_are("$rule$priority$pid$session$address$zone$host$time$evidence"
	    "$uid", "[<3><4><5><6><7><8><9><10><11><12>]");
}

static void
an_unknown_variable_is_an_error(void **state)
{
	(void)state;
	words_are("/x $subjects",
	    "file:1:4: error: '$subjects' is not a variable of triggers; did "
	    "you mean '$subject'?\n"
	    "    /x $subjects\n"
	    "       ^~~~~~~~~\n");
	words_are("/x $Object",
	    "file:1:4: error: '$Object' is not a variable of triggers; did "
	    "you mean '$object'?\n"
	    "    /x $Object\n"
	    "       ^~~~~~~\n");
}

static void
a_dollar_needs_a_name(void **state)
{
	(void)state;
	words_are("/x $ y",
	    "file:1:4: error: a '$' in a trigger must be followed by the name "
	    "of a variable\n"
	    "    /x $ y\n"
	    "       ^\n");
	words_are("$1",
	    "file:1:1: error: a '$' in a trigger must be followed by the name "
	    "of a variable\n"
	    "    $1\n"
	    "    ^\n");
}

static void
no_words_are_no_trigger(void **state)
{
	(void)state;
	words_are("", "");
	words_are("  ",
	    "file:1:1: warning: the trigger is made of blanks only and runs "
	    "nothing\n"
	    "      \n"
	    "    ^~\n");
}

/* A rule with a trigger of that many words. */
static struct rule_case *
trigger_of(size_t words, struct buf *text)
{
	buf_str(text, "sequence s { subject any; state { event any; status "
	    "any; trigger \"");
	for (size_t i = 0; i < words; i++)
		buf_str(text, "a ");
	buf_str(text, "\"; }; };");
	return case_new(buf_cstr(text));
}

static void
words_are_bounded(void **state)
{
	struct buf		 good = { 0 }, bad = { 0 };
	struct rule_case	*c = trigger_of(TRIGGER_WORDS_MAX, &good);

	(void)state;
	assert_non_null(case_run(c));
	assert_int_equal(c->program->rules[0].states[0].trigger->n,
	    TRIGGER_WORDS_MAX);
	case_free(c);
	c = trigger_of(TRIGGER_WORDS_MAX + 1, &bad);
	assert_null(case_run(c));
	assert_int_equal(diags_count(c->diags, DIAG_TRIGGER_LONG), 1);
	case_free(c);
	buf_fini(&good);
	buf_fini(&bad);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(words_end_at_blanks_only),
		cmocka_unit_test(quotes_keep_blanks_and_vanish),
		cmocka_unit_test(a_quote_that_is_not_closed_stands_for_itself),
		cmocka_unit_test(variables_become_pieces),
		cmocka_unit_test(an_unknown_variable_is_an_error),
		cmocka_unit_test(a_dollar_needs_a_name),
		cmocka_unit_test(no_words_are_no_trigger),
		cmocka_unit_test(words_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
