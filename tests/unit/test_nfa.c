/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_nfa.c - what graphs of expressions share, and what they leave out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/nfa.h"
#include "base/regex.h"

static struct nfa *
graph(const char *const *patterns, size_t n)
{
	struct arena		*arena = arena_new();
	struct nfa_expression	 e[8];
	struct nfa		*a;

	assert_true(n <= 8);
	for (uint32_t i = 0; i < n; i++)
		e[i] = (struct nfa_expression){ regex_read(arena,
		    slice_str(patterns[i])), i };
	a = nfa_new(e, n);
	arena_free(arena);
	return a;
}

static size_t
count(const struct nfa *a, enum nfa_kind kind)
{
	size_t	 n = 0;

	for (size_t i = 0; i < a->nnodes; i++)
		n += a->nodes[i].kind == kind;
	return n;
}

/* How many nodes with a byte the patterns need together. */
static size_t
nbytes(const char *const *patterns, size_t n)
{
	struct nfa	*a = graph(patterns, n);
	const size_t	 bytes = count(a, NFA_BYTE);

	nfa_free(a);
	return bytes;
}
#define BYTES(...) nbytes((const char *const []){ __VA_ARGS__ }, \
    sizeof((const char *const []){ __VA_ARGS__ }) / sizeof(char *))

static void
beginnings_are_shared(void **state)
{
	(void)state;
	assert_int_equal(BYTES("abc"), 3);
	assert_int_equal(BYTES("abc", "abd"), 4);
	assert_int_equal(BYTES("abc", "b", "abd", "abc"), 5);
	assert_int_equal(BYTES("^/[a-z]+/x", "^/[a-z]+/y", "^/[a-z]+/"), 5);
	assert_int_equal(BYTES("abc|abd"), 4);
	assert_int_equal(BYTES("(ab)c", "a(?:bd)"), 4);
	assert_int_equal(BYTES("ab", "(?i)ab"), 4);
}

static void
what_can_be_nothing_at_either_end_is_left_out(void **state)
{
	(void)state;
	assert_int_equal(BYTES(".*ab.*"), 2);
	assert_int_equal(BYTES("[x-z]?ab(c|d)*"), 2);
	assert_int_equal(BYTES("a+b{2,9}"), 3);
	assert_int_equal(BYTES("a*"), 0);
	assert_int_equal(BYTES("^a*b"), 2);	/* not at the end */
	assert_int_equal(BYTES("ba*$"), 2);
}

static void
repeats_are_written_out(void **state)
{
	(void)state;
	assert_int_equal(BYTES("xa{3}x"), 5);
	assert_int_equal(BYTES("xa{2,4}x"), 6);
	assert_int_equal(BYTES("xa{2,}x"), 4);
	assert_int_equal(BYTES("xa*x"), 3);
	assert_int_equal(BYTES("x(ab){2}x"), 6);
}

static void
all_numbers_are_there(void **state)
{
	static const char *const	 patterns[] = { "a", "a", "", "a|b" };
	struct nfa			*a = graph(patterns, 4);
	unsigned			 seen = 0;

	(void)state;
	for (size_t i = 0; i < a->nnodes; i++)
		if (a->nodes[i].kind == NFA_FOUND)
			seen |= 1u << a->nodes[i].next;
	assert_int_equal(seen, 15);
	assert_int_equal(count(a, NFA_FOUND), 5);
	nfa_free(a);
	nfa_free(NULL);
}

/* Bytes that are told apart are different symbols, and others are not. */
static void
symbols_are_as_few_as_will_do(void **state)
{
	static const char *const	 few[] = { "[a-c]x" };
	static const char *const	 words[] = { "\\ba" };
	struct nfa			*a = graph(few, 1);

	(void)state;
	assert_int_equal(a->nbytes, 4);		/* newline, abc, x, others */
	assert_int_equal(a->nsymbols, 6);
	assert_int_equal(a->symbol_of['a'], a->symbol_of['c']);
	assert_int_not_equal(a->symbol_of['a'], a->symbol_of['x']);
	assert_int_equal(a->symbol_of['y'], a->symbol_of[255]);
	for (unsigned c = 0; c < 256; c++)
		assert_int_equal(a->symbol_of[a->byte_of[a->symbol_of[c]]],
		    a->symbol_of[c]);
	nfa_free(a);
	a = graph(words, 1);
	assert_int_equal(a->nbytes, 4);		/* newline, a, words, others */
	assert_int_equal(a->symbol_of['_'], a->symbol_of['Z']);
	nfa_free(a);
}

/* By one symbol each; what needs none, or one of several, stands behind. */
static void
branches_of_a_fork_are_its_first_ways(void **state)
{
	static const char *const	 patterns[] = { "ax", "b$", "[cd]x",
	    "^a", "c", "d" };
	struct nfa			*a = graph(patterns, 6);
	const struct nfa_fork		*f =
	    &a->forks[a->nodes[a->root].next];
	const struct byteset		*set = &a->sets[a->nodes[a->root].set];

	(void)state;
	assert_int_equal(f->nbranches, 4);
	assert_int_equal(f->n, 6);
	for (const char *c = "abcd"; *c != '\0'; c++) {
		const uint8_t	 symbol = a->symbol_of[(uint8_t)*c];
		unsigned	 n = 0;

		assert_true(byteset_has(set, symbol));
		for (uint32_t i = 0; i < f->nbranches; i++)
			n += a->symbols[f->first + i] == symbol;
		assert_int_equal(n, 1);
	}
	assert_int_equal(byteset_count(set), 4);
	for (uint32_t i = f->nbranches; i < f->n; i++)
		assert_int_not_equal(a->nodes[a->ways[f->first + i]].kind,
		    NFA_FORK);
	nfa_free(a);
}

static void
a_fork_with_one_way_is_stepped_over(void **state)
{
	static const char *const	 patterns[] = { "abc" };
	struct nfa			*a = graph(patterns, 1);
	const struct nfa_fork		*f =
	    &a->forks[a->nodes[a->root].next];
	const struct nfa_node		*n = &a->nodes[a->ways[f->first]];

	(void)state;
	assert_int_equal(a->nforks, 1);		/* the root */
	assert_int_equal(f->nbranches, 0);	/* there is only one way */
	assert_int_equal(f->n, 1);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(n->kind, NFA_BYTE);
		n = &a->nodes[n->next];
	}
	assert_int_equal(n->kind, NFA_FOUND);
	nfa_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beginnings_are_shared),
		cmocka_unit_test(what_can_be_nothing_at_either_end_is_left_out),
		cmocka_unit_test(repeats_are_written_out),
		cmocka_unit_test(all_numbers_are_there),
		cmocka_unit_test(symbols_are_as_few_as_will_do),
		cmocka_unit_test(branches_of_a_fork_are_its_first_ways),
		cmocka_unit_test(a_fork_with_one_way_is_stepped_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
