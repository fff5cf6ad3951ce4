/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slow.c - patterns that can backtrack without bound.
 *
 * A pattern is read as a tree of alternatives, each a row of elements, without
 * keeping it. Of an element only this counts: which bytes may be in it, whether
 * it can be empty, and which bytes lie in a repetition that nothing in it
 * bounds. A repetition below another is bounded when the same alternative has
 * an element that cannot be left out and shares no byte with it: so (a+,)+ is
 * harmless and (a+,?)+ is not. Conditions, recursion and verbs are given up on.
 * PCRE has read the pattern before, so that groups nest 250 deep at most.
 */
#include "rule/slow.h"

#include <ctype.h>

#define EVER	UINT32_MAX		/* a quantifier without an end */
#define KEPT	8u			/* sets of bytes of an alternative */

struct bytes {
	uint64_t	 bits[4];
};

struct element {
	struct bytes	 in;		/* may be in it */
	struct bytes	 sure;		/* are in every match of it */
	struct bytes	 loops;		/* lie in a loop that is not bounded */
	bool		 loop;
	bool		 must;		/* cannot be empty */
	bool		 one;		/* a single byte, once */
};

struct reader {
	struct slice	 s;
	size_t		 pos;
	bool		 lost;		/* something that is not understood */
	bool		 found;
	struct slice	 part;
};

static void
add(struct bytes *b, unsigned c)
{
	b->bits[c / 64] |= UINT64_C(1) << c % 64;
}

static void
join(struct bytes *b, const struct bytes *other)
{
	for (size_t i = 0; i < 4; i++)
		b->bits[i] |= other->bits[i];
}

static void
invert(struct bytes *b)
{
	for (size_t i = 0; i < 4; i++)
		b->bits[i] = ~b->bits[i];
}

static bool
share(const struct bytes *a, const struct bytes *b)
{
	for (size_t i = 0; i < 4; i++)
		if ((a->bits[i] & b->bits[i]) != 0)
			return true;
	return false;
}

static bool
at_end(const struct reader *r)
{
	return r->pos >= r->s.n;
}

static bool
is_next(const struct reader *r, char c)
{
	return !at_end(r) && r->s.p[r->pos] == (uint8_t)c;
}

static bool
take(struct reader *r, char c)
{
	if (!is_next(r, c))
		return false;
	r->pos++;
	return true;
}

static void
skip_to(struct reader *r, char c)
{
	while (!at_end(r) && !take(r, c))
		r->pos++;
}

/* The classes of ASCII: \d and its like, [:digit:] and its like. */
static int
is_word(int c)
{
	return isalnum(c) || c == '_';
}

static const struct ascii {
	char		 letter;		/* behind a backslash; or 0 */
	const char	*name;
	int		(*has)(int);
} classes[] = {
	{ 'd', "digit", isdigit }, { 'w', "word", is_word },
	{ 's', "space", isspace }, { 'h', "blank", isblank },
	{ 0, "alpha", isalpha }, { 0, "alnum", isalnum },
	{ 0, "lower", islower }, { 0, "upper", isupper },
	{ 0, "xdigit", isxdigit }, { 0, "punct", ispunct },
	{ 0, "print", isprint }, { 0, "graph", isgraph },
	{ 0, "cntrl", iscntrl },
};
#define CLASSES	(sizeof(classes) / sizeof(classes[0]))

static struct bytes
bytes_of(const struct ascii *class, bool other)
{
	struct bytes	b = { { 0 } };

	for (int c = 0; c < 128; c++)
		if (class->has(c))
			add(&b, (unsigned)c);
	if (other)
		invert(&b);
	return b;
}

/* The bytes of \d, \W and alike. False when the letter is none of them. */
static bool
class_of(uint8_t letter, struct bytes *b)
{
	for (size_t i = 0; i < CLASSES; i++)
		if (classes[i].letter != 0 &&
		    tolower(letter) == classes[i].letter) {
			*b = bytes_of(&classes[i], isupper(letter));
			return true;
		}
	if (letter == 'N' || letter == 'R' || letter == 'X' ||
	    letter == 'C' || letter == 'v' || letter == 'V') {
		*b = (struct bytes){ { 0 } };
		invert(b);
		return true;
	}
	return false;
}

/* The byte of an escape such as \n or \x41; the backslash has been read. */
static unsigned
escaped_byte(struct reader *r)
{
	static const char	letters[] = "nrtfae";
	static const char	values[] = "\n\r\t\f\a\033";
	const uint8_t		c = at_end(r) ? 0 : r->s.p[r->pos++];
	const char		*known = c == 0 ? NULL : strchr(letters, c);
	unsigned		value = 0;

	if (known != NULL)
		return (unsigned)values[known - letters];
	if (c != 'x')
		return c;
	if (take(r, '{')) {
		skip_to(r, '}');
		r->lost = true;		/* a character by its number */
		return 0;
	}
	for (size_t i = 0; i < 2 && !at_end(r) &&
	    isxdigit(r->s.p[r->pos]); i++) {
		const int	digit = tolower(r->s.p[r->pos++]);

		value = value * 16 + (unsigned)(isdigit(digit) ? digit - '0' :
		    digit - 'a' + 10);
	}
	return value;
}

