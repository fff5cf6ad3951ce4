/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parser.h - what the files of the parser share; nobody else needs it.
 *
 * parser.c has the words and the blocks, parse_set.c sets and references to
 * them, parse_sequence.c the options of a sequence, parse_state.c what stands
 * in a state, and parse.c statements and files. Each production is a function
 * with its line of the grammar above it. It returns false after a mistake that
 * it has reported.
 */
#ifndef RULE_PARSER_H
#define RULE_PARSER_H

#include "rule/fields.h"
#include "rule/include.h"
#include "rule/lex.h"
#include "rule/tree.h"

#define PARSER_DEPTH_MAX 16u		/* blocks within blocks */

struct parser {
	struct lexer	 lex;
	struct lexeme	 cur;
	size_t		 depth;		/* open braces of this statement */
	bool		 after_end;	/* the last one taken was a ';' */
	struct diags	*diags;
	struct arena	*arena;		/* of what is being read */
	struct tree	*tree;
	struct item	**tail;		/* of its items */
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
	/* What reads a clause that begins with a field; or NULL. */
	bool			(*field)(struct parser *, struct clause *);
	enum diag		 unknown;
};

/* Words. */

void	 parser_advance(struct parser *);
/* The bytes of a lexeme as they stand in the file, quotes and all. */
struct slice	 parser_raw(const struct parser *, const struct lexeme *);
static inline bool
parser_is_key(const struct parser *p, enum keyword key)
{
	return p->cur.kind == LEX_KEYWORD && p->cur.key == key;
}
/* Words are short, and mostly differ in the first byte: no calls for that. */
static inline bool
lexeme_is_word(const struct lexeme *lex, const char *word)
{
	size_t	 i = 0;

	if (lex->quoted)
		return false;
	while (i < lex->text.n && lex->text.p[i] == (uint8_t)word[i])
		i++;		/* a text has no NUL */
	return i == lex->text.n && i > 0 && word[i] == '\0';
}
/* Is the current one this word, without quotes? It is taken then. */
bool	 parser_take_word(struct parser *, const char *);
/* Has it braces in it, which do not end a word? */
bool	 parser_has_brace(const struct lexeme *);
/* Has it an operator in it that was meant to be a word? That is said. */
void	 parser_note_operator(struct parser *, const struct lexeme *);
/* Braces that are part of a word were meant to stand alone. */
void	 parser_count_braces(struct parser *, struct slice word);

/* Report that the current lexeme is not WHAT; a mistake in it is known. */
bool	 parser_fail(struct parser *, const char *what);
static inline bool
parser_expect(struct parser *p, enum lex_kind kind, const char *what)
{
	if (p->cur.kind != kind)
		return parser_fail(p, what);
	parser_advance(p);
	return true;
}
/* A name: any word that is not one of the language, or a text in quotes. */
bool	 parser_expect_string(struct parser *, struct lexeme *,
	    const char *what);

/* Never zero words: a number and a unit. */
bool	 parse_time(struct parser *, uint64_t *seconds);

/* A growing list of lexemes; words_take() moves it to the arena. */
struct words {
	struct lexeme	*list;
	size_t		 n, cap;
};
void	 words_add(struct words *, const struct lexeme *);
struct lexeme	*words_take(struct parser *, struct words *);

/* Blocks. */

/* A clause with its semicolon, linked at *TAIL if it is worth checking. */
bool	 parse_clause(struct parser *, const struct rows *,
	    struct clause ***tail);
/*
 * Take the brace of a block. When it is glued to the word before, that is said
 * and not GOOD, and the block is entered all the same. False: there is none.
 */
bool	 parser_open(struct parser *, bool *good);
/*
 * The clauses of a block and its braces. All its mistakes are reported, and
 * false is returned when there was one.
 */
bool	 parse_block(struct parser *, const struct rows *,
	    struct clause **tail);
/*
 * After a mistake in a clause go on with the next one of the block, whose
 * braces are DEPTH deep. False when the block seems to end without its brace:
 * then it is not looked into any more.
 */
bool	 parser_recover(struct parser *, size_t depth);
/* Could a statement begin here, whatever was left open before? */
bool	 parser_at_statement(const struct parser *);

/* Sets. */

bool	 parse_body(struct parser *, struct body_node **);
bool	 parse_ref(struct parser *, struct clause *);
/* A reference whose body may leave out its type. */
bool	 parse_ref_untyped(struct parser *, struct clause *);
/* `any`, or a reference. */
bool	 parse_any_or_ref(struct parser *, struct clause *);

/* Sequences and states. */

/* PART is that of command[N], else PART_ALL. */
bool	 parse_field(struct parser *, struct field_node *, uint32_t *part);
/* One or more of them, with commas between. */
bool	 parse_fields(struct parser *, const struct field_node **, size_t *n);

/* What stands in a sequence, and in a state. */
extern const struct rows parse_sequence_rows, parse_state_rows;
/* Only what speaks of one record: for cancel, except, either, --where. */
extern const struct rows parse_record_rows;

bool	 parse_text(struct parser *, struct clause *);

#endif
