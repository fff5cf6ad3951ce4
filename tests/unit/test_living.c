/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_living.c - what lives in an engine, told without touching it.
 *
 * In short: the label, the state that is waited for and how often it was met,
 * when it began and went on last, records, what ends it and when, where its
 * first record lies, and what is bound.
 */
#include "play.h"

#include "engine/living.h"

struct looking {
	const struct play	*p;
	struct buf		 told;
};

static void
put_rest(struct looking *to, const struct living *l)
{
	static const char *const	 ends[] = { " for ever", " timeout ",
	    " within ", " absent " };
	struct value			 v[VARIABLES_MAX];

	buf_str(&to->told, ends[l->end]);
	if (l->end != LIVING_FOREVER)
		play_seconds(&to->told, l->end_ms);
	if (l->has_place)
		buf_printf(&to->told, " at %u:%u", l->source,
		    (unsigned)l->offset);
	if (l->over)
		buf_str(&to->told, " over");
	engine_living_values(to->p->e, l, v);
	for (size_t i = 0; i < VARIABLES_MAX; i++)
		if (v[i].kind == VALUE_TEXT) {
			buf_char(&to->told, ' ');
			buf_slice(&to->told, v[i].bytes);
		}
}

static void
on_living(void *arg, const struct living *l)
{
	struct looking		*to = arg;
	const struct rule	*r = &to->p->c->program->rules[l->rule];

	if (to->told.n > 0)
		buf_str(&to->told, "; ");
	buf_printf(&to->told, "%s %u", r->label, l->state + 1);
	if (l->count > 0)
		buf_printf(&to->told, "*%u", (unsigned)l->count);
	for (uint32_t i = 0; r->any_order && i < r->nstates; i++)
		buf_printf(&to->told, "%c%u", i == 0 ? '(' : ',',
		    (unsigned)engine_living_count(to->p->e, l, i));
	if (r->any_order)
		buf_char(&to->told, ')');
	buf_char(&to->told, ' ');
	play_seconds(&to->told, l->first_ms);
	if (l->has_last) {
		buf_char(&to->told, '-');
		play_seconds(&to->told, l->last_ms);
	}
	buf_printf(&to->told, " n%u", (unsigned)l->records);
	put_rest(to, l);
}

static void
looks(const struct play *p, uint32_t rule, const char *expected)
{
	struct saved	 before = saved_of(p->e), after;
	struct looking	 to = { .p = p };

	engine_living(p->e, rule, on_living, &to);
	assert_string_equal(buf_cstr(&to.told), expected);
	after = saved_of(p->e);
	assert_int_equal(before.n, after.n);
	assert_int_equal(saved_differ(&before, &after), before.n);
	saved_free(&before);
	saved_free(&after);
	buf_fini(&to.told);
}

/* The same is told of an engine that goes on from rows. */
static void
lives(const char *rules, const char *script, const char *expected)
{
	struct play	*p = play_new(rules);

	(void)play(p, script);
	looks(p, PROGRAM_NONE, expected);
	play_move(p);
	looks(p, PROGRAM_NONE, expected);
	play_free(p);
}

#define OLD	"timeout 10 seconds; "
#define NEW	"timeout 60 seconds; by none; "

/* One that began at place 0 is as if nothing had been noted. */
static void
a_sequence_in_old_words(void **state)
{
	(void)state;
	lives(SEQ("s", OLD S(R) S(W) S(U)), "r1", "s 2 1-1 n1 timeout 11");
	lives(SEQ("s", OLD S(R) S(W) S(U)), "x0 r1 w3",
	    "s 3 1 n2 timeout 11 at 0:1");
	lives(SEQ("s", "timeout none; " S(R) S(W)), "x0 r1:@1 r2",
	    "s 2 1-1 n1 for ever at 1:1; s 2 2-2 n1 for ever at 0:2");
}

