/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spell.c - values that more than one printer has to spell.
 *
 * These run for every record, so numbers go out two digits at a time from a
 * table, and nothing here formats through stdio.
 */
#include <stdbool.h>
#include <string.h>

#include "print/spell.h"

const char	spell_pairs[200] =
    "00010203040506070809" "10111213141516171819"
    "20212223242526272829" "30313233343536373839"
    "40414243444546474849" "50515253545556575859"
    "60616263646566676869" "70717273747576777879"
    "80818283848586878889" "90919293949596979899";

static const char hex_digits[] = "0123456789abcdef";

/* 100 to 9999. */
static inline size_t
hundreds(uint8_t *to, unsigned v)
{
	const unsigned	 high = v / 100;

	if (high >= 10) {
		spell_two(to, high);
		spell_two(to + 2, v % 100);
		return 4;
	}
	to[0] = (uint8_t)('0' + high);
	spell_two(to + 1, v % 100);
	return 3;
}

/* Below 10000, all four digits. */
static inline void
four(uint8_t *to, unsigned v)
{
	spell_two(to, v / 100);
	spell_two(to + 2, v % 100);
}

size_t
spell_long(uint8_t *to, uint64_t v)
{
	size_t		 n;
	unsigned	 high, low;

	if (v < 10000)
		return hundreds(to, (unsigned)v);
	if (v >= 100000000) {
		n = spell_dec(to, v / 100000000);
		low = (unsigned)(v % 100000000);
		four(to + n, low / 10000);
		four(to + n + 4, low % 10000);
		return n + 8;
	}
	high = (unsigned)v / 10000;
	n = high >= 100 ? hundreds(to, high) : spell_dec(to, high);
	four(to + n, (unsigned)v % 10000);
	return n + 4;
}

/* Numbers from 0 to 255, as the parts of an address. */
#define TEN(x)	x "0", x "1", x "2", x "3", x "4", x "5", x "6", x "7",	\
		x "8", x "9"
static const char	parts[256][4] = {
	TEN(""), TEN("1"), TEN("2"), TEN("3"), TEN("4"), TEN("5"), TEN("6"),
	TEN("7"), TEN("8"), TEN("9"), TEN("10"), TEN("11"), TEN("12"),
	TEN("13"), TEN("14"), TEN("15"), TEN("16"), TEN("17"), TEN("18"),
	TEN("19"), TEN("20"), TEN("21"), TEN("22"), TEN("23"), TEN("24"),
	"250", "251", "252", "253", "254", "255"
};

/* Writes a byte more than it says, within SPELL_ADDRESS_MAX. */
static inline size_t
dotted(uint8_t *to, const uint8_t *p)
{
	size_t		 n = 0;

	for (unsigned i = 0; i < 4; i++) {
		memcpy(to + n, parts[p[i]], 4);
		n += 1u + (p[i] > 9) + (p[i] > 99);
		to[n++] = '.';
	}
	return n - 1;
}

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
			return n + dotted(to + n, p + 12);
		n += group(to + n, g[i]);
	}
	return n;
}

size_t
spell_address(uint8_t *to, struct slice address)
{
	if (address.n == 4)
		return dotted(to, address.p);
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

/*
 * Days since 1970 to year, month and day, for years from 0 on. Counted in
 * years that begin in March, so that the leap day comes last; 719468 days lie
 * between 0000-03-01 and 1970-01-01.
 */
static void
civil(int64_t days, unsigned *year, unsigned *month, unsigned *day)
{
	const uint64_t	 d = (uint64_t)(days + 719468 + 146097);
	const uint64_t	 era = d / 146097, in_era = d % 146097;
	const uint64_t	 y = (in_era - in_era / 1460 + in_era / 36524 -
	    in_era / 146096) / 365;
	const uint64_t	 in_year = in_era - (365 * y + y / 4 - y / 100);
	const uint64_t	 m = (5 * in_year + 2) / 153;

	*day = (unsigned)(in_year - (153 * m + 2) / 5 + 1);
	*month = (unsigned)(m < 10 ? m + 3 : m - 9);
	*year = (unsigned)(era * 400 + y + (m >= 10) - 400);
}

size_t
spell_rfc3339(uint8_t *to, int64_t millis)
{
	const int64_t	 first = -62167219200000, last = 253402300799999;
	unsigned	 year, month, day, left;

	if (millis < first || millis > last)
		return 0;
	/* Counted from the year 0, so that the division need not round down. */
	civil((millis - first) / 86400000 - 719528, &year, &month, &day);
	left = (unsigned)((millis - first) % 86400000);
	memcpy(to, "0000-00-00T00:00:00.000Z", SPELL_TIME_MAX);
	spell_two(to, year / 100);
	spell_two(to + 2, year % 100);
	spell_two(to + 5, month);
	spell_two(to + 8, day);
	spell_two(to + 11, left / 3600000);
	spell_two(to + 14, left / 60000 % 60);
	spell_two(to + 17, left / 1000 % 60);
	to[20] = (uint8_t)('0' + left / 100 % 10);
	spell_two(to + 21, left % 100);
	return SPELL_TIME_MAX;
}
