/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watching.c - what the parts of one run of `watch` share.
 */
#include "base/log.h"
#include <time.h>

#include "base/mem.h"
#include "engine/census.h"
#include "run/figures.h"
#include "run/hostwise.h"
#include "run/live.h"
#include "run/remembered.h"
#include "run/stream.h"
#include "run/watching.h"

/* Does a rule wait for something not to come? */
static bool
absences_wanted(const struct program *p)
{
	for (size_t i = 0; i < p->nrules; i++)
		for (size_t k = 0; k < p->rules[i].nstates; k++)
			if (p->rules[i].enabled && p->rules[i].new_life &&
			    p->rules[i].states[k].absent_ms >= 0)
				return true;
	return false;
}

struct engine *
watching_engine(struct watching *w, const struct program *p)
{
	const struct engine_options	 options = {
		.max_instances = w->o->max_instances,
		.want_uid = w->want_uid,
		.skip_steps = !raising_steps_wanted(&w->raising, p)
	};
	const struct alert_out		 out = raising_out(&w->raising,
	    w->triggers != NULL || (w->o->worker != NULL &&
	    w->o->triggers != NULL));
	struct engine			*e = engine_new(p, w->o->names,
	    &options, &out);

	if (w->spent != NULL)
		engine_profile(e, w->spent->profile);
	if (w->o->metrics != NULL && w->census == NULL)
		w->census = census_new(w->o->names);
	engine_census(e, w->census);
	engine_on_unknown(e, raising_unknown, &w->raising);
	w->absences = absences_wanted(p);
	return e;
}

struct stream *
watching_stream(struct watching *w, const struct input *in)
{
	const uint32_t	 n = w->engine == NULL ? (uint32_t)w->nstreams :
	    engine_source(w->engine, !in->again);
	struct stream	*s = xcalloc(1, sizeof(*s));

	stream_init(s, w, in, n);
	if (w->engine != NULL && in->host != NULL)
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
	f->missed += s->missed;
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
	f->waiting += w->engine == NULL ? s->waiting :
	    engine_waiting(w->engine, s->number);
}

static void
collect_engine(const struct watching *w, struct figures *f)
{
	if (w->hostwise != NULL)
		hostwise_stats(w->hostwise, &f->engine);
	if (w->engine == NULL)
		return;
	engine_stats(w->engine, &f->engine);
	f->read = engine_newest(w->engine, &f->newest);
}

void
watching_figures(const struct watching *w, struct figures *f)
{
	struct outward_stats	 out = { 0 };

	w->outward.flush(w->outward.arg);	/* what is lost counts */
	*f = (struct figures){ .bytes = w->bytes, .passed = w->self.passed,
	    .aside = w->aside,
	    .steps_gone = w->raising.steps_gone, .reloads = w->reloads,
	    .reloads_failed = w->reloads_failed };
	f->remembers = remembered_stats(w->remembered, &f->state);
	collect_engine(w, f);
	f->now = (int64_t)time(NULL);
	w->outward.stats(w->outward.arg, &out);
	f->sinks = out.sinks;
	f->triggers = out.triggers;
	f->queued = out.waiting;
	for (size_t i = 0; i < w->nstreams; i++)
		collect_stream(w, w->streams[i], f);
	for (size_t i = 0; i < w->o->ninputs; i++) {
		f->dropped += w->lives[i].pipe.drops;
		f->truncated += w->lives[i].pipe.truncates;
	}
}

void
watching_status(struct watching *w)
{
	if (w->hostwise == NULL || !hostwise_ask(w->hostwise))
		watching_tell_status(w);
}

void
watching_tell_status(struct watching *w)
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
