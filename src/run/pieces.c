/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pieces.c - the bytes of a finished file, read and decompressed ahead by a
 * thread of its own.
 *
 * What is said of a piece goes with it, since the thread is further on when
 * somebody asks.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/relay.h"
#include "run/pieces.h"
#include "source/source.h"

struct block {
	uint8_t		*bytes;
	int		 got;		/* of file_more() */
	size_t		 n;
	uint64_t	 taken;
	const char	*compression;
};

struct pieces {
	struct file_source	*file;
	struct relay		*relay;
	struct block		*blocks;
	void			**list;		/* of them */
	size_t			 n, piece;
	const struct block	*given;		/* the last one, or NULL */
	struct slice		 rest;		/* not in a block yet */
	char			*why;
};

/* What a decoder gives in one go may be more than a piece. */
static int
fill_bytes(struct pieces *p, struct block *b)
{
	int	 got;

	b->n = 0;
	if (p->rest.n == 0 && (got = file_more_to(p->file, b->bytes, p->piece,
	    &p->rest)) != 1)
		return got;
	b->n = p->rest.n < p->piece ? p->rest.n : p->piece;
	if (p->rest.p != b->bytes)
		memcpy(b->bytes, p->rest.p, b->n);
	p->rest.p += b->n;
	p->rest.n -= b->n;
	return 1;
}

static bool
fill(void *arg, void *block)
{
	struct pieces	*p = arg;
	struct block	*b = block;

	if (b->bytes == NULL)
		b->bytes = xpages(p->piece);
	b->got = fill_bytes(p, b);
	if (b->got == -1)
		p->why = xstrdup(file_why(p->file));
	b->taken = file_taken(p->file);
	b->compression = file_compression(p->file);
	return b->got == 1;
}

struct pieces *
pieces_new(int fd, size_t piece, size_t n)
{
	struct pieces			*p = xcalloc(1, sizeof(*p));
	const struct relay_work		 work = { fill, p };

	p->file = file_new_piece(fd, piece);
	p->piece = piece;
	p->n = n;
	p->blocks = xcalloc(n, sizeof(*p->blocks));
	p->list = xcalloc(n, sizeof(*p->list));
	for (size_t i = 0; i < n; i++)
		p->list[i] = &p->blocks[i];
	p->relay = relay_new(&work, true, p->list, n);
	return p;
}

void
pieces_free(struct pieces *p)
{
	if (p == NULL)
		return;
	relay_free(p->relay);		/* then nobody fills any more */
	for (size_t i = 0; i < p->n; i++)
		free(p->blocks[i].bytes);
	free(p->blocks);
	free(p->list);
	file_free(p->file);
	free(p->why);
	free(p);
}

int
pieces_more(struct pieces *p, struct slice *bytes)
{
	const struct block	*b = relay_take(p->relay);

	if (b == NULL)
		return 0;
	p->given = b;
	*bytes = (struct slice){ b->bytes, b->n };
	return b->got;
}

const char *
pieces_why(const struct pieces *p)
{
	return p->why;
}

const char *
pieces_compression(const struct pieces *p)
{
	return p->given == NULL ? NULL : p->given->compression;
}

uint64_t
pieces_taken(const struct pieces *p)
{
	return p->given == NULL ? 0 : p->given->taken;
}
