/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cursor.c - bounded big-endian reading; the first error sticks.
 *
 * Lengths are compared with what is left by subtraction, never by adding to a
 * position. A failed read leaves the position where it was.
 */
#include "bsm/cursor.h"

#include <string.h>

#include "bsm/status.h"

int
cursor_fail(struct cursor *c, int status)
{
	if (c->err == 0)
		c->err = status;
	return c->err;
}

uint64_t
cursor_uint(struct cursor *c, unsigned width)
{
	uint64_t	 v = 0;

	if (c->err != 0)
		return 0;
	if (cursor_left(c) < width) {
		c->err = BSM_ETRUNC;
		return 0;
	}
	for (unsigned i = 0; i < width; i++)
		v = v << 8 | c->in.p[c->pos + i];
	c->pos += width;
	return v;
}

struct slice
cursor_take(struct cursor *c, size_t n)
{
	struct slice	 s = { NULL, 0 };

	if (c->err != 0)
		return s;
	if (cursor_left(c) < n) {
		c->err = BSM_ETRUNC;
		return s;
	}
	s = (struct slice){ c->in.p + c->pos, n };
	c->pos += n;
	return s;
}

struct slice
cursor_zstr(struct cursor *c, size_t max)
{
	struct slice	 s = { NULL, 0 };
	size_t		 left = cursor_left(c);
	const uint8_t	*nul;

	if (c->err != 0)
		return s;
	if (left > max)
		left = max;
	nul = left == 0 ? NULL : memchr(c->in.p + c->pos, 0, left);
	if (nul == NULL) {
		c->err = BSM_ENUL;
		return s;
	}
	s = (struct slice){ c->in.p + c->pos,
	    (size_t)(nul - (c->in.p + c->pos)) + 1 };
	c->pos += s.n;
	return s;
}
