/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ask.c - predicates of the second edition, run over a record.
 *
 * What a predicate says of a record without variables is noted under its number
 * together with the record's, so that another record makes all of it stale at
 * no cost. A test over several values stops at the first that decides.
 *
 * An answer has three values: a pattern that was given up at its limit fits
 * neither way, and so does what the record lacks.
 */
#include "engine/ask.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/patterns.h"
#include "engine/clock.h"
#include "engine/match.h"
#include "engine/news.h"
#include "engine/view.h"

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

struct ask {
	const struct program	*program;
	struct matches		*matches;
	struct patterns		*objects;	/* of blocks, by object set */
	struct clock		 clock;
	struct news		*news;		/* NULL: nobody asks */
	struct view		 view;
	uint64_t		*answered;	/* per predicate: the record's
						 * number, twice, and yes */
	uint64_t		 ordinal;	/* of the record */
	uint64_t		 gave_up;	/* the last for which a pattern
						 * was */
	uint64_t		 patterns_failed;
};

/* Life. */

static bool
has_new(const struct program *p)
{
	for (size_t i = 0; i < p->npredicates; i++)
		if (p->predicates[i].kind == PRED_NEW)
			return true;
	return false;
}

struct ask *
ask_new(const struct program *p)
{
	struct ask	*a = xcalloc(1, sizeof(*a));

	a->program = p;
	a->matches = matches_new(p);
	a->clock = clock_in(p->timezone);
	a->answered = xcalloc(p->npredicates, sizeof(*a->answered));
	if (has_new(p))
		a->news = news_new(p);
	return a;
}

void
ask_free(struct ask *a)
{
	if (a == NULL)
		return;
	matches_free(a->matches);
	patterns_free(a->objects);
	news_free(a->news);
	view_fini(&a->view);
	free(a->answered);
	free(a);
}

/* Blocks that the index knows nothing of have plain objects, too. */
static bool
has_blocks(const struct program *p)
{
	for (size_t i = 0; i < p->nrules; i++)
		if (p->rules[i].nexcepts > 0)
			return true;
	for (size_t i = 0; i < p->npredicates; i++)
		if (p->predicates[i].nblocks > 0)
			return true;
	return false;
}

void
ask_ready(struct ask *a, bool jit)
{
	if (a->objects == NULL && has_blocks(a->program))
		a->objects = eval_patterns(a->program);
	if (a->objects != NULL)
		patterns_ready(a->objects, jit);
	matches_ready(a->matches, jit);
}

void
ask_stats(const struct ask *a, struct ask_stats *to)
{
	*to = (struct ask_stats){ .patterns_failed = a->patterns_failed };
	if (a->news != NULL) {
		to->new_evicted = news_evicted(a->news);
		to->new_values = news_count(a->news);
	}
}

struct news *
ask_news(const struct ask *a)
{
	return a->news;
}

void
ask_source(struct ask *a, uint32_t source, int64_t millis)
{
	if (a->news != NULL)
		news_source(a->news, source, millis);
}

void
ask_record(struct ask *a, const struct asked *asked)
{
	a->ordinal++;
	view_record(&a->view, asked);
	if (a->news != NULL)
		ask_source(a, asked->source, record_millis(asked->record));
}

bool
ask_gave_up(const struct ask *a)
{
	return a->gave_up == a->ordinal && a->ordinal != 0;
}

/* A pattern came to its limit. */
static void
give_up(struct ask *a)
{
	a->gave_up = a->ordinal;
	a->patterns_failed++;
}

/* Values. */

enum quantifier
ask_quantifier(const struct predicate *p)
{
	switch (p->field) {
	case FIELD_ADDRESS:
	case FIELD_PORT:
	case FIELD_TEXT:
	case FIELD_ENVIRONMENT:
	case FIELD_ARGUMENT:
	case FIELD_ANCESTOR:
		return p->which == WHICH_LAST ? WHICH_ANY : p->which;
	default:
		return p->which;
	}
}

