/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain.c - how far each key of a rule came, and what kept it from more.
 *
 * The engine tells what it does to the rule, step by step; before it does, the
 * record is asked about what waits, for near misses. The rule runs as it stands
 * among the others, with none but those whose alerts it waits for.
 *
 * A text needs the end of the story, so it is kept until then, within bounds.
 * Lines of JSON go out as things happen; of a key no more is kept than what
 * came near.
 */
#include "run/explain.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "engine/trace.h"
#include "run/misses.h"
#include "run/story.h"
#include "run/telling.h"
#include "run/telljson.h"
#include "sink/facts.h"

#define WAITS_SHOWN	5u	/* of a key */

struct explain {
	struct explain_options	 o;
	const struct rule	*rule;
	struct program		 program;	/* a copy, with these */
	struct rule		*rules;
	struct engine		*engine;
	struct misses		*misses;
	struct telling		 words;
	struct story		*story;
	struct first		 first;
	uint64_t		 records, alerts, held_back;
	struct buf		 json;		/* a line of it */

	/* Of the record at hand. */
	struct trace_record	 record;
	const struct trace_record *at;	/* it; NULL: between two */
	struct chapter		*chapter;	/* of its key; or NULL */
	uint64_t		 moment;
	bool			 told;		/* a step of this key */
	uint64_t		 new_missed;	/* clause of the first state */
	bool			 may_meet;	/* but for what is new */
};

/* Moments. */

/* Another line of the moment, begun with what it is about. */
static struct buf *
line(struct explain *x, struct chapter *c, bool of_record, int64_t millis)
{
	struct buf	*out;

	/* What is no record's doing stands by itself. */
	out = story_line(x->story, c, of_record ? x->records << 1 :
	    x->records << 1 | 1);
	if (out == NULL)
		return NULL;
	if (out->n == 0 && of_record)
		telling_record(&x->words, x->at->record, out);
	else if (out->n == 0) {
		facts_time(out, millis);
		buf_char(out, '\n');
	}
	buf_str(out, "    ");
	return out;
}

/* Hand out the line of JSON that was made. */
static void
put_json(struct explain *x)
{
	x->o.line(x->o.arg, buf_bytes(&x->json));
	buf_clear(&x->json);
}

static bool
by_record(const struct explain *x, const struct trace_step *t)
{
	return !t->absent && x->at != NULL && t->what != TRACE_TIMED_OUT &&
	    t->what != TRACE_LATE && t->what != TRACE_EVICTED;
}

/* What the engine tells. */

static bool
is_wanted(const struct explain *x, const struct record *r)
{
	return !x->o.has_subject || record_id(r,
	    (enum record_id)x->rule->subject) == x->o.subject;
}

static bool
makes_chapter(const struct explain *x, const struct trace_step *t)
{
	return is_wanted(x, t->now.record) && (t->what == TRACE_COUNTED ||
	    t->what == TRACE_MET || t->what == TRACE_ALERT ||
	    t->what == TRACE_HELD_BACK);
}

static void
forget_near(struct chapter *c, uint32_t state)
{
	c->near[state].missed = 0;
	buf_clear(&c->near[state].text);
}

/* How far that is, and what was near before does not count any more. */
static void
note_step(struct explain *x, struct chapter *c, const struct trace_step *t)
{
	uint32_t	 far = 0;

	switch (t->what) {
	case TRACE_MET:
		forget_near(c, t->state + 1);
		far = t->state + 1;
		break;
	case TRACE_RENEWED:
		far = t->state + 1;
		break;
	case TRACE_COUNTED:
		far = t->state;
		break;
	case TRACE_ALERT:
	case TRACE_HELD_BACK:
		far = (uint32_t)x->rule->nstates;
		c->alerts += t->what == TRACE_ALERT;
		break;
	case TRACE_IGNORED:
	case TRACE_TIMED_OUT:
	case TRACE_LATE:
	case TRACE_CANCELLED:
	case TRACE_BROKEN:
	case TRACE_PREVENTED:
	case TRACE_EVICTED:
	case TRACE_WAITS:
		break;
	}
	c->far = far > c->far ? far : c->far;
}

static struct chapter *
begin_chapter(struct explain *x, const struct trace_step *t)
{
	struct chapter	*c = story_add(x->story, t->key);

	if (x->o.line != NULL)
		telljson_key(&x->words, story_count(x->story), &t->now,
		    &c->title);
	else
		telling_key(&x->words, &t->now, &c->title);
	return c;
}

