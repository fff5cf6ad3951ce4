/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * referee.h - the slow and obvious life of sequences of the second edition,
 * that test_referee.c compares the engine with.
 *
 * Written from bsmtrace.conf(5) alone. Every partial match is an item of one
 * list, with a copy of all that it has met; a multiplier is so many levels;
 * every item is looked at for every record. Nothing is fast.
 */
#ifndef TESTS_REFEREE_H
#define TESTS_REFEREE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "bsm/names.h"
#include "rule/program.h"

/* A record in words. */
struct deed {
	uint16_t	 event;
	int64_t		 millis;
	uint32_t	 auid, pid, session;
	uint8_t		 error;
	const char	*path;		/* or NULL */
};

#define REFEREE_LEVELS	64u
#define REFEREE_RECS	256u

/* Records that meet the levels up to one of a rule. */
struct part {
	uint32_t	 rule;
	char		 key[96];
	uint32_t	 level;		/* levels met, from 1 */
	const char	*bound[VARIABLES_MAX];	/* or NULL */
	const char	*value;		/* of a `distinct`, else NULL */
	/*
	 * A count of values begins with the last of the first NSTART records,
	 * which has this value: the record itself, or with one that nothing
	 * goes on to, what the newest before it began with.
	 */
	const char	*start_value;
	uint32_t	 nstart;
	uint32_t	 recs[REFEREE_RECS];	/* ordinals */
	uint32_t	 nrecs;
	uint32_t	 met_here;	/* of them, in this state */
	int64_t		 last_ms;	/* of the last, or end of an absence */
	uint32_t	 made_by;	/* ordinal */
	bool		 baseless;	/* a value that goes on from nothing */
	bool		 gone;
};

/* What a rule has for a key after an alert. */
struct cooling {
	uint32_t	 rule;
	char		 key[96];
	int64_t		 at_ms;
	uint64_t	 held;
};

struct referee {
	const struct program	*program;
	enum dialect		 dialect;
	const struct deed	*deeds;
	struct part		*parts;
	size_t			 nparts, parts_cap;
	struct cooling		*coolings;
	size_t			 ncoolings, coolings_cap;
	struct part		*due;		/* alerts of one level */
	size_t			 ndue, due_cap;
	struct buf		*told;		/* of the record at hand */
	size_t			 ntold, told_cap;
};

/* A level of a rule: the I-th time, from 1, that a state is to be met. */
struct level {
	uint32_t	 state, nth;
	bool		 last_of_state;
};

static inline bool
is_distinct(const struct state *s)
{
	return s->distinct != FIELDS && s->multiplier > 1;
}

static inline uint32_t
levels_of(const struct rule *r, struct level *levels)
{
	uint32_t	 n = 0;

	for (uint32_t s = 0; s < r->nstates; s++) {
		const uint32_t	 times = is_distinct(&r->states[s]) ? 1 :
		    r->states[s].multiplier;

		for (uint32_t i = 1; i <= times && n < REFEREE_LEVELS; i++)
			levels[n++] = (struct level){ s, i, i == times };
	}
	return n;
}

/* Predicates. */

static inline bool
lies_in(const char *path, const char *dir)
{
	const size_t	 n = strlen(dir);

	return strncmp(path, dir, n) == 0 &&
	    (path[n] == '\0' || path[n] == '/' || (n > 0 && dir[n - 1] == '/'));
}

static inline bool	 meets(const struct referee *, const struct state *,
			    const struct deed *, const char *const *bound);

