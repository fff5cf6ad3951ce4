/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_cooldown.c - alerts that are held back for a while.
 */
#include "play.h"

#include "engine/cooldown.h"

static void
for_so_long_no_other_alert_comes(void **state)
{
	static const char	 rules[] = SEQ("s", "by pid; "
	    "cooldown 5 seconds; " S(R));

	(void)state;
	plays(rules, "r0.500 r3 r5.500 r5.501 r6",
	    "s@0.500=0 pid=1; s@5.501=3 pid=1 +2");
}

static void
it_works_in_the_old_life_too(void **state)
{
	(void)state;
	plays(SEQ("s", "cooldown 5 seconds; " S(R) S(W)),
	    "r0 w1 r2 w3 r4 w7 r8 w9", "s@1=0,1; s@7=4,5 +1");
}

static void
each_key_and_each_rule_has_its_own(void **state)
{
	(void)state;
	plays(SEQ("s", "cooldown 5 seconds; " S(R)) SEQ("t", S(R)),
	    "r0:u1 r1:u2 r2:u1", "t@0=0; s@0=0; t@1=1; s@1=1; t@2=2");
	plays(SEQ("s", "by pid; cooldown 5 seconds; " S(R)),
	    "r0:p1 r1:p2 r2:p1", "s@0=0 pid=1; s@1=1 pid=2");
}

static void
an_earlier_record_is_held_back_too(void **state)
{
	(void)state;
	plays(SEQ("s", "cooldown 5 seconds; " S(R)), "r100 r3 r106",
	    "s@100=0; s@106=2 +1");
}

static void
the_trigger_is_held_back_with_the_alert(void **state)
{
	struct play	*p = play_new(SEQ("s", "cooldown 5 seconds; "
	    S(R "trigger \"/bin/true\"; ")));
	struct engine_stats	 s;

	(void)state;
	(void)play(p, "r0 r1 r2");
	assert_int_equal(p->triggers, 1);
	engine_stats(p->e, &s);
	assert_int_equal(s.alerts, 1);
	assert_int_equal(s.held_back, 2);
	play_free(p);
}

static void
what_is_held_back_is_used_up_all_the_same(void **state)
{
	(void)state;
	plays(SEQ("s", "by pid; cooldown 5 seconds; " S(R) S(W)),
	    "r0 w1 r2 w3 w8", "s@1=0,1 pid=1");
}

static void
times_at_the_ends_do_no_harm(void **state)
{
	struct cooldowns	*c = cooldowns_new();
	uint64_t		 held;

	(void)state;
	assert_false(cooldowns_hold(c, 1, INT64_MIN, 5, &held));
	assert_false(cooldowns_hold(c, 1, INT64_MAX, 5, &held));
	assert_true(cooldowns_hold(c, 1, INT64_MIN, 5, &held));
	cooldowns_free(c);
	cooldowns_free(NULL);
}

static void
beyond_so_many_keys_the_oldest_alert_is_forgotten(void **state)
{
	struct cooldowns	*c = cooldowns_new();
	uint64_t		 held;

	(void)state;
	for (uint64_t i = 0; i <= COOLDOWNS_MAX; i++)
		assert_false(cooldowns_hold(c, i, (int64_t)i, INT64_MAX,
		    &held));
	assert_int_equal(cooldowns_evicted(c), 1);
	assert_true(cooldowns_hold(c, 1, 0, INT64_MAX, &held));
	assert_false(cooldowns_hold(c, 0, 0, INT64_MAX, &held));
	cooldowns_free(c);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
#define TEST(name) cmocka_unit_test(name)
		TEST(for_so_long_no_other_alert_comes),
		TEST(it_works_in_the_old_life_too),
		TEST(each_key_and_each_rule_has_its_own),
		TEST(an_earlier_record_is_held_back_too),
		TEST(the_trigger_is_held_back_with_the_alert),
		TEST(what_is_held_back_is_used_up_all_the_same),
		TEST(times_at_the_ends_do_no_harm),
		TEST(beyond_so_many_keys_the_oldest_alert_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
