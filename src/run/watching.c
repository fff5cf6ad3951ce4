/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watching.c - what the parts of one run of `watch` share.
 */
#include "base/log.h"
#include "base/mem.h"
#include "run/figures.h"
#include "run/live.h"
#include "run/stream.h"
#include "run/watching.h"

struct stream *
watching_stream(struct watching *w, const struct input *in)
{
	const uint32_t	 n = engine_source(w->engine, !in->again);
	struct stream	*s = xcalloc(1, sizeof(*s));

	stream_init(s, w, in, n);
	if (in->host != NULL)
		engine_source_host(w->engine, n, slice_str(in->host));
	w->streams = mem_grow(w->streams, &w->streams_cap, n + (size_t)1,
	    sizeof(*w->streams));
	w->streams[n] = s;
	w->nstreams = n + (size_t)1;
	raising_input(&w->raising, n, in);
	return s;
}

void
watching_say(struct watching *w, const struct input *in, const char *why)
{
	struct buf	 text = { 0 };

	progress_hide(&w->progress);
	buf_escape(&text, slice_str(in->path));
	log_warn("%s: %s", buf_cstr(&text), why);
	buf_fini(&text);
}

void
watching_turn(struct watching *w, int flags)
{
	if (event_base_loop(w->base, EVLOOP_ONCE | flags) == -1) {
		log_warn("the event loop failed");
		w->result->failed = true;
		w->stop = true;
	}
}

static void
collect_stream(const struct watching *w, const struct stream *s,
    struct figures *f)
{
	f->records += s->records;
	f->alerts += s->alerts;
	for (size_t i = 0; i < s->ntrails; i++) {
		f->gaps += s->damage[i].gaps;
		f->skipped += s->damage[i].skipped;
		f->recovered += s->damage[i].recovered;
	}
	if (s->turn != NULL) {		/* not added there yet */
		f->gaps += s->turn->damage.gaps;
		f->skipped += s->turn->damage.skipped;
		f->recovered += s->turn->damage.recovered;
	}
	f->waiting += engine_waiting(w->engine, s->number);
}

void
watching_figures(const struct watching *w, struct figures *f)
{
	sinks_flush(w->o->sinks);		/* what is lost counts */
	*f = (struct figures){ .bytes = w->bytes, .passed = w->self.passed,
	    .steps_gone = w->raising.steps_gone };
	engine_stats(w->engine, &f->engine);
	sinks_stats(w->o->sinks, &f->sinks);
	if (w->triggers != NULL)
		triggers_stats(w->triggers, &f->triggers);
	for (size_t i = 0; i < w->nstreams; i++)
		collect_stream(w, w->streams[i], f);
	for (size_t i = 0; i < w->o->ninputs; i++)
		f->dropped += w->lives[i].pipe.drops;
}

void
watching_status(struct watching *w)
{
	struct figures	 f;
	struct buf	 text = { 0 };

	watching_figures(w, &f);
	figures_status(&text, &f);
	progress_hide(&w->progress);
	log_info("%s", buf_cstr(&text));
	buf_fini(&text);
}

void
watching_losses(struct watching *w)
{
	struct figures	 f;

	watching_figures(w, &f);
	figures_losses(&f);
	if (f.sinks.lost > 0)
		w->result->failed = true;
}
