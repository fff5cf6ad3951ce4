/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parse.c - statements and files, by recursive descent.
 *
 * Statements are handed over one by one, so that they can be checked and
 * compiled while they are at hand, and forgotten before the next are read.
 *
 * After a mistake the statement ends there, as far as its braces tell, and the
 * parser goes on with the next one, so that a run shows the mistakes of all of
 * them.
 */
#include "rule/parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rule/include.h"
#include "rule/parser.h"

/* sequence := "sequence" STRING "{" { option ";" } "}" ";" */
static bool
parse_sequence(struct parser *p, struct item *item)
{
	return parser_expect_string(p, &item->name,
	    "the label of the sequence") &&
	    parse_block(p, &parse_sequence_rows, &item->clauses) &&
	    parser_expect(p, LEX_SEMICOLON, "';'");
}

/* setting := "priority" text | "directory" text */
static const struct row channel_rows[] = {
	{ "priority", CLAUSE_PRIORITY, parse_text, false },
	{ "directory", CLAUSE_DIRECTORY, parse_text, false },
	{ 0 }
};

/*
 * channel := "log-channel" STRING "<" STRING ">" "{" { setting ";" } "}" ";"
 */
static bool
parse_channel(struct parser *p, struct item *item)
{
	static const struct rows	rows = {
		channel_rows, NULL, DIAG_CHANNEL_WORD_UNKNOWN
	};

	return parser_expect_string(p, &item->name,
	    "the name of the channel") &&
	    parser_expect(p, LEX_LESS, "'<' and the type of the channel") &&
	    parser_expect_string(p, &item->type, "the type of the channel") &&
	    parser_expect(p, LEX_MORE, "'>'") &&
	    parse_block(p, &rows, &item->clauses) &&
	    parser_expect(p, LEX_SEMICOLON, "';'");
}

/* define := "define" "set" STRING body ";" */
static bool
parse_define(struct parser *p, struct item *item)
{
	if (!parser_is_key(p, KEY_SET))
		return parser_fail(p, "'set'");
	parser_advance(p);
	return parser_expect_string(p, &item->name, "the name of the set") &&
	    parse_body(p, &item->body) &&
	    parser_expect(p, LEX_SEMICOLON, "';'");
}

/* logfile := "logfile" STRING ";" */
static bool
parse_logfile(struct parser *p, struct item *item)
{
	return parser_expect_string(p, &item->name, "the name of a log file") &&
	    parser_expect(p, LEX_SEMICOLON, "';'");
}

/*
 * include := "include" STRING ";"
 *
 * The file is read before anything behind the semicolon is.
 */
static bool
parse_include(struct parser *p, struct item *item)
{
	if (!parser_expect_string(p, &item->name, "the path of a file"))
		return false;
	if (p->cur.kind != LEX_SEMICOLON)
		return parser_fail(p, "';'");
	item->broken = !include_push(&p->includer, &p->lex, &item->name,
	    &item->file);
	parser_advance(p);
	return true;
}

/* words := { anything but ";" } */
static bool
parse_words(struct parser *p, struct test_line *line, const char *what)
{
	struct words	words = { 0 };

	while (p->cur.kind != LEX_SEMICOLON && p->cur.kind != LEX_OPEN &&
	    p->cur.kind != LEX_CLOSE && p->cur.kind != LEX_END &&
	    p->cur.kind != LEX_BAD) {
		words_add(&words, &p->cur);
		parser_advance(p);
	}
	line->nwords = words.n;
	line->words = words_take(p, &words);
	return words.n > 0 || parser_fail(p, what);
}

/*
 * line := "record" words | "after" time | "at" STRING | "expect" NUMBER
 */
static bool
parse_line(struct parser *p, struct test_line *line)
{
	static const struct name	kinds[] = {
		{ "record", LINE_RECORD }, { "after", LINE_AFTER },
		{ "at", LINE_AT }, { "expect", LINE_EXPECT }, { 0 }
	};
	const struct lexeme		word = p->cur;
	const struct name		*kind;
	struct lexeme			text;

	line->at = word.at;
	if (word.quoted ||
	    (word.kind != LEX_STRING && word.kind != LEX_KEYWORD))
		return parser_fail(p, "a line of the test, or '}'");
	if ((kind = name_find(kinds, word.text)) == NULL) {
		diag_unknown(p->diags, DIAG_TEST_WORD_UNKNOWN, word.at,
		    word.text, kinds);
		return false;
	}
	line->kind = (enum line_kind)kind->value;
	parser_advance(p);
	text = p->cur;
	switch (line->kind) {
	case LINE_RECORD:
		return parse_words(p, line, "an audit event");
	case LINE_AFTER:
		return parse_time(p, &line->number);
	case LINE_AT:
		line->words = arena_copy(p->arena, &text, sizeof(text));
		line->nwords = 1;
		return parser_expect_string(p, &text, "a time in quotes");
	case LINE_EXPECT:
		line->number = lex_number(&text);
		return parser_expect(p, LEX_NUMBER, "a number of alerts");
	}
	return false;
}

