/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_count.c - states that count records, fact by fact.
 */
#include "play.h"

#include "engine/inside.h"

static void
a_multiplier_is_so_many_states(void **state)
{
	(void)state;
	plays(SEQ("s", "by pid; " S(R "multiplier 3; ")), "r0 r1 r2 r3 r4 r5",
	    "s@2=0,1,2 pid=1; s@5=3,4,5 pid=1");
	plays(SEQ("s", "by pid; " S(R "multiplier 2; ") S(W)),
	    "r0 w1 r2 r3 w4", "s@4=2,3,4 pid=1");
}

static void
old_ones_fall_out_of_a_window_one_by_one(void **state)
{
	(void)state;
	plays(SEQ("s", S(R "multiplier 3 in 10 seconds; ")),
	    "r0 r8 r12 r15 r16 r17", "s@15=1,2,3");
}

static void
a_window_includes_its_end_in_milliseconds(void **state)
{
	static const char	 rules[] = SEQ("s",
	    S(R "multiplier 2 in 5 seconds; "));

	(void)state;
	plays(rules, "r0.250 r5.250", "s@5.250=0,1");
	plays(rules, "r0.250 r5.251", "");
	plays(rules, "r9 r1", "s@1=0,1");
}

static void
what_comes_out_are_the_newest(void **state)
{
	(void)state;
	plays(SEQ("s", S(R) S(W "multiplier 2 in 9 seconds; ") S(X)),
	    "r0 w1 w2 w3 r4 w5 x6", "s@6=0,3,5,6");
	/* The second of them still goes back to the first start. */
	plays(SEQ("s", S(R) S(W "multiplier 2 in 9 seconds; ") S(X)),
	    "r0 w1 w2 w3 r4 w5 w6 x7", "s@7=4,5,6,7");
}

static void
a_window_that_is_missed_leaves_what_came_out_before(void **state)
{
	(void)state;
	plays(SEQ("s", S(W "multiplier 3 in 5 seconds; ") S(X)),
	    "w0 w1 w2 w9 w20 x21", "s@21=0,1,2,5");
}

static void
different_values_are_counted_once_each(void **state)
{
	static const char	 rules[] = SEQ("s",
	    S(R "multiplier 3 distinct object in 10 seconds; "));

	(void)state;
	plays(rules, "r0:/a r1:/a r2:/b r3:/b r4:/c", "s@4=1,3,4");
	plays(rules, "r0:/a r6:/b r11:/c r12:/a", "s@12=1,2,3");
	plays(rules, "r0:/a r1 r2:/b r3", "");
}

static void
rules_differ_in_what_they_tell_apart(void **state)
{
	(void)state;
	plays(SEQ("a", S(R "multiplier 2 distinct object; "))
	    SEQ("b", S(R "multiplier 2 distinct pid; "))
	    SEQ("c", S(R "multiplier 3 distinct object; ")),
	    "r0:/a,p1 r1:/a,p2 r2:/b,p2 r3:/c,p3",
	    "b@1=0,1; a@2=1,2; b@3=2,3; c@3=1,2,3");
}

static void
a_count_waits_until_it_is_complete(void **state)
{
	struct play	*p = play_new(SEQ("s", "by pid; "
	    S(R "multiplier 3; ")));

	(void)state;
	(void)play(p, "r0:p1 r1:p2 r2:p1");
	assert_int_equal(engine_waiting(p->e, 0), 2);
	(void)play(p, "r3:p1");
	assert_int_equal(engine_waiting(p->e, 0), 1);
	play_free(p);
}

static void
distinct_may_go_without_a_time(void **state)
{
	(void)state;
	plays(SEQ("s", S(R "multiplier 2 distinct pid; ") S(X)),
	    "r0:p1 r1:p1 x2 r9:p2 x10:p1", "s@10=1,3,4");
}

