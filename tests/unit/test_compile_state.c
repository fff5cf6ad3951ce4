/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_compile_state.c - what states, blocks and predicates become.
 */
#include "rule_case.h"

/* The only predicate of a state with these words. */
static struct predicate
one(const char *words)
{
	struct buf		 text = { 0 };
	struct rule_case	*c;
	struct predicate	 p;

	buf_printf(&text, STATE("event any; %s"), words);
	c = case_good(buf_cstr(&text));
	assert_string_equal(case_said(c), "");
	assert_int_equal(c->program->npredicates, 1);
	assert_int_equal(c->program->rules[0].states[0].npredicates, 1);
	p = c->program->predicates[0];
	p.argument = NULL;		/* is gone with the program */
	case_free(c);
	buf_fini(&text);
	return p;
}

static void
predicates_have_what_was_written(void **state)
{
	struct predicate	p;

	(void)state;
	p = one("mode & 06000;");
	assert_int_equal(p.kind, PRED_NUMBER);
	assert_int_equal(p.field, FIELD_MODE);
	assert_int_equal(p.compare, COMPARE_BITS);
	assert_int_equal(p.number, 06000);
	p = one("pid not 5, 7..9;");
	assert_int_equal(p.kind, PRED_RANGES);
	assert_true(p.negated);
	assert_int_not_equal(p.set, PROGRAM_NONE);
	p = one("owner != euid;");
	assert_int_equal(p.kind, PRED_FIELD);
	assert_int_equal(p.compare, COMPARE_NE);
	assert_int_equal(p.other, FIELD_EUID);
	p = one("time not 22:00..06:00;");
	assert_int_equal(p.kind, PRED_CLOCK);
	assert_true(p.negated);
	assert_int_equal(p.from, 1320);
	assert_int_equal(p.until, 360);
	p = one("day sat, sun;");
	assert_int_equal(p.kind, PRED_DAY);
	assert_int_equal(p.number, 65);
	p = one("object none;");
	assert_int_equal(p.kind, PRED_NONE);
	assert_int_equal(p.field, FIELD_OBJECT);
	p = one("command[2] <text> { x; };");
	assert_int_equal(p.field, FIELD_COMMAND);
	assert_int_equal(p.part, 2);
	p = one("command <text> { x; };");
	assert_int_equal(p.part, PART_ALL);
	p = one("argument 3 > 5;");
	assert_int_equal(p.position, 3);
	assert_int_equal(p.compare, COMPARE_GT);
}

static void
which_of_several_depends_on_the_field(void **state)
{
	(void)state;
	assert_int_equal(one("port { 22; };").which, WHICH_ANY);
	assert_int_equal(one("address not { ::1; };").which, WHICH_ANY);
	assert_int_equal(one("text <text> { a; };").which, WHICH_ANY);
	assert_int_equal(one("environment <text> { a; };").which, WHICH_ANY);
	assert_int_equal(one("argument 1 == 1;").which, WHICH_ANY);
	assert_int_equal(one("ancestor { /a; };").which, WHICH_ANY);
	assert_int_equal(one("object <exact> { /a; };").which, WHICH_LAST);
	assert_int_equal(one("any object <exact> { /a; };").which, WHICH_ANY);
	assert_int_equal(one("all objects <exact> { /a; };").which, WHICH_ALL);
	assert_int_equal(one("command <text> { a; };").which, WHICH_LAST);
	assert_int_equal(one("pid 5;").which, WHICH_LAST);
}

static void
an_argument_is_known_by_its_text(void **state)
{
	struct rule_case	*c = case_good(
	    STATE("event any; argument \"new file mode\" & 06000;"));

	(void)state;
	assert_string_equal(c->program->predicates[0].argument,
	    "new file mode");
	case_free(c);
}

static void
equal_predicates_are_one(void **state)
{
	struct rule_case	*c = case_good(
	    STATE("event any; euid { root; }; pid 5; "
	    "either { pid 5; } or { pid 6; };")
	    "sequence t { subject any; timeout 1 hours;\n"
	    "state { event any; status any; euid <ruid> { 0; }; pid 0x5; };\n"
	    "state { event any; status any; "
	    "either { pid 5; } or { pid 6; }; };\n"
	    "state { event any; status any; "
	    "either { pid 6; } or { pid 5; }; }; };\n");
	const struct program	*p = c->program;
	const struct state	*s = p->rules[0].states;
	const struct state	*t = p->rules[1].states;

	(void)state;
	/* euid, 5, 6, and two of `either` */
	assert_int_equal(p->npredicates, 5);
	assert_int_equal(s[0].npredicates, 3);
	assert_memory_equal(s[0].predicates, t[0].predicates,
	    2 * sizeof(uint32_t));
	assert_int_equal(s[0].predicates[2], t[1].predicates[0]);
	assert_int_not_equal(t[1].predicates[0], t[2].predicates[0]);
	case_free(c);
}

