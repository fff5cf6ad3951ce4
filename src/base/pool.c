/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.c - many items of one size, known by number.
 *
 * Free items hold the number of the next free one.
 */
#include "base/pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
pool_init(struct pool *p, size_t size)
{
	assert(size >= sizeof(uint32_t) && size <= POOL_CHUNK);
	*p = (struct pool){ .size = (uint32_t)size, .n = 1,
	    .shift = pool_shift(size) };
	p->mask = (1u << p->shift) - 1;
}

void
pool_fini(struct pool *p)
{
	for (size_t i = 0; i < p->cap; i++)
		free(p->chunks[i]);
	free(p->chunks);
}

/* Let there be memory for this number, the first above all others. */
static void
make_room(struct pool *p, uint32_t number)
{
	const uint32_t	 chunk = number >> p->shift;

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
}

uint32_t
pool_grow(struct pool *p)
{
	assert(p->n < UINT32_MAX);
	if (p->n == 1 || (p->n & p->mask) == 0)
		make_room(p, p->n);
	return p->n++;
}

void
pool_restore(struct pool *p, uint32_t number)
{
	assert(number >= p->n && number < UINT32_MAX);
	for (; p->n < number; p->n++) {
		make_room(p, p->n);
		p->used++;
		pool_give(p, p->n);
	}
	make_room(p, p->n++);
	p->used++;
}

static uint32_t
next_unused(const struct pool *p, uint32_t number)
{
	uint32_t	 next;

	memcpy(&next, pool_at(p, number), sizeof(next));
	return next;
}

void
pool_unused(const struct pool *p, uint32_t *to)
{
	size_t	 n = p->n - (size_t)1 - p->used;

	for (uint32_t i = p->free; n > 0; i = next_unused(p, i))
		to[--n] = i;
}

/* A bit for each of the numbers up to LAST that may be free. */
static uint8_t *
unused_bits(const struct pool *p, uint32_t last)
{
	uint8_t	*bits = xcalloc(last / 8 + (size_t)1, 1);

	for (uint32_t i = p->free; i != 0; i = next_unused(p, i))
		bits[i / 8] |= (uint8_t)(1u << i % 8);
	for (uint32_t i = p->n; i <= last; i++)
		bits[i / 8] |= (uint8_t)(1u << i % 8);
	return bits;
}

bool
pool_restore_unused(struct pool *p, const uint32_t *numbers, size_t n)
{
	uint8_t		*bits;
	uint32_t	 last;
	bool		 good = true;

	if (n >= UINT32_MAX - 1 - p->used || p->n - 1 > p->used + n)
		return false;
	last = p->used + (uint32_t)n;
	bits = unused_bits(p, last);
	for (size_t i = 0; good && i < n; i++) {
		const uint32_t	 v = numbers[i];

		good = v <= last && (bits[v / 8] >> v % 8 & 1) != 0;
		if (good)
			bits[v / 8] &= (uint8_t)~(1u << v % 8);
	}
	free(bits);
	if (!good)
		return false;
	while (p->n <= last)
		make_room(p, p->n++);
	p->free = 0;
	p->used = last;
	for (size_t i = 0; i < n; i++)
		pool_give(p, numbers[i]);
	return true;
}
