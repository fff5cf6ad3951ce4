/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unparse.c - a tree to canonical text, which parses back to the same rules.
 *
 * The text of a single sequence is the base of its identity, so it depends on
 * nothing but the rule: not on the names of sets, nor on the order in which
 * its clauses were written.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "rule/fields.h"
#include "rule/parse.h"
#include "rule/sets.h"
#include "rule/unparse.h"

#define COUNT(list)	(sizeof(list) / sizeof((list)[0]))

/* Fingerprints must be the same in every run. */
static const struct hash_key fixed = { 0x62736d7472616365, 0x72756c65736574 };

struct printer {
	struct buf	*out;
	bool		 whole;		/* sets in place of their names */
};

/* A word of the language, copied as so many bytes: the length is no matter. */
struct fixed {
	char	 text[16];
	size_t	 n;
};
#define FIXED(word)	{ word, sizeof(word) - 1 }

/* Its first N bytes. */
static inline void
put_part(struct buf *out, const struct fixed *word, size_t n)
{
	if (out->max != 0 || out->cap - out->n < sizeof(word->text)) {
		buf_put(out, word->text, n);
		return;
	}
	memcpy(out->p + out->n, word->text, sizeof(word->text));
	out->n += n;
}

static inline void
put_fixed(struct buf *out, const struct fixed *word)
{
	put_part(out, word, word->n);
}

static void
put_text(struct buf *out, struct slice s, bool quoted)
{
	if (!quoted) {
		buf_slice(out, s);
		return;
	}
	buf_char(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		const uint8_t	c = s.p[i];

		if (c == '"' || c == '\\' || c == '\n' || c == '\r')
			buf_char(out, '\\');
		buf_char(out, (char)c);
	}
	buf_char(out, '"');
}

void
unparse_word(struct buf *out, const struct lexeme *lex)
{
	put_text(out, lex->text, lex->kind == LEX_STRING && !lex->plain &&
	    lex_needs_quotes(lex->text));
}

static void
put_entries(struct buf *out, const struct body_node *body)
{
	if (body->type.text.p != NULL) {
		buf_char(out, '<');
		unparse_word(out, &body->type);
		buf_str(out, "> ");
	}
	buf_char(out, '{');
	for (const struct entry_node *e = body->entries; e != NULL;
	    e = e->next) {
		buf_str(out, e == body->entries ? " " : ", ");
		if (e->kind == ENTRY_SET)
			buf_str(out, "set ");
		unparse_word(out, &e->word);
	}
	buf_str(out, "; }");
}

static bool
is_number(struct slice s)
{
	size_t	 i = 0;

	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	return i > 0 && i == s.n;
}

/* A list of entries that a number can stand in without quotes. */
static void
put_words(struct buf *out, const struct set *set)
{
	struct slice	all;

	buf_char(out, '<');
	buf_str(out, set_type_name(set->type));
	buf_str(out, "> {");
	if (set->nwords > 0 && set->plain && set_is_together(set, &all)) {
		buf_char(out, ' ');
		buf_slice(out, all);
		buf_str(out, "; }");
		return;
	}
	for (size_t i = 0; i < set->nwords; i++) {
		const struct slice	word = set->words[i];

		buf_str(out, i == 0 ? " " : ", ");
		put_text(out, word, !set->plain && !is_number(word) &&
		    lex_needs_quotes(word));
	}
	buf_str(out, "; }");
}

static void
put_fingerprint(struct buf *out, struct set *set)
{
	for (size_t i = 0; !set->printed && i < set->nwords; i++)
		set->print = hash_more(&fixed, set->print, set->words[i]);
	set->printed = true;
	buf_str(out, " # ");
	buf_hex(out, set->print);
	buf_str(out, "\n\t\t");
}

static size_t
words_size(const struct set *set)
{
	size_t	n = 0;

	for (size_t i = 0; i < set->nwords && n <= UNPARSE_SET_MAX; i++)
		n += set->words[i].n + 2;
	return n;
}

