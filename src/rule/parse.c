/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parse.c - lexemes to a tree, by recursive descent.
 *
 * One function for each production, with its line of the grammar above it. They
 * return false after a mistake that they have reported; the statement then ends
 * there, and the parser goes on with the next one, so that a run shows the
 * mistakes of all of them. The clauses of a block are rows of a table: a new
 * word of the language is a row and, at most, a function for its value.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rule/include.h"
#include "rule/parse.h"

#define TIME_MAX_S	UINT32_MAX

const struct name parse_units[] = {
	{ "seconds", 1 }, { "minutes", 60 }, { "hours", 3600 },
	{ "days", 86400 }, { "weeks", 604800 }, { 0 }
};

struct parser {
	struct lexer	 lex;
	struct lexeme	 cur;
	size_t		 depth;		/* open braces of this statement */
	bool		 after_end;	/* the last one taken was a ';' */
	struct diags	*diags;
	struct arena	*arena;
	struct tree	*tree;
	struct includer	 includer;
};

/* A clause: its first word, and what reads the rest of it up to the ';'. */
struct row {
	const char		*word;
	enum clause_kind	 kind;
	bool			(*value)(struct parser *, struct clause *);
	bool			 second;	/* of the second edition */
};

/* What may stand in a kind of block. */
struct rows {
	const struct row	*rows;		/* the last has no word */
	const char *const	*later;		/* words to come; or NULL */
	enum diag		 unknown;
};

static void
advance(struct parser *p)
{
	p->after_end = p->cur.kind == LEX_SEMICOLON;
	if (p->cur.kind == LEX_OPEN)
		p->depth++;
	else if (p->cur.kind == LEX_CLOSE && p->depth > 0)
		p->depth--;
	lex_next(&p->lex, &p->cur);
}

/* The bytes of a lexeme as they stand in the file, quotes and all. */
static struct slice
raw(const struct parser *p, const struct lexeme *lex)
{
	return (struct slice){
		diags_text(p->diags, lex->at.file).p + lex->at.off, lex->at.n
	};
}

static bool
has_brace(const struct lexeme *lex)
{
	return lex->kind == LEX_STRING && !lex->quoted && lex->text.n > 0 &&
	    (memchr(lex->text.p, '{', lex->text.n) != NULL ||
	    memchr(lex->text.p, '}', lex->text.n) != NULL);
}

/* Report that the current lexeme is not WHAT; a mistake in it is known. */
static bool
fail(struct parser *p, const char *what)
{
	if (p->cur.kind == LEX_BAD)
		return false;
	if (p->cur.kind == LEX_END)
		diag_error(p->diags, DIAG_EXPECTED_END, p->cur.at,
		    slice_str(what), DIAG_NOTHING);
	else
		diag_error(p->diags, DIAG_EXPECTED, p->cur.at, slice_str(what),
		    raw(p, &p->cur));
	if (has_brace(&p->cur))
		diag_note(p->diags, DIAG_NOTE_BRACE, p->cur.at, DIAG_NOTHING);
	return false;
}

static bool
expect(struct parser *p, enum lex_kind kind, const char *what)
{
	if (p->cur.kind != kind)
		return fail(p, what);
	advance(p);
	return true;
}

/* A name: any word that is not one of the language, or a text in quotes. */
static bool
expect_string(struct parser *p, struct lexeme *lex, const char *what)
{
	if (p->cur.kind == LEX_STRING) {
		*lex = p->cur;
		advance(p);
		return true;
	}
	(void)fail(p, what);
	if (p->cur.kind == LEX_KEYWORD)
		diag_note(p->diags, DIAG_NOTE_QUOTE, p->cur.at, p->cur.text);
	return false;
}

static bool
is_key(const struct parser *p, enum keyword key)
{
	return p->cur.kind == LEX_KEYWORD && p->cur.key == key;
}

static bool
is_word(const struct lexeme *lex, const char *word)
{
	return !lex->quoted && lex->text.n > 0 &&
	    lex->text.p[0] == (uint8_t)word[0] && slice_is(lex->text, word);
}

static bool
in_list(const struct lexeme *lex, const char *const *words)
{
	for (; words != NULL && *words != NULL; words++)
		if (is_word(lex, *words))
			return true;
	return false;
}

static bool
fail_later(struct parser *p, const struct lexeme *lex)
{
	diag_error(p->diags, DIAG_SECOND_EDITION, lex->at, raw(p, lex),
	    DIAG_NOTHING);
	return false;
}

