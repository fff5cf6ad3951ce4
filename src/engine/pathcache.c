/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pathcache.c - device and inode to path.
 *
 * Paths lie one behind the other in a ring of blocks, each behind its key; the
 * index holds their places. When the oldest block is needed again, its entries
 * leave the index one by one.
 */
#include "engine/pathcache.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/ring.h"
#include "base/shards.h"

#define BLOCK	(256u << 10)		/* bytes; emptied in one go */
#define BLOCKS	(PATHCACHE_MAX / BLOCK)

/* Before each path in the ring. */
struct entry {
	struct inode	 inode;
	uint32_t	 n;		/* bytes of the path */
};
#define ALIGN(n)	(((n) + 7u) & ~(size_t)7u)

struct pathcache {
	struct ring	*ring;
	struct shards	*index;
	struct hash_key	 key;
};

static uint64_t
hash(const struct pathcache *p, const struct inode *i)
{
	return hash_word(&p->key, i->node ^
	    hash_word(&p->key, (uint64_t)i->source << 32 | i->fsid));
}

/* A place in the ring as a small number, and back. */
static uint32_t
number_of(uint64_t at)
{
	return (uint32_t)(at % PATHCACHE_MAX / 8);
}

static bool
is_indexed(const struct pathcache *p, uint64_t h, uint32_t number)
{
	uint32_t	 at = 0, found;

	while ((found = shards_find(p->index, h, &at)) != SHARDS_NONE)
		if (found == number)
			return true;
	return false;
}

static void
drop_block(void *arg, const uint8_t *bytes, size_t n, uint64_t at)
{
	struct pathcache	*p = arg;

	for (size_t i = 0; i < n;) {
		struct entry	 e;

		memcpy(&e, bytes + i, sizeof(e));
		/* It may have been forgotten. */
		if (is_indexed(p, hash(p, &e.inode), number_of(at + i)))
			shards_remove(p->index, hash(p, &e.inode),
			    number_of(at + i));
		i += ALIGN(sizeof(e) + e.n);
	}
}

struct pathcache *
pathcache_new(void)
{
	struct pathcache	*p = xcalloc(1, sizeof(*p));

	p->ring = ring_new(BLOCK, BLOCKS, drop_block, p);
	p->index = shards_new();
	p->key = hash_key_random();
	return p;
}

void
pathcache_free(struct pathcache *p)
{
	if (p == NULL)
		return;
	ring_free(p->ring);
	shards_free(p->index);
	free(p);
}

/* The entry's bytes, NULL when the pair is not known. */
static const uint8_t *
find(const struct pathcache *p, const struct inode *i, struct entry *e,
    uint32_t *place)
{
	uint32_t	 at = 0, number;
	uint64_t	 h = hash(p, i);

	while ((number = shards_find(p->index, h, &at)) != SHARDS_NONE) {
		const uint8_t	*bytes = ring_slot(p->ring,
		    (uint64_t)number * 8);

		memcpy(e, bytes, sizeof(*e));
		*place = number;
		if (e->inode.node == i->node && e->inode.fsid == i->fsid &&
		    e->inode.source == i->source)
			return bytes;
	}
	return NULL;
}

uint64_t
pathcache_ahead(const struct pathcache *p, const struct inode *i)
{
	uint64_t	 h = hash(p, i);

	shards_prefetch(p->index, h);
	return h;
}

void
pathcache_ahead_more(const struct pathcache *p, uint64_t ahead)
{
	uint32_t	 at = 0;
	const uint32_t	 number = shards_find(p->index, ahead, &at);

	if (number != SHARDS_NONE)
		__builtin_prefetch(ring_slot(p->ring, (uint64_t)number * 8));
}

void
pathcache_put(struct pathcache *p, const struct inode *i, struct slice path)
{
	struct entry	 e;
	uint64_t	 at;
	uint32_t	 place;
	uint8_t		*bytes;

	if (find(p, i, &e, &place) != NULL)
		return;
	bytes = ring_put(p->ring, ALIGN(sizeof(e) + path.n), &at);
	e = (struct entry){ *i, (uint32_t)path.n };
	memcpy(bytes, &e, sizeof(e));
	if (path.n > 0)
		memcpy(bytes + sizeof(e), path.p, path.n);
	shards_add(p->index, hash(p, i), number_of(at));
}

void
pathcache_forget(struct pathcache *p, const struct inode *i,
    const struct slice *path)
{
	struct entry	 e;
	uint32_t	 place;
	const uint8_t	*bytes = find(p, i, &e, &place);

	if (bytes != NULL && (path == NULL || slice_eq(*path,
	    (struct slice){ bytes + sizeof(e), e.n })))
		shards_remove(p->index, hash(p, i), place);
}

bool
pathcache_find(const struct pathcache *p, const struct inode *i,
    struct slice *path)
{
	struct entry	 e;
	uint32_t	 place;
	const uint8_t	*bytes = find(p, i, &e, &place);

	if (bytes == NULL)
		return false;
	*path = (struct slice){ bytes + sizeof(e), e.n };
	return true;
}