static void
each_combination_counts_for_itself(void **state)
{
	(void)state;
	plays(SEQ("s", S(R "multiplier 2 in 9 seconds; bind $f object; ")
	    S(X "object == $f; ")), "r0:/a r1:/b r2:/b x3:/a x4:/b",
	    "s@4=1,2,4 f=/b");
}

static void
a_count_goes_on_when_its_beginning_is_used_up(void **state)
{
	(void)state;
	plays(SEQ("s", S(R) S(W "multiplier 2 in 9 seconds; bind $f object; ")
	    S(X "object == $f; ")),
	    "r0 w1:/b w2:/a w3:/a x4:/a w5:/b x6:/b",
	    "s@4=0,2,3,4 f=/a; s@6=0,1,5,6 f=/b");
	plays(SEQ("s", S(R) S(W "multiplier 2 distinct pid; bind $f object; ")
	    S(X "object == $f; ")),
	    "r0 w1:/b w2:/a w3:/a,p2 x4:/a w5:/b,p2 x6:/b",
	    "s@4=0,2,3,4 f=/a; s@6=0,1,5,6 f=/b");
}

static void
of_one_or_more_the_last_counts(void **state)
{
	static const char	 rules[] = SEQ("s", "strict; " S(R)
	    S(W "multiplier 1 or more; ") S(X));

	(void)state;
	plays(rules, "r0 w1 w2 w3 x4", "s@4=0,3,4");
	plays(rules, "r0 w1 w2 u3 w4 x5", "");
	plays(rules, "r0 x1", "");
}

static void
of_three_or_more_the_first_two_stay(void **state)
{
	(void)state;
	plays(SEQ("s", "strict; " S(R) S(W "multiplier 3 or more; ") S(X)),
	    "r0 w1 w2 x3 r4 w5 w6 w7 w8 w9 x10", "s@10=4,5,6,9,10");
}

static void
the_time_to_the_next_state_runs_from_the_last_of_more(void **state)
{
	(void)state;
	plays(SEQ("s", "strict; " S(R) S(W "multiplier 1 or more; ")
	    S(X "within 2 seconds; ")), "r0 w1 w8 x9", "");
	plays(SEQ("s", "strict; " S(R) S(W "multiplier 1 or more; ")
	    S(X "within 2 seconds; ")), "r0 w1 w3 w5 x7", "s@7=0,3,4");
}

static void
within_is_to_the_first_of_many(void **state)
{
	(void)state;
	plays(SEQ("s", S(R) S(W "within 2 seconds; multiplier 3; ")),
	    "r0 w1 w8 w20", "s@20=0,1,2,3");
	plays(SEQ("s", S(R) S(W "within 2 seconds; multiplier 3; ")),
	    "r0 w3 w8 w20", "");
}

static void
what_began_too_early_counts_no_more(void **state)
{
	(void)state;
	plays(SEQ("s", "by pid; timeout 5 seconds; " S(R "multiplier 3; ")),
	    "r0 r4 r6 r8", "s@8=1,2,3 pid=1");
}

/* The clock steps back: what began last is over age first. */
static void
what_came_after_a_later_beginning_counts_for_an_older_one(void **state)
{
	(void)state;
	plays(SEQ("s", "by none; timeout 1 seconds; " S(R)
	    S(W "multiplier 3; ") S(X)),
	    "r26 w22:/a r22 w23:/b w26:/c x27", "s@27=0,1,3,4,5");
	plays(SEQ("s", "by none; timeout 1 seconds; " S(R)
	    S(W "multiplier 3 distinct object; ") S(X)),
	    "r26 w22:/a r22 w23:/b w26:/c x27", "s@27=0,1,3,4,5");
}

static void
of_many_records_the_first_and_last_half_are_shown(void **state)
{
	struct play	*p = play_new(SEQ("s", "by pid; "
	    S(R "multiplier 1200; ") S(W) S(X)));
	char		 one[16];

	(void)state;
	for (unsigned i = 0; i < 1250; i++) {
		(void)snprintf(one, sizeof(one), "r%u", i);
		(void)play(p, one);
	}
	assert_string_equal(play(p, "w2000 x2001"),
	    "s@2001=50,51,52,53,54,55,56,57,58,59 pid=1");
	assert_int_equal(p->nsteps, ALERT_STEPS_MAX);
	play_free(p);
}

