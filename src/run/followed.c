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
#include "run/remembered.h"
#include "run/stream.h"
#include "run/trailwatch.h"
#include "run/watching.h"
#include "run/worker.h"

struct followed {
	struct watching		*run;
	const struct input	*in;
	struct trailwatch	*watch;		/* NULL: the parent has it */
	struct trailwatch_to	 watch_to;
	bool			 looked;	/* once, at least */
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

static bool
on_reads(void *stream, bool now)
{
	if (now)
		return stream_reads(stream, 0);
	stream_rests(stream);
	return true;
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

/* What came after that in this trail nobody will know. */
static void
on_gone(void *stream, const char *path, uint64_t taken)
{
	struct stream		*s = stream;
	const struct input	 about = { .path = path };
	struct buf		 why = { 0 };

	s->missed++;
	s->run->result->gaps++;
	buf_printf(&why, "is gone: what came behind its first %llu bytes was "
	    "not read", (unsigned long long)taken);
	watching_say(s->run, &about, buf_cstr(&why));
	buf_fini(&why);
}

static int
on_open(void *arg, uint32_t id)
{
	const struct followed	*f = arg;

	return f->watch != NULL ? trailwatch_open(f->watch, id) :
	    worker_open(f->run->o->worker, f->in, id);
}

static bool
on_look(void *arg, uint32_t id, struct stat *st)
{
	const struct followed	*f = arg;

	return worker_look(f->run->o->worker, f->in, id, st);
}

static bool
on_behind(void *arg)
{
	const struct followed	*f = arg;
	struct watching		*run = f->run;

	return remembered_waits(run) || (run->o->worker != NULL &&
	    worker_behind(run->o->worker));
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
bool
followed_wants(const struct followed *f, const char *host)
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

	if (followed_wants(f, t->host))
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
	struct followed	*f = arg;

	if (!following_has_begun(f->following))
		remembered_looked(f->run);
	following_looked(f->following);
	if (f->watch == NULL && !f->looked)
		log_debug("%s: its trails are followed", f->in->path);
	f->looked = true;
}

/* Life. */

struct followed *
followed_new(struct watching *run, const struct input *in)
{
	struct followed			*f = xcalloc(1, sizeof(*f));
	const struct following_to	 to = { .host = on_host,
	    .turn = on_turn, .reads = on_reads, .bytes = on_bytes,
	    .record = on_record,
	    .ready = on_ready, .quiet = on_quiet, .left = on_left,
	    .gone = on_gone, .open = on_open, .say = on_say, .arg = f,
	    .look = run->o->worker != NULL ? on_look : NULL,
	    .behind = on_behind };

	f->run = run;
	f->in = in;
	f->watch_to = (struct trailwatch_to){ on_begun, on_ended, on_grown,
	    on_looked, on_say, f };
	if (run->o->worker == NULL)
		f->watch = trailwatch_new(run->base, in->path, &f->watch_to);
	f->following = following_new(run->base, run->o->from,
	    run->o->since_ms, &to);
	if ((f->watch == NULL && run->o->worker == NULL) ||
	    f->following == NULL) {
		followed_free(f);
		return NULL;
	}
	return f;
}

void
followed_start(struct followed *f)
{
	if (f->watch == NULL) {
		worker_follow(f->run->o->worker, f->in, &f->watch_to);
		return;
	}
	(void)trailwatch_look(f->watch);	/* what is wrong was said */
	f->looked = true;
	log_debug("%s: its trails are followed", f->in->path);
}

struct following *
followed_following(const struct followed *f)
{
	return f->following;
}

bool
followed_has(const struct followed *f, const struct stream *s)
{
	for (size_t i = 0; i < f->nhosts; i++)
		if (f->hosts[i] == s->in)
			return true;
	return false;
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