static void
on_step(void *arg, const struct trace_step *t)
{
	struct explain	*x = arg;
	struct chapter	*c = story_find(x->story, t->key);
	const bool	 of_record = by_record(x, t);
	struct buf	*out;

	/* It has just gone on with this record. */
	if (t->what == TRACE_IGNORED && x->told)
		return;
	x->told |= of_record;
	if (!x->o.has_subject || c != NULL || makes_chapter(x, t)) {
		x->alerts += t->what == TRACE_ALERT;
		x->held_back += t->what == TRACE_HELD_BACK;
	}
	if (c == NULL && !makes_chapter(x, t))
		return;
	if (c == NULL)
		c = begin_chapter(x, t);
	note_step(x, c, t);
	if (x->o.line != NULL) {
		telljson_step(&x->words, buf_bytes(&c->title), t, of_record,
		    &x->json);
		put_json(x);
	} else if ((out = line(x, c, of_record, t->millis)) != NULL)
		telling_step(&x->words, t, out);
}

/* Near misses. */

static unsigned
count_bits(uint64_t bits)
{
	unsigned	 n = 0;

	for (; bits != 0; bits &= bits - 1)
		n++;
	return n;
}

static void
put_missed(const struct explain *x, uint32_t state, uint64_t bits,
    const struct value *bound, struct buf *out)
{
	for (unsigned i = 0; i < MISSES_MAX; i++) {
		if ((bits >> i & 1) == 0)
			continue;
		buf_str(out, "        ");
		misses_words(x->misses, state, i, out);
		buf_str(out, ": ");
		misses_has(x->misses, state, i, x->at, bound, out);
		buf_char(out, '\n');
	}
}

/* Does the record come near to what T waits for, in the key that is told? */
static void
on_waiting(void *arg, const struct trace_step *t)
{
	struct explain	*x = arg;
	struct near	*near = &x->chapter->near[t->state];
	uint64_t	 bits;
	unsigned	 n;

	if (!misses_event(x->misses, t->state, x->at))
		return;
	bits = misses_of(x->misses, t->state, x->at, t->bound);
	x->may_meet |= bits == 0;
	n = count_bits(bits);
	/* Of equals the last counts. */
	if (n == 0 || (near->missed != 0 && n > near->missed))
		return;
	near->missed = n;
	buf_clear(&near->text);
	if (x->o.line != NULL) {
		telljson_nearest(&x->words, buf_bytes(&x->chapter->title), t,
		    bits, x->at, &near->text);
		return;
	}
	telling_record(&x->words, x->at->record, &near->text);
	put_missed(x, t->state, bits, t->bound, &near->text);
}

/* What could go on with this record: with `order any`, each state. */
static void
look_near(struct explain *x)
{
	struct trace_step	 t = { .what = TRACE_WAITS };

	if (!x->rule->any_order) {
		engine_waits(x->engine, true, on_waiting, x);
		return;
	}
	for (; t.state < x->rule->nstates; t.state++)
		on_waiting(x, &t);
}

/* Does the record fit the first state, but perhaps for what is new? */
static bool
fits_first(struct explain *x)
{
	uint64_t	 bits;

	if (!misses_event(x->misses, 0, x->at))
		return false;
	x->first.events++;
	bits = misses_of(x->misses, 0, x->at, NULL);
	for (unsigned i = 0; i < MISSES_MAX; i++)
		if (bits >> i & 1) {
			x->first.failed[i]++;
			buf_clear(&x->first.last[i]);
			misses_has(x->misses, 0, i, x->at, NULL,
			    &x->first.last[i]);
		}
	return bits == 0;
}

/* Of the chapter at hand. */
static void
tell_excepted(struct explain *x)
{
	struct buf	*out;

	if (x->o.line != NULL) {
		telljson_excepted(&x->words, buf_bytes(&x->chapter->title),
		    x->at, &x->json);
		put_json(x);
	} else if ((out = line(x, x->chapter, true, 0)) != NULL)
		buf_str(out, "excepted: the rule does not look at it\n");
}

static void
on_record(void *arg, const struct trace_record *t)
{
	struct explain	*x = arg;
	bool		 first;

	x->record = *t;
	x->at = &x->record;
	x->told = x->may_meet = false;
	x->chapter = t->has_key ? story_find(x->story, t->key) : NULL;
	if (!is_wanted(x, t->record))
		return;
	first = fits_first(x);
	if (x->chapter != NULL)
		look_near(x);
	if (first)
		x->new_missed = misses_new_clause(x->misses, 0);
	if (!(first || x->may_meet) || !misses_excepted(x->misses, t))
		return;
	x->first.excepted += first;
	x->new_missed = 0;
	if (x->chapter != NULL)
		tell_excepted(x);
}

