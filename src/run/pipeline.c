/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipeline.c - source to frame to engine to sinks.
 *
 * Makes the parts, joins them and takes them apart again. What each does is
 * told elsewhere: run/finished.c and run/live.c bring bytes, run/stream.c makes
 * records of them and feeds the engine, and run/raising.c takes what comes out.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "engine/census.h"
#include "run/backfill.h"
#include "run/finished.h"
#include "run/followed.h"
#include "run/hostwise.h"
#include "run/live.h"
#include "run/pipeline.h"
#include "run/reload.h"
#include "run/remembered.h"
#include "run/stream.h"
#include "run/upkeep.h"
#include "run/watching.h"
#include "run/worker.h"

static void	on_end_signal(evutil_socket_t, short, void *);
static void	on_reopen_signal(evutil_socket_t, short, void *);
static void	on_status_signal(evutil_socket_t, short, void *);

/* The signals that mean something here. */
static const struct {
	int		 number;
	event_callback_fn call;
} signals[] = {
	{ SIGTERM, on_end_signal },
	{ SIGINT, on_end_signal },
	{ SIGUSR1, on_status_signal },
#ifdef SIGINFO
	{ SIGINFO, on_status_signal },
#endif
	{ SIGHUP, on_reopen_signal },		/* last: not always wanted */
};
#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

struct pipeline {
	struct watching	 run;
	struct event	*signals[SIGNALS];
};

static void
on_status_signal(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	watching_status(arg);
}

static void
on_end_signal(evutil_socket_t fd, short what, void *arg)
{
	struct watching	*run = arg;

	(void)fd;
	(void)what;
	run->stop = true;
	(void)event_base_loopbreak(run->base);	/* seen at the next turn */
}

static void
on_reopen_signal(evutil_socket_t fd, short what, void *arg)
{
	struct watching	*run = arg;

	(void)fd;
	(void)what;
	sinks_reopen(run->o->sinks);
	if (run->o->rules == NULL)
		return;
	if (run->hostwise != NULL)
		hostwise_reload(run->hostwise);
	else
		reload(run);
}

static bool
start_signals(struct pipeline *p)
{
	const size_t	 n = p->run.o->worker != NULL ? 0 :
	    p->run.o->reopen ? SIGNALS : SIGNALS - 1;

	for (size_t i = 0; i < n; i++) {
		p->signals[i] = evsignal_new(p->run.base, signals[i].number,
		    signals[i].call, &p->run);
		if (p->signals[i] == NULL ||
		    event_add(p->signals[i], NULL) == -1)
			return false;
	}
	return true;
}

static void
debug_stream(const struct stream *s, bool live)
{
	struct buf	 text = { 0 };

	buf_escape(&text, slice_str(s->in->path));
	log_debug("%s: source %u, %s", buf_cstr(&text), s->number,
	    live ? "live" : "to be read to its end");
	buf_fini(&text);
}

/*
 * Streams of a directory that is followed come with its hosts; some are there,
 * if we go on where an earlier process was.
 */
static void
start_streams(struct watching *run)
{
	const size_t	 n = run->o->ninputs;
	uint64_t	 total = 0;

	for (size_t i = 0; i < n; i++) {
		const struct input	*in = &run->o->inputs[i];

		if (!in->followed && run->lives[i].stream == NULL)
			run->lives[i].stream = watching_stream(run, in);
		total += in->size;
	}
	progress_init(&run->progress, run->o->summary ? STDERR_FILENO : -1,
	    total);
	for (size_t i = 0; i < n; i++) {
		struct stream	*s = run->lives[i].stream;

		if (s == NULL)
			continue;
		if (s->in->own_host && run->o->worker == NULL)
			self_init(&run->self);
		debug_stream(s, !s->in->finished &&
		    live_start(&run->lives[i], s));
	}
	backfill_hold(run);
}

/* What has an end, one after another. */
static void
read_finished(struct watching *run)
{
	if (run->hostwise != NULL) {
		hostwise_run(run->hostwise);
		return;
	}
	for (size_t i = 0; i < run->o->ninputs && !run->stop; i++)
		if (run->lives[i].stream != NULL &&
		    run->lives[i].source == NULL)
			finished_read(run->lives[i].stream);
}