static void
ten_thousand_cost_no_more_than_ten(void **state)
{
	struct play	*p = play_new(SEQ("s",
	    S(R "multiplier 10000 distinct object in 1 weeks; ") S(X)));
	char		 one[32];

	(void)state;
	for (unsigned i = 0; i < 30000; i++) {
		(void)snprintf(one, sizeof(one), "r%u:/%u", i, i);
		assert_string_equal(play(p, one), "");
	}
	(void)play(p, "x30000");
	assert_int_equal(p->nsteps, ALERT_STEPS_MAX);
	play_free(p);
}

static void
an_absence_may_follow_a_count(void **state)
{
	(void)state;
	plays(SEQ("s", S(R "multiplier 2 in 9 seconds; ")
	    S(W "absent 3 seconds; ")), "r0 r1 r2 w3 r4 x9",
	    "s@7=2,4 absence");
}

/* That of which the alert begins makes room for that with which it ends. */
static void
an_alert_has_all_its_records_when_there_is_no_room(void **state)
{
	struct play	*p = play_new(SEQ("s", "by pid; " S(R)
	    S(W "multiplier 3; ")));

	(void)state;
	engine_free(p->e);
	play_begin(p, &(struct engine_options){ .want_uid = true,
	    .max_open = 1, .max_counted = 2 });
	assert_string_equal(play(p, "r0 w1 w2 w3 r4 w5 w6 w7"),
	    "s@3=0,1,2,3 pid=1; s@7=4,5,6,7 pid=1");
	play_free(p);
}

/* So many records lie in tallies after these, and this is what they raise. */
static void
counts(struct play *p, const char *script, unsigned n, const char *alerts)
{
	assert_string_equal(play(p, script), alerts);
	assert_int_equal(tallies_used(p->e->tallies), n);
}

static void
one_record_takes_no_tally(void **state)
{
	struct play	*p = play_new(SEQ("s", "by pid; "
	    S(R "multiplier 3; ")));

	(void)state;
	counts(p, "r0:p1 r1:p2 r2:p3", 0, "");
	counts(p, "r3:p2", 2, "");
	assert_int_equal(p->e->stats.started, 3);
	counts(p, "r4:p2", 0, "s@4=1,3,4 pid=2");
	play_move(p);
	counts(p, "r5:p1 r6:p1 r7:p3 r8:p3", 0,
	    "s@6=0,5,6 pid=1; s@8=2,7,8 pid=3");
	assert_int_equal(p->e->stats.started, 3);
	play_free(p);
}

static void
the_same_value_again_takes_the_place_of_the_only_one(void **state)
{
	struct play	*p = play_new(SEQ("s", "timeout 20 seconds; "
	    S(R "multiplier 2 distinct object in 10 seconds; ")));

	(void)state;
	counts(p, "r0:/a r5:/a r9:/a r8:/a", 0, "");
	assert_int_equal(p->e->stats.started, 1);
	play_move(p);
	counts(p, "r12:/b", 0, "s@12=3,4");
	counts(p, "r13:/b r24:/c", 2, "");
	play_free(p);
}

static void
the_only_one_gets_over_age(void **state)
{
	struct play	*p = play_new(SEQ("s", "timeout 10 seconds; "
	    S(R "multiplier 2; ")));

	(void)state;
	counts(p, "r0 x11", 0, "");
	assert_int_equal(engine_waiting(p->e, 0), 0);
	/* A clock that steps back does not make it younger. */
	counts(p, "r5", 0, "");
	assert_int_equal(p->e->stats.expired, 1);
	assert_int_equal(p->e->stats.started, 2);
	counts(p, "r15", 0, "s@15=2,3");
	play_free(p);
}

