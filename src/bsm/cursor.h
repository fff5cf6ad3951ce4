/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cursor.h - bounded big-endian reading; the first error sticks.
 *
 * All decoding goes through a cursor. A failed read takes nothing and yields
 * zero, and so does every read after it, so that a decoder may read a whole
 * token and look at `err` once.
 */
#ifndef BSM_CURSOR_H
#define BSM_CURSOR_H

#include <stdint.h>

#include "base/slice.h"

struct cursor {
	struct slice	 in;
	size_t		 pos;		/* bytes taken, never above in.n */
	int		 err;		/* 0 or the first BSM_E* */
};

/* Bytes not yet taken. */
static inline size_t
cursor_left(const struct cursor *c)
{
	return c->in.n - c->pos;
}

/* Note an error unless there is one already; returns the one that sticks. */
int		cursor_fail(struct cursor *, int status);

/* The next WIDTH bytes, 1 to 8, as a big-endian number. */
uint64_t	cursor_uint(struct cursor *, unsigned width);

/* The next N bytes, borrowed; the empty slice on failure. */
struct slice	cursor_take(struct cursor *, size_t n);

/*
 * Bytes up to and including the next NUL, at most MAX of them and not past the
 * end. Without a NUL: BSM_ENUL.
 */
struct slice	cursor_zstr(struct cursor *, size_t max);

/* Big-endian numbers at a place that is known to lie inside. */
static inline uint16_t
be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t
be64(const uint8_t *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

#endif