static struct aspect
aspect_of(const struct predicate *p)
{
	return (struct aspect){ .field = p->field, .part = p->part,
	    .argument = p->argument, .position = p->position,
	    .every_path = p->which != WHICH_LAST };
}

/* The same for a field alone, as `by` and `bind` name it. */
static struct aspect
aspect_of_field(enum rule_field field, uint32_t part)
{
	return (struct aspect){ .field = field, .part = part };
}

bool
ask_value(struct ask *a, enum rule_field field, uint32_t part,
    struct value *to)
{
	const struct aspect	 what = aspect_of_field(field, part);

	if (field == FIELD_OBJECT)	/* asked for more than all others */
		return view_object(&a->view, to);
	return view_last(&a->view, &what, to);
}

bool
ask_nth_value(struct ask *a, enum rule_field field, uint32_t part, size_t n,
    struct value *to)
{
	struct aspect	 what = aspect_of_field(field, part);

	what.every_path = true;
	return n < ASK_VALUES_MAX && n < view_count(&a->view, &what) &&
	    view_value(&a->view, &what, n, to);
}

bool
ask_predicate_value(struct ask *a, uint32_t predicate, size_t n,
    struct value *to)
{
	const struct aspect	 what = aspect_of(
	    &a->program->predicates[predicate]);

	return n < ASK_VALUES_MAX && n < view_count(&a->view, &what) &&
	    view_value(&a->view, &what, n, to);
}

/* Tests. */

/* What a test of one value may need. */
struct test {
	const struct predicate	*predicate;
	struct aspect		 what;
	size_t			 whole;		/* bytes of all values */
	const struct value	*bound;		/* variables; or NULL */
};

static bool
compare_numbers(enum compare how, uint64_t v, uint64_t n)
{
	switch (how) {
	case COMPARE_EQ:
		return v == n;
	case COMPARE_NE:
		return v != n;
	case COMPARE_LT:
		return v < n;
	case COMPARE_GT:
		return v > n;
	case COMPARE_BITS:
		return (v & n) != 0;
	case COMPARE_IN:
		break;
	}
	return false;
}

static bool
compare_values(enum compare how, const struct value *v,
    const struct value *with)
{
	switch (how) {
	case COMPARE_IN:
		return value_below(v, with);
	case COMPARE_NE:
		return !value_equal(v, with);
	case COMPARE_EQ:
	case COMPARE_LT:
	case COMPARE_GT:
	case COMPARE_BITS:
		break;
	}
	if (how != COMPARE_EQ)
		return v->kind == VALUE_NUMBER && with->kind == VALUE_NUMBER &&
		    compare_numbers(how, v->number, with->number);
	return value_equal(v, with);
}

/*
 * Compare with another field: of several values one that fits will do. Of each
 * side at most ASK_VALUES_MAX are looked at, since they are all compared.
 */
static enum answer
test_field(struct ask *a, const struct predicate *p, const struct value *v)
{
	const struct predicate	 other = { .field = p->other };
	const bool		 any = ask_quantifier(&other) == WHICH_ANY;
	const struct aspect	 what = aspect_of_field(p->other, PART_ALL);
	size_t			 n = view_count(&a->view, &what);
	enum answer		 answer = ANSWER_UNKNOWN;
	struct value		 with, mine = *v;
	uint8_t			 address[16];

	if (v->kind == VALUE_ADDRESS)	/* the next one takes its place */
		mine.bytes.p = memcpy(address, v->bytes.p, 16);
	if (!any) {
		if (!view_last(&a->view, &what, &with))
			return ANSWER_UNKNOWN;
		return compare_values(p->compare, &mine, &with) ? ANSWER_YES :
		    ANSWER_NO;
	}
	n = n > ASK_VALUES_MAX ? ASK_VALUES_MAX : n;
	for (size_t i = 0; i < n; i++) {
		if (!view_value(&a->view, &what, i, &with))
			continue;
		if (compare_values(p->compare, &mine, &with) != p->negated)
			return p->negated ? ANSWER_NO : ANSWER_YES;
		answer = p->negated ? ANSWER_YES : ANSWER_NO;
	}
	return answer;
}