/* test := "test" STRING "{" { line ";" } "}" ";" */
static bool
parse_test(struct parser *p, struct item *item)
{
	struct test_line	**tail = &item->lines;
	size_t			 depth;
	bool			 good;

	if (!parser_expect_string(p, &item->name, "the label of a sequence") ||
	    !parser_open(p, &good))
		return false;
	depth = p->depth;
	while (p->cur.kind != LEX_CLOSE) {
		*tail = arena_alloc(p->arena, sizeof(**tail));
		if (parse_line(p, *tail) &&
		    parser_expect(p, LEX_SEMICOLON, "';'")) {
			tail = &(*tail)->next;
			continue;
		}
		*tail = NULL;
		good = false;
		if (!parser_recover(p, depth))
			return false;
	}
	parser_advance(p);
	return parser_expect(p, LEX_SEMICOLON, "';'") && good;
}

/* global := "path-cache" text | "timezone" text */
static const struct row option_rows[] = {
	{ "path-cache", CLAUSE_PATH_CACHE, parse_text, true },
	{ "timezone", CLAUSE_TIMEZONE, parse_text, true },
	{ 0 }
};

/* options := "options" "{" { global ";" } "}" ";" */
static bool
parse_options(struct parser *p, struct item *item)
{
	static const struct rows	rows = {
		option_rows, NULL, DIAG_SETTING_UNKNOWN
	};

	return parse_block(p, &rows, &item->clauses) &&
	    parser_expect(p, LEX_SEMICOLON, "';'");
}

/*
 * file := { define | sequence | include | logfile | channel | test |
 *     options }
 */
static const struct statement {
	const char	*word;
	enum item_kind	 kind;
	bool		 (*parse)(struct parser *, struct item *);
} statements[] = {
	{ "sequence", ITEM_SEQUENCE, parse_sequence },
	{ "define", ITEM_SET, parse_define },
	{ "include", ITEM_INCLUDE, parse_include },
	{ "logfile", ITEM_LOGFILE, parse_logfile },
	{ "log-channel", ITEM_CHANNEL, parse_channel },
	{ "test", ITEM_TEST, parse_test },
	{ "options", ITEM_OPTIONS, parse_options },
	{ 0 }
};

static const struct statement *
statement_find(const struct lexeme *word)
{
	for (const struct statement *s = statements; s->word != NULL; s++)
		if (lexeme_is_word(word, s->word))
			return s;
	return NULL;
}

static bool
at_line_start(const struct parser *p, const struct lexeme *lex)
{
	const struct slice	text = diags_text(p->diags, lex->at.file);

	return lex->at.off == 0 || text.p[lex->at.off - 1] == '\n';
}

bool
parser_at_statement(const struct parser *p)
{
	const struct statement	*s = statement_find(&p->cur);

	return s != NULL && (s->kind == ITEM_SEQUENCE ||
	    at_line_start(p, &p->cur));
}

/*
 * Go on with the next statement: behind the ';' that ends this one, as far as
 * its braces tell, or before a word that can only begin one.
 */
static void
recover(struct parser *p)
{
	for (; p->cur.kind != LEX_END; parser_advance(p)) {
		if ((p->after_end && p->depth == 0) || parser_at_statement(p))
			return;
		if (parser_has_brace(&p->cur))
			parser_count_braces(p, p->cur.text);
	}
}

static bool
fail_statement(struct parser *p)
{
	struct nearest	near;

	if (p->cur.kind == LEX_BAD)
		return false;
	nearest_init(&near, parser_raw(p, &p->cur));
	for (const struct statement *s = statements; s->word != NULL; s++)
		nearest_try(&near, slice_str(s->word));
	diag_unknown_near(p->diags, DIAG_STATEMENT_UNKNOWN, p->cur.at, &near);
	return false;
}

