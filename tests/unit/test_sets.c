/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sets.c - what the entries of sets stand for, and which set a name means.
 */
#include <stdio.h>

#include "rule_case.h"

#include "rule/sets.h"

/* A rule whose subject is the set of that text. */
#define WHO(set) \
	"sequence s { subject " set "; state { event any; status any; }; };\n"

/* The subjects of rule I are these, sorted. */
static void
ids_are(const struct program *p, size_t i, size_t n, const uint32_t *ids)
{
	const struct id_set	*set;

	assert_true(i < p->nrules);
	assert_int_not_equal(p->rules[i].subjects, PROGRAM_NONE);
	set = &p->id_sets[p->rules[i].subjects];
	assert_int_equal(set->n, n);
	for (size_t j = 0; j < n; j++)
		assert_int_equal(set->ids[j], ids[j]);
}

static void
one_set(const char *entries, size_t n, const uint32_t *ids)
{
	char			 text[512];
	struct rule_case	*c;

	(void)snprintf(text, sizeof(text), WHO("<auid> { %s; }"), entries);
	c = case_good(text);
	ids_are(c->program, 0, n, ids);
	case_free(c);
}

static void
names_come_before_numbers(void **state)
{
	(void)state;
	one_set("root", 1, (const uint32_t[]){ 0 });
	one_set("12", 1, (const uint32_t[]){ 1012 });
	one_set("\"12\"", 1, (const uint32_t[]){ 1012 });
	one_set("012", 1, (const uint32_t[]){ 12 });
	one_set("bind, 7, bind, 7, 0", 3, (const uint32_t[]){ 0, 7, 53 });
}

static void
numbers_have_blanks_and_one_sign(void **state)
{
	(void)state;
	one_set("\"+9\", \" 10\", 007", 3, (const uint32_t[]){ 7, 9, 10 });
	one_set("-2", 1, (const uint32_t[]){ 4294967294 });
	one_set("-2147483648", 1, (const uint32_t[]){ 2147483648 });
	one_set("4294967295, -1", 1, (const uint32_t[]){ 4294967295 });
	case_says(WHO("<auid> { 0x10; }"), DIAG_USER_UNKNOWN);
	case_says(WHO("<auid> { --1; }"), DIAG_USER_UNKNOWN);
	case_says(WHO("<auid> { \"1 \"; }"), DIAG_USER_UNKNOWN);
	case_says(WHO("<auid> { +; }"), DIAG_USER_UNKNOWN);
	case_says(WHO("<auid> { \" \"; }"), DIAG_USER_UNKNOWN);
	case_says(WHO("<auid> { \"\"; }"), DIAG_NUMBER_EMPTY);
	case_says(WHO("<auid> { 4294967296; }"), DIAG_NUMBER_LARGE);
	case_says(WHO("<auid> { -4294967296; }"), DIAG_NUMBER_LARGE);
}

static void
groups_are_groups(void **state)
{
	struct rule_case	*c = case_good(WHO("<egid> { staff, wheel; }"));

	(void)state;
	ids_are(c->program, 0, 2, (const uint32_t[]){ 0, 20 });
	assert_int_equal(c->program->rules[0].subject, SUBJECT_EGID);
	case_free(c);
	case_says(WHO("<rgid> { root; }"), DIAG_GROUP_UNKNOWN);
	case_says(WHO("<ruid> { staff; }"), DIAG_USER_UNKNOWN);
}

static void
an_event_has_the_number_of_each_dialect(void **state)
{
	struct rule_case	*c = case_good(
	    STATE("event <auditevent> { AUE_login, AUE_PFEXEC, 4711; };"));
	const struct event_set	*e = &c->program->event_sets[0];

	(void)state;
	assert_int_equal(e->n[DIALECT_FREEBSD], 2);
	assert_int_equal(e->numbers[DIALECT_FREEBSD][0], 4711);
	assert_int_equal(e->numbers[DIALECT_FREEBSD][1], 6152);
	assert_int_equal(e->n[DIALECT_SOLARIS], 3);
	assert_int_equal(e->numbers[DIALECT_SOLARIS][0], 300);
	assert_int_equal(e->numbers[DIALECT_SOLARIS][2], 6153);
	case_free(c);
}

static void
names_of_events_are_exact(void **state)
{
	(void)state;
	case_says(STATE("event <auditevent> { aue_exit; };"),
	    DIAG_EVENT_UNKNOWN);
	case_says(STATE("event <auditevent> { AUE_; };"), DIAG_EVENT_UNKNOWN);
	case_says(STATE("event <auditevent> { 1, \"\"; };"),
	    DIAG_NUMBER_EMPTY);
	case_says(STATE("event <auditevent> { 1, 65536; };"),
	    DIAG_EVENT_LARGE);
	case_says(STATE("event <auditevent> { 1, -5; };"), DIAG_EVENT_LARGE);
	case_says(STATE("event <auditevent> { 4294967296; };"),
	    DIAG_NUMBER_LARGE);
}

