/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reload.c - the rules are read again while records come.
 *
 * An engine runs one program for its life, so another engine is made. It is
 * given what the old one remembers in the same rows that a checkpoint has, by
 * which rules are known by their text, whatever stands around them.
 */
#include "run/reload.h"

#include "base/log.h"
#include "engine/state.h"
#include "run/figures.h"
#include "run/live.h"
#include "run/stream.h"
#include "run/watching.h"

static bool
on_row(void *arg, const struct row *row)
{
	return state_loading_row(arg, row);
}

/* The sources of the run, in their order. */
static void
add_sources(const struct watching *w, struct engine *e)
{
	for (size_t i = 0; i < w->nstreams; i++) {
		const struct input	*in = w->streams[i]->in;
		const uint32_t		 n = engine_source(e, !in->again);

		if (in->host != NULL)
			engine_source_host(e, n, slice_str(in->host));
	}
}

/* False when what lives cannot be taken over, which is said. */
static bool
take_over(const struct engine *from, struct engine *to,
    struct state_loaded *told)
{
	struct state_loading	*l = state_loading_new(to);
	const bool		 good = engine_save(from, on_row, l) &&
	    state_loading_end(l, told);

	if (!good)
		log_warn("what lives cannot be taken over: %s",
		    state_loading_why(l));
	state_loading_free(l);
	return good;
}

static void
say(const struct watching *w, const struct state_loaded *told)
{
	struct buf	 text = { 0 };

	figures_count(&text, w->program->nrules, "rule");
	buf_str(&text, ", ");
	figures_count(&text, told->instances, "sequence");
	buf_str(&text, told->instances == 1 ? " lives on" : " live on");
	if (told->rules_gone > 0) {
		buf_str(&text, "; ");
		figures_count(&text, told->rules_gone, "rule");
		buf_str(&text, told->rules_gone == 1 ? " is gone" :
		    " are gone");
	}
	log_info("the rules were read again: %s", buf_cstr(&text));
	buf_fini(&text);
}

/* Where the time went is told rule by rule, so it is told of the old ones. */
static void
change_profile(struct watching *w, const struct program *p)
{
	if (w->spent == NULL)
		return;
	spent_end(w->spent);
	spent_tell(w->spent, w->program, w->o->spent);
	spent_free(w->spent);
	w->spent = spent_new(p);
	engine_profile(w->engine, w->spent->profile);
}

static void
change(struct watching *w, const struct program *p, struct engine *e,
    const struct state_loaded *told)
{
	const struct program	*old = w->program;

	engine_free(w->engine);
	w->engine = e;
	change_profile(w, p);
	w->program = p;
	w->reloads++;
	for (size_t i = 0; i < w->o->ninputs; i++)
		live_reselect(&w->lives[i]);
	w->o->rules->drop(w->o->rules->arg, old);
	say(w, told);
}

void
reload(struct watching *w)
{
	const struct pipeline_rules	*rules = w->o->rules;
	const bool			 had_absences = w->absences;
	const bool			 had_uid = w->want_uid;
	struct state_loaded		 told = { 0 };
	const struct program		*p;
	struct engine			*e;

	if ((p = rules->read(rules->arg, &w->want_uid)) == NULL) {
		w->want_uid = had_uid;
		w->reloads_failed++;
		log_warn("the rules stay as they were");
		return;
	}
	rules->use(rules->arg, p);
	if (w->engine == NULL) {	/* between hosts: nothing lives */
		change(w, p, NULL, &told);
		return;
	}
	e = watching_engine(w, p);
	if (w->o->worker != NULL)		/* our door is closed */
		engine_ready(e, false);
	add_sources(w, e);
	if (take_over(w->engine, e, &told)) {
		change(w, p, e, &told);
		return;
	}
	engine_free(e);
	w->absences = had_absences;
	w->want_uid = had_uid;
	w->reloads_failed++;
	rules->use(rules->arg, w->program);
	rules->drop(rules->arg, p);
	log_warn("the rules stay as they were");
}
