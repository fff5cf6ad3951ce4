/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * judge.h - the slow and obvious engine that test_engine.c compares with.
 *
 * One list of sequences, one list of live instances, each looked at for each
 * record, a multiplier as so many states, a file cache that is searched from
 * its start. It reads records in words; the engine reads the same as bytes.
 */
#ifndef TESTS_JUDGE_H
#define TESTS_JUDGE_H

#include <fnmatch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/patterns.h"
#include "engine/engine.h"

#include "draw.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* A record in words. */
struct words {
	uint32_t	 source;
	uint16_t	 event;
	int64_t		 seconds;
	uint32_t	 ids[REC_IDS];	/* of the subject */
	uint32_t	 pid, session;
	uint8_t		 error;
	const char	*path;		/* or NULL, as zone */
	const char	*zone;
	uint32_t	 fsid;
	uint64_t	 node;		/* 0: no attribute token */
	bool		 subject;	/* has a subject token */
};

/* The same as bytes, the way FreeBSD writes them. */
static void
put_words(struct buf *b, const struct words *w)
{
	size_t		 start = b->n;
	struct token	 t = { .layout = layout_find(TOK_HEADER32) };

	t.header.version = 11;
	t.header.event = w->event;
	t.header.seconds = (uint64_t)w->seconds;
	assert_int_equal(build_token(b, &t), 0);
	if (w->path != NULL) {
		t = (struct token){ .layout = layout_find(TOK_PATH) };
		t.str.text = build_cstr(w->path);
		assert_int_equal(build_token(b, &t), 0);
	}
	if (w->node != 0) {
		t = (struct token){ .layout = layout_find(TOK_ATTR32) };
		t.attr.fsid = w->fsid;
		t.attr.node = w->node;
		assert_int_equal(build_token(b, &t), 0);
	}
	if (w->subject) {
		t = (struct token){ .layout = layout_find(TOK_SUBJECT32) };
		t.subject.auid = w->ids[REC_AUID];
		t.subject.euid = w->ids[REC_EUID];
		t.subject.egid = w->ids[REC_EGID];
		t.subject.ruid = w->ids[REC_RUID];
		t.subject.rgid = w->ids[REC_RGID];
		t.subject.pid = w->pid;
		t.subject.session = w->session;
		t.subject.address = (struct slice){ (const uint8_t *)"\0\0\0",
		    4 };
		assert_int_equal(build_token(b, &t), 0);
	}
	if (w->zone != NULL) {
		t = (struct token){ .layout = layout_find(TOK_ZONENAME) };
		t.str.text = build_cstr(w->zone);
		assert_int_equal(build_token(b, &t), 0);
	}
	if (w->error != 0) {		/* without: success */
		t = (struct token){ .layout = layout_find(TOK_RETURN32) };
		t.ret.error = w->error;
		assert_int_equal(build_token(b, &t), 0);
	}
	build_finish(b, start);
}

/* What comes out, in order. */

enum happening { MATCHED, ALERT, TRIGGER };

struct happened {
	enum happening		 what;
	const char		*label;		/* of the rule */
	int64_t			 seconds;
	uint32_t		 subject;
	int64_t			 duration;
	uint64_t		 records;
	bool			 last;		/* a trigger of a last state */
	uint32_t		 source;
	/* What the judge does not know. */
	uint64_t		 uid[2];
	uint64_t		 steps;		/* a sum of where they are */
};

struct story {
	struct happened	*v;
	size_t		 n, cap;
	/* Of the last alert. */
	uint64_t	 uid[2];
	struct alert_step steps[ALERT_STEPS_MAX];
	size_t		 nsteps;
	struct slice	 object;	/* of the last trigger */
	const struct engine *live;	/* its source 1 is; or NULL */
};

