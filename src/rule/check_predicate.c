/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_predicate.c - predicates and variables: do the types agree, and could
 * it ever hold?
 *
 * What fits a field follows from the kind of its values, so that there is one
 * row for each kind and hardly a word about single fields.
 */
#include "base/buf.h"
#include "rule/checker.h"
#include "rule/literal.h"

#define PART_MAX	9999u		/* of command[N] */
#define POSITION_MAX	UINT8_MAX	/* of an argument, one byte */

static bool
is_address(enum set_type type)
{
	return type == SET_ADDRESS;
}

static bool
is_port(enum set_type type)
{
	return type == SET_PORT;
}

static bool
is_errno(enum set_type type)
{
	return type == SET_ERRNO;
}

static bool
is_path(enum set_type type)
{
	return type == SET_PATH || type == SET_PCRE || type == SET_EXACT ||
	    type == SET_DIR || type == SET_GLOB;
}

static bool
is_text(enum set_type type)
{
	return type == SET_TEXT || type == SET_PCRE || type == SET_EXACT ||
	    type == SET_GLOB;
}

/* By the kind of the field; those without a row take no sets. */
static const struct use uses[] = {
	[KIND_USER] = { set_type_is_user, SET_AUID,
	    "'auid', 'euid' or 'ruid'" },
	[KIND_GROUP] = { set_type_is_group, SET_EGID, "'egid' or 'rgid'" },
	[KIND_ERRNO] = { is_errno, SET_ERRNO, "'errno'" },
	[KIND_PORT] = { is_port, SET_PORT, "'port'" },
	[KIND_ADDRESS] = { is_address, SET_ADDRESS, "'address'" },
	[KIND_PATH] = { is_path, SET_EXACT,
	    "'path', 'pcre', 'exact', 'dir' or 'glob'" },
	[KIND_TEXT] = { is_text, SET_TYPES,
	    "'pcre', 'glob', 'text' or 'exact'" },
	[KIND_TIME] = { NULL, SET_TYPES, NULL },
};

static enum field_kind
kind_of(enum rule_field field)
{
	return field_rows[field].kind;
}

static struct slice
word_of(enum rule_field field)
{
	return slice_str(field_rows[field].word);
}

static void
never(struct checker *c, const struct clause *k)
{
	checker_warn(c, DIAG_PREDICATE_NEVER, k->at, DIAG_NOTHING);
}

/* The type of a set that is written without one. */
static enum set_type
untyped(enum rule_field field)
{
	/* The ids are in the order of the types of their sets. */
	if (field <= FIELD_RGID)
		return (enum set_type)field;
	if (field == FIELD_ZONE || field == FIELD_HOST)
		return SET_GLOB;
	return field == FIELD_OBJECT ? SET_TYPES : uses[kind_of(field)].untyped;
}

static void
check_set(struct checker *c, const struct clause *k)
{
	struct use	use = uses[kind_of(k->predicate->field)];

	use.untyped = untyped(k->predicate->field);
	checker_set(c, k->ref, &use);
}

/* The largest value that the field can have in a record. */
static uint64_t
largest(enum rule_field field)
{
	if (field == FIELD_PORT)
		return UINT16_MAX;
	return field == FIELD_PID || field == FIELD_PPID ||
	    field == FIELD_SESSION || field == FIELD_MODE ? UINT32_MAX :
	    UINT64_MAX;
}

/* Ids are not compared with numbers: `euid == 0` is euid { 0; }. */
static void
note_set(struct checker *c, const struct predicate_node *t)
{
	struct buf	 text = { 0 };

	buf_str(&text, field_rows[t->field].word);
	buf_str(&text, t->compare == COMPARE_NE ? " not { " : " { ");
	buf_slice(&text, t->operand.text);
	buf_str(&text, "; };");
	diag_note(c->diags, DIAG_NOTE_WRITE, t->operand.at, buf_bytes(&text));
	buf_fini(&text);
}

