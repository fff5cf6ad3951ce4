/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sifted.c - finished files, read and judged ahead by a few threads.
 *
 * Of each file there is a row of blocks (base/mill.h). A block is filled until
 * it has as many records, or bytes of wanted ones, as it can take, and no
 * further than the end of the file: what that means is said when all before it
 * was used up. Where files are fewer than threads, each is read by a thread of
 * its own, and judged by another.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/mill.h"
#include "run/pieces.h"
#include "run/sifted.h"
#include "source/source.h"

#define BLOCK_MAX	(256u << 10)	/* bytes, half of them for times */
#define BLOCK_MIN	(8u << 10)
#define BLOCKS_MAX	1024u
#define PIECE		(256u << 10)	/* bytes, read by another thread */
#define PIECES		4u

struct sifters {
	struct mill	*mill;		/* NULL until there is a file */
	struct criteria	*criteria;
	struct criteria	**own;		/* each thread's, as the mill */
	unsigned	 n, threads;
};

struct sifted {
	struct sifters		*by;
	struct file_source	*file;		/* or, read by another: */
	struct pieces		*pieces;
	struct frame		*frame;
	struct mill_row		*row;
	struct sifted_block	*blocks;
	void			**list;		/* of them */
	size_t			 n;
	bool			 ended;
	int			 end;		/* to be told with a block */
	char			*why;
};

struct sifters *
sifters_new(struct criteria *c, unsigned threads)
{
	struct sifters	*by = xcalloc(1, sizeof(*by));

	by->criteria = c;
	by->n = threads > 0 ? threads : 1;
	by->threads = threads;
	return by;
}

/* Most trails are a file that nobody wants to hand over. */
static void
begin(struct sifters *by)
{
	by->own = xcalloc(by->n, sizeof(struct criteria *));
	for (unsigned i = 0; i < by->n; i++)
		by->own[i] = criteria_share(by->criteria);
	by->mill = mill_new(by->threads);
}

bool
sifters_are_slow(const struct sifters *by)
{
	return criteria_has_where(by->criteria);
}

void
sifters_free(struct sifters *by)
{
	if (by == NULL)
		return;
	mill_free(by->mill);
	for (unsigned i = 0; by->own != NULL && i < by->n; i++)
		criteria_join(by->criteria, by->own[i]);
	free(by->own);
	free(by);
}

/* Lend the frame what comes next in the file. */
static void
read_on(struct sifted *s)
{
	struct slice	 bytes;
	const int	 got = s->pieces != NULL ?
	    pieces_more(s->pieces, &bytes) : file_more(s->file, &bytes);

	if (got == 1) {
		(void)frame_feed(s->frame, bytes.p, bytes.n);
		return;
	}
	if (got == -1)
		s->why = xstrdup(s->pieces != NULL ? pieces_why(s->pieces) :
		    file_why(s->file));
	frame_end(s->frame);
	s->ended = true;
	s->end = got;
}

static bool
fill(void *arg, unsigned worker, void *block)
{
	struct sifted		*s = arg;
	struct sifted_block	*b = block;
	struct criteria		*c = s->by->own[worker];
	bool			 more = false;

	judged_clear(&b->judged);
	for (;;) {
		b->end = s->end;
		s->end = 1;		/* nothing, from now on */
		more = !judged_fill(&b->judged, c, s->frame);
		if (more || s->ended)
			break;
		read_on(s);
		more = s->end != 1;
		if (more && b->judged.n > 0)
			break;		/* the next block tells it */
	}
	if (s->pieces != NULL) {
		b->taken = pieces_taken(s->pieces);
		b->compression = pieces_compression(s->pieces);
	} else {
		b->taken = file_taken(s->file);
		b->compression = file_compression(s->file);
	}
	return more;
}

static void
make_blocks(struct sifted *s, size_t room)
{
	size_t	 size = BLOCK_MAX;

	while (size > BLOCK_MIN && room / size < 2)
		size /= 2;
	s->n = room / size < 2 ? 2 : room / size;
	if (s->n > BLOCKS_MAX)
		s->n = BLOCKS_MAX;
	s->blocks = xcalloc(s->n, sizeof(*s->blocks));
	s->list = xcalloc(s->n, sizeof(*s->list));
	for (size_t i = 0; i < s->n; i++) {
		judged_init(&s->blocks[i].judged, size / 2 / JUDGED_ITEM,
		    size / 2);
		s->list[i] = &s->blocks[i];
	}
}

struct sifted *
sifted_new(struct sifters *by, int fd, const struct sifted_size *size)
{
	struct sifted			*s = xcalloc(1, sizeof(*s));
	const struct mill_work		 work = { fill, s };

	if (by->mill == NULL)
		begin(by);
	s->by = by;
	s->end = 1;
	if (size->alone)
		s->pieces = pieces_new(fd, PIECE, PIECES);
	else
		s->file = file_new_piece(fd, size->piece);
	s->frame = frame_new();
	make_blocks(s, size->room);
	s->row = mill_add(by->mill, &work, s->list, s->n);
	return s;
}

void
sifted_free(struct sifted *s)
{
	if (s == NULL)
		return;
	mill_remove(s->row);		/* then nobody fills any more */
	for (size_t i = 0; i < s->n; i++)
		judged_fini(&s->blocks[i].judged);
	free(s->blocks);
	free(s->list);
	frame_free(s->frame);
	file_free(s->file);
	pieces_free(s->pieces);
	free(s->why);
	free(s);
}

const struct sifted_block *
sifted_next(struct sifted *s)
{
	return mill_take(s->row);
}

const char *
sifted_why(const struct sifted *s)
{
	return s->why;
}