static void
what_a_state_has_seen_is_its_own(void **state)
{
	struct rule_case	*c = case_good(
	    STATE("event any; new object by auid in 2 days;")
	    "sequence t { subject any; state { event any; status any;\n"
	    "new object by auid in 2 days learning none; }; };\n"
	    "sequence u { subject any; state { event any; status any;\n"
	    "new command[0] in 1 hours learning 5 minutes; }; };\n");
	const struct predicate	*p = c->program->predicates;

	(void)state;
	assert_int_equal(c->program->npredicates, 3);
	assert_int_equal(p[0].kind, PRED_NEW);
	assert_int_equal(p[0].nby, 1);
	assert_int_equal(p[0].by[0], FIELD_AUID);
	assert_int_equal(p[0].window_ms, 172800000);
	assert_int_equal(p[0].learning_ms, 172800000);
	assert_int_equal(p[1].learning_ms, 0);
	assert_int_equal(p[2].part, 0);
	assert_int_equal(p[2].learning_ms, 300000);
	/* To look only is nothing that changes how a sequence lives. */
	assert_false(c->program->rules[0].new_life);
	case_free(c);
}

static void
cheap_predicates_come_first(void **state)
{
	static const enum rule_field	expected[] = {
		FIELD_PID, FIELD_EUID, FIELD_TERMINAL, FIELD_TIME,
		FIELD_OBJECT, FIELD_HOST, FIELD_TEXT, FIELD_OBJECT, FIELD_PPID
	};
	struct rule_case		*c = case_good(
	    "sequence s { subject any; timeout 1 hours;\n"
	    "state { event any; status any; bind $a pid; };\n"
	    "state { event any; status any; text <pcre> { a; };\n"
	    "host { b*; }; ppid == $a; new object in 1 days;\n"
	    "object <exact> { /a; }; terminal { ::1; };\n"
	    "time 10:00..11:00; pid 7; euid { 7; }; }; };\n");
	const struct program		*p = c->program;
	const struct state		*s = &p->rules[0].states[1];

	(void)state;
	assert_int_equal(s->npredicates, 9);
	for (size_t i = 0; i < 9; i++)
		assert_int_equal(p->predicates[s->predicates[i]].field,
		    expected[i]);
	assert_int_equal(p->predicates[s->predicates[7]].kind, PRED_NEW);
	assert_true(p->predicates[s->predicates[8]].bound);
	case_free(c);
}

static void
variables_have_numbers(void **state)
{
	struct rule_case	*c = case_good(
	    "sequence s { subject any; timeout 1 hours;\n"
	    "state { event any; status any; bind $file any object; };\n"
	    "state { event any; status any; object in $file;\n"
	    "bind $word command[1]; };\n"
	    "state { event any; status any; text != $word; "
	    "either { pid 1; } or { object == $file; }; };\n"
	    "cancel { object not in $file; }; };\n");
	const struct program	*p = c->program;
	const struct rule	*r = &p->rules[0];
	const struct predicate	*in, *either;

	(void)state;
	assert_int_equal(r->nvariables, 2);
	assert_string_equal(r->variables[0].name, "file");
	assert_int_equal(r->variables[0].kind, KIND_PATH);
	assert_int_equal(r->variables[0].state, 0);
	assert_string_equal(r->variables[1].name, "word");
	assert_int_equal(r->variables[1].kind, KIND_TEXT);
	assert_int_equal(r->variables[1].state, 1);
	assert_int_equal(r->states[0].nbinds, 1);
	assert_int_equal(r->states[0].binds[0].which, WHICH_ANY);
	assert_int_equal(r->states[0].binds[0].field, FIELD_OBJECT);
	assert_int_equal(r->states[1].binds[0].variable, 1);
	assert_int_equal(r->states[1].binds[0].part, 1);
	in = &p->predicates[r->states[1].predicates[0]];
	assert_int_equal(in->kind, PRED_BOUND);
	assert_int_equal(in->compare, COMPARE_IN);
	assert_int_equal(in->variable, 0);
	assert_true(in->bound);
	either = &p->predicates[r->states[2].predicates[1]];
	assert_int_equal(either->kind, PRED_EITHER);
	assert_true(either->bound);
	assert_int_equal(either->nblocks, 2);
	assert_true(either->blocks[0].any_event);
	assert_int_equal(r->ncancels, 1);
	assert_true(p->predicates[r->cancels[0].predicates[0]].negated);
	case_free(c);
}

