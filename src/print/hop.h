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

#include "bsm/token.h"

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
