/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * misses.c - what of a state a record does not meet, in the words of the rule.
 *
 * A clause of the tree and what the compiler made of it stand side by side: the
 * one has the words, the other is asked. The engine's own answers are used, so
 * that what is told here is what the engine saw.
 */
#include "run/misses.h"

#include <stdlib.h>

#include "base/mem.h"
#include "bsm/errors.h"
#include "engine/eval.h"
#include "rule/fields.h"
#include "rule/unparse.h"
#include "sink/facts.h"

#define TEXT_SHOWN	120u		/* bytes of a value */
#define VALUES_SHOWN	3u		/* of one field */

enum part_kind {
	PART_SUBJECT, PART_ZONE, PART_STATUS, PART_OBJECT, PART_PREDICATE,
	PART_NEW, PART_BIND
};

struct part {
	enum part_kind		 kind;
	const struct clause	*clause;
	uint32_t		 number;	/* predicate, or of the binds */
};

struct parts_of {
	const struct clause	*event;
	struct part		 v[MISSES_MAX];
	unsigned		 n;
};

struct misses {
	const struct program	*program;
	const struct rule	*rule;
	const struct accounts	*accounts;
	struct parts_of		*states;
};

/* Clauses. */

static void
add(struct parts_of *p, enum part_kind kind, const struct clause *c,
    uint32_t number)
{
	if (c != NULL && p->n < MISSES_MAX)
		p->v[p->n++] = (struct part){ kind, c, number };
}

/* The predicate that a plain object of a newer type of set became. */
static uint32_t
object_predicate(const struct program *p, const struct state *s)
{
	for (size_t i = 0; i < s->npredicates; i++) {
		const struct predicate	*q = &p->predicates[s->predicates[i]];

		if (q->kind == PRED_SET && q->field == FIELD_OBJECT &&
		    q->which == WHICH_LAST)
			return s->predicates[i];
	}
	return PROGRAM_NONE;
}

static void
add_object(const struct misses *m, struct parts_of *to,
    const struct state *s, const struct clause *c)
{
	const uint32_t	 predicate = object_predicate(m->program, s);

	if (s->objects != PROGRAM_NONE)
		add(to, PART_OBJECT, c, 0);
	else if (predicate != PROGRAM_NONE)
		add(to, PART_PREDICATE, c, predicate);
}

static void
add_state(const struct misses *m, struct parts_of *to,
    const struct state *s, const struct clause *block)
{
	uint32_t	 binds = 0;
	bool		 any;

	to->event = clause_set(block, CLAUSE_EVENT, &any);
	if (to->event == NULL)
		to->event = clause_last(block, CLAUSE_EVENT);
	if (s->status != STATUS_ANY)
		add(to, PART_STATUS, clause_last(block, CLAUSE_STATUS), 0);
	add_object(m, to, s, clause_last(block, CLAUSE_OBJECT));
	for (const struct clause *c = block; c != NULL; c = c->next)
		if (c->kind == CLAUSE_PREDICATE)
			add(to, c->predicate->kind == PRED_NEW ? PART_NEW :
			    PART_PREDICATE, c, c->predicate->number);
		else if (c->kind == CLAUSE_BIND)
			add(to, PART_BIND, c, binds++);
}

struct misses *
misses_new(const struct program *p, const struct rule *r,
    const struct item *item, const struct accounts *accounts)
{
	struct misses		*m = xcalloc(1, sizeof(*m));
	const struct clause	*c;
	uint32_t		 n = 0;
	bool			 any;

	m->program = p;
	m->rule = r;
	m->accounts = accounts;
	m->states = xcalloc(r->nstates, sizeof(*m->states));
	if (!r->any_subject)
		add(&m->states[0], PART_SUBJECT, clause_set(item->clauses,
		    CLAUSE_SUBJECT, &any), 0);
	if (r->zone != ZONE_FREE)
		add(&m->states[0], PART_ZONE, clause_last(item->clauses,
		    CLAUSE_ZONE), 0);
	for (c = item->clauses; c != NULL && n < r->nstates; c = c->next)
		if (c->kind == CLAUSE_STATE) {
			add_state(m, &m->states[n], &r->states[n], c->block);
			n++;
		}
	return m;
}

void
misses_free(struct misses *m)
{
	if (m == NULL)
		return;
	free(m->states);
	free(m);
}

/* Asking. */

bool
misses_event(const struct misses *m, uint32_t state,
    const struct trace_record *t)
{
	const struct state	*s = &m->rule->states[state];

	return s->nalerts == 0 && eval_event(m->program, s, t->dialect,
	    t->record->event);
}

/* A state that asks for the object alone. */
static bool
object_holds(const struct state *s, const struct trace_record *t)
{
	struct state	 object = *s;

	object.never = object.not_event = false;
	object.any_event = true;
	object.status = STATUS_ANY;
	object.npredicates = 0;
	return ask_block(t->ask, &object, NULL);
}