/* time := NUMBER ( "seconds" | "minutes" | "hours" | "days" | "weeks" ) */
static bool
parse_time(struct parser *p, uint64_t *seconds)
{
	const struct lexeme	 n = p->cur;
	const struct name	*unit;

	if (!expect(p, LEX_NUMBER, "a number and a unit of time"))
		return false;
	if (p->cur.quoted || (p->cur.kind != LEX_STRING &&
	    p->cur.kind != LEX_KEYWORD))
		return fail(p, "a unit of time");
	if ((unit = name_find(parse_units, p->cur.text)) == NULL) {
		diag_unknown(p->diags, DIAG_UNIT_UNKNOWN, p->cur.at,
		    raw(p, &p->cur), parse_units);
		return false;
	}
	if (n.number > TIME_MAX_S / unit->value)
		diag_error(p->diags, DIAG_TIME_LONG, n.at, DIAG_NOTHING,
		    DIAG_NOTHING);
	else
		*seconds = n.number * unit->value;
	advance(p);
	return true;
}

/* entry := STRING | NUMBER | "set" STRING | "<" STRING ">" */
static bool
parse_entry(struct parser *p, struct entry_node *entry)
{
	entry->word = p->cur;
	if (p->cur.kind == LEX_NUMBER) {
		entry->kind = ENTRY_NUMBER;
		advance(p);
		return true;
	}
	if (is_key(p, KEY_SET)) {
		entry->kind = ENTRY_SET;
		advance(p);
		return expect_string(p, &entry->word, "the name of a set");
	}
	entry->kind = ENTRY_STRING;
	if (p->cur.kind != LEX_LESS)
		return expect_string(p, &entry->word, "an entry of the set");
	advance(p);
	return expect_string(p, &entry->word, "an entry of the set") &&
	    expect(p, LEX_MORE, "'>'");
}

/* entries := "{" entry { "," entry } ";" "}" */
static bool
parse_entries(struct parser *p, struct body_node *body)
{
	struct entry_node	**tail = &body->entries;

	if (!expect(p, LEX_OPEN, "'{'"))
		return false;
	for (;;) {
		*tail = arena_alloc(p->arena, sizeof(**tail));
		if (!parse_entry(p, *tail)) {
			*tail = NULL;
			return false;
		}
		tail = &(*tail)->next;
		if (p->cur.kind != LEX_COMMA)
			break;
		advance(p);
	}
	return expect(p, LEX_SEMICOLON, "',' or ';'") &&
	    expect(p, LEX_CLOSE, "'}'");
}

/* body := "<" STRING ">" entries */
static bool
parse_body(struct parser *p, struct body_node **body)
{
	*body = arena_alloc(p->arena, sizeof(**body));
	return expect(p, LEX_LESS, "'<' and the type of the set") &&
	    expect_string(p, &(*body)->type, "the type of the set") &&
	    expect(p, LEX_MORE, "'>'") && parse_entries(p, *body);
}

/* ref := [ "not" | "!" ] ( STRING | body ) */
static bool
parse_ref(struct parser *p, struct clause *c)
{
	static const char *const	later[] = { "==", "!=", "in", NULL };
	struct lexeme			first;

	c->ref = arena_alloc(p->arena, sizeof(*c->ref));
	if (is_key(p, KEY_NOT)) {
		c->ref->negated = true;
		advance(p);
	}
	if (p->cur.kind == LEX_LESS)
		return parse_body(p, &c->ref->body);
	first = p->cur;
	if (!expect_string(p, &c->ref->name, "the name of a set, or '<'"))
		return false;
	if (p->cur.kind == LEX_STRING && in_list(&first, later))
		return fail_later(p, &first);
	return true;
}

/* who := "any" | ref */
static bool
parse_any_or_ref(struct parser *p, struct clause *c)
{
	if (!is_key(p, KEY_ANY))
		return parse_ref(p, c);
	c->any = true;
	advance(p);
	return true;
}

/* what := ref */
static bool
parse_object(struct parser *p, struct clause *c)
{
	return is_key(p, KEY_NONE_WORD) ? fail_later(p, &p->cur) :
	    parse_ref(p, c);
}

/* channels := STRING | body */
static bool
parse_log(struct parser *p, struct clause *c)
{
	if (is_key(p, KEY_NOT))
		return fail(p, "the name of a log channel, or '<'");
	return parse_ref(p, c);
}

