/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_index.c - from a record to the rules worth trying.
 */
#include "rule_case.h"

#include "bsm/build.h"
#include "engine/index.h"

#define EV(name)	"event <auditevent> { AUE_" name "; }; status any; "

/* An index of these rules. */
struct fixture {
	struct rule_case	*c;
	struct index		*ix;
};

static struct fixture
fixture_of(const char *rules)
{
	struct fixture	 f = { .c = case_good(rules) };

	f.ix = index_new(f.c->program, f.c->names);
	return f;
}

static void
fixture_fini(struct fixture *f)
{
	index_free(f->ix);
	case_free(f->c);
}

static uint32_t
slot(const struct fixture *f, uint16_t event)
{
	bool	 unknown;

	return index_slot(f->ix, 11, event, &unknown);
}

/* What is found of its plan ahead agrees with who is picked from it. */
static bool
is_about(const struct fixture *f, uint32_t slot, const struct record *r,
    const struct object *object)
{
	struct plans		*ps = index_plans(f->ix);
	const struct slot	*s = index_asks(f->ix, slot);
	const uint64_t		 kind = plans_kind(ps, s, slot, r, object);
	const struct plan	*whole = plans_find(ps, s, kind);
	const bool		 about = plan_concerns(ps, whole, r);

	assert_ptr_equal(plan_near(plans_near(ps), kind), whole);
	assert_ptr_equal(index_all_asks(f->ix)[0] + slot, s);
	if (plan_is_empty(whole))
		assert_false(about);
	if (!plan_is_empty(plan_for(ps, whole, r)))
		assert_true(about);
	return about;
}

/*
 * The rules that a successful record of this auid and path can begin; or "-"
 * when it is seen at once that there are none.
 */
static const char *
begins(const struct fixture *f, uint16_t event, uint32_t auid,
    const char *path)
{
	static char		 rules[64];
	struct buf		 b = { 0 };
	struct token		 t = { .layout = layout_find(TOK_HEADER32) };
	struct frame_record	 fr = { .kind = FRAME_RECORD };
	struct object		 object = { .known = path != NULL };
	struct record		 r;
	const struct plan	*plan;
	const struct entries	*l;
	size_t			 n = 0;

	t.header.version = 11;
	t.header.event = event;
	assert_int_equal(build_token(&b, &t), 0);
	t = (struct token){ .layout = layout_find(TOK_SUBJECT32) };
	t.subject.auid = auid;
	t.subject.address = (struct slice){ (const uint8_t *)"\0\0\0", 4 };
	assert_int_equal(build_token(&b, &t), 0);
	build_finish(&b, 0);
	fr.bytes = buf_bytes(&b);
	assert_int_equal(record_head(&r, &fr), 0);
	record_index(&r);
	if (path != NULL)
		object.path = slice_str(path);
	if (!is_about(f, slot(f, event), &r, &object)) {
		buf_fini(&b);
		return "-";
	}
	plan = index_plan(f->ix, slot(f, event), &r, &object);
	for (unsigned k = ENTRY_START; k <= ENTRY_LIVES; k++) {
		l = &plan->lists[k];
		for (uint32_t i = 0; i < l->n && n < sizeof(rules) - 1; i++)
			if (l->v[i].state == 0)
				rules[n++] = f->c->program->
				    rules[l->v[i].rule].label[0];
	}
	rules[n] = '\0';
	buf_fini(&b);
	return rules;
}

static void
an_event_that_no_rule_wants_is_nobodys(void **state)
{
	struct fixture	 f = fixture_of("sequence a { subject any; state { "
	    EV("UNLINK") "}; };\n");

	(void)state;
	assert_int_equal(index_slots(f.ix)[11][72], INDEX_UNSEEN);
	assert_int_equal(slot(&f, 72), INDEX_NOBODY);
	assert_int_equal(index_slots(f.ix)[11][72], INDEX_NOBODY);
	assert_int_not_equal(slot(&f, 6), INDEX_NOBODY);
	fixture_fini(&f);
	index_free(NULL);
}

static void
a_strict_rule_wants_all_events(void **state)
{
	struct fixture	 f = fixture_of("sequence a { subject any; strict; "
	    "timeout none; state { " EV("UNLINK") "}; state { "
	    EV("EXECVE") "}; };\n");

	(void)state;
	assert_int_not_equal(slot(&f, 72), INDEX_NOBODY);
	fixture_fini(&f);
}

static void
but_for_those_that_it_excepts(void **state)
{
	struct fixture	 f = fixture_of("sequence a { subject any; strict; "
	    "timeout none; except { " EV("OPEN_R") "}; "
	    "except { event <auditclass> { fw; }; status any; };"
	    "state { " EV("EXECVE") "}; state { " EV("EXIT") "}; };\n");

	(void)state;
	assert_int_equal(slot(&f, 72), INDEX_NOBODY);
	assert_int_equal(slot(&f, 6), INDEX_NOBODY);
	assert_int_equal(slot(&f, 76), INDEX_NOBODY);
	assert_int_not_equal(slot(&f, 23), INDEX_NOBODY);
	assert_int_not_equal(slot(&f, 6152), INDEX_NOBODY);
	fixture_fini(&f);
}

