/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_life.c - how a sequence of the second edition lives, fact by fact.
 */
#include "engine/inside.h"

#include "play.h"

/* Keys. */

static void
a_record_without_a_part_of_the_key_is_not_looked_at(void **state)
{
	(void)state;
	plays(SEQ("s", "by object; strict; " S(R) S(W)),
	    "r0:/a w1 u2 w3:/a", "s@3=0,3 object=/a");
	plays(SEQ("s", "scope session; by none; " S(R) S(W)),
	    "r0:s7 w1:n w2:s7", "s@2=0,2 session=7");
}

static void
sequences_of_different_keys_do_not_meet(void **state)
{
	(void)state;
	plays(SEQ("s", "by pid; " S(R) S(W)), "r0:p1 w1:p2 r2:p2 w3:p1 w4:p2",
	    "s@3=0,3 pid=1; s@4=2,4 pid=2");
	plays(SEQ("s", "by object, pid; " S(R) S(W)),
	    "r0:/a,p1 w1:/a,p2 w2:/b,p1 w3:/a,p1", "s@3=0,3 object=/a pid=1");
}

static void
the_subject_is_a_part_of_the_key_unless_it_is_by_none(void **state)
{
	(void)state;
	plays(SEQ("s", "by pid; " S(R) S(W)), "r0:u1 w1:u2", "");
	plays(SEQ("s", "by none; " S(R) S(W)), "r0:u1 w1:u2", "s@1=0,1");
}

static void
by_none_the_subject_says_who_may_begin(void **state)
{
	static const char	 rules[] = "sequence s { subject <auid> "
	    "{ root; }; by none; " S(R) S(W) "};";

	(void)state;
	plays(rules, "r0:u5 w1:u0 r2:u0 w3:u5", "s@3=2,3");
}

static void
each_source_and_each_host_has_its_own(void **state)
{
	(void)state;
	plays(SEQ("s", "by pid; " S(R) S(W)), "r0 w1:@1 w2", "s@2=0,2 pid=1");
	plays(SEQ("s", "by pid; " S(R) S(W)),
	    "r0:ha r1:hb w2:ha w3:hb", "s@2=0,2 pid=1; s@3=1,3 pid=1");
}

static void
across_hosts_all_sources_share(void **state)
{
	(void)state;
	plays(SEQ("s", "across hosts; " S(R) S(W)), "r0:@1,hx w1:hy",
	    "s@1=0,1");
	/* The clocks are one: the second source makes the first older. */
	plays(SEQ("s", "across hosts; timeout 5 seconds; " S(R) S(W)),
	    "r0 x9:@1 w5", "");
}

/* Partial matches. */

static void
a_record_that_meets_a_state_renews_its_partial_match(void **state)
{
	(void)state;
	plays(SEQ("s", S(R) S(W "within 2 seconds; ")), "r0 r9 w10",
	    "s@10=1,2");
}

static void
the_partial_match_of_the_state_before_stays(void **state)
{
	(void)state;
	plays(SEQ("s", S(R) S(W) S(U "within 2 seconds; ")), "r0 w1 w8 u9",
	    "s@9=0,2,3");
}

static void
a_record_goes_one_step_at_a_time(void **state)
{
	(void)state;
	plays(SEQ("s", "by pid; " S(R) S(R) S(R)), "r0 r1", "");
	plays(SEQ("s", "by pid; " S(R) S(R) S(R)), "r0 r1 r2",
	    "s@2=0,1,2 pid=1");
}

static void
an_alert_uses_up_its_key(void **state)
{
	(void)state;
	plays(SEQ("s", "by pid; " S(R) S(W)), "r0 w1 w2 r3 w4",
	    "s@1=0,1 pid=1; s@4=3,4 pid=1");
}

static void
the_last_record_begins_nothing(void **state)
{
	(void)state;
	plays(SEQ("s", "by pid; " S(R) S(R)), "r0 r1 r2 r3",
	    "s@1=0,1 pid=1; s@3=2,3 pid=1");
}

