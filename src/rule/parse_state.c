/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parse_state.c - what stands in a state: predicates, counting, time, memory.
 *
 * Whatever begins with the name of a field is one kind of clause; which words
 * may follow depends on what kind of value the field has. Words of operators
 * are no words of the language elsewhere: a set may be called `in`, so that
 * only what follows tells.
 */
#include "rule/parser.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A field by its word, with the part of a command that is meant. */
static enum rule_field
field_of(const struct lexeme *lex, uint32_t *part)
{
	struct slice	 word = lex->text;
	uint64_t	 n = 0;
	size_t		 open;

	*part = PART_ALL;
	if (lex->quoted || (lex->kind != LEX_STRING &&
	    lex->kind != LEX_KEYWORD))
		return FIELDS;
	if (word.n == 0 || word.p[word.n - 1] != ']')
		return field_find(word);
	for (open = 0; word.p[open] != '[' && open < word.n - 1; open++)
		;
	if (open + 2 >= word.n)
		return FIELDS;
	for (size_t i = open + 1; i < word.n - 1; i++) {
		if (word.p[i] < '0' || word.p[i] > '9')
			return FIELDS;
		if (n < PART_ALL)
			n = n * 10 + (uint64_t)(word.p[i] - '0');
	}
	*part = n < PART_ALL ? (uint32_t)n : PART_ALL - 1;
	word.n = open;
	return field_find(word) == FIELD_COMMAND ? FIELD_COMMAND : FIELDS;
}

/* field := STRING, a name that is in the table of fields */
bool
parse_field(struct parser *p, struct field_node *f, uint32_t *part)
{
	f->at = p->cur.at;
	f->field = field_of(&p->cur, part);
	if (f->field == FIELDS) {
		if (p->cur.kind != LEX_STRING && p->cur.kind != LEX_KEYWORD)
			return parser_fail(p, "what a record says, as 'pid'");
		diag_unknown(p->diags, DIAG_FIELD_UNKNOWN, p->cur.at,
		    parser_raw(p, &p->cur), field_names);
		return false;
	}
	parser_advance(p);
	return true;
}

/* fields := field { "," field } */
bool
parse_fields(struct parser *p, const struct field_node **list, size_t *n)
{
	struct field_node	*fields = NULL;
	size_t			 cap = 0;
	uint32_t		 part;
	bool			 good;

	for (*n = 0;; parser_advance(p)) {
		fields = mem_grow(fields, &cap, *n + 1, sizeof(*fields));
		if (!(good = parse_field(p, &fields[*n], &part)))
			break;
		++*n;
		if (p->cur.kind != LEX_COMMA)
			break;
	}
	*list = arena_copy(p->arena, fields, *n * sizeof(*fields));
	free(fields);
	return good;
}

static struct predicate_node
a_predicate(const struct clause *c)
{
	return (struct predicate_node){ .field = FIELDS, .field_at = c->at,
	    .part = PART_ALL, .other = FIELDS };
}

static struct predicate_node *
keep_predicate(struct parser *p, struct clause *c,
    const struct predicate_node *t)
{
	c->kind = CLAUSE_PREDICATE;
	c->predicate = arena_copy(p->arena, t, sizeof(*t));
	p->tree->second = true;
	return c->predicate;
}

static struct predicate_node *
new_predicate(struct parser *p, struct clause *c)
{
	const struct predicate_node	 t = a_predicate(c);

	return keep_predicate(p, c, &t);
}

/* Operators. */

static const struct {
	const char	*word;
	enum compare	 compare;
} operators[] = {
	{ "==", COMPARE_EQ }, { "!=", COMPARE_NE }, { "&", COMPARE_BITS },
	{ "in", COMPARE_IN },
};

/* Is there an operator? Then it is taken. */
static bool
take_operator(struct parser *p, enum compare *compare)
{
	if (p->cur.kind == LEX_LESS || p->cur.kind == LEX_MORE) {
		*compare = p->cur.kind == LEX_LESS ? COMPARE_LT : COMPARE_GT;
		parser_advance(p);
		return true;
	}
	if (p->cur.kind != LEX_STRING)
		return false;
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (lexeme_is_word(&p->cur, operators[i].word)) {
			*compare = operators[i].compare;
			parser_advance(p);
			return true;
		}
	return false;
}

/*
 * `<=` is two words, and `=` is none: what was meant is said when it stands
 * where an operator or its operand should.
 */
static void
note_equals(struct parser *p, const struct lexeme *lex)
{
	if (!lex->quoted && slice_is(lex->text, "="))
		diag_note(p->diags, DIAG_NOTE_WRITE, lex->at,
		    slice_str("== 5', or a range as in '0..5"));
}