static void
what_an_except_asks_besides_is_not_known_ahead(void **state)
{
	struct fixture	 f = fixture_of("sequence a { subject any; strict; "
	    "timeout none; except { event <auditevent> { AUE_OPEN_R; };"
	    " status failure; }; "
	    "state { " EV("EXECVE") "}; state { " EV("EXIT") "}; };\n");

	(void)state;
	assert_int_not_equal(slot(&f, 72), INDEX_NOBODY);
	fixture_fini(&f);
}

static void
an_except_of_one_rule_is_none_of_another(void **state)
{
	struct fixture	 f = fixture_of("sequence a { subject any; strict; "
	    "except { " EV("UNLINK") "}; state { event any; status any; }; "
	    "timeout none; state { event any; status any; }; };\n"
	    "sequence b { subject any; state { " EV("UNLINK") "}; };\n"
	    "sequence c { subject any; state { event any; status any; }; "
	    "};\n");

	(void)state;
	assert_string_equal(begins(&f, 6, 1, NULL), "cb");
	assert_string_equal(begins(&f, 72, 1, NULL), "ca");
	fixture_fini(&f);
}

static void
a_plan_holds_who_is_about_the_path(void **state)
{
	struct fixture	 f = fixture_of(
	    "sequence a { subject any; state { " EV("OPEN_R")
	    "object <path> { /tmp, /var; }; }; };\n"
	    "sequence b { subject any; state { " EV("OPEN_R")
	    "object <path> { /tmp/x; }; }; };\n"
	    "sequence c { subject any; state { " EV("OPEN_R")
	    "object not <path> { /tmp; }; }; };\n"
	    "sequence d { subject any; state { " EV("OPEN_R") "}; };\n");

	(void)state;
	assert_string_equal(begins(&f, 72, 1, "/tmp/x/y"), "dba");
	assert_string_equal(begins(&f, 72, 1, "/tmp"), "da");
	assert_string_equal(begins(&f, 72, 1, "/var/tmp/x"), "dca");
	assert_string_equal(begins(&f, 72, 1, "/"), "dc");
	assert_string_equal(begins(&f, 72, 1, NULL), "d");
	fixture_fini(&f);
}

static void
a_plan_holds_who_is_about_the_subject(void **state)
{
	struct fixture	 f = fixture_of(
	    "sequence a { subject <auid> { 1; }; state { " EV("OPEN_R")
	    "}; };\n"
	    "sequence b { subject not <auid> { 1; }; state { " EV("OPEN_R")
	    "}; };\n"
	    "sequence c { subject <auid> { 1, 2; }; state { " EV("OPEN_R")
	    "}; };\n"
	    "sequence d { subject <euid> { 0; }; state { " EV("OPEN_R")
	    "}; };\n");

	(void)state;
	assert_string_equal(begins(&f, 72, 1, NULL), "dca");
	assert_string_equal(begins(&f, 72, 2, NULL), "dcb");
	assert_string_equal(begins(&f, 72, 3, NULL), "db");
	fixture_fini(&f);
}

static void
whom_no_rule_names_is_seen_at_once(void **state)
{
	struct fixture	 f = fixture_of(
	    "sequence a { subject <auid> { 1; }; state { " EV("OPEN_R")
	    "}; };\n"
	    "sequence b { subject <auid> { 7; }; state { " EV("OPEN_W")
	    "}; };\n"
	    "sequence c { subject <auid> { 1, 2; }; state { " EV("OPEN_R")
	    "object <path> { /tmp; }; }; };\n");

	(void)state;
	assert_string_equal(begins(&f, 72, 1, "/tmp"), "ca");
	assert_string_equal(begins(&f, 72, 1, "/"), "a");
	assert_string_equal(begins(&f, 72, 2, "/"), "");
	assert_string_equal(begins(&f, 72, 3, "/tmp"), "-");
	fixture_fini(&f);
}

/* More groups than are asked one by one, more free atoms than are copied. */
static void
so_does_one_of_very_many(void **state)
{
	enum { MANY = 300 };
	struct buf	 text = { 0 };
	struct fixture	 f;

	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		buf_printf(&text, "sequence \"%c%u\" { subject <%s> { %u; };"
		    " state { " EV("OPEN_R") "%s }; };\n", 'a' + (int)i % 26,
		    i, i % 2 ? "auid" : "euid", i + 1 - i % 2, i % 3 ? "" :
		    "object <path> { /tmp; };");
	buf_str(&text, "sequence z { subject any; state { " EV("OPEN_R")
	    "}; };\n");
	f = fixture_of(buf_cstr(&text));
	assert_string_equal(begins(&f, 72, 5, NULL), "zf");
	assert_string_equal(begins(&f, 72, 9, "/tmp/x"), "zj");
	assert_string_equal(begins(&f, 72, 9, NULL), "z");
	assert_string_equal(begins(&f, 72, 9, "/tmp/x"), "zj");
	assert_string_equal(begins(&f, 72, 1000, "/tmp/x"), "z");
	for (unsigned i = 0; i < 100; i++)	/* what is kept is right */
		assert_int_equal(strlen(begins(&f, 72, i, "/")),
		    i % 2 == 1 && i % 3 != 0 ? 2 : 1);
	fixture_fini(&f);
	buf_fini(&text);
}

