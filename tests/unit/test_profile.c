/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_profile.c - where the time of an engine goes. How much it is, nobody
 * promises; what it is counted for is tested.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <cmocka.h>

#include "engine/profile.h"

#define RULES	2
#define SETS	1

static const struct program	program = { .nrules = RULES,
	.nobject_sets = SETS };

/* The next batch that is followed; each has N records. */
static void
next_followed(struct profile *p, size_t n)
{
	while (!profile_batch(p, p->records + n))
		;
}

/* Batches until one was not interrupted, each with the same in it. */
static void
until_it_counts(struct profile *p, void (*does)(struct profile *))
{
	const uint64_t	 before = p->followed;

	for (unsigned i = 0; i < 1000 && p->followed == before; i++) {
		next_followed(p, 1);
		does(p);
		profile_end(p);
	}
	assert_true(p->followed > before);
}

static void
one_batch_in_so_many_is_followed(void **state)
{
	struct profile	*p = profile_new(&program);
	unsigned	 followed = 0;

	(void)state;
	for (unsigned i = 0; i < 3 * PROFILE_EVERY; i++)
		followed += profile_batch(p, 16 * (i + 1));
	profile_end(p);
	assert_int_equal(followed, 3);
	assert_int_equal(p->records, 3 * PROFILE_EVERY * 16);
	assert_int_equal(p->followed + 16 * p->dropped, 3 * 16);
	profile_free(p);
}

static void
stages(struct profile *p)
{
	assert_int_equal(profile_enter(p, PROFILE_PLAN), PROFILE_TOKENS);
	assert_int_equal(profile_enter(p, PROFILE_ALERTS), PROFILE_PLAN);
}

static void
a_stage_ends_when_another_begins(void **state)
{
	struct profile	*p = profile_new(&program);

	(void)state;
	until_it_counts(p, stages);
	assert_true(p->ns[PROFILE_TOKENS] != 0);
	assert_true(p->ns[PROFILE_PLAN] != 0);
	assert_true(p->ns[PROFILE_ALERTS] != 0);
	assert_true(p->ns[PROFILE_RULES] == 0);
	profile_free(p);
}

static void
rules(struct profile *p)
{
	profile_rule(p, 0, true);
	profile_rule(p, 1, true);
	profile_matched(p);
	profile_enter(p, PROFILE_ALERTS);
	profile_enter(p, PROFILE_RULES);
	profile_no_rule(p);
	profile_rule(p, 1, true);
	profile_rule(p, 1, false);	/* has considered it before */
	profile_no_rule(p);
}

static void
rules_are_counted_each_time_they_are_considered(void **state)
{
	struct profile	*p = profile_new(&program);

	(void)state;
	until_it_counts(p, rules);
	assert_int_equal(p->rules[0].considered, 1);
	assert_int_equal(p->rules[0].matched, 0);
	assert_int_equal(p->rules[1].considered, 2);
	assert_int_equal(p->rules[1].matched, 1);
	profile_free(p);
}

static void
sets(struct profile *p)
{
	profile_rule(p, 1, true);
	profile_ask(p, 0);
	profile_answered(p, true);
	profile_ask(p, 0);
	profile_answered(p, false);
	profile_no_rule(p);
}

static void
a_set_that_a_rule_asks_is_counted_for_itself(void **state)
{
	struct profile	*p = profile_new(&program);

	(void)state;
	until_it_counts(p, sets);
	assert_int_equal(p->sets[0].considered, 2);
	assert_int_equal(p->sets[0].matched, 1);
	assert_int_equal(p->rules[1].considered, 1);
	assert_int_equal(p->rules[1].matched, 0);
	assert_true(p->ns[PROFILE_PATTERNS] != 0);
	profile_free(p);
}

static void
a_batch_that_was_interrupted_does_not_count(void **state)
{
	const struct timespec	 long_enough = { .tv_nsec = 20000000 };
	struct profile		*p = profile_new(&program);

	(void)state;
	next_followed(p, 16);
	profile_rule(p, 0, true);
	(void)nanosleep(&long_enough, NULL);
	profile_end(p);
	assert_int_equal(p->dropped, 1);
	assert_int_equal(p->followed, 0);
	assert_int_equal(p->rules[0].considered, 0);
	profile_free(p);
}

static void
what_is_not_followed_may_end_as_well(void **state)
{
	struct profile	*p = profile_new(&program);

	(void)state;
	profile_end(p);
	assert_true(profile_batch(p, 1));
	profile_end(p);
	profile_end(p);
	assert_false(profile_batch(p, 2));
	assert_int_equal(p->records, 2);
	profile_free(p);
	profile_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_batch_in_so_many_is_followed),
		cmocka_unit_test(a_stage_ends_when_another_begins),
		cmocka_unit_test(
		    rules_are_counted_each_time_they_are_considered),
		cmocka_unit_test(a_set_that_a_rule_asks_is_counted_for_itself),
		cmocka_unit_test(a_batch_that_was_interrupted_does_not_count),
		cmocka_unit_test(what_is_not_followed_may_end_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
