/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lex.c - characters to lexemes with positions.
 *
 * Every byte is looked at once, whatever it is, many of them at a glance, which
 * tells where words and blanks end (glance.h). Texts point into the file; only
 * a string with escapes or line ends is built anew. A carriage return before a
 * newline is passed over like a blank, with one warning for each file; anywhere
 * else it is a byte of a word, as form feed and all bytes from 0x80 are.
 */
#include <string.h>

#include "rule/lex.h"

/*
 * What a lexeme is, by its first byte: its kind, if that byte alone tells it. A
 * letter may begin a keyword. Zero is a word that is nothing else.
 */
enum start {
	START_WORD, START_SEMICOLON = LEX_SEMICOLON, START_COMMA = LEX_COMMA,
	START_LESS = LEX_LESS, START_MORE = LEX_MORE,
	START_LETTER, START_DIGIT, START_ALONE, START_OTHER
};
#define START_MARK	START_MORE	/* the last of those of one byte */
_Static_assert(LEX_MORE == LEX_SEMICOLON + 3, "the marks are together");

static const uint8_t starts[256] = {
	['a'] = START_LETTER, ['b'] = START_LETTER, ['c'] = START_LETTER,
	['d'] = START_LETTER, ['e'] = START_LETTER, ['f'] = START_LETTER,
	['g'] = START_LETTER, ['h'] = START_LETTER, ['i'] = START_LETTER,
	['j'] = START_LETTER, ['k'] = START_LETTER, ['l'] = START_LETTER,
	['m'] = START_LETTER, ['n'] = START_LETTER, ['o'] = START_LETTER,
	['p'] = START_LETTER, ['q'] = START_LETTER, ['r'] = START_LETTER,
	['s'] = START_LETTER, ['t'] = START_LETTER, ['u'] = START_LETTER,
	['v'] = START_LETTER, ['w'] = START_LETTER, ['x'] = START_LETTER,
	['y'] = START_LETTER, ['z'] = START_LETTER,
	['0'] = START_DIGIT, ['1'] = START_DIGIT, ['2'] = START_DIGIT,
	['3'] = START_DIGIT, ['4'] = START_DIGIT, ['5'] = START_DIGIT,
	['6'] = START_DIGIT, ['7'] = START_DIGIT, ['8'] = START_DIGIT,
	['9'] = START_DIGIT,
	['{'] = START_ALONE, ['}'] = START_ALONE, ['!'] = START_ALONE,
	[';'] = START_SEMICOLON, [','] = START_COMMA,
	['<'] = START_LESS, ['>'] = START_MORE,
	['"'] = START_OTHER, ['#'] = START_OTHER, ['\r'] = START_OTHER,
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

#define KEYWORD_NEAR	8u	/* bytes of it are compared at once */

/*
 * The same of a word with so many bytes from its first on. False: the keyword
 * there is a long one that begins alike.
 */
static inline bool
keyword_near(struct slice s, enum keyword *key)
{
	const size_t	 n = s.n < KEYWORD_NEAR ? s.n : KEYWORD_NEAR;
	size_t		 at;

	*key = KEY_NONE;
	if (n < 3)
		return true;
	at = KEYWORD_SLOT(s.p[0], s.p[1], s.p[2], s.n);
	if (le64((const uint8_t *)keywords[at].word) !=
	    (le64(s.p) & UINT64_MAX >> (64 - 8 * n)))
		return true;
	*key = (enum keyword)keywords[at].key;
	return keywords[at].word[KEYWORD_NEAR] == '\0' && n == s.n;
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

/* Go on at a byte: the last glance is always one at it. */
static inline void
go_to(struct lex_input *in, size_t pos)
{
	in->pos = pos;
	if (pos - in->last.from >= GLANCE_BYTES)
		in->last = glance_read(in->text, pos);
}

/*
 * Where words begin in what is left of the last glance, for take_near(): one
 * may begin at `pos`, whatever stands before that. Not where there is more to
 * look at, nor at the end of the text.
 */
static void
note_words(struct lex_input *in)
{
	const struct glance	*last = &in->last;
	const size_t		 at = in->pos - last->from;
	const uint64_t		 left = UINT64_MAX << at;

	in->last.lines &= left;
	in->words = last->odd || in->text.n - last->from <
	    GLANCE_BYTES + KEYWORD_NEAR ? 0 : ~last->blanks & left &
	    (last->stops | last->stops << 1 | UINT64_C(1) << at);
}

bool
lex_push(struct lexer *l, uint32_t file)
{
	static const char	 mark[] = "\xef\xbb\xbf";
	struct lex_input	*in;

	if (l->depth == LEX_DEPTH_MAX)
		return false;
	l->in = in = &l->inputs[l->depth++];
	*in = (struct lex_input){
		.text = diags_text(l->diags, file), .file = file, .line = 1
	};
	if (in->text.n == 0)
		in->text = slice_str("");	/* never NULL */
	in->last = glance_read(in->text, 0);
	if (slice_has_prefix(in->text, slice_str(mark))) {
		go_to(in, sizeof(mark) - 1);
		diag_warn(l->diags, DIAG_BYTE_ORDER, span_of(in, 0, in->pos, 1),
		    DIAG_NOTHING, DIAG_NOTHING);
	}
	note_words(in);
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

/* Nothing but blanks is left of the last glance: go on behind it. */
static void __attribute__((noinline))
skip_glance(struct lex_input *in)
{
	uint64_t	 lines = in->last.lines >> (in->pos - in->last.from);

	for (; lines != 0; lines &= lines - 1)
		in->line++;
	go_to(in, in->last.from + GLANCE_BYTES);
}

/* Pass over blanks and the ends of lines. */
static inline void
skip_blanks(struct lex_input *in)
{
	uint64_t	 filled, lines;

	while ((filled = ~in->last.blanks >> (in->pos - in->last.from)) == 0)
		skip_glance(in);
	lines = in->last.lines >> (in->pos - in->last.from) & (filled - 1);
	for (; lines != 0; lines &= lines - 1)	/* before the lowest filled */
		in->line++;
	in->pos += (unsigned)__builtin_ctzll(filled);
}

/* The first stop behind the last glance. */
static size_t __attribute__((noinline))
find_far_stop(struct lex_input *in)
{
	do
		in->last = glance_read(in->text,
		    in->last.from + GLANCE_BYTES);
	while (in->last.stops == 0);
	return in->last.from + (unsigned)__builtin_ctzll(in->last.stops);
}

/* The first stop from POS on, at which the last glance was, too. */
static inline size_t
find_stop(struct lex_input *in, size_t pos)
{
	const uint64_t	 stops = in->last.stops >> (pos - in->last.from);

	return stops == 0 ? find_far_stop(in) :
	    pos + (unsigned)__builtin_ctzll(stops);
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
	*lex = (struct lexeme){ .quoted = true };
	if (i == in->text.n) {
		lex->kind = LEX_BAD;
		lex->at = span_of(in, open, open + 1, line);
		go_to(in, i);
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
	go_to(in, i + 1);
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

/* What a word is depends on all of it; KEY: which keyword, if it is one. */
static inline enum lex_kind
kind_of(struct slice word, enum start start, enum keyword *key)
{
	*key = KEY_NONE;
	switch (start) {
	case START_LETTER:
		*key = keyword_find(word);
		break;
	case START_DIGIT:
		return is_number(word) ? LEX_NUMBER : LEX_STRING;
	case START_ALONE:
		if (word.n > 1)
			break;
		if (word.p[0] != '!')
			return word.p[0] == '{' ? LEX_OPEN : LEX_CLOSE;
		*key = KEY_NOT;
		break;
	case START_WORD:
	case START_SEMICOLON:
	case START_COMMA:
	case START_LESS:
	case START_MORE:
	case START_OTHER:
		break;
	}
	return *key == KEY_NONE ? LEX_STRING : LEX_KEYWORD;
}

static inline void
take_kind(struct lex_input *in, struct lexeme *lex, enum start start,
    size_t end)
{
	const struct slice	 word = { in->text.p + in->pos, end - in->pos };
	enum keyword		 key;
	const enum lex_kind	 kind = kind_of(word, start, &key);

	*lex = (struct lexeme){
		.kind = kind, .key = key,
		.plain = kind == LEX_STRING || kind == LEX_NUMBER,
		.at = span_of(in, in->pos, end, in->line), .text = word
	};
	in->pos = end;
}

/*
 * A word with bytes that are not of words everywhere, the first of them at POS.
 * Returns its end. NUL: the first of it; or NULL.
 */
static size_t
odd_end(struct lexer *l, struct lex_input *in, size_t pos, const uint8_t **nul)
{
	const struct slice	 text = in->text;

	*nul = NULL;
	while (pos < text.n && glance_bytes[text.p[pos]] == BYTE_ODD &&
	    !at_line_end(l, in, pos)) {
		if (text.p[pos] == '\0' && *nul == NULL)
			*nul = text.p + pos;
		if (++pos == in->last.from + GLANCE_BYTES)
			in->last = glance_read(text, pos);
		pos = find_stop(in, pos);
	}
	return pos;
}

/* What may not be as most words are, from its first odd byte at ODD on. */
static void __attribute__((noinline))
take_odd(struct lexer *l, struct lex_input *in, struct lexeme *lex,
    enum start start, size_t odd)
{
	const uint8_t	*nul;
	const size_t	 end = odd_end(l, in, odd, &nul);

	take_kind(in, lex, start, end);
	lex->plain &= end == odd;
	if (nul != NULL) {			/* never a keyword */
		lex->kind = LEX_STRING;
		lex->key = KEY_NONE;
		lex->text.n = (size_t)(nul - lex->text.p);
	}
}

/* One byte that is a lexeme whatever stands behind it. */
static inline void
take_mark(struct lex_input *in, struct lexeme *lex, enum start start)
{
	*lex = (struct lexeme){ .kind = (enum lex_kind)start,
		.at = span_of(in, in->pos, in->pos + 1, in->line),
		.text = { in->text.p + in->pos, 1 } };
	go_to(in, in->pos + 1);
}

/* The end of an input: of the last one, or of one to be left. */
static bool
take_end(struct lexer *l, struct lex_input *in, struct lexeme *lex)
{
	*lex = (struct lexeme){ .kind = LEX_END, .at =
	    span_of(in, in->pos, in->pos, in->line) };
	if (l->depth == 1)
		return true;
	l->depth--;
	l->in--;
	return false;
}

/* Strings and what is rare. False when that was no lexeme, but is behind us. */
static bool __attribute__((noinline))
take_other(struct lexer *l, struct lex_input *in, struct lexeme *lex)
{
	const uint8_t	*const p = in->text.p + in->pos;
	const uint8_t	*newline;

	if (in->pos == in->text.n)
		return take_end(l, in, lex);
	if (*p == '"')
		take_string(l, in, lex);
	else if (*p == '#') {
		newline = memchr(p, '\n', in->text.n - in->pos);
		go_to(in, newline == NULL ? in->text.n :
		    (size_t)(newline - in->text.p));
		return false;
	} else if (at_line_end(l, in, in->pos)) {
		go_to(in, in->pos + 1);
		return false;
	} else				/* a carriage return in a word */
		take_odd(l, in, lex, START_WORD, in->pos);
	return true;
}

/* Whatever comes next, wherever it ends. */
static void __attribute__((noinline))
take_far(struct lexer *l, struct lexeme *lex)
{
	struct lex_input	*in;
	enum start		 start;
	size_t			 stop;

	for (;;) {
		in = l->in;
		go_to(in, in->pos);
		skip_blanks(in);
		start = in->pos == in->text.n ? START_OTHER :
		    (enum start)starts[in->text.p[in->pos]];
		if (start != START_OTHER || take_other(l, in, lex))
			break;
	}
	if (start != START_OTHER && start != START_WORD &&
	    start <= START_MARK)
		take_mark(in, lex, start);
	else if (start != START_OTHER) {
		stop = find_stop(in, in->pos);
		if (in->last.odd)
			take_odd(l, in, lex, start, stop);
		else
			take_kind(in, lex, start, stop);
	}
	note_words(in);
}

/* What begins with a byte that does not tell it. LEX_BAD: look again. */
static inline enum lex_kind
near_kind(struct slice word, enum start start, enum keyword *key)
{
	if (start == START_ALONE && word.n == 1 && word.p[0] != '!')
		return word.p[0] == '{' ? LEX_OPEN : LEX_CLOSE;
	if (start != START_LETTER || !keyword_near(word, key))
		return LEX_BAD;
	return *key == KEY_NONE ? LEX_STRING : LEX_KEYWORD;
}

/* The ends of lines before the next word are behind us. */
static inline void
count_lines(struct lex_input *in, uint64_t lines)
{
	in->last.lines ^= lines;
	for (; lines != 0; lines &= lines - 1)
		in->line++;
}

/*
 * Most lexemes lie in the last glance with the byte behind them: for these all
 * is in a few words of bits. False: this one does not; `pos` is where it was.
 */
static inline bool
take_near(struct lex_input *in, struct lexeme *lex)
{
	const uint64_t	 first = in->words & (~in->words + 1);
	const uint64_t	 stops = in->last.stops & (~first + 1);
	enum keyword	 key = KEY_NONE;
	enum lex_kind	 kind;
	enum start	 start;
	struct slice	 word;
	size_t		 at;

	if (stops == 0)				/* there may be no word left */
		return false;
	in->words ^= first;
	if ((in->last.lines & (first - 1)) != 0)
		count_lines(in, in->last.lines & (first - 1));
	at = (unsigned)__builtin_ctzll(first);
	word.n = (unsigned)__builtin_ctzll(stops) - at;
	word.n += word.n == 0;			/* a mark is its own stop */
	at += in->last.from;
	word.p = in->text.p + at;
	lex->at = span_of(in, at, at + word.n, in->line);
	lex->text = word;
	lex->quoted = false;
	start = (enum start)starts[*word.p];
	kind = start == START_WORD ? LEX_STRING : start <= START_MARK ?
	    (enum lex_kind)start : near_kind(word, start, &key);
	if (kind == LEX_BAD)
		return false;
	lex->kind = kind;
	lex->key = key;
	lex->plain = kind == LEX_STRING;
	in->pos = at + word.n;
	return true;
}

void
lex_next(struct lexer *l, struct lexeme *lex)
{
	if (!take_near(l->in, lex))
		take_far(l, lex);
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
		if (glance_bytes[s.p[i]] != BYTE_WORD)
			return true;
	return false;
}