static void
put_ref(const struct printer *p, const struct ref_node *ref)
{
	if (ref->negated)
		buf_str(p->out, "not ");
	if (p->whole && ref->set != NULL && words_size(ref->set) <=
	    UNPARSE_SET_MAX) {
		put_words(p->out, ref->set);
		return;
	}
	if (ref->body != NULL)
		put_entries(p->out, ref->body);
	else
		unparse_word(p->out, &ref->name);
	if (p->whole && ref->set != NULL)
		put_fingerprint(p->out, ref->set);
}

static void
put_time(struct buf *out, uint64_t seconds)
{
	const struct name	*best = parse_units;

	for (const struct name *u = parse_units; u->name != NULL; u++)
		if (seconds % u->value == 0 && seconds > 0)
			best = u;
	buf_dec(out, seconds / best->value);
	buf_char(out, ' ');
	buf_str(out, best->name);
}

/* What follows a field and does not name a set. */

static void
put_fields(struct buf *out, const struct field_node *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_str(out, i == 0 ? "" : ", ");
		buf_str(out, field_rows[f[i].field].word);
	}
}

static void
put_field(struct buf *out, enum rule_field f, uint32_t part)
{
	buf_str(out, field_rows[f].word);
	if (part == PART_ALL)
		return;
	buf_char(out, '[');
	buf_dec(out, part);
	buf_char(out, ']');
}

static void
put_list(struct buf *out, const struct lexeme *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_str(out, i == 0 ? "" : ", ");
		buf_slice(out, words[i].text);
	}
}

static void
put_new(struct buf *out, const struct predicate_node *t)
{
	buf_str(out, "new ");
	put_field(out, t->field, t->part);
	if (t->nby > 0) {
		buf_str(out, " by ");
		put_fields(out, t->by, t->nby);
	}
	buf_str(out, " in ");
	put_time(out, t->window_s);
	if (!t->learning)
		return;
	buf_str(out, " learning ");
	if (t->learning_s == 0)
		buf_str(out, "none");
	else
		put_time(out, t->learning_s);
}

static void	 put_block(const struct printer *, const struct clause *,
		    unsigned indent);

static void
put_indent(struct buf *out, unsigned indent)
{
	static const struct fixed	tabs = FIXED("\t\t\t\t\t\t\t\t");

	for (; indent > tabs.n; indent -= (unsigned)tabs.n)
		put_fixed(out, &tabs);
	put_part(out, &tabs, indent);
}

static void
put_either(const struct printer *p, const struct predicate_node *t,
    unsigned indent)
{
	buf_str(p->out, "either ");
	for (const struct clause *b = t->blocks; b != NULL; b = b->next) {
		buf_str(p->out, b == t->blocks ? "" : " or ");
		put_block(p, b->block, indent);
	}
}

/* The field that a predicate is about, with what stands before it. */
static void
put_about(struct buf *out, const struct predicate_node *t)
{
	if (t->field == FIELD_OBJECT && t->which != WHICH_LAST) {
		buf_str(out, t->which == WHICH_ANY ? "any object" :
		    "all objects");
		return;
	}
	put_field(out, t->field, t->part);
	if (t->field != FIELD_ARGUMENT)
		return;
	buf_char(out, ' ');
	unparse_word(out, &t->argument);
}

static void
put_predicate(const struct printer *p, const struct clause *c, unsigned indent)
{
	static const char *const	 operators[] = {
		"==", "!=", "<", ">", "&", "in"
	};
	const struct predicate_node	*t = c->predicate;

	if (t->kind == PRED_NEW || t->kind == PRED_EITHER) {
		if (t->kind == PRED_NEW)
			put_new(p->out, t);
		else
			put_either(p, t, indent);
		return;
	}
	put_about(p->out, t);
	buf_char(p->out, ' ');
	if (t->kind == PRED_SET) {
		put_ref(p, c->ref);
		return;
	}
	if (t->negated)
		buf_str(p->out, "not ");
	if (t->kind == PRED_NONE)
		buf_str(p->out, "none");
	else if (t->kind == PRED_RANGES || t->kind == PRED_CLOCK ||
	    t->kind == PRED_DAY)
		put_list(p->out, t->words, t->nwords);
	else {
		buf_str(p->out, operators[t->compare]);
		buf_char(p->out, ' ');
		if (t->kind == PRED_FIELD)
			buf_str(p->out, field_rows[t->other].word);
		else
			buf_slice(p->out, t->operand.text);
	}
}

