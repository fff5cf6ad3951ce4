/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_regtree.c - what is known of a tree without running it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/regex.h"

static uint32_t
size(const char *pattern)
{
	struct arena	*arena = arena_new();
	const uint32_t	 n = regtree_size(regex_read(arena,
	    slice_str(pattern)));

	arena_free(arena);
	return n;
}

static bool
nullable(const char *pattern)
{
	struct arena	*arena = arena_new();
	const bool	 can = regtree_nullable(regex_read(arena,
	    slice_str(pattern)));

	arena_free(arena);
	return can;
}

static int
compare(const char *a, const char *b)
{
	struct arena	*arena = arena_new();
	const int	 c = regtree_compare(regex_read(arena, slice_str(a)),
	    regex_read(arena, slice_str(b)));

	arena_free(arena);
	return c;
}

static void
repeats_count_as_often_as_they_may_be(void **state)
{
	(void)state;
	assert_int_equal(size("a"), 1);
	assert_int_equal(size("abc"), 4);
	assert_int_equal(size("a{5}"), 10);
	assert_int_equal(size("a{2,5}"), 10);
	assert_int_equal(size("a*"), 2);
	assert_int_equal(size("a{3,}"), 8);
	assert_int_equal(size("(a{10}){10}"), 210);
}

static void
a_size_does_not_overflow(void **state)
{
	struct regex	 byte = { .kind = REGEX_BYTE };
	struct regex	 inner = { .kind = REGEX_REPEAT, .min = 65535,
	    .max = 65535, .parts = &byte };
	struct regex	 outer = { .kind = REGEX_REPEAT, .min = 65535,
	    .max = REGEX_EVER, .parts = &inner };
	struct regex	 row = { .kind = REGEX_ROW, .parts = &outer };

	(void)state;
	assert_int_equal(regtree_size(&outer), UINT32_MAX);
	assert_int_equal(regtree_size(&row), UINT32_MAX);
}

static void
what_can_be_nothing_is_known(void **state)
{
	(void)state;
	assert_true(nullable(""));
	assert_true(nullable("a*b?"));
	assert_true(nullable("a|"));
	assert_true(nullable("(a*){3}"));
	assert_false(nullable("a*b"));
	assert_false(nullable("a|b"));
	assert_false(nullable("(a|b*c)+"));
	assert_false(nullable("^"));	/* depends on where it stands */
	assert_false(nullable("\\B"));
}

static void
only_equals_are_equal(void **state)
{
	static const char *const	 all[] = { "a", "b", "[ab]", "ab",
	    "a|b", "a*", "a+", "a{2}", "a{2,3}", "(ab)*", "^", "$", "\\z",
	    "\\b",
	    "\\B", ".", "(?i)a", "", "a|", "|a" };
	const size_t			 n = sizeof(all) / sizeof(all[0]);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			assert_int_equal(compare(all[i], all[j]) == 0, i == j);
			assert_int_equal(compare(all[i], all[j]) < 0,
			    compare(all[j], all[i]) > 0);
		}
	assert_int_equal(compare("(a)(?:b)", "a\\x62"), 0);
	assert_int_equal(compare("a{0,1}", "a??"), 0);
	assert_int_equal(compare("^", "\\A"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repeats_count_as_often_as_they_may_be),
		cmocka_unit_test(a_size_does_not_overflow),
		cmocka_unit_test(what_can_be_nothing_is_known),
		cmocka_unit_test(only_equals_are_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
