/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inodes.h - a hash index from device and inode to a small number.
 *
 * Unlike base/shards.h it holds the whole key beside the number, so that one
 * place in memory answers; but for the source of the record, of which each has
 * an index of its own.
 */
#ifndef ENGINE_INODES_H
#define ENGINE_INODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

#define INODES_NONE	UINT32_MAX	/* not a number that can be stored */
#define INODES_SHARDS	256u		/* tables, so that growing is short */
#define INODES_NEIGHBOURS 8u		/* nodes that lie side by side */

struct inodes_slot {
	uint64_t	 node;
	uint32_t	 fsid;
	uint32_t	 number;	/* INODES_NONE: free */
};

struct inodes {
	struct inodes_shard {
		struct inodes_slot	*slots;	/* NULL: nothing yet */
		uint32_t		 mask;	/* slots minus 1 */
	}		 shard[INODES_SHARDS];
	uint32_t	 used[INODES_SHARDS][INODES_NEIGHBOURS];
	struct hash_key	 key;
};

void		 inodes_init(struct inodes *, const struct hash_key *);
void		 inodes_fini(struct inodes *);

/*
 * The hash that all others want to have. Devices are few: a product that nobody
 * outside can know keeps them apart. Files that are made together have numbers
 * that follow each other, and so have these slots that do: the low bits say
 * which of the neighbours it is, in an order that nobody outside can know.
 */
static inline uint64_t
inodes_hash(const struct hash_key *k, uint32_t fsid, uint64_t node)
{
	const uint64_t	 h = hash_word(k, node / INODES_NEIGHBOURS ^
	    fsid * (k->k1 | 1));

	return h ^ (node & (INODES_NEIGHBOURS - 1));
}

/*
 * What inodes_find() will look at first, for whoever wants it brought near. He
 * has to do that himself: compilers leave out a call of a function that does
 * nothing else.
 */
static inline const void *
inodes_first(const struct inodes *t, uint64_t hash)
{
	const struct inodes_shard	*sh = &t->shard[hash >> 56];

	return sh->slots == NULL ? NULL : &sh->slots[hash & sh->mask];
}

/* The number, or INODES_NONE. */
static inline uint32_t
inodes_find(const struct inodes *t, uint64_t hash, uint32_t fsid,
    uint64_t node)
{
	const struct inodes_shard	*sh = &t->shard[hash >> 56];

	if (sh->slots == NULL)
		return INODES_NONE;
	for (uint32_t i = (uint32_t)hash;; i += INODES_NEIGHBOURS) {
		const struct inodes_slot	*s = &sh->slots[i & sh->mask];

		if ((s->node == node && s->fsid == fsid) ||
		    s->number == INODES_NONE)
			return s->number;
	}
}

/* It must not be there. */
void		 inodes_add(struct inodes *, uint64_t hash, uint32_t fsid,
		    uint64_t node, uint32_t number);

/* It must be there. */
void		 inodes_remove(struct inodes *, uint64_t hash, uint32_t fsid,
		    uint64_t node);

#endif