static void
tell(struct story *s, struct happened h)
{
	s->v = mem_grow(s->v, &s->cap, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = h;
}

static void
on_matched(void *arg, const struct record *r, uint32_t source)
{
	tell(arg, (struct happened){ .what = MATCHED, .seconds = r->seconds,
	    .source = source });
}

static void
on_alert(void *arg, struct alert *a)
{
	struct story	*s = arg;
	uint64_t	 steps = a->nsteps;

	for (size_t i = 0; i < a->nsteps; i++) {
		struct alert_step	 one = a->steps[i];

		if (s->live != NULL && one.source == 1)
			engine_kept(s->live, &one);
		steps = steps * 31 + one.offset + one.source + one.state +
		    one.bytes.n;
	}
	s->uid[0] = a->uid[0];
	s->uid[1] = a->uid[1];
	s->nsteps = a->nsteps;
	memcpy(s->steps, a->steps, a->nsteps * sizeof(*a->steps));
	tell(s, (struct happened){ .what = ALERT, .label = a->rule.label,
	    .seconds = a->seconds, .subject = a->subject,
	    .duration = a->duration_s, .records = a->records,
	    .source = a->source, .uid = { a->uid[0], a->uid[1] },
	    .steps = steps });
}

static void
on_trigger(void *arg, const struct alert_trigger *t)
{
	struct story	*s = arg;

	s->object = t->has_object ? t->object : (struct slice){ NULL, 0 };
	tell(s, (struct happened){ .what = TRIGGER, .label = t->rule->label,
	    .seconds = t->record->seconds, .last = t->alert != NULL,
	    .source = t->source });
}

static void
story_clear(struct story *s)
{
	free(s->v);
	memset(s, 0, sizeof(*s));
}

static bool
same_happened(const struct happened *a, const struct happened *b)
{
	return a->what == b->what && a->seconds == b->seconds &&
	    a->source == b->source && a->subject == b->subject &&
	    a->duration == b->duration && a->records == b->records &&
	    a->last == b->last &&
	    (a->label == b->label || (a->label != NULL && b->label != NULL &&
	    strcmp(a->label, b->label) == 0));
}

/* The engine, fed with words. */

#define AHEAD	100u		/* records fed at once, at most */

struct run {
	struct engine		*e;
	struct names		*names;
	struct story		*story;
	struct alert_out	 out;
	struct engine_options	 options;
	uint64_t		 offset;
};

static void
run_new(struct run *r, const struct program *p,
    const struct engine_options *o)
{
	*r = (struct run){ .names = names_new(), .options = *o,
	    .story = calloc(1, sizeof(*r->story)) };
	assert_non_null(r->story);
	r->out = (struct alert_out){ on_matched, on_trigger, on_alert,
	    r->story };
	r->e = engine_new(p, r->names, o, &r->out);
}

static void
run_free(struct run *r)
{
	engine_free(r->e);
	names_free(r->names);
	story_clear(r->story);
	free(r->story);
}

static void
feed_bytes(struct run *r, uint32_t source, struct slice bytes)
{
	struct frame_record	 f = { .kind = FRAME_RECORD,
	    .bytes = exact(bytes), .offset = r->offset,
	    .quality = FRAME_STRONG };
	struct record		 rec;

	assert_int_equal(record_head(&rec, &f), 0);
	engine_feed(r->e, source, &rec);
	r->offset += bytes.n;
	exact_free(f.bytes);
}

static void
feed(struct run *r, const struct words *w)
{
	struct buf	 b = { 0 };

	put_words(&b, w);
	feed_bytes(r, w->source, buf_bytes(&b));
	buf_fini(&b);
}

/*
 * Feed as many of these as are of one source, no more than AHEAD, one by one or
 * at once. Returns how many.
 */
static size_t
feed_some(struct run *r, const struct words *const *w, size_t n, bool many)
{
	struct record	 recs[AHEAD];
	size_t		 some = 0;

	for (; some < n && some < AHEAD &&
	    w[some]->source == w[0]->source; some++) {
		struct buf		 b = { 0 };
		struct frame_record	 f = { .kind = FRAME_RECORD };

		put_words(&b, w[some]);
		f.bytes = exact(buf_bytes(&b));
		f.offset = r->offset;
		r->offset += b.n;
		buf_fini(&b);
		assert_int_equal(record_head(&recs[some], &f), 0);
	}
	if (many)
		engine_feed_many(r->e, w[0]->source, recs, some);
	else
		for (size_t i = 0; i < some; i++)
			engine_feed(r->e, w[0]->source, &recs[i]);
	for (size_t i = 0; i < some; i++)
		exact_free(recs[i].bytes);
	return some;
}

/* The judge. */

struct judged {				/* a live instance */
	struct judged	*next;		/* an older one */
	const struct rule *rule;
	uint32_t	 source, subject, scope;
	const char	*zone;		/* where the rule has a zone */
	int64_t		 first_s;
	size_t		 state;		/* multipliers counted out */
	uint64_t	 records;
	bool		 completed;
};

struct cached {
	uint32_t	 source, fsid;
	uint64_t	 node;
	const char	*path;
};

struct judge {
	const struct program	*program;
	struct patterns		*patterns;
	struct judged		*newest;
	struct cached		 cache[4096];
	size_t			 ncache;
	struct story		*story;
	/* The record being read. */
	const struct words	*w;
	const char		*path;	/* its own, or the cache's */
};

/* The state that the copy of so many counted out belongs to. */
static const struct state *
state_at(const struct rule *r, size_t at)
{
	for (size_t i = 0; i < r->nstates; i++) {
		if (at < r->states[i].multiplier)
			return &r->states[i];
		at -= r->states[i].multiplier;
	}
	return NULL;
}

static uint32_t
judge_subject(const struct judge *j, const struct rule *r)
{
	return j->w->subject ? j->w->ids[r->subject] : 0;
}

static uint32_t
judge_scope(const struct judge *j, const struct rule *r)
{
	if (r->scope == SCOPE_GLOBAL || !j->w->subject)
		return 0;
	return r->scope == SCOPE_PROCESS ? j->w->pid : j->w->session;
}

static bool
among(const uint16_t *v, size_t n, uint16_t wanted)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == wanted)
			return true;
	return false;
}