/* Does the value fit, before any `not`? */
static enum answer
test_value(struct ask *a, const struct test *t, const struct value *v)
{
	const struct predicate	*p = t->predicate;
	int			 has;
	bool			 fits = false;

	switch (p->kind) {
	case PRED_SET:
	case PRED_RANGES:
		has = matches_has(a->matches, p, a->view.asked.dialect, v,
		    t->whole);
		if (has == MATCHES_ELIMIT) {
			give_up(a);
			return ANSWER_UNKNOWN;
		}
		fits = has == 1;
		break;
	case PRED_NUMBER:
		fits = v->kind == VALUE_NUMBER &&
		    compare_numbers(p->compare, v->number, p->number);
		break;
	case PRED_FIELD:
		return test_field(a, p, v);
	case PRED_BOUND:
		fits = compare_values(p->compare, v, &t->bound[p->variable]);
		break;
	case PRED_CLOCK:
	case PRED_DAY:
	case PRED_NONE:
	case PRED_NEW:
	case PRED_EITHER:
		return ANSWER_UNKNOWN;
	}
	return fits ? ANSWER_YES : ANSWER_NO;
}

/* The bytes that a regular expression may have to look at. */
static size_t
bytes_of_all(struct ask *a, const struct aspect *what, size_t n)
{
	struct value	 v;
	size_t		 sum = 0;

	for (size_t i = 0; i < n; i++)
		if (view_value(&a->view, what, i, &v))
			sum += v.bytes.n;
	return sum;
}

static bool
is_pcre(const struct ask *a, const struct predicate *p)
{
	return p->kind == PRED_SET &&
	    a->program->match_sets[p->set].type == MATCH_PCRE;
}

/* Of ancestors, `not` and `!=` say that there is none that fits. */
static bool
wants_all(const struct predicate *p)
{
	const bool	 pair = p->kind == PRED_FIELD || p->kind == PRED_BOUND;

	return p->which == WHICH_ALL || (p->field == FIELD_ANCESTOR &&
	    (p->negated || (pair && p->compare == COMPARE_NE)));
}

static bool
test_last(struct ask *a, const struct test *t)
{
	const enum answer	 wanted = t->predicate->negated ? ANSWER_NO :
	    ANSWER_YES;
	struct value		 v;

	return view_last(&a->view, &t->what, &v) &&
	    test_value(a, t, &v) == wanted;
}

/* A predicate over values. */
static bool
test_values(struct ask *a, const struct predicate *p,
    const struct value *bound)
{
	struct test		 t = { p, aspect_of(p), 0, bound };
	const enum answer	 wanted = p->negated ? ANSWER_NO : ANSWER_YES;
	const bool		 all = wants_all(p);
	size_t			 n, tested = 0;
	struct value		 v;

	if (ask_quantifier(p) == WHICH_LAST) {
		if (is_pcre(a, p) && view_last(&a->view, &t.what, &v))
			t.whole = v.bytes.n;
		return test_last(a, &t);
	}
	n = view_count(&a->view, &t.what);
	if (p->kind == PRED_FIELD && n > ASK_VALUES_MAX)
		n = ASK_VALUES_MAX;
	if (is_pcre(a, p))
		t.whole = bytes_of_all(a, &t.what, n);
	for (size_t i = 0; i < n; i++) {
		if (!view_value(&a->view, &t.what, i, &v))
			continue;
		tested++;
		if ((test_value(a, &t, &v) == wanted) != all)
			return !all;
	}
	return all && tested > 0;
}

static bool
test_none(struct ask *a, const struct predicate *p)
{
	const struct aspect	 what = aspect_of(p);
	struct value		 v;

	return !view_last(&a->view, &what, &v);
}

