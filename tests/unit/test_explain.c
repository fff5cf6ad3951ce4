/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules with the records of their tests, through the decoder to `explain`. The
 * offsets of records depend on their sizes, so only parts of the text are
 * looked for.
 */
#include "rule_case.h"

#include "bsm/frame.h"
#include "run/explain.h"
#include "run/ruletest.h"

static bool
no_name(void *arg, uint32_t id, char *name, size_t n)
{
	(void)arg;
	(void)id;
	(void)name;
	(void)n;
	return false;
}

/* The text about rule NUMBER over the records of the first test. */
static char *
explained(const char *text, uint32_t number)
{
	struct rule_case	*c = case_new(text);
	struct words_env	 words = { c->names, &c->accounts, c->diags };
	struct tests		*tests;
	struct tree		*tree;
	struct program		*p;
	struct explain		*x;
	struct frame		*frame = frame_new();
	struct frame_record	 f;
	struct record		 r;
	struct buf		 trail = { 0 }, out = { 0 };
	uint32_t		 source;
	uint8_t			*bytes;
	char			*said;

	c->accounts.user_of = c->accounts.group_of = no_name;
	p = rules_load_tests(&c->env, "main.conf", c->diags, &tests);
	if (p == NULL || !ruletest_trail(&words, &tests->tests[0], &trail))
		fail_msg("refused: %s", case_said(c));
	tests_free(tests);
	program_free(p);
	p = rules_load_tree(&c->env, "main.conf", c->diags, &tree);
	x = explain_new(&(struct explain_options){ .program = p,
	    .item = explain_item(tree, number), .names = c->names,
	    .accounts = &c->accounts,
	    .rule = number });
	source = explain_source(x, NULL);
	bytes = xmemdup(trail.p, trail.n);	/* of this very length */
	(void)frame_feed(frame, bytes, trail.n);
	while (frame_next(frame, &f) == 1)
		if (f.kind == FRAME_RECORD && record_head(&r, &f) == 0)
			explain_feed(x, source, "t", &r);
	free(bytes);			/* nothing of it is needed now */
	frame_free(frame);
	explain_tell(x, &out);
	explain_free(x);
	tree_free(tree);
	program_free(p);
	case_free(c);
	buf_fini(&trail);
	said = xstrdup(buf_cstr(&out));
	buf_fini(&out);
	return said;
}

static void
tells(const char *text, const char *part)
{
	char	*said = explained(text, 0);

	if (strstr(said, part) == NULL)
		fail_msg("not found: %s\nin:\n%s", part, said);
	free(said);
}

#define OPEN_EXEC(more, second) "sequence s { subject any; " more " state { " \
	"event <auditevent> { AUE_OPEN_W; }; status any; bind $x object; };" \
	"state { event <auditevent> { AUE_EXECVE; }; status success; " second \
	" }; };\n"
#define OPEN "record AUE_OPEN_W path /x auid 5 session 3 success; "

static void
what_waits_is_told_with_its_nearest_miss(void **state)
{
	(void)state;
	tells(OPEN_EXEC("", "object == $x;") "test s { " OPEN
	    "record AUE_EXECVE path /y auid 5 failure EACCES;"
	    "record AUE_EXECVE path /z auid 5 success;"
	    "record AUE_EXECVE path /w auid 5 failure EACCES; expect 0; };",
	    "AUE_EXECVE \"/z\"\n        object == $x: the record has \"/z\"; "
	    "$x is \"/x\"\n");
}

static void
the_predicates_of_a_miss_are_all_told(void **state)
{
	(void)state;
	tells(OPEN_EXEC("", "pid 1..5, 9; euid != auid; address not "
	    "{ 10.0.0.0/8; };") "test s { " OPEN
	    "record AUE_EXECVE path /y auid 5 pid 7 address 10.1.2.3 port 1 "
	    "failure EACCES; expect 0; };",
	    "        status success: the record says failure, EACCES\n"
	    "        pid 1..5, 9: the record has 7\n"
	    "        euid != auid: the record has 5; its auid is 5\n"
	    "        address not { 10.0.0.0/8; }: the record has 10.1.2.3\n");
}

