/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * regtree.c - a regular expression as a tree.
 *
 * Recursion is as deep as the tree is, which its reader bounds.
 */
#include "base/regtree.h"

static uint32_t
narrowed(uint64_t n)
{
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

uint32_t
regtree_size(const struct regex *x)
{
	uint64_t	 n = 1, times;

	if (x->kind == REGEX_REPEAT) {
		times = x->max == REGEX_EVER ? x->min + UINT64_C(1) : x->max;
		return narrowed(times * (regtree_size(x->parts) + UINT64_C(1)));
	}
	for (const struct regex *p = x->parts; p != NULL; p = p->next)
		n += regtree_size(p);
	return narrowed(n);
}

bool
regtree_nullable(const struct regex *x)
{
	bool	 all = true, any = false;

	for (const struct regex *p = x->parts; p != NULL; p = p->next) {
		const bool	 can = regtree_nullable(p);

		all &= can;
		any |= can;
	}
	switch (x->kind) {
	case REGEX_BYTE:
	case REGEX_ASSERT:
		break;
	case REGEX_ROW:
		return all;
	case REGEX_EITHER:
		return any;
	case REGEX_REPEAT:
		return x->min == 0 || all;
	}
	return false;
}

static int
compare_numbers(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

/* What is not used by a kind is zero in all of it. */
int
regtree_compare(const struct regex *a, const struct regex *b)
{
	int	 c = compare_numbers(a->kind, b->kind);

	if (c == 0)
		c = compare_numbers(a->what, b->what);
	if (c == 0)
		c = compare_numbers(a->min, b->min);
	if (c == 0)
		c = compare_numbers(a->max, b->max);
	if (c == 0)
		c = memcmp(&a->set, &b->set, sizeof(a->set));
	a = a->parts;
	b = b->parts;
	for (; c == 0 && a != NULL && b != NULL; a = a->next, b = b->next)
		c = regtree_compare(a, b);
	return c != 0 ? c : (a != NULL) - (b != NULL);
}