static bool
object_among(struct judge *j, uint32_t set)
{
	const struct object_set	*s = &j->program->object_sets[set];

	for (size_t i = 0; i < s->n; i++) {
		size_t	 n = s->entries[i].n;

		if (s->type == OBJECT_PATH && strlen(j->path) >= n &&
		    memcmp(j->path, s->entries[i].p, n) == 0)
			return true;
	}
	return s->type == OBJECT_PCRE && patterns_match(j->patterns, set,
	    slice_str(j->path)) == 1;
}

static bool
meets(struct judge *j, const struct state *s)
{
	const struct event_set	*e;

	if (s->never)
		return false;
	if (!s->any_event) {
		e = &j->program->event_sets[s->events];
		if (among(e->numbers[DIALECT_FREEBSD], e->n[DIALECT_FREEBSD],
		    j->w->event) == s->not_event)
			return false;
	}
	if ((s->status == STATUS_SUCCESS && j->w->error != 0) ||
	    (s->status == STATUS_FAILURE && j->w->error == 0))
		return false;
	if (s->objects == PROGRAM_NONE)
		return true;
	return j->path != NULL && object_among(j, s->objects) != s->not_object;
}

static bool
same_zone(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_key(const struct judge *j, const struct judged *i)
{
	return i->source == j->w->source &&
	    i->subject == judge_subject(j, i->rule) &&
	    i->scope == judge_scope(j, i->rule) &&
	    (i->rule->zone == ZONE_FREE || same_zone(i->zone, j->w->zone));
}

static bool
may_begin(const struct judge *j, const struct rule *r)
{
	const struct id_set	*ids;
	bool			 found = false;

	switch (r->zone) {
	case ZONE_FREE:
		break;
	case ZONE_NONE:
		if (j->w->zone != NULL)
			return false;
		break;
	case ZONE_ANY:
		if (j->w->zone == NULL)
			return false;
		break;
	case ZONE_PATTERN:
		if (j->w->zone == NULL || fnmatch(r->zone_pattern, j->w->zone,
		    FNM_PATHNAME) != 0)
			return false;
	}
	if (r->any_subject)
		return true;
	ids = &j->program->id_sets[r->subjects];
	for (size_t i = 0; i < ids->n; i++)
		found |= ids->ids[i] == judge_subject(j, r);
	return found != r->not_subject;
}

static void
judge_tell(struct judge *j, enum happening what, const struct rule *r,
    const struct judged *i, bool last)
{
	struct happened	 h = { .what = what, .seconds = j->w->seconds,
	    .source = j->w->source, .last = last };

	if (what != MATCHED)
		h.label = r->label;
	if (what == ALERT) {
		h.subject = judge_subject(j, r);
		h.duration = j->w->seconds - i->first_s;
		h.records = i->records;
	}
	tell(j->story, h);
}

/* After a transition by a record that met this state of the rule. */
static void
judge_entered(struct judge *j, const struct rule *r, const struct state *s,
    const struct judged *i)
{
	bool	 last = state_at(r, i->state) == NULL;

	if (last)
		judge_tell(j, ALERT, r, i, false);
	if (s->trigger != NULL)
		judge_tell(j, TRIGGER, r, i, last);
}

static void
judge_cache(struct judge *j)
{
	const struct words	*w = j->w;
	bool			 pair = w->fsid != 0 && w->node != 0;

	j->path = w->path;
	for (size_t i = 0; pair && i < j->ncache; i++)
		if (j->cache[i].source == w->source &&
		    j->cache[i].fsid == w->fsid &&
		    j->cache[i].node == w->node) {
			if (w->path == NULL)
				j->path = j->cache[i].path;
			return;
		}
	if (pair && w->path != NULL) {
		assert_true(j->ncache < COUNT(j->cache));
		j->cache[j->ncache++] = (struct cached){ w->source, w->fsid,
		    w->node, w->path };
	}
}

static void
judge_live(struct judge *j)
{
	for (struct judged **at = &j->newest; *at != NULL;) {
		struct judged		*i = *at;
		const struct state	*s = state_at(i->rule, i->state);
		int64_t			 age = j->w->seconds - i->first_s;

		if (i->source != j->w->source) {
			at = &i->next;
			continue;
		}
		if (i->completed || (i->rule->timeout_s > 0 &&
		    age > i->rule->timeout_s)) {
			*at = i->next;
			free(i);
			continue;
		}
		at = &i->next;
		if (!same_key(j, i) || !meets(j, s))
			continue;
		judge_tell(j, MATCHED, i->rule, i, false);
		i->state++;
		i->records++;
		i->completed = state_at(i->rule, i->state) == NULL;
		judge_entered(j, i->rule, s, i);
	}
}

static void
judge_first(struct judge *j, const struct rule *r)
{
	const struct state	*s = state_at(r, 0);
	struct judged		 new = { .rule = r, .source = j->w->source,
	    .subject = judge_subject(j, r), .scope = judge_scope(j, r),
	    .zone = j->w->zone, .first_s = j->w->seconds, .state = 1,
	    .records = 1 };

	if (!r->enabled || !may_begin(j, r) || !meets(j, s))
		return;
	judge_tell(j, MATCHED, r, &new, false);
	if (state_at(r, 1) == NULL) {
		judge_entered(j, r, s, &new);
		return;
	}
	for (struct judged **at = &j->newest; *at != NULL;
	    at = &(*at)->next) {
		struct judged	*i = *at;

		if (i->rule != r || !same_key(j, i))
			continue;
		if (i->completed) {
			*at = i->next;
			free(i);
		}
		return;
	}
	new.next = j->newest;
	j->newest = xmemdup(&new, sizeof(new));
	judge_entered(j, r, s, &new);
}

static void
judge_feed(struct judge *j, const struct words *w)
{
	j->w = w;
	judge_cache(j);
	judge_live(j);
	for (size_t i = j->program->nrules; i-- > 0;)
		judge_first(j, &j->program->rules[i]);
}

static void
judge_fini(struct judge *j)
{
	while (j->newest != NULL) {
		struct judged	*next = j->newest->next;

		free(j->newest);
		j->newest = next;
	}
	patterns_free(j->patterns);
}

static void
judge_init(struct judge *j, const struct program *p, struct story *story)
{
	size_t	 at;
	char	 why[100];

	memset(j, 0, sizeof(*j));
	j->program = p;
	j->story = story;
	j->patterns = patterns_new();
	for (size_t i = 0; i < p->nobject_sets; i++)
		for (size_t k = 0; k < p->object_sets[i].n &&
		    p->object_sets[i].type == OBJECT_PCRE; k++)
			assert_int_equal(patterns_add(j->patterns,
			    p->object_sets[i].entries[k], (uint32_t)i, &at,
			    why, sizeof(why)), 0);
}

#endif
