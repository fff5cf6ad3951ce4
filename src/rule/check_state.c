/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_state.c - what stands in a state or a block, and what may stand
 * together.
 *
 * The states of a sequence are looked at in their order, since a variable is
 * known to those behind the one that binds it; then what cancels, which may
 * look at all of them, and what is excepted, which looks at none.
 */
#include "base/buf.h"
#include "rule/checker.h"
#include "rule/trigger.h"

#define MULTIPLIER_MAX	10000u		/* where partial matches are kept */

static bool
is_event(enum set_type type)
{
	return type == SET_EVENTS || type == SET_CLASSES || type == SET_ALERTS;
}

static bool
is_object(enum set_type type)
{
	return type == SET_PATH || type == SET_PCRE || type == SET_EXACT ||
	    type == SET_DIR || type == SET_GLOB;
}

/* Could there be a record whose event is in the set? */
static bool
has_events(const struct checker *c, const struct set *set)
{
	for (enum dialect d = 0; d < DIALECTS; d++)
		if (set->values->nevents[d] > 0 ||
		    (set->values->classes[d] & c->classes[d]) != 0)
			return true;
	return false;
}

static void
check_never(struct checker *c, const struct clause *block)
{
	bool			 any;
	const struct clause	*event = clause_set(block, CLAUSE_EVENT, &any);
	const struct set	*set;

	if (event == NULL || (set = event->ref->set) == NULL || set->flawed ||
	    (set->type != SET_EVENTS && set->type != SET_CLASSES))
		return;
	if (any ? event->ref->negated :
	    !event->ref->negated && !has_events(c, set))
		checker_warn(c, DIAG_STATE_NEVER, event->at, DIAG_NOTHING);
}

/* An error needs a failure, and what has no path is not `object none`. */
static void
check_contradictions(struct checker *c, const struct clause *block)
{
	const struct clause	*status = clause_last(block, CLAUSE_STATUS);
	const bool		 success = status != NULL &&
	    status->word.key == KEY_SUCCESS;
	const struct clause	*none = NULL;
	bool			 object = false;

	for (const struct clause *k = block; k != NULL; k = k->next) {
		object |= k->kind == CLAUSE_OBJECT ||
		    (k->kind == CLAUSE_BIND &&
		    k->bind->field.field == FIELD_OBJECT);
		if (k->kind != CLAUSE_PREDICATE)
			continue;
		if (k->predicate->kind == PRED_NONE)
			none = k;
		else
			object |= k->predicate->field == FIELD_OBJECT;
		if (success && k->predicate->field == FIELD_ERRNO)
			checker_warn(c, DIAG_PREDICATE_NEVER, k->at,
			    DIAG_NOTHING);
	}
	if (none != NULL && object)
		checker_warn(c, DIAG_PREDICATE_NEVER, none->at, DIAG_NOTHING);
}

/* An event of any place; alerts are for states alone. */
static void
check_event(struct checker *c, struct clause *k, bool state)
{
	static const struct use	use = {
		is_event, SET_TYPES, "'auditevent', 'auditclass' or 'alert'"
	};

	if (k->ref == NULL)
		return;
	checker_set(c, k->ref, &use);
	if (k->ref->set == NULL || k->ref->set->type != SET_ALERTS)
		return;
	if (!state || k->ref->negated || c->tree->where)
		checker_error(c, DIAG_ALERT_PLACE, k->at, DIAG_NOTHING);
	else
		checker_await(c, k);
}

/* A clause that speaks of one record; false when it is none. */
static bool
check_record_clause(struct checker *c, struct clause *k, bool state)
{
	static const struct use	objects = {
		is_object, SET_TYPES, "'path', 'pcre', 'exact', 'dir' or 'glob'"
	};

	if (k->kind == CLAUSE_EVENT)
		check_event(c, k, state);
	else if (k->kind == CLAUSE_OBJECT)
		checker_set(c, k->ref, &objects);
	else if (k->kind == CLAUSE_PREDICATE)
		checker_predicate(c, k);
	else
		return k->kind == CLAUSE_STATUS;
	return true;
}

void
checker_block(struct checker *c, const struct clause *block)
{
	if (block->block == NULL)
		checker_error(c, DIAG_BLOCK_EMPTY, block->at, DIAG_NOTHING);
	for (struct clause *k = block->block; k != NULL; k = k->next)
		(void)check_record_clause(c, k, false);
	checker_repeats(c, block->block);
	check_never(c, block->block);
	check_contradictions(c, block->block);
}

static void
check_trigger(struct checker *c, struct clause *clause)
{
	const struct trigger	*t = trigger_read(&clause->word, c->keep,
	    c->diags);
	struct buf		 path = { 0 };
	bool			 fixed = true;
	int			 error;

	clause->trigger = t;
	if (t == NULL || c->env->check_program == NULL)
		return;
	for (size_t i = 0; i < t->words[0].n; i++)
		if (t->words[0].pieces[i].kind == PIECE_TEXT)
			buf_str(&path, t->words[0].pieces[i].text);
		else
			fixed = false;
	if (fixed && (error = c->env->check_program(c->env->arg,
	    buf_cstr(&path))) != 0)
		diag_warn(c->diags, DIAG_TRIGGER_PROGRAM, clause->word.at,
		    buf_bytes(&path), slice_str(strerror(error)));
	buf_fini(&path);
}

