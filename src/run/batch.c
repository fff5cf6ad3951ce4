/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * batch.c - records in a row, and what is to be said between them.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "bsm/status.h"
#include "run/batch.h"

#define AT_ONCE	64u			/* records that room is made for */

void
batch_fini(struct batch *b)
{
	free(b->records);
	free(b->notes);
	*b = (struct batch){ 0 };
}

void
batch_clear(struct batch *b)
{
	b->n = b->nnotes = 0;
}

static void
note(struct batch *b, const struct batch_note *one)
{
	struct batch_note	*n;

	b->notes = mem_grow(b->notes, &b->notes_cap, b->nnotes + 1,
	    sizeof(*b->notes));
	n = &b->notes[b->nnotes++];
	*n = *one;
	n->before = b->n;
	n->frame.bytes.p = NULL;	/* they may be gone when it is said */
}

static void
take_record(struct batch *b, const struct frame_record *f, size_t trail,
    uint64_t place)
{
	int	 status;

	if (f->quality == FRAME_RECOVERED)
		note(b, &(struct batch_note){ .kind = BATCH_RECOVERED,
		    .trail = trail, .frame = *f });
	if (b->n == b->cap)
		b->records = mem_grow(b->records, &b->cap, b->n + 1,
		    sizeof(*b->records));
	if ((status = record_head(&b->records[b->n], f)) != 0) {
		note(b, &(struct batch_note){ .kind = BATCH_GAP,
		    .trail = trail, .frame = *f,
		    .why = bsm_strstatus(status) });
		return;
	}
	b->records[b->n++].offset = place;
}

void
batch_take(struct batch *b, const struct frame_record *f, size_t trail,
    uint64_t place)
{
	if (f->kind == FRAME_RECORD)
		take_record(b, f, trail, place);
	else if (f->kind == FRAME_GAP)
		note(b, &(struct batch_note){ .kind = BATCH_GAP,
		    .trail = trail, .frame = *f,
		    .why = frame_strreason(f->reason) });
}

void
batch_take_ahead(struct batch *b, struct frame *f)
{
	size_t	 n;

	do {
		b->records = mem_grow(b->records, &b->cap, b->n + AT_ONCE,
		    sizeof(*b->records));
		n = record_heads(f, b->records + b->n, AT_ONCE);
		b->n += n;
	} while (n == AT_ONCE);
}

void
batch_words(struct batch *b, const char *path, const char *why)
{
	note(b, &(struct batch_note){ .kind = BATCH_WORDS, .path = path,
	    .why = why });
}