static void
check_number(struct checker *c, const struct clause *k)
{
	const struct predicate_node	*t = k->predicate;
	const enum field_kind		 kind = kind_of(t->field);
	const uint64_t			 max = largest(t->field);
	uint64_t			 n;
	bool				 no;

	if (kind != KIND_NUMBER && kind != KIND_PORT) {
		diag_error(c->diags, DIAG_COMPARE_TYPES, t->operand.at,
		    slice_str(field_kind_name(kind)),
		    slice_str(field_kind_name(KIND_NUMBER)));
		if (kind == KIND_USER || kind == KIND_GROUP)
			note_set(c, t);
		return;
	}
	if (t->compare == COMPARE_IN) {
		checker_error(c, DIAG_COMPARE_OPERATOR, k->at, DIAG_NOTHING);
		return;
	}
	if (!literal_number(&t->operand, UINT64_MAX, &n, c->diags))
		return;
	no = (t->compare == COMPARE_EQ && n > max) ||
	    (t->compare == COMPARE_LT && n == 0) ||
	    (t->compare == COMPARE_GT && n >= max) ||
	    (t->compare == COMPARE_BITS && (n & max) == 0);
	if (no && !t->negated)
		never(c, k);
}

static void
check_ranges(struct checker *c, const struct clause *k)
{
	const struct predicate_node	*t = k->predicate;
	bool				 some = false;
	struct range			 range;

	for (size_t i = 0; i < t->nwords; i++)
		if (!literal_range(&t->words[i], UINT64_MAX, &range, c->diags))
			return;
		else
			some |= range.low <= largest(t->field);
	if (!some && !t->negated)
		never(c, k);
}

static void
check_clock(struct checker *c, const struct predicate_node *t)
{
	uint16_t	from, until;

	(void)literal_clock(&t->words[0], &from, &until, c->diags);
	if (t->nwords > 1)
		diag_error(c->diags, DIAG_EXPECTED, t->words[1].at,
		    slice_str("';'"), t->words[1].text);
}

static void
check_days(struct checker *c, const struct predicate_node *t)
{
	uint64_t	bits = 0;

	for (size_t i = 0; i < t->nwords; i++)
		if (!literal_days(&t->words[i], &bits, c->diags))
			return;
}

/* Two values of records: of two fields, or of one and a variable. */
static bool
check_pair(struct checker *c, const struct clause *k, enum rule_field other)
{
	const struct predicate_node	*t = k->predicate;
	const enum field_kind		 a = kind_of(t->field);
	const enum field_kind		 b = kind_of(other);

	if (t->field == FIELD_ARGUMENT) {
		diag_error(c->diags, DIAG_COMPARE_TYPES, t->operand.at,
		    slice_str("an argument"),
		    slice_str("anything but a number"));
		return false;
	}
	if ((t->compare != COMPARE_EQ && t->compare != COMPARE_NE &&
	    t->compare != COMPARE_IN) || (t->compare == COMPARE_IN &&
	    (t->kind != PRED_BOUND || a != KIND_PATH || b != KIND_PATH))) {
		checker_error(c, DIAG_COMPARE_OPERATOR, k->at, DIAG_NOTHING);
		return false;
	}
	if (t->compare != COMPARE_IN && !field_comparable(a, b)) {
		diag_error(c->diags, DIAG_COMPARE_TYPES, t->operand.at,
		    slice_str(field_kind_name(a)),
		    slice_str(field_kind_name(b)));
		return false;
	}
	return true;
}

static void
check_field(struct checker *c, const struct clause *k)
{
	const struct predicate_node	*t = k->predicate;

	/* Parts stand at the head of a predicate only. */
	if (!field_rows[t->other].predicate || t->other == FIELD_ARGUMENT ||
	    !slice_eq(t->operand.text, word_of(t->other))) {
		diag_error(c->diags, DIAG_FIELD_PLACE, t->operand.at,
		    t->operand.text, word_of(t->field));
		return;
	}
	if (check_pair(c, k, t->other) && t->field == t->other &&
	    t->part == PART_ALL && !field_rows[t->field].several &&
	    (t->compare == COMPARE_NE) != t->negated)
		never(c, k);
}

static void
check_bound(struct checker *c, const struct clause *k)
{
	const struct lexeme	*name = &k->predicate->operand;
	struct nearest		 near;

	if (c->no_variables != NULL) {
		checker_error(c, DIAG_VARIABLE_PLACE, name->at,
		    slice_str(c->no_variables));
		return;
	}
	nearest_init(&near, name->text);
	for (size_t i = 0; i < c->nbound; i++) {
		const struct bind_node	*node = c->bound[i].node;

		if (slice_eq(node->name.text, name->text)) {
			c->bound[i].used = true;
			(void)check_pair(c, k, node->field.field);
			return;
		}
		nearest_try(&near, node->name.text);
	}
	diag_unknown_near(c->diags, DIAG_VARIABLE_UNBOUND, name->at, &near);
}