static void
put_bind(struct buf *out, const struct bind_node *b)
{
	buf_slice(out, b->name.text);
	buf_char(out, ' ');
	if (b->which == WHICH_ANY)
		buf_str(out, "any ");
	put_field(out, b->field.field, b->part);
}

static void
put_count(struct buf *out, const struct count_node *n)
{
	if (n->or_more)
		buf_str(out, " or more");
	if (n->distinct != FIELDS) {
		buf_str(out, " distinct ");
		buf_str(out, field_rows[n->distinct].word);
	}
	if (n->has_window) {
		buf_str(out, " in ");
		put_time(out, n->window_s);
	}
}

static void
put_value(const struct printer *p, const struct clause *c)
{
	if (c->any)
		buf_str(p->out, "any");
	else if (c->ref != NULL)
		put_ref(p, c->ref);
	else if (c->none)
		buf_str(p->out, "none");
	else if (c->kind == CLAUSE_TIMEOUT || c->kind == CLAUSE_TIMEOUT_WINDOW)
		if (c->seconds == 0)
			buf_str(p->out, "none");
		else
			put_time(p->out, c->seconds);
	else if (c->kind == CLAUSE_COOLDOWN || c->kind == CLAUSE_WITHIN ||
	    c->kind == CLAUSE_ABSENT)
		put_time(p->out, c->seconds);
	else if (c->kind == CLAUSE_TAGS)
		for (size_t i = 0; i < c->nwords; i++) {
			buf_str(p->out, i == 0 ? "" : ", ");
			unparse_word(p->out, &c->words[i]);
		}
	else if (c->kind == CLAUSE_BY)
		put_fields(p->out, c->fields, c->nfields);
	else if (c->kind == CLAUSE_BIND)
		put_bind(p->out, c->bind);
	else if (c->word.kind == LEX_NUMBER)
		buf_dec(p->out, lex_number(&c->word));
	else
		unparse_word(p->out, &c->word);
	if (c->kind == CLAUSE_MULTIPLIER && c->count != NULL)
		put_count(p->out, c->count);
}

/* WORD: with a blank behind it, if there is a value. */
static void
put_clause(const struct printer *p, unsigned indent, const struct fixed *word,
    const struct clause *c)
{
	put_indent(p->out, indent);
	put_fixed(p->out, word);
	if (c->kind != CLAUSE_STRICT)
		put_value(p, c);
	buf_str(p->out, ";\n");
}

/* A kind of clause, and its word with a blank behind it. */
struct kind {
	enum clause_kind	 kind;
	struct fixed		 word;
};
#define KIND(kind, word)	{ kind, FIXED(word " ") }

/*
 * What counts of a kind is the last clause; `any` stays in force beside a set
 * that follows, and beside a negated set of events wherever that stands.
 */
static void
put_kind(const struct printer *p, const struct clause *block,
    unsigned indent, const struct kind *what)
{
	const struct fixed	*word = &what->word;
	const enum clause_kind	 kind = what->kind;
	const struct clause	*last = clause_last(block, kind);
	const struct clause	*set = NULL;
	bool			 any = false;

	if (last == NULL)
		return;
	if (kind == CLAUSE_SUBJECT || kind == CLAUSE_EVENT)
		set = clause_set(block, kind, &any);
	if (kind == CLAUSE_EVENT && any) {
		put_clause(p, indent, word, &(struct clause){ .any = true });
		if (set != NULL && set->ref->negated)
			put_clause(p, indent, word, set);
		return;
	}
	if (any && last->ref != NULL)
		put_clause(p, indent, word, &(struct clause){ .any = true });
	put_clause(p, indent, word, last);
}

static int
compare_texts(const void *va, const void *vb)
{
	const struct buf	*a = va, *b = vb;
	const size_t		 n = a->n < b->n ? a->n : b->n;
	const int		 c = n == 0 ? 0 : memcmp(a->p, b->p, n);

	return c != 0 ? c : (a->n > b->n) - (a->n < b->n);
}

