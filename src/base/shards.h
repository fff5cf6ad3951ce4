/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shards.h - a hash index from 64-bit hashes to small numbers.
 *
 * The index holds numbers (places in a pool), the caller holds what they stand
 * for and compares. It is cut into shards, each a table of its own, so that
 * growing one is a short pause however large the whole is. Order of answers
 * means nothing.
 */
#ifndef BASE_SHARDS_H
#define BASE_SHARDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shards;

#define SHARDS_NONE	UINT32_MAX	/* not a number that can be stored */

struct shards	*shards_new(void);
void		 shards_free(struct shards *);		/* NULL is allowed */

/*
 * Walk the numbers stored under a hash (and, rarely, under another one that
 * looks alike, so compare). Set *AT to 0 before the first call. Returns
 * SHARDS_NONE at the end. The index must not change during a walk.
 */
uint32_t	 shards_find(const struct shards *, uint64_t hash,
		    uint32_t *at);

/* Bring what a later shards_find() will look at into the cache. */
void		 shards_prefetch(const struct shards *, uint64_t hash);

void		 shards_add(struct shards *, uint64_t hash, uint32_t number);

/* Remove this number, stored under this hash; it must be there. */
void		 shards_remove(struct shards *, uint64_t hash,
		    uint32_t number);

size_t		 shards_bytes(const struct shards *);	/* memory in use */

#endif
