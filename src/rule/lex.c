/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lex.c - characters to lexemes with positions.
 *
 * A table says of each byte whether it goes on with a word. Every byte is
 * looked at once, whatever it is. Texts point into the file; only a string with
 * escapes or line ends is built anew. A carriage return before a newline is
 * passed over like a blank, with one warning for each file; anywhere else it is
 * a byte of a word, as form feed and all bytes from 0x80 are.
 */
#include <string.h>

#include "rule/lex.h"

enum byte {
	BYTE_WORD,		/* goes on with a word: zero in the table */
	BYTE_BLANK, BYTE_NEWLINE, BYTE_MARK, BYTE_QUOTE
};

static const uint8_t bytes[256] = {
	[' '] = BYTE_BLANK, ['\t'] = BYTE_BLANK, ['\n'] = BYTE_NEWLINE,
	[';'] = BYTE_MARK, [','] = BYTE_MARK, ['<'] = BYTE_MARK,
	['>'] = BYTE_MARK, ['"'] = BYTE_QUOTE,
};

static const struct {
	const char	*word;
	enum keyword	 key;
} keywords[] = {			/* in the order of the alphabet */
	{ "any", KEY_ANY }, { "days", KEY_DAYS }, { "define", KEY_DEFINE },
	{ "directory", KEY_DIRECTORY }, { "event", KEY_EVENT },
	{ "failure", KEY_FAILURE }, { "hours", KEY_HOURS },
	{ "include", KEY_INCLUDE }, { "log", KEY_LOG },
	{ "log-channel", KEY_LOG_CHANNEL }, { "logfile", KEY_LOGFILE },
	{ "minutes", KEY_MINUTES }, { "multiplier", KEY_MULTIPLIER },
	{ "none", KEY_NONE_WORD }, { "not", KEY_NOT }, { "object", KEY_OBJECT },
	{ "priority", KEY_PRIORITY }, { "scope", KEY_SCOPE },
	{ "seconds", KEY_SECONDS }, { "sequence", KEY_SEQUENCE },
	{ "serial", KEY_SERIAL }, { "set", KEY_SET }, { "state", KEY_STATE },
	{ "status", KEY_STATUS }, { "subject", KEY_SUBJECT },
	{ "success", KEY_SUCCESS }, { "timeout", KEY_TIMEOUT },
	{ "timeout-prob", KEY_TIMEOUT_PROB },
	{ "timeout-window", KEY_TIMEOUT_WINDOW }, { "trigger", KEY_TRIGGER },
	{ "weeks", KEY_WEEKS }, { "zone", KEY_ZONE },
};
#define KEYWORDS	(sizeof(keywords) / sizeof(keywords[0]))
#define KEYWORD_LONGEST	14u	/* timeout-window */

static enum keyword
keyword_find(struct slice s)
{
	if (s.n < 3 || s.n > KEYWORD_LONGEST)
		return KEY_NONE;
	for (size_t i = 0; i < KEYWORDS; i++) {
		const char	*word = keywords[i].word;

		if (word[0] < s.p[0])
			continue;
		if (word[0] > s.p[0])
			break;
		if (slice_is(s, word))
			return keywords[i].key;
	}
	return KEY_NONE;
}

void
lex_init(struct lexer *l, struct diags *diags, struct arena *arena)
{
	l->diags = diags;
	l->arena = arena;
	l->depth = 0;
}

static struct span
span_of(const struct lex_input *in, size_t from, size_t to, uint32_t line)
{
	return (struct span){
		.file = in->file, .line = line,
		.off = (uint32_t)from, .n = (uint32_t)(to - from)
	};
}

bool
lex_push(struct lexer *l, uint32_t file)
{
	static const char	 mark[] = "\xef\xbb\xbf";
	struct lex_input	*in;

	if (l->depth == LEX_DEPTH_MAX)
		return false;
	in = &l->inputs[l->depth++];
	*in = (struct lex_input){
		.text = diags_text(l->diags, file), .file = file, .line = 1
	};
	if (slice_has_prefix(in->text, slice_str(mark))) {
		in->pos = sizeof(mark) - 1;
		diag_warn(l->diags, DIAG_BYTE_ORDER, span_of(in, 0, in->pos, 1),
		    DIAG_NOTHING, DIAG_NOTHING);
	}
	return true;
}

