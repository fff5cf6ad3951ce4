/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_regex.c - what is read of a pattern, and what is left to PCRE2.
 *
 * That what is read means the same as in PCRE2 is for test_automaton.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/regex.h"

/* On a heap block of the exact length. */
static bool
reads(const char *pattern)
{
	struct arena		*arena = arena_new();
	const size_t		 n = strlen(pattern);
	uint8_t			*p = xmemdup(pattern, n);
	const struct regex	*x = regex_read(arena, (struct slice){ p, n });
	const bool		 good = x != NULL;

	free(p);
	arena_free(arena);
	return good;
}

static void
what_rules_are_made_of_is_read(void **state)
{
	static const char *const	 common[] = { "", "passwd", "^/etc/",
	    "\\.(sh|py)$", "^/tmp/.*\\.so", "/\\.ssh/authorized_keys$",
	    "/home/[^/]+/\\.ssh/(id_[a-z0-9]+|authorized_keys)$",
	    "^/var/(log|run)/", "(?i)passw(or)?d", "core\\.[0-9]{1,6}$",
	    "[0-9a-f]{32}", "\\bsecret\\b", "^/dev/(?:k?mem|ada\\d+)$",
	    "\\A/\\S+\\z", "(?<name>a|b)+?c", "[[:alpha:]_][[:alnum:]_]*",
	    "a|b|", "()", "(?:)", "[]a]", "[^]a]", "[a-]", "[-a]", "[\\w.-]",
	    "[^:]+:", "\\Qa.b\\E", "x{2,}", "a{b", "}", "]", "(?#note)a",
	    "a(?i)b|c", "(?s:.)", "\\x2f\\x{2F}\\o{57}\\057\\c/", "\\/\\-\\_",
	    "\\N\\h\\H\\v\\V", "[\\b\\n\\]]", "\\Z", "[[]", "[a[b]" };

	(void)state;
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (!reads(common[i]))
			fail_msg("'%s' is refused", common[i]);
}

