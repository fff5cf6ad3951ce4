/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * glob.c - patterns of file names, in time linear in the name.
 *
 * A pattern is a row of elements that take one byte each, with stars between
 * them. State I is "I elements have been taken"; all states in which the text
 * so far can leave us are kept as bits and move on together, byte by byte:
 * those whose element takes the byte by one, those with a star stay. Nothing is
 * ever tried twice, so no text makes a pattern slow.
 *
 * Bytes that no element tells apart share a row of bits.
 */
#include "base/glob.h"

#include <stdlib.h>

#include "base/mem.h"

#define WORD	64u

struct glob {
	size_t		 elements;
	size_t		 words;		/* for elements + 1 states */
	uint8_t		*prefix;	/* what every text begins with */
	size_t		 nprefix;
	bool		 stars;
	uint8_t		 class[256];	/* of each byte */
	uint64_t	*takes;		/* [class][word]: elements */
	uint64_t	*stays;		/* [word]: stars */
	uint64_t	*stays_slash;	/* [word]: stars that take a '/' */
};

/* Its elements. */

/* What stands at one place of a pattern. */
struct element {
	bool		 star, both;	/* both: "**" */
	bool		 takes[256];
	size_t		 length;	/* bytes of the pattern */
	bool		 literal;
	uint8_t		 byte;		/* of a literal */
};

static bool
in_named(struct slice name, uint8_t c)
{
	const bool	 digit = c >= '0' && c <= '9';
	const bool	 upper = c >= 'A' && c <= 'Z';
	const bool	 lower = c >= 'a' && c <= 'z';
	const bool	 graph = c > ' ' && c < 0x7f;
	const struct {
		const char	*name;
		bool		 has;
	} names[] = {
		{ "alnum", digit || upper || lower },
		{ "alpha", upper || lower },
		{ "blank", c == ' ' || c == '\t' },
		{ "cntrl", c < ' ' || c == 0x7f },
		{ "digit", digit },
		{ "graph", graph },
		{ "lower", lower },
		{ "print", graph || c == ' ' },
		{ "punct", graph && !digit && !upper && !lower },
		{ "space", c == ' ' || (c >= '\t' && c <= '\r') },
		{ "upper", upper },
		{ "xdigit", digit || (c >= 'A' && c <= 'F') ||
		    (c >= 'a' && c <= 'f') },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_is(name, names[i].name))
			return names[i].has;
	return false;
}

/* "[:name:]" at P: its length, with its bytes set; 0 when it is none. */
static size_t
named_class(struct slice p, bool takes[256])
{
	bool	 known = false;
	size_t	 i = 2;

	if (p.n < 4 || p.p[0] != '[' || p.p[1] != ':')
		return 0;
	while (i < p.n && p.p[i] >= 'a' && p.p[i] <= 'z')
		i++;
	if (p.n - i < 2 || p.p[i] != ':' || p.p[i + 1] != ']')
		return 0;
	for (unsigned c = 0; c < 256; c++)
		if (in_named((struct slice){ p.p + 2, i - 2 }, (uint8_t)c))
			takes[c] = known = true;
	return known ? i + 2 : 0;	/* every name has some byte */
}

/* One byte of a class, perhaps behind a backslash, at *AT. */
static bool
class_byte(struct slice p, size_t *at, uint8_t *byte)
{
	if (*at < p.n && p.p[*at] == '\\')
		++*at;
	if (*at >= p.n)
		return false;
	*byte = p.p[(*at)++];
	return true;
}

/* A byte or a range of a class at *AT. */
static bool
class_range(struct slice p, size_t *at, bool takes[256])
{
	uint8_t	 low, high;

	if (!class_byte(p, at, &low))
		return false;
	high = low;
	if (p.n - *at >= 2 && p.p[*at] == '-' && p.p[*at + 1] != ']') {
		++*at;
		if (!class_byte(p, at, &high))
			return false;
	}
	for (unsigned c = low; c <= high; c++)
		takes[c] = true;
	return true;
}

/* A class that begins at P; false when it has no end. */
static bool
read_class(struct slice p, struct element *e)
{
	size_t	 at = 1, first, n;
	bool	 not;

	not = p.n > 1 && (p.p[1] == '!' || p.p[1] == '^');
	at += not;
	for (first = at; at < p.n && (at == first || p.p[at] != ']');) {
		n = named_class((struct slice){ p.p + at, p.n - at },
		    e->takes);
		at += n;
		if (n == 0 && !class_range(p, &at, e->takes))
			return false;
	}
	if (at >= p.n)
		return false;
	for (unsigned c = 0; not && c < 256; c++)
		e->takes[c] = !e->takes[c];
	e->length = at + 1;
	return true;
}

/* The element at the beginning of P, which is not empty. */
static void
read_element(struct slice p, bool slashes, struct element *e)
{
	*e = (struct element){ .length = 1 };
	if (p.p[0] == '*') {
		e->star = true;
		while (e->length < p.n && p.p[e->length] == '*')
			e->length++;
		e->both = !slashes || e->length > 1;
		return;
	}
	if (p.p[0] == '?') {
		for (unsigned c = 0; c < 256; c++)
			e->takes[c] = true;
	} else if (p.p[0] != '[' || !read_class(p, e)) {
		/* A class that has no end may have left bytes behind. */
		*e = (struct element){ .length = 1, .literal = true };
		if (p.p[0] == '\\' && p.n > 1)
			e->length = 2;
		e->byte = p.p[e->length - 1];
		e->takes[e->byte] = true;
	}
	if (slashes && !e->literal)
		e->takes['/'] = false;
}

