/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_parse.c - which texts are rule files, and what goes on after a mistake.
 */
#include "rule_case.h"

#include "rule/parse.h"

struct parsed {
	struct rule_case	*c;
	struct arena		*arena;
	struct tree		*tree;
};

static struct parsed
parse_case(struct rule_case *c)
{
	struct parsed			 p = { c, arena_new(), NULL };
	const struct parse_from		 from = { .load = case_load,
	    .arg = c->files };
	struct parser			*parser = parse_open(&from,
	    c->files[0].path, p.arena, p.arena, c->diags);

	if (parser == NULL)
		return p;
	p.tree = parse_tree(parser);
	while (parse_next(parser) != NULL)
		;
	parse_close(parser);
	return p;
}

static struct parsed
parse(const char *text)
{
	return parse_case(case_new(text));
}

static void
parsed_free(struct parsed *p)
{
	arena_free(p->arena);
	case_free(p->c);
}

static size_t
items(const struct parsed *p)
{
	size_t	n = 0;

	for (const struct item *i = p->tree->items; i != NULL; i = i->next)
		n++;
	return n;
}

static void
accepted(const char *text)
{
	struct parsed	p = parse(text);

	if (diags_errors(p.c->diags) != 0)
		fail_msg("%s", case_said(p.c));
	parsed_free(&p);
}

/* Exactly one mistake, of this kind, at this byte. */
static void
refused(const char *text, enum diag id, const char *at)
{
	struct parsed	 p = parse(text);
	const char	*said = case_said(p.c);

	if (diags_errors(p.c->diags) != 1 ||
	    diags_count(p.c->diags, id) != 1)
		fail_msg("%s: %s", text, said);
	if (strncmp(said, at, strlen(at)) != 0)
		fail_msg("%s: not at %s: %s", text, at, said);
	parsed_free(&p);
}

#define SEQ(options)	"sequence s { " options " };"
#define BLOCK(words)	"sequence s { state { " words " }; };"

static void
files_of_nothing_are_good(void **state)
{
	(void)state;
	accepted("");
	accepted("# a comment");
	accepted(" \t\n\n");
}