static void
add_sure(struct element *e, unsigned c)
{
	add(&e->in, c);
	add(&e->sure, c);
}

/* An escape outside of brackets. */
static void
read_escape(struct reader *r, struct element *e)
{
	const uint8_t	c = at_end(r) ? 0 : r->s.p[r->pos];

	if (c == '\0' || strchr("bBAzZGK", c) != NULL) {
		r->pos++;			/* a place, no byte */
		return;
	}
	if (strchr("pPkgoQELlUu123456789", c) != NULL) {
		r->lost = true;
		return;
	}
	e->must = e->one = true;
	if (class_of(c, &e->in))
		r->pos++;
	else
		add_sure(e, escaped_byte(r));
}

/* [:alpha:] within brackets; *R stands at its first bracket. */
static bool
read_posix(struct reader *r, struct bytes *b)
{
	size_t		 end = r->pos + 2;
	struct slice	 name;
	bool		 other = false;

	if (r->s.n - r->pos < 4 || r->s.p[r->pos + 1] != ':')
		return false;
	while (end < r->s.n && r->s.p[end] != ':' && r->s.p[end] != ']')
		end++;
	if (end + 1 >= r->s.n || r->s.p[end] != ':' || r->s.p[end + 1] != ']')
		return false;
	name = (struct slice){ r->s.p + r->pos + 2, end - r->pos - 2 };
	if (name.n > 0 && name.p[0] == '^') {
		other = true;
		name = (struct slice){ name.p + 1, name.n - 1 };
	}
	r->pos = end + 2;
	for (size_t i = 0; i < CLASSES; i++)
		if (slice_is(name, classes[i].name)) {
			const struct bytes	had = bytes_of(&classes[i],
			    other);

			join(b, &had);
			return true;
		}
	r->lost = true;
	return true;
}

/* A byte within brackets, or a class, which begins no range. */
static bool
read_bracket_byte(struct reader *r, struct bytes *b, unsigned *byte)
{
	struct bytes	class;

	if (!take(r, '\\')) {
		*byte = r->s.p[r->pos++];
		return true;
	}
	if (!at_end(r) && strchr("pPQE", r->s.p[r->pos]) != NULL)
		r->lost = true;
	if (!at_end(r) && class_of(r->s.p[r->pos], &class)) {
		r->pos++;
		join(b, &class);
		return false;
	}
	*byte = escaped_byte(r);
	return true;
}

/* [...], of which the first bracket has been read. */
static void
read_bracket(struct reader *r, struct element *e)
{
	const bool	 other = take(r, '^');
	bool		 first = true;
	unsigned	 low, high;

	e->must = e->one = true;
	for (; !at_end(r) && (first || !is_next(r, ']')); first = false) {
		if (is_next(r, '[') && read_posix(r, &e->in))
			continue;
		if (!read_bracket_byte(r, &e->in, &low))
			continue;
		high = low;
		if (is_next(r, '-') && r->pos + 1 < r->s.n &&
		    r->s.p[r->pos + 1] != ']') {
			r->pos++;
			if (!read_bracket_byte(r, &e->in, &high))
				high = low;
		}
		for (; low <= high; low++)
			add(&e->in, low);
	}
	(void)take(r, ']');
	if (other)
		invert(&e->in);
}

static struct element	 read_alternatives(struct reader *);

/* What stands behind "(?". Returns whether a group follows. */
static bool
read_group_kind(struct reader *r, bool *empty, bool *atomic)
{
	if (take(r, '#')) {
		skip_to(r, ')');
		return false;
	}
	*atomic = take(r, '>');
	if (*atomic || take(r, '|') || take(r, ':'))
		return true;
	if (take(r, '=') || take(r, '!')) {
		*empty = true;
		return true;
	}
	(void)take(r, 'P');
	if (take(r, '<')) {
		*empty = take(r, '=') || take(r, '!');
		if (!*empty)
			skip_to(r, '>');
		return true;
	}
	if (take(r, '\'')) {
		skip_to(r, '\'');
		return true;
	}
	while (!at_end(r) && strchr("imsxnJU-^", r->s.p[r->pos]) != NULL)
		r->pos++;
	if (take(r, ')'))
		return false;
	r->lost = !take(r, ':');
	return !r->lost;
}

/* (...), of which the first parenthesis has been read. */
static void
read_group(struct reader *r, struct element *e)
{
	bool	empty = false, atomic = false;

	r->lost |= is_next(r, '*');
	if (r->lost || (take(r, '?') && !read_group_kind(r, &empty, &atomic)))
		return;
	*e = read_alternatives(r);
	(void)take(r, ')');
	if (empty)
		*e = (struct element){ .must = false };
	e->loop &= !atomic;
}

/* A number of a quantifier, as far as it matters. */
static uint32_t
read_count(struct reader *r)
{
	uint32_t	n = 0;

	while (!at_end(r) && isdigit(r->s.p[r->pos])) {
		const uint8_t	c = r->s.p[r->pos++];

		if (n < 65536)
			n = n * 10 + (uint32_t)(c - '0');
	}
	return n;
}

