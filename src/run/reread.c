/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reread.c - the records of an alert's steps, read again when it is raised.
 *
 * A step knows only where its record begins. What is read there has to be a
 * record again, of the same quality; a file that was cut or rewritten since is
 * noticed that way, and the step stays empty. The completing record is still
 * at hand and is never read again.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "bsm/cursor.h"
#include "bsm/token.h"
#include "run/reread.h"

#define GUESS	4096u			/* bytes; most records are shorter */
#define REPAIR	(64u << 10)		/* looked at for a broken record */

struct reread {
	struct alert_step	*copy;
	size_t			*at;	/* places in `bytes`, while it grows */
	size_t			 copy_cap, at_cap;
	struct buf		 bytes;
};

struct reread *
reread_new(void)
{
	struct reread	*s = xcalloc(1, sizeof(*s));

	buf_init(&s->bytes, REREAD_BYTES_MAX);
	return s;
}

void
reread_free(struct reread *s)
{
	if (s == NULL)
		return;
	free(s->copy);
	free(s->at);
	buf_fini(&s->bytes);
	free(s);
}

/* Does a record with a header of this size end here as it should? */
static bool
ends_well(struct slice rec)
{
	const uint8_t	*t = rec.p + rec.n - TRAILER_SIZE;

	return t[0] == TOK_TRAILER && be16(t + 1) == TRAILER_MAGIC &&
	    be32(t + 3) == rec.n;
}

/* The size that the header at the start claims; 0 when there is none. */
static size_t
claimed(struct slice in)
{
	uint32_t	 size;

	if (in.n < HEADER_MIN || !token_is_header(in.p[0]))
		return 0;
	size = be32(in.p + 1);
	return size < HEADER_MIN || size > FRAME_RECORD_MAX ? 0 : size;
}

/* The size of the record at the start after the repairs of frame.c. */
static size_t
repaired(struct slice in)
{
	struct frame		*f = frame_new();
	struct frame_record	 rec;
	size_t			 size = 0;

	(void)frame_feed(f, in.p, in.n);	/* a new frame is never busy */
	frame_end(f);
	if (frame_next(f, &rec) == 1 && rec.kind == FRAME_RECORD &&
	    rec.offset == 0)
		size = rec.bytes.n;
	frame_free(f);
	return size;
}

static size_t
read_more(struct buf *b, size_t start, const struct input *in, uint64_t offset,
    size_t want)
{
	uint8_t	*room;
	ssize_t	 n;

	b->n = start;
	if ((room = buf_room(b, want)) == NULL)
		return 0;
	n = input_at(in, offset, room, want);
	return n <= 0 ? 0 : (size_t)n;
}

/* Append the record of a step; false when it is not there any more. */
static bool
read_step(struct buf *b, const struct input *in, const struct alert_step *step)
{
	const size_t	 start = b->n;
	const uint64_t	 offset = step->offset;
	struct slice	 have;
	size_t		 size, n;

	n = read_more(b, start, in, offset, GUESS);
	have = (struct slice){ b->p + start, n };
	size = claimed(have);
	if (size > n) {
		n = read_more(b, start, in, offset, size);
		have = (struct slice){ b->p + start, n };
	}
	if (size > n || (size > 0 && step->quality != FRAME_WEAK &&
	    !ends_well((struct slice){ have.p, size })))
		size = 0;
	if (size == 0 && step->quality == FRAME_RECOVERED) {
		n = read_more(b, start, in, offset, REPAIR);
		size = repaired((struct slice){ b->p + start, n });
	}
	b->n = start + size;
	return size > 0;
}

struct alert_step *
reread_steps(struct reread *s, const struct engine *e,
    const struct input *const *inputs, const struct alert *a, size_t *gone)
{
	struct alert_step	*step;

	s->copy = mem_grow(s->copy, &s->copy_cap, a->nsteps + 1,
	    sizeof(*s->copy));
	s->at = mem_grow(s->at, &s->at_cap, a->nsteps + 1, sizeof(*s->at));
	buf_clear(&s->bytes);
	*gone = 0;
	for (size_t i = 0; i < a->nsteps; i++) {
		const struct input	*in = inputs[a->steps[i].source];

		step = &s->copy[i];
		*step = a->steps[i];
		step->bytes = (struct slice){ 0 };
		s->at[i] = s->bytes.n;
		if (!in->again)
			engine_kept(e, step);
		else if (step->source == a->source &&
		    step->offset == a->last->offset)
			step->bytes = a->last->bytes;
		else if (read_step(&s->bytes, in, step))
			step->bytes.n = s->bytes.n - s->at[i];
		if (in->set != NULL)
			step->offset = input_offset(step->offset);
		*gone += step->bytes.n == 0;
	}
	for (size_t i = 0; i < a->nsteps; i++) {
		step = &s->copy[i];
		if (step->bytes.p == NULL && step->bytes.n > 0)
			step->bytes.p = s->bytes.p + s->at[i];
	}
	return s->copy;
}
