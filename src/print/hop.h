/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hop.h - what texthop.c and jsonhop.c have in common: going through a record
 * by the lengths of its tokens alone.
 *
 * Where token_size() leads exactly to the end, all bytes of every token are
 * there, so they can be read without further checks.
 */
#ifndef PRINT_HOP_H
#define PRINT_HOP_H

#include <stdbool.h>
#include <string.h>

#include "bsm/token.h"

#define HOP_ONES	UINT64_C(0x0101010101010101)
#define HOP_TOPS	UINT64_C(0x8080808080808080)

/* Not 0 when one of eight bytes is zero. */
static inline uint64_t
hop_zero(uint64_t w)
{
	return (w - HOP_ONES) & ~w & HOP_TOPS;
}

/*
 * Move N bytes, eight at a time; ODD tells what must not be among them. False
 * when something was: then what has been moved is worth nothing. Strings are
 * short, so that a call for each would cost more than the move.
 */
static inline bool
hop_move(uint8_t *o, const uint8_t *p, size_t n, uint64_t (*odd)(uint64_t))
{
	uint64_t	 w = HOP_ONES * ' ', bad = 0;

	if (n < 8) {
		memcpy(o, &w, 8);
		for (size_t i = 0; i < n; i++)
			o[i] = p[i];
		memcpy(&w, o, 8);
		return odd(w) == 0;
	}
	for (size_t i = 0; i + 8 <= n; i += 8) {
		memcpy(&w, p + i, 8);
		memcpy(o + i, &w, 8);
		bad |= odd(w);
	}
	memcpy(&w, p + n - 8, 8);
	memcpy(o + n - 8, &w, 8);
	return (bad | odd(w)) == 0;
}

/*
 * Hops have led to the end of the record, and the last one began at LAST. Did
 * no token reach into the trailer, if that is where the record ends?
 */
static inline bool
hop_arrived(struct slice record, size_t last)
{
	const uint8_t	*end = record.p + record.n - TRAILER_SIZE;

	return record.n < HEADER_MIN + TRAILER_SIZE ||
	    last == record.n - TRAILER_SIZE || end[0] != TOK_TRAILER ||
	    be16(end + 1) != TRAILER_MAGIC || be32(end + 3) != record.n;
}

#endif