/* {N}, {N,} or {N,M}; any other brace is a byte like others. */
static bool
read_braces(struct reader *r, uint32_t *min, uint32_t *max)
{
	const size_t	back = r->pos;

	if (!take(r, '{') || at_end(r) || !isdigit(r->s.p[r->pos])) {
		r->pos = back;
		return false;
	}
	*min = *max = read_count(r);
	if (take(r, ',')) {
		*max = EVER;
		if (!at_end(r) && isdigit(r->s.p[r->pos]))
			*max = read_count(r);
	}
	if (take(r, '}'))
		return true;
	r->pos = back;
	return false;
}

/* How often the element stands; it began at FROM. */
static void
read_quantifier(struct reader *r, struct element *e, size_t from)
{
	uint32_t	min = 0, max = EVER;

	if (take(r, '+'))
		min = 1;
	else if (take(r, '?'))
		max = 1;
	else if (!take(r, '*') && !read_braces(r, &min, &max))
		return;
	e->one &= max == 1;
	e->must &= min > 0;
	if (min == 0)
		e->sure = (struct bytes){ { 0 } };
	if (take(r, '+')) {
		e->loop = false;		/* gives nothing back */
		return;
	}
	(void)take(r, '?');
	if (max != EVER)
		return;
	if (e->loop && !r->found) {
		r->found = true;
		r->part = (struct slice){ r->s.p + from, r->pos - from };
	}
	e->loop = true;
	e->loops = e->in;
}

static void
read_element(struct reader *r, struct element *e)
{
	const size_t	from = r->pos;
	const uint8_t	c = r->s.p[r->pos++];

	*e = (struct element){ .must = false };
	if (c == '\\')
		read_escape(r, e);
	else if (c == '[')
		read_bracket(r, e);
	else if (c == '(')
		read_group(r, e);
	else if (c != '^' && c != '$') {
		e->must = e->one = true;
		if (c == '.')
			invert(&e->in);
		else
			add_sure(e, c);
	}
	read_quantifier(r, e, from);
}

/* One alternative, while it is read. */
struct row {
	struct bytes	 loops[KEPT];	/* different ones */
	struct bytes	 musts[KEPT];	/* of several bytes, any of them */
	size_t		 nloops, nmusts;
};

static void
keep(struct reader *r, struct bytes *list, size_t *n, const struct bytes *b)
{
	for (size_t i = 0; i < *n; i++)
		if (memcmp(&list[i], b, sizeof(*b)) == 0)
			return;
	if (*n == KEPT)
		r->lost = true;
	else
		list[(*n)++] = *b;
}

/* Does every match have something that is not in the loop? */
static bool
is_bounded(const struct row *row, const struct element *all,
    const struct bytes *loop)
{
	for (size_t i = 0; i < 4; i++)
		if ((all->sure.bits[i] & ~loop->bits[i]) != 0)
			return true;
	for (size_t i = 0; i < row->nmusts; i++)
		if (!share(&row->musts[i], loop))
			return true;
	return false;
}

static struct element
read_alternative(struct reader *r)
{
	struct element	all = { .must = false }, e;
	struct row	row;
	size_t		n;

	row.nloops = row.nmusts = 0;
	for (n = 0; !at_end(r) && !r->lost && !is_next(r, '|') &&
	    !is_next(r, ')'); n++) {
		read_element(r, &e);
		join(&all.in, &e.in);
		join(&all.sure, &e.sure);
		all.must |= e.must;
		if (e.must && !share(&e.sure, &e.in))
			keep(r, row.musts, &row.nmusts, &e.in);
		if (e.loop)
			keep(r, row.loops, &row.nloops, &e.loops);
	}
	all.one = n == 1 && e.one;
	for (size_t i = 0; i < row.nloops; i++)
		if (!is_bounded(&row, &all, &row.loops[i])) {
			all.loop = true;
			join(&all.loops, &row.loops[i]);
		}
	return all;
}

/* alternatives := alternative { "|" alternative } */
static struct element
read_alternatives(struct reader *r)
{
	struct element	all = read_alternative(r), e;
	struct bytes	ones = { { 0 } };

	if (all.one)
		ones = all.in;
	while (!r->lost && take(r, '|')) {
		e = read_alternative(r);
		if (e.one && share(&e.in, &ones)) {
			e.loop = true;		/* two ways to read it */
			join(&e.loops, &e.in);
		}
		if (e.one)
			join(&ones, &e.in);
		join(&all.in, &e.in);
		join(&all.loops, &e.loops);
		for (size_t i = 0; i < 4; i++)
			all.sure.bits[i] &= e.sure.bits[i];
		all.loop |= e.loop;
		all.must &= e.must;
		all.one &= e.one;
	}
	return all;
}

bool
slow_find(struct slice pattern, struct slice *part)
{
	struct reader	r = { .s = pattern };

	while (!r.lost && !at_end(&r)) {
		(void)read_alternatives(&r);
		(void)take(&r, ')');	/* none, in a good pattern */
	}
	*part = r.part;
	return r.found && !r.lost;
}
