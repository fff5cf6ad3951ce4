/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring.c - bytes kept until newer ones need their room.
 *
 * A position is the number of its block, counted for ever, times the size of a
 * block, plus the offset. Nothing crosses from one block into the next.
 */
#include "base/ring.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/slabs.h"

struct ring *
ring_new(size_t block, size_t blocks, ring_drop_fn drop, void *arg)
{
	struct ring	*r = xcalloc(1, sizeof(*r));

	assert(block > 0 && (block & (block - 1)) == 0 && blocks > 1);
	r->size = block;
	while ((size_t)1 << r->shift < block)
		r->shift++;
	r->nblocks = blocks;
	r->blocks = xcalloc(blocks, sizeof(*r->blocks));
	r->filled = xcalloc(blocks, sizeof(*r->filled));
	r->drop = drop;
	r->arg = arg;
	slabs_init(&r->memory, block);
	return r;
}

void
ring_free(struct ring *r)
{
	if (r == NULL)
		return;
	free(r->blocks);
	slabs_fini(&r->memory);
	free(r->filled);
	free(r);
}

/* Bytes of the newest block. */
static size_t
used(const struct ring *r)
{
	return r->at - r->newest * r->size;
}

static void
next_block(struct ring *r)
{
	size_t	 i;

	r->filled[r->newest % r->nblocks] = used(r);
	r->newest++;
	i = r->newest % r->nblocks;
	if (r->blocks[i] != NULL && r->drop != NULL)
		r->drop(r->arg, r->blocks[i], r->filled[i],
		    (r->newest - r->nblocks) * r->size);
}

/* Of a block, which may be the first to be there. */
static uint8_t *
memory_of(struct ring *r, uint64_t block)
{
	uint8_t	**bytes = &r->blocks[block % r->nblocks];

	if (*bytes == NULL)
		*bytes = slabs_take(&r->memory);
	return *bytes;
}

/* The newest block has so many bytes: what is put goes behind them. */
static void
fill_from(struct ring *r, size_t n)
{
	r->next = memory_of(r, r->newest) + n;
	r->left = r->size - n;
	r->at = r->newest * r->size + n;
}

void
ring_turn(struct ring *r)
{
	if (r->next != NULL)
		next_block(r);
	fill_from(r, 0);
}

const uint8_t *
ring_at(const struct ring *r, uint64_t at)
{
	uint64_t	 block = at / r->size;

	if (block > r->newest || r->newest - block >= r->nblocks)
		return NULL;
	return r->blocks[block % r->nblocks] + (at & (r->size - 1));
}

uint8_t *
ring_slot(const struct ring *r, uint64_t at)
{
	return r->blocks[at >> r->shift] + (at & (r->size - 1));
}

/* What is told and put back. */

uint64_t
ring_newest(const struct ring *r)
{
	return r->newest;
}

struct slice
ring_block(const struct ring *r, uint64_t block)
{
	const size_t	 i = block % r->nblocks;

	if (block > r->newest || r->newest - block >= r->nblocks)
		return (struct slice){ NULL, 0 };
	return (struct slice){ r->blocks[i],
	    block == r->newest ? used(r) : r->filled[i] };
}

struct slice
ring_from(const struct ring *r, uint64_t at)
{
	const struct slice	 s = ring_block(r, at / r->size);
	const size_t		 offset = at & (r->size - 1);

	if (offset >= s.n)
		return (struct slice){ NULL, 0 };
	return (struct slice){ s.p + offset, s.n - offset };
}

uint8_t *
ring_restore(struct ring *r, uint64_t block, size_t n)
{
	const size_t	 i = block % r->nblocks, used = r->filled[i];

	if (n > r->size - used)
		return NULL;
	r->filled[i] += n;
	return memory_of(r, block) + used;
}

size_t
ring_restored_bytes(const struct ring *r, uint64_t block)
{
	return r->filled[block % r->nblocks];
}

bool
ring_restored(struct ring *r, uint64_t newest)
{
	const uint64_t	 first = newest < r->nblocks ? 0 :
	    newest - r->nblocks + 1;

	for (uint64_t block = first; block <= newest; block++)
		if (r->filled[block % r->nblocks] == 0)
			return false;
	r->newest = newest;
	fill_from(r, r->filled[newest % r->nblocks]);
	return true;
}
