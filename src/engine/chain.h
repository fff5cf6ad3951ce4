/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chain.h - lists that were told by what stands before each item.
 *
 * So that an item that moves to the end of a list changes two rows and no more.
 * Items are numbered from 0 as they are added.
 */
#ifndef ENGINE_CHAIN_H
#define ENGINE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rows.h"
#include "bsm/cursor.h"

#define CHAIN_FIRST	UINT32_MAX	/* nothing stands before it */

/* `{ 0 }` is ready. */
struct chain {
	uint32_t	*before;
	size_t		 n, cap;
};

/*
 * Read the number that rows_item() gave to the next item, which counts from
 * FIRST. False: another one stands there.
 */
bool		 chain_next(const struct chain *, const struct row *,
		    struct cursor *, uint32_t first);

void		 chain_add(struct chain *, uint32_t before);
void		 chain_fini(struct chain *);

/*
 * All items, each list from its first to its last, to be freed. NULL when it
 * is not so that each stands in exactly one list. O(n).
 */
uint32_t	*chain_order(const struct chain *);

#endif
