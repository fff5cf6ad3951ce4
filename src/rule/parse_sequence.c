/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parse_sequence.c - the options of a sequence.
 */
#include "rule/parser.h"

/* channels := STRING | body */
static bool
parse_log(struct parser *p, struct clause *c)
{
	if (parser_is_key(p, KEY_NOT))
		return parser_fail(p, "the name of a log channel, or '<'");
	return parse_ref(p, c);
}

/* limit := time | "none" */
static bool
parse_limit(struct parser *p, struct clause *c)
{
	if (!parser_is_key(p, KEY_NONE_WORD))
		return parse_time(p, &c->seconds);
	c->none = true;
	parser_advance(p);
	return true;
}

/* text := STRING */
bool
parse_text(struct parser *p, struct clause *c)
{
	return parser_expect_string(p, &c->word, "a name, or a text in quotes");
}

/* number := NUMBER */
static bool
parse_number(struct parser *p, struct clause *c)
{
	c->word = p->cur;
	return parser_expect(p, LEX_NUMBER, "a number");
}

/* zone := "none" | "any" | STRING */
static bool
parse_zone(struct parser *p, struct clause *c)
{
	c->any = parser_is_key(p, KEY_ANY);
	c->none = parser_is_key(p, KEY_NONE_WORD);
	if (!c->any && !c->none)
		return parser_expect_string(p, &c->word,
		    "'none', 'any' or a pattern for zones");
	parser_advance(p);
	return true;
}

/* choice := "yes" | "no" */
static bool
parse_yes_no(struct parser *p, struct clause *c)
{
	static const struct name	words[] = {
		{ "yes", 0 }, { "no", 0 }, { 0 }
	};

	if (!parser_expect_string(p, &c->word, "'yes' or 'no'"))
		return false;
	if (name_find(words, c->word.text) != NULL)
		return true;
	diag_unknown(p->diags, DIAG_ENABLED_UNKNOWN, c->word.at, c->word.text,
	    words);
	return false;
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
			parser_advance(p);
			good = true;
		} else
			good = parser_expect_string(p, &tag, "a tag");
		if (!good)
			break;
		words_add(&words, &tag);
		if (p->cur.kind != LEX_COMMA)
			break;
		parser_advance(p);
	}
	c->nwords = words.n;
	c->words = words_take(p, &words);
	return good;
}

static bool
parse_duration(struct parser *p, struct clause *c)
{
	return parse_time(p, &c->seconds);
}

/* keys := "none" | fields */
static bool
parse_by(struct parser *p, struct clause *c)
{
	if (!parser_is_key(p, KEY_NONE_WORD))
		return parse_fields(p, &c->fields, &c->nfields);
	c->none = true;
	parser_advance(p);
	return true;
}

/* far := "hosts" */
static bool
parse_across(struct parser *p, struct clause *c)
{
	c->word = p->cur;
	return parser_take_word(p, "hosts") || parser_fail(p, "'hosts'");
}

/* how := "any" */
static bool
parse_order(struct parser *p, struct clause *c)
{
	c->word = p->cur;
	return parser_take_word(p, "any") || parser_fail(p, "'any'");
}

static bool
parse_nothing(struct parser *p, struct clause *c)
{
	(void)p;
	(void)c;
	return true;
}

/* block := "{" { predicate ";" } "}" */
static bool
parse_predicates(struct parser *p, struct clause *c)
{
	return parse_block(p, &parse_record_rows, &c->block);
}

/* state := "{" { clause ";" } "}" */
static bool
parse_state(struct parser *p, struct clause *c)
{
	return parse_block(p, &parse_state_rows, &c->block);
}

/*
 * option := "subject" who | "timeout" limit | "timeout-window" limit |
 *     "timeout-prob" number | "priority" number | "serial" number |
 *     "scope" text | "zone" zone | "log" channels | "description" text |
 *     "tags" tags | "reference" text | "remedy" text | "enabled" choice |
 *     "by" keys | "across" far | "order" how | "strict" | "cooldown" time |
 *     "cancel" block | "except" block | "state" state
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
	{ "by", CLAUSE_BY, parse_by, true },
	{ "across", CLAUSE_ACROSS, parse_across, true },
	{ "order", CLAUSE_ORDER, parse_order, true },
	{ "strict", CLAUSE_STRICT, parse_nothing, true },
	{ "cooldown", CLAUSE_COOLDOWN, parse_duration, true },
	{ "cancel", CLAUSE_CANCEL, parse_predicates, true },
	{ "except", CLAUSE_EXCEPT, parse_predicates, true },
	{ 0 }
};

const struct rows parse_sequence_rows = {
	sequence_rows, NULL, DIAG_OPTION_UNKNOWN
};
