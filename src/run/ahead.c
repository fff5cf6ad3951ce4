/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ahead.c - a finished input, read and cut into records ahead of whoever feeds
 * them to the engine.
 *
 * Everything that can be done to a record without knowing another one is done
 * here: reading, decompression, finding its bounds, its header. It goes into
 * blocks, each of which holds the bytes its records borrow. What is to be said
 * goes with them, since it has its place among the records.
 *
 * A file is read right into its block. Of a directory the records are copied,
 * since each comes from another trail.
 *
 * Finding the tokens of a record is the better part of this, if rules want to
 * know them, and for nothing if not. Nobody has to say so: a block that was
 * used up shows for how many of its records it was done. It is also for nothing
 * if the engine waits meanwhile: so there have to be blocks that are ready.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/relay.h"
#include "run/ahead.h"
#include "run/finished.h"
#include "run/trailset.h"
#include "source/source.h"

#define LOOK_EVERY	16u	/* times a block is filled, until it is seen
				 * again what is wanted of it */
#define READY		2u	/* blocks, and the engine does not wait soon;
				 * without a thread there are none */

struct block {
	struct ahead_block	 shown;		/* comes first */
	uint8_t			*bytes;		/* AHEAD_BYTES */
	size_t			 used;
	struct arena		*others;	/* what is not in there */
	size_t			 cut;		/* records, last time */
	unsigned		 fills;
	bool			 index;		/* find the tokens, too, */
	bool			 indexed;	/* as was done last time */
};

struct ahead {
	const struct input	*in;
	struct spent_laps	*laps;		/* or NULL */
	struct relay		*relay;
	void			*blocks[AHEAD_BLOCKS];
	struct block		*now;		/* being filled */
	char			*why;

	struct file_source	*file;
	struct frame		*frame;
	struct slice		 rest;		/* not in a block yet */
};

/* Bytes that do not stay are copied to where there is room. */
static void
keep(struct block *b, struct slice *bytes)
{
	const uint8_t	*from = bytes->p;

	if (bytes->n > AHEAD_BYTES - b->used) {
		bytes->p = arena_copy(b->others, from, bytes->n);
		return;
	}
	bytes->p = memcpy(b->bytes + b->used, from, bytes->n);
	b->used += bytes->n;
}

/* A file. */

/* What a decoder gives in one go may be more than a block has room for. */
static int
next_piece(struct ahead *a, struct block *b, struct slice *piece)
{
	int	 got;

	*piece = (struct slice){ NULL, 0 };
	if (a->rest.n == 0 && (got = file_more_to(a->file, b->bytes,
	    AHEAD_BYTES, &a->rest)) != 1)
		return got;
	piece->p = a->rest.p;
	piece->n = a->rest.n < AHEAD_BYTES ? a->rest.n : AHEAD_BYTES;
	a->rest.p += piece->n;
	a->rest.n -= piece->n;
	if (piece->p != b->bytes)
		piece->p = memcpy(b->bytes, piece->p, piece->n);
	b->used = AHEAD_BYTES;
	return 1;
}

static bool
is_within(struct slice bytes, struct slice piece)
{
	return (uintptr_t)bytes.p - (uintptr_t)piece.p < piece.n;
}

static bool
fill_from_file(struct ahead *a, struct block *b)
{
	struct frame_record	 f;
	struct slice		 piece;
	const int		 got = next_piece(a, b, &piece);

	spent_on(a->laps, SPENT_READ);
	b->shown.place = place_of(a->frame);
	if (got == 1)
		(void)frame_feed(a->frame, piece.p, piece.n);	/* drained */
	else
		frame_end(a->frame);
	if (got == -1)
		a->why = xstrdup(file_why(a->file));
	else if (got == 0 && file_passing(a->file) > 0)
		a->why = xstrdup(FINISHED_SHORT);
	for (;;) {
		batch_take_ahead(&b->shown.batch, a->frame);
		if (frame_next(a->frame, &f) != 1)
			break;
		if (f.kind == FRAME_RECORD && !is_within(f.bytes, piece))
			keep(b, &f.bytes);
		batch_take(&b->shown.batch, &f, 0, f.offset);
	}
	if (got == 1 || b->shown.batch.n > 0)	/* see finished.c */
		b->shown.place = place_of(a->frame);
	b->shown.bytes = piece.n;
	b->shown.taken = file_taken(a->file);
	return got == 1;
}

/* The trails of a directory. */

static void
on_set_says(void *arg, const char *trail, const char *why)
{
	struct ahead	*a = arg;
	struct arena	*others = a->now->others;

	batch_words(&a->now->shown.batch, arena_str(others, slice_str(trail)),
	    arena_str(others, slice_str(why)));
}

