/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waits.c - which of many rules have something for a key.
 *
 * A hash table cut into many, so that growing one is a short pause however
 * large the whole is: the top bits of a hash pick it, the low ones the place.
 * Words of one hash belong to one place, and have the number of their block
 * where the top bits were; so they are found in one walk from there. Open
 * addressing with linear probing; a word without bits is gone, and later ones
 * move back, so there are no tombstones. Half of the places are free at the
 * least, since most walks should end where they begin. Hashes are compared
 * whole, and taken for what they are of.
 */
#include "engine/waits.h"

#include <stdlib.h>

#include "base/mem.h"

#define TABLES		256u		/* by the bits that a tag lacks */
#define TABLE_MIN	8u		/* places */

struct table {
	struct waits_place *places;
	uint32_t	 mask;		/* places minus 1 */
	uint32_t	 used;
};

struct waits {
	struct table	 tables[TABLES];
};

struct waits *
waits_new(void)
{
	struct waits	*w = xcalloc(1, sizeof(*w));

	for (unsigned i = 0; i < TABLES; i++)
		w->tables[i] = (struct table){ xcalloc(TABLE_MIN,
		    sizeof(struct waits_place)), TABLE_MIN - 1, 0 };
	return w;
}

void
waits_free(struct waits *w)
{
	if (w == NULL)
		return;
	for (unsigned i = 0; i < TABLES; i++)
		free(w->tables[i].places);
	free(w);
}

/* Shelves are apart; what is on the first one has the hash it came with. */
static uint64_t
hash_of(uint64_t what, uint32_t shelf)
{
	return what + shelf * UINT64_C(0x9e3779b97f4a7c15);
}

static const struct table *
table_of(const struct waits *w, uint64_t hash)
{
	return &w->tables[hash >> WAITS_BLOCK_SHIFT];
}

static uint64_t
tag_of(uint64_t hash, uint32_t block)
{
	return hash << (64 - WAITS_BLOCK_SHIFT) >> (64 - WAITS_BLOCK_SHIFT) |
	    (uint64_t)(block % WAITS_BLOCKS) << WAITS_BLOCK_SHIFT;
}

/* Its place, or the free one where it belongs. */
static uint32_t
find(const struct table *t, uint64_t tag)
{
	uint32_t	 at = (uint32_t)tag & t->mask;

	while (t->places[at].word != 0 && t->places[at].tag != tag)
		at = (at + 1) & t->mask;
	return at;
}

uint64_t
waits_word(const struct waits *w, uint64_t what, uint32_t block)
{
	const uint64_t		 hash = hash_of(what, block / WAITS_BLOCKS);
	const struct table	*t = table_of(w, hash);

	return t->places[find(t, tag_of(hash, block))].word;
}

struct waits_walk
waits_begin(const struct waits *w, uint64_t what, uint32_t shelf)
{
	const uint64_t		 hash = hash_of(what, shelf);
	const struct table	*t = table_of(w, hash);

	return (struct waits_walk){ t->places, t->mask,
	    (uint32_t)hash & t->mask, hash };
}

void
waits_ahead(const struct waits *w, uint64_t what)
{
	const struct table	*t = table_of(w, what);

	__builtin_prefetch(&t->places[(uint32_t)what & t->mask]);
}

static void
grow(struct table *t)
{
	const struct table	 old = *t;

	t->mask = 2 * old.mask + 1;
	t->places = xcalloc(t->mask + (size_t)1, sizeof(*t->places));
	for (uint32_t i = 0; i <= old.mask; i++)
		if (old.places[i].word != 0)
			t->places[find(t, old.places[i].tag)] =
			    old.places[i];
	free(old.places);
}

void
waits_set(struct waits *w, uint64_t what, uint32_t rule)
{
	const uint32_t	 block = rule / WAITS_BITS;
	const uint64_t	 hash = hash_of(what, block / WAITS_BLOCKS),
	    tag = tag_of(hash, block);
	struct table	*t = &w->tables[hash >> WAITS_BLOCK_SHIFT];
	struct waits_place *at = &t->places[find(t, tag)];

	/* Whether it is there already is not to be foreseen: no branch. */
	t->used += at->word == 0;
	*at = (struct waits_place){ tag,
	    at->word | UINT64_C(1) << rule % WAITS_BITS };
	if (t->used > t->mask / 2 + 1)
		grow(t);
}

/* Its place is free: what belongs there or before comes back. */
static void
close_hole(struct table *t, uint32_t hole)
{
	for (uint32_t i = (hole + 1) & t->mask; t->places[i].word != 0;
	    i = (i + 1) & t->mask) {
		const uint32_t	 home = (uint32_t)t->places[i].tag & t->mask;

		if (((i - home) & t->mask) < ((i - hole) & t->mask))
			continue;
		t->places[hole] = t->places[i];
		t->places[i].word = 0;
		hole = i;
	}
}

void
waits_clear(struct waits *w, uint64_t what, uint32_t rule)
{
	const uint32_t	 block = rule / WAITS_BITS;
	const uint64_t	 hash = hash_of(what, block / WAITS_BLOCKS);
	struct table	*t = &w->tables[hash >> WAITS_BLOCK_SHIFT];
	const uint32_t	 at = find(t, tag_of(hash, block));

	if (t->places[at].word == 0)
		return;			/* nobody has anything */
	t->places[at].word &= ~(UINT64_C(1) << rule % WAITS_BITS);
	if (t->places[at].word == 0) {
		t->used--;
		close_hole(t, at);
	}
}

size_t
waits_bytes(const struct waits *w)
{
	size_t	 n = sizeof(*w);

	for (unsigned i = 0; i < TABLES; i++)
		n += (w->tables[i].mask + (size_t)1) *
		    sizeof(struct waits_place);
	return n;
}
