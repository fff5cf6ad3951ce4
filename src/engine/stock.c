/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stock.c - a pool as rows: its items by number, and its free numbers.
 *
 * Free numbers are told from the one that goes last: those stay where they are
 * as long as others come and go.
 */
#include "engine/stock.h"

#include <stdlib.h>

#include "base/mem.h"

#define PAGE_MASK	((1u << STOCK_BITS) - 1)

void
stock_save(struct rows *r, unsigned kind, const struct pool *p)
{
	const uint32_t	 n = p->n - 1 - p->used;
	uint32_t	*v = xreallocarray(NULL, n + (size_t)1, sizeof(*v));

	pool_unused(p, v);
	for (uint32_t i = 0; i < n; i++)
		buf_u32(rows_page(r, stock_page(kind, i / STOCK_FREE)), v[i]);
	free(v);
}

struct buf *
stock_item(struct rows *r, unsigned kind, uint32_t number)
{
	struct buf	*b = rows_page(r, stock_page(kind,
	    number / ROWS_ITEMS));

	buf_u32(b, number);
	return b;
}

void
stock_fini(struct stock *s)
{
	free(s->free);
	*s = (struct stock){ .free = NULL };
}

bool
stock_row(struct stock *s, const struct row *row)
{
	struct cursor	 c = { .in = row->bytes };

	while (cursor_left(&c) > 0 && c.err == 0) {
		s->free = mem_grow(s->free, &s->cap, s->nfree + 1,
		    sizeof(*s->free));
		s->free[s->nfree++] = (uint32_t)cursor_uint(&c, 4);
	}
	return c.err == 0;
}

bool
stock_next(struct stock *s, const struct row *row, struct cursor *c,
    uint32_t *number)
{
	*number = (uint32_t)cursor_uint(c, 4);
	if (c->err != 0 || *number <= s->last ||
	    *number / ROWS_ITEMS != (row->page & PAGE_MASK) ||
	    *number - 1 > s->seen + s->nfree)
		return false;
	s->last = *number;
	s->seen++;
	return true;
}
