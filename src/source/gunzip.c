/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gunzip.c - gzip, with all that a file cut short still holds.
 *
 * libarchive keeps back what it has decoded of a block when the file ends
 * before the block is full, and does not compare checksums. A trail that is
 * cut short is often smaller than that block, and gzip is what most are
 * compressed with: so it goes through zlib itself.
 *
 * Members that follow each other are one stream, as for gzip(1), and so are
 * zero bytes behind the last, with which tapes were filled up.
 */
#include "source/gunzip.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/mem.h"

#define GUNZIP_PIECE	(64u << 10)	/* bytes given at once */
#define GUNZIP_BITS	(15 + 16)	/* any window, a gzip header */

struct gunzip {
	compressed_feed	 feed;
	void		*arg;
	struct slice	 in;		/* compressed, not used yet */
	z_stream	 z;
	bool		 begun;		/* inside a member */
	bool		 filling;	/* zero bytes behind the last */
	int		 end;		/* 0: goes on; 1: at the end; -1 */
	char		 why[128];
	uint8_t		 out[GUNZIP_PIECE];
};

struct gunzip *
gunzip_new(compressed_feed feed, void *arg)
{
	struct gunzip	*g = xmalloc(sizeof(*g));

	g->feed = feed;
	g->arg = arg;
	g->in = (struct slice){ NULL, 0 };
	g->z = (z_stream){ 0 };
	g->begun = true;
	g->filling = false;
	g->end = 0;
	g->why[0] = '\0';
	if (inflateInit2(&g->z, GUNZIP_BITS) != Z_OK)
		mem_end("zlib: out of memory");
	return g;
}

void
gunzip_free(struct gunzip *g)
{
	if (g == NULL)
		return;
	(void)inflateEnd(&g->z);	/* frees; nothing to be done if not */
	free(g);
}

static void
fail(struct gunzip *g, const char *why)
{
	const size_t	 n = strlen(why) < sizeof(g->why) ? strlen(why) :
	    sizeof(g->why) - 1;

	memcpy(g->why, why, n);
	g->why[n] = '\0';
	g->end = -1;
}

/* Ask for more compressed bytes; false when there are none. */
static bool
fed(struct gunzip *g)
{
	const int	 got = g->feed(g->arg, &g->in);

	if (got == 1)
		return true;
	g->in = (struct slice){ NULL, 0 };
	if (got == -1)
		fail(g, strerror(errno));
	else if (g->begun)
		fail(g, "the gzip data is cut short");
	else
		g->end = 1;
	return false;
}

/* Between members: another one, zero bytes, or what does not belong here. */
static void
between(struct gunzip *g)
{
	if (g->in.p[0] == 0) {
		g->filling = true;
		g->in.p++;
		g->in.n--;
	} else if (g->filling || g->in.p[0] != 0x1f) {
		fail(g, "something else stands behind the gzip data");
	} else {
		(void)inflateReset(&g->z);	/* never fails once begun */
		g->begun = true;
	}
}

/* Inflate what there is into the rest of the room. */
static void
inflate_some(struct gunzip *g)
{
	const uInt	 n = g->in.n > INT_MAX ? INT_MAX : (uInt)g->in.n;
	int		 rc;

	g->z.next_in = (z_const Bytef *)(uintptr_t)g->in.p;
	g->z.avail_in = n;
	rc = inflate(&g->z, Z_NO_FLUSH);
	g->in.p += n - g->z.avail_in;
	g->in.n -= n - g->z.avail_in;
	switch (rc) {
	case Z_OK:
	case Z_BUF_ERROR:		/* only more input, or room */
		break;
	case Z_STREAM_END:
		g->begun = false;
		break;
	case Z_MEM_ERROR:
		mem_end("zlib: out of memory");
	default:
		fail(g, "the gzip data is damaged");
	}
}

int
gunzip_more(struct gunzip *g, struct slice *bytes)
{
	g->z.next_out = g->out;
	g->z.avail_out = GUNZIP_PIECE;
	while (g->end == 0 && g->z.avail_out > 0) {
		if (g->in.n == 0 && !fed(g))
			break;
		if (g->begun)
			inflate_some(g);
		else
			between(g);
	}
	*bytes = (struct slice){ g->out, GUNZIP_PIECE - g->z.avail_out };
	if (bytes->n > 0)
		return 1;
	return g->end == 1 ? 0 : -1;
}

const char *
gunzip_why(const struct gunzip *g)
{
	return g->why;
}