static void
the_nearest_event_is_suggested(void **state)
{
	struct rule_case	*c = case_new(
	    STATE("event <auditevent> { AUE_EXCVE; };"));

	(void)state;
	assert_null(case_run(c));
	assert_non_null(strstr(case_said(c), "error: no audit event is called "
	    "'AUE_EXCVE'; did you mean 'AUE_EXECVE'?\n"));
	case_free(c);
}

static void
classes_are_masks(void **state)
{
	(void)state;
	case_silent(STATE("event <auditclass> { fr, fw, 128, all; };"));
	case_silent(STATE("event <auditclass> { -1; };"));
	case_says(STATE("event <auditclass> { zz; };"), DIAG_CLASS_UNKNOWN);
	case_says(STATE("event <auditclass> { 0x1; };"), DIAG_CLASS_UNKNOWN);
}

static void
patterns_must_compile(void **state)
{
	struct rule_case	*c;

	(void)state;
	case_silent(STATE("event any; object <pcre> { ^/usr/.*\\.so$; };"));
	c = case_new("sequence s { subject any;\nstate { event any; status "
	    "any;\nobject <pcre> { /ok, /a(b; }; }; };");
	assert_null(case_run(c));
	assert_non_null(strstr(case_said(c), "main.conf:3:26: error: not a "
	    "regular expression: "));
	case_free(c);
}

static void
the_newest_definition_counts(void **state)
{
	struct rule_case	*c = case_good(
	    "define set $a <auid> { 8; };\n" WHO("$a")
	    "define set $b <auid> { set $a; };\n"
	    "define set $a <auid> { 7; };\n" WHO("$a")
	    "define set $a <auid> { set $a, set $b, 9; };\n" WHO("$a")
	    WHO("$b"));

	(void)state;
	ids_are(c->program, 0, 1, (const uint32_t[]){ 8 });
	ids_are(c->program, 1, 1, (const uint32_t[]){ 7 });
	ids_are(c->program, 2, 3, (const uint32_t[]){ 7, 8, 9 });
	ids_are(c->program, 3, 1, (const uint32_t[]){ 8 });
	assert_int_equal(diags_count(c->diags, DIAG_SET_AGAIN), 1);
	case_free(c);
}

static void
a_set_must_be_defined_before_it_is_used(void **state)
{
	(void)state;
	case_says(WHO("$a") "define set $a <auid> { 1; };", DIAG_SET_UNKNOWN);
	case_says("define set $a <auid> { set $a; };", DIAG_SET_UNKNOWN);
}

static void
all_types_share_one_name_space(void **state)
{
	struct rule_case	*c = case_new(
	    "define set $a <auid> { 1; };\ndefine set $a <path> { /x; };\n"
	    WHO("$a"));

	(void)state;
	assert_null(case_run(c));
	assert_int_equal(diags_count(c->diags, DIAG_TYPE_WRONG), 1);
	case_free(c);
}

static void
only_equal_types_extend(void **state)
{
	(void)state;
	case_says("define set $a <auid> { 1; };\n"
	    "define set $b <euid> { set $a; };", DIAG_SET_MISMATCH);
	case_says("define set $c <auditclass> { fr; };\n"
	    STATE("event <auditevent> { 1, set $c; };"), DIAG_SET_MISMATCH);
}

static void
included_files_see_the_main_file_and_themselves(void **state)
{
	struct rule_case	*c = case_new(
	    "define set $a <auid> { 8; };\n"
	    "define set $m <auid> { 9; };\n"
	    "include i.conf;\n" WHO("$a") "include k.conf;\n" WHO("$a"));

	(void)state;
	case_file(c, "i.conf", WHO("$a") "define set $a <auid> { 7; };\n"
	    "define set $i <auid> { 6; };\n" WHO("$a") "include j.conf;"
	    WHO("$a"));
	case_file(c, "j.conf", WHO("$a") WHO("$m")
	    "define set $a <auid> { 5; };\n");
	case_file(c, "k.conf", WHO("$a"));
	assert_non_null(case_run(c));
	ids_are(c->program, 0, 1, (const uint32_t[]){ 8 });
	ids_are(c->program, 1, 1, (const uint32_t[]){ 7 });
	ids_are(c->program, 2, 1, (const uint32_t[]){ 8 });
	ids_are(c->program, 3, 1, (const uint32_t[]){ 9 });
	ids_are(c->program, 4, 1, (const uint32_t[]){ 7 });
	ids_are(c->program, 5, 1, (const uint32_t[]){ 8 });
	ids_are(c->program, 6, 1, (const uint32_t[]){ 8 });
	ids_are(c->program, 7, 1, (const uint32_t[]){ 8 });
	assert_int_equal(diags_count(c->diags, DIAG_SET_AGAIN), 0);
	case_free(c);
}