/* Also of rules that are too many to be asked one by one. */
static void
who_is_named_elsewhere_is_seen_at_once(void **state)
{
	enum { MANY = 40 };
	struct buf	 text = { 0 };
	struct fixture	 f;

	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		buf_printf(&text, "sequence \"%c%u\" { subject <%s> { %u; };"
		    " state { " EV("OPEN_R") "object <path> { %s; }; }; };\n",
		    'a' + (int)i % 26, i, i < 30 ? "auid" : "euid", i + 1,
		    i % 2 ? "/tmp" : "/var");
	f = fixture_of(buf_cstr(&text));
	assert_string_equal(begins(&f, 72, 1, "/var/x"), "a");
	assert_string_equal(begins(&f, 72, 1, "/tmp/x"), "-");
	assert_string_equal(begins(&f, 72, 2, "/tmp/x"), "b");
	assert_string_equal(begins(&f, 72, 2, "/var/x"), "-");
	assert_string_equal(begins(&f, 72, 31, "/var/x"), "-");
	assert_string_equal(begins(&f, 72, 1000, "/var/x"), "-");
	fixture_fini(&f);
	buf_fini(&text);
}

/* Does the slot of a rule with these states take a record that ended so? */
static bool
takes(const char *states, uint8_t error)
{
	const uint8_t	 bytes[] = { 0, TOK_RETURN32, error, 0, 0, 0, 0 };
	struct record	 r = { .bytes = { bytes, sizeof(bytes) },
	    .at[REC_RETURN] = 1 };
	struct buf	 text = { 0 };
	struct fixture	 f;
	bool		 yes;

	buf_printf(&text, "sequence a { subject any; timeout none; %s };\n",
	    states);
	f = fixture_of(buf_cstr(&text));
	yes = slot_takes(index_asks(f.ix, slot(&f, 72)), &r);
	fixture_fini(&f);
	buf_fini(&text);
	return yes;
}

#define OUTCOME(name)	"state { event <auditevent> { AUE_OPEN_R; }; " \
	"status " name "; }; "

static void
an_outcome_that_no_state_asks_for_is_not_taken(void **state)
{
	(void)state;
	assert_true(takes(OUTCOME("failure"), 13));
	assert_false(takes(OUTCOME("failure"), 0));
	assert_true(takes(OUTCOME("success") OUTCOME("success"), 0));
	assert_false(takes(OUTCOME("success") OUTCOME("success"), 13));
	for (uint8_t error = 0; error < 2; error++) {
		assert_true(takes(OUTCOME("any"), error));
		assert_true(takes(OUTCOME("any") OUTCOME("failure"), error));
		assert_true(takes(OUTCOME("failure") OUTCOME("any"), error));
		assert_true(takes(OUTCOME("failure") OUTCOME("success")
		    OUTCOME("failure"), error));
	}
}

static void
plans_are_made_again_when_they_were_too_many(void **state)
{
	struct fixture	 f = fixture_of(
	    "sequence a { subject any; state { " EV("OPEN_R")
	    "object <path> { /tmp; }; }; };\n");

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		assert_string_equal(begins(&f, 72, 1, "/tmp/x"), "a");
		plans_tidy(index_plans(f.ix));
		assert_string_equal(begins(&f, 72, 1, "/x"), "-");
	}
	fixture_fini(&f);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(an_event_that_no_rule_wants_is_nobodys),
		cmocka_unit_test(a_strict_rule_wants_all_events),
		cmocka_unit_test(but_for_those_that_it_excepts),
		cmocka_unit_test(
		    what_an_except_asks_besides_is_not_known_ahead),
		cmocka_unit_test(an_except_of_one_rule_is_none_of_another),
		cmocka_unit_test(a_plan_holds_who_is_about_the_path),
		cmocka_unit_test(a_plan_holds_who_is_about_the_subject),
		cmocka_unit_test(whom_no_rule_names_is_seen_at_once),
		cmocka_unit_test(so_does_one_of_very_many),
		cmocka_unit_test(who_is_named_elsewhere_is_seen_at_once),
		cmocka_unit_test(
		    an_outcome_that_no_state_asks_for_is_not_taken),
		cmocka_unit_test(
		    plans_are_made_again_when_they_were_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