static void
its_multiplier(void **state)
{
	(void)state;
	lives(SEQ("s", OLD S(R) S(W "multiplier 3; ") S(U)), "r0 w1 w2",
	    "s 2*2 0 n3 timeout 10 at 0:0");
	lives(SEQ("s", OLD S(R "multiplier 3; ") S(U)), "x0 r1",
	    "s 1*1 1-1 n1 timeout 11 at 0:1");
}

static void
what_is_over_age_is_told_and_stays(void **state)
{
	(void)state;
	lives(SEQ("s", OLD S(R) S(W)), "x0 r1 x12",
	    "s 2 1-1 n1 timeout 11 at 0:1 over");
	lives(SEQ("s", NEW S(R) S(W)), "x0 r1 x62",
	    "s 2 1-1 n1 timeout 61 at 0:1 over");
	lives(SEQ("s", NEW S(R) S(W "multiplier 2; ")), "x0 r1 w2 x62",
	    "s 2 1-2 n1 timeout 61 over");
}

static void
of_a_group_the_furthest_that_is_not_late(void **state)
{
	(void)state;
	lives(SEQ("s", NEW S(R) S(W) S(U)), "r0 w2",
	    "s 3 0-2 n2 timeout 60 at 0:0");
	lives(SEQ("s", NEW S(R) S(W) S(U "within 5 seconds; ")), "r0 w2",
	    "s 3 0-2 n2 within 7 at 0:0");
	lives(SEQ("s", NEW S(R) S(W) S(U "within 5 seconds; ")), "r0 w2 x9",
	    "s 2 0-0 n1 timeout 60 at 0:0");
}

/* With so many groups those before are folded. */
static void
folded_or_not_is_the_same(void **state)
{
	(void)state;
	lives(SEQ("s", "timeout 60 seconds; by pid; " S(R) S(W)
	    S(U "within 5 seconds; ")),
	    "r0:p1 w1:p1 r2:p2 w3:p2 r4:p3 w4.500:p3 x7",
	    "s 2 0-0 n1 timeout 60 at 0:0; "
	    "s 3 2-3 n2 within 8 at 0:2; "
	    "s 3 4-4.500 n2 within 9.500 at 0:4");
}

static void
what_is_bound(void **state)
{
	(void)state;
	lives(SEQ("s", NEW S(R "bind $f object; ") S(W "object == $f; ")),
	    "r0:/a r1:/b", "s 2 0-0 n1 timeout 60 at 0:0 /a; "
	    "s 2 1-1 n1 timeout 61 at 0:1 /b");
}

static void
a_count_begins_with_its_oldest_record_that_is_not_over_age(void **state)
{
	(void)state;
	lives(SEQ("s", NEW S(R "multiplier 5; ") S(U)), "x0 r10",
	    "s 1*1 10-10 n1 timeout 70 at 0:1");
	lives(SEQ("s", NEW S(R "multiplier 5; ") S(U)), "x0 r10 x71",
	    "s 1 10-10 n0 timeout 70 over");
	lives(SEQ("s", NEW S(R "multiplier 5; ") S(U)), "r0 r10 r20",
	    "s 1*3 0-20 n3 timeout 60 at 0:0");
	lives(SEQ("s", NEW S(R "multiplier 5; ") S(U)), "r0 r10 r20 x65",
	    "s 1*2 10-20 n2 timeout 70 at 0:1");
	lives(SEQ("s", NEW S(R "multiplier 2; ") S(U)), "r0 r10",
	    "s 2 0-10 n2 timeout 60 at 0:0");
	lives(SEQ("s", NEW S(R) S(W "multiplier 3; ") S(U)), "r0 w1 w2",
	    "s 2*2 0-2 n3 timeout 60 at 0:0");
}

static void
an_absence_is_there_at_its_time(void **state)
{
	(void)state;
	lives(SEQ("s", NEW S(R) S(W "absent 30 seconds; ")), "x0 r5",
	    "s 2 5-5 n1 absent 35 at 0:1");
}