static inline bool
holds(const struct referee *f, const struct predicate *p, const struct deed *d,
    const char *const *bound)
{
	const struct match_set	*set;
	const char		*value;

	switch (p->kind) {
	case PRED_EITHER:
		for (size_t i = 0; i < p->nblocks; i++)
			if (meets(f, &p->blocks[i], d, bound))
				return true;
		return false;
	case PRED_NONE:
		return d->path == NULL;
	case PRED_NUMBER:
		return p->compare == COMPARE_EQ ? d->pid == p->number :
		    p->compare == COMPARE_NE ? d->pid != p->number :
		    p->compare == COMPARE_LT ? d->pid < p->number :
		    d->pid > p->number;
	case PRED_SET:
		if (d->path == NULL)
			return false;
		set = &f->program->match_sets[p->set];
		for (size_t i = 0; i < set->n; i++)
			if (slice_is(set->entries[i], d->path))
				return !p->negated;
		return p->negated;
	case PRED_BOUND:
		value = bound == NULL ? NULL : bound[p->variable];
		if (value == NULL || d->path == NULL)
			return false;
		if (p->compare == COMPARE_IN)
			return lies_in(d->path, value) != p->negated;
		return (strcmp(d->path, value) == 0) ==
		    (p->compare == COMPARE_EQ);
	default:
		abort();
	}
}

/* Event, status, the object by prefix, and all predicates. */
static inline bool
meets(const struct referee *f, const struct state *s, const struct deed *d,
    const char *const *bound)
{
	const struct program	*p = f->program;

	if (s->never || (s->status != STATUS_ANY &&
	    (s->status == STATUS_SUCCESS) != (d->error == 0)))
		return false;
	if (!s->any_event && event_set_has(&p->event_sets[s->events],
	    f->dialect, d->event) == s->not_event)
		return false;
	if (s->objects != PROGRAM_NONE) {
		const struct object_set	*set = &p->object_sets[s->objects];
		bool			 in = false;

		if (d->path == NULL)
			return false;
		for (size_t i = 0; i < set->n; i++)
			in |= strncmp(d->path, (const char *)set->entries[i].p,
			    set->entries[i].n) == 0;
		if (in == s->not_object)
			return false;
	}
	for (size_t i = 0; i < s->npredicates; i++)
		if (!holds(f, &p->predicates[s->predicates[i]], d, bound))
			return false;
	return true;
}

static inline bool
is_subject(const struct referee *f, const struct rule *r,
    const struct deed *d)
{
	return r->any_subject || id_set_has(&f->program->id_sets[r->subjects],
	    d->auid) != r->not_subject;
}

/* False when the record lacks a part of it. */
static inline bool
key_of_deed(const struct rule *r, const struct deed *d, char *key, size_t n)
{
	int	 at = 0;

	if (!r->by_none)
		at = snprintf(key, n, "u%u ", d->auid);
	else
		key[0] = '\0';
	if (r->scope == SCOPE_PROCESS)
		at += snprintf(key + at, n - (size_t)at, "p%u ", d->pid);
	if (r->scope == SCOPE_SESSION)
		at += snprintf(key + at, n - (size_t)at, "s%u ", d->session);
	for (size_t i = 0; i < r->nby; i++) {
		if (r->by[i] == FIELD_OBJECT && d->path == NULL)
			return false;
		if (r->by[i] == FIELD_OBJECT)
			at += snprintf(key + at, n - (size_t)at, "o%s ",
			    d->path);
		else if (r->by[i] == FIELD_PID)
			at += snprintf(key + at, n - (size_t)at, "p%u ",
			    d->pid);
	}
	return true;
}

/* Parts. */

static inline bool
same_bound(const struct part *a, const struct part *b)
{
	for (unsigned i = 0; i < VARIABLES_MAX; i++)
		if ((a->bound[i] == NULL) != (b->bound[i] == NULL) ||
		    (a->bound[i] != NULL &&
		    strcmp(a->bound[i], b->bound[i]) != 0))
			return false;
	return true;
}

/* Nothing that both have bound differs. */
static inline bool
agrees(const struct part *a, const struct part *b)
{
	for (unsigned i = 0; i < VARIABLES_MAX; i++)
		if (a->bound[i] != NULL && b->bound[i] != NULL &&
		    strcmp(a->bound[i], b->bound[i]) != 0)
			return false;
	return true;
}

