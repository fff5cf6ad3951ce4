/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_verdicts.c - each list once, joined, asked and forgotten.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/verdicts.h"

static uint32_t
add(struct verdicts *v, uint32_t a, uint32_t b, uint32_t c)
{
	uint32_t	 list[] = { a, b, c };

	return verdicts_add(v, list, 3);
}

static void
the_same_numbers_are_the_same_verdict(void **state)
{
	struct verdicts	*v = verdicts_new();
	const uint32_t	 one = add(v, 5, 1, 5), two = add(v, 5, 1, 2);
	uint32_t	 pair[] = { 1, 5 };
	size_t		 n;

	(void)state;
	assert_int_not_equal(one, two);
	assert_int_not_equal(one, VERDICTS_NONE);
	assert_int_equal(verdicts_add(v, pair, 2), one);
	assert_int_equal(add(v, 2, 5, 1), two);
	assert_int_equal(verdicts_add(v, NULL, 0), VERDICTS_NONE);
	assert_int_equal(verdicts_list(v, two, &n)[1], 2);
	assert_int_equal(n, 3);
	verdicts_free(v);
	verdicts_free(NULL);
}

static void
a_verdict_has_what_is_in_it(void **state)
{
	struct verdicts	*v = verdicts_new();
	uint32_t	 list[100], all;

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		list[i] = 3 * (99 - i);
	all = verdicts_add(v, list, 100);
	for (uint32_t i = 0; i < 310; i++)
		assert_int_equal(verdicts_has(v, all, i),
		    i < 300 && i % 3 == 0);
	assert_false(verdicts_has(v, VERDICTS_NONE, 0));
	verdicts_free(v);
}

static void
joined_is_what_is_in_any(void **state)
{
	struct verdicts	*v = verdicts_new();
	const uint32_t	 parts[] = { add(v, 1, 2, 3), add(v, 3, 9, 3),
	    VERDICTS_NONE };
	uint32_t	 both[] = { 1, 2, 3, 9 };
	const uint32_t	 joined = verdicts_join(v, parts, 3);

	(void)state;
	assert_int_equal(joined, verdicts_add(v, both, 4));
	assert_int_equal(verdicts_join(v, parts, 3), joined);
	assert_int_equal(verdicts_join(v, parts, 1), parts[0]);
	assert_int_equal(verdicts_join(v, parts, 0), VERDICTS_NONE);
	verdicts_free(v);
}

static void
forgetting_begins_a_new_age(void **state)
{
	struct verdicts	*v = verdicts_new();
	const uint32_t	 age = verdicts_age(v);
	const size_t	 bytes = verdicts_bytes(v);

	(void)state;
	(void)add(v, 1, 2, 3);
	assert_true(verdicts_bytes(v) > bytes);
	assert_int_equal(verdicts_age(v), age);
	verdicts_clear(v);
	assert_int_equal(verdicts_age(v), age + 1);
	assert_int_equal(verdicts_bytes(v), bytes);
	assert_int_equal(verdicts_add(v, NULL, 0), VERDICTS_NONE);
	assert_int_not_equal(add(v, 4, 5, 6), VERDICTS_NONE);
	verdicts_free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_numbers_are_the_same_verdict),
		cmocka_unit_test(a_verdict_has_what_is_in_it),
		cmocka_unit_test(joined_is_what_is_in_any),
		cmocka_unit_test(forgetting_begins_a_new_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
