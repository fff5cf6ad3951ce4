/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream.c - one source: its bytes to records, and the records to the engine.
 *
 * All records of a piece are through before the next one is asked for, so
 * nothing borrowed outlives its piece. Some are held back on the way, so that
 * the engine can look ahead; their order, and that of what is said of damage
 * between them, is the order of the trail. Whoever reads ahead does the first
 * half of this itself (run/ahead.c).
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "run/figures.h"
#include "run/stream.h"
#include "run/trailset.h"
#include "run/watching.h"

#define HELD	64u		/* records that are fed at once, if they stay */

void
stream_init(struct stream *s, struct watching *run, const struct input *in,
    uint32_t number)
{
	const struct trailset	*set = in->set;

	*s = (struct stream){ .run = run, .in = in, .number = number,
	    .frame = frame_new() };
	s->ntrails = set == NULL ? 1 : trailset_count(set);
	s->damage = xcalloc(s->ntrails, sizeof(*s->damage));
	for (size_t i = 0; i < s->ntrails; i++)
		s->damage[i].trail = set == NULL ? in->path :
		    trailset_trail(set, i)->path;
}

void
stream_fini(struct stream *s)
{
	frame_free(s->frame);
	batch_fini(&s->held);
	free(s->damage);
}

const char *
stream_name(const struct stream *s)
{
	const char	*slash;

	if (s->turn != NULL) {
		slash = strrchr(s->turn->path, '/');
		return slash == NULL ? s->turn->path : slash + 1;
	}
	return s->in->set == NULL ? s->in->name :
	    trailset_trail(s->in->set, s->at)->name;
}

static struct frame *
frame_of(const struct stream *s)
{
	return s->turn == NULL ? s->frame : s->turn->frame;
}

static struct damage *
damage_of(struct stream *s, size_t trail)
{
	return s->turn == NULL ? &s->damage[trail] : &s->turn->damage;
}

static void
say(struct stream *s, const struct batch_note *n)
{
	const struct input	 about = { .path = n->path };

	progress_hide(&s->run->progress);
	switch (n->kind) {
	case BATCH_GAP:
		s->run->result->gaps += damage_gap(damage_of(s,
		    n->trail), &n->frame, n->why);
		break;
	case BATCH_RECOVERED:
		damage_recovered(damage_of(s, n->trail), &n->frame);
		break;
	case BATCH_WORDS:
		watching_say(s->run, &about, n->why);
		break;
	}
}

/* Of this machine: what the program itself did is left out. */
static void
feed_own(struct stream *s, struct record *r, size_t n)
{
	struct watching	*run = s->run;

	for (size_t i = 0; i < n; i++) {
		record_index(&r[i]);
		if (!self_own(&run->self, run->triggers, &r[i]))
			engine_feed(run->engine, s->number, &r[i]);
	}
}

/* How many of these come from the trail of the first. */
static size_t
same_trail(const struct record *r, size_t n)
{
	size_t	 same = 1;

	while (same < n && input_trail(r[same].offset) ==
	    input_trail(r->offset))
		same++;
	return same;
}

/* Those of the batch from one place up to another. */
static void
feed_records(struct stream *s, struct batch *b, size_t from, size_t to)
{
	for (size_t some; from < to; from += some) {
		struct record	*r = &b->records[from];

		some = to - from;
		if (s->in->set != NULL) {
			some = same_trail(r, some);
			s->at = input_trail(r->offset);
		}
		if (s->in->own_host)
			feed_own(s, r, some);
		else
			engine_feed_many(s->run->engine, s->number, r, some);
		s->version = r[some - 1].version;
		s->records += some;
		s->run->records += some;
	}
}

/* Records in their order, and what is said of damage between them. */
static void
play(struct stream *s, struct batch *b)
{
	size_t	 at = 0;

	for (size_t i = 0; i < b->nnotes; i++) {
		feed_records(s, b, at, b->notes[i].before);
		at = b->notes[i].before;
		say(s, &b->notes[i]);
	}
	feed_records(s, b, at, b->n);
	batch_clear(b);
}

void
stream_flush(struct stream *s)
{
	raising_flush(&s->run->raising);
}