static bool
test_clock(struct ask *a, const struct predicate *p)
{
	const struct wall	 w = clock_at(&a->clock,
	    a->view.asked.record->seconds);
	bool			 fits;

	if (p->kind == PRED_DAY)
		fits = (p->number >> w.day & 1) != 0;
	else if (p->from < p->until)
		fits = w.minute >= p->from && w.minute < p->until;
	else				/* over midnight */
		fits = w.minute >= p->from || w.minute < p->until;
	return fits != p->negated;
}

static bool
test_either(struct ask *a, const struct predicate *p,
    const struct value *bound)
{
	for (size_t i = 0; i < p->nblocks; i++)
		if (ask_block(a, &p->blocks[i], bound))
			return !p->negated;
	return p->negated;
}

static bool
test(struct ask *a, const struct predicate *p, const struct value *bound)
{
	switch (p->kind) {
	case PRED_BOUND:
		if (bound[p->variable].kind == VALUE_NOTHING)
			return false;
		return test_values(a, p, bound);
	case PRED_SET:
	case PRED_NUMBER:
	case PRED_RANGES:
	case PRED_FIELD:
		return test_values(a, p, bound);
	case PRED_CLOCK:
	case PRED_DAY:
		return test_clock(a, p);
	case PRED_NONE:
		return test_none(a, p) != p->negated;
	case PRED_EITHER:
		return test_either(a, p, bound);
	case PRED_NEW:			/* asked by ask_state() alone */
		break;
	}
	return true;
}

/* States. */

bool
ask_predicate(struct ask *a, uint32_t number, const struct value *bound)
{
	const struct predicate	*p = &a->program->predicates[number];
	bool			 holds;

	if (p->bound)
		return bound == NULL || test(a, p, bound);
	if (a->answered[number] >> 1 == a->ordinal)
		return (a->answered[number] & 1) != 0;
	holds = test(a, p, NULL);
	a->answered[number] = a->ordinal << 1 | holds;
	return holds;
}

/* What a `new` of this state says, now that all else holds. */
static bool
ask_new_value(struct ask *a, const struct state *s, uint32_t number)
{
	const struct predicate	*p = &a->program->predicates[number];

	const struct news_question	 q = { .ask = a, .state = s,
	    .predicate = number, .ordinal = a->ordinal,
	    .source = a->view.asked.source,
	    .millis = record_millis(a->view.asked.record) };
	const enum news_answer		 answer = news_ask(a->news, &q);

	return answer == (p->negated ? NEWS_OLD : NEWS_NEW);
}

bool
ask_state(struct ask *a, const struct state *s, const struct value *bound)
{
	bool	 holds = true;

	if (s->npredicates == 0)
		return true;
	for (size_t i = 0; i < s->npredicates; i++) {
		const struct predicate	*p =
		    &a->program->predicates[s->predicates[i]];

		if (p->kind != PRED_NEW &&
		    !ask_predicate(a, s->predicates[i], NULL))
			return false;
	}
	for (size_t i = 0; a->news != NULL && i < s->npredicates; i++)
		if (a->program->predicates[s->predicates[i]].kind == PRED_NEW &&
		    !ask_new_value(a, s, s->predicates[i]))
			holds = false;		/* others take note as well */
	for (size_t i = 0; holds && bound != NULL && i < s->npredicates; i++)
		if (a->program->predicates[s->predicates[i]].bound)
			holds = ask_predicate(a, s->predicates[i], bound);
	return holds;
}

/* Event, outcome and plain object, which the index answers for states. */
static bool
plain_holds(struct ask *a, const struct state *s)
{
	const struct asked	*of = &a->view.asked;
	bool			 limit = false, holds;

	if (!eval_event(a->program, s, of->dialect, of->record->event) ||
	    !eval_status(s->status, record_error(of->record)))
		return false;
	if (s->objects != PROGRAM_NONE && a->objects == NULL)
		a->objects = eval_patterns(a->program);
	holds = eval_object(a->program, a->objects, s, of->object, &limit);
	if (limit)
		give_up(a);
	return holds;
}

bool
ask_block(struct ask *a, const struct state *s, const struct value *bound)
{
	return plain_holds(a, s) && ask_state(a, s, bound);
}
