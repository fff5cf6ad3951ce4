/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ruletest.c - the tests that stand beside rules: made into records and run.
 *
 * A test is a walk over its lines with a clock. Running it and writing its
 * trail differ in what is done with each record.
 */
#include "run/ruletest.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "run/explain.h"

#define TEST_BEGINS	INT64_C(1767225600000)	/* 2026-01-01 00:00:00 UTC */

/* What is done with the lines; either may be NULL. */
struct visitor {
	void	(*record)(void *arg, const struct test_line *, struct slice);
	void	(*pass)(void *arg, int64_t millis);
	void	(*expect)(void *arg, const struct test_line *);
	void	*arg;
};

static bool
visit(const struct words_env *env, const struct test *t,
    const struct visitor *v, struct buf *trail)
{
	int64_t	 now = TEST_BEGINS;
	bool	 ok = true;

	for (const struct test_line *l = t->item->lines; l != NULL;
	    l = l->next) {
		size_t	 start = trail->n;

		switch (l->kind) {
		case LINE_RECORD:
			if (!words_record(env, l->words, l->nwords, now,
			    trail))
				ok = false;
			else if (v->record != NULL)
				v->record(v->arg, l, (struct slice){
				    trail->p + start, trail->n - start });
			break;
		case LINE_AFTER:
			now += (int64_t)(l->number * 1000);
			if (v->pass != NULL)
				v->pass(v->arg, now);
			break;
		case LINE_AT:
			ok &= words_time(env, l->words, l->nwords, &now);
			break;
		case LINE_EXPECT:
			if (v->expect != NULL)
				v->expect(v->arg, l);
			break;
		}
	}
	return ok;
}

struct run {
	struct frame	*frame;
	struct engine	*engine;
	uint32_t	 source;
	const struct rule *rule;	/* the test's own */
	uint64_t	 alerts;	/* of it, since the last `expect` */
	void		(*told)(void *, const struct ruletest_result *);
	void		*arg;
};

static void
count_alert(void *arg, struct alert *a)
{
	struct run	*run = arg;

	run->alerts += a->rule.label == run->rule->label &&
	    a->rule.file == run->rule->file &&
	    a->rule.line == run->rule->line;
}

/* The bytes of a line are a record. */
static bool
read_record(struct frame *frame, struct slice bytes, struct record *r)
{
	struct frame_record	 f;

	(void)frame_feed(frame, bytes.p, bytes.n);
	frame_quiet(frame);		/* a record without a trailer, too */
	while (frame_next(frame, &f) == 1)
		if (f.kind == FRAME_RECORD && record_head(r, &f) == 0)
			return true;
	return false;
}

static void
feed(void *arg, const struct test_line *l, struct slice bytes)
{
	struct run	*run = arg;
	struct record	 r;

	(void)l;
	if (read_record(run->frame, bytes, &r))
		engine_feed(run->engine, run->source, &r);
}

static void
pass(void *arg, int64_t millis)
{
	const struct run	*run = arg;

	engine_pass(run->engine, run->source, millis);
}

static void
expect(void *arg, const struct test_line *l)
{
	struct run		*run = arg;
	struct ruletest_result	 r = { l->at, l->number, run->alerts };

	run->alerts = 0;
	run->told(run->arg, &r);
}

/*
 * The rule and those whose alerts it waits for, directly or not; all others are
 * put to rest. Rules are named by their numbers, so they keep their places.
 */
static struct rule *
take_rules(const struct program *all, size_t own)
{
	struct rule	*rules = xcalloc(all->nrules, sizeof(rules[0]));
	bool		*wanted = xcalloc(all->nrules, sizeof(wanted[0]));
	size_t		*todo = xcalloc(all->nrules, sizeof(todo[0])), n = 1;

	wanted[todo[0] = own] = true;
	while (n > 0) {
		const struct rule	*r = &all->rules[todo[--n]];

		for (size_t i = 0; i < r->nstates; i++)
			for (size_t j = 0; j < r->states[i].nalerts; j++) {
				const uint32_t	to = r->states[i].alerts[j];

				if (!wanted[to])
					todo[n++] = to;
				wanted[to] = true;
			}
	}
	for (size_t i = 0; i < all->nrules; i++) {
		rules[i] = all->rules[i];
		rules[i].enabled &= wanted[i];
	}
	rules[own].enabled = true;
	free(todo);
	free(wanted);
	return rules;
}

bool
ruletest_run(const struct words_env *env, const struct program *all,
    const struct test *t,
    void (*told)(void *arg, const struct ruletest_result *), void *arg)
{
	struct program		 p = *all;
	struct rule		*rules = take_rules(all, t->rule);
	struct run		 run = { .told = told, .arg = arg };
	struct engine_options	 options = { 0 };
	struct alert_out	 out = { .alert = count_alert, .arg = &run };
	struct visitor		 v = { feed, pass, expect, &run };
	struct buf		 trail = { 0 };
	bool			 ok;

	p.rules = rules;
	run.rule = &rules[t->rule];
	run.frame = frame_new();
	run.engine = engine_new(&p, env->names, &options, &out);
	run.source = engine_source(run.engine, false);
	ok = visit(env, t, &v, &trail);
	engine_free(run.engine);
	frame_free(run.frame);
	buf_fini(&trail);
	free(rules);
	return ok;
}

/* Whom the lines are told to. */
struct listener {
	struct frame	*frame;
	struct explain	*explain;
	uint32_t	 source;
	const char	*file;
};

static void
tell_record(void *arg, const struct test_line *l, struct slice bytes)
{
	struct listener	*to = arg;
	struct record	 r;

	if (!read_record(to->frame, bytes, &r))
		return;
	r.offset = l->at.line;
	explain_feed(to->explain, to->source, to->file, &r);
}

static void
tell_pass(void *arg, int64_t millis)
{
	const struct listener	*to = arg;

	explain_pass(to->explain, to->source, millis);
}

void
ruletest_explain(const struct words_env *env, const struct program *p,
    const struct test *t, struct buf *out)
{
	const struct explain_options	 options = { .program = p,
	    .item = t->item->sequence, .names = env->names,
	    .accounts = env->accounts, .rule = (uint32_t)t->rule };
	struct listener			 to = { .frame = frame_new(),
	    .file = diags_name(env->diags, t->item->at.file) };
	const struct visitor		 v = { tell_record, tell_pass, NULL,
	    &to };
	struct buf			 trail = { 0 };

	to.explain = explain_new(&options);
	to.source = explain_source(to.explain, NULL);
	(void)visit(env, t, &v, &trail);	/* as far as it can be read */
	explain_tell(to.explain, out);
	explain_free(to.explain);
	frame_free(to.frame);
	buf_fini(&trail);
}

bool
ruletest_trail(const struct words_env *env, const struct test *t,
    struct buf *trail)
{
	static const struct visitor	 nobody;
	size_t				 start = trail->n;

	if (visit(env, t, &nobody, trail))
		return true;
	trail->n = start;
	return false;
}
