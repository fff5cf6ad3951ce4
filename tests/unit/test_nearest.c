/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_nearest.c - which known name was probably meant.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/nearest.h"

/* Of the names, separated by blanks, this one is suggested; "" for none. */
static void
suggests(const char *word, const char *names, const char *expected)
{
	struct nearest	near;

	nearest_init(&near, slice_str(word));
	for (const char *p = names; *p != '\0';) {
		const size_t	n = strcspn(p, " ");

		nearest_try(&near, (struct slice){ (const uint8_t *)p, n });
		p += n + (p[n] == ' ');
	}
	assert_int_equal(near.best.n, strlen(expected));
	assert_true(slice_is(near.best, expected));
}

static void
one_edit_is_near(void **state)
{
	(void)state;
	suggests("minuts", "seconds minutes hours", "minutes");
	suggests("mminutes", "seconds minutes hours", "minutes");
	suggests("minates", "seconds minutes hours", "minutes");
	suggests("mintues", "seconds minutes hours", "minutes");
}

static void
two_edits_are_near_in_long_words_only(void **state)
{
	(void)state;
	suggests("minits", "seconds minutes hours", "minutes");
	suggests("AUE_EXCEVE", "AUE_EXECVE AUE_EXIT", "AUE_EXECVE");
	suggests("uid", "auid euid", "auid");
	suggests("pat", "pcre path", "path");
	suggests("pxx", "pcre path", "");
}

static void
three_edits_are_far(void **state)
{
	(void)state;
	suggests("mins", "seconds minutes hours", "");
	suggests("abcdefgh", "abcxyzgh", "");
	suggests("abcdefgh", "abcdefghijk", "");
	suggests("", "a bb", "");
}

static void
short_words_differ_in_case_at_most(void **state)
{
	(void)state;
	suggests("FR", "fw fr", "fr");
	suggests("xr", "fw fr", "");
}

static void
the_nearest_wins_and_the_first_of_equals(void **state)
{
	(void)state;
	suggests("stat", "start state stats", "start");
	suggests("states", "staatus state", "state");
	suggests("ANY", "and any", "any");
}

static void
very_long_words_have_no_neighbours(void **state)
{
	char	word[101], other[101];

	(void)state;
	memset(word, 'a', 100);
	memset(other, 'a', 100);
	word[100] = other[100] = '\0';
	word[50] = 'b';
	suggests(word, other, "");
	word[64] = other[64] = '\0';
	suggests(word, other, other);
}

static void
the_distance_is_that_of_the_full_table(void **state)
{
	static const char *const	words[] = {
		"abcde", "abced", "bacde", "abcd", "bcde", "abcdef", "xabcde",
		"axcye", "aabcde", "acbed", "edcba", "abdce", "bcdea"
	};
	static const uint8_t		edits[] = {	/* from the first */
		0, 1, 1, 1, 1, 1, 1, 2, 1, 2, 3, 1, 2
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct nearest	near;

		nearest_init(&near, slice_str(words[0]));
		nearest_try(&near, slice_str(words[i]));
		assert_int_equal(near.edits, edits[i]);
	}
}

static void
a_table_is_searched_by_whole_names(void **state)
{
	static const struct name	names[] = {
		{ "one", 1 }, { "only", 2 }, { "one-more", 3 }, { 0 }
	};

	(void)state;
	assert_int_equal(name_find(names, slice_str("one-more"))->value, 3);
	assert_int_equal(name_find(names, slice_str("one"))->value, 1);
	assert_null(name_find(names, slice_str("on")));
	assert_null(name_find(names, slice_str("")));
	assert_null(name_find(names, slice_str("One")));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(one_edit_is_near),
		cmocka_unit_test(two_edits_are_near_in_long_words_only),
		cmocka_unit_test(three_edits_are_far),
		cmocka_unit_test(short_words_differ_in_case_at_most),
		cmocka_unit_test(the_nearest_wins_and_the_first_of_equals),
		cmocka_unit_test(very_long_words_have_no_neighbours),
		cmocka_unit_test(the_distance_is_that_of_the_full_table),
		cmocka_unit_test(a_table_is_searched_by_whole_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
