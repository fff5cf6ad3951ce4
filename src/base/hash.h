/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hash.h - SipHash, keyed so that nobody can aim at a bucket.
 *
 * Tables use a key drawn at start; fingerprints that must be the same in every
 * run (an alert's uid) use a fixed one. J.-P. Aumasson and D. J. Bernstein,
 * "SipHash: a fast short-input PRF", 2012; the 1-3 variant.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

#include "base/slice.h"

struct hash_key {
	uint64_t	k0, k1;
};

/* A key from the system's random numbers. Ends the process without them. */
struct hash_key	 hash_key_random(void);

uint64_t	 hash_bytes(const struct hash_key *, struct slice);
/* A hash of bytes that goes on from an earlier one: order matters. */
uint64_t	 hash_more(const struct hash_key *, uint64_t before,
		    struct slice);

/* Of N texts in this order: it tells where each of them ends. */
uint64_t	 hash_list(const struct hash_key *, const struct slice *,
		    size_t n);

/* Mix one word: for keys that are numbers. Keyed, cheap, not a PRF. */
static inline uint64_t
hash_word(const struct hash_key *k, uint64_t v)
{
	v ^= k->k0;
	v = (v ^ (v >> 32)) * 0xd6e8feb86659fd93u;
	v ^= k->k1;
	v = (v ^ (v >> 32)) * 0xd6e8feb86659fd93u;
	return v ^ (v >> 32);
}

#endif