/* Decimal, or a word such as 0x1f or 1..9 that check.c takes apart. */
static bool
is_number(const struct lexeme *lex)
{
	return lex->kind == LEX_NUMBER || (lex->kind == LEX_STRING &&
	    !lex->quoted && lex->text.n > 0 && lex->text.p[0] >= '0' &&
	    lex->text.p[0] <= '9');
}

/* operand := NUMBER | STRING that begins with "$" | field */
static bool
parse_operand(struct parser *p, struct predicate_node *t)
{
	struct field_node	f;
	uint32_t		part;

	t->operand = p->cur;
	if (p->cur.kind == LEX_STRING && p->cur.text.n > 0 &&
	    p->cur.text.p[0] == '$') {
		t->kind = PRED_BOUND;
		parser_advance(p);
		return true;
	}
	if (is_number(&p->cur)) {
		t->kind = PRED_NUMBER;
		parser_advance(p);
		return true;
	}
	t->kind = PRED_FIELD;
	if (p->cur.kind != LEX_STRING && p->cur.kind != LEX_KEYWORD)
		return parser_fail(p, "a number, a variable or a field");
	if (!parse_field(p, &f, &part)) {
		note_equals(p, &p->cur);
		return false;
	}
	t->other = f.field;
	return true;
}

static bool
is_word(const struct lexeme *lex)
{
	return lex->kind == LEX_STRING && !lex->quoted;
}

/* list := STRING { "," STRING }, or numbers and ranges of them */
static bool
parse_list(struct parser *p, struct predicate_node *t,
    bool (*fits)(const struct lexeme *), const char *what)
{
	struct words	words = { 0 };
	bool		good;

	for (;;) {
		if (!(good = fits(&p->cur))) {
			(void)parser_fail(p, what);
			break;
		}
		words_add(&words, &p->cur);
		parser_advance(p);
		if (p->cur.kind != LEX_COMMA)
			break;
		parser_advance(p);
	}
	t->nwords = words.n;
	t->words = words_take(p, &words);
	return good;
}

static bool
take_not(struct parser *p)
{
	if (!parser_is_key(p, KEY_NOT))
		return false;
	parser_advance(p);
	return true;
}

/*
 * numbers := [ "not" ] ( list | ( "==" | "!=" | "<" | ">" | "&" ) operand )
 */
static bool
parse_numbers(struct parser *p, struct predicate_node *t)
{
	t->negated = take_not(p);
	if (take_operator(p, &t->compare))
		return parse_operand(p, t);
	t->kind = PRED_RANGES;
	if (is_number(&p->cur))
		return parse_list(p, t, is_number, "a number");
	(void)parser_fail(p, "a number, a range as in 1..9, or an operator");
	parser_note_operator(p, &p->cur);
	note_equals(p, &p->cur);
	return false;
}

/*
 * value := [ "not" ] ( "==" | "!=" | "in" ) operand | ref | untyped
 *
 * A word that is an operator is the name of a set when nothing follows.
 */
static bool
parse_value(struct parser *p, struct clause *c, struct predicate_node *t,
    bool typed)
{
	const bool		 negated = take_not(p);
	const struct lexeme	 first = p->cur;
	bool			 good;

	if (first.kind != LEX_LESS && (take_operator(p, &t->compare) ||
	    parser_take_word(p, "="))) {
		if (p->cur.kind != LEX_SEMICOLON && lexeme_is_word(&first,
		    "=")) {
			diag_error(p->diags, DIAG_EXPECTED, first.at,
			    slice_str("'==' or a set"), first.text);
			return false;
		}
		if (p->cur.kind != LEX_SEMICOLON) {
			t->negated = negated;
			return parse_operand(p, t);
		}
		c->ref = arena_alloc(p->arena, sizeof(*c->ref));
		c->ref->name = first;
		good = true;
	} else
		good = typed ? parse_ref(p, c) : parse_ref_untyped(p, c);
	if (!good) {
		parser_note_operator(p, &first);
		return false;
	}
	c->ref->negated |= negated;
	t->kind = PRED_SET;
	return true;
}

/* Does a set for this field need its type? */
static bool
needs_type(enum rule_field f)
{
	return f == FIELD_OBJECT || field_rows[f].kind == KIND_TEXT;
}

/* A predicate that begins with a field. */
static bool
parse_field_predicate(struct parser *p, struct clause *c)
{
	struct predicate_node	*t = new_predicate(p, c);
	struct field_node	 f;

	if (!parse_field(p, &f, &t->part))
		return false;
	t->field = f.field;
	t->which = field_rows[f.field].several && f.field != FIELD_OBJECT &&
	    f.field != FIELD_COMMAND ? WHICH_ANY : WHICH_LAST;
	if (field_rows[f.field].kind == KIND_NUMBER)
		return parse_numbers(p, t);
	return parse_value(p, c, t, needs_type(f.field) &&
	    f.field != FIELD_ZONE && f.field != FIELD_HOST);
}

