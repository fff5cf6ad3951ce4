/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waits.c - which of many rules have something for a key.
 *
 * A hash table cut into many, so that growing one is a short pause however
 * large the whole is: the top bits of a hash pick it, the low ones the place.
 * Open addressing with linear probing; a word without bits is gone, and later
 * ones move back, so there are no tombstones. Hashes are compared whole, and
 * taken for what they are of.
 */
#include "engine/waits.h"

#include <stdlib.h>

#include "base/mem.h"

#define TABLE_BITS	8u
#define TABLES		(1u << TABLE_BITS)
#define TABLE_MIN	8u		/* places */

struct place {
	uint64_t	 hash;
	uint64_t	 word;		/* 0: free */
};

struct table {
	struct place	*places;
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
		    sizeof(struct place)), TABLE_MIN - 1, 0 };
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

/* Words of one hash stand next to each other, on one cache line or two. */
static uint64_t
hash_of(uint64_t what, uint32_t block)
{
	return what + block;
}

/* Its place, or the free one where it belongs. */
static uint32_t
find(const struct table *t, uint64_t hash)
{
	uint32_t	 at = (uint32_t)hash & t->mask;

	while (t->places[at].word != 0 && t->places[at].hash != hash)
		at = (at + 1) & t->mask;
	return at;
}

uint64_t
waits_word(const struct waits *w, uint64_t what, uint32_t block)
{
	const uint64_t		 hash = hash_of(what, block);
	const struct table	*t = &w->tables[hash >> (64 - TABLE_BITS)];

	return t->places[find(t, hash)].word;
}

void
waits_ahead(const struct waits *w, uint64_t what, uint32_t block)
{
	const uint64_t		 hash = hash_of(what, block);
	const struct table	*t = &w->tables[hash >> (64 - TABLE_BITS)];

	__builtin_prefetch(&t->places[(uint32_t)hash & t->mask]);
}

static void
grow(struct table *t)
{
	const struct table	 old = *t;

	t->mask = 2 * old.mask + 1;
	t->places = xcalloc(t->mask + (size_t)1, sizeof(*t->places));
	for (uint32_t i = 0; i <= old.mask; i++)
		if (old.places[i].word != 0)
			t->places[find(t, old.places[i].hash)] =
			    old.places[i];
	free(old.places);
}

void
waits_set(struct waits *w, uint64_t what, uint32_t rule)
{
	const uint64_t	 hash = hash_of(what, rule / WAITS_BITS);
	struct table	*t = &w->tables[hash >> (64 - TABLE_BITS)];
	uint32_t	 at = find(t, hash);

	if (t->places[at].word == 0) {
		if (t->used >= t->mask - t->mask / 4) {
			grow(t);
			at = find(t, hash);
		}
		t->used++;
		t->places[at].hash = hash;
	}
	t->places[at].word |= UINT64_C(1) << rule % WAITS_BITS;
}

/* Its place is free: what belongs there or before comes back. */
static void
close_hole(struct table *t, uint32_t hole)
{
	for (uint32_t i = (hole + 1) & t->mask; t->places[i].word != 0;
	    i = (i + 1) & t->mask) {
		const uint32_t	 home = (uint32_t)t->places[i].hash & t->mask;

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
	const uint64_t	 hash = hash_of(what, rule / WAITS_BITS);
	struct table	*t = &w->tables[hash >> (64 - TABLE_BITS)];
	const uint32_t	 at = find(t, hash);

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
		n += (w->tables[i].mask + (size_t)1) * sizeof(struct place);
	return n;
}