static inline bool
of_key(const struct part *p, uint32_t rule, const char *key)
{
	return !p->gone && p->rule == rule && strcmp(p->key, key) == 0;
}

static inline int64_t
floor_s(int64_t millis)
{
	return millis >= 0 ? millis / 1000 : -((-millis + 999) / 1000);
}

/* In the place of the one that it is like. */
static inline void
keep_part(struct referee *f, const struct part *p)
{
	for (size_t i = 0; i < f->nparts; i++) {
		struct part	*q = &f->parts[i];

		if (of_key(q, p->rule, p->key) && q->level == p->level &&
		    same_bound(q, p) && (p->value == NULL) ==
		    (q->value == NULL) && (p->value == NULL ||
		    strcmp(p->value, q->value) == 0)) {
			*q = *p;
			return;
		}
	}
	f->parts = mem_grow(f->parts, &f->parts_cap, f->nparts + 1,
	    sizeof(*f->parts));
	f->parts[f->nparts++] = *p;
}

static inline void
sweep_parts(struct referee *f)
{
	size_t	 n = 0;

	for (size_t i = 0; i < f->nparts; i++)
		if (!f->parts[i].gone)
			f->parts[n++] = f->parts[i];
	f->nparts = n;
}

/* Alerts, each a line of text. */

static inline struct cooling *
cooling_of(struct referee *f, const struct part *p)
{
	for (size_t i = 0; i < f->ncoolings; i++)
		if (f->coolings[i].rule == p->rule &&
		    strcmp(f->coolings[i].key, p->key) == 0)
			return &f->coolings[i];
	return NULL;
}

static inline void
say_alert(struct referee *f, const struct part *p, int64_t millis)
{
	const struct rule	*r = &f->program->rules[p->rule];
	struct cooling		*c = cooling_of(f, p);
	struct buf		 line = { 0 };
	uint64_t		 held = 0;

	if (r->cooldown_ms != 0 && c != NULL) {
		if (millis - c->at_ms <= r->cooldown_ms) {
			c->held++;
			return;
		}
		held = c->held;
		c->at_ms = millis;
		c->held = 0;
	} else if (r->cooldown_ms != 0) {
		f->coolings = mem_grow(f->coolings, &f->coolings_cap,
		    f->ncoolings + 1, sizeof(*f->coolings));
		c = &f->coolings[f->ncoolings++];
		*c = (struct cooling){ .rule = p->rule, .at_ms = millis };
		memcpy(c->key, p->key, sizeof(c->key));
	}
	buf_printf(&line, "%s at %lld held %llu:", r->label,
	    (long long)millis, (unsigned long long)held);
	for (uint32_t i = 0; i < p->nrecs; i++)
		buf_printf(&line, " %u", p->recs[i]);
	for (size_t i = 0; i < r->nvariables; i++)
		if (p->bound[i] != NULL)
			buf_printf(&line, " $%s=%s", r->variables[i].name,
			    p->bound[i]);
	f->told = mem_grow(f->told, &f->told_cap, f->ntold + 1,
	    sizeof(*f->told));
	f->told[f->ntold++] = line;
}

/* An alert uses up what agrees with it. */
static inline void
raise_part(struct referee *f, const struct part *p, int64_t millis)
{
	const struct part	 copy = *p;

	say_alert(f, &copy, millis);
	for (size_t i = 0; i < f->nparts; i++)
		if (of_key(&f->parts[i], copy.rule, copy.key) &&
		    agrees(&f->parts[i], &copy))
			f->parts[i].gone = true;
}

/* Time passes. */

static inline int64_t
first_ms(const struct referee *f, const struct part *p)
{
	return f->deeds[p->recs[0]].millis;
}