/* All of them hold, so their order means nothing: it is that of their text. */
static void
put_predicates(const struct printer *p, const struct clause *block,
    unsigned indent)
{
	struct buf	*texts = NULL;
	size_t		 n = 0, cap = 0;

	for (const struct clause *c = block; c != NULL; c = c->next)
		if (c->kind == CLAUSE_PREDICATE) {
			struct printer	 one = *p;

			texts = mem_grow(texts, &cap, n + 1, sizeof(*texts));
			texts[n] = (struct buf){ 0 };
			one.out = &texts[n++];
			put_predicate(&one, c, indent);
		}
	if (n > 1)
		qsort(texts, n, sizeof(*texts), compare_texts);
	for (size_t i = 0; i < n; i++) {
		put_indent(p->out, indent);
		buf_slice(p->out, buf_bytes(&texts[i]));
		buf_str(p->out, ";\n");
		buf_fini(&texts[i]);
	}
	free(texts);
}

/* Clauses of a state that stand behind its predicates. */
#define AFTER								\
	(CLAUSE_BIT(CLAUSE_MULTIPLIER) | CLAUSE_BIT(CLAUSE_WITHIN) |	\
	CLAUSE_BIT(CLAUSE_ABSENT) | CLAUSE_BIT(CLAUSE_TRIGGER))

/*
 * Those of a block that are in a list of kinds, in its order. KINDS: a bit for
 * each that the block has, if that is known, else all bits.
 */
static void
put_kinds(const struct printer *p, const struct clause *block, uint64_t kinds,
    unsigned indent, const struct kind *list, size_t n)
{
	for (size_t i = 0; i < n && kinds != 0; i++)
		if ((kinds & CLAUSE_BIT(list[i].kind)) != 0) {
			put_kind(p, block, indent, &list[i]);
			kinds ^= CLAUSE_BIT(list[i].kind);
		}
}

static void
put_clauses(const struct printer *p, const struct clause *block,
    unsigned indent)
{
	static const struct kind	 before[] = {
		KIND(CLAUSE_EVENT, "event"), KIND(CLAUSE_OBJECT, "object"),
		KIND(CLAUSE_STATUS, "status"),
	}, after[] = {
		KIND(CLAUSE_MULTIPLIER, "multiplier"),
		KIND(CLAUSE_WITHIN, "within"), KIND(CLAUSE_ABSENT, "absent"),
		KIND(CLAUSE_TRIGGER, "trigger"),
	};
	static const struct fixed	 bind = FIXED("bind ");
	const uint64_t			 kinds = clause_kinds(block);

	put_kinds(p, block, kinds & ~AFTER, indent, before, COUNT(before));
	if ((kinds & CLAUSE_BIT(CLAUSE_PREDICATE)) != 0)
		put_predicates(p, block, indent);
	put_kinds(p, block, kinds & AFTER, indent, after, COUNT(after));
	if ((kinds & CLAUSE_BIT(CLAUSE_BIND)) == 0)
		return;
	for (const struct clause *c = block; c != NULL; c = c->next)
		if (c->kind == CLAUSE_BIND)
			put_clause(p, indent, &bind, c);
}

/* A block in braces; INDENT is that of the line on which it begins. */
static void
put_block(const struct printer *p, const struct clause *block, unsigned indent)
{
	buf_str(p->out, "{\n");
	put_clauses(p, block, indent + 1);
	put_indent(p->out, indent);
	buf_char(p->out, '}');
}

/* The blocks of a sequence that are of this kind. */
static void
put_blocks(const struct printer *p, const struct item *item,
    const struct kind *what)
{
	for (const struct clause *c = item->clauses; c != NULL; c = c->next) {
		if (c->kind != what->kind)
			continue;
		buf_char(p->out, '\t');
		put_fixed(p->out, &what->word);
		put_block(p, c->block, 1);
		buf_str(p->out, ";\n");
	}
}

