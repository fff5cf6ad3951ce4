/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_order.c - states that may come in any order, fact by fact.
 */
#include "play.h"

#define ANY(words) SEQ("s", "order any; timeout 10 seconds; " words)

static void
the_states_may_come_in_any_order(void **state)
{
	(void)state;
	plays(ANY(S(R) S(W) S(U)), "u0 r1 w2", "s@2=0,1,2");
	plays(ANY(S(R) S(W) S(U)), "w0 u1 r2", "s@2=0,1,2");
}

static void
all_have_to_come_within_the_timeout(void **state)
{
	(void)state;
	plays(ANY(S(R) S(W)), "r0 w10.900", "s@10.900=0,1");
	plays(ANY(S(R) S(W)), "r0 w11", "");
	plays(ANY(S(R) S(W)), "r0 w11 r12", "s@12=1,2");
}

static void
a_record_takes_the_first_state_that_is_free(void **state)
{
	(void)state;
	plays(ANY(S(R) S("event any; status any; ")), "r0 r1", "s@1=0,1");
	plays(ANY(S("event any; status any; ") S(R)), "r0 r1", "s@1=0,1");
	plays(ANY(S("event any; status any; ") S(R)), "r0 x1 r2", "s@2=1,2");
}

static void
else_it_takes_the_place_of_the_oldest(void **state)
{
	(void)state;
	plays(ANY(S(R) S(W)), "r0 r5 r6 w12", "s@12=2,3");
}

static void
a_state_may_want_many(void **state)
{
	(void)state;
	plays(ANY(S(R "multiplier 2; ") S(W)), "r0 w1 r2", "s@2=0,1,2");
	plays(ANY(S(R "multiplier 2 in 3 seconds; ") S(W)),
	    "r0 w1 r4 r6", "s@6=1,2,3");
	plays(ANY(S(R "multiplier 2 distinct object; ") S(W)),
	    "r0:/a w1 r2:/a r3:/b", "s@3=1,2,3");
}

static void
an_alert_uses_all_of_it_up(void **state)
{
	(void)state;
	plays(ANY(S(R) S(W)), "r0 w1 w2 r3", "s@1=0,1; s@3=2,3");
}

static void
cancel_except_and_keys_work_as_ever(void **state)
{
	(void)state;
	plays(ANY("cancel { " EV("EXIT") "}; " S(R) S(W)), "r0 e1 w2 r3",
	    "s@3=2,3");
	plays(ANY("except { pid == 9; }; " S(R) S(W)), "r0:p9 w1 r2",
	    "s@2=1,2");
	plays(ANY("by pid; " S(R) S(W)), "r0:p1 w1:p2 r2:p2",
	    "s@2=1,2 pid=2");
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
#define TEST(name) cmocka_unit_test(name)
		TEST(the_states_may_come_in_any_order),
		TEST(all_have_to_come_within_the_timeout),
		TEST(a_record_takes_the_first_state_that_is_free),
		TEST(else_it_takes_the_place_of_the_oldest),
		TEST(a_state_may_want_many),
		TEST(an_alert_uses_all_of_it_up),
		TEST(cancel_except_and_keys_work_as_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
