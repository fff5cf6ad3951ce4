/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * literal.c - values that are one word: numbers, ranges, addresses, times.
 *
 * The words of the language are cut as they always were, so that what has
 * several parts (22:00..06:00, 10.0.0.0/8) is one word, taken apart here.
 */
#include "rule/literal.h"

#include <sys/types.h>
#include <sys/socket.h>

#include <arpa/inet.h>

#include "base/buf.h"

enum reading { READ_GOOD, READ_LARGE, READ_NONE };

/* Report a word, or a part of it, unless nobody wants to hear. */
static bool
bad(struct diags *d, enum diag id, const struct lexeme *word,
    struct slice what)
{
	if (d != NULL)
		diag_error(d, id, word->at, what, DIAG_NOTHING);
	return false;
}

static bool
large(struct diags *d, const struct lexeme *word, struct slice what,
    uint64_t max)
{
	struct buf	text = { 0 };

	if (d == NULL)
		return false;
	buf_dec(&text, max);
	diag_error(d, DIAG_NUMBER_LARGE, word->at, what, buf_bytes(&text));
	buf_fini(&text);
	return false;
}

static unsigned
digit_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)c - '0';
	if (c >= 'a' && c <= 'f')
		return (unsigned)c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)c - 'A' + 10;
	return 16;
}

static enum reading
read_number(struct slice s, uint64_t max, uint64_t *value)
{
	unsigned	base = 10;
	bool		fits = true;

	if (s.n > 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X')) {
		base = 16;
		s = (struct slice){ s.p + 2, s.n - 2 };
	} else if (s.n > 1 && s.p[0] == '0')
		base = 8;
	*value = 0;
	for (size_t i = 0; i < s.n; i++) {
		const unsigned	digit = digit_of(s.p[i]);

		if (digit >= base)
			return READ_NONE;
		fits &= *value <= (UINT64_MAX - digit) / base;
		*value = *value * base + digit;
	}
	if (s.n == 0)
		return READ_NONE;
	return fits && *value <= max ? READ_GOOD : READ_LARGE;
}

static bool
take_number(const struct lexeme *word, struct slice s, uint64_t max,
    uint64_t *value, struct diags *d)
{
	switch (read_number(s, max, value)) {
	case READ_GOOD:
		return true;
	case READ_LARGE:
		return large(d, word, s, max);
	case READ_NONE:
		break;
	}
	return bad(d, DIAG_NUMBER_BAD, word, word->text);
}

bool
literal_number(const struct lexeme *word, uint64_t max, uint64_t *value,
    struct diags *d)
{
	return take_number(word, word->text, max, value, d);
}

/* Split at the first ".."; without one both are all of it. */
static bool
split(struct slice s, struct slice *low, struct slice *high)
{
	*low = *high = s;
	for (size_t i = 0; i + 1 < s.n; i++)
		if (s.p[i] == '.' && s.p[i + 1] == '.') {
			low->n = i;
			*high = (struct slice){ s.p + i + 2, s.n - i - 2 };
			return true;
		}
	return false;
}

bool
literal_range(const struct lexeme *word, uint64_t max, struct range *range,
    struct diags *d)
{
	struct slice	low, high;

	if (!split(word->text, &low, &high)) {
		if (!take_number(word, low, max, &range->low, d))
			return false;
		range->high = range->low;
		return true;
	}
	return take_number(word, low, max, &range->low, d) &&
	    take_number(word, high, max, &range->high, d) &&
	    (range->low <= range->high ||
	    bad(d, DIAG_RANGE_EMPTY, word, word->text));
}

/* HH:MM to minutes; 24:00 is the end of a day. */
static bool
read_clock(struct slice s, uint16_t *minutes)
{
	unsigned	n[4];
	size_t		k = 0;

	if (s.n != 5 || s.p[2] != ':')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (i == 2)
			continue;
		if ((n[k] = digit_of(s.p[i])) > 9)
			return false;
		k++;
	}
	*minutes = (uint16_t)((n[0] * 10 + n[1]) * 60 + n[2] * 10 + n[3]);
	return n[2] < 6 && *minutes <= 24 * 60;
}

