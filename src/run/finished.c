/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * finished.c - a source that has an end: a file, or the trails of a directory.
 *
 * A file is read in large pieces, and the event loop gets a turn after each,
 * for signals, triggers and the live sources; a record costs no system call.
 * Where it is worth a thread, another one does the reading, and this one is
 * given batches of records (run/ahead.c). All else is as if it were alone.
 *
 * The place that was reached is noted after each. A file may have grown when it
 * is read again: what was found to be cut short at its end is before the place
 * only if something was made of it.
 */
#include "run/ahead.h"
#include "run/finished.h"
#include "run/stream.h"
#include "run/teller.h"
#include "run/threads.h"
#include "run/trailset.h"
#include "run/watching.h"
#include "source/source.h"

/* Bytes of the trail that another thread may have read before us. */
#define MAY_BE_AHEAD	((AHEAD_BLOCKS + 1) * (uint64_t)AHEAD_BYTES)

static void
step(const struct stream *s, uint64_t taken)
{
	struct watching	*run = s->run;

	run->taken = taken;
	if (run->teller != NULL) {
		run->stop |= !teller_turn(run->teller, s, taken);
		return;
	}
	progress_step(&run->progress, run->taken, run->records);
	watching_turn(run, EVLOOP_NONBLOCK);
}

static void
note(struct stream *s, struct place place, uint64_t taken)
{
	if (place.offset != s->place.offset)	/* else it is the end */
		s->reached = s->damage[0];
	s->place = place;
	s->disk = taken;
}

/* ALL: it was read to its end, or as far as it can be. */
static void
end(struct stream *s, bool all, const char *why)
{
	const uint64_t	 records = s->records;

	s->whole = all && !s->run->stop;
	stream_end(s, why);
	if (s->records != records)
		note(s, place_of(s->frame), s->disk);
}

static void
read_file(struct stream *s)
{
	struct watching		*run = s->run;
	struct file_source	*f = file_new(s->in->fd);
	const char		*why = NULL;
	const uint64_t		 before = run->taken;
	struct spent_laps	*laps = run->spent == NULL ? NULL :
	    &run->spent->here;
	struct slice		 piece;
	bool			 reads = true;
	int			 got = 0;

	if (s->in->from != NULL)
		file_pass(f, s->in->from->offset);
	spent_begin(laps);
	while (!run->stop && (reads = stream_reads(s, 0)) &&
	    (got = file_more(f, &piece)) == 1) {
		spent_on(laps, SPENT_READ);
		stream_feed(s, piece.p, piece.n);
		note(s, place_of(s->frame), file_taken(f));
		step(s, before + file_taken(f));
		spent_begin(laps);
	}
	spent_on(laps, SPENT_READ);
	if (!reads)
		why = FOLLOWING_UNREADABLE;
	else if (got == -1)
		why = file_why(f);
	else if (got == 0 && file_passing(f) > 0)
		why = FINISHED_SHORT;
	end(s, !reads || got != 1, why);
	file_free(f);
}

/* As batches, made ahead of us or when we ask. */
static void
read_ahead(struct stream *s, bool thread)
{
	struct watching		*run = s->run;
	struct spent_laps	*laps = run->spent == NULL ? NULL :
	    thread ? &run->spent->apart : &run->spent->here;
	struct ahead		*a = ahead_new(s->in, thread, laps);
	const uint64_t		 before = run->taken;
	struct ahead_block	*b = NULL;

	while (!run->stop && stream_reads(s, MAY_BE_AHEAD) &&
	    (b = ahead_next(a)) != NULL) {
		run->bytes += b->bytes;
		stream_play(s, &b->batch);
		note(s, b->place, b->taken);
		step(s, before + b->taken);
	}
	end(s, b == NULL, b == NULL && !run->stop ? ahead_why(a) : NULL);
	ahead_free(a);
	if (s->in->set != NULL)
		run->result->failed |= trailset_failed(s->in->set);
}

/* How many the input is worth, of those that we may have. */
static unsigned
threads_of(const struct stream *s)
{
	const unsigned	 most = s->run->threads;
	unsigned	 worth;

	if (!s->in->finished || stream_is_wary(s))
		return 1;
	worth = threads_worth(s->run->o->threads, s->in->size);
	return most == 0 || worth < most ? worth : most;
}

void
finished_read(struct stream *s)
{
	struct trailset	*set = s->in->set;
	const unsigned	 threads = threads_of(s);

	if (s->whole)
		return;			/* by an earlier process */
	if (set != NULL && threads > 2)		/* for us, and the cutting */
		trailset_use_threads(set, threads - 2);
	if (set != NULL || threads > 1)
		read_ahead(s, threads > 1);
	else
		read_file(s);
}