/* What stands in a sequence behind its options. */
#define BEHIND								\
	(CLAUSE_BIT(CLAUSE_LOG) | CLAUSE_BIT(CLAUSE_EXCEPT) |		\
	CLAUSE_BIT(CLAUSE_CANCEL) | CLAUSE_BIT(CLAUSE_STATE))

static const struct kind options[] = {
	KIND(CLAUSE_DESCRIPTION, "description"), KIND(CLAUSE_TAGS, "tags"),
	KIND(CLAUSE_REFERENCE, "reference"), KIND(CLAUSE_REMEDY, "remedy"),
	KIND(CLAUSE_ENABLED, "enabled"), KIND(CLAUSE_SUBJECT, "subject"),
	KIND(CLAUSE_SCOPE, "scope"), KIND(CLAUSE_BY, "by"),
	KIND(CLAUSE_ACROSS, "across"), KIND(CLAUSE_ZONE, "zone"),
	KIND(CLAUSE_TIMEOUT, "timeout"),
	KIND(CLAUSE_TIMEOUT_WINDOW, "timeout-window"),
	KIND(CLAUSE_TIMEOUT_PROB, "timeout-prob"),
	KIND(CLAUSE_ORDER, "order"), { CLAUSE_STRICT, FIXED("strict") },
	KIND(CLAUSE_COOLDOWN, "cooldown"),
	KIND(CLAUSE_PRIORITY, "priority"), KIND(CLAUSE_SERIAL, "serial"),
};

static void
put_sequence(const struct printer *p, const struct item *item)
{
	static const struct fixed	log = FIXED("log ");
	static const struct kind	except = KIND(CLAUSE_EXCEPT, "except");
	static const struct kind	cancel = KIND(CLAUSE_CANCEL, "cancel");
	static const struct kind	state = KIND(CLAUSE_STATE, "state");
	const uint64_t			kinds = clause_kinds(item->clauses);

	buf_str(p->out, "sequence ");
	unparse_word(p->out, &item->name);
	buf_str(p->out, " {\n");
	put_kinds(p, item->clauses, kinds & ~BEHIND, 1, options,
	    COUNT(options));
	if ((kinds & CLAUSE_BIT(CLAUSE_LOG)) != 0)
		for (const struct clause *c = item->clauses; c != NULL;
		    c = c->next)
			if (c->kind == CLAUSE_LOG)
				put_clause(p, 1, &log, c);
	if ((kinds & CLAUSE_BIT(CLAUSE_EXCEPT)) != 0)
		put_blocks(p, item, &except);
	if ((kinds & CLAUSE_BIT(CLAUSE_CANCEL)) != 0)
		put_blocks(p, item, &cancel);
	put_blocks(p, item, &state);
	buf_str(p->out, "};\n");
}

static void
put_line(struct buf *out, const struct test_line *line)
{
	static const char *const	words[] = {
		"record", "after", "at", "expect"
	};

	buf_char(out, '\t');
	buf_str(out, words[line->kind]);
	switch (line->kind) {
	case LINE_RECORD:
	case LINE_AT:
		for (size_t i = 0; i < line->nwords; i++) {
			if (line->words[i].kind != LEX_COMMA)
				buf_char(out, ' ');
			/* A field's name in quotes would be a value. */
			put_text(out, line->words[i].text,
			    line->words[i].quoted);
		}
		break;
	case LINE_AFTER:
		buf_char(out, ' ');
		buf_dec(out, line->number);
		buf_str(out, " seconds");
		break;
	case LINE_EXPECT:
		buf_char(out, ' ');
		buf_dec(out, line->number);
		break;
	}
	buf_str(out, ";\n");
}

static void
put_channel(const struct printer *p, const struct item *item)
{
	static const struct kind	settings[] = {
		KIND(CLAUSE_PRIORITY, "priority"),
		KIND(CLAUSE_DIRECTORY, "directory"),
	};

	buf_str(p->out, "log-channel ");
	unparse_word(p->out, &item->name);
	buf_str(p->out, " <");
	unparse_word(p->out, &item->type);
	buf_str(p->out, "> {\n");
	put_kinds(p, item->clauses, UINT64_MAX, 1, settings, COUNT(settings));
	buf_str(p->out, "};\n");
}

