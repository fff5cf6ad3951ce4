/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * finished.c - a source that has an end: a file, or the trails of a directory.
 *
 * A file is read in large pieces, and the event loop gets a turn after each,
 * for signals, triggers and the live sources; a record costs no system call.
 * Where it is worth a thread, another one does the reading, and this one is
 * given batches of records (run/ahead.c). All else is as if it were alone.
 */
#include "run/ahead.h"
#include "run/finished.h"
#include "run/stream.h"
#include "run/threads.h"
#include "run/trailset.h"
#include "run/watching.h"
#include "source/source.h"

static void
step(struct watching *run, uint64_t taken)
{
	run->taken = taken;
	progress_step(&run->progress, run->taken, run->records);
	watching_turn(run, EVLOOP_NONBLOCK);
}

static void
read_file(struct stream *s)
{
	struct watching		*run = s->run;
	struct file_source	*f = file_new(s->in->fd);
	const uint64_t		 before = run->taken;
	struct spent_laps	*laps = run->spent == NULL ? NULL :
	    &run->spent->here;
	struct slice		 piece;
	int			 got = 0;

	spent_begin(laps);
	while (!run->stop && (got = file_more(f, &piece)) == 1) {
		spent_on(laps, SPENT_READ);
		stream_feed(s, piece.p, piece.n);
		step(run, before + file_taken(f));
		spent_begin(laps);
	}
	spent_on(laps, SPENT_READ);
	stream_end(s, got == -1 ? file_why(f) : NULL);
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

	while (!run->stop && (b = ahead_next(a)) != NULL) {
		run->bytes += b->bytes;
		stream_play(s, &b->batch);
		step(run, before + b->taken);
	}
	stream_end(s, b == NULL && !run->stop ? ahead_why(a) : NULL);
	ahead_free(a);
	if (s->in->set != NULL)
		run->result->failed |= trailset_failed(s->in->set);
}

void
finished_read(struct stream *s)
{
	struct trailset	*set = s->in->set;
	const unsigned	 threads = s->in->finished ?
	    threads_worth(s->run->o->threads, s->in->size) : 1;

	if (set != NULL && threads > 2)		/* for us, and the cutting */
		trailset_use_threads(set, threads - 2);
	if (set != NULL || threads > 1)
		read_ahead(s, threads > 1);
	else
		read_file(s);
}