static void
take_one(struct block *b, const struct trailset_record *r)
{
	struct frame_record	 f = r->frame;

	b->shown.bytes += f.bytes.n;
	if (f.kind == FRAME_RECORD)
		keep(b, &f.bytes);
	batch_take(&b->shown.batch, &f, r->number, input_place(r->number,
	    f.offset));
}

/* What follows the record in its trail, as long as all is well. */
static void
take_run(struct trailset *set, struct block *b, struct trailset_record *r)
{
	const struct slice	 run = trailset_ahead(set);
	struct frame_record	*f = &r->frame;
	uint64_t		 offset = f->offset + f->bytes.n;
	size_t			 at = 0, n;

	while (at < run.n &&
	    (n = frame_intact(run.p + at, run.n - at)) > 0 &&
	    n <= AHEAD_BYTES - b->used) {
		*f = (struct frame_record){ .kind = FRAME_RECORD,
		    .bytes = { run.p + at, n }, .offset = offset };
		take_one(b, r);
		at += n;
		offset += n;
	}
	trailset_took(set, at);
}

static bool
fill_from_set(struct ahead *a, struct block *b)
{
	struct trailset		*set = a->in->set;
	struct trailset_record	 r;
	bool			 more = true;

	while (b->shown.bytes < AHEAD_BYTES &&
	    (more = trailset_next(set, &r) == 1)) {
		take_one(b, &r);
		take_run(set, b, &r);
	}
	b->shown.taken = trailset_taken(set);
	return more;
}

/* Blocks. */

/* Were most of the records looked into that were cut last time? */
static bool
most_indexed(const struct block *b)
{
	size_t	 indexed = 0;

	for (size_t i = 0; i < b->cut; i++)
		indexed += b->shown.batch.records[i].indexed;
	return 2 * indexed > b->cut;
}

static void
start(struct block *b)
{
	if (b->bytes == NULL)
		b->bytes = xpages(AHEAD_BYTES);
	b->used = 0;
	arena_free(b->others);
	b->others = arena_new();
	batch_clear(&b->shown.batch);
	b->shown.bytes = 0;
	if (!b->indexed)
		b->index = most_indexed(b);
}

/*
 * The engine asks for the event before the tokens are found, so it gets a
 * record with another header within as it came.
 */
static void
find_tokens(struct record *r)
{
	record_index(r);
	record_as_it_came(r);
}

static bool
fill(void *arg, void *block)
{
	struct ahead	*a = arg;
	struct block	*b = a->now = block;
	struct batch	*made = &b->shown.batch;
	bool		 more;

	spent_begin(a->laps);
	start(b);
	more = a->in->set != NULL ? fill_from_set(a, b) :
	    fill_from_file(a, b);
	spent_on(a->laps, SPENT_CUT);
	b->indexed = b->index && b->fills % LOOK_EVERY != 0 &&
	    relay_ready(a->relay) >= READY;
	for (size_t i = 0; b->indexed && i < made->n; i++)
		find_tokens(&made->records[i]);
	spent_on(a->laps, SPENT_INDEX);
	b->cut = made->n;
	b->fills++;
	return more;
}

struct ahead *
ahead_new(const struct input *in, bool thread, struct spent_laps *laps)
{
	struct ahead			*a = xcalloc(1, sizeof(*a));
	const struct relay_work		 work = { fill, a };

	a->in = in;
	a->laps = laps;
	if (in->set != NULL)
		trailset_on_say(in->set, on_set_says, a);
	else {
		a->file = file_new_piece(in->fd, AHEAD_BYTES);
		a->frame = in->from == NULL ? frame_new() :
		    place_frame(in->from);
		if (in->from != NULL)
			file_pass(a->file, in->from->offset);
	}
	for (size_t i = 0; i < AHEAD_BLOCKS; i++)
		a->blocks[i] = xcalloc(1, sizeof(struct block));
	relay_begin(&a->relay, &work, thread, a->blocks, AHEAD_BLOCKS);
	return a;
}

void
ahead_free(struct ahead *a)
{
	if (a == NULL)
		return;
	relay_free(a->relay);		/* then nobody fills any more */
	for (size_t i = 0; i < AHEAD_BLOCKS; i++) {
		struct block	*b = a->blocks[i];

		batch_fini(&b->shown.batch);
		arena_free(b->others);
		free(b->bytes);
		free(b);
	}
	if (a->in->set != NULL)
		trailset_on_say(a->in->set, NULL, NULL);
	file_free(a->file);
	frame_free(a->frame);
	free(a->why);
	free(a);
}

struct ahead_block *
ahead_next(struct ahead *a)
{
	return relay_take(a->relay);
}

const char *
ahead_why(const struct ahead *a)
{
	return a->why;
}
