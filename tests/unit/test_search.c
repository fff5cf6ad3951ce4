/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_search.c - groups of expressions: made, parted and given up.
 *
 * Whatever becomes of groups, what is found must be right: texts of letters at
 * random are judged by looking for the letters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/search.h"

static uint32_t	numbers[1000];

/* Each expression is a set of its own. */
static const uint32_t *
sets_of(void *arg, uint32_t number, size_t *n)
{
	(void)arg;
	*n = 1;
	numbers[number] = number;
	return &numbers[number];
}

static uint64_t	seed = 1;

static struct slice
random_text(char *to, size_t n, unsigned letters)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1;
		to[i] = (char)('a' + (seed >> 33) % letters);
	}
	to[n] = '\0';
	return slice_str(to);
}

static bool
found(struct search *s, uint32_t verdict, uint32_t number)
{
	return verdicts_has(search_verdicts(s), verdict, number);
}

static void
each_number_is_found_by_itself(void **state)
{
	static const char *const	 patterns[] = { "^/etc/", "(?R)",
	    "\\.conf$", "" };
	struct search			*s = search_new(sets_of, NULL);
	uint32_t			 v;

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(search_add(s, slice_str(patterns[i]), i),
		    i == 1 ? SEARCH_NOT : SEARCH_EXACTLY);
	search_renew(s);
	v = search_find(s, slice_str("/etc/my.conf"));
	assert_true(found(s, v, 0) && found(s, v, 2) && found(s, v, 3));
	assert_false(found(s, v, 1));
	v = search_find(s, slice_str("/usr/etc/my.confs"));
	assert_false(found(s, v, 0) || found(s, v, 2));
	assert_true(search_has(s, 0) && search_has(s, 3));
	assert_false(search_has(s, 1) || search_has(s, 4));
	search_free(s);
	search_free(NULL);
}

static void
nothing_is_found_where_there_is_nothing(void **state)
{
	struct search	*s = search_new(sets_of, NULL);

	(void)state;
	assert_int_equal(search_find(s, slice_str("x")), VERDICTS_NONE);
	assert_int_equal(search_add(s, slice_str("a(*ACCEPT)"), 0),
	    SEARCH_NOT);
	search_renew(s);
	assert_int_equal(search_find(s, slice_str("a")), VERDICTS_NONE);
	search_free(s);
}

static void
what_is_wider_is_found_where_the_pattern_is(void **state)
{
	struct search	*s = search_new(sets_of, NULL);

	(void)state;
	assert_int_equal(search_add(s, slice_str("^/etc/(?!my)\\w+$"), 0),
	    SEARCH_WIDER);
	assert_int_equal(search_add(s, slice_str("(x|yy)-\\1"), 1),
	    SEARCH_WIDER);
	search_renew(s);
	assert_true(found(s, search_find(s, slice_str("/etc/passwd")), 0));
	assert_true(found(s, search_find(s, slice_str("/etc/my")), 0));
	assert_false(found(s, search_find(s, slice_str("/etc/a.b")), 0));
	assert_true(found(s, search_find(s, slice_str("yy-yy")), 1));
	assert_true(found(s, search_find(s, slice_str("yy-x")), 1));
	assert_false(found(s, search_find(s, slice_str("y-y")), 1));
	search_free(s);
}

static void
more_can_be_added_later(void **state)
{
	struct search	*s = search_new(sets_of, NULL);
	uint32_t	 age;

	(void)state;
	(void)search_add(s, slice_str("a"), 0);
	search_renew(s);
	assert_true(found(s, search_find(s, slice_str("ab")), 0));
	age = search_age(s);
	(void)search_add(s, slice_str("b"), 1);
	search_renew(s);
	assert_int_not_equal(search_age(s), age);
	assert_true(found(s, search_find(s, slice_str("ab")), 1));
	assert_true(found(s, search_find(s, slice_str("ab")), 0));
	search_free(s);
}

/* Is there the one letter, and behind it the other? */
static bool
in_order(const char *text, char first, char last)
{
	const char	*p = strchr(text, first);

	return p != NULL && strchr(p + 1, last) != NULL;
}

/* Letters that have been seen: more combinations than there is room for. */
static void
groups_are_parted_when_they_are_too_much(void **state)
{
	struct search		*s = search_new(sets_of, NULL);
	struct search_stats	 stats;
	char			 patterns[26][8], text[64];

	(void)state;
	for (uint32_t i = 0; i < 26; i++) {
		(void)snprintf(patterns[i], sizeof(patterns[i]), "%c.*%c",
		    (char)('a' + i), (char)('a' + (7 * i + 3) % 26));
		assert_int_equal(search_add(s, slice_str(patterns[i]), i),
		    SEARCH_EXACTLY);
	}
	search_renew(s);
	for (unsigned n = 0; n < 12000; n++) {
		const struct slice	 t = random_text(text, 40, 26);
		const uint32_t		 v = search_find(s, t);

		for (uint32_t i = 0; i < 26; i++)
			if (found(s, v, i) != in_order(text, patterns[i][0],
			    patterns[i][3]))
				fail_msg("'%s' on '%s'", patterns[i], text);
	}
	search_stats(s, &stats);
	assert_true(stats.groups > 1 && stats.groups <= SEARCH_GROUPS_MAX);
	assert_true(stats.bytes <= SEARCH_MEMORY_MAX);
	assert_int_equal(stats.given_up, 0);
	search_free(s);
}

/* One of 2^20 states; the others stay. */
static void
what_is_too_much_by_itself_is_given_up(void **state)
{
	struct search		*s = search_new(sets_of, NULL);
	struct search_stats	 stats;
	char			 text[512];
	unsigned		 n = 0;

	(void)state;
	(void)search_add(s, slice_str("aaaaaaa"), 0);
	(void)search_add(s, slice_str("a.{20}b"), 1);
	(void)search_add(s, slice_str("^b.*a$"), 2);
	search_renew(s);
	do {
		const struct slice	 t = random_text(text, 500, 2);
		const uint32_t		 v = search_find(s, t);
		const bool		 has = search_has(s, 1);
		bool			 gap = false;

		for (size_t i = 0; i + 21 < t.n; i++)
			gap |= text[i] == 'a' && text[i + 21] == 'b';
		assert_int_equal(found(s, v, 1), has && gap);
		assert_int_equal(found(s, v, 0),
		    strstr(text, "aaaaaaa") != NULL);
		assert_int_equal(found(s, v, 2),
		    text[0] == 'b' && text[499] == 'a');
	} while (search_has(s, 1) && ++n < 5000);
	search_stats(s, &stats);
	assert_int_equal(stats.given_up, 1);
	assert_true(search_has(s, 0) && search_has(s, 2));
	search_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_is_found_by_itself),
		cmocka_unit_test(nothing_is_found_where_there_is_nothing),
		cmocka_unit_test(what_is_wider_is_found_where_the_pattern_is),
		cmocka_unit_test(more_can_be_added_later),
		cmocka_unit_test(groups_are_parted_when_they_are_too_much),
		cmocka_unit_test(what_is_too_much_by_itself_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
