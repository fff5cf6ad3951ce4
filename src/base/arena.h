/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arena.h - many small allocations, one free.
 *
 * What comes from an arena lives until arena_free(). Memory is zero, and
 * aligned for any type of which so many bytes are one or several objects.
 * Running out of memory ends the process (mem.h).
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdalign.h>
#include <stddef.h>

#include "base/slice.h"

#define ARENA_ALIGN	alignof(max_align_t)

struct arena_chunk;

/* Nobody's business; here so that a small allocation is a few instructions. */
struct arena {
	struct arena_chunk *chunks;	/* the newest first */
	uint8_t		*bytes;		/* of the newest */
	size_t		 used, cap;	/* the same; cap: a multiple of
					 * ARENA_ALIGN */
	size_t		 given;		/* bytes handed out */
};

struct arena	*arena_new(void);
void		 arena_free(struct arena *);		/* NULL is allowed */
static inline void *arena_alloc(struct arena *, size_t n);
void		*arena_array(struct arena *, size_t count, size_t size);
void		*arena_copy(struct arena *, const void *, size_t n);
char		*arena_str(struct arena *, struct slice);	/* adds a NUL */
/* Forget all that came from it, and keep a little memory for what comes. */
void		 arena_reset(struct arena *);
size_t		 arena_size(const struct arena *);	/* bytes handed out */

/* What arena_alloc() does when the newest chunk has no room for N bytes. */
void		*arena_more(struct arena *, size_t n);

static inline void *
arena_alloc(struct arena *a, size_t n)
{
	/* No bytes take room, too: a fresh arena has no chunk to point at. */
	const size_t	 need = n == 0 ? 1 : n;
	const size_t	 low = need & (~need + 1);
	const size_t	 align = low < ARENA_ALIGN ? low : ARENA_ALIGN;
	const size_t	 at = (a->used + align - 1) & ~(align - 1);

	a->given += n;
	if (need > a->cap - at)		/* AT may be the end, not beyond it */
		return arena_more(a, need);
	a->used = at + need;
	return a->bytes + at;
}

#endif
