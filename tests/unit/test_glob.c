/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_glob.c - patterns of file names against their plain meaning.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/glob.h"

#include "draw.h"
#include <fnmatch.h>

static bool
fits(const char *pattern, bool slashes, const char *text)
{
	struct glob	*g = glob_new(slice_str(pattern), slashes);
	struct slice	 s = exact(slice_str(text));
	bool		 answer = glob_fits(g, s);

	exact_free(s);
	glob_free(g);
	return answer;
}

static void
a_pattern_fits_the_whole(void **state)
{
	(void)state;
	assert_true(fits("", true, ""));
	assert_false(fits("", true, "a"));
	assert_true(fits("abc", true, "abc"));
	assert_false(fits("abc", true, "abcd"));
	assert_false(fits("abc", true, "ab"));
	assert_false(fits("abc", true, "xabc"));
	assert_true(fits("a*c", true, "ac"));
	assert_true(fits("a*c", true, "abbbc"));
	assert_true(fits("a?c", true, "abc"));
	assert_false(fits("a?c", true, "ac"));
	assert_true(fits("*", true, ""));
	assert_true(fits("*.so", true, "libc.so"));
	assert_false(fits("*.so", true, "libc.so.7"));
}

static void
in_paths_only_two_stars_pass_a_slash(void **state)
{
	(void)state;
	assert_true(fits("/home/*/x", true, "/home/ann/x"));
	assert_false(fits("/home/*/x", true, "/home/ann/b/x"));
	assert_true(fits("/home/**/x", true, "/home/ann/b/x"));
	assert_true(fits("/home/**", true, "/home/a/b/c"));
	assert_false(fits("a?b", true, "a/b"));
	assert_false(fits("a[/x]b", true, "a/b"));
	assert_false(fits("a[!x]b", true, "a/b"));
	assert_true(fits("a[!x]b", true, "ayb"));
	assert_true(fits("***", true, "a/b"));
	assert_true(fits("a\\/b", true, "a/b"));
}

static void
elsewhere_nothing_stops_at_a_slash(void **state)
{
	(void)state;
	assert_true(fits("curl *", false, "curl http://x/y"));
	assert_true(fits("a?b", false, "a/b"));
	assert_true(fits("a[/x]b", false, "a/b"));
	assert_true(fits("a[!x]b", false, "a/b"));
}

static void
classes_are_those_of_fnmatch(void **state)
{
	(void)state;
	assert_true(fits("[a-c]x", true, "bx"));
	assert_false(fits("[a-c]x", true, "dx"));
	assert_true(fits("[]a]", true, "]"));
	assert_true(fits("[!]a]", true, "b"));
	assert_false(fits("[!]a]", true, "]"));
	assert_true(fits("[^a]", true, "b"));
	assert_true(fits("[a-]", true, "-"));
	assert_true(fits("[\\]]", true, "]"));
	assert_true(fits("[[:digit:]x]", true, "7"));
	assert_true(fits("[[:digit:]x]", true, "x"));
	assert_false(fits("[![:upper:]]", true, "Q"));
	assert_true(fits("[[:space:]]", true, "\t"));
	assert_true(fits("[a-c][[:punct:]]", true, "b."));
	assert_true(fits("[c-a]", true, "[c-a]") == false);
}

static void
what_has_no_end_is_itself(void **state)
{
	(void)state;
	assert_true(fits("a[b", true, "a[b"));
	assert_true(fits("[", true, "["));
	assert_true(fits("[!", true, "[!"));
	assert_true(fits("a\\", true, "a\\"));
	assert_true(fits("\\*", true, "*"));
	assert_false(fits("\\*", true, "x"));
	assert_true(fits("[a\\", true, "[a\\"));
	assert_true(fits("[[:foo:]", true, "o"));
}

static void
any_byte_may_occur(void **state)
{
	struct glob	*g = glob_new((struct slice){
	    (const uint8_t *)"a\0?\xff", 4 }, true);

	(void)state;
	assert_true(glob_fits(g, (struct slice){
	    (const uint8_t *)"a\0\xfe\xff", 4 }));
	assert_false(glob_fits(g, (struct slice){
	    (const uint8_t *)"a\0\xfe\xfe", 4 }));
	assert_false(glob_fits(g, (struct slice){ NULL, 0 }));
	glob_free(g);
	glob_free(NULL);
}

static void
a_pattern_has_a_largest_size(void **state)
{
	uint8_t		 bytes[GLOB_MAX + 1];
	struct glob	*g;

	(void)state;
	memset(bytes, '?', sizeof(bytes));
	assert_null(glob_new((struct slice){ bytes, GLOB_MAX + 1 }, true));
	g = glob_new((struct slice){ bytes, GLOB_MAX }, true);
	memset(bytes, 'x', sizeof(bytes));
	assert_true(glob_fits(g, (struct slice){ bytes, GLOB_MAX }));
	assert_false(glob_fits(g, (struct slice){ bytes, GLOB_MAX - 1 }));
	assert_false(glob_fits(g, (struct slice){ bytes, GLOB_MAX + 1 }));
	bytes[100] = '/';
	assert_false(glob_fits(g, (struct slice){ bytes, GLOB_MAX }));
	glob_free(g);
}

