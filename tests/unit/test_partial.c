/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_partial.c - the store of partial matches.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/partial.h"

static uint32_t
add(struct partials *s, uint32_t group, uint16_t state)
{
	return partial_add(s, &(struct partial){ .group = group,
	    .state = state });
}

static void
one_value(struct value v[VARIABLES_MAX], uint64_t number)
{
	for (size_t i = 0; i < VARIABLES_MAX; i++)
		v[i] = (struct value){ 0 };
	v[0] = (struct value){ .kind = VALUE_NUMBER, .number = number };
}

static void
a_group_is_found_as_long_as_it_has_something(void **state)
{
	struct bounds	 b;
	struct partials	*s;
	uint32_t	 g, p, q;

	(void)state;
	bounds_init(&b);
	s = partials_new(&b);
	assert_int_equal(group_find(s, 77), 0);
	g = group_add(s, 77, 3);
	assert_int_equal(group_find(s, 77), g);
	p = add(s, g, 1);
	q = add(s, g, 2);
	assert_int_equal(partial_find(s, g, 1, false), p);
	assert_int_equal(partial_find(s, g, 2, false), q);
	assert_int_equal(partial_find(s, g, 2, true), 0);
	partial_remove(s, p);
	assert_int_equal(partial_find(s, g, 1, false), 0);
	assert_int_equal(group_find(s, 77), g);
	partial_remove(s, q);
	assert_int_equal(group_find(s, 77), 0);
	assert_int_equal(partials_count(s), 0);
	partials_free(s);
	partials_free(NULL);
	bounds_fini(&b);
}

static void
combinations_are_told_apart_even_when_hashes_are_alike(void **state)
{
	struct value	 v[VARIABLES_MAX], w[VARIABLES_MAX];
	struct bounds	 b;
	struct partials	*s;
	uint32_t	 root, one, two;

	(void)state;
	bounds_init(&b);
	s = partials_new(&b);
	root = group_add(s, 1, 0);
	one_value(v, 5);
	one_value(w, 6);
	one = group_add_bound(s, root, 99, v);
	two = group_add_bound(s, root, 99, w);
	assert_int_equal(group_find_bound(s, root, 99, v), one);
	assert_int_equal(group_find_bound(s, root, 99, w), two);
	assert_int_equal(group_find_bound(s, root, 98, v), 0);
	assert_int_equal(group_oldest(s, root), one);
	assert_int_equal(group_newest(s, root), two);
	assert_int_equal(group_count(s, root), 2);
	add(s, one, 1);
	partial_remove(s, add(s, two, 1));
	assert_int_equal(group_count(s, root), 1);
	assert_int_equal(group_newest(s, root), one);
	/* The root stays for its last combination. */
	partial_remove(s, partial_find(s, one, 1, false));
	assert_int_equal(group_find(s, 1), 0);
	assert_int_equal(b.bytes, 0);
	partials_free(s);
	bounds_fini(&b);
}

static void
a_group_that_was_not_used_can_be_tidied_away(void **state)
{
	struct bounds	 b;
	struct partials	*s;

	(void)state;
	bounds_init(&b);
	s = partials_new(&b);
	group_tidy(s, group_add(s, 1, 0));
	assert_int_equal(group_find(s, 1), 0);
	partials_free(s);
	bounds_fini(&b);
}

static void
the_victim_is_the_oldest_of_the_least_advanced(void **state)
{
	struct bounds	 b;
	struct partials	*s;
	uint32_t	 far, first, second;

	(void)state;
	bounds_init(&b);
	s = partials_new(&b);
	assert_int_equal(partials_victim(s), 0);
	far = add(s, group_add(s, 1, 0), 2);
	first = add(s, group_add(s, 2, 0), 1);
	second = add(s, group_add(s, 3, 0), 1);
	assert_int_equal(partials_victim(s), first);
	partial_renewed(s, first);
	assert_int_equal(partials_victim(s), second);
	partial_remove(s, second);
	assert_int_equal(partials_victim(s), first);
	partial_remove(s, first);
	assert_int_equal(partials_victim(s), far);
	partials_free(s);
	bounds_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_group_is_found_as_long_as_it_has_something),
		cmocka_unit_test(
		    combinations_are_told_apart_even_when_hashes_are_alike),
		cmocka_unit_test(a_group_that_was_not_used_can_be_tidied_away),
		cmocka_unit_test(
		    the_victim_is_the_oldest_of_the_least_advanced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