static void
what_is_not_regular_is_refused(void **state)
{
	static const char *const	 others[] = { "(a)\\1", "(?=a)",
	    "(?!a)", "(?<=a)b", "(?<!a)b", "(?>a)", "a*+", "a++", "a?+",
	    "a{2}+",
	    "(?R)", "(a)(?1)", "(?P<n>a)(?P=n)", "(?P<n>a)(?P>n)",
	    "(?<n>a)(?&n)", "(?<n>a)\\k<n>", "\\g1", "(?(1)a|b)", "a\\Kb",
	    "\\Ga", "(?C1)a", "(*ACCEPT)", "(*UTF)a", "(*LIMIT_MATCH=1)a",
	    "a(*SKIP)b", "(*atomic:a)", "\\X", "\\C", "\\R", "\\pL", "\\PL",
	    "(?|a|b)", "(?:a\\K)*" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (reads(others[i]))
			fail_msg("'%s' is read", others[i]);
}

static bool
reads_wider(const char *pattern)
{
	struct arena		*arena = arena_new();
	const size_t		 n = strlen(pattern);
	uint8_t			*p = xmemdup(pattern, n);
	const bool		 good = regex_read_wider(arena,
	    (struct slice){ p, n }) != NULL;

	free(p);
	arena_free(arena);
	return good;
}

static void
something_wider_is_read_of_most_others(void **state)
{
	static const char *const	 most[] = { "(a)\\1", "(?=a)",
	    "(?!a)", "(?<=a)b", "(?<!a)b", "(?>a)", "a*+", "a++", "a?+",
	    "a{2}+", "(?P<n>a)(?P=n)", "(?<n>a)\\k<n>", "(?<n>a)\\k'n'",
	    "(?<n>a)\\k{n}", "(a)\\g{1}", "(a)\\g{-1}", "(?<n>a)\\g{n}",
	    "(?=a(?!b))c", "(?i)(?=a)+", "a" };
	static const char *const	 others[] = { "(?R)", "(a)(?1)",
	    "(?P<n>a)(?P>n)", "(?<n>a)(?&n)", "\\g1", "(a)\\g<1>",
	    "(a)\\g'1'", "(?(1)a|b)", "(?(?=a)b|c)", "a\\Kb", "(?=a\\K)",
	    "\\Ga", "(?C1)a", "(*ACCEPT)", "(*UTF)a", "(*atomic:a)", "\\X",
	    "\\C", "\\R", "\\pL", "(?|a|b)", "(?=a", "(?!", "(?>a",
	    "\\k", "\\k<", "\\k<n", "\\g{", "\\g{1", "(?P=n", "a*++" };

	(void)state;
	for (size_t i = 0; i < sizeof(most) / sizeof(most[0]); i++)
		if (!reads_wider(most[i]))
			fail_msg("'%s' is refused", most[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (reads_wider(others[i]))
			fail_msg("'%s' is read", others[i]);
}

/* Some of it is wrong, some differs from version to version. */
static void
what_is_not_certain_is_refused(void **state)
{
	static const char *const	 others[] = { "(", ")", "(a", "a)", "[",
	    "[a", "[]", "*", "+a", "?", "a|*", "(*a)", "a**", "a{2}{3}",
	    "^*", "\\b+", "$?", "(?i)*", "\\", "[\\", "\\x", "\\x{", "\\x{}",
	    "\\x{100}", "\\x{ 41 }", "\\o{}", "\\o{400}", "\\o", "\\c",
	    "\\c\x7f", "\\1", "\\8", "\\12", "[\\1]", "\\j", "\\N{U+41}",
	    "[\\N]", "[z-a]", "[a-\\d]", "[\\d-z]", "[a-b-c]", "[--a]",
	    "[[.a.]]", "[[=a=]]", "[[:nope:]]", "[[:<:]]", "[:alpha:]",
	    "[a\\Qb\\E]", "{2}", "a{,2}", "a{ 1}", "a{1", "a{2,1}", "a{0}",
	    "a{65536}", "(?x)a", "(?m)^a", "(?^)a", "(?U)a*", "(?J)a", "(?i",
	    "(?<n", "(?'n", "(?#", "(?-i-s)", "\\E+", "a(?#)+" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (reads(others[i]))
			fail_msg("'%s' is read", others[i]);
}

static void
any_bytes_are_safe_to_read(void **state)
{
	static const char	 bytes[] =
	    "()[]{}|*+?\\^$.:-,=!<>#iQEdx0129aP'&";
	uint32_t		 seed = 1;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		char	 pattern[24];
		size_t	 n = 0;

		while (n < sizeof(pattern) - 1 && (n == 0 || seed >> 28 != 0)) {
			seed = seed * 1664525u + 1013904223u;
			pattern[n++] = bytes[(seed >> 16) %
			    (sizeof(bytes) - 1)];
		}
		pattern[n] = '\0';
		(void)reads(pattern);
	}
}

/* N times the text. */
static char *
repeated(const char *text, size_t n)
{
	const size_t	 each = strlen(text);
	char		*p = xmalloc(n * each + 1);

	for (size_t i = 0; i < n; i++)
		memcpy(p + i * each, text, each);
	p[n * each] = '\0';
	return p;
}

static bool
reads_nested(size_t depth)
{
	char	*open = repeated("(", depth), *close = repeated(")", depth);
	char	*both = xmalloc(2 * depth + 1);
	bool	 good;

	memcpy(both, open, depth);
	memcpy(both + depth, close, depth + 1);
	good = reads(both);
	free(open);
	free(close);
	free(both);
	return good;
}

static void
depth_and_size_have_limits(void **state)
{
	char	*p;

	(void)state;
	assert_true(reads_nested(REGEX_NEST_MAX));
	assert_false(reads_nested(REGEX_NEST_MAX + 1));
	assert_false(reads_nested(100000));
	p = repeated("a", REGEX_SIZE_MAX - 1);
	assert_true(reads(p));
	free(p);
	p = repeated("a", REGEX_SIZE_MAX);
	assert_false(reads(p));
	free(p);
	assert_true(reads("(ab){1000}"));
	assert_false(reads("(ab){2000}"));
	assert_false(reads("((a{1,60000}){60000}){60000}"));
	assert_false(reads("(((){60000}){60000}){60000}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_rules_are_made_of_is_read),
		cmocka_unit_test(what_is_not_regular_is_refused),
		cmocka_unit_test(something_wider_is_read_of_most_others),
		cmocka_unit_test(what_is_not_certain_is_refused),
		cmocka_unit_test(any_bytes_are_safe_to_read),
		cmocka_unit_test(depth_and_size_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