static bool
holds(const struct misses *m, uint32_t state, const struct part *p,
    const struct trace_record *t, const struct value *bound)
{
	const struct state	*s = &m->rule->states[state];
	const struct bind	*b;
	struct value		 v;

	switch (p->kind) {
	case PART_SUBJECT:
		return eval_subject(m->program, m->rule, record_id(t->record,
		    (enum record_id)m->rule->subject));
	case PART_ZONE:
		return eval_zone(m->rule, t->has_zone ? &t->zone : NULL);
	case PART_STATUS:
		return eval_status(s->status, record_error(t->record));
	case PART_OBJECT:
		return object_holds(s, t);
	case PART_PREDICATE:
		return ask_predicate(t->ask, p->number, bound);
	case PART_NEW:
		return true;
	case PART_BIND:
		b = &s->binds[p->number];
		return b->which == WHICH_ANY ? ask_nth_value(t->ask, b->field,
		    b->part, 0, &v) : ask_value(t->ask, b->field, b->part, &v);
	}
	return true;
}

uint64_t
misses_of(const struct misses *m, uint32_t state,
    const struct trace_record *t, const struct value *bound)
{
	const struct parts_of	*parts = &m->states[state];
	uint64_t		 bits = 0;

	for (unsigned i = 0; i < parts->n; i++)
		if (!holds(m, state, &parts->v[i], t, bound))
			bits |= UINT64_C(1) << i;
	return bits;
}

uint64_t
misses_new_clause(const struct misses *m, uint32_t state)
{
	const struct parts_of	*parts = &m->states[state];

	for (unsigned i = 0; i < parts->n; i++)
		if (parts->v[i].kind == PART_NEW)
			return UINT64_C(1) << i;
	return 0;
}

bool
misses_excepted(const struct misses *m, const struct trace_record *t)
{
	static const struct value	 nothing[VARIABLES_MAX];

	for (size_t i = 0; i < m->rule->nexcepts; i++)
		if (ask_block(t->ask, &m->rule->excepts[i], nothing))
			return true;
	return false;
}

/* Words. */

/* Text of several lines on one. */
static void
put_flat(struct buf *out, struct slice s)
{
	struct buf	 flat = { 0 };
	bool		 blank = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n' || s.p[i] == '\t') {
			blank = true;
			continue;
		}
		if (blank)
			buf_char(&flat, ' ');
		blank = false;
		buf_u8(&flat, s.p[i]);
	}
	buf_escape(out, buf_bytes(&flat));
	buf_fini(&flat);
}

static void
put_clause(const struct clause *c, struct buf *out)
{
	struct buf	 text = { 0 };

	if (c == NULL)
		return;
	unparse_clause(&text, c);
	put_flat(out, buf_bytes(&text));
	buf_fini(&text);
}

void
misses_words(const struct misses *m, uint32_t state, unsigned clause,
    struct buf *out)
{
	put_clause(m->states[state].v[clause].clause, out);
}

void
misses_event_words(const struct misses *m, uint32_t state, struct buf *out)
{
	put_clause(m->states[state].event, out);
}

/* Values. */

static void
put_account(const struct misses *m, bool group, uint64_t id, struct buf *out)
{
	const struct accounts	*a = m->accounts;
	char			 name[64];
	bool			 known = id <= UINT32_MAX;

	if (known && group)
		known = a->group_of != NULL && a->group_of(a->arg,
		    (uint32_t)id, name, sizeof(name));
	else if (known)
		known = a->user_of != NULL && a->user_of(a->arg, (uint32_t)id,
		    name, sizeof(name));
	if (known) {
		buf_escape(out, slice_str(name));
		buf_printf(out, " (%llu)", (unsigned long long)id);
	} else
		buf_dec(out, id);
}

static void
put_errno(uint64_t number, struct buf *out)
{
	const struct bsm_error	*e = number > UINT8_MAX ? NULL :
	    errors_find((uint8_t)number);

	if (e != NULL)
		buf_str(out, e->name);
	else
		buf_printf(out, "error %llu", (unsigned long long)number);
}

static void
put_address(struct slice address, struct buf *out)
{
	static const uint8_t	 mapped[12] = { [10] = 0xff, [11] = 0xff };
	const size_t		 before = out->n;

	if (address.n == 16 && memcmp(address.p, mapped, 12) == 0)
		address = (struct slice){ address.p + 12, 4 };
	facts_address(out, address);
	if (out->n == before)
		buf_str(out, "the unspecified address");
}

static void
put_text(struct slice s, struct buf *out)
{
	const bool	 cut = s.n > TEXT_SHOWN;

	buf_char(out, '"');
	buf_escape(out, cut ? (struct slice){ s.p, TEXT_SHOWN } : s);
	buf_str(out, cut ? "...\"" : "\"");
}

