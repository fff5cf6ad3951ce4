/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arena.c - many small allocations, one free.
 *
 * A list of chunks. Small requests are cut from the newest one; each chunk is
 * larger than the one before, up to a limit, so that small arenas stay small
 * and large ones make few chunks. A large request gets a chunk of its own,
 * behind the newest, which stays in use. Chunks come zeroed.
 *
 * A program meets each page of fresh memory with a fault, and in an arena that
 * is filled once and read a few times these are a large part of the work. So
 * the chunks of one that has become large are where the system may give a huge
 * page for all of them at once.
 *
 * The size of an object is a multiple of its alignment, so the lowest bit of
 * the size tells which alignment is enough: texts lie side by side.
 */
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/huge.h"
#include "base/mem.h"

#define CHUNK_FIRST	1024u		/* bytes */
#define CHUNK_LAST	65536u		/* bytes */
#define LARGE		4		/* a request above 1/4 chunk is large */

struct arena_chunk {
	struct arena_chunk	*next;		/* an older one */
	size_t			 mapped;	/* bytes; or 0: on the heap */
	alignas(max_align_t) uint8_t bytes[];
};

struct arena *
arena_new(void)
{
	return xcalloc(1, sizeof(struct arena));
}

static void
chunks_free(struct arena_chunk *c)
{
	for (struct arena_chunk *next; c != NULL; c = next) {
		next = c->next;
		if (c->mapped)
			huge_unmap(c, c->mapped);	/* all of it */
		else
			free(c);
	}
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	chunks_free(a->chunks);
	free(a);
}

/* The newest chunk stays: it is the largest, and warm. */
void
arena_reset(struct arena *a)
{
	if (a->chunks == NULL)
		return;
	chunks_free(a->chunks->next);
	a->chunks->next = NULL;
	memset(a->bytes, 0, a->used);
	a->used = a->given = 0;
}

static struct arena_chunk *
chunk_new(size_t n)
{
	return xcalloc(1, mem_sum(sizeof(struct arena_chunk), n));
}

/* Of a multiple of HUGE_PAGE bytes. NULL: none is to be had. */
static struct arena_chunk *
chunk_map(size_t n)
{
	struct arena_chunk	*c = huge_map(n);

	if (c != NULL)
		c->mapped = n;
	return c;
}

static void *
alloc_large(struct arena *a, size_t n)
{
	const size_t		 all = mem_sum(n,
	    sizeof(struct arena_chunk) + HUGE_PAGE - 1);
	struct arena_chunk	*c = n < HUGE_PAGE ? NULL :
	    chunk_map(all - all % HUGE_PAGE);

	if (c == NULL)
		c = chunk_new(n);
	c->next = a->chunks->next;
	a->chunks->next = c;
	return c->bytes;
}

/* A fresh chunk is the newest, unless the request wants one of its own. */
void *
arena_more(struct arena *a, size_t n)
{
	size_t			 cap = a->cap == 0 ? CHUNK_FIRST :
	    a->cap < CHUNK_LAST ? a->cap * 2 : CHUNK_LAST;
	struct arena_chunk	*c = NULL;

	if (a->chunks != NULL && n > a->cap / LARGE)
		return alloc_large(a, n);
	if (a->given > HUGE_ENOUGH && (c = chunk_map(HUGE_PAGE)) != NULL)
		cap = HUGE_PAGE - sizeof(*c);
	if (c == NULL)
		c = chunk_new(cap);
	c->next = a->chunks;
	a->chunks = c;
	a->bytes = c->bytes;
	a->used = 0;
	a->cap = cap;
	if (n > cap)
		return alloc_large(a, n);
	a->used = n;
	return c->bytes;
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	return arena_alloc(a, mem_product(count, size));
}

void *
arena_copy(struct arena *a, const void *from, size_t n)
{
	void	*p = arena_alloc(a, n);

	if (n > 0)
		memcpy(p, from, n);
	return p;
}

char *
arena_str(struct arena *a, struct slice s)
{
	char	*p = arena_alloc(a, mem_sum(s.n, 1));

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p;		/* what comes from an arena is zero */
}

size_t
arena_size(const struct arena *a)
{
	return a->given;
}