uint32_t
lex_file(const struct lexer *l, size_t i)
{
	return l->inputs[i].file;
}

/* Is this a carriage return that belongs to a line's end? */
static bool
at_line_end(struct lexer *l, struct lex_input *in, size_t pos)
{
	if (in->text.p[pos] != '\r' || pos + 1 >= in->text.n ||
	    in->text.p[pos + 1] != '\n')
		return false;
	if (!in->crlf) {
		in->crlf = true;
		diag_warn(l->diags, DIAG_LINE_ENDS,
		    span_of(in, pos, pos + 1, in->line), DIAG_NOTHING,
		    DIAG_NOTHING);
	}
	return true;
}

/* Pass over blanks, line ends and comments. False at the end of the input. */
static bool
skip_space(struct lexer *l, struct lex_input *in)
{
	const uint8_t	*newline;

	for (; in->pos < in->text.n; in->pos++) {
		const uint8_t	c = in->text.p[in->pos];

		switch (bytes[c]) {
		case BYTE_NEWLINE:
			in->line++;
			continue;
		case BYTE_BLANK:
			continue;
		}
		if (c == '\r' && at_line_end(l, in, in->pos))
			continue;
		if (c != '#')
			return true;
		newline = memchr(in->text.p + in->pos, '\n',
		    in->text.n - in->pos);
		if (newline == NULL)
			break;
		in->line++;
		in->pos = (size_t)(newline - in->text.p);
	}
	in->pos = in->text.n;
	return false;
}

/*
 * The text of a string: a backslash makes the next byte literal, a bare newline
 * is a blank. RAW is what stands between the quotes.
 */
static struct slice
unescape(struct lexer *l, struct slice raw)
{
	uint8_t	*text = arena_alloc(l->arena, raw.n);
	size_t	 n = 0;

	for (size_t i = 0; i < raw.n; i++) {
		uint8_t	c = raw.p[i];

		if (c == '\\')
			c = raw.p[++i];		/* never the last: see below */
		else if (c == '\r' && i + 1 < raw.n && raw.p[i + 1] == '\n')
			continue;
		else if (c == '\n')
			c = ' ';
		text[n++] = c;
	}
	return (struct slice){ text, n };
}

static void
take_string(struct lexer *l, struct lex_input *in, struct lexeme *lex)
{
	const size_t	 open = in->pos;
	const uint32_t	 line = in->line;
	bool		 plain = true, bad = false;
	size_t		 i;

	for (i = open + 1; i < in->text.n && in->text.p[i] != '"'; i++) {
		if (in->text.p[i] == '\\' && i + 1 < in->text.n) {
			plain = false;
			i++;
		} else if (in->text.p[i] == '\n')
			plain = false;
		else if (in->text.p[i] == '\r' && at_line_end(l, in, i))
			plain = false;
		if (in->text.p[i] == '\n')
			in->line++;
		bad |= in->text.p[i] == 0xff;
	}
	lex->quoted = true;
	if (i == in->text.n) {
		lex->kind = LEX_BAD;
		lex->at = span_of(in, open, open + 1, line);
		in->pos = i;
		diag_error(l->diags, DIAG_STRING_OPEN, lex->at, DIAG_NOTHING,
		    DIAG_NOTHING);
		return;
	}
	lex->at = span_of(in, open, i + 1, line);
	lex->kind = bad ? LEX_BAD : LEX_STRING;
	if (bad)
		diag_error(l->diags, DIAG_STRING_BYTE, lex->at, DIAG_NOTHING,
		    DIAG_NOTHING);
	lex->text = (struct slice){ in->text.p + open + 1, i - open - 1 };
	if (!plain)
		lex->text = unescape(l, lex->text);
	lex->text = slice_until_nul(lex->text);
	in->pos = i + 1;
}

