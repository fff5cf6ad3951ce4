/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profile.c - where the time of an engine goes.
 *
 * Between two looks at the clock exactly one thing is done, and it is noted
 * with its time; only when a batch has ended well the notes are added up. The
 * clock that is cheap to read goes on while others have the processor, so one
 * that is dear is read at the beginning and at the end of a batch: when these
 * two disagree, the batch was interrupted. What noting costs is
 * measured once and taken off each time.
 */
#include "engine/profile.h"

#include <stdlib.h>
#include <time.h>

#include "base/mem.h"

#define NOBODY		UINT32_MAX
#define TRIES		500u		/* to find out what noting costs, */
#define PASSES		4u		/* of which the least counts */
#define LEEWAY		1.2		/* times that the clocks may differ, */
#define LEEWAY_NS	3000.0		/* and so much more */

/* So long this was done, for this rule or set. */
struct note {
	double		 ns;
	enum profile_stage stage;
	uint32_t	 rule, set;	/* or NOBODY */
	bool		 begins;	/* it is considered from here */
	bool		 yes;		/* and has matched in here */
};

struct profile_notes {
	struct note	 now;
	struct note	*v;
	size_t		 n, cap;
	double		 since;		/* when `now` began */
	double		 start, start_cpu;
	double		 lap_ns;	/* what noting costs */
	uint64_t	 batches, records;
	bool		 followed;
};

static double
clock_now(clockid_t which)
{
	struct timespec	 t;

	(void)clock_gettime(which, &t);		/* both are known */
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

void
profile_free(struct profile *p)
{
	if (p == NULL)
		return;
	free(p->rules);
	free(p->sets);
	free(p->notes->v);
	free(p->notes);
	free(p);
}

/* What was done until now is noted. */
static void
lap(struct profile *p)
{
	struct profile_notes	*s = p->notes;
	double			 now;

	if (!s->followed)
		return;
	now = clock_now(CLOCK_MONOTONIC);
	s->now.ns = now - s->since - s->lap_ns;
	s->v = mem_grow(s->v, &s->cap, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = s->now;
	s->now.begins = s->now.yes = false;
	s->since = now;
}

/* Of an empty stage all time is that of noting it, if nobody interrupts. */
static void
calibrate(struct profile *p)
{
	struct profile_notes	*s = p->notes;

	s->followed = true;
	for (unsigned pass = 0; pass < PASSES; pass++) {
		double	 start, ns;

		lap(p);
		start = s->since;
		for (unsigned i = 0; i < TRIES; i++)
			lap(p);
		ns = (s->since - start) / TRIES;
		if (pass == 0 || ns < s->lap_ns)
			s->lap_ns = ns;
		s->n = 0;		/* but there is room now */
	}
	s->followed = false;
}

struct profile *
profile_new(const struct program *p)
{
	struct profile	*new = xcalloc(1, sizeof(*new));

	new->nrules = p->nrules;
	new->rules = xcalloc(p->nrules + 1, sizeof(*new->rules));
	new->nsets = p->nobject_sets;
	new->sets = xcalloc(p->nobject_sets + 1, sizeof(*new->sets));
	new->notes = xcalloc(1, sizeof(*new->notes));
	calibrate(new);
	return new;
}

static void
add(struct profile_part *part, const struct note *n)
{
	part->ns += n->ns;
	part->considered += n->begins;
	part->matched += n->yes;
}

/* A set that is asked on behalf of a rule has the time to itself. */
static void
add_up(struct profile *p)
{
	const struct profile_notes	*s = p->notes;

	for (size_t i = 0; i < s->n; i++) {
		const struct note	*n = &s->v[i];

		p->ns[n->stage] += n->ns;
		if (n->set != NOBODY)
			add(&p->sets[n->set], n);
		else if (n->rule != NOBODY)
			add(&p->rules[n->rule], n);
	}
	p->followed += s->records;
}

void
profile_end(struct profile *p)
{
	struct profile_notes	*s = p->notes;
	double			 wall, cpu;

	if (!s->followed)
		return;
	lap(p);
	s->followed = false;
	wall = s->since - s->start;
	cpu = clock_now(CLOCK_THREAD_CPUTIME_ID) - s->start_cpu;
	if (wall <= cpu * LEEWAY + LEEWAY_NS)
		add_up(p);
	else
		p->dropped++;
	s->n = 0;
}

bool
profile_batch(struct profile *p, uint64_t fed)
{
	struct profile_notes	*s = p->notes;

	profile_end(p);
	s->records = fed - p->records;
	p->records = fed;
	if (s->batches++ % PROFILE_EVERY != 0)
		return false;
	s->followed = true;
	s->now = (struct note){ .stage = PROFILE_TOKENS, .rule = NOBODY,
	    .set = NOBODY };
	s->start_cpu = clock_now(CLOCK_THREAD_CPUTIME_ID);
	s->since = s->start = clock_now(CLOCK_MONOTONIC);
	return true;
}

enum profile_stage
profile_enter(struct profile *p, enum profile_stage stage)
{
	const enum profile_stage	 before = p->notes->now.stage;

	lap(p);
	p->notes->now.stage = stage;
	return before;
}

void
profile_rule(struct profile *p, uint32_t rule, bool considers)
{
	struct note	*now = &p->notes->now;

	lap(p);
	now->begins = considers;
	now->rule = rule;
}

void
profile_no_rule(struct profile *p)
{
	lap(p);
	p->notes->now.rule = NOBODY;
}

void
profile_matched(struct profile *p)
{
	p->notes->now.yes = true;
}

void
profile_ask(struct profile *p, uint32_t set)
{
	struct note	*now = &p->notes->now;

	lap(p);
	now->set = set;
	now->stage = PROFILE_PATTERNS;
	now->begins = true;
}

void
profile_answered(struct profile *p, bool yes)
{
	struct note	*now = &p->notes->now;

	now->yes = yes;
	lap(p);
	now->set = NOBODY;
	now->stage = PROFILE_RULES;
}