static void
sets_of_an_include_are_its_own(void **state)
{
	struct rule_case	*c = case_new("include i.conf;\n" WHO("$i"));

	(void)state;
	case_file(c, "i.conf", "define set $i <auid> { 6; };\n");
	assert_null(case_run(c));
	assert_int_equal(diags_count(c->diags, DIAG_SET_UNKNOWN), 1);
	case_free(c);
}

static void
a_file_read_twice_sees_what_it_defined(void **state)
{
	struct rule_case	*c = case_new("include i.conf;\n"
	    "include i.conf;\n" WHO("any"));

	(void)state;
	case_file(c, "i.conf", "define set $i <auid> { 6; };\n" WHO("$i"));
	assert_non_null(case_run(c));
	ids_are(c->program, 1, 1, (const uint32_t[]){ 6 });
	assert_int_equal(diags_count(c->diags, DIAG_SET_AGAIN), 1);
	case_free(c);
}

static void
the_newest_of_own_and_main_sets_counts(void **state)
{
	/* The included file opens a sequence that the main file finishes. */
	struct rule_case	*c = case_new(
	    "include i.conf; subject $a; state { event any; status any; }; "
	    "};\n");

	(void)state;
	case_file(c, "i.conf", "define set $a <auid> { 6; };\nsequence s {");
	assert_null(case_run(c));
	assert_int_equal(diags_count(c->diags, DIAG_SET_UNKNOWN), 1);
	case_free(c);
}

static void
unused_sets_are_mentioned(void **state)
{
	(void)state;
	case_says("define set $a <auid> { 1; };", DIAG_SET_UNUSED);
	case_silent("define set $a <auid> { 1; };\n"
	    "define set $b <auid> { set $a; };\n" WHO("$b"));
	case_says("define set $a <auid> { 1; };\n"
	    "define set $a <auid> { 2; };\n" WHO("$a"), DIAG_SET_AGAIN);
}

static void
a_broken_definition_makes_no_further_errors(void **state)
{
	(void)state;
	case_says("define set $a <auid> { 1 };\n" WHO("$a"), DIAG_EXPECTED);
	case_says("define set $a <uid> { 1; };\n" WHO("$a"),
	    DIAG_TYPE_UNKNOWN);
	case_says("define set $a <dri> { /x; };\n" WHO("$a"),
	    DIAG_TYPE_UNKNOWN);
}

static void
large_sets_are_sets(void **state)
{
	const size_t		 n = 100000;
	struct buf		 text = { 0 };
	struct rule_case	*c;

	(void)state;
	buf_str(&text, "define set $a <auid> { 5");
	for (size_t i = 0; i < n; i++) {
		buf_str(&text, ", ");
		buf_dec(&text, i * 7919 % n);
	}
	buf_str(&text, "; };\n");
	for (int i = 0; i < 50; i++)
		buf_str(&text, WHO("$a"));
	c = case_good(buf_cstr(&text));
	assert_int_equal(c->program->nid_sets, 1);
	/* "12" is a user here, with another id. */
	assert_int_equal(c->program->id_sets[0].n, n - 1);
	assert_true(id_set_has(&c->program->id_sets[0], 99999));
	case_free(c);
	buf_fini(&text);
}

static void
extensions_cannot_grow_without_bound(void **state)
{
	struct buf		 text = { 0 };
	struct rule_case	*c;

	(void)state;
	buf_str(&text, "define set $a <path> { x");
	for (unsigned i = 0; i < 65536; i++) {
		buf_str(&text, ",");
		buf_hex(&text, i);
		buf_str(&text, "-");
	}
	buf_str(&text, "; };\n");
	for (unsigned i = 0; i < 16; i++)
		buf_str(&text, "define set $b <path> { set $a, set $a; };\n");
	c = case_new(buf_cstr(&text));
	assert_null(case_run(c));
	assert_int_equal(diags_count(c->diags, DIAG_SET_LARGE), 1);
	case_free(c);
	buf_fini(&text);
}

/* What is written alike is one set, unless something was said about it. */
static void
each_flaw_is_reported_where_it_stands(void **state)
{
	struct rule_case	*c = case_new(
	    RULE("") "sequence a { subject any; state { status any; "
	    "event <auditevent> { AUE_EXIT, 70000; }; }; };\n"
	    "sequence b { subject any; state { status any; "
	    "event <auditevent> { AUE_EXIT, 70000; }; }; };\n"
	    "sequence c { subject any; state { status any; "
	    "event <auditevent> { AUE_NOT_HERE; }; }; };\n"
	    "sequence d { subject any; state { status any; "
	    "event <auditevent> { AUE_NOT_HERE; }; }; };\n");

	(void)state;
	assert_null(case_run(c));
	assert_int_equal(diags_count(c->diags, DIAG_EVENT_LARGE), 2);
	assert_int_equal(diags_count(c->diags, DIAG_EVENT_UNKNOWN), 2);
	case_free(c);
}

