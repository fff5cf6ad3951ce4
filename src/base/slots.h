/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slots.h - a dense hash index: four bytes for each number, and some air.
 *
 * As shards.h, in half the room: what does not fit into four bytes is asked of
 * the caller. Cut into many tables that grow by a quarter or a page, so that
 * growing one is a short pause however large the whole is. Order of answers
 * means nothing.
 */
#ifndef BASE_SLOTS_H
#define BASE_SLOTS_H

#include <stddef.h>
#include <stdint.h>

struct slots;

#define SLOTS_NONE	UINT32_MAX

/* Where the hash lies that a number was stored under; it must stay there. */
typedef const uint64_t *(*slots_hash_fn)(const void *arg, uint32_t number);

/* For numbers up to MAX, below SLOTS_NONE. The smaller it is the quicker. */
struct slots	*slots_new(uint32_t max, slots_hash_fn, const void *arg);
void		 slots_free(struct slots *);		/* NULL is allowed */

/*
 * Walk the numbers stored under a hash (and under some that look alike, so
 * compare). Set *AT to 0 before the first call. Returns SLOTS_NONE at the end.
 * The index must not change during a walk.
 */
uint32_t	 slots_find(const struct slots *, uint64_t hash, uint32_t *at);

/* Bring what a later slots_find() will look at into the cache. */
void		 slots_prefetch(const struct slots *, uint64_t hash);

/*
 * Returns how many slots were in the way. For hashes that others have made:
 * more than SLOTS_CROWD mean that somebody has aimed.
 */
#define SLOTS_CROWD	4096u
uint32_t	 slots_add(struct slots *, uint64_t hash, uint32_t number);

/* Remove this number, stored under this hash; it must be there. */
void		 slots_remove(struct slots *, uint64_t hash, uint32_t number);

size_t		 slots_bytes(const struct slots *);	/* memory in use */

#endif
