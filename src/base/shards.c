/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shards.c - a hash index from 64-bit hashes to small numbers.
 *
 * The top bits of a hash pick the shard, the low 32 bits are its tag: they pick
 * the slot and are kept beside the number, so that a shard grows without asking
 * anybody for hashes. Open addressing with linear probing; removal moves later
 * entries back, so there are no tombstones and no table wears out. A shard in
 * which there was never anything has a free slot that it shares with others.
 */
#include "base/shards.h"

#include <stdlib.h>

#include "base/mem.h"

#define NSHARDS		256u
#define SHARD_MIN	16u		/* slots */

struct entry {
	uint32_t	 tag;
	uint32_t	 number;	/* SHARDS_NONE: free */
};

struct shard {
	struct entry	*slots;
	uint32_t	 mask;		/* slots minus 1 */
	uint32_t	 used;
};

struct shards {
	struct shard	 shard[NSHARDS];
	struct entry	 vacant;	/* for ever */
};

static struct entry *
new_slots(uint32_t n)
{
	struct entry	*slots = xreallocarray(NULL, n, sizeof(*slots));

	for (uint32_t i = 0; i < n; i++)
		slots[i] = (struct entry){ 0, SHARDS_NONE };
	return slots;
}

struct shards *
shards_new(void)
{
	struct shards	*s = xmalloc(sizeof(*s));

	s->vacant = (struct entry){ 0, SHARDS_NONE };
	for (unsigned i = 0; i < NSHARDS; i++)
		s->shard[i] = (struct shard){ &s->vacant, 0, 0 };
	return s;
}

void
shards_free(struct shards *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < NSHARDS; i++)
		if (s->shard[i].mask > 0)
			free(s->shard[i].slots);
	free(s);
}

static unsigned
which(uint64_t hash)
{
	return (unsigned)(hash >> 56);
}

uint32_t
shards_find(const struct shards *s, uint64_t hash, uint32_t *at)
{
	const struct shard	*sh = &s->shard[which(hash)];
	uint32_t		 tag = (uint32_t)hash;

	for (;;) {
		const struct entry	*e =
		    &sh->slots[(tag + *at) & sh->mask];

		++*at;
		if (e->number == SHARDS_NONE || e->tag == tag)
			return e->number;
	}
}

void
shards_prefetch(const struct shards *s, uint64_t hash)
{
	const struct shard	*sh = &s->shard[which(hash)];

	__builtin_prefetch(&sh->slots[(uint32_t)hash & sh->mask]);
}

static void
place(struct shard *sh, struct entry e)
{
	uint32_t	 i = e.tag & sh->mask;

	while (sh->slots[i].number != SHARDS_NONE)
		i = (i + 1) & sh->mask;
	sh->slots[i] = e;
}

static void
grow(struct shard *sh)
{
	struct entry	*old = sh->slots;
	uint32_t	 n = sh->mask + 1;

	sh->mask = n == 1 ? SHARD_MIN - 1 : 2 * n - 1;
	sh->slots = new_slots(sh->mask + 1);
	for (uint32_t i = 0; i < n; i++)
		if (old[i].number != SHARDS_NONE)
			place(sh, old[i]);
	if (n > 1)
		free(old);
}

void
shards_add(struct shards *s, uint64_t hash, uint32_t number)
{
	struct shard	*sh = &s->shard[which(hash)];

	if (sh->used >= (sh->mask + 1) / 4 * 3)
		grow(sh);
	place(sh, (struct entry){ (uint32_t)hash, number });
	sh->used++;
}

void
shards_remove(struct shards *s, uint64_t hash, uint32_t number)
{
	struct shard	*sh = &s->shard[which(hash)];
	uint32_t	 hole = (uint32_t)hash & sh->mask, i;

	while (sh->slots[hole].number != number)
		hole = (hole + 1) & sh->mask;
	sh->used--;
	for (i = (hole + 1) & sh->mask; sh->slots[i].number != SHARDS_NONE;
	    i = (i + 1) & sh->mask) {
		uint32_t	 home = sh->slots[i].tag & sh->mask;

		/* Move it back unless its home lies behind the hole. */
		if (((i - home) & sh->mask) >= ((i - hole) & sh->mask)) {
			sh->slots[hole] = sh->slots[i];
			hole = i;
		}
	}
	sh->slots[hole].number = SHARDS_NONE;
}

size_t
shards_bytes(const struct shards *s)
{
	size_t	 n = sizeof(*s);

	for (unsigned i = 0; i < NSHARDS; i++)
		n += ((size_t)s->shard[i].mask + 1) * sizeof(struct entry);
	return n;
}