/* limit := time | "none" */
static bool
parse_limit(struct parser *p, struct clause *c)
{
	if (!is_key(p, KEY_NONE_WORD))
		return parse_time(p, &c->seconds);
	c->none = true;
	advance(p);
	return true;
}

/* text := STRING */
static bool
parse_text(struct parser *p, struct clause *c)
{
	return expect_string(p, &c->word, "a name, or a text in quotes");
}

/* number := NUMBER */
static bool
parse_number(struct parser *p, struct clause *c)
{
	c->word = p->cur;
	return expect(p, LEX_NUMBER, "a number");
}

/* many := NUMBER */
static bool
parse_multiplier(struct parser *p, struct clause *c)
{
	static const char *const	later[] = {
		"in", "distinct", "or", NULL
	};

	if (!parse_number(p, c))
		return false;
	return in_list(&p->cur, later) ? fail_later(p, &p->cur) : true;
}

/* zone := "none" | "any" | STRING */
static bool
parse_zone(struct parser *p, struct clause *c)
{
	c->any = is_key(p, KEY_ANY);
	c->none = is_key(p, KEY_NONE_WORD);
	if (!c->any && !c->none)
		return expect_string(p, &c->word,
		    "'none', 'any' or a pattern for zones");
	advance(p);
	return true;
}

/* outcome := "success" | "failure" | "any" */
static bool
parse_status(struct parser *p, struct clause *c)
{
	static const struct name	words[] = {
		{ "success", 0 }, { "failure", 0 }, { "any", 0 }, { 0 }
	};

	c->word = p->cur;
	if (is_key(p, KEY_SUCCESS) || is_key(p, KEY_FAILURE) ||
	    is_key(p, KEY_ANY)) {
		advance(p);
		return true;
	}
	if (p->cur.kind != LEX_STRING)
		return fail(p, "'success', 'failure' or 'any'");
	diag_unknown(p->diags, DIAG_STATUS_UNKNOWN, p->cur.at,
	    raw(p, &p->cur), words);
	return false;
}

/* choice := "yes" | "no" */
static bool
parse_yes_no(struct parser *p, struct clause *c)
{
	static const struct name	words[] = {
		{ "yes", 0 }, { "no", 0 }, { 0 }
	};

	if (!expect_string(p, &c->word, "'yes' or 'no'"))
		return false;
	if (name_find(words, c->word.text) != NULL)
		return true;
	diag_unknown(p->diags, DIAG_ENABLED_UNKNOWN, c->word.at, c->word.text,
	    words);
	return false;
}

/* Growing list of lexemes; the caller frees it. */
struct words {
	struct lexeme	*list;
	size_t		 n, cap;
};

static void
words_add(struct words *w, const struct lexeme *lex)
{
	w->list = mem_grow(w->list, &w->cap, w->n + 1, sizeof(w->list[0]));
	w->list[w->n++] = *lex;
}

/* The words in the arena; the list is freed. */
static struct lexeme *
words_take(struct parser *p, struct words *w)
{
	struct lexeme	*copy = arena_copy(p->arena, w->list,
	    w->n * sizeof(w->list[0]));

	free(w->list);
	return copy;
}

/* tags := ( STRING | NUMBER ) { "," ( STRING | NUMBER ) } */
static bool
parse_tags(struct parser *p, struct clause *c)
{
	struct words	words = { 0 };
	struct lexeme	tag;
	bool		good;

	for (;;) {
		tag = p->cur;
		if (p->cur.kind == LEX_NUMBER) {
			advance(p);
			good = true;
		} else
			good = expect_string(p, &tag, "a tag");
		if (!good)
			break;
		words_add(&words, &tag);
		if (p->cur.kind != LEX_COMMA)
			break;
		advance(p);
	}
	c->nwords = words.n;
	c->words = words_take(p, &words);
	return good;
}

static const struct row *
row_find(const struct rows *rows, const struct lexeme *word)
{
	for (const struct row *r = rows->rows; r->word != NULL; r++)
		if (is_word(word, r->word))
			return r;
	return NULL;
}

