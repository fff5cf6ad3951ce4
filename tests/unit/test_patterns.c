/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_patterns.c - patterns by sets: semantics of PCRE2, limits, filters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/patterns.h"

static int
add(struct patterns *ps, const char *pattern, uint32_t set)
{
	size_t	 at;
	char	 why[120];

	return patterns_add(ps, slice_str(pattern), set, &at, why, sizeof(why));
}

/* On a heap block of the exact length. */
static int
match(struct patterns *ps, uint32_t set, const void *text, size_t n)
{
	uint8_t		*p = xmemdup(text, n);
	const int	 got = patterns_match(ps, set, (struct slice){ p, n });

	free(p);
	return got;
}

static int
match_str(struct patterns *ps, uint32_t set, const char *text)
{
	return match(ps, set, text, strlen(text));
}

/* One pattern alone, and again among others, where filters are at work. */
static void
matches(const char *pattern, const char *text, size_t n, int want)
{
	struct patterns	*ps = patterns_new();

	assert_int_equal(add(ps, pattern, 0), 0);
	assert_int_equal(add(ps, pattern, 1), 0);
	assert_int_equal(add(ps, "\\A\\x01never\\x02", 1), 0);
	assert_int_equal(add(ps, "\\x03$", 1), 0);
	if (match(ps, 0, text, n) != want || match(ps, 1, text, n) != want)
		fail_msg("'%s' on '%s' is not %d", pattern, text, want);
	patterns_free(ps);
}
#define YES(pattern, text) matches(pattern, text, sizeof(text) - 1, 1)
#define NO(pattern, text) matches(pattern, text, sizeof(text) - 1, 0)

static void
patterns_are_found_anywhere(void **state)
{
	(void)state;
	YES("passwd", "/etc/passwd.bak");
	YES("^/etc/", "/etc/group");
	NO("^/etc/", "/usr/etc/group");
	YES("", "");
	YES("", "x");
	NO("x", "");
	YES("\\.ssh/(id_[a-z]+|authorized_keys)$", "/root/.ssh/id_rsa");
	NO("\\.ssh/(id_[a-z]+|authorized_keys)$", "/root/.ssh/id_rsa.pub");
}

/* No options: case counts, a dollar also stands before a last newline. */
static void
nothing_is_optional(void **state)
{
	(void)state;
	NO("passwd", "/etc/PASSWD");
	YES("passwd$", "/etc/passwd\n");
	NO("passwd$", "/etc/passwd\n\n");
	NO("a.b", "a\nb");
	NO("^b", "a\nb");
}

static void
subjects_are_bytes(void **state)
{
	(void)state;
	YES("^.$", "\xff");
	NO("^.$", "\xc3\xbc");
	YES("^..$", "\xc3\xbc");
	YES("a\\x00b", "xa\0by");
	YES("\\xfc", "M\xfcller");
	NO("(?i)\\xfc", "M\xdcller");		/* only ASCII has a case */
	NO("a$", "a\0");
}

/* What must be there is judged by letter and not by its case. */
static void
filters_turn_no_match_away(void **state)
{
	(void)state;
	YES("(?i)passwd", "/ETC/PASSWD");
	YES("(?i)PASSWD", "/etc/passwd");
	YES("(?i)a.*z", "A-Z");
	YES("p(?i)q", "pQ");
	YES("(?i)[a]b", "AB");
	YES("(?i)@", "@");
	YES("a(*ACCEPT)b", "a");
	YES("(?=ab)a", "ab");
	YES("(?<=ab)c", "abc");
	YES("x\\K", "x");
	YES("(a|b)*c?", "zzz");
	YES("(?(?=a)ab|cd)", "cd");
	YES("(*NO_START_OPT)(?i)abc", "ABC");
	YES("(?i:a)b|cb", "Ab");
	NO("abc", "ab");
	NO("ab", "ba");
}

