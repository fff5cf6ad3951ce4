/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parser.c - the words of the parser, and blocks of clauses.
 *
 * The clauses of a block are rows of a table: a new word of the language is a
 * row and, at most, a function for its value. After a mistake in a clause the
 * parser goes on with the next one, so that a run shows the mistakes of all.
 */
#include "rule/parser.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rule/parse.h"

#define TIME_MAX_S	UINT32_MAX

const struct name parse_units[] = {
	{ "seconds", 1 }, { "minutes", 60 }, { "hours", 3600 },
	{ "days", 86400 }, { "weeks", 604800 }, { 0 }
};

void
parser_advance(struct parser *p)
{
	p->after_end = p->cur.kind == LEX_SEMICOLON;
	if (p->cur.kind == LEX_OPEN)
		p->depth++;
	else if (p->cur.kind == LEX_CLOSE && p->depth > 0)
		p->depth--;
	lex_next(&p->lex, &p->cur);
}

struct slice
parser_raw(const struct parser *p, const struct lexeme *lex)
{
	return (struct slice){
		diags_text(p->diags, lex->at.file).p + lex->at.off, lex->at.n
	};
}

bool
parser_has_brace(const struct lexeme *lex)
{
	return lex->kind == LEX_STRING && !lex->quoted && lex->text.n > 0 &&
	    (memchr(lex->text.p, '{', lex->text.n) != NULL ||
	    memchr(lex->text.p, '}', lex->text.n) != NULL);
}

/*
 * The word before the current lexeme, if a brace was meant to stand alone at
 * its end, as in `state{`.
 */
static bool
glued_before(const struct parser *p, struct span *at)
{
	const struct slice	 text = diags_text(p->diags, p->cur.at.file);
	size_t			 end = p->cur.at.off, begin;

	*at = (struct span){ .file = p->cur.at.file, .line = p->cur.at.line };
	for (; end > 0 && strchr(" \t\r\n", text.p[end - 1]) != NULL; end--)
		at->line -= text.p[end - 1] == '\n';
	for (begin = end; begin > 0 && text.p[begin - 1] != '\0' &&
	    strchr(" \t\r\n;,<>\"", text.p[begin - 1]) == NULL; begin--)
		;
	at->off = (uint32_t)begin;
	at->n = (uint32_t)(end - begin);
	return end - begin > 1 && text.p[end - 1] == '{';
}

void
parser_note_operator(struct parser *p, const struct lexeme *lex)
{
	const struct slice	 s = lex->text;
	bool			 found = false;

	if (lex->quoted || (lex->kind != LEX_STRING &&
	    lex->kind != LEX_KEYWORD))
		return;
	for (size_t i = 0; i < s.n; i++)
		found |= s.n > 1 && (s.p[i] == '&' || (s.n > 2 &&
		    i + 1 < s.n && s.p[i + 1] == '=' &&
		    (s.p[i] == '=' || s.p[i] == '!')));
	if (found)
		diag_note(p->diags, DIAG_NOTE_BLANK, lex->at, DIAG_NOTHING);
}

bool
parser_fail(struct parser *p, const char *what)
{
	if (p->cur.kind == LEX_BAD)
		return false;
	if (p->cur.kind == LEX_END)
		diag_error(p->diags, DIAG_EXPECTED_END, p->cur.at,
		    slice_str(what), DIAG_NOTHING);
	else
		diag_error(p->diags, DIAG_EXPECTED, p->cur.at, slice_str(what),
		    parser_raw(p, &p->cur));
	if (parser_has_brace(&p->cur))
		diag_note(p->diags, DIAG_NOTE_BRACE, p->cur.at, DIAG_NOTHING);
	return false;
}

bool
parser_expect_string(struct parser *p, struct lexeme *lex, const char *what)
{
	if (p->cur.kind == LEX_STRING) {
		*lex = p->cur;
		parser_advance(p);
		return true;
	}
	(void)parser_fail(p, what);
	if (p->cur.kind == LEX_KEYWORD)
		diag_note(p->diags, DIAG_NOTE_QUOTE, p->cur.at, p->cur.text);
	return false;
}

bool
parser_take_word(struct parser *p, const char *word)
{
	if ((p->cur.kind != LEX_STRING && p->cur.kind != LEX_KEYWORD) ||
	    !lexeme_is_word(&p->cur, word))
		return false;
	parser_advance(p);
	return true;
}

/* time := NUMBER ( "seconds" | "minutes" | "hours" | "days" | "weeks" ) */
bool
parse_time(struct parser *p, uint64_t *seconds)
{
	const struct lexeme	 n = p->cur;
	const struct name	*unit;

	if (!parser_expect(p, LEX_NUMBER, "a number and a unit of time"))
		return false;
	if (p->cur.quoted || (p->cur.kind != LEX_STRING &&
	    p->cur.kind != LEX_KEYWORD))
		return parser_fail(p, "a unit of time");
	if ((unit = name_find(parse_units, p->cur.text)) == NULL) {
		diag_unknown(p->diags, DIAG_UNIT_UNKNOWN, p->cur.at,
		    parser_raw(p, &p->cur), parse_units);
		return false;
	}
	if (lex_number(&n) > TIME_MAX_S / unit->value)
		diag_error(p->diags, DIAG_TIME_LONG, n.at, DIAG_NOTHING,
		    DIAG_NOTHING);
	else
		*seconds = lex_number(&n) * unit->value;
	parser_advance(p);
	return true;
}

void
words_add(struct words *w, const struct lexeme *lex)
{
	w->list = mem_grow(w->list, &w->cap, w->n + 1, sizeof(w->list[0]));
	w->list[w->n++] = *lex;
}

