/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compressed.c - what gzip, zstd, bzip2 and xz made smaller, as it was.
 *
 * What a trail is compressed with is seen from its first bytes, whatever its
 * name: no audit record begins with them. Members that follow each other are
 * one stream, as for gzip(1), and so are zero bytes behind the last, with which
 * tapes were filled up. All that a file cut short still holds is given before
 * it is said.
 */
#include "source/compressed.h"

#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "source/unpack.h"

#define PIECE	(128u << 10)	/* bytes given at once */

static const struct kind {
	const char		*name;
	const char		*suffix;
	uint8_t			 mark[COMPRESSED_MARK];
	size_t			 mark_n;
	uint8_t			 skipped; /* upper half of the first byte of
					   * members without data; or 0 */
	const struct unpack	*how;
} kinds[] = {
	{ "gzip",  ".gz",  { 0x1f, 0x8b, 0x08 }, 3, 0, &unpack_gzip },
	{ "zstd",  ".zst", { 0x28, 0xb5, 0x2f, 0xfd }, 4, 0x50,
	    &unpack_zstd },
	{ "bzip2", ".bz2", { 'B', 'Z', 'h' }, 3, 0, &unpack_bzip2 },
	{ "xz",    ".xz",  { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, 0,
	    &unpack_xz },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct compressed {
	const struct kind	*kind;
	void			*unpack;
	compressed_feed		 feed;
	void			*arg;
	struct slice		 in;		/* not used yet */
	bool			 inside;	/* of a member */
	bool			 filling;	/* zero bytes behind the last */
	bool			 more;		/* there was no room for all */
	int			 end;	/* 1: at the end; -1: failed */
	struct buf		 why;
	uint8_t			 out[PIECE];
};

const char *
compressed_kind(struct slice first)
{
	for (size_t i = 0; i < KINDS; i++)
		if (slice_has_prefix(first,
		    (struct slice){ kinds[i].mark, kinds[i].mark_n }))
			return kinds[i].name;
	return NULL;
}

size_t
compressed_suffix(struct slice name)
{
	for (size_t i = 0; i < KINDS; i++) {
		const struct slice	 s = slice_str(kinds[i].suffix);

		if (name.n > s.n && slice_eq(s,
		    (struct slice){ name.p + name.n - s.n, s.n }))
			return s.n;
	}
	return 0;
}

struct compressed *
compressed_new(const char *kind, compressed_feed feed, void *arg)
{
	struct compressed	*c = xmalloc(sizeof(*c));

	c->kind = kinds;
	while (strcmp(c->kind->name, kind) != 0)
		c->kind++;
	c->feed = feed;
	c->arg = arg;
	c->in = (struct slice){ NULL, 0 };
	c->inside = true;
	c->filling = c->more = false;
	c->end = 0;
	c->why = (struct buf){ 0 };
	if ((c->unpack = c->kind->how->begin()) == NULL)
		mem_end("out of memory");
	return c;
}

void
compressed_free(struct compressed *c)
{
	if (c == NULL)
		return;
	c->kind->how->end(c->unpack);
	buf_fini(&c->why);
	free(c);
}

/* It goes no further; the words stand behind the kind's name. */
static void
fail(struct compressed *c, const char *why)
{
	c->end = -1;
	buf_printf(&c->why, "the %s data %s", c->kind->name, why);
}

/* Ask for more compressed bytes; false when there are none. */
static bool
fed(struct compressed *c)
{
	const int	 got = c->feed(c->arg, &c->in);

	if (got == 1)
		return true;
	c->in = (struct slice){ NULL, 0 };
	if (got == -1) {
		c->end = -1;
		buf_str(&c->why, strerror(errno));
	} else if (c->inside)
		fail(c, "is cut short");
	else
		c->end = 1;
	return false;
}

static void
take(struct compressed *c, enum unpack_status status)
{
	switch (status) {
	case UNPACK_ON:
		break;
	case UNPACK_END:
		c->inside = false;
		break;
	case UNPACK_BAD:
		fail(c, "is damaged");
		break;
	case UNPACK_BIG:
		fail(c, "needs more memory than is allowed");
		break;
	case UNPACK_MEMORY:
		mem_end("out of memory");
	}
}

/* Between members: another one, zero bytes, or what does not belong here. */
static void
between(struct compressed *c)
{
	const uint8_t	 first = c->in.p[0];

	if (first == 0) {
		c->filling = true;
		c->in = slice_from(c->in, 1);
	} else if (c->filling || (first != c->kind->mark[0] &&
	    (c->kind->skipped == 0 || (first & 0xf0) != c->kind->skipped))) {
		c->end = -1;
		buf_printf(&c->why, "something else stands behind the %s data",
		    c->kind->name);
	} else {
		c->inside = true;
		take(c, c->kind->how->again(c->unpack));
	}
}

/* What has found no room is asked for before anything else is read. */
static void
unpack_some(struct compressed *c, struct room *out)
{
	take(c, c->kind->how->some(c->unpack, &c->in, out));
	c->more = out->n == 0;
}

int
compressed_more(struct compressed *c, struct slice *bytes)
{
	struct room	 out = { c->out, PIECE };

	while (c->end == 0 && out.n > 0) {
		if (c->in.n == 0 && !(c->more && c->inside) && !fed(c))
			break;
		if (c->inside)
			unpack_some(c, &out);
		else
			between(c);
	}
	*bytes = (struct slice){ c->out, PIECE - out.n };
	if (bytes->n > 0)
		return 1;
	return c->end == 1 ? 0 : -1;
}

const char *
compressed_why(struct compressed *c)
{
	return buf_cstr(&c->why);
}
