/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * utf8.c - which bytes are text, and which text may reach a terminal.
 *
 * Nearly all that is printed is plain ASCII, so that comes first and fast:
 * eight bytes a step, each tested in its own lane of one word. Only the rest
 * is decoded character by character.
 */
#include "base/utf8.h"

#define ONES 0x0101010101010101u
#define TOPS 0x8080808080808080u

/*
 * For each lead byte the length, and the range of the byte behind it; this is
 * table 3-7 of the Unicode standard, which leaves out the longer forms and the
 * surrogates by that second range alone.
 */
static const struct lead {
	uint8_t	from, to;	/* lead bytes */
	uint8_t	n;		/* bytes in all */
	uint8_t	low, high;	/* second byte */
} leads[] = {
	{ 0xc2, 0xdf, 2, 0x80, 0xbf },
	{ 0xe0, 0xe0, 3, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf },
	{ 0xed, 0xed, 3, 0x80, 0x9f },
	{ 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf },
	{ 0xf1, 0xf3, 4, 0x80, 0xbf },
	{ 0xf4, 0xf4, 4, 0x80, 0x8f },
};

static const struct range {
	uint32_t	from, to;
} controls[] = {
	{ 0x0000, 0x001f },
	{ 0x007f, 0x009f },
	{ 0x202a, 0x202e },	/* embeddings and overrides */
	{ 0x2066, 0x2069 },	/* isolates */
};

static const struct lead *
lead_find(uint8_t byte)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		if (byte >= leads[i].from && byte <= leads[i].to)
			return &leads[i];
	return NULL;
}

size_t
utf8_decode(struct slice s, uint32_t *code)
{
	const struct lead	*l;
	uint32_t		 c;

	if (s.n == 0)
		return 0;
	if (s.p[0] < 0x80) {
		*code = s.p[0];
		return 1;
	}
	l = lead_find(s.p[0]);
	if (l == NULL || l->n > s.n || s.p[1] < l->low || s.p[1] > l->high)
		return 0;
	c = s.p[0] & (0x7fu >> l->n);
	for (size_t i = 1; i < l->n; i++) {
		if ((s.p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s.p[i] & 0x3fu);
	}
	*code = c;
	return l->n;
}

bool
utf8_is_control(uint32_t code)
{
	for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
		if (code >= controls[i].from && code <= controls[i].to)
			return true;
	return false;
}

/* The top bit of a lane is set where that byte is zero (or a lower one is). */
static inline uint64_t
zeros(uint64_t v)
{
	return (v - ONES) & ~v & TOPS;
}

static bool
is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

size_t
utf8_plain(struct slice s)
{
	size_t	 i = 0;

	for (; s.n - i >= 8; i += 8) {
		uint64_t	 w;

		memcpy(&w, s.p + i, 8);
		/* w - 0x20.. borrows in a lane below a blank; see zeros(). */
		if (((w | ((w - ONES * 0x20) & ~w)) & TOPS) != 0 ||
		    (zeros(w ^ ONES * '"') | zeros(w ^ ONES * '\\') |
		    zeros(w ^ ONES * 0x7f)) != 0)
			break;
	}
	while (i < s.n && is_plain(s.p[i]))
		i++;
	return i;
}