struct lexeme *
words_take(struct parser *p, struct words *w)
{
	struct lexeme	*copy = arena_copy(p->arena, w->list,
	    w->n * sizeof(w->list[0]));

	free(w->list);
	return copy;
}

static const struct row *
row_find(const struct rows *rows, const struct lexeme *word)
{
	for (const struct row *r = rows->rows; r->word != NULL; r++)
		if (lexeme_is_word(word, r->word))
			return r;
	return NULL;
}

static bool
fail_row(struct parser *p, const struct rows *rows)
{
	struct nearest	near;

	if (p->cur.kind != LEX_STRING && p->cur.kind != LEX_KEYWORD)
		return parser_fail(p, "a clause, or '}'");
	nearest_init(&near, parser_raw(p, &p->cur));
	for (const struct row *r = rows->rows; r->word != NULL; r++)
		nearest_try(&near, slice_str(r->word));
	for (size_t i = 0; rows->field != NULL && i < FIELDS; i++)
		nearest_try(&near, slice_str(field_rows[i].word));
	diag_unknown_near(p->diags, rows->unknown, p->cur.at, &near);
	if (parser_has_brace(&p->cur))
		diag_note(p->diags, DIAG_NOTE_BRACE, p->cur.at, DIAG_NOTHING);
	if (rows->field != NULL && parser_is_key(p, KEY_NOT))
		diag_note(p->diags, DIAG_NOTE_WRITE, p->cur.at,
		    slice_str("object not $set;"));
	if (rows->field != NULL)
		parser_note_operator(p, &p->cur);
	return false;
}

void
parser_count_braces(struct parser *p, struct slice word)
{
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] == '{')
			p->depth++;
		else if (word.p[i] == '}' && p->depth > 0)
			p->depth--;
}

bool
parser_recover(struct parser *p, size_t depth)
{
	for (; p->cur.kind != LEX_END && p->depth >= depth; parser_advance(p)) {
		if (p->depth == depth && p->cur.kind == LEX_CLOSE)
			return true;
		if (p->depth == depth && p->cur.kind == LEX_SEMICOLON) {
			parser_advance(p);
			return p->cur.kind != LEX_END &&
			    !parser_at_statement(p);
		}
		if (parser_at_statement(p))
			return false;
		if (parser_has_brace(&p->cur))
			parser_count_braces(p, p->cur.text);
	}
	return false;
}

/* A field, or a part of one as in command[0]. */
static bool
begins_with_field(const struct parser *p, const struct rows *rows)
{
	struct slice	 word = p->cur.text;
	enum rule_field	 f;

	if (rows->field == NULL || p->cur.quoted ||
	    (p->cur.kind != LEX_STRING && p->cur.kind != LEX_KEYWORD))
		return false;
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] == '[')
			word.n = i;
	f = field_find(word);
	return f != FIELDS && field_rows[f].predicate;
}

bool
parse_clause(struct parser *p, const struct rows *rows, struct clause ***tail)
{
	const struct row	*row = row_find(rows, &p->cur);
	struct clause		*c;

	if (row == NULL && !begins_with_field(p, rows))
		return fail_row(p, rows);
	c = arena_alloc(p->arena, sizeof(*c));
	c->at = p->cur.at;
	if (row == NULL)
		c->broken = !rows->field(p, c);
	else {
		c->kind = row->kind;
		p->tree->second |= row->second;
		parser_advance(p);
		c->broken = !row->value(p, c);
	}
	/* Of a broken state the names can be checked all the same. */
	if (!c->broken || c->kind == CLAUSE_STATE) {
		**tail = c;
		*tail = &c->next;
	}
	return !c->broken && parser_expect(p, LEX_SEMICOLON, "';'");
}

/*
 * In a state or a block of predicates, a word that begins a block of the
 * sequence: the brace before it is missing.
 */
static bool
at_next_block(const struct parser *p, const struct rows *rows)
{
	return rows->field != NULL && p->depth >= 2 &&
	    (lexeme_is_word(&p->cur, "state") ||
	    lexeme_is_word(&p->cur, "cancel") ||
	    lexeme_is_word(&p->cur, "except"));
}

static bool
fail_open(struct parser *p, struct span open)
{
	(void)parser_fail(p, "'}'");
	diag_note(p->diags, DIAG_NOTE_OPENED, open, slice_str("the block"));
	return false;
}

bool
parser_open(struct parser *p, bool *good)
{
	struct span	 at;

	*good = p->cur.kind == LEX_OPEN;
	if (*good) {
		parser_advance(p);
		return true;
	}
	(void)parser_fail(p, "'{'");
	if (!glued_before(p, &at))
		return false;
	diag_note(p->diags, DIAG_NOTE_BRACE, at, DIAG_NOTHING);
	p->depth++;
	return true;
}

bool
parse_block(struct parser *p, const struct rows *rows, struct clause **tail)
{
	const struct span	 open = p->cur.at;
	bool			 good;
	size_t			 depth;

	if (!parser_open(p, &good))
		return false;
	depth = p->depth;
	while (p->cur.kind != LEX_CLOSE) {
		if (p->cur.kind == LEX_END)
			return fail_open(p, open);
		if (at_next_block(p, rows)) {
			p->depth--;	/* as if the brace were there */
			return fail_open(p, open);
		}
		if (parse_clause(p, rows, &tail))
			continue;
		good = false;
		if (!parser_recover(p, depth))
			return false;
	}
	parser_advance(p);
	return good;
}

