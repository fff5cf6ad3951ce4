/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map.c - hash table keyed by bytes, seeded at start.
 *
 * The pairs are an array in order of insertion; beside it an open table of
 * indexes into that array, probed one by one, at most three quarters full.
 * A slot has a part of the hash as well, so that no other pair than the right
 * one is looked at. Each map draws its own key, so an attacker learns nothing
 * about one from another. Nothing is ever taken out.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"

#define SLOTS_FIRST 16

struct pair {
	struct slice	 key;		/* in the arena */
	void		*value;
	uint64_t	 hash;
};

struct slot {
	uint32_t	 pair;		/* index + 1; 0: empty */
	uint32_t	 tag;		/* the high half of the hash */
};

struct map {
	struct hash_key	 seed;
	struct arena	*keys;
	struct pair	*pairs;
	size_t		 n, cap;	/* pairs */
	struct slot	*slots;
	size_t		 nslots;	/* a power of two, or 0 */
};

struct map *
map_new(void)
{
	struct map	*m = xcalloc(1, sizeof(*m));

	m->seed = hash_key_random();
	m->keys = arena_new();
	return m;
}

void
map_free(struct map *m)
{
	if (m == NULL)
		return;
	arena_free(m->keys);
	free(m->pairs);
	free(m->slots);
	free(m);
}

size_t
map_count(const struct map *m)
{
	return m->n;
}

/* The slot of the key, or the empty one where it belongs. */
static struct slot *
slot_find(const struct map *m, uint64_t hash, struct slice key)
{
	const size_t	 mask = m->nslots - 1;
	const uint32_t	 tag = (uint32_t)(hash >> 32);
	size_t		 i = hash & mask;

	for (; m->slots[i].pair != 0; i = (i + 1) & mask) {
		const struct pair	*p = &m->pairs[m->slots[i].pair - 1];

		if (m->slots[i].tag == tag && p->hash == hash &&
		    slice_eq(p->key, key))
			break;
	}
	return &m->slots[i];
}

static void
slots_grow(struct map *m)
{
	const size_t	 mask = (m->nslots == 0 ? SLOTS_FIRST :
	    mem_product(m->nslots, 2)) - 1;

	free(m->slots);
	m->slots = xcalloc(mask + 1, sizeof(m->slots[0]));
	m->nslots = mask + 1;
	for (size_t j = 0; j < m->n; j++) {
		size_t	 i = m->pairs[j].hash & mask;

		while (m->slots[i].pair != 0)
			i = (i + 1) & mask;
		m->slots[i] = (struct slot){ (uint32_t)(j + 1),
		    (uint32_t)(m->pairs[j].hash >> 32) };
	}
}

void *
map_find(const struct map *m, struct slice key)
{
	const struct slot	*slot;

	if (m->n == 0)
		return NULL;
	slot = slot_find(m, hash_bytes(&m->seed, key), key);
	return slot->pair == 0 ? NULL : m->pairs[slot->pair - 1].value;
}

/* The pair that has the key already; NULL when it is new and has the value. */
static struct pair *
find_or_add(struct map *m, struct slice key, void *value)
{
	const uint64_t	 hash = hash_bytes(&m->seed, key);
	struct slot	*slot;

	assert(value != NULL);
	if (m->n >= m->nslots / 4 * 3)
		slots_grow(m);
	slot = slot_find(m, hash, key);
	if (slot->pair != 0)
		return &m->pairs[slot->pair - 1];
	assert(m->n < UINT32_MAX);
	m->pairs = mem_grow(m->pairs, &m->cap, m->n + 1, sizeof(m->pairs[0]));
	m->pairs[m->n++] = (struct pair){
		.key = { arena_copy(m->keys, key.p, key.n), key.n },
		.value = value,
		.hash = hash,
	};
	*slot = (struct slot){ (uint32_t)m->n, (uint32_t)(hash >> 32) };
	return NULL;
}

void *
map_put(struct map *m, struct slice key, void *value)
{
	struct pair	*p = find_or_add(m, key, value);
	void		*old;

	if (p == NULL)
		return NULL;
	old = p->value;
	p->value = value;
	return old;
}

void *
map_add(struct map *m, struct slice key, void *value)
{
	const struct pair	*p = find_or_add(m, key, value);

	return p == NULL ? NULL : p->value;
}

void *
map_at(const struct map *m, size_t i, struct slice *key)
{
	assert(i < m->n);
	if (key != NULL)
		*key = m->pairs[i].key;
	return m->pairs[i].value;
}