/* The record is through: did it fail by what is new? */
static void
after_record(struct explain *x)
{
	for (unsigned i = 0; i < MISSES_MAX && !x->told; i++)
		if (x->new_missed >> i & 1) {
			x->first.failed[i]++;
			buf_clear(&x->first.last[i]);
			misses_has(x->misses, 0, i, x->at, NULL,
			    &x->first.last[i]);
		}
	x->new_missed = 0;
	x->at = NULL;
}

/* Life. */

/* One that is not enabled raises nothing to wait for. */
static void
choose(struct explain *x, uint32_t rule, uint32_t *chosen, size_t *n)
{
	if (x->rules[rule].enabled || !x->o.program->rules[rule].enabled)
		return;
	x->rules[rule].enabled = true;
	chosen[(*n)++] = rule;
}

/* The rule, those whose alerts it waits for, and so on: all others rest. */
static void
choose_rules(struct explain *x)
{
	const struct program	*p = x->o.program;
	uint32_t		*chosen = xcalloc(p->nrules, sizeof(*chosen));
	size_t			 n = 0;

	x->program = *p;
	x->rules = xmemdup(p->rules, p->nrules * sizeof(*x->rules));
	x->program.rules = x->rules;
	for (size_t i = 0; i < p->nrules; i++)
		x->rules[i].enabled = false;
	x->rules[x->o.rule].enabled = true;
	chosen[n++] = x->o.rule;
	for (size_t at = 0; at < n; at++) {
		const struct rule	*r = &p->rules[chosen[at]];

		for (size_t i = 0; i < r->nstates; i++)
			for (size_t k = 0; k < r->states[i].nalerts; k++)
				choose(x, r->states[i].alerts[k], chosen, &n);
	}
	free(chosen);
	x->rule = &x->rules[x->o.rule];
}

const struct item *
explain_item(const struct tree *tree, uint32_t rule)
{
	for (const struct item *i = tree->items; i != NULL; i = i->next)
		if (i->kind == ITEM_SEQUENCE && i->number == rule)
			return i;
	return NULL;
}

struct explain *
explain_new(const struct explain_options *o)
{
	const struct engine_options	 options = { .skip_steps = true };
	const struct alert_out		 out = { .arg = NULL };
	struct explain			*x = xcalloc(1, sizeof(*x));
	const struct trace		 trace = { .rule = o->rule,
	    .record = on_record, .step = on_step, .arg = x };

	x->o = *o;
	choose_rules(x);
	x->engine = engine_new(&x->program, o->names, &options, &out);
	engine_trace(x->engine, &trace);
	x->misses = misses_new(&x->program, x->rule, o->item, o->accounts);
	x->words = (struct telling){ .names = o->names,
	    .accounts = o->accounts, .rule = x->rule, .misses = x->misses };
	x->story = story_new((uint32_t)x->rule->nstates, o->all);
	return x;
}

void
explain_free(struct explain *x)
{
	if (x == NULL)
		return;
	engine_free(x->engine);
	misses_free(x->misses);
	story_free(x->story);
	for (unsigned i = 0; i < MISSES_MAX; i++)
		buf_fini(&x->first.last[i]);
	buf_fini(&x->json);
	free(x->rules);
	free(x);
}

uint32_t
explain_source(struct explain *x, const char *host)
{
	const uint32_t	 number = engine_source(x->engine, false);

	if (host != NULL)
		engine_source_host(x->engine, number, slice_str(host));
	x->words.sources = number + 1 > 1;
	return number;
}

void
explain_feed(struct explain *x, uint32_t source, const char *trail,
    struct record *r)
{
	x->records++;
	x->words.trail = trail;
	engine_feed(x->engine, source, r);
	after_record(x);
}

void
explain_pass(struct explain *x, uint32_t source, int64_t millis)
{
	engine_pass(x->engine, source, millis);
}

/* The end. */

static void
on_left(void *arg, const struct trace_step *t)
{
	struct explain	*x = arg;
	struct chapter	*c = story_find(x->story, t->key);

	if (c == NULL)
		return;
	if (t->what == TRACE_WAITS)
		c->waits_for[t->state] = true;
	if (x->o.line != NULL) {
		telljson_step(&x->words, buf_bytes(&c->title), t, false,
		    &x->json);
		put_json(x);
		return;
	}
	if (c->nwaits++ >= WAITS_SHOWN && !x->o.all)
		return;
	if (t->what != TRACE_WAITS) {
		buf_str(&c->waits, "  ");
		telling_end(&x->words, t, &c->waits);
	} else {
		buf_str(&c->waits, x->rule->any_order ? "  under way: " :
		    "  waits for ");
		telling_state(&x->words, t->state, &c->waits);
		if (t->count > 0 && x->rule->states[t->state].multiplier > 1)
			buf_printf(&c->waits, " with %" PRIu64 " of %" PRIu32,
			    t->count, x->rule->states[t->state].multiplier);
		telling_spread(&x->rule->states[t->state], t, &c->waits);
		buf_str(&c->waits, ", ");
		telling_begun(t, &c->waits);
		telling_bound(&x->words, t->bound, true, 0, &c->waits);
	}
	buf_char(&c->waits, '\n');
}

