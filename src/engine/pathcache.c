/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pathcache.c - device and inode to path.
 *
 * Paths lie one behind the other in a ring of blocks, each behind its key; an
 * index for each source holds their places. When the oldest block is needed
 * again, its entries leave the index one by one. To find that a pair is known,
 * which is what most records come to, takes the index alone.
 */
#include "engine/pathcache.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/ring.h"
#include "engine/inodes.h"

#define BLOCK	PATHCACHE_BLOCK
#define BLOCKS	PATHCACHE_BLOCKS

_Static_assert(PATHCACHE_MAX / 8 <= INODES_MAX + 1,
    "an index has room for all");

/* Before each path in the ring. */
struct entry {
	uint64_t	 node;
	uint32_t	 fsid, source;
	uint32_t	 n;		/* bytes of the path */
	uint32_t	 gone;		/* it was forgotten */
};
#define ALIGN(n)	(((n) + 7u) & ~(size_t)7u)

struct pathcache {
	struct hash_key	 key;
	struct ring	*ring;
	struct inodes	**indexes;	/* by source; NULL: none yet */
	size_t		 nindexes, indexes_cap;
	struct slabs	 memory;	/* of all indexes */
};

/* A place in the ring as a small number, and back. */
static uint32_t
number_of(uint64_t at)
{
	return (uint32_t)(at % PATHCACHE_MAX / 8);
}

static uint8_t *
bytes_at(const struct pathcache *p, uint32_t number)
{
	return ring_slot(p->ring, (uint64_t)number * 8);
}

/* The index of a source; NULL when nothing of it was put yet. */
static struct inodes *
index_of(const struct pathcache *p, uint32_t source)
{
	return source < p->nindexes ? p->indexes[source] : NULL;
}

static struct inodes *
new_index(struct pathcache *p, uint32_t source)
{
	p->indexes = mem_grow(p->indexes, &p->indexes_cap,
	    source + (size_t)1, sizeof(struct inodes *));
	while (p->nindexes <= source)
		p->indexes[p->nindexes++] = NULL;
	p->indexes[source] = xmalloc(sizeof(**p->indexes));
	inodes_init(p->indexes[source], &p->key, &p->memory);
	return p->indexes[source];
}

static void
drop_block(void *arg, const uint8_t *bytes, size_t n, uint64_t at)
{
	const struct pathcache	*p = arg;
	struct entry		 e;

	for (size_t i = 0; i < n; i += ALIGN(sizeof(e) + e.n)) {
		struct inodes	*index;

		memcpy(&e, bytes + i, sizeof(e));
		if (e.gone != 0)
			continue;
		index = index_of(p, e.source);
		inodes_remove(index, inodes_key(index, e.fsid, e.node),
		    number_of(at + i));
	}
}

struct pathcache *
pathcache_new(void)
{
	struct pathcache	*p = xcalloc(1, sizeof(*p));

	p->key = hash_key_random();
	inodes_memory(&p->memory);
	p->ring = ring_new(BLOCK, BLOCKS, drop_block, p);
	return p;
}

void
pathcache_free(struct pathcache *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->nindexes; i++) {
		if (p->indexes[i] != NULL)
			inodes_fini(p->indexes[i]);
		free(p->indexes[i]);
	}
	free(p->indexes);
	slabs_fini(&p->memory);
	ring_free(p->ring);
	free(p);
}

/* The first of a source or a device; or one of those that take more. */
static void __attribute__((noinline))
make_key(struct pathcache *p, struct inode *i)
{
	struct inodes	*index = index_of(p, i->source);

	if (index == NULL)
		index = new_index(p, i->source);
	i->key = inodes_key(index, i->fsid, i->node);
	__builtin_prefetch(inodes_home(index, i->key));
}

void
pathcache_key(struct pathcache *p, struct inode *i)
{
	const struct inodes	*index = index_of(p, i->source);

	if (index == NULL || !inodes_key_at_once(index, i->fsid, i->node,
	    &i->key))
		make_key(p, i);
	else
		__builtin_prefetch(inodes_home(index, i->key));
}

