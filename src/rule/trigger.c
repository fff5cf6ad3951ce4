/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trigger.c - the text of a trigger to words and pieces.
 *
 * The words are fixed before anything is filled in, so that no path can become
 * two arguments. A quote that is not closed stands for itself, as it did when
 * quotes meant nothing. The name of a variable is the longest run of letters.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rule/trigger.h"

const struct name trigger_variables[] = {
	{ "$subject", VAR_SUBJECT }, { "$esubject", VAR_ESUBJECT },
	{ "$object", VAR_OBJECT }, { "$rule", VAR_RULE },
	{ "$priority", VAR_PRIORITY }, { "$pid", VAR_PID },
	{ "$session", VAR_SESSION }, { "$address", VAR_ADDRESS },
	{ "$zone", VAR_ZONE }, { "$host", VAR_HOST }, { "$time", VAR_TIME },
	{ "$evidence", VAR_EVIDENCE }, { "$uid", VAR_UID }, { 0 }
};

struct splitter {
	const struct lexeme	*lex;
	struct slice		 text;
	struct arena		*arena;
	struct diags		*diags;
	bool			 bad;
	struct buf		 literal;	/* of the piece that grows */
	struct piece		*pieces;	/* of all words */
	size_t			 npieces, pieces_cap;
	size_t			*ends;		/* behind each word's pieces */
	size_t			 nwords, words_cap;
};

static void
add_piece(struct splitter *s, struct piece piece)
{
	s->pieces = mem_grow(s->pieces, &s->pieces_cap, s->npieces + 1,
	    sizeof(s->pieces[0]));
	s->pieces[s->npieces++] = piece;
}

static void
end_literal(struct splitter *s)
{
	if (s->literal.n == 0)
		return;
	add_piece(s, (struct piece){
		.kind = PIECE_TEXT,
		.text = arena_str(s->arena, buf_bytes(&s->literal)),
	});
	buf_clear(&s->literal);
}

static bool
is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The variable at I; returns where its name ends. */
static size_t
take_variable(struct splitter *s, size_t i)
{
	const struct name	*known;
	struct slice		 name;
	struct span		 at;
	size_t			 end = i + 1;

	while (end < s->text.n && is_letter(s->text.p[end]))
		end++;
	name = (struct slice){ s->text.p + i, end - i };
	at = lex_within(s->diags, s->lex, i, name.n);
	known = name_find(trigger_variables, name);
	if (known != NULL) {
		end_literal(s);
		add_piece(s, (struct piece){
			.kind = PIECE_VARIABLE,
			.variable = (enum trigger_variable)known->value,
		});
		return end;
	}
	s->bad = true;
	if (name.n == 1)
		diag_error(s->diags, DIAG_TRIGGER_DOLLAR, at, DIAG_NOTHING,
		    DIAG_NOTHING);
	else
		diag_unknown(s->diags, DIAG_TRIGGER_VARIABLE, at, name,
		    trigger_variables);
	return end;
}

/* Is the quote at I closed? There is but one of each kind that is not. */
static bool
opens(struct splitter *s, size_t i)
{
	const uint8_t	c = s->text.p[i];

	if (memchr(s->text.p + i + 1, c, s->text.n - i - 1) != NULL)
		return true;
	diag_warn(s->diags, DIAG_TRIGGER_QUOTE, lex_within(s->diags, s->lex,
	    i, 1), DIAG_NOTHING, DIAG_NOTHING);
	return false;
}

/* The word at I; returns where it ends. */
static size_t
take_word(struct splitter *s, size_t i)
{
	uint8_t	quote = 0;

	while (i < s->text.n && (quote != 0 || s->text.p[i] != ' ')) {
		const uint8_t	c = s->text.p[i];

		if (c == '$') {
			i = take_variable(s, i);
			continue;
		}
		if (quote != 0 && c == quote)
			quote = 0;
		else if (quote == 0 && (c == '"' || c == '\'') && opens(s, i))
			quote = c;
		else
			buf_u8(&s->literal, c);
		i++;
	}
	end_literal(s);
	s->ends = mem_grow(s->ends, &s->words_cap, s->nwords + 1,
	    sizeof(s->ends[0]));
	s->ends[s->nwords++] = s->npieces;
	return i;
}

static const struct trigger *
assemble(struct splitter *s)
{
	struct trigger		*t = arena_alloc(s->arena, sizeof(*t));
	struct word		*words = arena_array(s->arena, s->nwords,
	    sizeof(words[0]));
	const struct piece	*pieces = arena_copy(s->arena, s->pieces,
	    s->npieces * sizeof(s->pieces[0]));
	size_t			 from = 0;

	for (size_t i = 0; i < s->nwords; i++) {
		words[i] = (struct word){ pieces + from, s->ends[i] - from };
		from = s->ends[i];
	}
	t->text = arena_str(s->arena, s->text);
	t->words = words;
	t->n = s->nwords;
	return t;
}

const struct trigger *
trigger_read(const struct lexeme *lex, struct arena *arena,
    struct diags *diags)
{
	struct splitter		 s = {
		.lex = lex, .text = lex->text, .arena = arena, .diags = diags
	};
	const struct trigger	*trigger = NULL;

	for (size_t i = 0; i < s.text.n;)
		if (s.text.p[i] == ' ')
			i++;
		else
			i = take_word(&s, i);
	if (s.nwords > TRIGGER_WORDS_MAX)
		diag_error(diags, DIAG_TRIGGER_LONG, lex->at, DIAG_NOTHING,
		    DIAG_NOTHING);
	else if (s.nwords == 0 && s.text.n > 0)
		diag_warn(diags, DIAG_TRIGGER_BLANK, lex->at, DIAG_NOTHING,
		    DIAG_NOTHING);
	else if (s.nwords > 0 && !s.bad)
		trigger = assemble(&s);
	buf_fini(&s.literal);
	free(s.pieces);
	free(s.ends);
	return trigger;
}