void
misses_value(const struct misses *m, enum field_kind kind,
    const struct value *v, struct buf *out)
{
	if (v->cut)
		buf_printf(out, "a text of %zu bytes", v->bytes.n);
	else if (v->kind == VALUE_TEXT)
		put_text(v->bytes, out);
	else if (v->kind == VALUE_ADDRESS)
		put_address(v->bytes, out);
	else if (v->kind == VALUE_NOTHING)
		buf_str(out, "nothing");
	else if (kind == KIND_USER || kind == KIND_GROUP)
		put_account(m, kind == KIND_GROUP, v->number, out);
	else if (kind == KIND_ERRNO)
		put_errno(v->number, out);
	else
		buf_dec(out, v->number);
}

static void
put_number(const struct misses *m, enum rule_field f, const struct value *v,
    struct buf *out)
{
	if (f == FIELD_MODE && v->kind == VALUE_NUMBER) {
		buf_char(out, '0');
		buf_oct(out, v->number);
	} else
		misses_value(m, field_rows[f].kind, v, out);
}

/* What the record has in a field that a predicate looks at. */
static void
put_values(const struct misses *m, uint32_t number,
    const struct trace_record *t, struct buf *out)
{
	const struct predicate	*p = &m->program->predicates[number];
	struct value		 v;
	size_t			 shown = 0, n = 0;

	for (size_t i = 0; i < ASK_VALUES_MAX; i++) {
		if (!ask_predicate_value(t->ask, number, i, &v))
			continue;
		if (n++ >= VALUES_SHOWN)
			continue;
		buf_str(out, shown++ == 0 ? "the record has " : ", ");
		put_number(m, p->field, &v, out);
	}
	if (n == 0)
		buf_str(out, "the record has none");
	if (n > shown)
		buf_printf(out, " and %zu more", n - shown);
}

static void
put_predicate(const struct misses *m, uint32_t number,
    const struct trace_record *t, const struct value *bound, struct buf *out)
{
	const struct predicate	*p = &m->program->predicates[number];
	struct value		 v;

	if (p->kind == PRED_EITHER) {
		buf_str(out, "none of the blocks holds");
		return;
	}
	if (p->kind == PRED_CLOCK || p->kind == PRED_DAY) {
		buf_str(out, "the record is of ");
		facts_time(out, record_millis(t->record));
		return;
	}
	put_values(m, number, t, out);
	if (p->kind == PRED_BOUND && bound != NULL) {
		buf_str(out, "; $");
		buf_escape(out, slice_str(
		    m->rule->variables[p->variable].name));
		buf_str(out, " is ");
		put_number(m, p->field, &bound[p->variable], out);
	} else if (p->kind == PRED_FIELD) {
		buf_printf(out, "; its %s is ", field_rows[p->other].word);
		if (ask_value(t->ask, p->other, PART_ALL, &v))
			put_number(m, p->other, &v, out);
		else
			buf_str(out, "not there");
	}
}

static void
put_object(const struct trace_record *t, struct buf *out)
{
	struct value	 v;

	if (!ask_value(t->ask, FIELD_OBJECT, PART_ALL, &v)) {
		buf_str(out, "the record has no path");
		return;
	}
	buf_str(out, "the record has ");
	put_text(v.bytes, out);
}

static void
put_status(const struct trace_record *t, struct buf *out)
{
	const uint8_t	 error = record_error(t->record);

	if (error == 0) {
		buf_str(out, "the record says success");
		return;
	}
	buf_str(out, "the record says failure, ");
	put_errno(error, out);
}

void
misses_has(const struct misses *m, uint32_t state, unsigned clause,
    const struct trace_record *t, const struct value *bound, struct buf *out)
{
	const struct part	*p = &m->states[state].v[clause];
	const enum rule_field	 subject = (enum rule_field)m->rule->subject;

	switch (p->kind) {
	case PART_SUBJECT:
		buf_printf(out, "the %s is ", field_rows[subject].word);
		put_account(m, field_rows[subject].kind == KIND_GROUP,
		    record_id(t->record, (enum record_id)m->rule->subject),
		    out);
		break;
	case PART_ZONE:
		buf_str(out, t->has_zone ? "the record is of zone " :
		    "the record has no zone");
		if (t->has_zone)
			put_text(t->zone, out);
		break;
	case PART_STATUS:
		put_status(t, out);
		break;
	case PART_OBJECT:
		put_object(t, out);
		break;
	case PART_PREDICATE:
		put_predicate(m, p->number, t, bound, out);
		break;
	case PART_NEW:
		buf_str(out, "it was seen before, or is still being learned");
		break;
	case PART_BIND:
		buf_str(out, "the record has nothing to bind");
		break;
	}
}