static void
a_set_matches_when_one_of_it_does(void **state)
{
	struct patterns	*ps = patterns_new();

	(void)state;
	assert_int_equal(add(ps, "^/etc/", 2), 0);
	assert_int_equal(add(ps, "\\.conf$", 2), 0);
	assert_int_equal(add(ps, "^/tmp/", 9), 0);
	assert_int_equal(match_str(ps, 2, "/etc/hosts"), 1);
	assert_int_equal(match_str(ps, 2, "/usr/my.conf"), 1);
	assert_int_equal(match_str(ps, 2, "/tmp/x"), 0);
	assert_int_equal(match_str(ps, 9, "/tmp/x"), 1);
	assert_int_equal(match_str(ps, 9, "/etc/hosts"), 0);
	patterns_free(ps);
}

static void
sets_without_patterns_match_nothing(void **state)
{
	struct patterns	*ps = patterns_new();

	(void)state;
	assert_int_equal(match_str(ps, 0, ""), 0);
	assert_int_equal(match_str(ps, UINT32_MAX, "x"), 0);
	assert_int_equal(add(ps, "", 5), 0);
	assert_int_equal(match_str(ps, 4, "x"), 0);
	assert_int_equal(match_str(ps, 5, "x"), 1);
	assert_int_equal(patterns_match(ps, 5, (struct slice){ NULL, 0 }), 1);
	assert_int_equal(match_str(ps, 6, "x"), 0);
	patterns_free(ps);
	patterns_free(NULL);
}

static void
the_same_text_may_be_added_often(void **state)
{
	struct patterns	*ps = patterns_new();

	(void)state;
	for (uint32_t i = 0; i < 2000; i++)
		assert_int_equal(add(ps, "^(/[a-z]+)+\\.conf$", i % 7), 0);
	for (uint32_t i = 0; i < 7; i++) {
		assert_int_equal(match_str(ps, i, "/etc/a.conf"), 1);
		assert_int_equal(match_str(ps, i, "/etc/a.cong"), 0);
	}
	patterns_free(ps);
}

static void
a_wrong_pattern_is_told_with_its_place(void **state)
{
	struct patterns	*ps = patterns_new();
	char		 why[120], brief[8], none = 'x';
	size_t		 at = 99;

	(void)state;
	assert_int_equal(patterns_add(ps, slice_str("ab(cd"), 0, &at, why,
	    sizeof(why)), -1);
	assert_int_equal(at, 5);
	assert_non_null(strstr(why, "parenthesis"));
	assert_int_equal(patterns_add(ps, slice_str("*"), 0, &at, brief,
	    sizeof(brief)), -1);
	assert_int_equal(at, 0);
	assert_int_equal(strlen(brief), sizeof(brief) - 1);
	assert_int_equal(patterns_add(ps, slice_str("["), 0, &at, &none, 0),
	    -1);
	assert_int_equal(none, 'x');
	assert_int_equal(match_str(ps, 0, "ab(cd"), 0);	/* nothing came in */
	patterns_free(ps);
}

/* The pattern's own first words must not turn bytes into characters. */
static void
utf_cannot_be_asked_for(void **state)
{
	struct patterns	*ps = patterns_new();

	(void)state;
	assert_int_equal(add(ps, "(*UTF)a", 0), -1);
	patterns_free(ps);
}

/* N letters A and a letter that spoils the match. */
static int
match_spoiled(struct patterns *ps, uint32_t set, size_t n, double *ms)
{
	uint8_t		*p = xmalloc(n);
	struct timespec	 from, to;
	int		 got;

	memset(p, 'a', n);
	p[n - 1] = 'b';
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	got = patterns_match(ps, set, (struct slice){ p, n });
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	*ms = (double)(to.tv_sec - from.tv_sec) * 1e3 +
	    (double)(to.tv_nsec - from.tv_nsec) / 1e6;
	free(p);
	return got;
}

