/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * strand.c - one trail of a merge, and the item of it that comes next.
 *
 * An item is merged by its own time, or by that of what stands before it in
 * the trail. What is odd about times is noted once for each trail.
 */
#include "select/strand.h"

#include <stdlib.h>

#include "bsm/cursor.h"
#include "bsm/record.h"

/* Records of different processors are written a moment out of order. */
#define JITTER_MS 1000

void
strand_free(struct strand *s)
{
	if (s->spool != NULL) {
		buf_fini(&s->spool->buf);
		free(s->spool);
	}
	frame_free(s->frame);
	free(s);
}

/* Something new to say of the trail. */
static void
note(struct strand *s, enum merge_note what)
{
	if (s->noted)
		return;
	s->noted = true;
	s->head.note = what;
}

/* The time of a record, and what is odd about it. */
static void
set_time(struct strand *s, const struct merge_key *key, int64_t ms)
{
	s->key = *key;
	if (!s->timed && s->in.start > key->seconds)
		note(s, MERGE_EARLY);
	if (s->timed && s->ms > ms && (uint64_t)s->ms - (uint64_t)ms >=
	    JITTER_MS)
		note(s, MERGE_BACKWARDS);
	s->timed = true;
	s->ms = ms;
}

static void
key_of_record(struct strand *s)
{
	struct record	 r;

	if (record_head(&r, &s->head.frame) != 0)
		return;
	set_time(s, &(struct merge_key){ r.seconds, r.fraction,
	    r.version == 2 ? MERGE_NANO : MERGE_MILLI }, record_millis(&r));
}

/* A file token at the front has a time, too. */
static void
key_of(struct strand *s)
{
	const struct frame_record	*f = &s->head.frame;

	s->head.note = MERGE_FINE;
	s->head.trail = s->number;
	if (f->kind == FRAME_RECORD)
		key_of_record(s);
	else if (f->kind == FRAME_FILE && !s->timed)
		s->key.seconds = f->bytes.p[0] == TOK_FILE32 ?
		    be32(f->bytes.p + 1) :
		    (int64_t)(be64(f->bytes.p + 1) & INT64_MAX);
}

/* So, of a record whose time is known. */
static void
key_of_time(struct strand *s)
{
	const struct judged_time	*t = &s->time;

	s->head.note = MERGE_FINE;
	s->head.trail = s->number;
	set_time(s, &(struct merge_key){ t->seconds, t->fraction,
	    t->nano ? MERGE_NANO : MERGE_MILLI }, record_time_millis(
	    t->nano ? 2 : 0, (uint64_t)t->seconds, t->fraction));
}

static bool
advance_spool(struct strand *s, bool *failed)
{
	const int	 got = spool_next(s->spool, &s->head, &s->key);

	if (got == -1)
		*failed = true;
	s->number = s->head.trail;
	return got == 1;
}

/* The next item of what is at hand; false when there is none. */
static bool
next_item(struct strand *s)
{
	if (judged_next(&s->at, &s->head.frame, &s->head.judged, &s->time,
	    &s->plain)) {
		if (s->plain)
			key_of_time(s);
		else
			key_of(s);
		return true;
	}
	if (frame_next(s->frame, &s->head.frame) != 1)
		return false;
	key_of(s);
	return true;
}

bool
strand_advance(struct strand *s, bool *failed)
{
	struct slice	 bytes;

	if (s->spool != NULL)
		return advance_spool(s, failed);
	while (!next_item(s)) {
		if (s->ended)
			return false;
		s->at = (struct judged_at){ 0 };	/* it is given back */
		switch (s->in.more(s->in.arg, &bytes)) {
		case 1:			/* nothing is left of those before */
			(void)frame_feed(s->frame, bytes.p, bytes.n);
			break;
		case MERGE_JUDGED:
			judged_begin(&s->at, s->in.judged(s->in.arg));
			break;
		default:
			s->ended = true;
			frame_end(s->frame);
		}
	}
	return true;
}

void
strand_took(struct strand *s, struct slice record)
{
	s->head.frame = (struct frame_record){ .bytes = record };
	key_of_record(s);
}

/*
 * Time that runs backwards by so much as to be said does so in seconds, too.
 */
void
strand_run(struct strand *s, int64_t until)
{
	if (!s->plain || s->spool != NULL || s->head.note != MERGE_FINE)
		return;
	judged_more(&s->at, &s->head.frame, &s->head.judged, &s->time, until,
	    s->noted);
	if (s->head.judged.records > 1)
		key_of_time(s);
}
