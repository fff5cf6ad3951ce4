/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_case.h - rules with the records of a test, and whoever follows the
 * first rule: for the tests of what `explain` is told and tells.
 */
#ifndef TESTS_TRACE_CASE_H
#define TESTS_TRACE_CASE_H

#include "rule_case.h"

#include "bsm/frame.h"
#include "engine/engine.h"
#include "engine/trace.h"
#include "run/misses.h"
#include "run/ruletest.h"
#include "run/telling.h"

struct trace_case {
	struct rule_case	*c;
	struct program		*program;
	struct tree		*tree;
	struct engine		*engine;
	struct misses		*misses;
	struct telling		 words;
	struct buf		 trail;
	struct buf		 said;		/* what the followers wrote */
	uint64_t		 records;	/* that were fed */
	unsigned		 state;		/* for the followers */
};

static inline bool
trace_case_user(void *arg, uint32_t id, char *name, size_t n)
{
	(void)arg;
	if (id != 0 || n < 5)
		return false;
	memcpy(name, "root", 5);
	return true;
}

static inline bool
trace_case_group(void *arg, uint32_t id, char *name, size_t n)
{
	(void)arg;
	(void)id;
	(void)name;
	(void)n;
	return false;
}

/* The rules and the records of their first test; not yet fed. */
static inline struct trace_case *
trace_case_new(const char *text)
{
	struct trace_case	*t = xcalloc(1, sizeof(*t));
	struct words_env	 words;
	struct tests		*tests;
	struct program		*p;
	const struct item	*item;

	t->c = case_new(text);
	t->c->accounts.user_of = trace_case_user;
	t->c->accounts.group_of = trace_case_group;
	words = (struct words_env){ t->c->names, &t->c->accounts,
	    t->c->diags };
	p = rules_load_tests(&t->c->env, "main.conf", t->c->diags, &tests);
	if (p == NULL || !ruletest_trail(&words, &tests->tests[0], &t->trail))
		fail_msg("refused: %s", case_said(t->c));
	tests_free(tests);
	program_free(p);
	t->program = rules_load_tree(&t->c->env, "main.conf", t->c->diags,
	    &t->tree);
	for (item = t->tree->items; item->kind != ITEM_SEQUENCE ||
	    item->number != 0; item = item->next)
		;
	t->misses = misses_new(t->program, &t->program->rules[0], item,
	    &t->c->accounts);
	t->words = (struct telling){ .names = t->c->names,
	    .accounts = &t->c->accounts, .rule = &t->program->rules[0],
	    .misses = t->misses, .trail = "t" };
	return t;
}

static inline void
trace_case_free(struct trace_case *t)
{
	engine_free(t->engine);
	misses_free(t->misses);
	tree_free(t->tree);
	program_free(t->program);
	case_free(t->c);
	buf_fini(&t->trail);
	buf_fini(&t->said);
	free(t);
}

/* Feed the records, which are gone afterwards. */
static inline void
trace_case_run(struct trace_case *t,
    void (*record)(void *, const struct trace_record *), trace_step_fn step)
{
	const struct engine_options	 options = { .skip_steps = true };
	const struct alert_out		 out = { .arg = NULL };
	const struct trace		 trace = { .rule = 0,
	    .record = record, .step = step, .arg = t };
	uint8_t				*bytes = xmemdup(t->trail.p,
	    t->trail.n);			/* of this very length */
	struct frame			*frame = frame_new();
	struct frame_record		 f;
	struct record			 r;
	uint32_t			 source;

	t->engine = engine_new(t->program, t->c->names, &options, &out);
	engine_trace(t->engine, &trace);
	source = engine_source(t->engine, false);
	(void)frame_feed(frame, bytes, t->trail.n);
	while (frame_next(frame, &f) == 1)
		if (f.kind == FRAME_RECORD && record_head(&r, &f) == 0) {
			t->records++;
			engine_feed(t->engine, source, &r);
		}
	free(bytes);
	frame_free(frame);
}

static inline void
trace_case_no_record(void *arg, const struct trace_record *r)
{
	(void)arg;
	(void)r;
}

static inline void
trace_case_no_step(void *arg, const struct trace_step *s)
{
	(void)arg;
	(void)s;
}

#endif
