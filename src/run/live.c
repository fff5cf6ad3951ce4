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
#include <string.h>
#include <time.h>

#include "run/live.h"
#include "run/stream.h"
#include "run/watching.h"
#include "source/source.h"

#define QUIET_MS	500	/* a stream that rests so long is quiet */
#define TICK_MS		1000	/* while it is, the clock is looked at */
#define LATE_MS		2000	/* so late a record may still come */

static int64_t
clock_ms(void)
{
	struct timespec	 now;

	if (clock_gettime(CLOCK_REALTIME, &now) == -1)
		return INT64_MIN;		/* nothing is over then */
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
	stream_quiet(l->stream);
	if (!l->stream->run->absences)
		return;
	if (poll(&one, 1, 0) == 0)
		live_pass_time(l->stream);
	look_again(l, TICK_MS);
}

static void
on_bytes(void *arg, const void *bytes, size_t n)
{
	struct live	*l = arg;

	if (l->stream->in->own_host)
		auditpipe_look(&l->pipe, l->stream->in->fd);
	stream_feed(l->stream, bytes, n);
	look_again(l, QUIET_MS);
}

static void
on_end(void *arg, int error)
{
	struct live	*l = arg;

	(void)evtimer_del(l->quiet);		/* fails if not pending */
	stream_end(l->stream, error == 0 ? NULL : strerror(error));
	l->stream->run->live--;
}

static const struct source_to	to_stream = { on_bytes, on_end };

bool
live_start(struct live *l, struct stream *s)
{
	struct watching	*run = s->run;

	l->stream = s;
	l->quiet = evtimer_new(run->base, on_quiet, l);
	if (l->quiet != NULL)
		l->source = pipe_new(run->base, s->in->fd, &to_stream, l);
	if (l->source != NULL)
		run->live++;
	return l->source != NULL;
}

void
live_fini(struct live *l)
{
	pipe_free(l->source);
	if (l->quiet != NULL)
		event_free(l->quiet);
}