/* NULL: there is none here. */
static struct item *
parse_statement(struct parser *p)
{
	const struct statement	*s = statement_find(&p->cur);
	struct item		*item;

	p->depth = 0;
	if (s == NULL) {
		(void)fail_statement(p);
		parser_advance(p);
		recover(p);
		return NULL;
	}
	item = arena_alloc(p->tree->arena, sizeof(*item));
	item->kind = s->kind;
	item->at = p->cur.at;
	*p->tail = item;
	p->tail = &item->next;
	p->arena = s->kind == ITEM_SEQUENCE ? p->tree->inner : p->tree->arena;
	p->tree->second |= s->kind == ITEM_TEST || s->kind == ITEM_OPTIONS;
	parser_advance(p);
	if (!s->parse(p, item)) {
		item->broken = true;
		recover(p);
	}
	return item;
}

static struct tree *
tree_new(struct arena *arena, struct arena *inner)
{
	struct tree	*tree = arena_alloc(arena, sizeof(*tree));

	tree->arena = arena;
	tree->inner = inner;
	return tree;
}

struct parser *
parse_open(const struct parse_from *from, const char *path,
    struct arena *arena, struct arena *inner, struct diags *diags)
{
	struct parser	*p = xcalloc(1, sizeof(*p));

	p->diags = diags;
	p->arena = arena;
	p->tree = tree_new(arena, inner);
	p->tail = &p->tree->items;
	lex_init(&p->lex, diags, arena);
	include_init(&p->includer, from, path, diags);
	if (!include_main(&p->includer, &p->lex, &p->tree->file)) {
		parse_close(p);
		return NULL;
	}
	lex_next(&p->lex, &p->cur);
	return p;
}

void
parse_close(struct parser *p)
{
	if (p == NULL)
		return;
	include_fini(&p->includer);
	free(p);
}

struct tree *
parse_tree(struct parser *p)
{
	return p->tree;
}

struct item *
parse_next(struct parser *p)
{
	struct item	*item = NULL;

	while (item == NULL && p->cur.kind != LEX_END)
		item = parse_statement(p);
	return item;
}

/* A clause that stands in no text. */
static struct clause *
imply(struct parser *p, enum clause_kind kind, struct clause *next)
{
	struct clause	*c = arena_alloc(p->arena, sizeof(*c));

	c->kind = kind;
	c->at = p->cur.at;
	c->next = next;
	return c;
}

static bool
has_clause(const struct clause *block, enum clause_kind kind)
{
	return clause_last(block, kind) != NULL;
}

/* The last semicolon may be left out of a text that is not empty. */
static bool
ends_with_semicolon(struct slice text)
{
	while (text.n > 0 && strchr(" \t\n", text.p[text.n - 1]) != NULL)
		text.n--;
	return text.n == 0 || text.p[text.n - 1] == ';';
}

/* Predicates up to the end of the text, or to the first mistake. */
static struct clause *
parse_predicates(struct parser *p)
{
	struct clause	*block = NULL, **tail = &block;

	while (p->cur.kind != LEX_END &&
	    parse_clause(p, &parse_record_rows, &tail))
		;
	return block;
}

struct tree *
parse_where(const char *name, struct slice text, struct arena *arena,
    struct diags *diags)
{
	struct parser	 p = { .diags = diags, .arena = arena };
	struct buf	 copy = { 0 };
	struct item	*item = arena_alloc(arena, sizeof(*item));
	struct clause	*block;

	buf_slice(&copy, text);
	buf_str(&copy, ends_with_semicolon(text) ? "\n" : ";\n");
	p.tree = tree_new(arena, arena);
	p.tree->file = diags_file(diags, name, &copy);
	p.tree->items = item;
	lex_init(&p.lex, diags, arena);
	(void)lex_push(&p.lex, p.tree->file);	/* the first has room */
	lex_next(&p.lex, &p.cur);
	item->kind = ITEM_SEQUENCE;
	item->at = p.cur.at;
	item->name = (struct lexeme){ .kind = LEX_STRING, .at = p.cur.at,
	    .text = slice_str("where") };
	block = parse_predicates(&p);
	if (!has_clause(block, CLAUSE_EVENT))
		(block = imply(&p, CLAUSE_EVENT, block))->any = true;
	if (!has_clause(block, CLAUSE_STATUS))
		(block = imply(&p, CLAUSE_STATUS, block))->any = true;
	item->clauses = imply(&p, CLAUSE_SUBJECT, imply(&p, CLAUSE_STATE,
	    NULL));
	item->clauses->any = true;
	item->clauses->next->block = block;
	return p.tree;
}