static void
runaway_patterns_end_at_a_limit(void **state)
{
	static const char	*evil[] = { "^(?=a)(a+)+$", "^(?=a)(a|aa)+$",
				    "(?=a)(.*)*c\\d", "(a)?(?:a?){60}a{60}\\1$",
				    "^(?:(?:a*+)*)*$", "(*NO_JIT)^(a+)+$",
				    "(*NO_JIT)^(a|aa)+$" };
	(void)state;
	for (size_t i = 0; i < sizeof(evil) / sizeof(evil[0]); i++) {
		struct patterns	*ps = patterns_new();
		double		 ms;
		int		 got;

		assert_int_equal(add(ps, evil[i], 0), 0);
		got = match_spoiled(ps, 0, 4096, &ms);
		assert_true(got == PATTERNS_ELIMIT || got == 0);
		assert_true(ms < 5000);		/* milliseconds, sanitized */
		patterns_free(ps);
	}
}

static void
a_pattern_may_refuse_the_jit(void **state)
{
	(void)state;
	YES("(*NO_JIT)^/etc/.*d$", "/etc/passwd");
	NO("(*NO_JIT)^/etc/.*d$", "/etc/group");
}

static void
a_limit_does_not_hide_another_match(void **state)
{
	struct patterns	*ps = patterns_new();
	double		 ms;

	(void)state;
	assert_int_equal(add(ps, "(*NO_JIT)^(?=a)(a+)+$", 0), 0);
	assert_int_equal(match_spoiled(ps, 0, 100, &ms), PATTERNS_ELIMIT);
	assert_int_equal(add(ps, "ab", 0), 0);
	assert_int_equal(match_spoiled(ps, 0, 100, &ms), 1);
	patterns_free(ps);
}

/* Runs that are each just within a limit for one place, one after another. */
static void
many_costly_places_are_bounded_together(void **state)
{
	struct patterns	*ps = patterns_new();
	const size_t	 n = 16384;
	struct timespec	 from, to;

	(void)state;
	assert_int_equal(add(ps, "(?=a)(a+)+[xy]", 0), 0);
	for (size_t run = 6; run < 24; run++) {
		uint8_t	*p = xmalloc(n);

		for (size_t i = 0; i < n; i++)
			p[i] = i % run == 0 ? '/' : 'a';
		(void)clock_gettime(CLOCK_MONOTONIC, &from);
		assert_int_not_equal(patterns_match(ps, 0,
		    (struct slice){ p, n }), 1);
		(void)clock_gettime(CLOCK_MONOTONIC, &to);
		assert_true(to.tv_sec - from.tv_sec < 5);
		free(p);
	}
	patterns_free(ps);
}

/* Honest patterns on the longest texts we meet stay far below the limits. */
static void
long_subjects_are_no_runaways(void **state)
{
	static const char	*honest[] = { "^/(?:[^/]+/)*[^/]+\\.conf$",
				    "(?:a|b|/)*c", "^(?:[a-z/]|\\.)*$",
				    "a.*/.*/.*f$", "/.*/.*\\.conf$",
				    "(*NO_JIT)^/(?:[^/]+/)*[^/]+\\.conf$" };
	const size_t		 n = 4096;
	char			*p = xmalloc(n + 1);

	(void)state;
	for (size_t i = 0; i < n; i++)
		p[i] = i % 10 == 0 ? '/' : 'a';
	memcpy(p + n - 6, "a.conf", 7);
	for (size_t i = 0; i < sizeof(honest) / sizeof(honest[0]); i++) {
		struct patterns	*ps = patterns_new();

		assert_int_equal(add(ps, honest[i], 0), 0);
		assert_int_equal(match(ps, 0, p, n), 1);
		patterns_free(ps);
	}
	free(p);
}