void
stream_play(struct stream *s, struct batch *b)
{
	struct spent	*spent = s->run->spent;

	if (spent != NULL && s->piece.p == NULL)	/* else it has begun */
		spent_begin(&spent->here);
	play(s, b);
	stream_flush(s);
	if (spent != NULL) {
		profile_end(spent->profile);
		spent_on(&spent->here, SPENT_FED);
	}
}

/* Do these bytes stay while the frame goes on? */
static bool
stays(const struct stream *s, struct slice bytes)
{
	return (uintptr_t)bytes.p - (uintptr_t)s->piece.p < s->piece.n;
}

/* All that the engine can take from the bytes by itself. */
static void
feed_intact(struct stream *s)
{
	struct frame		*frame = frame_of(s);
	const struct slice	 ahead = frame_ahead(frame);
	struct engine_fed	 fed;

	if (frame_intact(ahead.p, ahead.n) == 0)
		return;
	play(s, &s->held);
	fed = engine_feed_bytes(s->run->engine, s->number, ahead,
	    frame_offset(frame));
	frame_took(frame, fed.bytes);
	if (fed.records > 0)
		s->version = fed.version;
	s->records += fed.records;
	s->run->records += fed.records;
}

/* Run what the frame has through the engine. */
void
stream_drain(struct stream *s)
{
	struct frame_record	 f;

	for (;;) {
		if (!s->in->own_host)
			feed_intact(s);
		if (frame_next(frame_of(s), &f) != 1)
			break;
		batch_take(&s->held, &f, 0, f.offset);
		if (s->held.n == HELD || !stays(s, f.bytes))
			play(s, &s->held);
	}
	stream_play(s, &s->held);
}

void
stream_feed(struct stream *s, const void *bytes, size_t n)
{
	s->run->bytes += n;
	s->piece = (struct slice){ bytes, n };
	if (s->run->spent != NULL)
		spent_begin(&s->run->spent->here);
	(void)frame_feed(frame_of(s), bytes, n);	/* never busy */
	stream_drain(s);
	s->piece = (struct slice){ NULL, 0 };
}

void
stream_quiet(struct stream *s)
{
	frame_quiet(frame_of(s));
	stream_drain(s);
}

void
stream_turn(struct stream *s, struct following_trail *t)
{
	s->turn = t;
}

void
stream_cut(struct stream *s, const struct frame_record *f)
{
	batch_take(&s->held, f, 0, f->offset);
	play(s, &s->held);
}

void
stream_left(struct stream *s)
{
	const struct damage	*d = &s->turn->damage;

	stream_drain(s);
	damage_end(d);
	s->damage[0].gaps += d->gaps;
	s->damage[0].skipped += d->skipped;
	s->damage[0].recovered += d->recovered;
	s->turn = NULL;
}

/* One line for a trail that was read to its end. */
static void
summarize(struct stream *s)
{
	struct watching	*run = s->run;
	struct buf	 text = { 0 };
	uint64_t	 skipped = 0;

	if (s->records > 0 &&
	    (s->version < 2 || s->version > 4))
		run->result->bsd = true;
	progress_hide(&run->progress);
	for (size_t i = 0; i < s->ntrails; i++) {
		if (!s->in->followed)	/* else it was, of each trail */
			damage_end(&s->damage[i]);
		skipped += s->damage[i].skipped;
	}
	if (!run->o->summary)
		return;
	figures_count(&text, s->records, "record");
	buf_str(&text, ", ");
	figures_count(&text, s->alerts, "alert");
	buf_str(&text, ", ");
	figures_count(&text, skipped, "byte");
	buf_str(&text, " skipped, ");
	figures_count(&text, engine_waiting(run->engine, s->number),
	    "sequence");
	buf_str(&text, " still waiting");
	watching_say(run, s->in, buf_cstr(&text));
	buf_fini(&text);
}

void
stream_end(struct stream *s, const char *why)
{
	struct watching	*run = s->run;

	if (s->ended)
		return;
	s->ended = true;
	if (!run->stop)			/* else what is left is not damage */
		frame_end(frame_of(s));
	stream_drain(s);
	if (why != NULL) {
		watching_say(run, s->in, why);
		run->result->failed = true;
	}
	summarize(s);
}
