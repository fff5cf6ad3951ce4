/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_absence.c - what does not come, fact by fact.
 */
#include "play.h"

#include "engine/inside.h"

#define CLOSED	SEQ("s", S(R) S(W "absent 5 seconds; "))

static void
an_absence_is_told_by_a_record_later_than_its_end(void **state)
{
	(void)state;
	plays(CLOSED, "r0.500 x5.500", "");
	plays(CLOSED, "r0.500 x5.501", "s@5.500=0 absence");
}

static void
a_record_of_another_source_tells_nothing(void **state)
{
	(void)state;
	plays(CLOSED, "r0 x9:@1", "");
	plays(CLOSED, "r0 x9:@1 e6", "s@5=0 absence");
}

static void
anybodys_record_tells_it(void **state)
{
	(void)state;
	plays(CLOSED, "r0:u1 x6:u2", "s@5=0 absence");
}

static void
what_comes_in_time_ends_the_wait(void **state)
{
	(void)state;
	plays(CLOSED, "r0 w3 x9", "");
	plays(CLOSED, "r0 w5 x9", "");			/* at its end */
	plays(CLOSED, "r0 w5.001 x9", "s@5=0 absence");
	plays(CLOSED, "r9 w2 x20", "");		/* differences have a sign */
}

static void
only_what_fits_ends_it(void **state)
{
	(void)state;
	plays(SEQ("s", S(R "bind $f object; ")
	    S(W "absent 5 seconds; object == $f; ")),
	    "r0:/a r1:/b w2:/a x9", "s@6=1 f=/b absence");
	plays(CLOSED, "r0:u1 w3:u2 x9", "s@5=0 absence");
}

static void
what_waits_is_not_renewed(void **state)
{
	(void)state;
	plays(CLOSED, "r0 r4 x9", "s@5=0 absence");
	/* When it has ended, another may begin. */
	plays(CLOSED, "r0 w1 r4 x10", "s@9=2 absence");
}

static void
time_may_pass_without_a_record(void **state)
{
	(void)state;
	plays(CLOSED, "r0 .5", "");
	plays(CLOSED, "r0 .6", "s@5=0 absence");
	plays(CLOSED, "r0 .6:@1", "");
	plays(CLOSED, "r0 .6 .9 x10", "s@5=0 absence");
}

static void
the_sequence_goes_on_at_the_end_of_an_absence(void **state)
{
	static const char	 rules[] = SEQ("s", S(R)
	    S(W "absent 5 seconds; ") S(X "within 2 seconds; "));

	(void)state;
	plays(rules, "r0 x7", "s@7=0,1");
	plays(rules, "r0 x7.001", "");
	plays(rules, "r0 x5", "");
}

static void
one_absence_may_follow_another(void **state)
{
	(void)state;
	plays(SEQ("s", S(R) S(W "absent 2 seconds; ")
	    S(U "absent 3 seconds; ")), "r0 x9", "s@5=0 absence");
	plays(SEQ("s", S(R) S(W "absent 2 seconds; ")
	    S(U "absent 3 seconds; ")), "r0 w3 u4 x9", "");
}

static void
an_absence_that_ends_beyond_the_timeout_does_not_hold(void **state)
{
	static const char	 rules[] = SEQ("s", "timeout 9 seconds; "
	    S(R) S(U) S(W "absent 5 seconds; "));

	(void)state;
	plays(rules, "r0 u4 x20", "s@9=0,1 absence");
	plays(rules, "r0 u5 x20", "");
}

static void
absences_come_by_their_end_and_before_all_else(void **state)
{
	static const char	 rules[] = SEQ("slow", S(R)
	    S(W "absent 5 seconds; ")) SEQ("quick", S(U)
	    S(W "absent 1 seconds; ")) SEQ("now", S(X));

	(void)state;
	plays(rules, "r0 u3 x9", "quick@4=1 absence; slow@5=0 absence; "
	    "now@9=2");
}

/*
 * One record began them all. What ended before has left its place, the last of
 * them first; and what is folded leaves others.
 */
static void
of_equal_ends_that_comes_first_which_waited_first(void **state)
{
	static const char	 rules[] = SEQ("s", S(R)
	    S(U "bind $f object; ")
	    S(W "absent 5 seconds; object == $f; "));

	(void)state;
	for (uint32_t open = 0; open < 3; open++)
		for (unsigned moves = 0; moves < 2; moves++) {
			struct play	*p = play_new(rules);

			engine_free(p->e);
			play_begin(p, &(struct engine_options){
			    .max_open = open });
			assert_string_equal(play(p, "r0 r0:u1 r0:u2 u1:/x "
			    "u1:/y u1:/z w2:/x w2:/y w2:/z u1:/v,u1 w2:/v,u1 "
			    "r3:u4 r3:u5 r3:u6 u3:/c u3:/a"), "");
			if (moves == 1)
				play_move(p);
			assert_string_equal(play(p, "u3:/d u3:/b x9"),
			    "s@8=0,14 f=/c absence; s@8=0,15 f=/a absence; "
			    "s@8=0,16 f=/d absence; s@8=0,17 f=/b absence");
			play_free(p);
		}
}

static void
an_alert_shows_the_last_record_that_took_part(void **state)
{
	struct play	*p = play_new(SEQ("s", "scope session; " S(R)
	    S(U) S(W "absent 5 seconds; ")));

	(void)state;
	assert_string_equal(play(p, "r0:s7 u1:s7 x9:s8"),
	    "s@6=0,1 session=7 absence");
	play_free(p);
}