/* The pattern. */

static size_t
count_elements(struct slice pattern, bool slashes)
{
	struct element	 e;
	size_t		 n = 0;

	for (size_t at = 0; at < pattern.n; at += e.length) {
		read_element((struct slice){ pattern.p + at, pattern.n - at },
		    slashes, &e);
		n += !e.star;
	}
	return n;
}

/* One row of bits for each byte, which classes() then puts together. */
static uint64_t *
read_pattern(struct glob *g, struct slice pattern, bool slashes)
{
	uint64_t	*rows = xcalloc(256 * g->words, sizeof(*rows));
	bool		 leading = true;
	struct element	 e;
	size_t		 i = 0;

	g->prefix = xmalloc(pattern.n);
	for (size_t at = 0; at < pattern.n; at += e.length) {
		const uint64_t	 bit = (uint64_t)1 << i % WORD;

		read_element((struct slice){ pattern.p + at, pattern.n - at },
		    slashes, &e);
		leading = leading && e.literal;
		if (leading)
			g->prefix[g->nprefix++] = e.byte;
		if (e.star) {
			g->stars = true;
			g->stays[i / WORD] |= bit;
			if (e.both)
				g->stays_slash[i / WORD] |= bit;
			continue;
		}
		for (unsigned c = 0; c < 256; c++)
			if (e.takes[c])
				rows[c * g->words + i / WORD] |= bit;
		i++;
	}
	return rows;
}

static void
make_classes(struct glob *g, const uint64_t *rows)
{
	const size_t	 row = g->words * sizeof(*rows);
	unsigned	 n = 0, k;

	g->takes = xreallocarray(NULL, 256 * g->words, sizeof(*rows));
	for (unsigned c = 0; c < 256; c++) {
		for (k = 0; k < n; k++)
			if (memcmp(g->takes + k * g->words,
			    rows + c * g->words, row) == 0)
				break;
		if (k == n)
			memcpy(g->takes + n++ * g->words, rows + c * g->words,
			    row);
		g->class[c] = (uint8_t)k;
	}
	g->takes = xreallocarray(g->takes, n * g->words, sizeof(*rows));
}

struct glob *
glob_new(struct slice pattern, bool slashes)
{
	struct glob	*g;
	uint64_t	*rows;

	if (pattern.n > GLOB_MAX)
		return NULL;
	g = xcalloc(1, sizeof(*g));
	g->elements = count_elements(pattern, slashes);
	g->words = g->elements / WORD + 1;
	g->stays = xcalloc(g->words, sizeof(*g->stays));
	g->stays_slash = xcalloc(g->words, sizeof(*g->stays_slash));
	rows = read_pattern(g, pattern, slashes);
	make_classes(g, rows);
	free(rows);
	return g;
}

void
glob_free(struct glob *g)
{
	if (g == NULL)
		return;
	free(g->prefix);
	free(g->takes);
	free(g->stays);
	free(g->stays_slash);
	free(g);
}

/* The text. */

/* Up to 63 elements, as nearly all patterns have: the states are one word. */
static bool
fits_short(const struct glob *g, struct slice text)
{
	uint64_t	 states = 1;

	for (size_t i = 0; i < text.n && states != 0; i++) {
		const uint8_t	 c = text.p[i];

		states = (states & g->takes[g->class[c]]) << 1 |
		    (states & (c == '/' ? g->stays_slash : g->stays)[0]);
	}
	return (states >> g->elements & 1) != 0;
}

/* One byte further. Returns whether any state is left. */
static bool
step(const struct glob *g, uint64_t *states, uint8_t c)
{
	const uint64_t	*takes = g->takes + g->class[c] * g->words;
	const uint64_t	*stays = c == '/' ? g->stays_slash : g->stays;
	uint64_t	 carry = 0, any = 0;

	for (size_t w = 0; w < g->words; w++) {
		const uint64_t	 taken = states[w] & takes[w];

		states[w] = taken << 1 | carry | (states[w] & stays[w]);
		carry = taken >> (WORD - 1);
		any |= states[w];
	}
	return any != 0;
}

static bool
fits_long(const struct glob *g, struct slice text)
{
	uint64_t	 states[GLOB_MAX / WORD + 1] = { 1 };

	for (size_t i = 0; i < text.n; i++)
		if (!step(g, states, text.p[i]))
			return false;
	return (states[g->elements / WORD] >> g->elements % WORD & 1) != 0;
}

bool
glob_fits(const struct glob *g, struct slice text)
{
	/* Each element takes one byte. */
	if (text.n < g->elements || (!g->stars && text.n > g->elements) ||
	    !slice_has_prefix(text, (struct slice){ g->prefix, g->nprefix }))
		return false;
	return g->words == 1 ? fits_short(g, text) : fits_long(g, text);
}
