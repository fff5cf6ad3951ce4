/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parse_set.c - sets, and the places where they are used.
 *
 * Old places name the type of a set that is written out; in those of the second
 * edition it may be left out, and check.c takes the one that fits.
 */
#include "rule/parser.h"
#include "rule/sets.h"

/* entry := STRING | NUMBER | "set" STRING | "<" STRING ">" */
static bool
parse_entry(struct parser *p, struct entry_node *entry)
{
	entry->word = p->cur;
	if (p->cur.kind == LEX_NUMBER) {
		entry->kind = ENTRY_NUMBER;
		parser_advance(p);
		return true;
	}
	if (parser_is_key(p, KEY_SET)) {
		entry->kind = ENTRY_SET;
		parser_advance(p);
		return parser_expect_string(p, &entry->word,
		    "the name of a set");
	}
	entry->kind = ENTRY_STRING;
	if (p->cur.kind != LEX_LESS)
		return parser_expect_string(p, &entry->word,
		    "an entry of the set");
	parser_advance(p);
	return parser_expect_string(p, &entry->word, "an entry of the set") &&
	    parser_expect(p, LEX_MORE, "'>'");
}

/* entries := "{" entry { "," entry } ";" "}" */
static bool
parse_entries(struct parser *p, struct body_node *body)
{
	struct entry_node	**tail = &body->entries;
	const struct lexeme	*last;

	if (!parser_expect(p, LEX_OPEN, "'{'"))
		return false;
	for (;;) {
		*tail = arena_alloc(p->arena, sizeof(**tail));
		if (!parse_entry(p, *tail)) {
			*tail = NULL;
			return false;
		}
		last = &(*tail)->word;
		tail = &(*tail)->next;
		if (p->cur.kind != LEX_COMMA)
			break;
		parser_advance(p);
	}
	if (!parser_expect(p, LEX_SEMICOLON, "',' or ';'"))
		return false;
	if (parser_expect(p, LEX_CLOSE, "'}'"))
		return true;
	if (parser_has_brace(last))		/* `{ 22};` */
		diag_note(p->diags, DIAG_NOTE_BRACE, last->at, DIAG_NOTHING);
	return false;
}

/* body := "<" STRING ">" entries */
bool
parse_body(struct parser *p, struct body_node **body)
{
	*body = arena_alloc(p->arena, sizeof(**body));
	(*body)->known = SET_TYPES;
	if (!parser_expect(p, LEX_LESS, "'<' and the type of the set") ||
	    !parser_expect_string(p, &(*body)->type, "the type of the set"))
		return false;
	(*body)->known = set_type_find((*body)->type.text);
	p->tree->second |= !set_type_is_old((*body)->known);
	return parser_expect(p, LEX_MORE, "'>'") && parse_entries(p, *body);
}

/* ref := [ "not" | "!" ] ( STRING | body ) */
bool
parse_ref(struct parser *p, struct clause *c)
{
	c->ref = arena_alloc(p->arena, sizeof(*c->ref));
	if (parser_is_key(p, KEY_NOT)) {
		c->ref->negated = true;
		parser_advance(p);
	}
	if (p->cur.kind == LEX_LESS)
		return parse_body(p, &c->ref->body);
	return parser_expect_string(p, &c->ref->name,
	    "the name of a set, or '<'");
}

/* A number where a set belongs: its braces are missing. */
static void
note_braces(struct parser *p)
{
	struct buf	text = { 0 };

	if (p->cur.kind != LEX_NUMBER)
		return;
	buf_str(&text, "{ ");
	buf_slice(&text, p->cur.text);
	buf_str(&text, "; }");
	diag_note(p->diags, DIAG_NOTE_WRITE, p->cur.at, buf_bytes(&text));
	buf_fini(&text);
}

/* untyped := [ "not" | "!" ] ( STRING | body | entries ) */
bool
parse_ref_untyped(struct parser *p, struct clause *c)
{
	bool	negated = false;

	if (parser_is_key(p, KEY_NOT)) {
		negated = true;
		parser_advance(p);
	}
	if (p->cur.kind != LEX_OPEN) {
		if (!parse_ref(p, c)) {
			note_braces(p);
			return false;
		}
		c->ref->negated |= negated;
		return true;
	}
	c->ref = arena_alloc(p->arena, sizeof(*c->ref));
	c->ref->negated = negated;
	c->ref->body = arena_alloc(p->arena, sizeof(*c->ref->body));
	c->ref->body->type.at = p->cur.at;	/* a place for messages */
	c->ref->body->known = SET_TYPES;
	return parse_entries(p, c->ref->body);
}

/* who := "any" | ref */
bool
parse_any_or_ref(struct parser *p, struct clause *c)
{
	if (!parser_is_key(p, KEY_ANY))
		return parse_ref(p, c);
	c->any = true;
	parser_advance(p);
	return true;
}
