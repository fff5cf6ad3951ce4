/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * extract.c - E, the extraction limit: the unit of all measurements.
 *
 * One pass with one switch, each token read where it stands. It is meant to be
 * as fast as a careful reader of these bytes can be without doing anything with
 * them; what a program takes beyond it is the price of what the program does.
 */
#include "extract.h"

#include <stdbool.h>
#include <string.h>

#include "bsm/cursor.h"
#include "bsm/token.h"

#define PATHS	4u			/* of a record; more are checked only */

/* Ids that token.h has no need to name. */
enum { ARGUMENT32 = 0x2d, SOCKINET32 = 0x80 };

/* What has no place in a record is left as it was. */
struct facts {
	uint64_t	 seconds, fraction;
	uint32_t	 ids[5], pid, session;
	uint32_t	 value;
	uint16_t	 event;
	uint8_t		 error;
	unsigned	 npaths;
	const uint8_t	*paths[PATHS];
	uint16_t	 lengths[PATHS];
	const uint8_t	*attr, *zone;
};

/* Eight bytes at once: a top bit for each that is zero. */
static inline uint64_t
zeros(const uint8_t *p)
{
	const uint64_t	 low = 0x7f7f7f7f7f7f7f7fu;
	uint64_t	 w;

	memcpy(&w, p, sizeof(w));
	return ~(((w & low) + low) | w | low);
}

/* Bytes of COUNT strings; 0 when they pass the end. */
static size_t
strings(const uint8_t *p, size_t left, uint32_t count)
{
	size_t	 at = 0;

	while (left - at >= 8) {
		/* Each top bit becomes a one, and they meet at the top. */
		uint64_t	 n = (zeros(p + at) >> 7) *
		    0x0101010101010101u >> 56;

		if (n >= count)
			break;
		count -= (uint32_t)n;
		at += 8;
	}
	for (; at < left; at++)
		if (p[at] == 0 && --count == 0)
			return at + 1;
	return 0;
}

static inline size_t
subject(const uint8_t *p, size_t left, struct facts *f)
{
	size_t	 size = 37;

	if (left < size)
		return 0;
	if (p[0] == TOK_SUBJECT32_EX)
		size += be32(p + 33) == 16 ? 16 : 4;
	if (left < size)
		return 0;
	for (unsigned i = 0; i < 5; i++)
		f->ids[i] = be32(p + 1 + 4 * i);
	f->pid = be32(p + 21);
	f->session = be32(p + 25);
	return size;
}

static inline size_t
counted(const uint8_t *p, size_t left, size_t fixed)
{
	size_t	 size = left < fixed ? SIZE_MAX : fixed + be16(p + fixed - 2);

	return size <= left ? size : 0;
}

/* Take a token; its size, or 0 when it passes the end or is a stranger. */
static inline size_t
token(const uint8_t *p, size_t left, struct facts *f)
{
	size_t	 size;

	switch (p[0]) {
	case TOK_PATH:
		size = counted(p, left, 3);
		if (f->npaths < PATHS) {
			f->lengths[f->npaths] = (uint16_t)(size - 3);
			f->paths[f->npaths++] = p + 3;
		}
		return size;
	case TOK_ATTR32:
		f->attr = p;
		return left < 29 ? 0 : 29;
	case TOK_SUBJECT32:
	case TOK_SUBJECT32_EX:
		return subject(p, left, f);
	case TOK_RETURN32:
		if (left < 6)
			return 0;
		f->error = p[1];
		f->value = be32(p + 2);
		return 6;
	case ARGUMENT32:
		return counted(p, left, 8);
	case TOK_EXEC_ARGS:
		if (left < 5 || be32(p + 1) == 0)
			return left < 5 ? 0 : 5;
		size = strings(p + 5, left - 5, be32(p + 1));
		return size == 0 ? 0 : size + 5;
	case TOK_TEXT:
		return counted(p, left, 3);
	case TOK_ZONENAME:
		f->zone = p + 3;
		return counted(p, left, 3);
	case SOCKINET32:
		return left < 9 ? 0 : 9;
	default:
		return 0;
	}
}

/* Take the record at the start; its size, or 0. */
static inline size_t
record(const uint8_t *p, size_t n, struct facts *f)
{
	size_t		 size, at = 18, end;

	if (n < HEADER_MIN ||
	    (p[0] != TOK_HEADER32 && p[0] != TOK_HEADER64))
		return 0;
	size = end = be32(p + 1);
	if (size > n || size < HEADER_MIN + TRAILER_SIZE)
		return 0;
	if (p[end - 7] == TOK_TRAILER && be16(p + end - 6) == TRAILER_MAGIC &&
	    be32(p + end - 4) == size)
		end -= TRAILER_SIZE;
	else if (p[5] != 2)		/* Solaris writes none */
		return 0;
	f->event = be16(p + 6);
	f->npaths = 0;
	f->error = 0;
	f->attr = f->zone = NULL;
	if (p[0] == TOK_HEADER32) {
		f->seconds = be32(p + 10);
		f->fraction = be32(p + 14);
	} else {
		at = 26;
		f->seconds = be64(p + 10);
		f->fraction = be64(p + 18);
	}
	while (at < end) {
		size_t	 step = token(p + at, end - at, f);

		if (step == 0)
			return 0;
		at += step;
	}
	return size;
}

size_t
extract(struct extracted *out, const uint8_t *p, size_t n)
{
	struct facts	 f = { 0 };
	size_t		 at = 0, size;

	while ((size = record(p + at, n - at, &f)) != 0) {
		out->records++;
		out->sum += f.event + f.seconds + f.fraction + f.ids[0] +
		    f.ids[1] + f.pid + f.error + f.value;
		if (f.npaths > 0)
			out->sum += f.lengths[f.npaths - 1];
		if (f.attr != NULL)
			out->sum += be64(f.attr + 17);
		at += size;
	}
	return at;
}