static void
every_production_is_accepted(void **state)
{
	static const char *const	good[] = {
		"define set s <auid> { 7; };",
		"define set $s<auid>{ 7 , root,\"8\" ;} ;",
		"define set s <auid> { set a, 7, set \"any\", <bind>; };",
		"define set \"\" <path> { \"\"; };",
		"sequence s { };",
		"sequence \"12\"{ };",
		SEQ("subject any;"),
		SEQ("subject $a;"),
		SEQ("subject not $a;"),
		SEQ("subject ! $a;"),
		SEQ("subject <auid> { 7; };"),
		SEQ("subject not<auid>{ 7; } ;"),
		SEQ("timeout 5 seconds;"), SEQ("timeout 5 minutes;"),
		SEQ("timeout 5 hours;"), SEQ("timeout 5 days;"),
		SEQ("timeout 5 weeks;"), SEQ("timeout none;"),
		SEQ("timeout-window 5 days;"), SEQ("timeout-window none;"),
		SEQ("timeout-prob 40;"), SEQ("priority 3;"), SEQ("serial 4;"),
		SEQ("scope session;"), SEQ("zone any;"), SEQ("zone none;"),
		SEQ("zone jail*;"), SEQ("zone \"none\";"),
		SEQ("log errors;"), SEQ("log <logchannel> { a, b; };"),
		SEQ("state { };"),
		SEQ("description \"what it is\"; tags a, b.c, 7;"),
		SEQ("reference x; remedy \"do\"; enabled no; enabled yes;"),
		BLOCK("event any;"), BLOCK("event $e;"), BLOCK("event not $e;"),
		BLOCK("event <auditevent> { AUE_EXIT; };"),
		BLOCK("object $o;"), BLOCK("object not <path> { /; };"),
		BLOCK("status success; status failure; status any;"),
		BLOCK("multiplier 0;"), BLOCK("trigger \"/bin/true $object\";"),
		"logfile x;",
		"log-channel c <syslog> { priority auth.notice; };",
		"log-channel c <bsm> { directory /var/audit; };",
		"log-channel \"\" <stderr> { };",
		"test s { };",
		"test \"two words\" { record AUE_EXIT path /tmp/x, success; };",
		"test s { after 5 minutes; at \"2026-01-01\"; expect 0; };",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		accepted(good[i]);
}

static void
near_misses_are_refused_where_they_are(void **state)
{
	static const struct {
		const char	*text;
		enum diag	 id;
		const char	*at;
	} bad[] = {
		{ ";", DIAG_STATEMENT_UNKNOWN, "main.conf:1:1:" },
		{ "}", DIAG_STATEMENT_UNKNOWN, "main.conf:1:1:" },
		{ "\"sequence\" s { };", DIAG_STATEMENT_UNKNOWN,
		    "main.conf:1:1:" },
		{ "define s <auid> { 7; };", DIAG_EXPECTED, "main.conf:1:8:" },
		{ "define set s { 7; };", DIAG_EXPECTED, "main.conf:1:14:" },
		{ "define set 5 <auid> { 7; };", DIAG_EXPECTED,
		    "main.conf:1:12:" },
		{ "define set s <auid> { };", DIAG_EXPECTED,
		    "main.conf:1:23:" },
		{ "define set s <auid> { 7, ; };", DIAG_EXPECTED,
		    "main.conf:1:26:" },
		{ "define set s <auid> { 7 };", DIAG_EXPECTED,
		    "main.conf:1:25:" },
		{ "define set s <auid> { 7; }", DIAG_EXPECTED_END,
		    "main.conf:1:27:" },
		{ "define set s <auid> {7; };", DIAG_EXPECTED,
		    "main.conf:1:21:" },
		{ "define set s <auid> { none; };", DIAG_EXPECTED,
		    "main.conf:1:23:" },
		{ "define set s <auid> { set 5; };", DIAG_EXPECTED,
		    "main.conf:1:27:" },
		{ "sequence 12 { };", DIAG_EXPECTED, "main.conf:1:10:" },
		{ "sequence zone { };", DIAG_EXPECTED, "main.conf:1:10:" },
		{ "sequence s{ };", DIAG_EXPECTED, "main.conf:1:13:" },
		{ "sequence s { }", DIAG_EXPECTED_END, "main.conf:1:15:" },
		{ SEQ("subject not any;"), DIAG_EXPECTED, "main.conf:1:26:" },
		{ SEQ("subject not not $a;"), DIAG_EXPECTED,
		    "main.conf:1:26:" },
		{ SEQ("subject !$a;;"), DIAG_EXPECTED, "main.conf:1:26:" },
		{ SEQ("timeout 5;"), DIAG_EXPECTED, "main.conf:1:23:" },
		{ SEQ("timeout -5 days;"), DIAG_EXPECTED, "main.conf:1:22:" },
		{ SEQ("timeout 5 hour;"), DIAG_UNIT_UNKNOWN,
		    "main.conf:1:24:" },
		{ SEQ("timeout 5 none;"), DIAG_UNIT_UNKNOWN,
		    "main.conf:1:24:" },
		{ SEQ("timeout any;"), DIAG_EXPECTED, "main.conf:1:22:" },
		{ SEQ("timeout-probability 5;"), DIAG_OPTION_UNKNOWN,
		    "main.conf:1:14:" },
		{ SEQ("timeout-prob none;"), DIAG_EXPECTED,
		    "main.conf:1:27:" },
		{ SEQ("priority high;"), DIAG_EXPECTED, "main.conf:1:23:" },
		{ SEQ("priority -1;"), DIAG_EXPECTED, "main.conf:1:23:" },
		{ SEQ("scope any;"), DIAG_EXPECTED, "main.conf:1:20:" },
		{ SEQ("zone 5;"), DIAG_EXPECTED, "main.conf:1:19:" },
		{ SEQ("zone not a;"), DIAG_EXPECTED, "main.conf:1:19:" },
		{ SEQ("log not a;"), DIAG_EXPECTED, "main.conf:1:18:" },
		{ SEQ("directory a;"), DIAG_OPTION_UNKNOWN,
		    "main.conf:1:14:" },
		{ SEQ("state{ };"), DIAG_OPTION_UNKNOWN, "main.conf:1:14:" },
		{ SEQ("state { } "), DIAG_EXPECTED, "main.conf:1:25:" },
		{ SEQ("tags ;"), DIAG_EXPECTED, "main.conf:1:19:" },
		{ SEQ("enabled maybe;"), DIAG_ENABLED_UNKNOWN,
		    "main.conf:1:22:" },
		{ SEQ("include x;"), DIAG_OPTION_UNKNOWN, "main.conf:1:14:" },
		{ BLOCK("event none;"), DIAG_EXPECTED, "main.conf:1:28:" },
		{ BLOCK("object any;"), DIAG_EXPECTED, "main.conf:1:29:" },
		{ BLOCK("status not success;"), DIAG_EXPECTED,
		    "main.conf:1:29:" },
		{ BLOCK("status succes;"), DIAG_STATUS_UNKNOWN,
		    "main.conf:1:29:" },
		{ BLOCK("status \"any\";"), DIAG_STATUS_UNKNOWN,
		    "main.conf:1:29:" },
		{ BLOCK("multiplier many;"), DIAG_EXPECTED,
		    "main.conf:1:33:" },
		{ BLOCK("subject any;"), DIAG_STATE_WORD_UNKNOWN,
		    "main.conf:1:22:" },
		{ "include 5;", DIAG_EXPECTED, "main.conf:1:9:" },
		{ "include x", DIAG_EXPECTED_END, "main.conf:1:10:" },
		{ "logfile log;", DIAG_EXPECTED, "main.conf:1:9:" },
		{ "log-channel c { };", DIAG_EXPECTED, "main.conf:1:15:" },
		{ "log-channel c <syslog> { priority 5; };", DIAG_EXPECTED,
		    "main.conf:1:35:" },
		{ "log-channel c <bsm> { dir /x; };",
		    DIAG_CHANNEL_WORD_UNKNOWN, "main.conf:1:23:" },
		{ "test s { records AUE_EXIT; };", DIAG_TEST_WORD_UNKNOWN,
		    "main.conf:1:10:" },
		{ "test s { record; };", DIAG_EXPECTED, "main.conf:1:16:" },
		{ "test s { after none; };", DIAG_EXPECTED,
		    "main.conf:1:16:" },
		{ "test s { expect one; };", DIAG_EXPECTED,
		    "main.conf:1:17:" },
		{ "options { zone x; };", DIAG_SETTING_UNKNOWN,
		    "main.conf:1:11:" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(bad[i].text, bad[i].id, bad[i].at);
}

static void
every_production_of_the_second_edition_is_accepted(void **state)
{
	static const char *const	good[] = {
		SEQ("by object, pid;"), SEQ("by none;"), SEQ("across hosts;"),
		SEQ("order any;"), SEQ("strict;"), SEQ("cooldown 5 hours;"),
		SEQ("cancel { pid 5; };"), SEQ("except { event any; };"),
		BLOCK("within 5 hours;"), BLOCK("absent 5 hours;"),
		BLOCK("bind $x object;"), BLOCK("bind $x any object;"),
		BLOCK("bind $x command[1];"),
		BLOCK("either { pid 5; } or { pid 6; } or { pid 7; };"),
		BLOCK("any object $x;"), BLOCK("all objects not $x;"),
		BLOCK("any object in $x;"), BLOCK("object none;"),
		BLOCK("object == $x;"), BLOCK("object not in $x;"),
		BLOCK("object <dir> { /bin; };"), BLOCK("object == image;"),
		BLOCK("euid { root; };"), BLOCK("euid not $s;"),
		BLOCK("euid != auid;"), BLOCK("owner == $x;"),
		BLOCK("errno { EPERM, 13; };"), BLOCK("return 5;"),
		BLOCK("return not 5..9, 11;"), BLOCK("return == pid;"),
		BLOCK("argument \"x\" & 06000;"), BLOCK("argument 2 > 0x1f;"),
		BLOCK("argument 2 < 7;"), BLOCK("argument a == $x;"),
		BLOCK("command <pcre> { x; };"),
		BLOCK("command[0] <text> { x; };"),
		BLOCK("environment <glob> { LD_*; };"),
		BLOCK("text <text> { x; };"), BLOCK("address { ::1; };"),
		BLOCK("terminal not <address> { 10.0.0.0/8; };"),
		BLOCK("port { 22, 1024..65535; };"), BLOCK("mode & 022;"),
		BLOCK("zone { web*; };"), BLOCK("host { www?; };"),
		BLOCK("pid 1;"), BLOCK("session != ppid;"),
		BLOCK("time not 22:00..06:00;"), BLOCK("day sat, sun;"),
		BLOCK("image $s;"), BLOCK("ancestor { /bin/sh; };"),
		BLOCK("new object by auid, host in 30 days;"),
		BLOCK("new address in 1 days learning none;"),
		BLOCK("new address in 1 days learning 2 hours;"),
		BLOCK("multiplier 5 in 5 hours;"),
		BLOCK("multiplier 5 distinct object;"),
		BLOCK("multiplier 5 distinct object in 5 hours;"),
		BLOCK("multiplier 1 or more;"),
		BLOCK("object ==;"), BLOCK("object not in;"),
		"options { path-cache follow; timezone UTC; };",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		accepted(good[i]);
}

static void
its_mistakes_are_reported_where_they_are(void **state)
{
	static const struct {
		const char	*text;
		enum diag	 id;
		const char	*at;
	} bad[] = {
		{ SEQ("by;"), DIAG_EXPECTED, "main.conf:1:16:" },
		{ SEQ("by objct;"), DIAG_FIELD_UNKNOWN, "main.conf:1:17:" },
		{ SEQ("by object, ;"), DIAG_EXPECTED, "main.conf:1:25:" },
		{ SEQ("across host;"), DIAG_EXPECTED, "main.conf:1:21:" },
		{ SEQ("order some;"), DIAG_EXPECTED, "main.conf:1:20:" },
		{ SEQ("strict yes;"), DIAG_EXPECTED, "main.conf:1:21:" },
		{ SEQ("cooldown none;"), DIAG_EXPECTED, "main.conf:1:23:" },
		{ SEQ("cancel { within 1 days; };"),
		    DIAG_PREDICATE_UNKNOWN, "main.conf:1:23:" },
		{ SEQ("except { multiplier 5; };"),
		    DIAG_PREDICATE_UNKNOWN, "main.conf:1:23:" },
		{ BLOCK("bind file object;"), DIAG_EXPECTED,
		    "main.conf:1:27:" },
		{ BLOCK("bind $ object;"), DIAG_EXPECTED, "main.conf:1:27:" },
		{ BLOCK("bind $x;"), DIAG_EXPECTED, "main.conf:1:29:" },
		{ BLOCK("bind $x pid[0];"), DIAG_FIELD_UNKNOWN,
		    "main.conf:1:30:" },
		{ BLOCK("bind $x command[];"), DIAG_FIELD_UNKNOWN,
		    "main.conf:1:30:" },
		{ BLOCK("either { pid 5; };"), DIAG_EXPECTED,
		    "main.conf:1:39:" },
		{ BLOCK("any objects $x;"), DIAG_EXPECTED,
		    "main.conf:1:26:" },
		{ BLOCK("object ==$x 5;"), DIAG_EXPECTED, "main.conf:1:34:" },
		{ BLOCK("object == nothing;"), DIAG_FIELD_UNKNOWN,
		    "main.conf:1:32:" },
		{ BLOCK("mode &022;"), DIAG_EXPECTED, "main.conf:1:27:" },
		{ BLOCK("argument \"x\" 5;"), DIAG_EXPECTED,
		    "main.conf:1:35:" },
		{ BLOCK("new object;"), DIAG_EXPECTED, "main.conf:1:32:" },
		{ BLOCK("new object in 5;"), DIAG_EXPECTED,
		    "main.conf:1:37:" },
		{ BLOCK("multiplier 5 in;"), DIAG_EXPECTED,
		    "main.conf:1:37:" },
		{ BLOCK("multiplier 5 or less;"), DIAG_EXPECTED,
		    "main.conf:1:38:" },
		{ BLOCK("multiplier 5 times;"), DIAG_EXPECTED,
		    "main.conf:1:35:" },
		{ BLOCK("pidd 5;"), DIAG_STATE_WORD_UNKNOWN,
		    "main.conf:1:22:" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(bad[i].text, bad[i].id, bad[i].at);
}

static void
a_glued_operator_asks_for_a_blank(void **state)
{
	struct parsed	p = parse(BLOCK("mode &022;"));

	(void)state;
	assert_int_equal(diags_count(p.c->diags, DIAG_NOTE_BLANK), 1);
	parsed_free(&p);
}

static void
blocks_within_blocks_have_a_limit(void **state)
{
	struct buf	text = { 0 };
	struct parsed	p;

	(void)state;
	buf_str(&text, "sequence s { subject any; state { ");
	for (unsigned i = 0; i < 1000; i++)
		buf_str(&text, "either { ");
	p = parse(buf_cstr(&text));
	assert_int_equal(diags_count(p.c->diags, DIAG_NESTED_DEEP), 1);
	parsed_free(&p);
	buf_fini(&text);
}

static void
these_words_are_names_where_the_old_grammar_has_names(void **state)
{
	(void)state;
	accepted("define set by <auid> { strict, within; };");
	accepted("sequence test { subject in; state { object not in; }; };");
	accepted("test test { };");
}

static void
all_mistakes_of_a_file_are_reported(void **state)
{
	struct parsed	p = parse(
	    "sequence a { subject all };\n"
	    "sequence b { subject any; state { event any; statu any; }; };\n"
	    "define set c <auid> {7; };\n"
	    "sequence d { subject any;\n"
	    "sequence e { subject any; };\n"
	    "logfile\n"
	    "include x y;\n"
	    "sequence f { };\n");

	(void)state;
	assert_int_equal(diags_errors(p.c->diags), 6);
	assert_int_equal(diags_count(p.c->diags, DIAG_EXPECTED), 4);
	assert_int_equal(diags_count(p.c->diags, DIAG_OPTION_UNKNOWN), 1);
	assert_int_equal(diags_count(p.c->diags, DIAG_STATE_WORD_UNKNOWN), 1);
	assert_int_equal(items(&p), 8);
	parsed_free(&p);
}

static void
a_glued_brace_does_not_upset_what_follows(void **state)
{
	struct parsed	p = parse(
	    "sequence a { state{ event any; status any; }; };\n"
	    "sequence b { state { event <auditevent> {AUE_EXIT; }; }; };\n"
	    "sequence c { state { event any; status any;}; }; };\n"
	    "logfile x;\n");

	(void)state;
	assert_int_equal(diags_count(p.c->diags, DIAG_NOTE_BRACE), 2);
	assert_int_equal(diags_errors(p.c->diags), 3);
	parsed_free(&p);
}

static void
a_word_of_the_language_asks_for_quotes(void **state)
{
	struct parsed	p = parse("sequence zone { };");

	(void)state;
	assert_string_equal(case_said(p.c),
	    "main.conf:1:10: error: expected the label of the sequence, "
	    "found 'zone'\n"
	    "    sequence zone { };\n"
	    "             ^~~~\n"
	    "main.conf:1:10: note: 'zone' is a word of the language; in "
	    "quotes it is a name\n");
	parsed_free(&p);
}

static void
an_open_block_is_shown(void **state)
{
	struct parsed	p = parse("sequence s {\n state {\n");

	(void)state;
	assert_string_equal(case_said(p.c),
	    "main.conf:3:1: error: expected '}', found the end of the file\n"
	    "main.conf:2:8: note: the block begins here\n"
	    "     state {\n"
	    "           ^\n");
	parsed_free(&p);
}

static void
statements_keep_what_was_written(void **state)
{
	struct parsed		 p = parse(
	    "sequence s {\n"
	    "	timeout 2 minutes;\n"
	    "	tags a, \"b c\";\n"
	    "	state { object not <path> { /a, 7, set $p; }; };\n"
	    "};\n");
	const struct item	*item = p.tree->items;
	const struct clause	*c = item->clauses;
	const struct entry_node	*e;

	(void)state;
	assert_int_equal(item->kind, ITEM_SEQUENCE);
	assert_int_equal(c->kind, CLAUSE_TIMEOUT);
	assert_int_equal(c->seconds, 120);
	assert_int_equal(c->at.line, 2);
	c = c->next;
	assert_int_equal(c->nwords, 2);
	assert_true(slice_is(c->words[1].text, "b c"));
	c = c->next;
	assert_null(c->next);
	c = c->block;
	assert_true(c->ref->negated);
	assert_true(slice_is(c->ref->body->type.text, "path"));
	e = c->ref->body->entries;
	assert_int_equal(e->kind, ENTRY_STRING);
	e = e->next;
	assert_int_equal(e->kind, ENTRY_NUMBER);
	e = e->next;
	assert_int_equal(e->kind, ENTRY_SET);
	assert_true(slice_is(e->word.text, "$p"));
	assert_null(e->next);
	parsed_free(&p);
}

static void
tests_keep_their_words(void **state)
{
	struct parsed			 p = parse(
	    "test s { record AUE_EXECVE args \"x\", \"-q\" zone success;\n"
	    "after 2 minutes; at \"12:00\"; expect 3; };");
	const struct test_line		*l = p.tree->items->lines;

	(void)state;
	assert_int_equal(l->kind, LINE_RECORD);
	assert_int_equal(l->nwords, 7);
	assert_true(slice_is(l->words[0].text, "AUE_EXECVE"));
	assert_int_equal(l->words[3].kind, LEX_COMMA);
	assert_int_equal(l->words[6].key, KEY_SUCCESS);
	l = l->next;
	assert_int_equal(l->number, 120);
	assert_int_equal(l->at.line, 2);
	l = l->next;
	assert_true(slice_is(l->words[0].text, "12:00"));
	l = l->next;
	assert_int_equal(l->number, 3);
	assert_null(l->next);
	parsed_free(&p);
}

static void
times_that_do_not_fit_are_refused(void **state)
{
	(void)state;
	accepted(SEQ("timeout 4294967295 seconds;"));
	accepted(SEQ("timeout 7101 weeks;"));
	refused(SEQ("timeout 4294967296 seconds;"), DIAG_TIME_LONG,
	    "main.conf:1:22:");
	refused(SEQ("timeout 7102 weeks;"), DIAG_TIME_LONG, "main.conf:1:22:");
	refused(SEQ("timeout 99999999999999999999 weeks;"), DIAG_TIME_LONG,
	    "main.conf:1:22:");
}

static void
many_mistakes_are_read_in_no_time(void **state)
{
	const size_t	 n = 1u << 20;
	char		*text = xmalloc(n + 1);
	static const char *const	fill[] = {
		";", "{ ", "} ", "\" ", "sequence ", "{x ", "define set ",
		"sequence s { state { ", "test s { record ", "< ", "\\", "\n"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(fill) / sizeof(fill[0]); i++) {
		const size_t	len = strlen(fill[i]);
		struct parsed	p;

		for (size_t j = 0; j < n; j++)
			text[j] = fill[i][j % len];
		text[n] = '\0';
		p = parse(text);
		parsed_free(&p);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(files_of_nothing_are_good),
		cmocka_unit_test(every_production_is_accepted),
		cmocka_unit_test(near_misses_are_refused_where_they_are),
		cmocka_unit_test(
		    every_production_of_the_second_edition_is_accepted),
		cmocka_unit_test(its_mistakes_are_reported_where_they_are),
		cmocka_unit_test(a_glued_operator_asks_for_a_blank),
		cmocka_unit_test(blocks_within_blocks_have_a_limit),
		cmocka_unit_test(
		    these_words_are_names_where_the_old_grammar_has_names),
		cmocka_unit_test(all_mistakes_of_a_file_are_reported),
		cmocka_unit_test(a_glued_brace_does_not_upset_what_follows),
		cmocka_unit_test(a_word_of_the_language_asks_for_quotes),
		cmocka_unit_test(an_open_block_is_shown),
		cmocka_unit_test(statements_keep_what_was_written),
		cmocka_unit_test(tests_keep_their_words),
		cmocka_unit_test(times_that_do_not_fit_are_refused),
		cmocka_unit_test(many_mistakes_are_read_in_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