/*
 * what := "none" | value
 *
 * A plain set is the `object` that the language always had.
 */
static bool
parse_object(struct parser *p, struct clause *c)
{
	struct predicate_node	 t = a_predicate(c);

	t.field = FIELD_OBJECT;
	if (parser_is_key(p, KEY_NONE_WORD)) {
		t.kind = PRED_NONE;
		parser_advance(p);
	} else if (!parse_value(p, c, &t, true))
		return false;
	if (t.kind != PRED_SET)
		(void)keep_predicate(p, c, &t);
	return true;
}

/* Which of the paths; the word behind that is "object" or "objects". */
static bool
parse_some_objects(struct parser *p, struct clause *c, enum quantifier which,
    const char *word)
{
	struct predicate_node	*t = new_predicate(p, c);

	t->field = FIELD_OBJECT;
	t->which = which;
	if (!parser_take_word(p, word))
		return parser_fail(p, which == WHICH_ANY ? "'object'" :
		    "'objects'");
	return parse_value(p, c, t, true);
}

static bool
parse_any_object(struct parser *p, struct clause *c)
{
	return parse_some_objects(p, c, WHICH_ANY, "object");
}

static bool
parse_all_objects(struct parser *p, struct clause *c)
{
	return parse_some_objects(p, c, WHICH_ALL, "objects");
}

/* argument := ( STRING | NUMBER ) operator operand */
static bool
parse_argument(struct parser *p, struct clause *c)
{
	struct predicate_node	*t = new_predicate(p, c);

	t->field = FIELD_ARGUMENT;
	t->which = WHICH_ANY;
	t->argument = p->cur;
	if (p->cur.kind == LEX_NUMBER)
		parser_advance(p);
	else if (!parser_expect_string(p, &t->argument,
	    "the text of an argument, or its position"))
		return false;
	if (!take_operator(p, &t->compare)) {
		(void)parser_fail(p, "'==', '!=', '<', '>' or '&'");
		parser_note_operator(p, &p->cur);
		note_equals(p, &p->cur);
		return false;
	}
	return parse_operand(p, t);
}

/* clock := [ "not" ] list */
static bool
parse_clock(struct parser *p, struct clause *c)
{
	struct predicate_node	*t = new_predicate(p, c);

	t->field = FIELD_TIME;
	t->kind = PRED_CLOCK;
	t->negated = take_not(p);
	return parse_list(p, t, is_number, "times of day, as in 22:00..06:00");
}

/* days := [ "not" ] list */
static bool
parse_days(struct parser *p, struct clause *c)
{
	struct predicate_node	*t = new_predicate(p, c);

	t->field = FIELD_DAY;
	t->kind = PRED_DAY;
	t->negated = take_not(p);
	return parse_list(p, t, is_word, "a day of the week, as in sat");
}

/* new := field [ "by" fields ] "in" time [ "learning" ( time | "none" ) ] */
static bool
parse_new(struct parser *p, struct clause *c)
{
	struct predicate_node	*t = new_predicate(p, c);
	struct field_node	 f;

	t->kind = PRED_NEW;
	if (!parse_field(p, &f, &t->part))
		return false;
	t->field = f.field;
	t->field_at = f.at;
	if (parser_take_word(p, "by") && !parse_fields(p, &t->by, &t->nby))
		return false;
	if (!parser_take_word(p, "in"))
		return parser_fail(p, "'in' and a time");
	if (!parse_time(p, &t->window_s))
		return false;
	if (!parser_take_word(p, "learning"))
		return true;
	t->learning = true;
	if (parser_take_word(p, "none"))
		return true;
	return parse_time(p, &t->learning_s);
}

/* either := block "or" block { "or" block } */
static bool
parse_either(struct parser *p, struct clause *c)
{
	struct predicate_node	 *t = new_predicate(p, c);
	struct clause		**tail = &t->blocks;

	t->kind = PRED_EITHER;
	do {
		if (p->depth >= PARSER_DEPTH_MAX) {
			diag_error(p->diags, DIAG_NESTED_DEEP, p->cur.at,
			    DIAG_NOTHING, DIAG_NOTHING);
			return false;
		}
		*tail = arena_alloc(p->arena, sizeof(**tail));
		(*tail)->kind = CLAUSE_BLOCK;
		(*tail)->at = p->cur.at;
		if (!parse_block(p, &parse_record_rows, &(*tail)->block))
			return false;
		tail = &(*tail)->next;
	} while (parser_take_word(p, "or"));
	return t->blocks->next != NULL || parser_fail(p, "'or'");
}

