/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unparse.c - a tree to canonical text, which parses back to the same rules.
 *
 * The text of a single sequence is the base of its identity, so it depends on
 * nothing but the rule: not on the names of sets, nor on the order in which
 * its clauses were written.
 */
#include "base/hash.h"
#include "rule/parse.h"
#include "rule/sets.h"
#include "rule/unparse.h"

/* Fingerprints must be the same in every run. */
static const struct hash_key fixed = { 0x62736d7472616365, 0x72756c65736574 };

struct printer {
	struct buf	*out;
	bool		 whole;		/* sets in place of their names */
};

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
		buf_u8(out, c);
	}
	buf_char(out, '"');
}

void
unparse_word(struct buf *out, const struct lexeme *lex)
{
	put_text(out, lex->text, lex->kind == LEX_STRING &&
	    lex_needs_quotes(lex->text));
}

static void
put_entries(struct buf *out, const struct body_node *body)
{
	buf_char(out, '<');
	unparse_word(out, &body->type);
	buf_str(out, "> {");
	for (const struct entry_node *e = body->entries; e != NULL;
	    e = e->next) {
		buf_str(out, e == body->entries ? " " : ", ");
		if (e->kind == ENTRY_SET)
			buf_str(out, "set ");
		unparse_word(out, &e->word);
	}
	buf_str(out, "; }");
}

/* A list of entries that a number can stand in without quotes. */
static void
put_words(struct buf *out, const struct set *set)
{
	buf_char(out, '<');
	buf_str(out, set_type_name(set->type));
	buf_str(out, "> {");
	for (size_t i = 0; i < set->nwords; i++) {
		const struct slice	word = set->words[i];
		struct slice		rest = word;

		while (rest.n > 0 && *rest.p >= '0' && *rest.p <= '9') {
			rest.p++;
			rest.n--;
		}
		buf_str(out, i == 0 ? " " : ", ");
		put_text(out, word, (word.n == 0 || rest.n > 0) &&
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
put_time(struct buf *out, const struct clause *c)
{
	const struct name	*best = parse_units;

	if (c->seconds == 0) {
		buf_str(out, "none");
		return;
	}
	for (const struct name *u = parse_units; u->name != NULL; u++)
		if (c->seconds % u->value == 0)
			best = u;
	buf_dec(out, c->seconds / best->value);
	buf_char(out, ' ');
	buf_str(out, best->name);
}

static void
put_value(const struct printer *p, const struct clause *c)
{
	if (c->any)
		buf_str(p->out, "any");
	else if (c->ref != NULL)
		put_ref(p, c->ref);
	else if (c->kind == CLAUSE_TIMEOUT || c->kind == CLAUSE_TIMEOUT_WINDOW)
		put_time(p->out, c);
	else if (c->none)
		buf_str(p->out, "none");
	else if (c->kind == CLAUSE_TAGS)
		for (size_t i = 0; i < c->nwords; i++) {
			buf_str(p->out, i == 0 ? "" : ", ");
			unparse_word(p->out, &c->words[i]);
		}
	else if (c->word.kind == LEX_NUMBER)
		buf_dec(p->out, c->word.number);
	else
		unparse_word(p->out, &c->word);
}

static void
put_clause(const struct printer *p, const char *indent, const char *word,
    const struct clause *c)
{
	buf_str(p->out, indent);
	buf_str(p->out, word);
	buf_char(p->out, ' ');
	put_value(p, c);
	buf_str(p->out, ";\n");
}

/*
 * What counts of a kind is the last clause; `any` stays in force beside a set
 * that follows, and beside a negated set of events wherever that stands.
 */
static void
put_kind(const struct printer *p, const struct clause *block,
    enum clause_kind kind, const char *indent, const char *word)
{
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

static void
put_state(const struct printer *p, const struct clause *state)
{
	static const struct {
		enum clause_kind	 kind;
		const char		*word;
	} order[] = {
		{ CLAUSE_EVENT, "event" }, { CLAUSE_OBJECT, "object" },
		{ CLAUSE_STATUS, "status" },
		{ CLAUSE_MULTIPLIER, "multiplier" },
		{ CLAUSE_TRIGGER, "trigger" },
	};

	buf_str(p->out, "\tstate {\n");
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		put_kind(p, state->block, order[i].kind, "\t\t", order[i].word);
	buf_str(p->out, "\t};\n");
}

static void
put_sequence(const struct printer *p, const struct item *item)
{
	static const struct {
		enum clause_kind	 kind;
		const char		*word;
	} order[] = {
		{ CLAUSE_DESCRIPTION, "description" }, { CLAUSE_TAGS, "tags" },
		{ CLAUSE_REFERENCE, "reference" }, { CLAUSE_REMEDY, "remedy" },
		{ CLAUSE_ENABLED, "enabled" }, { CLAUSE_SUBJECT, "subject" },
		{ CLAUSE_SCOPE, "scope" }, { CLAUSE_ZONE, "zone" },
		{ CLAUSE_TIMEOUT, "timeout" },
		{ CLAUSE_TIMEOUT_WINDOW, "timeout-window" },
		{ CLAUSE_TIMEOUT_PROB, "timeout-prob" },
		{ CLAUSE_PRIORITY, "priority" }, { CLAUSE_SERIAL, "serial" },
	};

	buf_str(p->out, "sequence ");
	unparse_word(p->out, &item->name);
	buf_str(p->out, " {\n");
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		put_kind(p, item->clauses, order[i].kind, "\t", order[i].word);
	for (const struct clause *c = item->clauses; c != NULL; c = c->next)
		if (c->kind == CLAUSE_LOG)
			put_clause(p, "\t", "log", c);
	for (const struct clause *c = item->clauses; c != NULL; c = c->next)
		if (c->kind == CLAUSE_STATE)
			put_state(p, c);
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
	buf_str(p->out, "log-channel ");
	unparse_word(p->out, &item->name);
	buf_str(p->out, " <");
	unparse_word(p->out, &item->type);
	buf_str(p->out, "> {\n");
	put_kind(p, item->clauses, CLAUSE_PRIORITY, "\t", "priority");
	put_kind(p, item->clauses, CLAUSE_DIRECTORY, "\t", "directory");
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
unparse_file(struct buf *out, const struct tree *tree, uint32_t file)
{
	const struct printer	p = { out, false };

	for (const struct item *i = tree->items; i != NULL; i = i->next)
		if (i->at.file == file && !i->broken)
			put_item(&p, i);
}