/* Is the field the same in all records of a key? */
static bool
is_in_key(const struct checker *c, enum rule_field field)
{
	const struct ref_node	*ref;

	for (size_t i = 0; c->by != NULL && i < c->by->nfields; i++)
		if (c->by->fields[i].field == field)
			return true;
	if (field == checker_scope(c))
		return true;
	if (c->subject == NULL || (c->by != NULL && c->by->none))
		return false;
	if ((ref = c->subject->ref) == NULL)
		return field == FIELD_AUID;
	/* The ids are in the order of the types of their sets. */
	return ref->set != NULL && field == (enum rule_field)ref->set->type;
}

/* How many different values can a state's field have in a key? */
static uint64_t
values_of(const struct checker *c, const struct clause *block,
    enum rule_field field)
{
	uint64_t	most = is_in_key(c, field) ? 1 : UINT64_MAX;

	for (const struct clause *k = block; k != NULL; k = k->next) {
		const struct set	*set = k->ref == NULL ? NULL :
		    k->ref->set;
		const bool		 plain = k->kind == CLAUSE_OBJECT &&
		    field == FIELD_OBJECT;
		const bool		 same = k->kind == CLAUSE_PREDICATE &&
		    k->predicate->field == field &&
		    k->predicate->which != WHICH_ANY;
		uint64_t		 n = UINT64_MAX;

		if ((!plain && !same) || set == NULL || set->flawed ||
		    k->ref->negated || (same && k->predicate->negated))
			continue;
		if (set->type == SET_EXACT)
			n = set->nwords;
		else if (set_type_is_user(set->type) ||
		    set_type_is_group(set->type))
			n = set->values->nids;
		most = n < most ? n : most;
	}
	return most;
}

static void
check_distinct(struct checker *c, const struct clause *block,
    const struct clause *k)
{
	const struct count_node	*count = k->count;
	uint64_t		 most;
	struct buf		 text = { 0 };

	if (!checker_field(c, count->distinct, count->at, "distinct"))
		return;
	most = values_of(c, block, count->distinct);
	if (lex_number(&k->word) <= most)
		return;
	buf_dec(&text, most);
	checker_error(c, DIAG_DISTINCT_MANY, k->word.at, buf_bytes(&text));
	buf_fini(&text);
}

/* Of several the last one counts, and is looked at closely. */
static void
check_count(struct checker *c, const struct clause *block)
{
	const struct clause	*k = clause_last(block, CLAUSE_MULTIPLIER);

	if (k == NULL || k->count == NULL)
		return;
	if (k->count->has_window && k->count->window_s == 0)
		checker_error(c, DIAG_TIME_ZERO, k->at, slice_str("in"));
	if (k->count->distinct != FIELDS)
		check_distinct(c, block, k);
}

/* How a state stands to those before it. */
static void
check_order(struct checker *c, const struct clause *state, bool first)
{
	for (const struct clause *k = state->block; k != NULL; k = k->next) {
		const bool	time = k->kind == CLAUSE_WITHIN ||
		    k->kind == CLAUSE_ABSENT;

		if (c->order != NULL && (time || k->kind == CLAUSE_BIND))
			checker_error(c, DIAG_ORDER_WITH, k->at,
			    checker_written(c, k->at));
		else if (time && first)
			checker_error(c, DIAG_STATE_FIRST, k->at,
			    checker_written(c, k->at));
		else if (time && k->seconds == 0)
			checker_error(c, DIAG_TIME_ZERO, k->at,
			    checker_written(c, k->at));
	}
}

static void
check_absent(struct checker *c, const struct clause *state)
{
	const struct clause	*absent = clause_last(state->block,
	    CLAUSE_ABSENT);

	if (absent == NULL)
		return;
	for (const struct clause *k = state->block; k != NULL; k = k->next)
		if (k->kind == CLAUSE_MULTIPLIER || k->kind == CLAUSE_WITHIN ||
		    k->kind == CLAUSE_BIND)
			checker_error(c, DIAG_ABSENT_WITH, k->at,
			    checker_written(c, k->at));
	/* Those of several states come one after the other. */
	c->absent_s += absent->seconds;
	if (c->timeout != NULL && c->timeout->seconds > 0 &&
	    c->absent_s >= c->timeout->seconds)
		checker_error(c, DIAG_ABSENT_LONG, absent->at, DIAG_NOTHING);
}

/* Whoever waits for an alert waits for that alone. */
static void
check_alert_alone(struct checker *c, const struct clause *block)
{
	bool			 any;
	const struct clause	*event = clause_set(block, CLAUSE_EVENT, &any);

	if (any && event != NULL && event->ref->set != NULL &&
	    event->ref->set->type == SET_ALERTS)
		checker_error(c, DIAG_ALERT_PLACE, event->at, DIAG_NOTHING);
}