static void
the_only_one_is_cancelled_or_makes_room(void **state)
{
	const struct engine_options	 few = { .max_instances = 2 };
	struct play			*p = play_new(SEQ("s", "by pid; "
	    S(R "multiplier 2; ") "cancel { event <auditevent> "
	    "{ AUE_UNLINK; }; status any; }; "));

	(void)state;
	counts(p, "r0:p1 r1:p2 u2:p1 r3:p1", 0, "");
	assert_int_equal(p->e->stats.started, 3);
	assert_int_equal(engine_waiting(p->e, 0), 2);
	engine_free(p->e);
	play_begin(p, &few);
	/* The oldest goes. */
	counts(p, "r4:p1 r5:p2 r6:p3 r7:p1", 0, "");
	assert_int_equal(p->e->stats.evicted, 2);
	(void)play(p, "r8:p3");
	assert_int_equal(p->e->stats.alerts, 1);
	play_free(p);
}

/* What starts the two makes room for the second: the count has no start. */
static void
what_comes_out_outlives_a_count_that_had_to_make_room(void **state)
{
	const struct engine_options	 one = { .max_counted = 1 };
	struct play			*p = play_new(SEQ("s",
	    "strict; timeout 60 seconds; " S(R) S(W "multiplier 2; ") S(X)));

	(void)state;
	engine_free(p->e);
	play_begin(p, &one);
	assert_string_equal(play(p, "r0 w1 w2 x3"), "s@3=0,1,2,3");
	play_free(p);
}

/* What else a key has is in the same group, or in others. */
static void
one_record_is_counted_beside_what_waits(void **state)
{
	(void)state;
	plays(SEQ("s", S(R "multiplier 2; ") S(W) S(U)),
	    "r0 r1 r2 w3 r4 u5", "s@5=0,1,3,5");
	plays(SEQ("s", S(R "multiplier 2 distinct pid; ")
	    S(W "bind $f object; ") S(U "object == $f; ")),
	    "r0:p1 r1:p2 w2:/a r3:p3 w4:/b u5:/b r6:p4 r7:p4 r8:p5 w9:/a u10:/a",
	    "s@5=1,3,4,5 f=/b; s@10=7,8,9,10 f=/a");
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
#define TEST(name) cmocka_unit_test(name)
		TEST(a_multiplier_is_so_many_states),
		TEST(old_ones_fall_out_of_a_window_one_by_one),
		TEST(a_window_includes_its_end_in_milliseconds),
		TEST(what_comes_out_are_the_newest),
		TEST(a_window_that_is_missed_leaves_what_came_out_before),
		TEST(different_values_are_counted_once_each),
		TEST(rules_differ_in_what_they_tell_apart),
		TEST(a_count_waits_until_it_is_complete),
		TEST(distinct_may_go_without_a_time),
		TEST(each_combination_counts_for_itself),
		TEST(a_count_goes_on_when_its_beginning_is_used_up),
		TEST(of_one_or_more_the_last_counts),
		TEST(of_three_or_more_the_first_two_stay),
		TEST(the_time_to_the_next_state_runs_from_the_last_of_more),
		TEST(within_is_to_the_first_of_many),
		TEST(what_began_too_early_counts_no_more),
		TEST(what_came_after_a_later_beginning_counts_for_an_older_one),
		TEST(of_many_records_the_first_and_last_half_are_shown),
		TEST(ten_thousand_cost_no_more_than_ten),
		TEST(an_absence_may_follow_a_count),
		TEST(an_alert_has_all_its_records_when_there_is_no_room),
		cmocka_unit_test(one_record_takes_no_tally),
		cmocka_unit_test(
		    the_same_value_again_takes_the_place_of_the_only_one),
		cmocka_unit_test(the_only_one_gets_over_age),
		cmocka_unit_test(the_only_one_is_cancelled_or_makes_room),
		cmocka_unit_test(
		    what_comes_out_outlives_a_count_that_had_to_make_room),
		cmocka_unit_test(one_record_is_counted_beside_what_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