static void
sets_in_sets_are_those_that_are_seen(void **state)
{
	struct rule_case	*c = case_good(
	    "define set e <auditevent> { AUE_EXIT; };\n"
	    "sequence a { subject any; state { status any; "
	    "event <auditevent> { set e; }; }; };\n"
	    "define set e <auditevent> { AUE_UNLINK; };\n"
	    "sequence b { subject any; state { status any; "
	    "event <auditevent> { set e; }; }; };\n");
	const struct rule	*r = c->program->rules;

	(void)state;
	assert_true(r[0].states->events != r[1].states->events);
	case_free(c);
}

static void
each_type_is_known_by_its_word(void **state)
{
	(void)state;
	for (enum set_type t = 0; t < SET_TYPES; t++) {
		struct slice	 word = slice_str(set_type_name(t));
		char		 other[16] = { 0 };

		assert_int_equal(set_type_find(word), t);
		memcpy(other, word.p, word.n);
		other[word.n / 2] ^= 1;		/* in the same place, maybe */
		assert_int_equal(set_type_find(slice_str(other)), SET_TYPES);
		word.n--;
		assert_int_equal(set_type_find(word), SET_TYPES);
	}
	assert_int_equal(set_type_find((struct slice){ 0 }), SET_TYPES);
	assert_int_equal(set_type_find(slice_str("a")), SET_TYPES);
}

#define OPENS(set)							\
	"sequence s { subject any; state { event any; status any; "	\
	"object " set "; }; };\n"

/* The entries of the one set of objects. */
static void
objects_are(const char *text, size_t n, const char *const *entries)
{
	struct rule_case	*c = case_good(text);
	const struct object_set	*set = c->program->object_sets;

	assert_int_equal(c->program->nobject_sets, 1);
	assert_int_equal(set->n, n);
	for (size_t i = 0; i < n; i++)
		assert_true(slice_is(set->entries[i], entries[i]));
	case_free(c);
}

/* Whatever stands between its words: they are kept in different ways. */
static void
a_set_is_its_words(void **state)
{
	static const char *const	words[] = { "/a", "/bc", "/d" };

	(void)state;
	objects_are(OPENS("<path> { /a, /bc, /d; }"), 3, words);
	objects_are(OPENS("<path> { /a,/bc,/d; }"), 3, words);
	objects_are(OPENS("<path> { /a,\n/bc, /d; }"), 3, words);
	objects_are(OPENS("<path> { /a, /bc, /a, /d; }"), 3, words);
	objects_are(OPENS("<path> { \"/a\", /bc, /d; }"), 3, words);
	objects_are(OPENS("<path> { /a, /bc, /d; }")
	    OPENS("<path> { /a ,/bc\t, \"/d\"; }"), 3, words);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(each_flaw_is_reported_where_it_stands),
		cmocka_unit_test(sets_in_sets_are_those_that_are_seen),
		cmocka_unit_test(names_come_before_numbers),
		cmocka_unit_test(numbers_have_blanks_and_one_sign),
		cmocka_unit_test(groups_are_groups),
		cmocka_unit_test(an_event_has_the_number_of_each_dialect),
		cmocka_unit_test(names_of_events_are_exact),
		cmocka_unit_test(the_nearest_event_is_suggested),
		cmocka_unit_test(classes_are_masks),
		cmocka_unit_test(patterns_must_compile),
		cmocka_unit_test(the_newest_definition_counts),
		cmocka_unit_test(a_set_must_be_defined_before_it_is_used),
		cmocka_unit_test(all_types_share_one_name_space),
		cmocka_unit_test(only_equal_types_extend),
		cmocka_unit_test(
		    included_files_see_the_main_file_and_themselves),
		cmocka_unit_test(sets_of_an_include_are_its_own),
		cmocka_unit_test(a_file_read_twice_sees_what_it_defined),
		cmocka_unit_test(the_newest_of_own_and_main_sets_counts),
		cmocka_unit_test(unused_sets_are_mentioned),
		cmocka_unit_test(a_broken_definition_makes_no_further_errors),
		cmocka_unit_test(large_sets_are_sets),
		cmocka_unit_test(extensions_cannot_grow_without_bound),
		cmocka_unit_test(each_type_is_known_by_its_word),
		cmocka_unit_test(a_set_is_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
