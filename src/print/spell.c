/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spell.c - values that more than one printer has to spell.
 *
 * These run for every record, so small numbers come out of tables, and nothing
 * here formats through stdio.
 */
#include <stdbool.h>
#include <string.h>

#include "base/civil.h"
#include "print/spell.h"

const char	spell_pairs[200] =
    "00010203040506070809" "10111213141516171819"
    "20212223242526272829" "30313233343536373839"
    "40414243444546474849" "50515253545556575859"
    "60616263646566676869" "70717273747576777879"
    "80818283848586878889" "90919293949596979899";

static const char hex_digits[] = "0123456789abcdef";

#define TEN(x, n)	x "0" n, x "1" n, x "2" n, x "3" n, x "4" n,	\
		x "5" n, x "6" n, x "7" n, x "8" n, x "9" n
#define HUNDRED(x)							\
	TEN(x "0", "\3"), TEN(x "1", "\3"), TEN(x "2", "\3"),		\
	TEN(x "3", "\3"), TEN(x "4", "\3"), TEN(x "5", "\3"),		\
	TEN(x "6", "\3"), TEN(x "7", "\3"), TEN(x "8", "\3"),		\
	TEN(x "9", "\3")
const uint8_t	spell_small[SPELL_SMALL][4] = {
	TEN("", "\0\0\1"), TEN("1", "\0\2"), TEN("2", "\0\2"),
	TEN("3", "\0\2"), TEN("4", "\0\2"), TEN("5", "\0\2"),
	TEN("6", "\0\2"), TEN("7", "\0\2"), TEN("8", "\0\2"),
	TEN("9", "\0\2"), HUNDRED("1"), HUNDRED("2"), HUNDRED("3"),
	HUNDRED("4"), HUNDRED("5"), HUNDRED("6"), HUNDRED("7"), HUNDRED("8"),
	HUNDRED("9")
};

/* One group of an IPv6 address without leading zeros. */
static size_t
group(uint8_t *to, unsigned v)
{
	size_t		 n = 0;

	for (unsigned shift = 16; shift > 0; ) {
		shift -= 4;
		if (n > 0 || shift == 0 || v >> shift != 0)
			to[n++] = (uint8_t)hex_digits[v >> shift & 15];
	}
	return n;
}

/* The first of the longest runs of at least two zero groups. */
static unsigned
zero_run(const unsigned g[8], unsigned *from)
{
	unsigned	 best = 1, run = 0;

	*from = 8;
	for (unsigned i = 0; i < 8; i++) {
		run = g[i] == 0 ? run + 1 : 0;
		if (run > best) {
			best = run;
			*from = i + 1 - run;
		}
	}
	return *from == 8 ? 0 : best;
}

static size_t
colons(uint8_t *to, const uint8_t *p)
{
	unsigned	 g[8], from, run;
	size_t		 n = 0;
	bool		 tail;

	for (unsigned i = 0; i < 8; i++)
		g[i] = (unsigned)p[2 * i] << 8 | p[2 * i + 1];
	run = zero_run(g, &from);
	tail = from == 0 && (run == 6 || (run == 5 && g[5] == 0xffff));
	for (unsigned i = 0; i < 8; i++) {
		if (i == from) {
			to[n++] = ':';
			i += run - 1;
			if (i == 7)
				to[n++] = ':';
			continue;
		}
		if (i > 0)
			to[n++] = ':';
		if (tail && i == 6)
			return n + spell_ipv4(to + n, p + 12);
		n += group(to + n, g[i]);
	}
	return n;
}

size_t
spell_address(uint8_t *to, struct slice address)
{
	if (address.n == 4)
		return spell_ipv4(to, address.p);
	return address.n == 16 ? colons(to, address.p) : 0;
}

size_t
spell_uuid(uint8_t *to, struct slice uuid)
{
	size_t		 n = 0;

	if (uuid.n != 16)
		return 0;
	for (unsigned i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			to[n++] = '-';
		to[n++] = (uint8_t)hex_digits[uuid.p[i] >> 4];
		to[n++] = (uint8_t)hex_digits[uuid.p[i] & 15];
	}
	return n;
}

size_t
spell_rfc3339(uint8_t *to, int64_t millis)
{
	const unsigned	 part = (unsigned)((millis % 1000 + 1000) % 1000);
	struct civil	 c;

	if (!civil_from(millis / 1000 - (millis % 1000 < 0), &c))
		return 0;
	memcpy(to, "0000-00-00T00:00:00.000Z", SPELL_TIME_MAX);
	spell_two(to, c.year / 100);
	spell_two(to + 2, c.year % 100);
	spell_two(to + 5, c.month);
	spell_two(to + 8, c.day);
	spell_two(to + 11, c.hour);
	spell_two(to + 14, c.minute);
	spell_two(to + 17, c.second);
	to[20] = (uint8_t)('0' + part / 100);
	spell_two(to + 21, part % 100);
	return SPELL_TIME_MAX;
}
