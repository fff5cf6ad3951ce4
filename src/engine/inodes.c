/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inodes.c - a hash index from device and inode to a small number.
 *
 * The top bits of a hash pick the shard, the low ones the slot. Open addressing
 * with linear probing, in steps that keep neighbours side by side: so a shard
 * is as many tables, one in the gaps of the others, as there are neighbours,
 * and none of these is ever full. Removal moves later entries back, so there
 * are no tombstones and no table wears out.
 */
#include "engine/inodes.h"

#include <stdlib.h>

#include "base/mem.h"

#define SHARD_MIN	32u		/* slots */
#define STEP		INODES_NEIGHBOURS
#define LINE		64u	/* bytes: neighbours begin with one */

void
inodes_init(struct inodes *t, const struct hash_key *k)
{
	*t = (struct inodes){ .key = *k };
}

void
inodes_fini(struct inodes *t)
{
	for (unsigned i = 0; i < INODES_SHARDS; i++)
		free(t->shard[i].slots);
}

static void
place(struct inodes_shard *sh, uint64_t hash, struct inodes_slot one)
{
	uint32_t	 i = (uint32_t)hash;

	while (sh->slots[i & sh->mask].number != INODES_NONE)
		i += STEP;
	sh->slots[i & sh->mask] = one;
}

/* To N slots, a power of two. */
static void
grow(const struct inodes *t, struct inodes_shard *sh, uint32_t n)
{
	struct inodes_slot	*old = sh->slots;
	const uint32_t		 before = old == NULL ? 0 : sh->mask + 1;

	sh->slots = aligned_alloc(LINE, mem_product(n, sizeof(*sh->slots)));
	if (sh->slots == NULL)
		mem_end("out of memory");
	sh->mask = n - 1;
	for (uint32_t i = 0; i < n; i++)
		sh->slots[i] = (struct inodes_slot){ .number = INODES_NONE };
	for (uint32_t i = 0; i < before; i++)
		if (old[i].number != INODES_NONE)
			place(sh, inodes_hash(&t->key, old[i].fsid,
			    old[i].node), old[i]);
	free(old);
}

void
inodes_add(struct inodes *t, uint64_t hash, uint32_t fsid, uint64_t node,
    uint32_t number)
{
	struct inodes_shard	*sh = &t->shard[hash >> 56];
	uint32_t		*used = &t->used[hash >> 56][hash % STEP];

	if (sh->slots == NULL)
		grow(t, sh, SHARD_MIN);
	while (*used >= (sh->mask + 1) / STEP / 2)
		grow(t, sh, 2 * (sh->mask + 1));
	place(sh, hash, (struct inodes_slot){ node, fsid, number });
	(*used)++;
}

void
inodes_remove(struct inodes *t, uint64_t hash, uint32_t fsid, uint64_t node)
{
	struct inodes_shard	*sh = &t->shard[hash >> 56];
	uint32_t		 hole = (uint32_t)hash & sh->mask, i;

	while (sh->slots[hole].node != node || sh->slots[hole].fsid != fsid)
		hole = (hole + STEP) & sh->mask;
	t->used[hash >> 56][hash % STEP]--;
	for (i = (hole + STEP) & sh->mask; sh->slots[i].number != INODES_NONE;
	    i = (i + STEP) & sh->mask) {
		const uint32_t	 home = (uint32_t)inodes_hash(&t->key,
		    sh->slots[i].fsid, sh->slots[i].node) & sh->mask;

		/* Move it back unless its home lies behind the hole. */
		if (((i - home) & sh->mask) >= ((i - hole) & sh->mask)) {
			sh->slots[hole] = sh->slots[i];
			hole = i;
		}
	}
	sh->slots[hole] = (struct inodes_slot){ .number = INODES_NONE };
}