/* Would a record that meets the state have led further? */
static bool
lacks(const struct explain *x, const struct chapter *c, uint32_t state)
{
	bool	 some = false;

	if (!x->rule->any_order)
		return c->waits_for[state];
	for (uint32_t i = 0; i < x->rule->nstates; i++)
		some |= c->waits_for[i];
	return some && !c->waits_for[state];
}

static void
tell_chapter(const struct explain *x, const struct chapter *c,
    struct buf *out)
{
	buf_char(out, '\n');
	buf_slice(out, buf_bytes(&c->title));
	buf_char(out, '\n');
	for (size_t i = 0; i < c->n; i++) {
		const struct moment	*m = &c->moments[i];

		if (i == STORY_MOMENTS / 2 && c->left_out > 0) {
			buf_str(out, "  ... ");
			telling_count(c->left_out, "moment", out);
			buf_str(out, " left out\n");
		}
		buf_str(out, "  ");
		buf_slice(out, buf_bytes(&m->text));
		if (m->lines > STORY_LINES && !x->o.all)
			buf_printf(out, "    ... and %u more of this kind\n",
			    m->lines - STORY_LINES);
	}
	buf_slice(out, buf_bytes(&c->waits));
	if (c->nwaits > WAITS_SHOWN && !x->o.all)
		buf_printf(out, "  ... and %u more\n",
		    c->nwaits - WAITS_SHOWN);
	for (uint32_t i = 0; i < x->rule->nstates; i++) {
		if (!lacks(x, c, i) || c->near[i].missed == 0)
			continue;
		buf_printf(out, "  came nearest to state %" PRIu32 ":\n    ",
		    i + 1);
		buf_slice(out, buf_bytes(&c->near[i].text));
	}
}

static void
tell_json(struct explain *x)
{
	const struct telljson_sum	  sum = {
		.records = x->records, .keys = story_count(x->story),
		.alerts = x->alerts, .held_back = x->held_back,
		.left_out = story_given_up(x->story),
		.enabled = x->o.program->rules[x->o.rule].enabled,
	};
	struct chapter *const		 *chapters;
	size_t				  n;

	chapters = story_order(x->story, &n);
	for (size_t i = 0; i < n; i++)
		for (uint32_t s = 0; s < x->rule->nstates; s++)
			if (lacks(x, chapters[i], s) &&
			    chapters[i]->near[s].missed > 0)
				x->o.line(x->o.arg, buf_bytes(
				    &chapters[i]->near[s].text));
	if (sum.keys == 0) {
		telljson_first(&x->words, &x->first, &x->json);
		put_json(x);
	}
	telljson_summary(&x->words, &sum, &x->json);
	put_json(x);
}

static void
tell_text(struct explain *x, struct buf *out)
{
	const size_t		  most = x->o.all ? SIZE_MAX : EXPLAIN_KEYS;
	const uint64_t		  given_up = story_given_up(x->story);
	struct chapter *const	 *chapters;
	size_t			  n;

	buf_escape(out, slice_str(x->rule->label));
	buf_str(out, " (");
	buf_escape(out, slice_str(x->rule->file));
	buf_printf(out, ":%u)%s\n", x->rule->line,
	    x->o.program->rules[x->o.rule].enabled ? "" : ", not enabled");
	telling_count(x->records, "record", out);
	buf_str(out, ", ");
	telling_count(story_count(x->story), "key", out);
	buf_str(out, " that met a state, ");
	telling_count(x->alerts, "alert", out);
	if (x->held_back > 0)
		buf_printf(out, ", %" PRIu64 " held back", x->held_back);
	buf_char(out, '\n');
	if (story_count(x->story) == 0)
		telling_first(&x->words, &x->first, out);
	chapters = story_order(x->story, &n);
	for (size_t i = 0; i < n && i < most; i++)
		tell_chapter(x, chapters[i], out);
	if (n > most || given_up > 0) {
		buf_char(out, '\n');
		telling_count((n > most ? n - most : 0) + given_up, "key", out);
		buf_str(out, " that came less far left out; --all shows "
		    "everything\n");
	}
}

void
explain_tell(struct explain *x, struct buf *out)
{
	engine_waits(x->engine, false, on_left, x);
	if (x->o.line != NULL)
		tell_json(x);
	else
		tell_text(x, out);
}