static void
put_options(const struct printer *p, const struct item *item)
{
	static const struct kind	settings[] = {
		KIND(CLAUSE_PATH_CACHE, "path-cache"),
		KIND(CLAUSE_TIMEZONE, "timezone"),
	};

	buf_str(p->out, "options {\n");
	put_kinds(p, item->clauses, UINT64_MAX, 1, settings, COUNT(settings));
	buf_str(p->out, "};\n");
}

static void
put_named(struct buf *out, const char *word, const struct item *item)
{
	buf_str(out, word);
	buf_char(out, ' ');
	unparse_word(out, &item->name);
	buf_str(out, ";\n");
}

static void
put_item(const struct printer *p, const struct item *item)
{
	switch (item->kind) {
	case ITEM_SET:
		buf_str(p->out, "define set ");
		unparse_word(p->out, &item->name);
		buf_char(p->out, ' ');
		put_entries(p->out, item->body);
		buf_str(p->out, ";\n");
		break;
	case ITEM_SEQUENCE:
		put_sequence(p, item);
		break;
	case ITEM_INCLUDE:
		put_named(p->out, "include", item);
		break;
	case ITEM_LOGFILE:
		put_named(p->out, "logfile", item);
		break;
	case ITEM_CHANNEL:
		put_channel(p, item);
		break;
	case ITEM_OPTIONS:
		put_options(p, item);
		break;
	case ITEM_TEST:
		buf_str(p->out, "test ");
		unparse_word(p->out, &item->name);
		buf_str(p->out, " {\n");
		for (const struct test_line *l = item->lines; l != NULL;
		    l = l->next)
			put_line(p->out, l);
		buf_str(p->out, "};\n");
		break;
	}
}

void
unparse_sequence(struct buf *out, const struct item *item)
{
	put_sequence(&(struct printer){ out, true }, item);
}

void
unparse_clauses(struct buf *out, const struct clause *block)
{
	put_clauses(&(struct printer){ out, false }, block, 0);
}

void
unparse_clause(struct buf *out, const struct clause *c)
{
	static const char *const	 words[CLAUSES] = {
		[CLAUSE_EVENT] = "event ", [CLAUSE_OBJECT] = "object ",
		[CLAUSE_STATUS] = "status ",
		[CLAUSE_MULTIPLIER] = "multiplier ",
		[CLAUSE_WITHIN] = "within ", [CLAUSE_ABSENT] = "absent ",
		[CLAUSE_BIND] = "bind ", [CLAUSE_SUBJECT] = "subject ",
		[CLAUSE_ZONE] = "zone ",
	};
	const struct printer		 p = { out, false };

	if (c->kind == CLAUSE_PREDICATE) {
		put_predicate(&p, c, 0);
		return;
	}
	buf_str(out, words[c->kind] == NULL ? "" : words[c->kind]);
	put_value(&p, c);
}

void
unparse_life(struct buf *out, const struct item *item)
{
	static const struct kind	order[] = {
		KIND(CLAUSE_SUBJECT, "subject"), KIND(CLAUSE_SCOPE, "scope"),
		KIND(CLAUSE_BY, "by"), KIND(CLAUSE_ACROSS, "across"),
		KIND(CLAUSE_ZONE, "zone"), KIND(CLAUSE_TIMEOUT, "timeout"),
		KIND(CLAUSE_TIMEOUT_WINDOW, "timeout-window"),
		KIND(CLAUSE_ORDER, "order"), { CLAUSE_STRICT, FIXED("strict") },
		KIND(CLAUSE_COOLDOWN, "cooldown"),
	};
	const struct printer		 p = { out, false };

	put_kinds(&p, item->clauses, UINT64_MAX, 0, order, COUNT(order));
}

void
unparse_file(struct buf *out, const struct tree *tree, uint32_t file)
{
	const struct printer	p = { out, false };

	for (const struct item *i = tree->items; i != NULL; i = i->next)
		if (i->at.file == file && !i->broken)
			put_item(&p, i);
}
