/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.h - many items of one size, known by number.
 *
 * Memory comes in chunks that never move, so that growing copies nothing and
 * what is at a number stays there. Numbers begin with 1 and are used again;
 * 0 is nothing.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct pool {
	uint8_t		**chunks;
	size_t		  cap;		/* of the array of chunks */
	uint32_t	  size;		/* bytes of an item */
	uint32_t	  mask;		/* items in a chunk, minus 1 */
	unsigned	  shift;	/* the same as a power of 2 */
	uint32_t	  n;		/* numbers handed out, free ones too */
	uint32_t	  free;		/* chain of those */
	uint32_t	  used;
};

#define POOL_CHUNK	(64u << 10)	/* bytes: taking one is a short pause */

/* Items of this size in a chunk, as a power of 2. */
static inline unsigned
pool_shift(size_t size)
{
	return 31u - (unsigned)__builtin_clz(POOL_CHUNK / (unsigned)size);
}

/*
 * SIZE: from 4 bytes to a chunk; a multiple of what the item must be aligned
 * to.
 */
void		 pool_init(struct pool *, size_t size);
void		 pool_fini(struct pool *);

/*
 * For a pool that is made again: the item of this number, above all restored
 * before; those between are free. There must be room for every number below
 * it, so ask first whether it may be so high.
 */
void		 pool_restore(struct pool *, uint32_t number);

/* Copy the free numbers, to room for n - 1 - used; the next to go is last. */
void		 pool_unused(const struct pool *, uint32_t *to);

/*
 * After the last pool_restore(): of all numbers these N are free, the last one
 * is the next to go; they may lie above those restored. False: one of them is
 * not, or is named twice, or one that is free is not named.
 */
bool		 pool_restore_unused(struct pool *, const uint32_t *, size_t n);

static inline void *
pool_at(const struct pool *p, uint32_t number)
{
	return p->chunks[number >> p->shift] +
	    (number & p->mask) * p->size;
}

/* The same of this SIZE, quicker where the compiler knows it. */
static inline void *
pool_item(const struct pool *p, uint32_t number, size_t size)
{
	const unsigned	 shift = pool_shift(size);

	return p->chunks[number >> shift] +
	    (number & ((1u << shift) - 1)) * size;
}

/*
 * What pool_take() does when nothing was given back: a number that was never
 * taken. It does not count it as used.
 */
uint32_t	 pool_grow(struct pool *);

/* An item with any content. */
static inline uint32_t
pool_take(struct pool *p)
{
	const uint32_t	 number = p->free;

	p->used++;
	if (number == 0)
		return pool_grow(p);
	memcpy(&p->free, pool_at(p, number), sizeof(p->free));
	return number;
}

/* Its first 4 bytes are overwritten, the others stay until it is taken. */
static inline void
pool_give(struct pool *p, uint32_t number)
{
	memcpy(pool_at(p, number), &p->free, sizeof(p->free));
	p->free = number;
	p->used--;
}

#endif