static void
counting_and_time_are_in_milliseconds(void **state)
{
	struct rule_case	*c = case_good(
	    "sequence s { subject any; timeout 1 days; cooldown 2 hours;\n"
	    "state { event any; status any; multiplier 5 in 10 seconds; };\n"
	    "state { event any; status any; multiplier 0 or more; "
	    "within 3 seconds; };\n"
	    "state { event any; status any; multiplier 20 distinct port; };\n"
	    "state { event any; status any; absent 1 minutes; }; };\n"
	    RULE(""));
	const struct state	*s = c->program->rules[0].states;
	const struct state	*plain = c->program->rules[1].states;

	(void)state;
	assert_int_equal(c->program->rules[0].cooldown_ms, 7200000);
	assert_int_equal(s[0].multiplier, 5);
	assert_int_equal(s[0].window_ms, 10000);
	assert_int_equal(s[0].distinct, FIELDS);
	assert_false(s[0].or_more);
	assert_int_equal(s[1].multiplier, 1);
	assert_true(s[1].or_more);
	assert_int_equal(s[1].within_ms, 3000);
	assert_int_equal(s[2].distinct, FIELD_PORT);
	assert_int_equal(s[2].window_ms, -1);
	assert_int_equal(s[3].absent_ms, 60000);
	assert_int_equal(plain->within_ms, -1);
	assert_int_equal(plain->absent_ms, -1);
	assert_int_equal(plain->window_ms, -1);
	assert_int_equal(plain->distinct, FIELDS);
	case_free(c);
}

static void
blocks_ask_for_anything_by_default(void **state)
{
	struct rule_case	*c = case_good(
	    "sequence s { subject any; state { event any; status any; };\n"
	    "except { euid { 7; }; };\n"
	    "except { event <auditevent> { AUE_EXIT; }; status failure;\n"
	    "object not <path> { /a; }; }; };\n");
	const struct rule	*r = &c->program->rules[0];

	(void)state;
	assert_int_equal(r->nexcepts, 2);
	assert_true(r->excepts[0].any_event);
	assert_int_equal(r->excepts[0].status, STATUS_ANY);
	assert_int_equal(r->excepts[0].npredicates, 1);
	assert_false(r->excepts[1].any_event);
	assert_int_not_equal(r->excepts[1].events, PROGRAM_NONE);
	assert_int_equal(r->excepts[1].status, STATUS_FAILURE);
	assert_int_not_equal(r->excepts[1].objects, PROGRAM_NONE);
	assert_true(r->excepts[1].not_object);
	assert_false(r->new_life);
	case_free(c);
}

static void
processes_are_wanted_where_they_are_asked_for(void **state)
{
	static const struct {
		const char	*text;
		bool		 wanted;
	} rows[] = {
		{ RULE(""), false },
		{ STATE("event any; pid 5; object == image;"), true },
		{ STATE("event any; ppid 5;"), true },
		{ STATE("event any; either { pid 1; } or "
		    "{ parent { /a; }; };"), true },
		{ RULE("by lineage;"), true },
		{ STATE("event any; new object by image in 1 days;"), true },
		{ STATE("event any; multiplier 2 distinct image in 1 days;"),
		    true },
		{ RULE("except { ancestor { /a; }; };"), true },
		{ RULE("except { host { a*; }; };"), false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rule_case	*c = case_good(rows[i].text);

		assert_int_equal(c->program->wants_processes, rows[i].wanted);
		case_free(c);
	}
}

static void
some_words_make_a_new_life(void **state)
{
	static const struct {
		const char	*text;
		bool		 new_life;
	} rows[] = {
		{ RULE("scope session; cooldown 1 hours;"), false },
		{ RULE("except { pid 1; };"), false },
		{ STATE("event any; object <dir> { /a; }; euid { 7; };"),
		    false },
		{ STATE("event any; multiplier 5;"), false },
		{ RULE("by object;"), true },
		{ RULE("by none;"), true },
		{ RULE("strict;"), true },
		{ RULE("across hosts;"), true },
		{ RULE("order any; timeout 1 hours;"), true },
		{ RULE("cancel { pid 1; };"), true },
		{ STATE("event any; multiplier 5 in 1 hours;"), true },
		{ STATE("event any; multiplier 5 distinct object;"), true },
		{ STATE("event any; multiplier 1 or more;"), true },
		{ STATE("event any; bind $a pid;"), true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rule_case	*c = case_good(rows[i].text);

		assert_int_equal(c->program->rules[0].new_life,
		    rows[i].new_life);
		case_free(c);
	}
}

static void
options_hold_for_the_whole_program(void **state)
{
	struct rule_case	*c = case_good(
	    "options { path-cache off; };\n" RULE(""));

	(void)state;
	assert_int_equal(c->program->path_cache, PATH_CACHE_OFF);
	assert_null(c->program->timezone);
	case_free(c);
	c = case_good(RULE("") "options { path-cache follow; };\n");
	assert_int_equal(c->program->path_cache, PATH_CACHE_FOLLOW);
	case_free(c);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(predicates_have_what_was_written),
		cmocka_unit_test(which_of_several_depends_on_the_field),
		cmocka_unit_test(an_argument_is_known_by_its_text),
		cmocka_unit_test(equal_predicates_are_one),
		cmocka_unit_test(what_a_state_has_seen_is_its_own),
		cmocka_unit_test(cheap_predicates_come_first),
		cmocka_unit_test(variables_have_numbers),
		cmocka_unit_test(counting_and_time_are_in_milliseconds),
		cmocka_unit_test(blocks_ask_for_anything_by_default),
		cmocka_unit_test(processes_are_wanted_where_they_are_asked_for),
		cmocka_unit_test(some_words_make_a_new_life),
		cmocka_unit_test(options_hold_for_the_whole_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