/* Would take for ever if stars were tried one within the other. */
static void
no_text_makes_it_slow(void **state)
{
	static uint8_t	 text[1u << 16];
	uint8_t		 pattern[200];
	struct glob	*g;

	(void)state;
	for (size_t i = 0; i < sizeof(pattern); i += 4)
		memcpy(pattern + i, i % 8 == 0 ? "**a*" : "a*aa", 4);
	pattern[sizeof(pattern) - 1] = 'b';
	memset(text, 'a', sizeof(text));
	g = glob_new((struct slice){ pattern, sizeof(pattern) }, true);
	assert_false(glob_fits(g, (struct slice){ text, sizeof(text) }));
	text[sizeof(text) - 1] = 'b';
	assert_true(glob_fits(g, (struct slice){ text, sizeof(text) }));
	glob_free(g);
}

/* The meaning, with no thought of time; P has no backslashes and classes. */
static bool
plainly(const char *p, bool slashes, const char *t)
{
	if (*p == '\0')
		return *t == '\0';
	if (*p == '*') {
		const char	*rest = p;
		bool		 both;

		while (*rest == '*')
			rest++;
		both = !slashes || rest - p > 1;
		for (;; t++) {
			if (plainly(rest, slashes, t))
				return true;
			if (*t == '\0' || (*t == '/' && !both))
				return false;
		}
	}
	if (*t == '\0' || (*p == '?' && slashes && *t == '/') ||
	    (*p != '?' && *p != *t))
		return false;
	return plainly(p + 1, slashes, t + 1);
}

static void
random_patterns_mean_what_they_say(void **state)
{
	static struct lot	 l;

	(void)state;
	lot_seed(&l, 5);
	for (int i = 0; i < 60000; i++) {
		char		 p[12], t[12];
		const bool	 slashes = i % 2 == 0;
		size_t		 n = lot_below(&l, sizeof(p));

		for (size_t k = 0; k < n; k++)
			p[k] = "**?/aab"[lot_below(&l, 7)];
		p[n] = '\0';
		n = lot_below(&l, sizeof(t));
		for (size_t k = 0; k < n; k++)
			t[k] = "/aab"[lot_below(&l, 4)];
		t[n] = '\0';
		if (fits(p, slashes, t) != plainly(p, slashes, t))
			fail_msg("%s %d %s", p, slashes, t);
	}
}

/* Long ones, whose states take several words. */
static void
long_patterns_mean_what_they_say(void **state)
{
	static struct lot	 l;

	(void)state;
	lot_seed(&l, 6);
	for (int i = 0; i < 3000; i++) {
		char		 p[160], t[200];
		size_t		 n = 50 + lot_below(&l, 100), m = 0;

		for (size_t k = 0; k < n; k++) {
			p[k] = "aaaaaaaabb?/"[lot_below(&l, 12)];
			t[m++] = p[k] == '?' ? 'a' : p[k];
			if (lot_below(&l, 40) != 0)
				continue;
			p[k] = '*';
			m--;
			for (uint32_t j = lot_below(&l, 4); j > 0; j--)
				t[m++] = "aaab/"[lot_below(&l, 5)];
		}
		p[n] = t[m] = '\0';
		if (fits(p, i % 2 == 0, t) != plainly(p, i % 2 == 0, t))
			fail_msg("%s %d %s", p, i % 2 == 0, t);
	}
}

static void
random_classes_are_those_of_the_system(void **state)
{
	static struct lot	 l;

	(void)state;
	lot_seed(&l, 7);
	setenv("LC_ALL", "C", 1);
	for (int i = 0; i < 30000; i++) {
		static const char *const	 pieces[] = { "[", "]", "!",
		    "a", "b", "c", "-", "*", "?", "[a-b]", "[!a]", "[]a]",
		    "[[:alpha:]]", "\\*", "[^b-c]" };
		char		 p[64] = "", t[10];
		size_t		 n = lot_below(&l, 6);

		while (n-- > 0)
			strcat(p, pieces[lot_below(&l, 15)]);
		n = lot_below(&l, sizeof(t));
		for (size_t k = 0; k < n; k++)
			t[k] = "aabc[]-*!"[lot_below(&l, 9)];
		t[n] = '\0';
		if (fits(p, true, t) != (fnmatch(p, t, FNM_PATHNAME) == 0))
			fail_msg("%s %s", p, t);
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_pattern_fits_the_whole),
		cmocka_unit_test(in_paths_only_two_stars_pass_a_slash),
		cmocka_unit_test(elsewhere_nothing_stops_at_a_slash),
		cmocka_unit_test(classes_are_those_of_fnmatch),
		cmocka_unit_test(what_has_no_end_is_itself),
		cmocka_unit_test(any_byte_may_occur),
		cmocka_unit_test(a_pattern_has_a_largest_size),
		cmocka_unit_test(no_text_makes_it_slow),
		cmocka_unit_test(random_patterns_mean_what_they_say),
		cmocka_unit_test(long_patterns_mean_what_they_say),
		cmocka_unit_test(random_classes_are_those_of_the_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
