/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * followed.c - a directory of trails as a source that goes on.
 */
#include "run/followed.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "run/following.h"
#include "run/live.h"
#include "run/stream.h"
#include "run/trailwatch.h"
#include "run/watching.h"

struct followed {
	struct watching		*run;
	const struct input	*in;
	struct trailwatch	*watch;
	struct following	*following;
	struct input		**hosts;	/* each with a stream */
	size_t			 nhosts, cap;
};

/* From those who follow to streams. */

static void *
on_host(void *arg, const char *host)
{
	struct followed	*f = arg;
	struct input	*in = xcalloc(1, sizeof(*in));

	in->path = in->name = f->in->path;
	in->host = host == NULL ? NULL : xstrdup(host);
	in->fd = -1;
	in->followed = true;
	f->hosts = mem_grow(f->hosts, &f->cap, f->nhosts + 1,
	    sizeof(*f->hosts));
	f->hosts[f->nhosts++] = in;
	return watching_stream(f->run, in);
}

static void
on_turn(void *stream, struct following_trail *t)
{
	stream_turn(stream, t);
}

static void
on_bytes(void *stream, const void *bytes, size_t n)
{
	stream_feed(stream, bytes, n);
}

static void
on_record(void *stream, const struct frame_record *f)
{
	stream_cut(stream, f);
}

static void
on_ready(void *stream)
{
	stream_drain(stream);
}

static void
on_quiet(void *stream)
{
	stream_quiet(stream);
	live_pass_time(stream);
}

static void
on_left(void *stream)
{
	stream_left(stream);
}

static int
on_open(void *arg, uint32_t id)
{
	const struct followed	*f = arg;

	return trailwatch_open(f->watch, id);
}

static void
on_say(void *arg, const char *path, const char *why)
{
	const struct followed	*f = arg;
	const struct input	 about = { .path = path };

	watching_say(f->run, &about, why);
}

/* From those who watch to those who follow. */

/* With a single trail that was named goes its host. */
static bool
is_wanted(const struct followed *f, const char *host)
{
	if (!f->in->one_host)
		return true;
	return host == NULL || f->in->host == NULL ? host == f->in->host :
	    strcmp(host, f->in->host) == 0;
}

static void
on_begun(void *arg, const struct trailwatch_trail *t)
{
	const struct followed	*f = arg;

	if (is_wanted(f, t->host))
		following_begun(f->following, t);
}

static void
on_ended(void *arg, uint32_t id)
{
	const struct followed	*f = arg;

	following_ended(f->following, id);
}

static void
on_grown(void *arg)
{
	const struct followed	*f = arg;

	following_grown(f->following);
}

static void
on_looked(void *arg)
{
	const struct followed	*f = arg;

	following_looked(f->following);
}

/* Life. */

struct followed *
followed_new(struct watching *run, const struct input *in)
{
	struct followed			*f = xcalloc(1, sizeof(*f));
	const struct trailwatch_to	 watch_to = { on_begun, on_ended,
	    on_grown, on_looked, on_say, f };
	const struct following_to	 to = { .host = on_host,
	    .turn = on_turn, .bytes = on_bytes, .record = on_record,
	    .ready = on_ready, .quiet = on_quiet, .left = on_left,
	    .open = on_open, .say = on_say, .arg = f };

	f->run = run;
	f->in = in;
	f->watch = trailwatch_new(run->base, in->path, &watch_to);
	f->following = following_new(run->base, run->o->from,
	    run->o->since_ms, &to);
	if (f->watch == NULL || f->following == NULL) {
		followed_free(f);
		return NULL;
	}
	(void)trailwatch_look(f->watch);	/* what is wrong was said */
	log_debug("%s: its trails are followed", in->path);
	return f;
}

void
followed_free(struct followed *f)
{
	if (f == NULL)
		return;
	following_free(f->following);
	trailwatch_free(f->watch);
	for (size_t i = 0; i < f->nhosts; i++) {
		free(f->hosts[i]->host);
		free(f->hosts[i]);
	}
	free(f->hosts);
	free(f);
}