/* What one pass tells is what each set tells when it is asked. */
static void
a_class_says_what_each_set_says(void **state)
{
	static const char *const	 patterns[] = { "^/etc/", "\\.conf$",
	    "(?i)PASS", "(?<!x)wd", "^/(?!etc)", "a|", "^$", "(.)\\1" };
	static const char *const	 texts[] = { "/etc/passwd", "", "xwd",
	    "/usr/a.conf", "/etc/my.conf\n", "/etc//", "q" };
	const size_t			 n = sizeof(patterns) /
	    sizeof(patterns[0]);
	struct patterns			*ps = patterns_new();

	(void)state;
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(add(ps, patterns[i], i), 0);
		assert_int_equal(add(ps, patterns[i], 20 + i / 2), 0);
	}
	for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++)
		for (uint32_t set = 0; set < 30; set++) {
			const uint64_t	 class = patterns_class(ps,
			    slice_str(texts[t]));
			const int	 want = match_str(ps, set, texts[t]);

			switch (patterns_says(ps, class, set)) {
			case PATTERNS_YES:
				assert_int_equal(want, 1);
				break;
			case PATTERNS_NO:
				assert_int_equal(want, 0);
				break;
			case PATTERNS_ASK:
				assert_true(set == 3 || set == 4 || set == 7 ||
				    set == 21 || set == 22 || set == 23);
				break;
			}
		}
	patterns_free(ps);
}

static void
equal_classes_are_equal_answers(void **state)
{
	struct patterns	*ps = patterns_new();
	uint64_t	 first, later;

	(void)state;
	assert_int_equal(add(ps, "^/etc/", 0), 0);
	assert_int_equal(add(ps, "d$", 1), 0);
	first = patterns_class(ps, slice_str("/etc/group"));
	assert_true(first == patterns_class(ps, slice_str("/etc/fstab")));
	assert_true(first != patterns_class(ps, slice_str("/etc/passwd")));
	assert_true(first != patterns_class(ps, slice_str("/usr")));
	assert_int_equal(patterns_says(ps, first, 0), PATTERNS_YES);
	assert_int_equal(patterns_says(ps, first, 1), PATTERNS_NO);

	/* An old class says nothing about what came since. */
	assert_int_equal(add(ps, "group", 1), 0);
	later = patterns_class(ps, slice_str("/etc/group"));
	assert_true(later != first);
	assert_int_equal(patterns_says(ps, later, 1), PATTERNS_YES);
	assert_int_equal(patterns_says(ps, first, 1), PATTERNS_ASK);
	patterns_free(ps);
}

/* The bytes count, not where they are. */
static void
a_subject_in_the_same_place_is_another(void **state)
{
	struct patterns	*ps = patterns_new();
	char		 text[] = "/etc/passwd";

	(void)state;
	assert_int_equal(add(ps, "^/etc/", 0), 0);
	assert_int_equal(add(ps, "(?=/u)/usr", 1), 0);
	assert_int_equal(add(ps, "(?=/v)/var", 1), 0);
	assert_int_equal(patterns_match(ps, 0, slice_str(text)), 1);
	assert_int_equal(patterns_match(ps, 1, slice_str(text)), 0);
	memcpy(text, "/usr", 4);
	assert_int_equal(patterns_match(ps, 0, slice_str(text)), 0);
	assert_int_equal(patterns_match(ps, 1, slice_str(text)), 1);
	patterns_free(ps);
}

/* What is too much for an automaton is still found. */
static void
patterns_that_are_given_up_are_tried_alone(void **state)
{
	struct patterns	*ps = patterns_new();
	uint32_t	 seed = 1;
	bool		 alone = false;
	uint8_t		 text[500];

	(void)state;
	patterns_add_known(ps, slice_str("a.{20}b"), 0);
	assert_int_equal(add(ps, "(?=a)a.{20}b", 1), 0);
	for (unsigned n = 0; n < 5000 && !alone; n++) {
		const struct slice	 all = { text, sizeof(text) };

		for (size_t i = 0; i < sizeof(text); i++) {
			seed = seed * 1664525u + 1013904223u;
			text[i] = (uint8_t)('a' + (seed >> 30) % 2);
		}
		assert_int_equal(patterns_match(ps, 0, all),
		    patterns_match(ps, 1, all));
		memset(text, 'a', 100);
		assert_int_equal(patterns_match(ps, 0, (struct slice){ text,
		    100 }), 0);
		alone = patterns_says(ps, patterns_class(ps, slice_str("")),
		    0) == PATTERNS_ASK;
	}
	assert_true(alone);
	patterns_free(ps);
}

