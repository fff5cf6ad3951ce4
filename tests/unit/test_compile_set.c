/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_compile_set.c - what sets of the second edition become.
 */
#include "rule_case.h"

/* The set of the first predicate of the first state. */
static const struct match_set *
first_set(const struct program *p)
{
	const struct state	*s = &p->rules[0].states[0];

	assert_true(s->npredicates > 0);
	return &p->match_sets[p->predicates[s->predicates[0]].set];
}

static struct rule_case *
one(const char *words, enum match_type type, size_t n)
{
	struct buf		 text = { 0 };
	struct rule_case	*c;

	buf_printf(&text, STATE("event any; %s"), words);
	c = case_good(buf_cstr(&text));
	assert_string_equal(case_said(c), "");
	assert_int_equal(first_set(c->program)->type, type);
	assert_int_equal(first_set(c->program)->n, n);
	buf_fini(&text);
	return c;
}

static void
each_type_has_its_own_form(void **state)
{
	struct rule_case	*c;

	(void)state;
	c = one("euid { root, 7, bind, 7; };", MATCH_ID, 3);
	assert_int_equal(first_set(c->program)->ids[2], 53);
	case_free(c);
	c = one("any object <path> { /b, /a, /b; };", MATCH_PREFIX, 2);
	assert_true(slice_is(first_set(c->program)->entries[0], "/b"));
	case_free(c);
	case_free(one("any object <pcre> { ^/a$; };", MATCH_PCRE, 1));
	case_free(one("object <exact> { /a, /b; };", MATCH_EXACT, 2));
	case_free(one("object <glob> { /a*; };", MATCH_GLOB, 1));
	case_free(one("text <text> { a; };", MATCH_TEXT, 1));
	case_free(one("zone { web*; };", MATCH_GLOB, 1));
	case_free(one("image { /bin/sh; };", MATCH_EXACT, 1));
	case_free(one("terminal { ::1, 10.0.0.0/8; };", MATCH_ADDRESS, 2));
}

static void
directories_lose_the_slashes_at_their_end(void **state)
{
	struct rule_case	*c = one(
	    "object <dir> { /tmp/, /tmp, /a//, //, /; };", MATCH_DIR, 3);
	const struct match_set	*m = first_set(c->program);

	(void)state;
	assert_true(slice_is(m->entries[0], "/tmp"));
	assert_true(slice_is(m->entries[1], "/a"));
	assert_true(slice_is(m->entries[2], "/"));
	case_free(c);
}

static void
ranges_are_sorted_and_apart(void **state)
{
	struct rule_case	*c = one(
	    "port { 8000..8080, 22, 8081, 8010..8020, 1..5, 0x17; };",
	    MATCH_RANGE, 3);
	const struct range	*r = first_set(c->program)->ranges;

	(void)state;
	assert_int_equal(r[0].low, 1);
	assert_int_equal(r[0].high, 5);
	assert_int_equal(r[1].low, 22);
	assert_int_equal(r[1].high, 23);
	assert_int_equal(r[2].low, 8000);
	assert_int_equal(r[2].high, 8081);
	case_free(c);
	c = one("inode 5, 18446744073709551615, 6..7, "
	    "18446744073709551614;", MATCH_RANGE, 2);
	r = first_set(c->program)->ranges;
	assert_int_equal(r[0].high, 7);
	assert_true(r[1].low == UINT64_MAX - 1);
	assert_true(r[1].high == UINT64_MAX);
	case_free(c);
}

static void
errors_are_those_of_each_system(void **state)
{
	struct rule_case	*c = case_good(
	    STATE("event any; errno { EPERM, EACCES, ENOTCAPABLE, 0xc8; };"));
	const struct match_set	*m = first_set(c->program);

	(void)state;
	assert_int_equal(m->type, MATCH_ERRNO);
	assert_int_equal(m->nerrors[DIALECT_FREEBSD], 4);
	assert_int_equal(m->errors[DIALECT_FREEBSD][0], 1);
	assert_int_equal(m->errors[DIALECT_FREEBSD][1], 13);
	/* Solaris has no such error; a number is taken as it is. */
	assert_int_equal(m->nerrors[DIALECT_SOLARIS], 3);
	assert_int_equal(m->errors[DIALECT_SOLARIS][2], 200);
	case_free(c);
}

static void
sets_are_extended_and_shared(void **state)
{
	struct rule_case	*c = case_good(
	    "define set $a <port> { 22, 80; };\n"
	    "define set $b <port> { set $a, 443; };\n"
	    "sequence s { subject any; timeout 5 hours;\n"
	    "state { event any; status any; port $b; };\n"
	    "state { event any; status any; port { 443, 80, 22; }; };\n"
	    "state { event any; status any; port not $b; }; };\n");
	const struct program	*p = c->program;

	(void)state;
	assert_int_equal(p->nmatch_sets, 1);
	assert_int_equal(p->match_sets[0].n, 3);
	assert_int_equal(p->npredicates, 2);
	assert_false(p->predicates[0].negated);
	assert_true(p->predicates[1].negated);
	case_free(c);
	case_says("define set $a <port> { 22; };\n"
	    "define set $b <errno> { set $a; };\n"
	    STATE("event any; errno $b;"), DIAG_SET_MISMATCH);
}

static void
sets_of_users_serve_for_each_other(void **state)
{
	struct rule_case	*c = case_good(
	    "define set $a <auid> { root, 7; };\n"
	    "define set $g <rgid> { wheel; };\n"
	    STATE("event any; euid $a; ruid not $a; owner $a; egid $g; "
	    "group $g;"));

	(void)state;
	assert_int_equal(c->program->nmatch_sets, 2);
	assert_int_equal(c->program->npredicates, 5);
	case_free(c);
	case_says("define set $a <auid> { root; };\n"
	    STATE("event any; egid $a;"), DIAG_TYPE_WRONG);
	case_says("define set $a <path> { /a; };\n"
	    STATE("event any; text $a;"), DIAG_TYPE_WRONG);
}

static void
a_plain_object_is_what_it_was(void **state)
{
	struct rule_case	*c = case_good(
	    STATE("event any; object <path> { /a; };")
	    "sequence t { subject any; state { event any; status any; "
	    "object not <pcre> { /a; }; }; };\n"
	    "sequence u { subject any; state { event any; status any; "
	    "object <path> { /a; }; object not <dir> { /b; }; }; };\n");
	const struct rule	*r = c->program->rules;

	(void)state;
	assert_int_equal(r[0].states[0].npredicates, 0);
	assert_int_not_equal(r[0].states[0].objects, PROGRAM_NONE);
	assert_int_equal(r[1].states[0].npredicates, 0);
	assert_true(r[1].states[0].not_object);
	/* The last one counts, whatever it becomes. */
	assert_int_equal(r[2].states[0].objects, PROGRAM_NONE);
	assert_int_equal(r[2].states[0].npredicates, 1);
	assert_true(c->program->predicates[0].negated);
	assert_int_equal(c->program->predicates[0].which, WHICH_LAST);
	case_free(c);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(each_type_has_its_own_form),
		cmocka_unit_test(directories_lose_the_slashes_at_their_end),
		cmocka_unit_test(ranges_are_sorted_and_apart),
		cmocka_unit_test(errors_are_those_of_each_system),
		cmocka_unit_test(sets_are_extended_and_shared),
		cmocka_unit_test(sets_of_users_serve_for_each_other),
		cmocka_unit_test(a_plain_object_is_what_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
