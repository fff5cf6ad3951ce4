/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lanes.h - sixteen bytes at once.
 *
 * What is looked for becomes a byte of ones where it stands, and zero anywhere
 * else. GCC and clang make vector instructions of this where there are any.
 */
#ifndef PRINT_LANES_H
#define PRINT_LANES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/slice.h"

typedef uint8_t	 lanes __attribute__((vector_size(16)));

#define LANES_BLOCK (2 * sizeof(lanes))	/* bytes that are moved at once */

static inline lanes
lanes_load(const uint8_t *p)
{
	lanes	 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline void
lanes_store(uint8_t *to, lanes v)
{
	memcpy(to, &v, sizeof(v));
}

/* Which bytes are C? */
static inline lanes
lanes_are(lanes v, uint8_t c)
{
	return (lanes)(v == c);
}

/* Is anything set? */
static inline bool
lanes_any(lanes v)
{
	uint64_t	 w[2];

	memcpy(w, &v, sizeof(w));
	return (w[0] | w[1]) != 0;
}

/* The first N of LANES_BLOCK bytes, as ones: two lanes that begin here. */
static inline const uint8_t *
lanes_first(size_t n)
{
	static const uint8_t	 ones[2 * LANES_BLOCK] = {
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255		/* then zeros */
	};

	return ones + LANES_BLOCK - n;
}

/*
 * Move a string in whole blocks, as long as nothing ODD is in it. False when
 * there was, or when a block would reach beyond END, which nobody reads: then
 * what has been moved is worth nothing. TO has room for a block more.
 */
static inline bool
lanes_move(uint8_t *to, struct slice s, const uint8_t *end,
    lanes (*odd)(lanes))
{
	lanes	 bad = { 0 };

	if ((size_t)(end - s.p) < s.n + LANES_BLOCK)
		return false;
	for (size_t i = 0; i < s.n; i += LANES_BLOCK) {
		const size_t	 left = s.n - i;
		const uint8_t	*mask = lanes_first(left < LANES_BLOCK ? left :
		    LANES_BLOCK);
		const lanes	 v = lanes_load(s.p + i);
		const lanes	 w = lanes_load(s.p + i + sizeof(v));

		lanes_store(to + i, v);
		lanes_store(to + i + sizeof(v), w);
		bad |= (odd(v) & lanes_load(mask)) |
		    (odd(w) & lanes_load(mask + sizeof(v)));
	}
	return !lanes_any(bad);
}

#endif