static bool
fail_row(struct parser *p, const struct rows *rows)
{
	struct nearest	near;

	if (p->cur.kind != LEX_STRING && p->cur.kind != LEX_KEYWORD)
		return fail(p, "a clause, or '}'");
	if (in_list(&p->cur, rows->later))
		return fail_later(p, &p->cur);
	nearest_init(&near, raw(p, &p->cur));
	for (const struct row *r = rows->rows; r->word != NULL; r++)
		nearest_try(&near, slice_str(r->word));
	diag_unknown_near(p->diags, rows->unknown, p->cur.at, &near);
	if (has_brace(&p->cur))
		diag_note(p->diags, DIAG_NOTE_BRACE, p->cur.at, DIAG_NOTHING);
	return false;
}

static bool
at_line_start(const struct parser *p, const struct lexeme *lex)
{
	const struct slice	text = diags_text(p->diags, lex->at.file);

	return lex->at.off == 0 || text.p[lex->at.off - 1] == '\n';
}

/* Braces that are part of a word were meant to stand alone. */
static void
count_braces(struct parser *p, struct slice word)
{
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] == '{')
			p->depth++;
		else if (word.p[i] == '}' && p->depth > 0)
			p->depth--;
}

static bool	 at_statement(const struct parser *);

/*
 * After a mistake in a clause go on with the next one of the block, whose
 * braces are DEPTH deep. False when the block seems to end without its brace:
 * then it is not looked into any more.
 */
static bool
recover_clause(struct parser *p, size_t depth)
{
	for (; p->cur.kind != LEX_END && p->depth >= depth; advance(p)) {
		if (p->depth == depth && p->cur.kind == LEX_CLOSE)
			return true;
		if (p->depth == depth && p->cur.kind == LEX_SEMICOLON) {
			advance(p);
			return p->cur.kind != LEX_END && !at_statement(p);
		}
		if (at_statement(p))
			return false;
		if (has_brace(&p->cur))
			count_braces(p, p->cur.text);
	}
	return false;
}

/* A clause with its semicolon, linked at *TAIL if it is worth checking. */
static bool
parse_clause(struct parser *p, const struct rows *rows, struct clause ***tail)
{
	const struct row	*row = row_find(rows, &p->cur);
	struct clause		*c;

	if (row == NULL)
		return fail_row(p, rows);
	c = arena_alloc(p->arena, sizeof(*c));
	c->kind = row->kind;
	c->at = p->cur.at;
	p->tree->second |= row->second;
	advance(p);
	c->broken = !row->value(p, c);
	/* Of a broken state the names can be checked all the same. */
	if (!c->broken || c->kind == CLAUSE_STATE) {
		**tail = c;
		*tail = &c->next;
	}
	return !c->broken && expect(p, LEX_SEMICOLON, "';'");
}

/*
 * The clauses of a block and its braces. All its mistakes are reported, and
 * false is returned when there was one.
 */
static bool
parse_block(struct parser *p, const struct rows *rows, struct clause **tail)
{
	const struct span	 open = p->cur.at;
	bool			 good = true;
	size_t			 depth;

	if (!expect(p, LEX_OPEN, "'{'"))
		return false;
	depth = p->depth;
	while (p->cur.kind != LEX_CLOSE) {
		if (p->cur.kind == LEX_END) {
			(void)fail(p, "'}'");
			diag_note(p->diags, DIAG_NOTE_OPENED, open,
			    slice_str("the block"));
			return false;
		}
		if (parse_clause(p, rows, &tail))
			continue;
		good = false;
		if (!recover_clause(p, depth))
			return false;
	}
	advance(p);
	return good;
}

/*
 * predicate := "event" who | "object" what | "status" outcome |
 *     "multiplier" many | "trigger" text
 */
static const struct row state_rows[] = {
	{ "event", CLAUSE_EVENT, parse_any_or_ref, false },
	{ "object", CLAUSE_OBJECT, parse_object, false },
	{ "status", CLAUSE_STATUS, parse_status, false },
	{ "multiplier", CLAUSE_MULTIPLIER, parse_multiplier, false },
	{ "trigger", CLAUSE_TRIGGER, parse_text, false },
	{ 0 }
};

/* Those of them that speak of one record alone. */
static const struct row where_rows[] = {
	{ "event", CLAUSE_EVENT, parse_any_or_ref, false },
	{ "object", CLAUSE_OBJECT, parse_object, false },
	{ "status", CLAUSE_STATUS, parse_status, false },
	{ 0 }
};

