/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live.c - a source that goes on: what comes, and what it means when nothing
 * does.
 *
 * A source that rests for a moment is quiet: damage at its end is decided on
 * with what there is. While it is, and rules wait for something not to come,
 * the clock is looked at; it lags behind, since a record may come late.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "run/live.h"
#include "run/preselect.h"
#include "run/stream.h"
#include "run/watching.h"
#include "source/source.h"

#define QUIET_MS	500	/* a stream that rests so long is quiet */
#define TICK_MS		1000	/* while it is, the clock is looked at */
#define LATE_MS		2000	/* so late a record may still come */
#define OWN_VERSION	11	/* of records from an audit pipe */

static int64_t
clock_ms(void)
{
	struct timespec	 now;

	if (clock_gettime(CLOCK_REALTIME, &now) == -1)
		return INT64_MIN;		/* nothing is over then */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Never steps back; 0 when there is none. */
static int64_t
steady_ms(void)
{
	struct timespec	 now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) == -1)
		return 0;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* If it fails, damage and absences wait for the next record. */
static void
look_again(struct live *l, unsigned ms)
{
	const struct timeval	 t = { .tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000 };

	(void)evtimer_add(l->quiet, &t);
}

void
live_pass_time(struct stream *s)
{
	const int64_t	 now = clock_ms();

	if (!s->run->absences || now == INT64_MIN)
		return;
	engine_pass(s->run->engine, s->number, now - LATE_MS);
	stream_flush(s);
}

static void
on_quiet(evutil_socket_t fd, short what, void *arg)
{
	struct live	*l = arg;
	struct pollfd	 one = { .fd = l->stream->in->fd, .events = POLLIN };

	(void)fd;
	(void)what;
	if (l->held == NULL)
		stream_quiet(l->stream);
	auditpipe_look(&l->pipe, steady_ms());
	if (l->held != NULL) {
		look_again(l, TICK_MS);
		return;
	}
	if (!l->stream->run->absences) {
		if (l->pipe.here)
			look_again(l, TICK_MS);
		return;
	}
	if (poll(&one, 1, 0) == 0)
		live_pass_time(l->stream);
	look_again(l, TICK_MS);
}

/* Beyond what is kept, the system and whoever writes do the waiting. */
static void
hold(struct live *l, const void *bytes, size_t n)
{
	buf_put(l->held, bytes, n);
	if (l->held->n < LIVE_HELD_MAX)
		return;
	pipe_free(l->source);
	l->source = NULL;
}

static void
on_bytes(void *arg, const void *bytes, size_t n)
{
	struct live	*l = arg;

	auditpipe_look(&l->pipe, steady_ms());
	if (l->held != NULL) {
		hold(l, bytes, n);
		return;
	}
	stream_feed(l->stream, bytes, n);
	look_again(l, QUIET_MS);
}

static void
on_end(void *arg, int error)
{
	struct live	*l = arg;

	if (l->held != NULL) {
		l->over = true;
		l->error = error;
		return;
	}
	(void)evtimer_del(l->quiet);		/* fails if not pending */
	stream_end(l->stream, error == 0 ? NULL : strerror(error));
	l->stream->run->live--;
}

static const struct source_to	to_stream = { on_bytes, on_end };

static void
debug_preselection(const struct preselect *p, const struct watching *run,
    enum dialect d)
{
	struct buf	 flags = { 0 }, naflags = { 0 };

	preselect_flags(&p->flags, run->o->names, d, &flags);
	preselect_flags(&p->naflags, run->o->names, d, &naflags);
	log_debug("the audit pipe preselects %s, and %s of what nobody is "
	    "answerable for", buf_cstr(&flags), buf_cstr(&naflags));
	buf_fini(&flags);
	buf_fini(&naflags);
}

/* What the rules need, asked of the pipe. */
static void
preselect(struct live *l)
{
	const struct watching	*run = l->stream->run;
	const struct program	*program = run->program;
	const enum dialect	 d = names_dialect(run->o->names, OWN_VERSION);
	struct preselect	 p;

	preselect_make(&p, program, run->o->names, d);
	if (!auditpipe_preselect(&l->pipe, &p))
		return;
	if (p.trail) {
		struct buf	 label = { 0 };

		buf_escape(&label, slice_str(program->rules[p.rule].label));
		log_info("%s listens to most events: the audit pipe gives what "
		    "the trail selects", buf_cstr(&label));
		buf_fini(&label);
		return;
	}
	debug_preselection(&p, run, d);
	if (p.outside > 0)
		log_info("%zu audit events that rules listen to, such as %u, "
		    "are in no audit class: no audit pipe gives them",
		    p.outside, p.outside_event);
}

void
live_reselect(struct live *l)
{
	if (l->source != NULL && l->pipe.here &&
	    !l->stream->run->o->keep_preselection)
		preselect(l);
}

static void
start_pipe(struct live *l)
{
	const struct auditdev	 dev = auditdev_of(l->stream->in->fd);

	auditpipe_init(&l->pipe, &dev, steady_ms());
	if (l->pipe.here && !l->stream->run->o->keep_preselection)
		preselect(l);
	if (l->pipe.here)		/* also when nothing ever comes */
		look_again(l, TICK_MS);
}

bool
live_start(struct live *l, struct stream *s)
{
	struct watching	*run = s->run;

	l->stream = s;
	l->quiet = evtimer_new(run->base, on_quiet, l);
	if (l->quiet != NULL)
		l->source = pipe_new(run->base, s->in->fd, &to_stream, l);
	if (l->source != NULL && s->in->own_host)
		start_pipe(l);
	if (l->source != NULL)
		run->live++;
	return l->source != NULL;
}

void
live_hold(struct live *l)
{
	l->held = xcalloc(1, sizeof(*l->held));
}

static void
drop_held(struct live *l)
{
	if (l->held != NULL)
		buf_fini(l->held);
	free(l->held);
	l->held = NULL;
}

void
live_release(struct live *l)
{
	struct watching	*run = l->stream->run;

	if (l->held->n > 0)
		stream_feed(l->stream, l->held->p, l->held->n);
	drop_held(l);
	if (l->source == NULL) {
		l->source = pipe_new(run->base, l->stream->in->fd, &to_stream,
		    l);
		run->live -= l->source == NULL;	/* it is read like a file */
	}
	if (l->over)
		on_end(l, l->error);
	else
		look_again(l, QUIET_MS);
}

void
live_fini(struct live *l)
{
	drop_held(l);
	pipe_free(l->source);
	if (l->quiet != NULL)
		event_free(l->quiet);
}
