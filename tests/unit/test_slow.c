/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_slow.c - which patterns are said to backtrack without bound.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "draw.h"
#include "rule/slow.h"

/* The part of a pattern that is slow, or NULL; in a block of its length. */
static void
slow_is(const char *pattern, const char *expected)
{
	const size_t	 n = strlen(pattern);
	uint8_t		*p = xmemdup(pattern, n);
	struct slice	 part;
	const bool	 slow = slow_find((struct slice){ p, n }, &part);

	if (slow != (expected != NULL))
		fail_msg("%s: %s", pattern, slow ? "slow" : "not slow");
	if (slow && !slice_is(part, expected))
		fail_msg("%s: %.*s", pattern, (int)part.n, (const char *)part.p);
	free(p);
}

static void
a_repeated_repetition_is_slow(void **state)
{
	(void)state;
	slow_is("(a+)+", "(a+)+");
	slow_is("^/(a*)*$", "(a*)*");
	slow_is("x((a+))+?y", "((a+))+?");
	slow_is("(?:[a-z]+){2,}", "(?:[a-z]+){2,}");
	slow_is("(?<name>\\w+\\s?)*", "(?<name>\\w+\\s?)*");
	slow_is("(.*,)*z", "(.*,)*");
	slow_is("(x+x+)+y", "(x+x+)+");
	slow_is("((a|b)+c?)+", "((a|b)+c?)+");
	slow_is("(b|a+)+", "(b|a+)+");
	slow_is("((ab)*(cd)*)*", "((ab)*(cd)*)*");
}

static void
alternatives_that_overlap_are_slow_below_a_repetition(void **state)
{
	(void)state;
	slow_is("(a|a)*", "(a|a)*");
	slow_is("(\\w|\\d)+x", "(\\w|\\d)+");
	slow_is("(.|\\n)*", "(.|\\n)*");
	slow_is("([a-m]|[k-z])*$", "([a-m]|[k-z])*");
	slow_is("(a|b)*", NULL);
	slow_is("(a|a)", NULL);
	slow_is("([a-m]|[n-z])*", NULL);
}

static void
something_in_between_bounds_it(void **state)
{
	(void)state;
	slow_is("(a+,)+", NULL);
	slow_is("(,a+)+", NULL);
	slow_is("^(/[^/]+)+$", NULL);
	slow_is("(\\w+\\s+)*", NULL);
	slow_is("(([a-z]+)-[0-9]+\\.)*", NULL);
	slow_is("(a+b+)+", NULL);
	slow_is("([^;]*;)*", NULL);
	slow_is("([[:alpha:]]+[[:digit:]])*", NULL);
	slow_is("([[:alpha:]]+[[:alnum:]])*", "([[:alpha:]]+[[:alnum:]])*");
}

static void
plain_patterns_are_not_slow(void **state)
{
	static const char *const	fine[] = {
		"", "a", "^/bin/sh$", "a+b*c?", "(a|b|c)+", "(abc)*", "(a{2})*",
		"(a+)", "(a+)?", "(a+){3}", "[(]a+[)]+", "\\(a+\\)+",
		"[]a+)]*(", "(?i)(abc)+", "(?#(a+)+)x", "a{,3}", "a{x}",
		"[^]]+", "[a\\]b+]+",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		slow_is(fine[i], NULL);
}

static void
what_gives_nothing_back_is_not_slow(void **state)
{
	(void)state;
	slow_is("(?>a+)+", NULL);
	slow_is("(a++)+", NULL);
	slow_is("(?=(a+))b", NULL);
}

static void
what_is_not_understood_is_let_pass(void **state)
{
	(void)state;
	slow_is("(a+)+\\1", NULL);
	slow_is("(?R)(a+)+", NULL);
	slow_is("(*UTF)(a+)+", NULL);
	slow_is("(?(1)a|b)(a+)+", NULL);
	slow_is("\\Q(a+)+\\E", NULL);
}

/* Whatever the bytes are: it ends, and looks at nothing outside. */
static void
any_bytes_are_read_within_their_bounds(void **state)
{
	static const char	bytes[] = "ab()[]*+?{}|\\^$.,:=!<>P'#-1x[:w";
	struct lot		*lot = xcalloc(1, sizeof(*lot));

	(void)state;
	lot_seed(lot, 7);
	for (size_t i = 0; i < 200000; i++) {
		const size_t	 n = lot_u64(lot) % 24;
		uint8_t		*p = xmalloc(n == 0 ? 1 : n);
		struct slice	 part = { NULL, 0 };

		for (size_t j = 0; j < n; j++)
			p[j] = (uint8_t)bytes[lot_u64(lot) %
			    (sizeof(bytes) - 1)];
		if (slow_find((struct slice){ p, n }, &part)) {
			assert_true(part.p >= p && part.n <= n);
			assert_true(part.p + part.n <= p + n);
		}
		free(p);
	}
	free(lot);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(a_repeated_repetition_is_slow),
		cmocka_unit_test(
		    alternatives_that_overlap_are_slow_below_a_repetition),
		cmocka_unit_test(something_in_between_bounds_it),
		cmocka_unit_test(plain_patterns_are_not_slow),
		cmocka_unit_test(what_gives_nothing_back_is_not_slow),
		cmocka_unit_test(what_is_not_understood_is_let_pass),
		cmocka_unit_test(any_bytes_are_read_within_their_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
