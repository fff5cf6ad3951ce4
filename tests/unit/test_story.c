/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run/story.h"

static void
a_key_has_one_chapter(void **state)
{
	struct story	*s = story_new(2, false);
	struct chapter	*c;

	(void)state;
	assert_null(story_find(s, 7));
	c = story_add(s, 7);
	assert_ptr_equal(story_find(s, 7), c);
	assert_null(story_find(s, 8));
	assert_int_equal(story_count(s), 1);
	story_free(s);
}

static void
lines_of_one_moment_stand_together_and_are_bounded(void **state)
{
	struct story	*s = story_new(1, false);
	struct chapter	*c = story_add(s, 1);

	(void)state;
	for (unsigned i = 0; i < STORY_LINES; i++)
		buf_char(story_line(s, c, 5), 'x');
	assert_null(story_line(s, c, 5));
	assert_int_equal(c->n, 1);
	assert_int_equal(c->moments[0].text.n, STORY_LINES);
	assert_int_equal(c->moments[0].lines, STORY_LINES + 1);
	assert_non_null(story_line(s, c, 6));
	story_free(s);
}

static void
of_many_moments_both_ends_stay(void **state)
{
	struct story	*s = story_new(1, false);
	struct chapter	*c = story_add(s, 1);

	(void)state;
	for (uint64_t i = 0; i < STORY_MOMENTS + 5; i++)
		buf_char(story_line(s, c, i), 'x');
	assert_int_equal(c->n, STORY_MOMENTS);
	assert_int_equal(c->left_out, 5);
	assert_int_equal(c->moments[STORY_MOMENTS / 2 - 1].id,
	    STORY_MOMENTS / 2 - 1);
	assert_int_equal(c->moments[STORY_MOMENTS / 2].id,
	    STORY_MOMENTS / 2 + 5);
	story_free(s);
}

static void
with_all_nothing_is_left_out(void **state)
{
	struct story	*s = story_new(1, true);
	struct chapter	*c = story_add(s, 1);

	(void)state;
	for (uint64_t i = 0; i < 100; i++)
		buf_char(story_line(s, c, i), 'x');
	assert_int_equal(c->n, 100);
	for (uint64_t i = 2; i <= STORY_CHAPTERS + 1; i++)
		(void)story_add(s, i);
	assert_int_equal(story_given_up(s), 0);
	story_free(s);
}

static void
those_that_came_farthest_come_first(void **state)
{
	struct story		*s = story_new(3, false);
	struct chapter *const	*order;
	size_t			 n;

	(void)state;
	story_add(s, 1)->far = 1;
	story_add(s, 2)->far = 3;
	story_add(s, 3)->far = 1;
	order = story_order(s, &n);
	assert_int_equal(n, 3);
	assert_int_equal(order[0]->key, 2);
	assert_int_equal(order[1]->key, 1);
	assert_int_equal(order[2]->key, 3);
	story_free(s);
}

static void
of_very_many_keys_those_that_came_least_far_go(void **state)
{
	struct story	*s = story_new(3, false);

	(void)state;
	for (uint64_t i = 0; i < STORY_CHAPTERS; i++)
		story_add(s, i)->far = i == STORY_CHAPTERS - 1 ? 2 : 1;
	(void)story_add(s, STORY_CHAPTERS);
	assert_int_equal(story_given_up(s), STORY_CHAPTERS / 2);
	assert_non_null(story_find(s, STORY_CHAPTERS - 1));
	assert_non_null(story_find(s, 0));
	assert_null(story_find(s, STORY_CHAPTERS - 2));
	assert_int_equal(story_count(s), STORY_CHAPTERS + 1);
	story_free(s);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(a_key_has_one_chapter),
		cmocka_unit_test(
		    lines_of_one_moment_stand_together_and_are_bounded),
		cmocka_unit_test(of_many_moments_both_ends_stay),
		cmocka_unit_test(with_all_nothing_is_left_out),
		cmocka_unit_test(those_that_came_farthest_come_first),
		cmocka_unit_test(
		    of_very_many_keys_those_that_came_least_far_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
