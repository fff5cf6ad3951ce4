/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * digits.h - numbers to decimal digits, eight at a time.
 *
 * A number below 10^8 is split into halves, quarters and single digits, all of
 * them side by side in one word, and its leading zeros are shifted out. So
 * nothing is guessed about how many digits there are, which in a trail is as
 * good as random, and the processor is never wrong about it.
 */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include <stddef.h>
#include <stdint.h>

#define DIGITS_MAX	20u		/* of 2^64 - 1; always room for them */
#define DIGITS_WORD	100000000u	/* 10^8: what one word cannot hold */

/*
 * The eight digits of V < 10^8, a byte each, the first in the lowest byte. Each
 * step has lanes of a number X, below B^2, and leaves in each X / B and,
 * above it, X % B, which is X - B * (X / B).
 */
static inline uint64_t
digits_split(uint32_t v)
{
	uint64_t	 w = v, high;

	high = w * UINT64_C(3518437209) >> 45;			/* by 10000 */
	w = (w << 32) - high * ((UINT64_C(10000) << 32) - 1);
	high = w * 5243 >> 19 & UINT64_C(0x0000007f0000007f);	/* by 100 */
	w = (w << 16) - high * ((100u << 16) - 1);
	high = w * 103 >> 10 & UINT64_C(0x000f000f000f000f);	/* by 10 */
	return (w << 8) - high * ((10u << 8) - 1);
}

/* The lowest byte first; compilers make one store of it. */
static inline void
digits_store(uint8_t *to, uint64_t w)
{
	w |= UINT64_C(0x3030303030303030);
	to[0] = (uint8_t)w;
	to[1] = (uint8_t)(w >> 8);
	to[2] = (uint8_t)(w >> 16);
	to[3] = (uint8_t)(w >> 24);
	to[4] = (uint8_t)(w >> 32);
	to[5] = (uint8_t)(w >> 40);
	to[6] = (uint8_t)(w >> 48);
	to[7] = (uint8_t)(w >> 56);
}

/* V < 10^8 without leading zeros. Writes eight bytes; so many count. */
static inline size_t
digits_short(uint8_t *to, uint32_t v)
{
	const uint64_t	 w = digits_split(v);
	/* The lowest byte that is not 0; of 0 itself, the last. */
	const unsigned	 zeros = (unsigned)__builtin_ctzll(w |
	    UINT64_C(1) << 63) & 0x38;

	digits_store(to, w >> zeros);
	return 8 - zeros / 8;
}

/* Any number. TO has room for DIGITS_MAX bytes; returns how many count. */
static inline size_t
digits_put(uint8_t *to, uint64_t v)
{
	const uint64_t	 high = v / DIGITS_WORD;
	size_t		 n;

	if (v < DIGITS_WORD)
		return digits_short(to, (uint32_t)v);
	if (high < DIGITS_WORD)
		n = digits_short(to, (uint32_t)high);
	else {
		n = digits_short(to, (uint32_t)(high / DIGITS_WORD));
		digits_store(to + n, digits_split((uint32_t)(high %
		    DIGITS_WORD)));
		n += 8;
	}
	digits_store(to + n, digits_split((uint32_t)(v % DIGITS_WORD)));
	return n + 8;
}

#endif
