/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_automaton.c - the automaton finds what PCRE2 finds, and nothing else.
 *
 * PCRE2 is the judge: of patterns at random, built of all that the reader
 * knows and of some that it refuses, and of texts made of the same few bytes,
 * so that many of them fit. Several patterns share an automaton, as they do
 * in earnest. BSMTRACE_TEST_RUNS multiplies the pairs.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/automaton.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/regex.h"

#define TOGETHER	6u		/* patterns in one automaton */
#define TEXTS		40u		/* for each of them */
#define ROUNDS		900u

/* Chance. */

static uint64_t	seed;

static uint32_t
below(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static const char *
one_of(const char *const *list, size_t n)
{
	return list[below((uint32_t)n)];
}
#define ONE_OF(list) one_of(list, sizeof(list) / sizeof((list)[0]))

static const char *const	atoms[] = {
	"a", "b", "c", "/", ".", "\\n", "\\.", "a", "b", "A", "_", "-", " ",
	"\\x61", "\\x{62}", "\\o{143}", "\\057", "\\0", "\\cJ", "\\e", "\\a",
	"\\t", "\\r", "\\f", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\h",
	"\\H", "\\v", "\\V", "\\N", "\\/", "\\_", "]", "}", "{", "{b", "{}",
	"\\Qa.b\\E", "\\Q|\\E", "\\Qb", "\\E", "\\Q\\E", "(?#no)", "1", ",",
	"\\xff", "\xff", "\\xe4", "\\xd", "é", "-", ":", "=", "(?#(a)", "\\x",
};
static const char *const	asserts[] = {
	"^", "$", "\\A", "\\z", "\\Z", "\\b", "\\B", "$", "^",
};
static const char *const	quantifiers[] = {
	"*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{2,3}",
	"{0}", "{3}?", "{,2}", "{ 1}", "*+", "{1", "{1,2", "++", "{02}", "{1}",
};
static const char *const	members[] = {
	"a", "b", "c", "/", "-", "^", "a-c", "A-C", "\\n", "\\d", "\\w", "\\W",
	"\\s", "\\x61", "\\b", "\\]", "\\-", "[:alpha:]", "[:^alpha:]", "0-9",
	"[:upper:]", "[:^lower:]", "[:space:]", "[:punct:]", "[:word:]", ".",
	"$", "*", "[", "[:cntrl:]", "[:graph:]", "[:print:]", "[:blank:]", "]",
	"[:xdigit:]", "[:alnum:]", "[:ascii:]", "[:digit:]", "\\x00-\\x1f",
	"\\V", "\\h", "\\D", ":", "=", "[.a.]", "[:no:]", "!-~", "\\Qa\\E",
	"\\E", "a-\\d", "+--", "\\0-\\177", "z-a", "&&", "\\N", "[:a", "_-c",
};
static const char *const	openings[] = {
	"(", "(", "(?:", "(?:", "(?<n>", "(?P<n>", "(?'n'", "(?i:", "(?s:",
	"(?-i:", "(?i-s:", "(?is:", "(?>", "(?=", "(?!", "(?<=", "(?|", "(?^:",
	"(?m:", "(?x:", "(*atomic:",
};
/* What is only read wider. */
static const char *const	looks[] = {
	"(?=", "(?!", "(?<=", "(?<!", "(?>", "(?=", "(?!",
};
static const char *const	references[] = {
	"(b|a)\\1", "\\1", "\\2", "(?<m>a|/)\\k<m>", "\\g{1}", "\\g{-1}",
	"(.)\\g{-1}", "\\10", "(a|bc)(?P<k>b)(?P=k)", "a*+", "b++", ".?+",
	"[ab]{1,2}+",
};
static const char *const	options[] = {
	"(?i)", "(?s)", "(?-i)", "(?-s)", "(?is)", "(?i-s)", "(?m)", "(?x)",
	"(?)", "(?^)", "(?U)", "(?xx)", "(?n)", "(?J)",
};

static void
put_class(struct buf *b)
{
	buf_str(b, below(3) == 0 ? "[^" : "[");
	for (uint32_t n = 1 + below(3); n > 0; n--)
		buf_str(b, ONE_OF(members));
	buf_str(b, "]");
}

static void	put_either(struct buf *, unsigned depth, bool wider);

static void
put_element(struct buf *b, unsigned depth, bool wider)
{
	const uint32_t	 kind = below(40);

	if (wider && below(6) == 0 && depth > 0) {
		buf_str(b, ONE_OF(looks));
		put_either(b, depth - 1, wider);
		buf_str(b, ")");
	} else if (wider && below(6) == 0) {
		buf_str(b, ONE_OF(references));
	} else if (kind < 6 && depth > 0) {
		buf_str(b, below(3) > 0 ? openings[below(4)] :
		    ONE_OF(openings));
		put_either(b, depth - 1, wider);
		buf_str(b, ")");
	} else if (kind < 10)
		buf_str(b, ONE_OF(asserts));
	else if (kind < 16)
		put_class(b);
	else if (kind < 17)
		buf_str(b, ONE_OF(options));
	else if (kind < 27)
		buf_str(b, ONE_OF(atoms));
	else
		buf_str(b, atoms[below(6)]);
	if (below(4) == 0)
		buf_str(b, below(3) > 0 ? quantifiers[below(10)] :
		    ONE_OF(quantifiers));
}

static void
put_either(struct buf *b, unsigned depth, bool wider)
{
	do {
		for (uint32_t n = below(5); n > 0; n--)
			put_element(b, depth, wider);
	} while (below(4) == 0 && (buf_str(b, "|"), true));
}

/* On a heap block of the exact length. */
static struct slice
random_text(void)
{
	static const char	 bytes[] =
	    "aaabbbccc//..\n\nAB_- 1\xff\xe4\t,:]";
	const size_t		 n = below(3) == 0 ? below(20) : below(8);
	uint8_t			*p = xmalloc(n);

	for (size_t i = 0; i < n; i++)
		p[i] = below(30) == 0 ? (uint8_t)below(256) :
		    (uint8_t)bytes[below(sizeof(bytes))];
	return (struct slice){ p, n };
}

/* The judge. */

#define NAMED_TWICE	143		/* a group; its names are not read */

struct judge {
	pcre2_compile_context	*compiling;
	pcre2_match_context	*limits;
	pcre2_match_data	*result;
};

static struct judge
judge_new(void)
{
	struct judge	 j = { pcre2_compile_context_create(NULL),
	    pcre2_match_context_create(NULL),
	    pcre2_match_data_create(1, NULL) };

	pcre2_set_newline(j.compiling, PCRE2_NEWLINE_LF);
	return j;
}

static void
judge_free(struct judge *j)
{
	pcre2_compile_context_free(j->compiling);
	pcre2_match_context_free(j->limits);
	pcre2_match_data_free(j->result);
}

static pcre2_code *
judge_read(const struct judge *j, struct slice pattern, int *err)
{
	PCRE2_SIZE	 at;

	return pcre2_compile(pattern.n == 0 ? (PCRE2_SPTR)"" : pattern.p,
	    pattern.n, PCRE2_NEVER_UTF, err, &at, j->compiling);
}

/* 1, 0, or -1 when it gave up. */
static int
judge_says(const struct judge *j, const pcre2_code *code, struct slice text)
{
	const int	 got = pcre2_match(code, text.n == 0 ? (PCRE2_SPTR)"" :
	    text.p, text.n, 0, 0, j->result, j->limits);

	return got >= 0 ? 1 : got == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

/* Several patterns in one automaton; each is a set of its own. */

struct several {
	struct buf	 patterns[TOGETHER];
	pcre2_code	*codes[TOGETHER];
	uint32_t	 sets[TOGETHER];
	uint32_t	 n;
	bool		 wider;
};

static const uint32_t *
sets_of(void *arg, uint32_t number, size_t *n)
{
	const struct several	*s = arg;

	*n = 1;
	return &s->sets[number];
}

struct tally {
	unsigned	 pairs, found, patterns, refused;
	unsigned	 wider;		/* pairs in which it is seen */
};

static struct automaton *
make(struct several *s, struct verdicts *v, const struct judge *j,
    struct tally *t)
{
	struct arena		*arena = arena_new();
	struct nfa_expression	 e[TOGETHER];
	struct automaton	*a;

	for (s->n = 0; s->n < TOGETHER;) {
		struct buf		*b = &s->patterns[s->n];
		const struct regex	*tree;
		int			 err;

		buf_clear(b);
		put_either(b, 3, s->wider);
		tree = s->wider ? regex_read_wider(arena, buf_bytes(b)) :
		    regex_read(arena, buf_bytes(b));
		s->codes[s->n] = judge_read(j, buf_bytes(b), &err);
		t->patterns += s->codes[s->n] != NULL;
		if (tree == NULL) {
			t->refused += s->codes[s->n] != NULL;
			pcre2_code_free(s->codes[s->n]);
			continue;
		}
		if (s->codes[s->n] == NULL && (err == NAMED_TWICE || s->wider))
			continue;
		if (s->codes[s->n] == NULL)
			fail_msg("PCRE2 does not take '%.*s'",
			    (int)b->n, (const char *)b->p);
		s->sets[s->n] = s->n;
		e[s->n] = (struct nfa_expression){ tree, s->n };
		s->n++;
	}
	a = automaton_new(nfa_new(e, s->n), v, below(2) == 0 ? 4096 : 1 << 20,
	    sets_of, s);
	arena_free(arena);
	return a;
}

static void
compare(const struct several *s, struct automaton *a,
    const struct verdicts *v, const struct judge *j, struct tally *t)
{
	for (unsigned i = 0; i < TEXTS; i++) {
		const struct slice	 text = random_text();
		const uint32_t		 verdict = automaton_run(a, text,
		    VERDICTS_NONE);

		for (uint32_t k = 0; k < s->n; k++) {
			const int	 want = judge_says(j, s->codes[k],
			    text);

			if (want < 0)
				continue;
			t->pairs++;
			t->found += want == 1;
			if (s->wider && want == 0)
				t->wider += verdicts_has(v, verdict, k);
			else if (verdicts_has(v, verdict, k) != (want == 1))
				fail_msg("'%.*s' on '%.*s' is not %d",
				    (int)s->patterns[k].n,
				    (const char *)s->patterns[k].p,
				    (int)text.n, (const char *)text.p, want);
		}
		free((void *)(uintptr_t)text.p);
	}
}

static unsigned
runs(void)
{
	const char	*text = getenv("BSMTRACE_TEST_RUNS");
	const long	 n = text == NULL ? 1 : strtol(text, NULL, 10);

	return n > 1 ? (unsigned)n : 1;
}

static struct tally
compare_many(bool wider)
{
	struct judge	 j = judge_new();
	struct several	 s = { .wider = wider };
	struct tally	 t = { 0 };

	for (unsigned i = 0; i < ROUNDS * runs(); i++) {
		struct verdicts		*v = verdicts_new();
		struct automaton	*a;

		seed = i;
		a = make(&s, v, &j, &t);
		compare(&s, a, v, &j, &t);
		automaton_free(a);
		verdicts_free(v);
		for (uint32_t k = 0; k < s.n; k++)
			pcre2_code_free(s.codes[k]);
	}
	for (uint32_t k = 0; k < TOGETHER; k++)
		buf_fini(&s.patterns[k]);
	judge_free(&j);
	print_message("%u pairs, %u found, %u wider; %u patterns, "
	    "%u refused\n", t.pairs, t.found, t.wider, t.patterns, t.refused);
	return t;
}

static void
what_is_found_is_what_pcre2_finds(void **state)
{
	const struct tally	 t = compare_many(false);

	(void)state;
	assert_true(t.found > t.pairs / 10 && t.found < t.pairs / 10 * 9);
	assert_true(t.refused < t.patterns / 2);
}

static void
what_is_wider_is_found_where_pcre2_finds(void **state)
{
	const struct tally	 t = compare_many(true);

	(void)state;
	assert_true(t.found > t.pairs / 10 && t.wider > t.pairs / 100);
	assert_true(t.found + t.wider < t.pairs / 10 * 9);
}

/* One letter each; any text of them is another verdict. */

#define LETTERS		40u

static const uint32_t *
letter_of(void *arg, uint32_t number, size_t *n)
{
	uint32_t	*letters = arg;

	*n = 1;
	letters[number] = number;
	return &letters[number];
}

static void
too_many_verdicts_are_forgotten_and_none_is_wrong(void **state)
{
	struct arena		*arena = arena_new();
	struct nfa_expression	 e[LETTERS];
	struct verdicts		*v = verdicts_new();
	struct automaton	*a[2];
	uint32_t		 letters[LETTERS];

	(void)state;
	for (uint32_t i = 0; i < LETTERS; i++) {
		char	 pattern[8];

		(void)snprintf(pattern, sizeof(pattern), "\\x%x",
		    (unsigned)'@' + i);
		e[i] = (struct nfa_expression){ regex_read(arena,
		    slice_str(pattern)), i };
	}
	for (size_t i = 0; i < 2; i++)		/* half of them each */
		a[i] = automaton_new(nfa_new(e + i * LETTERS / 2,
		    LETTERS / 2), v, 1 << 20, letter_of, letters);
	for (unsigned n = 0; n < 40000; n++) {
		uint8_t		 text[20];
		uint64_t	 want = 0;
		uint32_t	 verdict = VERDICTS_NONE;

		for (size_t i = 0; i < sizeof(text); i++) {
			const uint32_t	 letter = below(LETTERS);

			text[i] = (uint8_t)('@' + letter);
			want |= UINT64_C(1) << letter;
		}
		for (size_t i = 0; i < 2; i++)
			verdict = automaton_run(a[i], (struct slice){ text,
			    sizeof(text) }, verdict);
		for (uint32_t i = 0; i < LETTERS; i++)
			assert_int_equal(verdicts_has(v, verdict, i),
			    want >> i & 1);
	}
	assert_true(verdicts_age(v) > 0);
	assert_true(verdicts_bytes(v) < 2 * AUTOMATON_VERDICTS_MAX);
	automaton_free(a[0]);
	automaton_free(a[1]);
	automaton_free(NULL);
	verdicts_free(v);
	arena_free(arena);
}

static const uint32_t	one = 1;

static const uint32_t *
set_one(void *arg, uint32_t number, size_t *n)
{
	(void)arg;
	(void)number;
	*n = 1;
	return &one;
}

/* One pattern of 2^11 states, in room for some of them. */
static void
states_stay_within_their_memory(void **state)
{
	struct arena		*arena = arena_new();
	struct nfa_expression	 e = { regex_read(arena,
	    slice_str("a.{10}b")), 0 };
	struct verdicts		*v = verdicts_new();
	struct automaton	*a = automaton_new(nfa_new(&e, 1), v, 20000,
	    set_one, NULL);
	struct automaton_stats	 stats;
	uint8_t			 text[3000];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)('a' + below(2));
	for (size_t n = 0; n < sizeof(text); n += 100) {
		bool	 want = false;

		for (size_t i = 0; i + 11 < n; i++)
			want |= text[i] == 'a' && text[i + 11] == 'b';
		assert_int_equal(verdicts_has(v, automaton_run(a,
		    (struct slice){ text, n }, VERDICTS_NONE), 1), want);
		automaton_stats(a, &stats);
		assert_true(stats.bytes <= 20000);
	}
	assert_true(stats.flushes > 0);
	assert_true(automaton_overwhelmed(a));
	automaton_free(a);
	verdicts_free(v);
	arena_free(arena);
}

/*
 * Of a state, four answers: to a, to b, to c, and to all that its nodes do not
 * tell apart here, though others do.
 */
static void
symbols_with_the_same_answers_are_asked_for_once(void **state)
{
	static const char *const	 patterns[] = { "xa1", "xb2", "xc3" };
	struct arena			*arena = arena_new();
	struct verdicts			*v = verdicts_new();
	struct nfa_expression		 e[3];
	struct automaton		*a;
	struct automaton_stats		 before, after;

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		e[i] = (struct nfa_expression){ regex_read(arena,
		    slice_str(patterns[i])), i };
	a = automaton_new(nfa_new(e, 3), v, 1 << 20, set_one, NULL);
	(void)automaton_run(a, slice_str("x1"), VERDICTS_NONE);
	automaton_stats(a, &before);
	for (const char *c = "23?/"; *c != '\0'; c++) {
		const char	 text[] = { 'x', *c, '\0' };

		assert_int_equal(automaton_run(a, slice_str(text),
		    VERDICTS_NONE), VERDICTS_NONE);
	}
	automaton_stats(a, &after);
	assert_int_equal(after.asked, before.asked);
	for (const char *c = "abc"; *c != '\0'; c++) {
		const char	 text[] = { 'x', *c, '\0' };

		(void)automaton_run(a, slice_str(text), VERDICTS_NONE);
	}
	automaton_stats(a, &after);
	assert_int_equal(after.asked, before.asked + 6);	/* and ends */
	assert_true(verdicts_has(v, automaton_run(a, slice_str("xb2"),
	    VERDICTS_NONE), 1));
	automaton_free(a);
	verdicts_free(v);
	arena_free(arena);
}

/* Every byte is a symbol, and leads elsewhere. */
static void
all_bytes_can_be_told_apart(void **state)
{
	struct arena		*arena = arena_new();
	struct verdicts		*v = verdicts_new();
	struct nfa_expression	 e[256];
	struct automaton	*a;
	uint32_t		 numbers[256];

	(void)state;
	for (uint32_t i = 0; i < 256; i++) {
		char	 pattern[16];

		(void)snprintf(pattern, sizeof(pattern), "x\\x%02x", i);
		e[i] = (struct nfa_expression){ regex_read(arena,
		    slice_str(pattern)), i };
	}
	a = automaton_new(nfa_new(e, 256), v, 1 << 20, letter_of, numbers);
	for (uint32_t i = 0; i < 256; i++) {
		const uint8_t	 text[] = { 'x', (uint8_t)i, 'z' };
		const uint32_t	 verdict = automaton_run(a, (struct slice){
		    text, sizeof(text) }, VERDICTS_NONE);

		for (uint32_t k = 0; k < 256; k++)
			assert_int_equal(verdicts_has(v, verdict, k), k == i ||
			    (i == 'x' && k == 'z'));
	}
	automaton_free(a);
	verdicts_free(v);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_found_is_what_pcre2_finds),
		cmocka_unit_test(what_is_wider_is_found_where_pcre2_finds),
		cmocka_unit_test(
		    too_many_verdicts_are_forgotten_and_none_is_wrong),
		cmocka_unit_test(states_stay_within_their_memory),
		cmocka_unit_test(
		    symbols_with_the_same_answers_are_asked_for_once),
		cmocka_unit_test(all_bytes_can_be_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
