/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lex.c - characters to lexemes with positions.
 *
 * A table says of each byte what it does to a word. Every byte is looked at
 * once, whatever it is. Texts point into the file; only a string with
 * escapes or line ends is built anew. A carriage return before a newline is
 * passed over like a blank, with one warning for each file; anywhere else it is
 * a byte of a word, as form feed and all bytes from 0x80 are.
 */
#include <string.h>

#include "rule/lex.h"

enum byte {
	BYTE_WORD,		/* goes on with a word: zero in the table */
	BYTE_ODD,		/* so do these, but for what is said of them */
	BYTE_BLANK, BYTE_END
};

static const uint8_t bytes[256] = {
	['\r'] = BYTE_ODD, ['\0'] = BYTE_ODD,
	[' '] = BYTE_BLANK, ['\t'] = BYTE_BLANK, ['\n'] = BYTE_END,
	[';'] = BYTE_END, [','] = BYTE_END, ['<'] = BYTE_END,
	['>'] = BYTE_END, ['"'] = BYTE_END,
};

#define KEYWORD_LONGEST	14u	/* timeout-window */
#define KEYWORD_SLOTS	64u

/*
 * No two keywords have the same one of these, so that a word is compared with
 * one of them at most. Compilers warn of a row that would be in the place of
 * another; then other factors have to be found.
 */
#define KEYWORD_SLOT(first, second, third, n)				\
	(((first) * 5u + (second) + (third) * 7u + (n) * 2u) % KEYWORD_SLOTS)
#define K(first, second, third, word, key)				\
	[KEYWORD_SLOT(first, second, third, sizeof(word) - 1)] = { word, key }

static const struct {
	char		 word[KEYWORD_LONGEST + 1];
	uint8_t		 key;		/* enum keyword */
} keywords[KEYWORD_SLOTS] = {
	K('a', 'n', 'y', "any", KEY_ANY),
	K('d', 'a', 'y', "days", KEY_DAYS),
	K('d', 'e', 'f', "define", KEY_DEFINE),
	K('d', 'i', 'r', "directory", KEY_DIRECTORY),
	K('e', 'v', 'e', "event", KEY_EVENT),
	K('f', 'a', 'i', "failure", KEY_FAILURE),
	K('h', 'o', 'u', "hours", KEY_HOURS),
	K('i', 'n', 'c', "include", KEY_INCLUDE),
	K('l', 'o', 'g', "log", KEY_LOG),
	K('l', 'o', 'g', "log-channel", KEY_LOG_CHANNEL),
	K('l', 'o', 'g', "logfile", KEY_LOGFILE),
	K('m', 'i', 'n', "minutes", KEY_MINUTES),
	K('m', 'u', 'l', "multiplier", KEY_MULTIPLIER),
	K('n', 'o', 'n', "none", KEY_NONE_WORD),
	K('n', 'o', 't', "not", KEY_NOT),
	K('o', 'b', 'j', "object", KEY_OBJECT),
	K('p', 'r', 'i', "priority", KEY_PRIORITY),
	K('s', 'c', 'o', "scope", KEY_SCOPE),
	K('s', 'e', 'c', "seconds", KEY_SECONDS),
	K('s', 'e', 'q', "sequence", KEY_SEQUENCE),
	K('s', 'e', 'r', "serial", KEY_SERIAL),
	K('s', 'e', 't', "set", KEY_SET),
	K('s', 't', 'a', "state", KEY_STATE),
	K('s', 't', 'a', "status", KEY_STATUS),
	K('s', 'u', 'b', "subject", KEY_SUBJECT),
	K('s', 'u', 'c', "success", KEY_SUCCESS),
	K('t', 'i', 'm', "timeout", KEY_TIMEOUT),
	K('t', 'i', 'm', "timeout-prob", KEY_TIMEOUT_PROB),
	K('t', 'i', 'm', "timeout-window", KEY_TIMEOUT_WINDOW),
	K('t', 'r', 'i', "trigger", KEY_TRIGGER),
	K('w', 'e', 'e', "weeks", KEY_WEEKS),
	K('z', 'o', 'n', "zone", KEY_ZONE),
};
#undef K