/* outcome := "success" | "failure" | "any" */
static bool
parse_status(struct parser *p, struct clause *c)
{
	static const struct name	words[] = {
		{ "success", 0 }, { "failure", 0 }, { "any", 0 }, { 0 }
	};

	c->word = p->cur;
	if (parser_is_key(p, KEY_SUCCESS) || parser_is_key(p, KEY_FAILURE) ||
	    parser_is_key(p, KEY_ANY)) {
		parser_advance(p);
		return true;
	}
	if (p->cur.kind != LEX_STRING)
		return parser_fail(p, "'success', 'failure' or 'any'");
	diag_unknown(p->diags, DIAG_STATUS_UNKNOWN, p->cur.at,
	    parser_raw(p, &p->cur), words);
	return false;
}

/* Counting, time and memory. */

/* many := NUMBER ( "or" "more" | [ "distinct" field ] [ "in" time ] ) */
static bool
parse_multiplier(struct parser *p, struct clause *c)
{
	struct count_node	 count = { .distinct = FIELDS };
	struct field_node	 f;
	uint32_t		 part;

	c->word = p->cur;
	if (!parser_expect(p, LEX_NUMBER, "a number"))
		return false;
	if (p->cur.kind == LEX_SEMICOLON)
		return true;
	p->tree->second = true;
	if (parser_take_word(p, "or")) {
		if (!parser_take_word(p, "more"))
			return parser_fail(p, "'more'");
		count.or_more = true;
	} else {
		if (parser_take_word(p, "distinct")) {
			if (!parse_field(p, &f, &part))
				return false;
			count.distinct = f.field;
			count.at = f.at;
		}
		if (parser_take_word(p, "in")) {
			if (!parse_time(p, &count.window_s))
				return false;
			count.has_window = true;
		} else if (count.distinct == FIELDS)
			return parser_fail(p, "';', 'in', 'distinct' or "
			    "'or more'");
	}
	c->count = arena_copy(p->arena, &count, sizeof(count));
	return true;
}

static bool
parse_trigger(struct parser *p, struct clause *c)
{
	return parser_expect_string(p, &c->word, "a command in quotes");
}

static bool
parse_span(struct parser *p, struct clause *c)
{
	return parse_time(p, &c->seconds);
}

/* memory := STRING that begins with "$" [ "any" ] field */
static bool
parse_bind(struct parser *p, struct clause *c)
{
	struct bind_node	*b = arena_alloc(p->arena, sizeof(*b));

	c->bind = b;
	if (p->cur.kind != LEX_STRING || p->cur.text.n < 2 ||
	    p->cur.text.p[0] != '$')
		return parser_fail(p, "the name of a variable, as in $file");
	b->name = p->cur;
	parser_advance(p);
	if (parser_take_word(p, "any"))
		b->which = WHICH_ANY;
	return parse_field(p, &b->field, &b->part);
}

/*
 * predicate := "event" who | "object" what | "any" "object" value |
 *     "all" "objects" value | "status" outcome | "argument" argument |
 *     "time" clock | "day" days | "new" new | "either" either |
 *     field ( numbers | value )
 */
#define PREDICATES							\
	{ "event", CLAUSE_EVENT, parse_any_or_ref, false },		\
	{ "object", CLAUSE_OBJECT, parse_object, false },		\
	{ "status", CLAUSE_STATUS, parse_status, false },		\
	{ "any", CLAUSE_PREDICATE, parse_any_object, true },		\
	{ "all", CLAUSE_PREDICATE, parse_all_objects, true },		\
	{ "argument", CLAUSE_PREDICATE, parse_argument, true },	\
	{ "time", CLAUSE_PREDICATE, parse_clock, true },		\
	{ "day", CLAUSE_PREDICATE, parse_days, true },			\
	{ "either", CLAUSE_PREDICATE, parse_either, true }

static const struct row record_rows[] = {
	PREDICATES,
	{ 0 }
};

/*
 * clause := predicate | "multiplier" many | "trigger" text | "within" time |
 *     "absent" time | "bind" memory
 */
static const struct row state_rows[] = {
	PREDICATES,
	{ "new", CLAUSE_PREDICATE, parse_new, true },
	{ "multiplier", CLAUSE_MULTIPLIER, parse_multiplier, false },
	{ "trigger", CLAUSE_TRIGGER, parse_trigger, false },
	{ "within", CLAUSE_WITHIN, parse_span, true },
	{ "absent", CLAUSE_ABSENT, parse_span, true },
	{ "bind", CLAUSE_BIND, parse_bind, true },
	{ 0 }
};
#undef PREDICATES

const struct rows parse_record_rows = {
	record_rows, parse_field_predicate, DIAG_PREDICATE_UNKNOWN
};
const struct rows parse_state_rows = {
	state_rows, parse_field_predicate, DIAG_STATE_WORD_UNKNOWN
};