/* Behind what has an end, so that nothing of it comes in between. */
static bool
start_following(struct watching *run)
{
	for (size_t i = 0; i < run->o->ninputs; i++) {
		const struct input	*in = &run->o->inputs[i];

		if (!in->followed)
			continue;
		if (run->followed[i] == NULL)
			run->followed[i] = followed_new(run, in);
		if (run->followed[i] == NULL)
			return false;
		followed_start(run->followed[i]);
		run->live++;
	}
	return true;
}

static bool
start(struct pipeline *p)
{
	struct watching	*run = &p->run;

	if ((run->base = event_base_new()) == NULL || !start_signals(p))
		return false;
	run->outward = run->o->worker != NULL ?
	    worker_outward(run->o->worker) : outward_direct(run);
	if (run->o->triggers != NULL && run->o->worker == NULL &&
	    (run->triggers = triggers_new(run->base, run->o->triggers)) == NULL)
		return false;
	if (run->o->spent != NULL)
		run->spent = spent_new(run->program);
	if ((run->hostwise = hostwise_new(run)) == NULL)
		run->engine = watching_engine(run, run->program);
	if (run->o->worker != NULL)
		worker_begin(run->o->worker, run);
	run->lives = xcalloc(run->o->ninputs, sizeof(*run->lives));
	run->followed = xcalloc(run->o->ninputs, sizeof(*run->followed));
	return true;
}

static void
finish(struct watching *run)
{
	run->outward.settle(run->outward.arg);
	if (!remembered_end(run))
		run->result->failed = true;
	for (size_t i = 0; i < run->nstreams; i++)
		stream_end(run->streams[i], NULL);
	sinks_settle(run->o->sinks);
	watching_losses(run);
	if (run->triggers != NULL)
		triggers_end(run->triggers);
	spent_end(run->spent);
	if (run->spent != NULL)
		spent_tell(run->spent, run->program, run->o->spent);
}

static void
release(struct pipeline *p)
{
	struct watching	*run = &p->run;

	remembered_free(run->remembered);
	for (size_t i = 0; run->followed != NULL && i < run->o->ninputs; i++) {
		live_fini(&run->lives[i]);
		followed_free(run->followed[i]);
	}
	for (size_t i = 0; i < run->nstreams; i++) {
		stream_fini(run->streams[i]);
		free(run->streams[i]);
	}
	free(run->lives);
	free(run->followed);
	free(run->streams);
	engine_free(run->engine);
	hostwise_free(run->hostwise);
	triggers_free(run->triggers);
	raising_fini(&run->raising);
	spent_free(run->spent);
	census_free(run->census);
	upkeep_free(run->upkeep);
	for (size_t i = 0; i < SIGNALS; i++)
		if (p->signals[i] != NULL)
			event_free(p->signals[i]);
	if (run->base != NULL)
		event_base_free(run->base);
}

static void
quiet_library(int severity, const char *message)
{
	(void)severity;
	log_debug("libevent: %s", message);
}

void
pipeline_run(const struct pipeline_options *o, struct pipeline_result *result)
{
	struct pipeline	 p = { .run = { .o = o, .result = result,
	    .program = o->program, .want_uid = o->want_uid } };

	*result = (struct pipeline_result){ 0 };
	event_set_log_callback(quiet_library);
	raising_init(&p.run.raising, &p.run);
	if (!start(&p)) {
		log_warn("no event loop");
		result->failed = true;
		release(&p);
		return;
	}
	if (!remembered_load(&p.run) ||
	    (p.run.upkeep = upkeep_new(&p.run)) == NULL) {
		result->failed = true;
		release(&p);
		return;
	}
	start_streams(&p.run);
	if (!remembered_begin(&p.run)) {
		log_warn("no event loop");
		result->failed = p.run.stop = true;
	}
	backfill_read(&p.run);
	read_finished(&p.run);
	if (!p.run.stop && !start_following(&p.run)) {
		log_warn("no event loop");
		result->failed = true;
	}
	while (p.run.live > 0 && !p.run.stop)
		watching_turn(&p.run, 0);
	finish(&p.run);
	release(&p);
}