/* When the absence that it waits for is over; or INT64_MAX. */
static inline int64_t
absence_end(const struct referee *f, const struct part *p)
{
	const struct rule	*r = &f->program->rules[p->rule];
	struct level		 levels[REFEREE_LEVELS];
	const uint32_t		 n = levels_of(r, levels);

	if (p->gone || p->value != NULL || p->level >= n ||
	    r->states[levels[p->level].state].absent_ms < 0)
		return INT64_MAX;
	return p->last_ms + r->states[levels[p->level].state].absent_ms;
}

/* Is there one that waits for an absence in this place? It is not renewed. */
static inline bool
waits_there(const struct referee *f, const struct part *p)
{
	for (size_t i = 0; i < f->nparts; i++)
		if (of_key(&f->parts[i], p->rule, p->key) &&
		    f->parts[i].level == p->level &&
		    f->parts[i].value == NULL &&
		    same_bound(&f->parts[i], p) &&
		    absence_end(f, &f->parts[i]) != INT64_MAX)
			return true;
	return false;
}

static inline void
pass_absence(struct referee *f, size_t at)
{
	struct part		 p = f->parts[at];
	const struct rule	*r = &f->program->rules[p.rule];
	struct level		 levels[REFEREE_LEVELS];
	const int64_t		 end = absence_end(f, &p);

	f->parts[at].gone = true;
	if (r->timeout_s != 0 &&
	    floor_s(end) - floor_s(first_ms(f, &p)) > r->timeout_s)
		return;
	if (p.level + 1 == levels_of(r, levels)) {
		raise_part(f, &p, end);
		return;
	}
	p.level++;
	p.met_here = 0;
	p.last_ms = end;
	if (!waits_there(f, &p))
		keep_part(f, &p);
}

/* Newest first. */
static inline int
by_newest(const void *va, const void *vb)
{
	const struct part	*a = va, *b = vb;

	return (a->made_by < b->made_by) - (a->made_by > b->made_by);
}

/*
 * Copies of the values that count for the same as P, the newest first.
 */
static inline struct part *
values_like(const struct referee *f, const struct part *p, size_t *n)
{
	struct part	*v = xcalloc(f->nparts + 1, sizeof(*v));

	*n = 0;
	for (size_t i = 0; i < f->nparts; i++)
		if (of_key(&f->parts[i], p->rule, p->key) &&
		    f->parts[i].value != NULL &&
		    f->parts[i].level == p->level &&
		    same_bound(&f->parts[i], p))
			v[(*n)++] = f->parts[i];
	qsort(v, *n, sizeof(*v), by_newest);
	return v;
}

/* What began before it may need its record, if anything did and is left. */
static inline bool
counts_for_older(const struct referee *f, const struct part *p)
{
	size_t		 n;
	struct part	*v = values_like(f, p, &n);
	bool		 counts = false;

	for (size_t i = 0; i < n; i++)
		counts |= v[i].made_by < p->made_by && !v[i].baseless;
	free(v);
	return counts;
}

static inline void
time_passes(struct referee *f, int64_t now)
{
	for (;;) {
		int64_t	 soonest = INT64_MAX;
		size_t	 at = 0;

		for (size_t i = 0; i < f->nparts; i++)
			if (absence_end(f, &f->parts[i]) < soonest ||
			    (absence_end(f, &f->parts[i]) == soonest &&
			    soonest != INT64_MAX && f->parts[i].recs[0] >
			    f->parts[at].recs[0])) {
				soonest = absence_end(f, &f->parts[i]);
				at = i;		/* the newest begun first */
			}
		if (soonest >= now)
			break;
		pass_absence(f, at);
	}
	for (size_t i = 0; i < f->nparts; i++) {
		struct part		*p = &f->parts[i];
		const struct rule	*r = &f->program->rules[p->rule];
		struct level		 levels[REFEREE_LEVELS];
		const uint32_t		 n = levels_of(r, levels);

		if (p->gone)
			continue;
		if (r->timeout_s != 0 && floor_s(now) -
		    floor_s(first_ms(f, p)) > r->timeout_s) {
			p->baseless = p->value != NULL;
			p->gone = !p->baseless;
		}
		if (r->any_order || p->value != NULL || p->level >= n)
			continue;
		if (r->states[levels[p->level].state].within_ms >= 0 &&
		    now - p->last_ms >
		    r->states[levels[p->level].state].within_ms)
			p->gone = true;
	}
	for (size_t i = 0; i < f->nparts; i++)
		if (f->parts[i].baseless)
			f->parts[i].gone = !counts_for_older(f, &f->parts[i]);
	sweep_parts(f);
}