static void
a_single_state_needs_no_partial_match(void **state)
{
	(void)state;
	plays(SEQ("s", "by pid; " S(R)), "r0 r1", "s@0=0 pid=1; s@1=1 pid=1");
}

/* Bound values. */

#define DROPPED S(W "bind $f object; ") S(X "object == $f; ")

static void
what_was_bound_has_to_fit(void **state)
{
	(void)state;
	plays(SEQ("s", DROPPED), "w0:/a x1:/b x2 x3:/a", "s@3=0,3 f=/a");
}

static void
each_combination_of_values_has_its_own_partial_match(void **state)
{
	(void)state;
	plays(SEQ("s", DROPPED), "w0:/a w1:/b x2:/a x3:/b",
	    "s@2=0,2 f=/a; s@3=1,3 f=/b");
}

static void
an_alert_uses_up_only_what_agrees_with_it(void **state)
{
	(void)state;
	plays(SEQ("s", DROPPED), "w0:/a w1:/b x2:/a x3:/a x4:/b",
	    "s@2=0,2 f=/a; s@4=1,4 f=/b");
	/* The first state has bound nothing, so it agrees with everything. */
	plays(SEQ("s", S(R) S(W "bind $f object; ") S(X "object == $f; ")),
	    "r0 w1:/a w2:/b x3:/a w4:/c x5:/b x6:/c",
	    "s@3=0,1,3 f=/a; s@5=0,2,5 f=/b");
}

static void
a_record_without_the_field_does_not_bind(void **state)
{
	(void)state;
	plays(SEQ("s", S(W "bind $f object; ") S(X)), "w0 x1 w2:/a x3",
	    "s@3=2,3 f=/a");
}

static void
variables_are_compared_in_other_ways_too(void **state)
{
	(void)state;
	plays(SEQ("s", S(W "bind $f object; ") S(X "object in $f; ")),
	    "w0:/a x1:/ab x2:/a/b", "s@2=0,2 f=/a");
	plays(SEQ("s", S(W "bind $f object; ") S(X "object != $f; ")),
	    "w0:/a x1:/a x2:/b", "s@2=0,2 f=/a");
	plays(SEQ("s", S(W "bind $p pid; ") S(X "pid == $p; ")),
	    "w0:p7 x1:p8 x2:p7", "s@2=0,2 p=7");
}

static void
two_variables_make_combinations(void **state)
{
	plays(SEQ("s", S(W "bind $f object; ") S(R "bind $p pid; ")
	    S(X "object == $f; pid == $p; ")),
	    "w0:/a w1:/b r2:p4 r3:p5 x4:/b,p6 x5:/b,p4 x6:/a,p5",
	    "s@5=1,2,5 f=/b p=4; s@6=0,3,6 f=/a p=5");
	(void)state;
}

static void
one_record_completes_the_newest_begun_first(void **state)
{
	(void)state;
	plays(SEQ("s", S(W "bind $f object; ") S(X)), "w0:/a w1:/b w2:/a x3",
	    "s@3=2,3 f=/a; s@3=1,3 f=/b");
}

static void
over_a_thousand_combinations_the_oldest_goes(void **state)
{
	struct play		*p = play_new(SEQ("s", DROPPED));
	struct engine_stats	 s;
	char			 one[32];

	(void)state;
	for (int i = 0; i < 1001; i++) {
		(void)snprintf(one, sizeof(one), "w%d:/%d", i, i);
		assert_string_equal(play(p, one), "");
	}
	engine_stats(p->e, &s);
	assert_int_equal(s.evicted, 1);
	assert_int_equal(s.instances, 1000);
	assert_string_equal(play(p, "x1001:/0"), "");
	assert_string_equal(play(p, "x1002:/1"), "s@1002=1,1002 f=/1");
	play_free(p);
}