static enum keyword
keyword_find(struct slice s)
{
	size_t	 at;

	if (s.n < 3 || s.n > KEYWORD_LONGEST)
		return KEY_NONE;
	at = KEYWORD_SLOT(s.p[0], s.p[1], s.p[2], s.n);
	if (keywords[at].word[0] != s.p[0] ||
	    keywords[at].word[s.n] != '\0' ||
	    memcmp(keywords[at].word, s.p, s.n) != 0)
		return KEY_NONE;
	return (enum keyword)keywords[at].key;
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
	if (in->text.n == 0)
		in->text = slice_str("");	/* never NULL */
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
	const uint8_t	*p = in->text.p + in->pos;
	const uint8_t	*const end = in->text.p + in->text.n;

	for (; p < end; p++) {
		if (bytes[*p] == BYTE_BLANK)
			continue;
		if (*p == '\n')
			in->line++;
		else if (*p == '#') {
			p = memchr(p, '\n', (size_t)(end - p));
			if (p == NULL)
				break;
			in->line++;
		} else if (*p != '\r' ||
		    !at_line_end(l, in, (size_t)(p - in->text.p))) {
			in->pos = (size_t)(p - in->text.p);
			return true;
		}
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

/* Are these all digits? */
static bool
is_number(struct slice s)
{
	size_t	i = 0;

	while (i < s.n && (unsigned)s.p[i] - '0' <= 9)
		i++;
	return i > 0 && i == s.n;
}

uint64_t
lex_number(const struct lexeme *lex)
{
	uint64_t	value = 0;

	for (size_t i = 0; lex->kind == LEX_NUMBER && i < lex->text.n; i++) {
		const unsigned	 digit = (unsigned)lex->text.p[i] - '0';

		if (value > (UINT64_MAX - digit) / 10)
			return UINT64_MAX;
		value = value * 10 + digit;
	}
	return value;
}

/* What a word is depends on all of it. */
static void
classify(struct lexeme *lex)
{
	const struct slice	word = lex->text;
	const uint8_t		only = word.n == 1 ? word.p[0] : 0;

	lex->kind = LEX_STRING;
	if (only == '{')
		lex->kind = LEX_OPEN;
	else if (only == '}')
		lex->kind = LEX_CLOSE;
	else if (only == '!')
		lex->key = KEY_NOT;
	else if (word.p[0] < 'a')		/* no keyword has capitals */
		lex->kind = is_number(word) ? LEX_NUMBER : LEX_STRING;
	else
		lex->key = keyword_find(word);
	if (lex->key != KEY_NONE)
		lex->kind = LEX_KEYWORD;
}

#define EACH(byte)	((byte) * UINT64_C(0x0101010101010101))
/* The highest bit of each byte of W, all below 0x80, that is at least LEAST. */
#define REACH(w, least)	((w) + EACH(UINT64_C(0x80) - (least)))

/*
 * Pass over bytes of a word, eight at once: those that end one are ; < > or
 * below '-', where hardly any other stands. It may stop too early.
 */
static inline const uint8_t *
skip_word(const uint8_t *p, const uint8_t *end)
{
	for (; end - p >= 8; p += 8) {
		const uint64_t	v = le64(p), w = v & EACH(0x7f);
		const uint64_t	at = (~REACH(w, '-') | (REACH(w, ';') &
		    ~REACH(w, '?'))) & ~v & EACH(0x80);

		if (at != 0)
			return p + __builtin_ctzll(at) / 8;
	}
	return p;
}

/* The end of a word as most are. */
static inline const uint8_t *
plain_end(const uint8_t *p, const uint8_t *end)
{
	p = skip_word(p, end);
	while (p < end && bytes[*p] == BYTE_WORD)
		p++;
	return p;
}

/*
 * A word with bytes that are not of words everywhere, the first of them at P.
 * Returns its end. NUL: the first of it; or NULL.
 */
static const uint8_t *
odd_end(struct lexer *l, struct lex_input *in, const uint8_t *p,
    const uint8_t **nul)
{
	const uint8_t	*const end = in->text.p + in->text.n;

	while (p < end && bytes[*p] == BYTE_ODD && (*p != '\r' ||
	    !at_line_end(l, in, (size_t)(p - in->text.p)))) {
		if (*p == '\0' && *nul == NULL)
			*nul = p;
		p = plain_end(p + 1, end);
	}
	return p;
}

/* What is not as most words are, from its first odd byte at END on. */
static const uint8_t *
take_odd(struct lexer *l, struct lex_input *in, struct lexeme *lex,
    const uint8_t *end)
{
	const uint8_t	*const from = in->text.p + in->pos, *nul = NULL;
	const uint8_t	*const odd = end;

	end = odd_end(l, in, end, &nul);
	lex->text = (struct slice){ from, (size_t)(end - from) };
	if (nul == NULL)
		classify(lex);
	else {					/* never a keyword */
		lex->kind = LEX_STRING;
		lex->text.n = (size_t)(nul - from);
	}
	lex->plain = end == odd;
	return end;
}

static void
take_word(struct lexer *l, struct lex_input *in, struct lexeme *lex)
{
	const uint8_t	*const from = in->text.p + in->pos;
	const uint8_t	*const last = in->text.p + in->text.n;
	const uint8_t	*end = plain_end(from, last);

	if (end < last && bytes[*end] == BYTE_ODD)
		end = take_odd(l, in, lex, end);
	else {
		lex->text = (struct slice){ from, (size_t)(end - from) };
		classify(lex);
		lex->plain = true;
	}
	lex->plain &= lex->kind == LEX_STRING || lex->kind == LEX_NUMBER;
	lex->at = span_of(in, in->pos, (size_t)(end - in->text.p), in->line);
	in->pos = (size_t)(end - in->text.p);
}

/* One byte that is a lexeme whatever stands behind it. */
static void
take_mark(struct lex_input *in, struct lexeme *lex, enum lex_kind kind)
{
	lex->kind = kind;
	lex->at = span_of(in, in->pos, in->pos + 1, in->line);
	lex->text = (struct slice){ in->text.p + in->pos, 1 };
	in->pos++;
}

void
lex_next(struct lexer *l, struct lexeme *lex)
{
	static const uint8_t	 marks[256] = {
		[';'] = LEX_SEMICOLON, [','] = LEX_COMMA,
		['<'] = LEX_LESS, ['>'] = LEX_MORE,
	};
	struct lex_input	*in = &l->inputs[l->depth - 1];
	uint8_t			 first;

	*lex = (struct lexeme){ .kind = LEX_END };
	while (!skip_space(l, in)) {
		if (l->depth == 1) {
			lex->at = span_of(in, in->pos, in->pos, in->line);
			return;
		}
		l->depth--;
		in--;
	}
	first = in->text.p[in->pos];
	if (marks[first] != 0)
		take_mark(in, lex, marks[first]);
	else if (first == '"')
		take_string(l, in, lex);
	else
		take_word(l, in, lex);
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
	if (s.n == 0 || s.p[0] == '#' || slice_is(s, "!") ||
	    slice_is(s, "{") || slice_is(s, "}") || is_number(s) ||
	    keyword_find(s) != KEY_NONE)
		return true;
	for (size_t i = 0; i < s.n; i++)
		if (bytes[s.p[i]] != BYTE_WORD)
			return true;
	return false;
}
