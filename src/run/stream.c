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

#include "base/hash.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "print/spell.h"
#include "run/figures.h"
#include "run/seam.h"
#include "run/spot.h"
#include "run/stream.h"
#include "run/teller.h"
#include "run/trailset.h"
#include "run/wary.h"
#include "run/watching.h"
#include "run/worker.h"

#define HELD	64u		/* records that are fed at once, if they stay */

/* The same in each worker: by it the parent knows a trail. */
static uint64_t
trail_id(const struct input *in, const struct following_trail *t)
{
	static const struct hash_key	 same_for_all = { 0x7472, 0x6169 };
	struct buf			 b = { 0 };
	uint64_t			 id;

	buf_str(&b, in->path);
	if (t != NULL) {
		buf_char(&b, '\0');
		buf_str(&b, in->host == NULL ? "" : in->host);
		buf_u64(&b, (uint64_t)t->start);
	}
	id = hash_bytes(&same_for_all, buf_bytes(&b));
	buf_fini(&b);
	return id;
}

void
stream_init(struct stream *s, struct watching *run, const struct input *in,
    uint32_t number)
{
	const struct trailset	*set = in->set;

	*s = (struct stream){ .run = run, .in = in, .number = number,
	    .frame = frame_new(), .id = trail_id(in, NULL) };
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
	seam_free(s->seam);
	if (s->own != NULL)
		input_close(s->own);
	free(s->own);
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

void
stream_say(struct stream *s, const struct batch_note *n)
{
	const struct input	 about = { .path = n->path };

	if (s->run->teller != NULL) {
		teller_tell(s->run->teller, &(struct tiding){
		    .kind = TIDING_NOTE, .stream = s->number, .note = n });
		return;
	}
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
		if (self_own(&run->self, run->triggers, &r[i]))
			continue;
		record_as_it_came(&r[i]);
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

/* For whoever asks what was worked on, if this process dies of it. */
static void
note_spot(const struct stream *s, enum spot_work work, uint64_t from,
    uint64_t until)
{
	struct spot	*spot = s->run->spot;

	if (spot == NULL)
		return;
	if (spot->id != s->id)
		spot_trail(spot, s->id, s->in->finished || s->turn != NULL,
		    s->turn == NULL ? s->damage[0].trail :
		    s->turn->damage.trail);
	spot_note(spot, work, s->wary, from, until);
}

void
stream_rests(struct stream *s)
{
	if (s->run->spot != NULL)
		spot_rest(s->run->spot);
}

/* Is the frame about to cut a place at which another worker has died? */
static bool
is_near(const struct stream *s)
{
	return s->run->wary != NULL && wary_near(s->run->wary, s->id,
	    frame_offset(frame_of(s)), frame_lent(frame_of(s)) + 1);
}

bool
stream_is_wary(const struct stream *s)
{
	return wary_of(s->run->wary, s->id);
}

bool
stream_reads(struct stream *s, uint64_t ahead)
{
	const uint64_t	 at = ahead > 0 ? s->place.offset :
	    frame_lent(frame_of(s));

	if (wary_find(s->run->wary, POISON_END, s->id, 0, at + 1) != NULL)
		return false;
	s->wary = ahead == 0 && is_near(s);
	note_spot(s, SPOT_READ, at, at + ahead + 1);
	return true;
}

/* Those of the batch from one place up to another. */
static void
feed_records(struct stream *s, struct batch *b, size_t from, size_t to)
{
	for (size_t some; from < to; from += some) {
		struct record	*r = &b->records[from];

		some = to - from;
		note_spot(s, SPOT_FEED, r->offset, r[some - 1].offset +
		    r[some - 1].bytes.n);
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
		stream_say(s, &b->notes[i]);
	}
	feed_records(s, b, at, b->n);
	batch_clear(b);
}

void
stream_flush(struct stream *s)
{
	if (s->run->teller == NULL)
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
	stream_rests(s);
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

/* Of a source that cannot be read again, what was there before this record. */
static void
say_gap(struct stream *s, int64_t from, int64_t until)
{
	struct buf	 text = { 0 };
	uint8_t		*room;

	s->missed++;
	s->run->result->gaps++;
	buf_str(&text, "records between ");
	room = buf_room(&text, SPELL_TIME_MAX);
	text.n += spell_rfc3339(room, from);
	buf_str(&text, " and ");
	room = buf_room(&text, SPELL_TIME_MAX);
	text.n += spell_rfc3339(room, until);
	buf_str(&text, " were not seen");
	watching_say(s->run, s->in, buf_cstr(&text));
	buf_fini(&text);
}

/* Was it fed already? Else it is noted, and what is missing before it said. */
static bool
was_seen(struct stream *s, const struct frame_record *f)
{
	struct record	 r;
	int64_t		 before = 0;
	enum seam_is	 is;

	if (s->seam == NULL || f->kind != FRAME_RECORD ||
	    record_head(&r, f) != 0)
		return false;
	(void)seam_time(s->seam, &before);
	is = seam_look(s->seam, f->bytes, record_millis(&r));
	if (is == SEAM_AFTER_GAP)
		say_gap(s, before, record_millis(&r));
	return is == SEAM_SEEN;
}

/* The last of the intact records in these bytes, of a live source. */
static void
note_last(const struct stream *s, struct slice fed)
{
	struct record	 r;
	size_t		 n, at = 0, last = 0;

	if (s->seam == NULL)
		return;
	for (; (n = frame_intact(fed.p + at, fed.n - at)) > 0; at += n)
		last = at;
	if (at > 0 && record_head_intact(&r, (struct slice){ fed.p + last,
	    at - last }, 0) == 0)
		seam_last(s->seam, record_millis(&r));
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
	note_spot(s, SPOT_FEED, frame_offset(frame), frame_offset(frame) +
	    ahead.n);
	fed = engine_feed_bytes(s->run->engine, s->number, ahead,
	    frame_offset(frame) + s->shift);
	note_last(s, (struct slice){ ahead.p, fed.bytes });
	frame_took(frame, fed.bytes);
	if (fed.records > 0)
		s->version = fed.version;
	s->records += fed.records;
	s->run->records += fed.records;
}

/* In a place where another worker has died. */

static void
say_left_out(struct stream *s, const struct poison_place *l, uint64_t n,
    bool kept)
{
	const struct input	 about = { .path = damage_of(s, 0)->trail };
	struct buf		 text = { 0 };

	buf_printf(&text, "%s at byte %llu is left out, since the worker has "
	    "died of it twice: ", l->what == POISON_RECORD ? "the record" :
	    "what is", (unsigned long long)l->from);
	figures_count(&text, n, "byte");
	if (l->name == NULL)
		buf_str(&text, ", not kept");
	else {
		buf_str(&text, kept ? ", kept as " : ", which were kept as ");
		buf_escape(&text, slice_str(l->name));
	}
	watching_say(s->run, &about, buf_cstr(&text));
	buf_fini(&text);
}

/* Nobody looks into these bytes any more. */
static void
set_aside(struct stream *s, struct poison_place *l, struct slice bytes)
{
	const bool	 kept = wary_keep(l, bytes);

	s->run->aside++;
	say_left_out(s, l, bytes.n, kept);
	if (kept && s->run->o->worker != NULL)
		worker_kept(s->run->o->worker, l);
}

/* A record of which two have died. Else it is noted, by itself. */
static bool
is_left_out(struct stream *s, const struct frame_record *f)
{
	struct poison_place	*l;

	if (f->kind != FRAME_RECORD)
		return false;
	l = wary_find(s->run->wary, POISON_RECORD, s->id, f->offset,
	    f->offset + 1);
	if (l == NULL) {
		note_spot(s, SPOT_FEED, f->offset, f->offset + f->bytes.n);
		return false;
	}
	stream_rests(s);
	s->run->result->gaps++;
	set_aside(s, l, f->bytes);
	return true;
}

/* Go on with a new frame, at the next record that is whole in these bytes. */
static size_t
pass_over(struct stream *s, struct poison_place *l, struct slice bytes)
{
	struct frame		**frame = s->turn == NULL ? &s->frame :
	    &s->turn->frame;
	struct frame_record	 gap = { .kind = FRAME_GAP,
	    .offset = frame_offset(*frame) };
	struct place		 behind = { .offset = frame_lent(*frame) };
	size_t			 n = s->passing == NULL ? 1 : 0;

	while (n < bytes.n && frame_intact(bytes.p + n, bytes.n - n) == 0)
		n++;
	behind.offset += n;
	gap.bytes.n = (size_t)(behind.offset - gap.offset);
	s->passing = n < bytes.n ? NULL : l;
	set_aside(s, l, (struct slice){ bytes.p, n });
	s->run->result->gaps += damage_gap(damage_of(s, 0), &gap,
	    "the worker has died of it");
	frame_free(*frame);
	*frame = place_frame(&behind);
	return n;
}

/* Where its tokens are, if the frame had to look for them. */
static void
take_index(struct stream *s, const struct frame_record *f)
{
	struct batch	*b = &s->held;

	if (b->n > 0 && b->records[b->n - 1].bytes.p == f->bytes.p)
		record_index_framed(&b->records[b->n - 1], frame_of(s));
}

/* Run what the frame has through the engine. */
void
stream_drain(struct stream *s)
{
	struct frame_record	 f;

	s->wary = is_near(s);
	for (;;) {
		if (!s->in->own_host && !s->wary &&
		    (s->seam == NULL || seam_is_plain(s->seam)))
			feed_intact(s);
		note_spot(s, SPOT_CUT, frame_offset(frame_of(s)),
		    frame_lent(frame_of(s)) + 1);
		if (frame_next(frame_of(s), &f) != 1)
			break;
		if (was_seen(s, &f)) {
			s->shift -= f.bytes.n;
			continue;
		}
		if (s->wary && is_left_out(s, &f))
			continue;
		batch_take(&s->held, &f, 0, f.offset + s->shift);
		if (f.quality == FRAME_WEAK)
			take_index(s, &f);
		if (s->wary)
			stream_play(s, &s->held);
		else if (s->held.n == HELD || !stays(s, f.bytes))
			play(s, &s->held);
	}
	stream_play(s, &s->held);
	s->wary = false;
}

static void
feed(struct stream *s, struct slice bytes)
{
	s->piece = bytes;
	(void)frame_feed(frame_of(s), bytes.p, bytes.n); /* never busy */
	stream_drain(s);
	s->piece = (struct slice){ NULL, 0 };
}

/* What could not be cut into records is not given to the frame. */
static void
feed_around(struct stream *s, struct slice bytes)
{
	while (bytes.n > 0) {
		const uint64_t		 at = frame_lent(frame_of(s));
		struct poison_place	*l = s->passing != NULL ? s->passing :
		    wary_find(s->run->wary, POISON_BYTES, s->id, at,
		    at + bytes.n);
		size_t			 n = bytes.n;

		if (l != NULL && (s->passing != NULL || l->from == at))
			n = pass_over(s, l, bytes);
		else {
			if (l != NULL)
				n = (size_t)(l->from - at);
			feed(s, (struct slice){ bytes.p, n });
		}
		bytes.p += n;
		bytes.n -= n;
	}
}

void
stream_feed(struct stream *s, const void *bytes, size_t n)
{
	s->run->bytes += n;
	if (s->run->spent != NULL)
		spent_begin(&s->run->spent->here);
	feed_around(s, (struct slice){ bytes, n });
}

void
stream_found(struct stream *s, const struct frame_record *f)
{
	if (was_seen(s, f))
		return;
	batch_take(&s->held, f, 0, frame_offset(s->frame) + s->shift);
	s->shift += f->bytes.n;
	play(s, &s->held);
	stream_rests(s);
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
	const uint64_t	 id = trail_id(s->in, t);

	s->turn = t;
	if (id != s->id)
		s->passing = NULL;
	s->id = id;
}

void
stream_cut(struct stream *s, const struct frame_record *f)
{
	s->wary = wary_near(s->run->wary, s->id, f->offset,
	    f->offset + f->bytes.n);
	if (s->wary && is_left_out(s, f))
		return;
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
	figures_count(&text, s->waiting, "sequence");
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
	if (!run->stop)			/* else what is left is not damage */
		frame_end(frame_of(s));
	stream_drain(s);
	if (run->engine != NULL)
		s->waiting = engine_waiting(run->engine, s->number);
	if (run->teller != NULL)
		teller_end(run->teller, s, why);
	else
		stream_ended(s, why);
}

void
stream_ended(struct stream *s, const char *why)
{
	struct watching	*run = s->run;

	s->ended = true;
	if (why != NULL) {
		watching_say(run, s->in, why);
		run->result->failed = true;
	}
	summarize(s);
}
