/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lex.h - characters to lexemes with positions.
 *
 * Words end at blanks, tabs, newlines and ; , < > " only: braces do not end
 * them. Inputs stack up, since an included file may open a statement that the
 * including one finishes; at the end of one the lexer goes on below it.
 */
#ifndef RULE_LEX_H
#define RULE_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"
#include "rule/diag.h"
#include "rule/glance.h"

#define LEX_DEPTH_MAX	64u	/* inputs on the stack */

enum lex_kind {
	LEX_END,		/* of the last input */
	LEX_BAD,		/* already reported */
	LEX_SEMICOLON, LEX_COMMA, LEX_LESS, LEX_MORE, LEX_OPEN, LEX_CLOSE,
	LEX_KEYWORD,		/* key says which */
	LEX_NUMBER,		/* decimal digits only */
	LEX_STRING		/* any other word, or a text in quotes */
};

enum keyword {
	KEY_NONE,
	KEY_ANY, KEY_DAYS, KEY_DEFINE, KEY_DIRECTORY, KEY_EVENT, KEY_FAILURE,
	KEY_HOURS, KEY_INCLUDE, KEY_LOG, KEY_LOG_CHANNEL, KEY_LOGFILE,
	KEY_MINUTES, KEY_MULTIPLIER, KEY_NONE_WORD, KEY_NOT, KEY_OBJECT,
	KEY_PRIORITY, KEY_SCOPE, KEY_SECONDS, KEY_SEQUENCE, KEY_SERIAL,
	KEY_SET, KEY_STATE, KEY_STATUS, KEY_SUBJECT, KEY_SUCCESS, KEY_TIMEOUT,
	KEY_TIMEOUT_PROB, KEY_TIMEOUT_WINDOW, KEY_TRIGGER, KEY_WEEKS, KEY_ZONE
};

struct lexeme {
	enum lex_kind	 kind : 8;	/* small: a tree has very many */
	enum keyword	 key : 8;
	bool		 quoted;
	bool		 plain;		/* means the same without quotes */
	struct span	 at;
	/*
	 * Without quotes and escapes, up to the first NUL. Borrowed from the
	 * diagnostics' copy of the file, or from the lexer's arena.
	 */
	struct slice	 text;
};

struct lex_input {
	struct slice	 text;
	size_t		 pos;
	uint32_t	 file, line;
	bool		 crlf;		/* was said */
	struct glance	 last;		/* has the byte at `pos`, or ends there;
					 * no lines that were counted */
	uint64_t	 words;		/* of it: where lexemes begin, from
					 * `pos` on; or 0: look by `pos` */
};

struct lexer {
	struct diags	*diags;
	struct arena	*arena;
	struct lex_input inputs[LEX_DEPTH_MAX];
	size_t		 depth;
	struct lex_input *in;		/* the one on top */
};

/* Both must outlive the lexer; the arena also the lexemes. */
void	lex_init(struct lexer *, struct diags *, struct arena *);

/* Read a file of the diagnostics next. False when there are too many. */
bool	lex_push(struct lexer *, uint32_t file);

/* Take the next lexeme; after LEX_END it is LEX_END again. */
void	lex_next(struct lexer *, struct lexeme *);

/* The value of a LEX_NUMBER, cut at the maximum; zero of all others. */
uint64_t lex_number(const struct lexeme *);

/* The file that is being read at depth I; 0 is the main file. */
uint32_t lex_file(const struct lexer *, size_t i);

/*
 * The place of N bytes at OFF in the text of a lexeme; the whole lexeme when
 * the text does not stand in the file as it is.
 */
struct span lex_within(const struct diags *, const struct lexeme *, size_t off,
	    size_t n);

/* Must a text be in quotes to be a string when it is read back? */
bool	lex_needs_quotes(struct slice);

#endif