static void
check_unseen(struct checker *c, const struct clause *k)
{
	const struct predicate_node	*t = k->predicate;
	const struct field_row		*row = &field_rows[t->field];

	if (!row->key && !row->bind)
		diag_error(c->diags, DIAG_FIELD_PLACE, t->field_at,
		    word_of(t->field), slice_str("new"));
	checker_fields(c, t->by, t->nby, "by");
	for (size_t i = 0; i < t->nby; i++)
		if (t->by[i].field == t->field)
			checker_error(c, DIAG_KEY_AGAIN, t->by[i].at,
			    word_of(t->field));
	if (t->window_s == 0)
		checker_error(c, DIAG_TIME_ZERO, k->at, slice_str("in"));
}

static bool
is_of_process(enum rule_field field)
{
	return field >= FIELD_PPID && field <= FIELD_LINEAGE;
}

/* The parts of a field: which word of a command, which argument. */
static void
check_part(struct checker *c, const struct predicate_node *t)
{
	uint64_t	position;

	if (t->part != PART_ALL)
		checker_number(c, t->part, t->field_at, PART_MAX);
	if (t->field == FIELD_ARGUMENT && t->argument.kind == LEX_NUMBER)
		(void)literal_number(&t->argument, POSITION_MAX, &position,
		    c->diags);
}

void
checker_predicate(struct checker *c, struct clause *k)
{
	const struct predicate_node	*t = k->predicate;

	if (c->tree->where && (is_of_process(t->field) ||
	    is_of_process(t->other)))
		checker_error(c, DIAG_WHERE_FIELD, t->field_at,
		    word_of(is_of_process(t->field) ? t->field : t->other));
	if (t->kind != PRED_EITHER)
		check_part(c, t);
	switch (t->kind) {
	case PRED_SET:
		check_set(c, k);
		break;
	case PRED_NUMBER:
		check_number(c, k);
		break;
	case PRED_RANGES:
		check_ranges(c, k);
		break;
	case PRED_CLOCK:
		check_clock(c, t);
		break;
	case PRED_DAY:
		check_days(c, t);
		break;
	case PRED_FIELD:
		check_field(c, k);
		break;
	case PRED_BOUND:
		check_bound(c, k);
		break;
	case PRED_NEW:
		check_unseen(c, k);
		break;
	case PRED_EITHER:
		for (const struct clause *b = t->blocks; b != NULL; b = b->next)
			checker_block(c, b);
		break;
	case PRED_NONE:
		break;
	}
}

void
checker_bind(struct checker *c, const struct bind_node *node)
{
	const struct field_row	*row = &field_rows[node->field.field];

	if (!row->bind || (node->which == WHICH_ANY && !row->several)) {
		diag_error(c->diags, DIAG_FIELD_PLACE, node->field.at,
		    slice_str(row->word),
		    slice_str(row->bind ? "any" : "bind"));
		return;
	}
	if (node->part != PART_ALL)
		checker_number(c, node->part, node->field.at,
		    PART_MAX);
	for (size_t i = 0; i < c->nbound; i++)
		if (slice_eq(c->bound[i].node->name.text, node->name.text)) {
			checker_error(c, DIAG_VARIABLE_AGAIN, node->name.at,
			    node->name.text);
			diag_note(c->diags, DIAG_NOTE_FIRST,
			    c->bound[i].node->name.at, DIAG_NOTHING);
			return;
		}
	if (c->nbound == VARIABLES_MAX) {
		checker_error(c, DIAG_VARIABLE_MANY, node->name.at,
		    DIAG_NOTHING);
		return;
	}
	c->bound[c->nbound].node = node;
	c->bound[c->nbound++].used = false;
}

void
checker_unused(struct checker *c)
{
	for (size_t i = 0; c->order == NULL && i < c->nbound; i++)
		if (!c->bound[i].used)
			checker_warn(c, DIAG_VARIABLE_UNUSED,
			    c->bound[i].node->name.at,
			    c->bound[i].node->name.text);
}

bool
checker_field(struct checker *c, enum rule_field field, struct span at,
    const char *word)
{
	if (field_rows[field].key)
		return true;
	diag_error(c->diags, DIAG_FIELD_PLACE, at, word_of(field),
	    slice_str(word));
	return false;
}

void
checker_fields(struct checker *c, const struct field_node *fields, size_t n,
    const char *word)
{
	bool	seen[FIELDS] = { 0 };

	for (size_t i = 0; i < n; i++) {
		const enum rule_field	f = fields[i].field;

		if (checker_field(c, f, fields[i].at, word) && seen[f])
			checker_error(c, DIAG_KEY_AGAIN, fields[i].at,
			    word_of(f));
		seen[f] = true;
	}
}