static void
what_still_waits_is_counted(void **state)
{
	struct play	*p = play_new(CLOSED);

	(void)state;
	assert_string_equal(play(p, "r0:u1 r1:u2 w2:u1"), "");
	assert_int_equal(engine_waiting(p->e, 0), 1);
	assert_int_equal(engine_waiting(p->e, 1), 0);
	play_free(p);
}

static void
a_clock_that_steps_back_ends_nothing_sooner(void **state)
{
	(void)state;
	plays(CLOSED, "r10 x3 x14 x16", "s@15=0 absence");
}

/* Of each waiting, the deadline; of the groups, those that are not folded. */
static void
waits_folded(const struct play *p, uint32_t waits, uint32_t open)
{
	assert_int_equal(partials_count(p->e->partials), waits);
	assert_int_equal(p->e->sources[0].watch.absences.n, waits);
	assert_int_equal(p->e->pasts.origins.used, open);
}

static void
what_begins_to_wait_lies_folded_until_its_end(void **state)
{
	struct play	*p = play_new(CLOSED);

	(void)state;
	assert_string_equal(play(p, "r0:u1 r1:u2 r2:u3"), "");
	waits_folded(p, 3, 0);
	assert_string_equal(play(p, "w3:u1 w3:u2"), "");
	waits_folded(p, 1, 0);
	assert_string_equal(play(p, "x9"), "s@7=2 absence");
	waits_folded(p, 0, 0);
	play_free(p);
}

static void
what_makes_room_is_waited_for_no_more(void **state)
{
	struct play	*p = play_new(CLOSED);

	(void)state;
	engine_free(p->e);
	play_begin(p, &(struct engine_options){ .max_instances = 2 });
	assert_string_equal(play(p, "r0:u1 r1:u2 r2:u3"), "");
	waits_folded(p, 2, 0);
	assert_int_equal(p->e->stats.evicted, 1);
	assert_string_equal(play(p, "x9"), "s@6=1 absence; s@7=2 absence");
	play_free(p);
}

static void
what_is_cancelled_is_waited_for_no_more(void **state)
{
	struct play	*p = play_new(SEQ("s", S(R) S(W "absent 5 seconds; ")
	    "cancel { event <auditevent> { AUE_UNLINK; }; status any; }; "));

	(void)state;
	assert_string_equal(play(p, "r0:u1 r1:u2 u2:u1"), "");
	waits_folded(p, 1, 0);
	assert_string_equal(play(p, "x9"), "s@6=1 absence");
	play_free(p);
}

static void
what_is_made_again_waits_folded_as_before(void **state)
{
	struct play	*p = play_new(CLOSED);

	(void)state;
	assert_string_equal(play(p, "r0:u1 r1:u2 r2:u3 r3:u4"), "");
	play_move(p);
	waits_folded(p, 4, 0);
	assert_int_equal(p->e->sources[0].watch.absences.nheap, 0);
	assert_string_equal(play(p, "r4:u2 w5:u1 w6:u4 x9"),
	    "s@6=1 absence; s@7=2 absence");
	play_free(p);
}

/* A third state is waited for behind the second, which may be met again. */
static void
what_has_gone_on_is_opened_for_what_comes_besides(void **state)
{
	static const char	 rules[] = SEQ("s", S(R)
	    S(W "absent 5 seconds; ") S(X));

	(void)state;
	plays(rules, "r0 u6 r7 w8 x9", "s@9=0,4");
	plays(rules, "r0 u6 r7 u13 x14", "s@14=2,4");
}

static void
across_hosts_all_sources_end_it(void **state)
{
	static const char	 rules[] = SEQ("s", "across hosts; " S(R)
	    S(W "absent 5 seconds; "));

	(void)state;
	plays(rules, "r0:@1,u1 r1:u2 w2:u1 x9", "s@6=1 absence");
	plays(rules, "r0:@1,u1 x9", "s@5=0 absence");
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
#define TEST(name) cmocka_unit_test(name)
		TEST(an_absence_is_told_by_a_record_later_than_its_end),
		TEST(a_record_of_another_source_tells_nothing),
		TEST(anybodys_record_tells_it),
		TEST(what_comes_in_time_ends_the_wait),
		TEST(only_what_fits_ends_it),
		TEST(what_waits_is_not_renewed),
		TEST(time_may_pass_without_a_record),
		TEST(the_sequence_goes_on_at_the_end_of_an_absence),
		TEST(one_absence_may_follow_another),
		TEST(an_absence_that_ends_beyond_the_timeout_does_not_hold),
		TEST(absences_come_by_their_end_and_before_all_else),
		TEST(of_equal_ends_that_comes_first_which_waited_first),
		TEST(an_alert_shows_the_last_record_that_took_part),
		TEST(what_still_waits_is_counted),
		TEST(a_clock_that_steps_back_ends_nothing_sooner),
		TEST(what_begins_to_wait_lies_folded_until_its_end),
		TEST(what_makes_room_is_waited_for_no_more),
		TEST(what_is_cancelled_is_waited_for_no_more),
		TEST(what_is_made_again_waits_folded_as_before),
		TEST(what_has_gone_on_is_opened_for_what_comes_besides),
		TEST(across_hosts_all_sources_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
