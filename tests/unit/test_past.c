/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_past.c - what a partial match came from.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/past.h"

/* The chain with one more record; the old number is given back. */
static uint32_t
longer(struct pasts *p, uint32_t head, uint64_t offset)
{
	const uint32_t	 more = past_add(p, head, (struct past){
	    .offset = offset, .state = 1 });

	past_drop(p, head);
	return more;
}

static void
a_past_is_listed_oldest_first(void **state)
{
	struct pasts		 p;
	struct alert_step	 steps[ALERT_STEPS_MAX];
	uint32_t		 head = 0;

	(void)state;
	pasts_init(&p, true);
	assert_int_equal(past_list(&p, 0, steps), 0);
	for (uint64_t i = 0; i < 5; i++)
		head = longer(&p, head, i);
	assert_int_equal(past_list(&p, head, steps), 5);
	for (uint64_t i = 0; i < 5; i++)
		assert_int_equal(steps[i].offset, i);
	past_drop(&p, head);
	assert_int_equal(p.records.used, 0);
	pasts_fini(&p);
}

static void
pasts_share_what_they_have_in_common(void **state)
{
	struct pasts		 p;
	struct alert_step	 steps[ALERT_STEPS_MAX];
	uint32_t		 common, a, b;

	(void)state;
	pasts_init(&p, true);
	common = longer(&p, longer(&p, 0, 1), 2);
	a = past_add(&p, common, (struct past){ .offset = 3 });
	b = past_add(&p, common, (struct past){ .offset = 4 });
	assert_int_equal(p.records.used, 4);
	past_drop(&p, common);
	past_drop(&p, a);
	assert_int_equal(p.records.used, 3);
	assert_int_equal(past_list(&p, b, steps), 3);
	assert_int_equal(steps[1].offset, 2);
	assert_int_equal(steps[2].offset, 4);
	past_drop(&p, past_hold(&p, b));
	past_drop(&p, b);
	assert_int_equal(p.records.used, 0);
	pasts_fini(&p);
}

static void
of_a_long_past_both_ends_are_kept(void **state)
{
	struct pasts		 p;
	struct alert_step	 steps[ALERT_STEPS_MAX];
	uint32_t		 head = 0;

	(void)state;
	pasts_init(&p, true);
	for (uint64_t n = 1; n < 5000; n++) {
		head = longer(&p, head, n - 1);
		assert_true(p.records.used < 3 * PASTS_ENDS + 1);
		if (n != 1000 && n != 1001 && n % 251 != 0)
			continue;
		assert_int_equal(past_list(&p, head, steps),
		    n < ALERT_STEPS_MAX ? n : ALERT_STEPS_MAX);
		for (uint64_t i = 0; i < n && i < PASTS_ENDS; i++)
			assert_int_equal(steps[i].offset, i);
		for (uint64_t i = PASTS_ENDS; i < n && i < ALERT_STEPS_MAX;
		    i++)
			assert_int_equal(steps[i].offset, n <=
			    ALERT_STEPS_MAX ? i : n - ALERT_STEPS_MAX + i);
	}
	past_drop(&p, head);
	assert_int_equal(p.records.used, 0);
	pasts_fini(&p);
}

static void
an_origin_goes_with_the_last_who_holds_it(void **state)
{
	struct pasts	 p;
	uint32_t	 o;

	(void)state;
	pasts_init(&p, true);
	o = origin_new(&p, &(struct origin){ .start = 7 }, 99);
	assert_int_equal(origin_hash(&p, o), 99);
	assert_int_equal(origin_hold(&p, o), o);
	origin_drop(&p, o);
	assert_int_equal(origin_at(&p, o)->start, 7);
	assert_int_equal(p.origins.used, 1);
	origin_drop(&p, o);
	origin_drop(&p, 0);
	assert_int_equal(p.origins.used, 0);
	pasts_fini(&p);
}

static void
an_origin_is_the_first_of_its_past(void **state)
{
	struct pasts		 p;
	struct alert_step	 steps[ALERT_STEPS_MAX];
	uint32_t		 o, first, both;

	(void)state;
	pasts_init(&p, false);
	o = origin_new(&p, &(struct origin){ .offset = 5, .state = 1,
	    .source = 3, .quality = FRAME_RECOVERED }, 0);
	first = past_of(&p, o);
	both = past_add(&p, first, (struct past){ .offset = 6, .state = 2 });
	assert_int_equal(past_at(&p, first).length, 1);
	assert_int_equal(past_list(&p, both, steps), 2);
	assert_int_equal(steps[0].offset, 5);
	assert_int_equal(steps[0].state, 1);
	assert_int_equal(steps[0].source, 3);
	assert_int_equal(steps[0].quality, FRAME_RECOVERED);
	assert_int_equal(steps[1].offset, 6);
	past_drop(&p, first);
	origin_drop(&p, o);
	assert_int_equal(p.origins.used, 1);
	past_drop(&p, both);
	assert_int_equal(p.origins.used, 0);
	assert_int_equal(p.records.used, 0);
	pasts_fini(&p);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_past_is_listed_oldest_first),
		cmocka_unit_test(pasts_share_what_they_have_in_common),
		cmocka_unit_test(of_a_long_past_both_ends_are_kept),
		cmocka_unit_test(an_origin_goes_with_the_last_who_holds_it),
		cmocka_unit_test(an_origin_is_the_first_of_its_past),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