/* Are these all digits? Their value, which stays at the maximum. */
static bool
number_of(struct slice s, uint64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < s.n; i++) {
		const unsigned	 digit = (unsigned)s.p[i] - '0';

		if (digit > 9)
			return false;
		if (*value > (UINT64_MAX - digit) / 10)
			*value = UINT64_MAX;
		else
			*value = *value * 10 + digit;
	}
	return s.n > 0;
}

/* What a word is depends on all of it. One with a NUL is never a keyword. */
static void
classify(struct lexeme *lex)
{
	const struct slice	word = lex->text;

	lex->text = slice_until_nul(word);
	lex->kind = LEX_STRING;
	if (lex->text.n < word.n)
		return;
	if (slice_is(word, "{"))
		lex->kind = LEX_OPEN;
	else if (slice_is(word, "}"))
		lex->kind = LEX_CLOSE;
	else if (slice_is(word, "!"))
		lex->key = KEY_NOT;
	else if (number_of(word, &lex->number))
		lex->kind = LEX_NUMBER;
	else
		lex->key = keyword_find(word);
	if (lex->key != KEY_NONE)
		lex->kind = LEX_KEYWORD;
}

static void
take_word(struct lexer *l, struct lex_input *in, struct lexeme *lex)
{
	size_t	i = in->pos;

	while (i < in->text.n && bytes[in->text.p[i]] == BYTE_WORD &&
	    !(in->text.p[i] == '\r' && at_line_end(l, in, i)))
		i++;
	lex->at = span_of(in, in->pos, i, in->line);
	lex->text = (struct slice){ in->text.p + in->pos, i - in->pos };
	classify(lex);
	in->pos = i;
}

static void
take_mark(struct lex_input *in, struct lexeme *lex)
{
	static const struct {
		char		 c;
		enum lex_kind	 kind;
	} marks[] = {
		{ ';', LEX_SEMICOLON }, { ',', LEX_COMMA },
		{ '<', LEX_LESS }, { '>', LEX_MORE },
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (in->text.p[in->pos] == marks[i].c)
			lex->kind = marks[i].kind;
	lex->at = span_of(in, in->pos, in->pos + 1, in->line);
	lex->text = (struct slice){ in->text.p + in->pos, 1 };
	in->pos++;
}

void
lex_next(struct lexer *l, struct lexeme *lex)
{
	struct lex_input	*in = &l->inputs[l->depth - 1];

	*lex = (struct lexeme){ .kind = LEX_END };
	while (!skip_space(l, in)) {
		if (l->depth == 1) {
			lex->at = span_of(in, in->pos, in->pos, in->line);
			return;
		}
		l->depth--;
		in--;
	}
	switch (bytes[in->text.p[in->pos]]) {
	case BYTE_MARK:
		take_mark(in, lex);
		break;
	case BYTE_QUOTE:
		take_string(l, in, lex);
		break;
	default:
		take_word(l, in, lex);
	}
}

struct span
lex_within(const struct diags *d, const struct lexeme *lex, size_t off,
    size_t n)
{
	const size_t	 quote = lex->quoted ? 1 : 0;
	struct span	 at = lex->at;

	if (lex->text.p != diags_text(d, at.file).p + at.off + quote ||
	    off > lex->text.n)
		return at;
	at.off += (uint32_t)(off + quote);
	at.n = (uint32_t)(n > 0 ? n : 1);
	return at;
}

bool
lex_needs_quotes(struct slice s)
{
	uint64_t	number;

	if (s.n == 0 || s.p[0] == '#' || slice_is(s, "!") ||
	    slice_is(s, "{") || slice_is(s, "}") || number_of(s, &number) ||
	    keyword_find(s) != KEY_NONE)
		return true;
	for (size_t i = 0; i < s.n; i++)
		if (bytes[s.p[i]] != BYTE_WORD || s.p[i] == '\r')
			return true;
	return false;
}