static void
a_record_without_the_field_is_told(void **state)
{
	(void)state;
	tells(OPEN_EXEC("", "text <text> { a; };") "test s { " OPEN
	    "record AUE_EXECVE auid 5 success; expect 0; };",
	    "text <text> { a; }: the record has none\n");
}

static void
an_exception_is_told(void **state)
{
	(void)state;
	tells(OPEN_EXEC("except { object <exact> { /y; }; };", "") "test s { "
	    OPEN "record AUE_EXECVE path /y auid 5 success; expect 0; };",
	    "    excepted: the rule does not look at it\n");
}

static void
a_renewed_partial_match_is_told(void **state)
{
	(void)state;
	tells(OPEN_EXEC("", "") "test s { " OPEN OPEN "expect 0; };",
	    "$x is \"/x\"; takes the place of an older one\n");
}

static void
a_timeout_that_nobody_noticed_is_told(void **state)
{
	(void)state;
	tells(OPEN_EXEC("timeout 5 seconds;", "") "test s { " OPEN
	    "after 9 seconds; record AUE_EXIT auid 5 success; expect 0; };",
	    "\n  timed out: begun ");
}

static void
what_is_not_new_is_told(void **state)
{
	(void)state;
	tells("sequence s { subject any; state { event any; status any; "
	    "new object in 1 days; }; };"
	    "test s { " OPEN "expect 0; };",
	    "  new object in 1 days: fails for 1, at last: it was seen before, "
	    "or is still being learned\n");
}

static void
other_rules_rest_but_those_that_are_waited_for(void **state)
{
	static const char	 text[] =
	    "sequence a { subject any; state { event <alert> { b; }; "
	    "status any; }; };"
	    "sequence b { subject any; state { event any; status any; }; };"
	    "sequence c { subject any; state { event any; status any; }; };"
	    "test b { " OPEN "expect 1; };";
	char			*said = explained(text, 0);

	(void)state;
	assert_non_null(strstr(said, "meets state 1 of 1: ALERT"));
	assert_non_null(strstr(said, "1 key that met a state, 1 alert\n"));
	free(said);
}

#define ANY_ORDER "sequence s { subject any; order any; timeout 1 hours; " \
	"state { event <auditevent> { AUE_OPEN_W; }; status any; }; " \
	"state { event <auditevent> { AUE_EXECVE; }; status success; }; }; " \
	"test s { "

static void
in_any_order_all_states_are_met_together(void **state)
{
	(void)state;
	tells(ANY_ORDER "record AUE_EXECVE auid 5 success; " OPEN
	    "expect 1; };", "    meets state 2 of 2\n");
	tells(ANY_ORDER "record AUE_EXECVE auid 5 success; " OPEN
	    "expect 1; };", "    meets state 1 of 2\n"
	    "    all states are met: ALERT, begun ");
}

static void
in_any_order_states_without_a_record_have_their_nearest(void **state)
{
	static const char	 rule[] = ANY_ORDER OPEN
	    "record AUE_EXECVE path /y auid 5 failure EPERM; expect 0; };";

	(void)state;
	tells(rule, "  under way: state 1 of 2, begun ");
	tells(rule, "  came nearest to state 2:\n");
	tells(rule, "        status success: the record says failure, EPERM\n");
}

static void
hostile_bytes_are_escaped(void **state)
{
	(void)state;
	tells(OPEN_EXEC("", "") "test s { record AUE_OPEN_W path \"\x1b[2J\" "
	    "auid 5 success; expect 0; };", "AUE_OPEN_W \"\\x1b[2J\"");
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(what_waits_is_told_with_its_nearest_miss),
		cmocka_unit_test(the_predicates_of_a_miss_are_all_told),
		cmocka_unit_test(a_record_without_the_field_is_told),
		cmocka_unit_test(an_exception_is_told),
		cmocka_unit_test(a_renewed_partial_match_is_told),
		cmocka_unit_test(a_timeout_that_nobody_noticed_is_told),
		cmocka_unit_test(what_is_not_new_is_told),
		cmocka_unit_test(
		    other_rules_rest_but_those_that_are_waited_for),
		cmocka_unit_test(in_any_order_all_states_are_met_together),
		cmocka_unit_test(
		    in_any_order_states_without_a_record_have_their_nearest),
		cmocka_unit_test(hostile_bytes_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