/* A record meets a level. */

/* BASE and this record, or this record alone. False when its binds lack. */
static inline bool
grow_part(const struct referee *f, uint32_t rule, const char *key,
    const struct part *base, const struct level *l, uint32_t ordinal,
    struct part *p)
{
	const struct state	*s = &f->program->rules[rule].states[l->state];
	const struct deed	*d = &f->deeds[ordinal];

	if (base != NULL)
		*p = *base;
	else {
		memset(p, 0, sizeof(*p));
		p->rule = rule;
		memcpy(p->key, key, strlen(key) + 1);
	}
	if (l->nth == 1)
		p->met_here = 0;
	for (size_t i = 0; i < s->nbinds; i++) {
		const char	**to = &p->bound[s->binds[i].variable];

		if (d->path == NULL || (*to != NULL &&
		    strcmp(*to, d->path) != 0))
			return false;
		*to = d->path;
	}
	p->level++;
	p->recs[p->nrecs++] = ordinal;
	p->met_here++;
	p->last_ms = d->millis;
	p->made_by = ordinal;
	return true;
}

static inline bool
in_window(const struct referee *f, const struct state *s,
    const struct level *l, const struct part *p)
{
	const int64_t	 now = f->deeds[p->recs[p->nrecs - 1]].millis;
	const int64_t	 then = f->deeds[p->recs[p->nrecs - p->met_here]].millis;

	return s->window_ms < 0 || !l->last_of_state ||
	    now - then <= s->window_ms;
}

/*
 * So many different values: those of the newest records of each value. The
 * part that they make has what the oldest of them came from.
 */
static inline bool
distinct_part(const struct referee *f, const struct state *s,
    const struct part *mine, struct part *made)
{
	size_t		 n;
	struct part	*v = values_like(f, mine, &n);
	bool		 good = false;

	if (n >= s->multiplier) {
		const struct part	*oldest = &v[s->multiplier - 1];
		uint32_t		 left = s->multiplier - 1;
		uint32_t		 others[REFEREE_LEVELS];

		good = !oldest->baseless &&
		    strcmp(mine->value, oldest->start_value) != 0 &&
		    (s->window_ms < 0 || mine->last_ms - f->deeds[
		    oldest->recs[oldest->nstart - 1]].millis <= s->window_ms);
		*made = *oldest;
		made->nrecs = oldest->nstart;
		for (size_t i = 0; left > 0 && i < n; i++)
			if (strcmp(v[i].value, oldest->start_value) != 0)
				others[--left] = v[i].recs[v[i].nrecs - 1];
		for (uint32_t i = left; i < s->multiplier - 1; i++)
			made->recs[made->nrecs++] = others[i];
		made->value = NULL;
		made->met_here = 0;
		made->last_ms = mine->last_ms;
		made->made_by = mine->made_by;
	}
	free(v);
	return good;
}

/*
 * Of N values as of N levels, each goes on from what the one before it had,
 * unless it has something newer itself. What is older than N is of no use.
 */
static inline void
move_on(struct referee *f, const struct state *s, const struct part *mine)
{
	size_t		 n;
	struct part	*v = values_like(f, mine, &n);

	for (size_t i = s->multiplier; i < n; i++) {
		v[i].gone = true;
		keep_part(f, &v[i]);
	}
	for (size_t i = 0; i + 1 < n && i + 1 < s->multiplier; i++) {
		struct part	 p = v[i + 1];

		if (!v[i].baseless || p.baseless)
			continue;
		p.nrecs = p.nstart;
		p.recs[p.nrecs++] = v[i].recs[v[i].nrecs - 1];
		p.value = v[i].value;
		p.last_ms = v[i].last_ms;
		p.made_by = v[i].made_by;
		keep_part(f, &p);
	}
	free(v);
}