static void
states_in_any_order_by_what_they_have(void **state)
{
	(void)state;
	lives(SEQ("s", NEW "order any; " S(R) S(W "multiplier 3; ") S(U)),
	    "w1 w2 u3", "s 2(0,2,1) 1-3 n3 timeout 61 at 0:0");
	lives(SEQ("s", NEW "order any; " S(R) S(W "multiplier 3; ") S(U)),
	    "w1 w20 u30 x70", "s 2(0,1,1) 20-30 n2 timeout 80 at 0:1");
	lives(SEQ("s", NEW "order any; " S(R) S(W)), "w1 x70",
	    "s 1(0,0) 1-1 n0 timeout 61 over");
}

static void
of_one_rule_or_of_all(void **state)
{
	struct play	*p = play_new(SEQ("a", OLD S(R) S(W))
	    SEQ("b", NEW S(R) S(W)));

	(void)state;
	(void)play(p, "x0 r1");
	looks(p, 0, "a 2 1-1 n1 timeout 11 at 0:1");
	looks(p, 1, "b 2 1-1 n1 timeout 61 at 0:1");
	looks(p, PROGRAM_NONE, "a 2 1-1 n1 timeout 11 at 0:1; "
	    "b 2 1-1 n1 timeout 61 at 0:1");
	play_free(p);
}

static void
places_that_nobody_noted_are_not_told(void **state)
{
	struct play	*p = play_new(SEQ("a", OLD S(R) S(W))
	    SEQ("b", NEW S(R) S(W)));

	(void)state;
	engine_free(p->e);
	play_begin(p, &(struct engine_options){ .skip_steps = true });
	(void)play(p, "x0 r1");
	looks(p, PROGRAM_NONE, "a 2 1-1 n1 timeout 11; "
	    "b 2 1-1 n1 timeout 61");
	play_free(p);
}

static void
of_a_live_source_the_place_is_that_in_the_source(void **state)
{
	struct play	*p = play_new(SEQ("b", NEW S(R) S(W)));

	(void)state;
	(void)engine_source(p->e, true);
	(void)play(p, "x0 x1 r2:@2");
	looks(p, PROGRAM_NONE, "b 2 2-2 n1 timeout 62 at 2:2");
	play_free(p);
}

/* For whoever only looks, sources are made as they were. */
static void
an_engine_without_sources_gets_those_that_there_were(void **state)
{
	struct play			*p = play_new(SEQ("a", OLD S(R) S(W))
	    SEQ("far", NEW "across hosts; " S(R) S(W)));
	const struct alert_out		 nobody = { .arg = NULL };
	struct saved			 before, after;
	struct engine			*old;
	struct state_loading		*l;
	struct state_loaded		 told;

	(void)state;
	(void)engine_source(p->e, true);
	(void)play(p, "x0 r1:@1,hthere w3:@2");
	before = saved_of(p->e);
	old = p->e;
	p->e = engine_new(p->c->program, p->c->names, &p->options, &nobody);
	l = state_loading_new(p->e);
	state_loading_sources(l);
	for (size_t i = 0; i < before.n; i++)
		assert_true(state_loading_row(l, &before.v[i]));
	assert_true(state_loading_end(l, &told));
	state_loading_free(l);
	assert_int_equal(told.rules_gone + told.rules_new, 0);
	after = saved_of(p->e);
	assert_int_equal(after.n, before.n);
	assert_int_equal(saved_differ(&before, &after), before.n);
	saved_free(&before);
	saved_free(&after);
	engine_free(old);
	play_free(p);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
#define TEST(name) cmocka_unit_test(name)
		TEST(a_sequence_in_old_words),
		TEST(its_multiplier),
		TEST(what_is_over_age_is_told_and_stays),
		TEST(of_a_group_the_furthest_that_is_not_late),
		TEST(folded_or_not_is_the_same),
		TEST(what_is_bound),
		TEST(a_count_begins_with_its_oldest_record_that_is_not_over_age),
		TEST(an_absence_is_there_at_its_time),
		TEST(states_in_any_order_by_what_they_have),
		TEST(of_one_rule_or_of_all),
		TEST(places_that_nobody_noted_are_not_told),
		TEST(of_a_live_source_the_place_is_that_in_the_source),
		TEST(an_engine_without_sources_gets_those_that_there_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
