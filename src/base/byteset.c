/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * byteset.c - sets of bytes, and those that regular expressions have names for.
 *
 * The names stand for what they do in PCRE2 with its own tables, which know
 * ASCII only; a test asks it.
 */
#include "base/byteset.h"

/* Ranges of bytes, two by two. */
struct named {
	const char	*name;
	uint8_t		 ranges[10];
	uint8_t		 n;		/* of them, both ends counted */
};

static const struct named	classes[] = {
	{ "alnum", { '0', '9', 'A', 'Z', 'a', 'z' }, 6 },
	{ "alpha", { 'A', 'Z', 'a', 'z' }, 4 },
	{ "ascii", { 0, 127 }, 2 },
	{ "blank", { '\t', '\t', ' ', ' ' }, 4 },
	{ "cntrl", { 0, 31, 127, 127 }, 4 },
	{ "digit", { '0', '9' }, 2 },
	{ "graph", { 33, 126 }, 2 },
	{ "lower", { 'a', 'z' }, 2 },
	{ "print", { 32, 126 }, 2 },
	{ "punct", { 33, 47, 58, 64, 91, 96, 123, 126 }, 8 },
	{ "space", { 9, 13, ' ', ' ' }, 4 },
	{ "upper", { 'A', 'Z' }, 2 },
	{ "word", { '0', '9', 'A', 'Z', '_', '_', 'a', 'z' }, 8 },
	{ "xdigit", { '0', '9', 'A', 'F', 'a', 'f' }, 6 },
};

/* What the escapes of the same letters, in lower case, stand for. */
static const struct named	escapes[] = {
	{ "d", { '0', '9' }, 2 },
	{ "h", { 9, 9, 32, 32, 160, 160 }, 6 },
	{ "s", { 9, 13, 32, 32 }, 4 },
	{ "v", { 10, 13, 133, 133 }, 4 },
	{ "w", { '0', '9', 'A', 'Z', '_', '_', 'a', 'z' }, 8 },
};

struct byteset
byteset_of(uint8_t byte)
{
	struct byteset	 s = { { 0 } };

	byteset_add(&s, byte, byte);
	return s;
}

void
byteset_add(struct byteset *s, unsigned from, unsigned to)
{
	for (unsigned c = from; c <= to; c++)
		s->bits[c / 64] |= UINT64_C(1) << c % 64;
}

void
byteset_join(struct byteset *s, const struct byteset *other)
{
	for (size_t i = 0; i < 4; i++)
		s->bits[i] |= other->bits[i];
}

void
byteset_invert(struct byteset *s)
{
	for (size_t i = 0; i < 4; i++)
		s->bits[i] = ~s->bits[i];
}

unsigned
byteset_count(const struct byteset *s)
{
	unsigned	 n = 0;

	for (unsigned c = 0; c < 256; c++)
		n += byteset_has(s, (uint8_t)c);
	return n;
}

int
byteset_only(const struct byteset *s)
{
	int	 only = -1;

	for (int i = 0; i < 4; i++) {
		const uint64_t	 bits = s->bits[i];

		if (bits == 0)
			continue;
		if (only >= 0 || (bits & (bits - 1)) != 0)
			return -1;
		only = 64 * i + __builtin_ctzll(bits);
	}
	return only;
}

void
byteset_fold(struct byteset *s)
{
	const uint64_t	 letters = UINT64_C(0x07fffffe);	/* A to Z */
	const uint64_t	 both = (s->bits[1] | s->bits[1] >> 32) & letters;

	s->bits[1] |= both | both << 32;
}

static bool
find(const struct named *all, size_t n, struct slice name, struct byteset *to)
{
	for (size_t i = 0; i < n; i++) {
		if (!slice_is(name, all[i].name))
			continue;
		*to = (struct byteset){ { 0 } };
		for (unsigned j = 0; j < all[i].n; j += 2)
			byteset_add(to, all[i].ranges[j],
			    all[i].ranges[j + 1]);
		return true;
	}
	return false;
}

bool
byteset_named(struct slice name, struct byteset *to)
{
	return find(classes, sizeof(classes) / sizeof(classes[0]), name, to);
}

bool
byteset_escaped(uint8_t letter, struct byteset *to)
{
	const bool	 upper = letter >= 'A' && letter <= 'Z';
	const uint8_t	 lower = upper ? (uint8_t)(letter - 'A' + 'a') : letter;

	if (!find(escapes, sizeof(escapes) / sizeof(escapes[0]),
	    (struct slice){ &lower, 1 }, to))
		return false;
	if (upper)
		byteset_invert(to);
	return true;
}