/* A part that has met level L (from 0) is there: an alert, or to be kept. */
static inline void
settle(struct referee *f, struct part *p, uint32_t nlevels, bool *completed)
{
	if (p->level == nlevels) {
		*completed = true;
		f->due = mem_grow(f->due, &f->due_cap, f->ndue + 1,
		    sizeof(*f->due));
		f->due[f->ndue++] = *p;
	} else if (!waits_there(f, p))
		keep_part(f, p);
}

/* From one base, or from nothing at the first level. */
static inline void
try_base(struct referee *f, uint32_t rule, const char *key,
    const struct part *base, uint32_t at, uint32_t ordinal, bool *completed)
{
	const struct rule	*r = &f->program->rules[rule];
	struct level		 levels[REFEREE_LEVELS];
	const uint32_t		 n = levels_of(r, levels);
	const struct state	*s = &r->states[levels[at].state];
	const struct deed	*d = &f->deeds[ordinal];
	struct part		 p, made;

	if (!meets(f, s, d, base == NULL ? NULL : base->bound))
		return;
	if (s->absent_ms >= 0) {		/* it came: no absence */
		for (size_t i = 0; i < f->nparts; i++)
			if (of_key(&f->parts[i], rule, key) &&
			    f->parts[i].level == base->level &&
			    f->parts[i].value == NULL &&
			    same_bound(&f->parts[i], base))
				f->parts[i].gone = true;
		return;
	}
	if (base != NULL && s->within_ms >= 0 &&
	    d->millis - base->last_ms > s->within_ms)
		return;
	if (is_distinct(s)) {
		if (d->path == NULL || !grow_part(f, rule, key, base,
		    &levels[at], ordinal, &p))
			return;
		p.value = p.start_value = d->path;
		p.nstart = p.nrecs;
		keep_part(f, &p);
		if (distinct_part(f, s, &p, &made))
			settle(f, &made, n, completed);
		move_on(f, s, &p);
		return;
	}
	if (grow_part(f, rule, key, base, &levels[at], ordinal, &p) &&
	    in_window(f, s, &levels[at], &p))
		settle(f, &p, n, completed);
}

/* The one that began last comes first. */
static inline int
by_beginning(const void *va, const void *vb)
{
	const struct part	*a = va, *b = vb;

	return (a->recs[0] < b->recs[0]) - (a->recs[0] > b->recs[0]);
}

/* From all that have met the levels before, as they were at first. */
static inline void
try_bases(struct referee *f, uint32_t rule, const char *key, uint32_t at,
    uint32_t ordinal, bool *completed)
{
	struct part	*bases = xcalloc(f->nparts + 1, sizeof(*bases));
	size_t		 n = 0;

	for (size_t i = 0; i < f->nparts; i++)
		if (of_key(&f->parts[i], rule, key) &&
		    f->parts[i].level == at && f->parts[i].value == NULL)
			bases[n++] = f->parts[i];
	for (size_t i = 0; i < n; i++)
		try_base(f, rule, key, &bases[i], at, ordinal, completed);
	free(bases);
}

/* What the level has completed, as old as its first record. */
static inline void
raise_due(struct referee *f)
{
	if (f->ndue > 1)
		qsort(f->due, f->ndue, sizeof(*f->due), by_beginning);
	for (size_t i = 0; i < f->ndue; i++)
		raise_part(f, &f->due[i], f->due[i].last_ms);
	f->ndue = 0;
}