static const char *const state_later[] = {
	"within", "absent", "bind", "either", "any", "all", "auid", "euid",
	"ruid", "egid", "rgid", "errno", "return", "argument", "command",
	"environment", "text", "address", "terminal", "port", "owner", "group",
	"mode", "device", "inode", "zone", "host", "pid", "session", "time",
	"day", NULL
};

/* state := "{" { predicate ";" } "}" */
static bool
parse_state(struct parser *p, struct clause *c)
{
	static const struct rows	rows = {
		state_rows, state_later, DIAG_STATE_WORD_UNKNOWN
	};

	return parse_block(p, &rows, &c->block);
}

/*
 * option := "subject" who | "timeout" limit | "timeout-window" limit |
 *     "timeout-prob" number | "priority" number | "serial" number |
 *     "scope" text | "zone" zone | "log" channels | "description" text |
 *     "tags" tags | "reference" text | "remedy" text | "enabled" choice |
 *     "state" state
 */
static const struct row sequence_rows[] = {
	{ "state", CLAUSE_STATE, parse_state, false },
	{ "subject", CLAUSE_SUBJECT, parse_any_or_ref, false },
	{ "timeout", CLAUSE_TIMEOUT, parse_limit, false },
	{ "priority", CLAUSE_PRIORITY, parse_number, false },
	{ "serial", CLAUSE_SERIAL, parse_number, false },
	{ "scope", CLAUSE_SCOPE, parse_text, false },
	{ "zone", CLAUSE_ZONE, parse_zone, false },
	{ "log", CLAUSE_LOG, parse_log, false },
	{ "timeout-window", CLAUSE_TIMEOUT_WINDOW, parse_limit, false },
	{ "timeout-prob", CLAUSE_TIMEOUT_PROB, parse_number, false },
	{ "description", CLAUSE_DESCRIPTION, parse_text, true },
	{ "tags", CLAUSE_TAGS, parse_tags, true },
	{ "reference", CLAUSE_REFERENCE, parse_text, true },
	{ "remedy", CLAUSE_REMEDY, parse_text, true },
	{ "enabled", CLAUSE_ENABLED, parse_yes_no, true },
	{ 0 }
};

static const char *const sequence_later[] = {
	"by", "across", "order", "strict", "cancel", "cooldown", "except",
	"options", NULL
};

/* sequence := "sequence" STRING "{" { option ";" } "}" ";" */
static bool
parse_sequence(struct parser *p, struct item *item)
{
	static const struct rows	rows = {
		sequence_rows, sequence_later, DIAG_OPTION_UNKNOWN
	};

	return expect_string(p, &item->name, "the label of the sequence") &&
	    parse_block(p, &rows, &item->clauses) &&
	    expect(p, LEX_SEMICOLON, "';'");
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

	return expect_string(p, &item->name, "the name of the channel") &&
	    expect(p, LEX_LESS, "'<' and the type of the channel") &&
	    expect_string(p, &item->type, "the type of the channel") &&
	    expect(p, LEX_MORE, "'>'") &&
	    parse_block(p, &rows, &item->clauses) &&
	    expect(p, LEX_SEMICOLON, "';'");
}

/* define := "define" "set" STRING body ";" */
static bool
parse_define(struct parser *p, struct item *item)
{
	if (!is_key(p, KEY_SET))
		return fail(p, "'set'");
	advance(p);
	return expect_string(p, &item->name, "the name of the set") &&
	    parse_body(p, &item->body) && expect(p, LEX_SEMICOLON, "';'");
}

/* logfile := "logfile" STRING ";" */
static bool
parse_logfile(struct parser *p, struct item *item)
{
	return expect_string(p, &item->name, "the name of a log file") &&
	    expect(p, LEX_SEMICOLON, "';'");
}

/*
 * include := "include" STRING ";"
 *
 * The file is read before anything behind the semicolon is.
 */
