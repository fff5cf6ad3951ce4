/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.c - many items of one size, known by number.
 *
 * A chunk is about 64 KiB: taking one is a short pause. Free items hold the
 * number of the next free one.
 */
#include "base/pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CHUNK	(64u << 10)	/* bytes */

void
pool_init(struct pool *p, size_t size)
{
	assert(size >= sizeof(uint32_t) && size <= CHUNK);
	*p = (struct pool){ .size = size, .n = 1 };
	while (size << (p->shift + 1) <= CHUNK)
		p->shift++;
}

void
pool_fini(struct pool *p)
{
	for (size_t i = 0; i < p->cap; i++)
		free(p->chunks[i]);
	free(p->chunks);
}

uint32_t
pool_take(struct pool *p)
{
	const uint32_t	 number = p->free, chunk = p->n >> p->shift;

	p->used++;
	if (number != 0) {
		memcpy(&p->free, pool_at(p, number), sizeof(p->free));
		return number;
	}
	assert(p->n < UINT32_MAX);
	if (chunk >= p->cap) {
		const size_t	 was = p->cap;

		p->chunks = mem_grow(p->chunks, &p->cap, chunk + (size_t)1,
		    sizeof(*p->chunks));
		for (size_t i = was; i < p->cap; i++)
			p->chunks[i] = NULL;
	}
	if (p->chunks[chunk] == NULL)
		p->chunks[chunk] = xreallocarray(NULL,
		    (size_t)1 << p->shift, p->size);
	return p->n++;
}

void
pool_give(struct pool *p, uint32_t number)
{
	memcpy(pool_at(p, number), &p->free, sizeof(p->free));
	p->free = number;
	p->used--;
}
