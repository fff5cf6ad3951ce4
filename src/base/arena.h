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

#include <stddef.h>

#include "base/slice.h"

struct arena;

struct arena	*arena_new(void);
void		 arena_free(struct arena *);		/* NULL is allowed */
void		*arena_alloc(struct arena *, size_t n);
void		*arena_array(struct arena *, size_t count, size_t size);
void		*arena_copy(struct arena *, const void *, size_t n);
char		*arena_str(struct arena *, struct slice);	/* adds a NUL */
/* Forget all that came from it, and keep a little memory for what comes. */
void		 arena_reset(struct arena *);
size_t		 arena_size(const struct arena *);	/* bytes handed out */

#endif