void
pathcache_ahead_more(const struct pathcache *p, const struct inode *i)
{
	const uint32_t	 number = inodes_find(p->indexes[i->source], i->key);

	if (number != INODES_NONE)
		__builtin_prefetch(bytes_at(p, number));
}

static inline void
put_new(struct pathcache *p, struct inodes *index, const struct inode *i,
    struct slice path)
{
	const struct entry	 e = { .node = i->node, .fsid = i->fsid,
	    .source = i->source, .n = (uint32_t)path.n };
	uint64_t		 at;
	uint8_t			*bytes = ring_put(p->ring,
	    ALIGN(sizeof(e) + path.n), &at);

	memcpy(bytes, &e, sizeof(e));
	if (path.n > 0)
		memcpy(bytes + sizeof(e), path.p, path.n);
	inodes_add(index, i->key, number_of(at));
}

static inline void
put(struct pathcache *p, const struct inode *i, struct slice path)
{
	struct inodes	*index = p->indexes[i->source];

	if (inodes_find(index, i->key) == INODES_NONE)
		put_new(p, index, i, slice_until_nul(path));
}

void
pathcache_put(struct pathcache *p, const struct inode *i, struct slice path)
{
	put(p, i, path);
}

void
pathcache_put_many(struct pathcache *p, const struct inode_path *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].inode.fsid != 0)
			put(p, &v[i].inode, v[i].path);
}

/* What is remembered of a pair, or NULL. */
static uint8_t *
find(const struct pathcache *p, const struct inode *i, struct entry *e)
{
	const uint32_t	 number = inodes_find(p->indexes[i->source], i->key);
	uint8_t		*bytes;

	if (number == INODES_NONE)
		return NULL;
	bytes = bytes_at(p, number);
	memcpy(e, bytes, sizeof(*e));
	return e->node == i->node && e->fsid == i->fsid ? bytes : NULL;
}

void
pathcache_forget(struct pathcache *p, const struct inode *i,
    const struct slice *path)
{
	struct entry	 e;
	uint8_t		*bytes = find(p, i, &e);

	if (bytes == NULL || (path != NULL && !slice_eq(*path,
	    (struct slice){ bytes + sizeof(e), e.n })))
		return;
	e.gone = 1;
	memcpy(bytes, &e, sizeof(e));
	inodes_remove(p->indexes[i->source], i->key,
	    inodes_find(p->indexes[i->source], i->key));
}

bool
pathcache_find(const struct pathcache *p, const struct inode *i,
    struct slice *path)
{
	struct entry	 e;
	const uint8_t	*bytes = find(p, i, &e);

	if (bytes == NULL)
		return false;
	*path = (struct slice){ bytes + sizeof(e), e.n };
	return true;
}

/* What is told and put back. */

struct ring *
pathcache_ring(const struct pathcache *p)
{
	return p->ring;
}

size_t
pathcache_size(size_t n)
{
	return ALIGN(sizeof(struct entry) + n);
}

void
pathcache_look(const uint8_t *p, struct inode_path *to, bool *gone)
{
	struct entry	 e;

	memcpy(&e, p, sizeof(e));
	*to = (struct inode_path){ .inode = { .source = e.source,
	    .fsid = e.fsid, .node = e.node },
	    .path = { p + sizeof(e), e.n } };
	*gone = e.gone != 0;
}

bool
pathcache_restore(struct pathcache *p, struct inode_path *from, bool gone,
    uint8_t *to, uint64_t at)
{
	struct inode		*i = &from->inode;
	const struct entry	 e = { i->node, i->fsid, i->source,
	    (uint32_t)from->path.n, gone };

	memcpy(to, &e, sizeof(e));
	if (e.n > 0)
		memcpy(to + sizeof(e), from->path.p, e.n);
	if (gone)
		return true;
	pathcache_key(p, i);
	if (inodes_find(p->indexes[i->source], i->key) != INODES_NONE)
		return false;
	inodes_add(p->indexes[i->source], i->key, number_of(at));
	return true;
}
