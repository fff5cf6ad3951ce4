/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stock.h - a pool as rows: its items by number, and its free numbers.
 *
 * Numbers are the same after a restart, and so is the order in which free ones
 * are given out. That each number is told, used or free, is also what bounds
 * the memory for a pool that is made of rows which nobody believes.
 *
 * A section has pages of several kinds.
 */
#ifndef ENGINE_STOCK_H
#define ENGINE_STOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/pool.h"
#include "base/rows.h"
#include "bsm/cursor.h"

#define STOCK_BITS	26u		/* of a page: which of its kind */
#define STOCK_FREE	1024u		/* free numbers of a page */

static inline uint32_t
stock_page(unsigned kind, uint32_t n)
{
	return kind << STOCK_BITS | n;
}

static inline unsigned
stock_kind(const struct row *row)
{
	return row->page >> STOCK_BITS;
}

/* Telling: the free numbers come before the items, in ascending order. */
void		 stock_save(struct rows *, unsigned kind, const struct pool *);
/* The page of an item, to which its number is appended. */
struct buf	*stock_item(struct rows *, unsigned kind, uint32_t number);

/* Making. All zeros is ready. */
struct stock {
	uint32_t	*free;		/* the next to go is the last */
	size_t		 nfree, cap;
	uint32_t	 last, seen;	/* items so far */
};

void		 stock_fini(struct stock *);

/* A row of free numbers. */
bool		 stock_row(struct stock *, const struct row *);

/*
 * The number of the next item of a row. False when it does not belong there, or
 * there are not as many below it.
 */
bool		 stock_next(struct stock *, const struct row *,
		    struct cursor *, uint32_t *number);

#endif