/* Is it the newest of the values that count for the same? */
static inline bool
is_newest_value(const struct referee *f, const struct part *p)
{
	for (size_t i = 0; i < f->nparts; i++)
		if (of_key(&f->parts[i], p->rule, p->key) &&
		    f->parts[i].value != NULL &&
		    f->parts[i].level == p->level &&
		    same_bound(&f->parts[i], p) &&
		    f->parts[i].made_by > p->made_by)
			return false;
	return true;
}

/* A record of a `distinct` that nothing goes on to: it counts all the same. */
static inline void
try_alone(struct referee *f, uint32_t rule, const char *key, uint32_t at,
    uint32_t ordinal, bool *completed)
{
	const struct rule	*r = &f->program->rules[rule];
	struct level		 levels[REFEREE_LEVELS];
	const uint32_t		 nlevels = levels_of(r, levels);
	const struct state	*s = &r->states[levels[at].state];
	const struct deed	*d = &f->deeds[ordinal];
	const size_t		 n = f->nparts;

	if (!is_distinct(s) || d->path == NULL || r->strict)
		return;
	for (size_t i = 0; i < n; i++) {
		struct part	 p = f->parts[i], made;

		if (!of_key(&p, rule, key) || p.value == NULL ||
		    p.level != at + 1 || p.made_by == ordinal ||
		    !is_newest_value(f, &p) || !meets(f, s, d, p.bound))
			continue;
		p.nrecs = p.nstart;
		p.recs[p.nrecs++] = ordinal;
		p.value = d->path;
		p.last_ms = d->millis;
		p.made_by = ordinal;
		keep_part(f, &p);
		if (distinct_part(f, s, &p, &made))
			settle(f, &made, nlevels, completed);
		move_on(f, s, &p);
	}
}

/*
 * `or more`: a further record takes the place of the last. Not where an absence
 * is waited for: that is not renewed, its time runs from the oldest.
 */
static inline void
try_more(struct referee *f, uint32_t rule, const char *key, uint32_t at,
    uint32_t ordinal)
{
	const struct rule	*r = &f->program->rules[rule];
	struct level		 levels[REFEREE_LEVELS];
	const struct state	*s;

	(void)levels_of(r, levels);
	s = &r->states[levels[at].state];
	/* The very first record is not replaced: who may begin has begun. */
	if (!s->or_more || !levels[at].last_of_state || at == 0)
		return;
	for (size_t i = 0; i < f->nparts; i++) {
		struct part	*p = &f->parts[i];

		if (!of_key(p, rule, key) || p->level != at + 1 ||
		    p->made_by == ordinal ||
		    absence_end(f, p) != INT64_MAX ||
		    !meets(f, s, &f->deeds[ordinal], p->bound))
			continue;
		p->recs[p->nrecs - 1] = ordinal;
		p->last_ms = f->deeds[ordinal].millis;
		p->made_by = ordinal;
	}
}

static inline void
try_levels(struct referee *f, uint32_t rule, const char *key, uint32_t ordinal)
{
	const struct rule	*r = &f->program->rules[rule];
	struct level		 levels[REFEREE_LEVELS];
	bool			 completed = false;

	for (uint32_t at = levels_of(r, levels); at-- > 0;) {
		if (at == 0) {
			if (!completed && (!r->by_none ||
			    is_subject(f, r, &f->deeds[ordinal])))
				try_base(f, rule, key, NULL, at, ordinal,
				    &completed);
		} else
			try_bases(f, rule, key, at, ordinal, &completed);
		try_alone(f, rule, key, at, ordinal, &completed);
		raise_due(f);
		try_more(f, rule, key, at, ordinal);
	}
}

/*
 * Any order: a part of one record for each place of each state. The record
 * takes the first state with a free place, else that of the oldest record.
 */