bool
literal_clock(const struct lexeme *word, uint16_t *from, uint16_t *until,
    struct diags *d)
{
	struct slice	low, high;

	if (!split(word->text, &low, &high) || !read_clock(low, from) ||
	    !read_clock(high, until) || *from == 24 * 60)
		return bad(d, DIAG_CLOCK_BAD, word, word->text);
	if (*from == *until)
		return bad(d, DIAG_RANGE_EMPTY, word, word->text);
	return true;
}

static const struct name days[] = {
	{ "sun", 0 }, { "mon", 1 }, { "tue", 2 }, { "wed", 3 }, { "thu", 4 },
	{ "fri", 5 }, { "sat", 6 }, { 0 }
};

static const struct name *
day_find(const struct lexeme *word, struct slice s, struct diags *d)
{
	const struct name	*day = name_find(days, s);

	if (day == NULL && d != NULL)
		diag_unknown(d, DIAG_DAY_UNKNOWN, word->at, s, days);
	return day;
}

bool
literal_days(const struct lexeme *word, uint64_t *bits, struct diags *d)
{
	const struct name	*first, *last;
	struct slice		 low, high;

	(void)split(word->text, &low, &high);
	if ((first = day_find(word, low, d)) == NULL ||
	    (last = day_find(word, high, d)) == NULL)
		return false;
	/* A week has no end: fri..mon is four days. */
	for (uint32_t day = first->value;; day = (day + 1) % 7) {
		*bits |= UINT64_C(1) << day;
		if (day == last->value)
			return true;
	}
}

/* Clear what lies beyond the mask. Was there something? */
static bool
mask(struct network *net)
{
	bool	beyond = false;

	for (unsigned i = 0; i < 16; i++) {
		const unsigned	kept = net->bits <= 8 * i ? 0 :
		    net->bits >= 8 * i + 8 ? 8 : net->bits - 8 * i;
		const uint8_t	had = net->bytes[i];

		net->bytes[i] &= (uint8_t)(0xff00 >> kept);
		beyond |= net->bytes[i] != had;
	}
	return beyond;
}

bool
literal_network(const struct lexeme *word, struct network *net,
    struct diags *d)
{
	static const uint8_t	 mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct slice	 s = word->text;
	char			 text[INET6_ADDRSTRLEN];
	size_t			 n = 0;
	uint64_t		 bits;
	unsigned		 max = 128;

	while (n < s.n && s.p[n] != '/')
		n++;
	if (n >= sizeof(text))
		return bad(d, DIAG_ADDRESS_BAD, word, s);
	memcpy(text, s.p, n);
	text[n] = '\0';
	if (inet_pton(AF_INET, text, net->bytes + 12) == 1) {
		memcpy(net->bytes, mapped, sizeof(mapped));
		max = 32;
	} else if (inet_pton(AF_INET6, text, net->bytes) != 1)
		return bad(d, DIAG_ADDRESS_BAD, word, s);
	bits = max;
	if (n < s.n) {
		const struct slice	rest = { s.p + n + 1, s.n - n - 1 };

		for (size_t i = 0; i < rest.n; i++)
			if (digit_of(rest.p[i]) > 9)
				return bad(d, DIAG_ADDRESS_BAD, word, s);
		if (rest.n == 0 || (rest.n > 1 && rest.p[0] == '0'))
			return bad(d, DIAG_ADDRESS_BAD, word, s);
		if (!take_number(word, rest, max, &bits, d))
			return false;
	}
	net->bits = (uint8_t)(bits + 128 - max);
	if (mask(net) && d != NULL)
		diag_warn(d, DIAG_ADDRESS_BITS, word->at, s, DIAG_NOTHING);
	return true;
}