/* Variables are known from the next state on. */
static void
check_binds(struct checker *c, const struct clause *block)
{
	for (const struct clause *k = block; k != NULL; k = k->next)
		if (k->kind == CLAUSE_BIND)
			checker_bind(c, k->bind);
}

static inline bool
has(uint64_t kinds, enum clause_kind kind)
{
	return (kinds & CLAUSE_BIT(kind)) != 0;
}

/* What check_order() looks for. */
#define IN_ORDER							\
	(CLAUSE_BIT(CLAUSE_WITHIN) | CLAUSE_BIT(CLAUSE_ABSENT) |	\
	CLAUSE_BIT(CLAUSE_BIND))

/* Most states have few kinds of clauses: the others are not looked for. */
static void
check_state(struct checker *c, const struct clause *state, bool first)
{
	const uint64_t	kinds = clause_kinds(state->block);

	for (struct clause *k = state->block; k != NULL; k = k->next) {
		if (check_record_clause(c, k, true))
			continue;
		if (k->kind == CLAUSE_MULTIPLIER)
			checker_number_word(c, &k->word, c->new_life ?
			    MULTIPLIER_MAX : INT32_MAX);
		else if (k->kind == CLAUSE_TRIGGER)
			check_trigger(c, k);
	}
	if (has(kinds, CLAUSE_MULTIPLIER))
		check_count(c, state->block);
	if (has(kinds, CLAUSE_BIND) && !has(kinds, CLAUSE_ABSENT))
		check_binds(c, state->block);
	checker_repeats(c, state->block);
	if (!has(kinds, CLAUSE_EVENT) && !state->broken)
		checker_error(c, DIAG_EVENT_MISSING, state->at, DIAG_NOTHING);
	if (!has(kinds, CLAUSE_STATUS) && !state->broken)
		checker_error(c, DIAG_STATUS_MISSING, state->at, DIAG_NOTHING);
	check_never(c, state->block);
	if (has(kinds, CLAUSE_PREDICATE))
		check_contradictions(c, state->block);
	check_alert_alone(c, state->block);
	if ((kinds & IN_ORDER) != 0)
		check_order(c, state, first);
	if (has(kinds, CLAUSE_ABSENT))
		check_absent(c, state);
}

/* What stands beside `order any`, but for the states. */
static void
check_any_order(struct checker *c)
{
	const struct clause	*strict = item_clause(c->item, CLAUSE_STRICT);

	if ((c->timeout == NULL || c->timeout->seconds == 0) &&
	    !c->item->broken)
		checker_error(c, DIAG_ORDER_TIMEOUT, c->order->at,
		    DIAG_NOTHING);
	if (strict != NULL)
		checker_error(c, DIAG_ORDER_WITH, strict->at,
		    checker_written(c, strict->at));
}

/* The blocks of a kind that few sequences have. */
static void
check_blocks(struct checker *c, enum clause_kind kind)
{
	if (!item_has(c->item, kind))
		return;
	for (const struct clause *k = c->item->clauses; k != NULL; k = k->next)
		if (k->kind == kind)
			checker_block(c, k);
}

void
checker_states(struct checker *c)
{
	const struct item	*item = c->item;
	bool			 first = true;
	uint32_t		 n = 0;

	c->nbound = 0;
	c->no_variables = c->order == NULL ? NULL : "with 'order any' the "
	    "state that binds it may come later; say 'by'";
	if (c->order != NULL)
		check_any_order(c);
	for (const struct clause *k = item->clauses; k != NULL; k = k->next)
		if (k->kind == CLAUSE_STATE) {
			check_state(c, k, first);
			first = false;
			if (++n == RULE_STATES_MAX + 1)
				checker_error(c, DIAG_STATES_MANY, k->at,
				    item->name.text);
		}
	check_blocks(c, CLAUSE_CANCEL);
	c->no_variables = "'except' knows of no states";
	check_blocks(c, CLAUSE_EXCEPT);
	if (!item->broken)
		checker_unused(c);
}

bool
checker_new_life(const struct item *item)
{
	for (const struct clause *k = item->clauses; k != NULL; k = k->next) {
		if (k->kind == CLAUSE_BY || k->kind == CLAUSE_ACROSS ||
		    k->kind == CLAUSE_ORDER || k->kind == CLAUSE_STRICT ||
		    k->kind == CLAUSE_CANCEL)
			return true;
		if (k->kind != CLAUSE_STATE)
			continue;
		for (const struct clause *s = k->block; s != NULL; s = s->next)
			if (s->kind == CLAUSE_WITHIN ||
			    s->kind == CLAUSE_ABSENT ||
			    s->kind == CLAUSE_BIND ||
			    (s->kind == CLAUSE_MULTIPLIER && s->count != NULL))
				return true;
	}
	return false;
}
