/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spell.h - values that more than one printer has to spell.
 *
 * All of them write plain ASCII without a NUL, where there is room for the
 * longest form, and return how many bytes of it count. Nothing asks the C
 * library, so a trail looks the same on all systems.
 */
#ifndef PRINT_SPELL_H
#define PRINT_SPELL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/digits.h"
#include "base/slice.h"

#define SPELL_ADDRESS_MAX 45		/* bytes, as INET6_ADDRSTRLEN counts */
#define SPELL_UUID_MAX 36
#define SPELL_TIME_MAX 24
#define SPELL_NUMBER_MAX DIGITS_MAX

/*
 * An address of 4 or 16 bytes: 192.0.2.1, 2001:db8::1. The form of IPv6 is
 * glibc's: a dotted tail after ::ffff: and where exactly the first six groups
 * are zero. 0 when the length is another one.
 */
size_t	 spell_address(uint8_t *to, struct slice address);

/* Sixteen bytes as 8-4-4-4-12 hexadecimal digits; 0 for another length. */
size_t	 spell_uuid(uint8_t *to, struct slice uuid);

/*
 * Milliseconds since 1970 as 2021-10-14T11:20:59.522Z. 0 for a year that has
 * more than four digits or is below 0, which RFC 3339 cannot write.
 */
size_t	 spell_rfc3339(uint8_t *to, int64_t millis);

/* "00" to "99", one behind the other. */
extern const char	 spell_pairs[200];

/* "0" to "999", and in the last byte how many of those before it count. */
#define SPELL_SMALL 1000u
extern const uint8_t	 spell_small[SPELL_SMALL][4];

/* Writes four bytes; so many count. */
static inline size_t
spell_below_1000(uint8_t *to, size_t v)
{
	memcpy(to, spell_small[v], 4);
	return spell_small[v][3];
}

/* Two decimal digits of a number below 100. */
static inline void
spell_two(uint8_t *to, uint64_t v)
{
	memcpy(to, spell_pairs + 2 * v, 2);
}

/* Unsigned decimal. Most numbers are small. */
static inline size_t
spell_dec(uint8_t *to, uint64_t v)
{
	if (v >= DIGITS_WORD)
		return digits_put(to, v);
	if (v >= SPELL_SMALL)
		return digits_short(to, (uint32_t)v);
	return spell_below_1000(to, v);
}

/* Four bytes with dots between them. Writes three bytes more than it says. */
static inline size_t
spell_ipv4(uint8_t *to, const uint8_t *p)
{
	size_t		 n = spell_below_1000(to, p[0]);

	for (unsigned i = 1; i < 4; i++) {
		to[n++] = '.';
		n += spell_below_1000(to + n, p[i]);
	}
	return n;
}

#endif