static void
a_long_value_is_known_by_length_and_hash(void **state)
{
	struct play	*p = play_new(SEQ("s", DROPPED)
	    SEQ("t", S(W "bind $f object; ") S(X "object in $f; ")));
	struct buf	 script = { 0 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {	/* w x x x */
		buf_printf(&script, "%c%u:/", i == 0 ? 'w' : 'x', i);
		for (unsigned k = 0; k < 2000; k++)
			buf_char(&script, k == 1990 && i == 1 ? 'y' : 'z');
		buf_str(&script, i == 2 ? "/below " : " ");
	}
	assert_string_equal(play(p, buf_cstr(&script)),
	    "s@3=0,3 f=(2001)");
	buf_fini(&script);
	play_free(p);
}

/* Time. */

static void
timeout_compares_whole_seconds_from_the_first_record(void **state)
{
	static const char	 rules[] = SEQ("s", "by pid; "
	    "timeout 5 seconds; " S(R) S(W) S(U));

	(void)state;
	plays(rules, "r0.100 w4 u5.999", "s@5.999=0,1,2 pid=1");
	plays(rules, "r0.900 w4 u6", "");
}

static void
within_compares_milliseconds_from_the_state_before(void **state)
{
	static const char	 rules[] = SEQ("s", S(R)
	    S(W "within 5 seconds; "));

	(void)state;
	plays(rules, "r0.100 w5.100", "s@5.100=0,1");
	plays(rules, "r0.100 w5.101", "");
	plays(rules, "r5 w2", "s@2=0,1");	/* differences have a sign */
}

static void
anybodys_record_makes_older(void **state)
{
	(void)state;
	plays(SEQ("s", "by pid; timeout 5 seconds; " S(R) S(W)),
	    "r0 x6:u9 w5", "");
	plays(SEQ("s", S(R) S(W "within 5 seconds; ")), "r0 x6:u9 w5", "");
	plays(SEQ("s", S(R) S(W "within 5 seconds; ")), "r0 x6:@1 w5",
	    "s@5=0,2");			/* but not of another source */
}

static void
a_younger_one_that_is_over_age_leaves_no_older_one(void **state)
{
	(void)state;
	/* The clock steps back: the newer partial match ends first. */
	plays(SEQ("s", "by pid; timeout 9 seconds; " S(R) S(W)),
	    "r20 r5 x15 w16", "");
}

/* Except and cancel. */

static void
an_excepted_record_does_nothing(void **state)
{
	(void)state;
	plays(SEQ("s", "strict; except { pid == 9; }; " S(R) S(W) S(U)),
	    "r0:p9 w1 r2 x3:p9 w4:p9 w5 u6:p9 u7", "s@7=2,5,7");
	plays(SEQ("s", "except { pid == 9; }; cancel { " EV("EXIT") "}; "
	    S(R) S(W)), "r0 e1:p9 w2", "s@2=0,2");
}

static void
except_works_in_the_old_life_too(void **state)
{
	(void)state;
	plays(SEQ("s", "except { pid == 9; }; " S(R) S(W)),
	    "r0:p9 w1 r2 w3:p9 w4", "s@4=2,4");
}

static void
cancel_ends_all_of_the_key(void **state)
{
	(void)state;
	plays(SEQ("s", "cancel { " EV("EXIT") "}; " S(R) S(W)),
	    "r0 e1 w2 r3 e4:u5 w5", "s@5=3,5");
}

static void
cancel_wins_over_a_state_and_the_record_may_begin_anew(void **state)
{
	(void)state;
	plays(SEQ("s", "cancel { " EV("OPEN_W") "}; " S(R) S(W)), "r0 w1",
	    "");
	plays(SEQ("s", "cancel { " EV("OPEN_R") "}; " S(R) S(W)),
	    "r0 r1 w2", "s@2=1,2");
}

static void
cancel_with_a_variable_ends_what_it_fits(void **state)
{
	(void)state;
	plays(SEQ("s", "cancel { " EV("UNLINK") "object == $f; }; " DROPPED),
	    "w0:/a w1:/b u2:/a x3:/a x4:/b", "s@4=1,4 f=/b");
}

static void
cancel_with_a_variable_not_yet_bound_ends_nothing(void **state)
{
	(void)state;
	plays(SEQ("s", "cancel { " EV("UNLINK") "object == $f; }; " S(R)
	    S(W "bind $f object; ") S(X "object == $f; ")),
	    "r0 u1:/a w2:/a x3:/a", "s@3=0,2,3 f=/a");
}

/* Strict. */

static void
strict_bears_no_other_record_of_the_key(void **state)
{
	static const char	 rules[] = SEQ("s", "strict; " S(R) S(W) S(U));

	(void)state;
	plays(rules, "r0 w1 u2", "s@2=0,1,2");
	plays(rules, "r0 x1 w2 u3", "");
	plays(rules, "r0 x1:u5 w2 e3:@1 u4", "s@4=0,2,4");
}

static void
what_breaks_a_strict_sequence_may_begin_the_next(void **state)
{
	(void)state;
	plays(SEQ("s", "strict; " S(R) S(W) S(U)), "r0 w1 r2 w3 u4",
	    "s@4=2,3,4");
}

static void
strict_does_not_hold_while_an_absence_is_waited_for(void **state)
{
	(void)state;
	plays(SEQ("s", "strict; " S(R) S(W) S(U "absent 5 seconds; ")),
	    "r0 w1 x2 x3 x9", "s@6=0,1 absence");
}

/* Alerts of others. */

static void
a_state_may_wait_for_an_alert(void **state)
{
	static const char	 rules[] = SEQ("a", S(R) S(W))
	    SEQ("b", S("event <alert> { a; }; status any; ") S(X));

	(void)state;
	plays(rules, "r0 x1 w2 x3", "a@2=0,2; b@3=2,3");
}

static void
an_alert_is_seen_before_the_next_record(void **state)
{
	static const char	 rules[] =
	    SEQ("b", "by pid; " S("event <alert> { a; }; status any; ")
	    S("event <alert> { a; }; status failure; "))
	    SEQ("a", "by pid; " S(R));

	(void)state;
	plays(rules, "r0 r1 r2:!",
	    "a@0=0 pid=1; a@1=1 pid=1; a@2=2 pid=1; b@2=1,2 pid=1");
}

static void
an_alert_that_is_held_back_is_seen_by_nobody(void **state)
{
	static const char	 rules[] = SEQ("a", "cooldown 10 seconds; "
	    S(R)) SEQ("b", S("event <alert> { a; }; status any; "));

	(void)state;
	plays(rules, "r0 r5 r11", "a@0=0; b@0=0; a@11=2 +1; b@11=2");
}

static void
an_alert_of_an_absence_shows_the_latest_record(void **state)
{
	static const char	 rules[] = SEQ("a", S(R "bind $f object; ")
	    S(W "absent 2 seconds; "))
	    SEQ("b", S("event <alert> { a; }; object <exact> { /x; }; "
	    "status any; ") S(X "within 1 seconds; "));

	(void)state;
	plays(rules, "r0:/x x2.500", "a@2=0 f=/x absence; b@2.500=0,1");
	plays(rules, "r0:/y x2.500", "a@2=0 f=/y absence");
}

/* New. */

static void
new_is_noted_whether_or_not_anybody_waits(void **state)
{
	static const char	 rules[] = SEQ("s", "by pid; " S(R)
	    S(W "new object in 1 hours learning none; "));

	(void)state;
	plays(rules, "w0:/a r1 w2:/a w3:/b", "s@3=1,3 pid=1");
	plays(SEQ("s", S(R) S(W "new object in 1 hours learning none; ")),
	    "w0:/a r1 w2:/a w3:/b", "s@3=1,3");		/* old words */
}

/* What is told besides. */

static void
a_trigger_runs_once_for_a_state_and_once_for_an_alert(void **state)
{
	struct play	*p = play_new(SEQ("s",
	    S(W "bind $f object; trigger \"/bin/true\"; ")
	    S(R "trigger \"/bin/true\"; ") S(X "trigger \"/bin/true\"; ")));

	(void)state;
	(void)play(p, "w0:/a w1:/b");
	assert_int_equal(p->triggers, 2);
	(void)play(p, "r2");
	assert_int_equal(p->triggers, 3);
	(void)play(p, "x3");
	assert_int_equal(p->triggers, 5);
	play_free(p);
}

static void
a_uid_hangs_on_key_and_bound_values(void **state)
{
	struct play	*p = play_new(SEQ("s", "by none; "
	    S(W "bind $f any object; ") S(X)));
	uint64_t	 a[2];

	(void)state;
	assert_string_equal(play(p, "w0:/a x1"), "s@1=0,1 f=/a");
	memcpy(a, p->uid, sizeof(a));
	engine_free(p->e);
	play_begin(p, &(struct engine_options){ .want_uid = true });
	assert_string_equal(play(p, "w0:/a x1"), "s@1=2,3 f=/a");
	assert_memory_equal(a, p->uid, sizeof(a));
	play_free(p);
}

static void
the_ceiling_is_that_of_both_lives_together(void **state)
{
	struct play		*p = play_new(SEQ("old", S(R) S(W) S(U))
	    SEQ("new", "by pid; " S(R) S(W) S(U)));
	struct engine_stats	 s;

	(void)state;
	engine_free(p->e);
	play_begin(p, &(struct engine_options){ .max_instances = 4 });
	(void)play(p, "r0:u1 w1:u1 r2:u2");
	engine_stats(p->e, &s);
	assert_int_equal(s.instances, 4);
	(void)play(p, "r3:u3");		/* those of u2 make room for two */
	engine_stats(p->e, &s);
	assert_int_equal(s.instances, 4);
	assert_int_equal(s.evicted, 2);
	assert_string_equal(play(p, "u4:u1"), "old@4=0,1,4; "
	    "new@4=0,1,4 pid=1");
	assert_string_equal(play(p, "w5:u2 u6:u2"), "");
	assert_string_equal(play(p, "w7:u3 u8:u3"), "old@8=3,7,8; "
	    "new@8=3,7,8 pid=1");
	play_free(p);
}

static void
what_is_over_age_is_swept_away_while_others_begin(void **state)
{
	struct play		*p = play_new(SEQ("s", "by pid; "
	    "timeout 10 seconds; " S(R) S(W)));
	struct engine_stats	 s;
	char			 one[32];

	(void)state;
	for (int i = 0; i < 5000; i++) {
		(void)snprintf(one, sizeof(one), "r%d:u%d", i, i);
		(void)play(p, one);
	}
	engine_stats(p->e, &s);
	assert_true(s.instances < 100);
	assert_int_equal(s.started, 5000);
	assert_int_equal(s.started - s.expired, s.instances);
	assert_int_equal(engine_waiting(p->e, 0), 11);
	play_free(p);
}

static void
a_beginning_that_is_renewed_is_counted_once_and_one_over_age_anew(void **state)
{
	struct play		*p = play_new(SEQ("s", "timeout 10 seconds; "
	    DROPPED));
	struct engine_stats	 s;

	(void)state;
	(void)play(p, "w0:/a w5:/a w14:/a");
	engine_stats(p->e, &s);
	assert_int_equal(s.started, 1);
	assert_int_equal(s.expired, 0);
	assert_string_equal(play(p, "x15:/a"), "s@15=2,3 f=/a");
	(void)play(p, "w20:/a w31:/a");
	engine_stats(p->e, &s);
	assert_int_equal(s.started, 3);
	assert_int_equal(s.expired, 1);
	assert_int_equal(s.instances, 1);
	/* It has gone on: what begins anew leaves the further one alone. */
	play_free(p);
	plays(SEQ("s", "by none; " S(W) S(R) S(U)), "w0 r1 w2 u3 r4",
	    "s@3=0,1,3");
	plays(SEQ("s", "by none; " S(W) S(R) S(U)), "w0 r1 w2 r3 u4",
	    "s@4=2,3,4");
}

static void
what_begins_lies_folded_unless_it_is_followed(void **state)
{
	static const struct {
		const char	*rule;
		uint32_t	 origins;
	} rules[] = {
		{ SEQ("s", "by none; " S(W) S(R)), 0 },
		{ SEQ("s", DROPPED), 0 },
		{ SEQ("s", "by none; " S(W) S(R "multiplier 3; ")), 0 },
		{ SEQ("s", "strict; " S(W) S(R)), 1 },
		{ SEQ("s", S(W) S(R "absent 5 seconds; ")), 0 },
		{ SEQ("s", "strict; " S(W) S(R "absent 5 seconds; ")), 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct play	*p = play_new(rules[i].rule);

		(void)play(p, "w0:/a");
		assert_int_equal(partials_count(p->e->partials), 1);
		assert_int_equal(p->e->pasts.origins.used, rules[i].origins);
		play_free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
#define TEST(name) cmocka_unit_test(name)
		TEST(a_record_without_a_part_of_the_key_is_not_looked_at),
		TEST(sequences_of_different_keys_do_not_meet),
		TEST(the_subject_is_a_part_of_the_key_unless_it_is_by_none),
		TEST(by_none_the_subject_says_who_may_begin),
		TEST(each_source_and_each_host_has_its_own),
		TEST(across_hosts_all_sources_share),
		TEST(a_record_that_meets_a_state_renews_its_partial_match),
		TEST(the_partial_match_of_the_state_before_stays),
		TEST(a_record_goes_one_step_at_a_time),
		TEST(an_alert_uses_up_its_key),
		TEST(the_last_record_begins_nothing),
		TEST(a_single_state_needs_no_partial_match),
		TEST(what_was_bound_has_to_fit),
		TEST(each_combination_of_values_has_its_own_partial_match),
		TEST(an_alert_uses_up_only_what_agrees_with_it),
		TEST(a_record_without_the_field_does_not_bind),
		TEST(variables_are_compared_in_other_ways_too),
		TEST(two_variables_make_combinations),
		TEST(one_record_completes_the_newest_begun_first),
		TEST(over_a_thousand_combinations_the_oldest_goes),
		TEST(a_long_value_is_known_by_length_and_hash),
		TEST(timeout_compares_whole_seconds_from_the_first_record),
		TEST(within_compares_milliseconds_from_the_state_before),
		TEST(anybodys_record_makes_older),
		TEST(a_younger_one_that_is_over_age_leaves_no_older_one),
		TEST(an_excepted_record_does_nothing),
		TEST(except_works_in_the_old_life_too),
		TEST(cancel_ends_all_of_the_key),
		TEST(cancel_wins_over_a_state_and_the_record_may_begin_anew),
		TEST(cancel_with_a_variable_ends_what_it_fits),
		TEST(cancel_with_a_variable_not_yet_bound_ends_nothing),
		TEST(strict_bears_no_other_record_of_the_key),
		TEST(what_breaks_a_strict_sequence_may_begin_the_next),
		TEST(strict_does_not_hold_while_an_absence_is_waited_for),
		TEST(a_state_may_wait_for_an_alert),
		TEST(an_alert_is_seen_before_the_next_record),
		TEST(an_alert_that_is_held_back_is_seen_by_nobody),
		TEST(an_alert_of_an_absence_shows_the_latest_record),
		TEST(new_is_noted_whether_or_not_anybody_waits),
		TEST(a_trigger_runs_once_for_a_state_and_once_for_an_alert),
		TEST(a_uid_hangs_on_key_and_bound_values),
		TEST(the_ceiling_is_that_of_both_lives_together),
		TEST(what_is_over_age_is_swept_away_while_others_begin),
		TEST(
		a_beginning_that_is_renewed_is_counted_once_and_one_over_age_anew),
		TEST(what_begins_lies_folded_unless_it_is_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
