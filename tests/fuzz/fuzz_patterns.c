/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_patterns.c - any bytes as a pattern and a text.
 *
 * The first byte is the length of the pattern, which comes next; the rest is
 * the text. What the automaton reads must be a pattern for PCRE2, but for names
 * given twice, and both must find the same, in the text and in each beginning
 * of it: alone, in little room, and together with other patterns.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/automaton.h"
#include "base/patterns.h"
#include "base/regex.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define NAMED_TWICE	143
#define STEPS_MAX	100000u
#define TEXT_MAX	200u

static void
require(bool holds)
{
	if (!holds)
		abort();
}

static const uint32_t *
sets_of(void *arg, uint32_t number, size_t *n)
{
	static const uint32_t	 sets[] = { 0, 1 };

	(void)arg;
	*n = 1;
	return &sets[number];
}

/* 1, 0, or -1 when it was given up. */
static int
judge(const pcre2_code *code, struct slice text)
{
	pcre2_match_context	*limits = pcre2_match_context_create(NULL);
	pcre2_match_data	*data = pcre2_match_data_create(1, NULL);
	int			 got;

	pcre2_set_match_limit(limits, STEPS_MAX);
	got = pcre2_match(code, text.n == 0 ? (PCRE2_SPTR)"" : text.p, text.n,
	    0, 0, data, limits);
	pcre2_match_data_free(data);
	pcre2_match_context_free(limits);
	return got >= 0 ? 1 : got == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

static void
compare(const struct regex *tree, const pcre2_code *code, struct slice text)
{
	struct arena			*arena = arena_new();
	struct verdicts			*v = verdicts_new();
	const struct nfa_expression	 e[] = { { tree, 0 },
	    { regex_read(arena, slice_str("^/[a-c]*$|b.*\\bx")), 1 } };
	struct automaton		*alone = automaton_new(nfa_new(e, 1), v,
	    8192, sets_of, NULL);
	struct automaton		*both = automaton_new(nfa_new(e, 2), v,
	    1 << 20, sets_of, NULL);

	for (size_t n = 0; n <= text.n; n++) {
		const struct slice	 t = { text.p, n };
		const int		 want = judge(code, t);

		if (want < 0)
			continue;
		require(verdicts_has(v, automaton_run(alone, t,
		    VERDICTS_NONE), 0) == want);
		require(verdicts_has(v, automaton_run(both, t,
		    VERDICTS_NONE), 0) == want);
	}
	automaton_free(alone);
	automaton_free(both);
	verdicts_free(v);
	arena_free(arena);
}

/* Whatever it is, the face of it all agrees unless somebody gave up. */
static void
compare_patterns(struct slice pattern, const pcre2_code *code,
    struct slice text)
{
	struct patterns	*ps = patterns_new();
	const int	 want = judge(code, text);
	size_t		 at;
	char		 why[80];
	int		 got;

	require(patterns_add(ps, pattern, 0, &at, why, sizeof(why)) == 0);
	got = patterns_match(ps, 0, text);
	require(got == want || got == PATTERNS_ELIMIT || want == -1);
	patterns_free(ps);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena		*arena = arena_new();
	struct slice		 pattern = { 0 }, text = { 0 };
	const struct regex	*tree;
	pcre2_compile_context	*c = pcre2_compile_context_create(NULL);
	pcre2_code		*code;
	int			 err = 0;
	PCRE2_SIZE		 at;

	if (n > 0) {
		pattern = (struct slice){ p + 1, p[0] < n ? p[0] : n - 1 };
		text = (struct slice){ pattern.p + pattern.n,
		    n - 1 - pattern.n };
	}
	if (text.n > TEXT_MAX)
		text.n = TEXT_MAX;
	tree = regex_read(arena, pattern);
	pcre2_set_newline(c, PCRE2_NEWLINE_LF);
	code = pcre2_compile(pattern.n == 0 ? (PCRE2_SPTR)"" : pattern.p,
	    pattern.n, PCRE2_NEVER_UTF, &err, &at, c);
	if (tree != NULL && code == NULL)
		require(err == NAMED_TWICE);
	if (tree != NULL && code != NULL)
		compare(tree, code, text);
	if (code != NULL)
		compare_patterns(pattern, code, text);
	pcre2_code_free(code);
	pcre2_compile_context_free(c);
	arena_free(arena);
	return 0;
}