static inline void
try_any_order(struct referee *f, uint32_t rule, const char *key,
    uint32_t ordinal)
{
	const struct rule	*r = &f->program->rules[rule];
	const struct deed	*d = &f->deeds[ordinal];
	struct part		*oldest = NULL, p, all;
	uint32_t		 have[REFEREE_LEVELS] = { 0 };
	uint32_t		 wanted = 0, there = 0, state = UINT32_MAX;

	for (size_t i = 0; i < f->nparts; i++)
		if (of_key(&f->parts[i], rule, key))
			have[f->parts[i].level]++;
	for (uint32_t s = 0; s < r->nstates; s++) {
		wanted += r->states[s].multiplier;
		if (!meets(f, &r->states[s], d, NULL))
			continue;
		if (have[s] < r->states[s].multiplier) {
			state = state == UINT32_MAX ? s : state;
			continue;
		}
		for (size_t i = 0; i < f->nparts; i++)
			if (of_key(&f->parts[i], rule, key) &&
			    f->parts[i].level == s && (oldest == NULL ||
			    f->parts[i].recs[0] < oldest->recs[0]))
				oldest = &f->parts[i];
	}
	if (state == UINT32_MAX && oldest == NULL)
		return;
	memset(&p, 0, sizeof(p));
	p.rule = rule;
	memcpy(p.key, key, strlen(key) + 1);
	p.nrecs = 1;
	p.recs[0] = ordinal;
	p.last_ms = d->millis;
	p.level = state != UINT32_MAX ? state : oldest->level;
	if (state == UINT32_MAX)
		*oldest = p;
	else {
		f->parts = mem_grow(f->parts, &f->parts_cap, f->nparts + 1,
		    sizeof(*f->parts));
		f->parts[f->nparts++] = p;
	}
	all = p;
	all.nrecs = 0;
	for (uint32_t o = 0; o <= ordinal; o++)
		for (size_t i = 0; i < f->nparts; i++)
			if (of_key(&f->parts[i], rule, key) &&
			    f->parts[i].recs[0] == o) {
				all.recs[all.nrecs++] = o;
				there++;
			}
	if (there == wanted)
		raise_part(f, &all, d->millis);
}

static inline void
judge_rule(struct referee *f, uint32_t rule, uint32_t ordinal)
{
	const struct rule	*r = &f->program->rules[rule];
	const struct deed	*d = &f->deeds[ordinal];
	char			 key[96];

	if (!key_of_deed(r, d, key, sizeof(key)) ||
	    (!r->by_none && !is_subject(f, r, d)))
		return;
	for (size_t i = 0; i < r->nexcepts; i++)
		if (meets(f, &r->excepts[i], d, NULL))
			return;
	for (size_t i = 0; i < r->ncancels; i++)
		for (size_t j = 0; j < f->nparts; j++)
			if (of_key(&f->parts[j], rule, key) &&
			    meets(f, &r->cancels[i], d, f->parts[j].bound))
				f->parts[j].gone = true;
	sweep_parts(f);
	if (r->any_order)
		try_any_order(f, rule, key, ordinal);
	else
		try_levels(f, rule, key, ordinal);
	for (size_t i = 0; r->strict && i < f->nparts; i++)
		if (of_key(&f->parts[i], rule, key) &&
		    f->parts[i].made_by != ordinal &&
		    absence_end(f, &f->parts[i]) == INT64_MAX)
			f->parts[i].gone = true;
	sweep_parts(f);
}

/* Run the record with this ordinal; what it raises is in `told`. */
static inline void
referee_feed(struct referee *f, uint32_t ordinal)
{
	for (size_t i = 0; i < f->ntold; i++)
		buf_fini(&f->told[i]);
	f->ntold = 0;
	time_passes(f, f->deeds[ordinal].millis);
	for (uint32_t i = 0; i < f->program->nrules; i++)
		judge_rule(f, i, ordinal);
}

static inline void
referee_fini(struct referee *f)
{
	for (size_t i = 0; i < f->ntold; i++)
		buf_fini(&f->told[i]);
	free(f->told);
	free(f->parts);
	free(f->due);
	free(f->coolings);
}

#endif
