/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chain.c - lists that were told by what stands before each item.
 *
 * Nothing may stand before two, and who goes from each first item to its last
 * has to meet all of them: so a ring is noticed, too.
 */
#include "engine/chain.h"

#include <stdlib.h>

#include "base/mem.h"

#define NOTHING	UINT32_MAX		/* stands behind it */

bool
chain_next(const struct chain *c, const struct row *row, struct cursor *from,
    uint32_t first)
{
	const uint64_t	 number = cursor_uint(from, 4);

	return from->err == 0 && number == c->n + first &&
	    number / ROWS_ITEMS == row->page;
}

void
chain_add(struct chain *c, uint32_t before)
{
	c->before = mem_grow(c->before, &c->cap, c->n + 1,
	    sizeof(*c->before));
	c->before[c->n++] = before;
}

void
chain_fini(struct chain *c)
{
	free(c->before);
	*c = (struct chain){ 0 };
}

/* What stands behind each; NULL: that is not clear. */
static uint32_t *
turn(const struct chain *c)
{
	uint32_t	*after = xreallocarray(NULL, c->n + 1, sizeof(*after));

	for (size_t i = 0; i < c->n; i++)
		after[i] = NOTHING;
	for (size_t i = 0; i < c->n; i++) {
		const uint32_t	 before = c->before[i];

		if (before == CHAIN_FIRST)
			continue;
		if (before >= c->n || after[before] != NOTHING) {
			free(after);
			return NULL;
		}
		after[before] = (uint32_t)i;
	}
	return after;
}

uint32_t *
chain_order(const struct chain *c)
{
	uint32_t	*after = turn(c), *order;
	size_t		 n = 0;

	if (after == NULL)
		return NULL;
	order = xreallocarray(NULL, c->n + 1, sizeof(*order));
	for (size_t i = 0; i < c->n; i++) {
		if (c->before[i] != CHAIN_FIRST)
			continue;
		for (uint32_t k = (uint32_t)i; k != NOTHING; k = after[k])
			order[n++] = k;
	}
	free(after);
	if (n != c->n) {
		free(order);
		return NULL;
	}
	return order;
}