/* As above, but these need no limit. */
/* Of both ways; before and after no more memory may be executed. */
static void
known_patterns_are_found_as_others_are(void **state)
{
	(void)state;
	for (int jit = 0; jit < 3; jit++) {
		struct patterns	*ps = patterns_new();

		patterns_add_known(ps, slice_str("a+b"), 0);
		patterns_add_known(ps, slice_str("c(?=d)"), 0);
		patterns_add_known(ps, slice_str("(x)\\1"), 1);
		assert_int_equal(add(ps, "a+b", 2), 0);
		patterns_add_known(ps, slice_str("a+b"), 3);
		patterns_prepare(ps);
		if (jit > 0)
			patterns_ready(ps, jit > 1);
		assert_int_equal(match_str(ps, 0, "caab"), 1);
		assert_int_equal(match_str(ps, 0, "cd"), 1);
		assert_int_equal(match_str(ps, 0, "ce"), 0);
		assert_int_equal(match_str(ps, 1, "xx"), 1);
		assert_int_equal(match_str(ps, 1, "xy"), 0);
		assert_int_equal(match_str(ps, 2, "aab"), 1);
		assert_int_equal(match_str(ps, 3, "aab"), 1);
		assert_int_equal(match_str(ps, 3, "aa"), 0);
		patterns_add_known(ps, slice_str("late"), 1);
		assert_int_equal(match_str(ps, 1, "later"), 1);
		patterns_free(ps);
	}
}

static void
regular_patterns_do_not_run_away(void **state)
{
	static const char	*harmless[] = { "^(a+)+$", "^(a|aa)+$",
				    "(.*)*c\\d", "(?:a?){60}a{60}c?$",
				    "^(?:(?:a*)*)*$" };
	double			 ms;

	(void)state;
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		struct patterns	*ps = patterns_new();

		assert_int_equal(add(ps, harmless[i], 0), 0);
		assert_int_equal(match_spoiled(ps, 0, 4096, &ms), 0);
		patterns_free(ps);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_are_found_anywhere),
		cmocka_unit_test(nothing_is_optional),
		cmocka_unit_test(subjects_are_bytes),
		cmocka_unit_test(filters_turn_no_match_away),
		cmocka_unit_test(a_set_matches_when_one_of_it_does),
		cmocka_unit_test(sets_without_patterns_match_nothing),
		cmocka_unit_test(the_same_text_may_be_added_often),
		cmocka_unit_test(a_wrong_pattern_is_told_with_its_place),
		cmocka_unit_test(utf_cannot_be_asked_for),
		cmocka_unit_test(runaway_patterns_end_at_a_limit),
		cmocka_unit_test(a_pattern_may_refuse_the_jit),
		cmocka_unit_test(a_limit_does_not_hide_another_match),
		cmocka_unit_test(many_costly_places_are_bounded_together),
		cmocka_unit_test(long_subjects_are_no_runaways),
		cmocka_unit_test(a_class_says_what_each_set_says),
		cmocka_unit_test(equal_classes_are_equal_answers),
		cmocka_unit_test(a_subject_in_the_same_place_is_another),
		cmocka_unit_test(patterns_that_are_given_up_are_tried_alone),
		cmocka_unit_test(known_patterns_are_found_as_others_are),
		cmocka_unit_test(regular_patterns_do_not_run_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