static bool
parse_include(struct parser *p, struct item *item)
{
	if (!expect_string(p, &item->name, "the path of a file"))
		return false;
	if (p->cur.kind != LEX_SEMICOLON)
		return fail(p, "';'");
	item->broken = !include_push(&p->includer, &p->lex, &item->name,
	    &item->file);
	advance(p);
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
		advance(p);
	}
	line->nwords = words.n;
	line->words = words_take(p, &words);
	return words.n > 0 || fail(p, what);
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
		return fail(p, "a line of the test, or '}'");
	if ((kind = name_find(kinds, word.text)) == NULL) {
		diag_unknown(p->diags, DIAG_TEST_WORD_UNKNOWN, word.at,
		    word.text, kinds);
		return false;
	}
	line->kind = (enum line_kind)kind->value;
	advance(p);
	text = p->cur;
	switch (line->kind) {
	case LINE_RECORD:
		return parse_words(p, line, "an audit event");
	case LINE_AFTER:
		return parse_time(p, &line->number);
	case LINE_AT:
		line->words = arena_copy(p->arena, &text, sizeof(text));
		line->nwords = 1;
		return expect_string(p, &text, "a time in quotes");
	case LINE_EXPECT:
		line->number = text.number;
		return expect(p, LEX_NUMBER, "a number of alerts");
	}
	return false;
}

/* test := "test" STRING "{" { line ";" } "}" ";" */
static bool
parse_test(struct parser *p, struct item *item)
{
	struct test_line	**tail = &item->lines;

	if (!expect_string(p, &item->name, "the label of a sequence") ||
	    !expect(p, LEX_OPEN, "'{'"))
		return false;
	while (p->cur.kind != LEX_CLOSE) {
		*tail = arena_alloc(p->arena, sizeof(**tail));
		if (!parse_line(p, *tail)) {
			*tail = NULL;
			return false;
		}
		tail = &(*tail)->next;
		if (!expect(p, LEX_SEMICOLON, "';'"))
			return false;
	}
	advance(p);
	return expect(p, LEX_SEMICOLON, "';'");
}

/* file := { define | sequence | include | logfile | channel | test } */
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
	{ 0 }
};

static const struct statement *
statement_find(const struct lexeme *word)
{
	for (const struct statement *s = statements; s->word != NULL; s++)
		if (is_word(word, s->word))
			return s;
	return NULL;
}

/* Could a statement begin here, whatever was left open before? */
static bool
at_statement(const struct parser *p)
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
	for (; p->cur.kind != LEX_END; advance(p)) {
		if ((p->after_end && p->depth == 0) || at_statement(p))
			return;
		if (has_brace(&p->cur))
			count_braces(p, p->cur.text);
	}
}

static bool
fail_statement(struct parser *p)
{
	static const char *const	later[] = { "options", NULL };
	struct nearest			near;

	if (p->cur.kind == LEX_BAD)
		return false;
	if (in_list(&p->cur, later))
		return fail_later(p, &p->cur);
	nearest_init(&near, raw(p, &p->cur));
	for (const struct statement *s = statements; s->word != NULL; s++)
		nearest_try(&near, slice_str(s->word));
	diag_unknown_near(p->diags, DIAG_STATEMENT_UNKNOWN, p->cur.at, &near);
	return false;
}

static void
parse_statement(struct parser *p, struct item ***tail)
{
	const struct statement	*s = statement_find(&p->cur);
	struct item		*item;

	p->depth = 0;
	if (s == NULL) {
		(void)fail_statement(p);
		advance(p);
		recover(p);
		return;
	}
	item = arena_alloc(p->arena, sizeof(*item));
	item->kind = s->kind;
	item->at = p->cur.at;
	**tail = item;
	*tail = &item->next;
	p->tree->second |= s->kind == ITEM_TEST;
	advance(p);
	if (!s->parse(p, item)) {
		item->broken = true;
		recover(p);
	}
}

struct tree *
parse_file(const struct parse_from *from, const char *path,
    struct arena *arena, struct diags *diags)
{
	struct parser	 p = { .diags = diags, .arena = arena };
	struct item	**tail;

	p.tree = arena_alloc(arena, sizeof(*p.tree));
	p.tree->arena = arena;
	tail = &p.tree->items;
	lex_init(&p.lex, diags, arena);
	include_init(&p.includer, from, path, diags);
	if (include_main(&p.includer, &p.lex, &p.tree->file)) {
		lex_next(&p.lex, &p.cur);
		while (p.cur.kind != LEX_END)
			parse_statement(&p, &tail);
	} else
		p.tree = NULL;
	include_fini(&p.includer);
	return p.tree;
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
	static const struct rows	rows = {
		where_rows, state_later, DIAG_STATE_WORD_UNKNOWN
	};
	struct clause			*block = NULL, **tail = &block;

	while (p->cur.kind != LEX_END && parse_clause(p, &rows, &tail))
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
	p.tree = arena_alloc(arena, sizeof(*p.tree));
	p.tree->arena = arena;
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
