/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * regex.c - regular expressions, read into a tree.
 *
 * By recursive descent, at most REGEX_NEST_MAX deep. Wherever versions of PCRE2
 * read something in different ways, or its manual leaves a doubt, the reader
 * gives up: to be refused costs time, to be misread costs an alert.
 *
 * All that does not bear on whether there is a match is dropped: names of
 * groups, what is captured, greed. In the places where PCRE2 stops repeating a
 * group that has matched nothing, repeating it would have led nowhere else.
 */
#include "base/regex.h"

#define NAME_MAX_BYTES	32u		/* of a group */

struct reader {
	struct arena	*arena;
	struct slice	 s;
	size_t		 pos;
	unsigned	 depth;
	bool		 refused;
	bool		 any_case;	/* (?i) */
	bool		 dot_all;	/* (?s) */
	bool		 quoted;	/* between \Q and \E */
	bool		 wider;		/* see regex_read_wider() */
};

static struct regex	*read_either(struct reader *);

/* Nodes. */

static struct regex *
node(struct reader *r, enum regex_kind kind)
{
	struct regex	*x = arena_alloc(r->arena, sizeof(*x));

	x->kind = kind;
	return x;
}

static struct regex *
refuse(struct reader *r)
{
	r->refused = true;
	return NULL;
}

static struct regex *
node_set(struct reader *r, struct byteset set)
{
	struct regex	*x = node(r, REGEX_BYTE);

	x->set = set;
	return x;
}

static struct regex *
node_byte(struct reader *r, unsigned byte)
{
	struct byteset	 set = byteset_of((uint8_t)byte);

	if (r->any_case)
		byteset_fold(&set);
	return node_set(r, set);
}

static struct regex *
node_assert(struct reader *r, enum regex_assert what)
{
	struct regex	*x = node(r, REGEX_ASSERT);

	x->what = what;
	return x;
}

/* What a reference may be to. */
static struct regex *
node_anything(struct reader *r)
{
	struct byteset	 all = { { 0 } };
	struct regex	*x = node(r, REGEX_REPEAT);

	byteset_invert(&all);
	x->max = REGEX_EVER;
	x->parts = node_set(r, all);
	return x;
}

/* Reading. */

static bool
at_end(const struct reader *r)
{
	return r->pos >= r->s.n;
}

/* The byte at hand, or the one so far behind it; NUL at the end. */
static uint8_t
peek(const struct reader *r, size_t ahead)
{
	return ahead < r->s.n - r->pos ? r->s.p[r->pos + ahead] : 0;
}

/* Mostly the first byte tells. */
static bool
next_is(const struct reader *r, const char *text)
{
	const struct slice	 rest = { r->s.p + r->pos, r->s.n - r->pos };

	return rest.n > 0 && rest.p[0] == (uint8_t)text[0] &&
	    slice_has_prefix(rest, slice_str(text));
}

static bool
take(struct reader *r, const char *text)
{
	if (!next_is(r, text))
		return false;
	r->pos += strlen(text);
	return true;
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The value of a digit in base 8 or 16; BASE when it is none. */
static unsigned
digit_value(uint8_t c, unsigned base)
{
	unsigned	 v = base;

	if (is_digit(c))
		v = (unsigned)(c - '0');
	else if (c >= 'a' && c <= 'f')
		v = (unsigned)(c - 'a') + 10;
	else if (c >= 'A' && c <= 'F')
		v = (unsigned)(c - 'A') + 10;
	return v < base ? v : base;
}

/* At least one digit and at most MOST, for a byte. */
static unsigned
read_number(struct reader *r, unsigned base, unsigned most)
{
	unsigned	 v = 0, n = 0, d;

	while (n < most && (d = digit_value(peek(r, 0), base)) < base) {
		v = v * base + d;
		if (v > UINT8_MAX)
			break;
		r->pos++;
		n++;
	}
	if (n == 0 || v > UINT8_MAX)
		(void)refuse(r);
	return v & UINT8_MAX;
}

/* The same in braces, of which the first was read. */
static unsigned
read_braced(struct reader *r, unsigned base)
{
	const unsigned	 v = read_number(r, base, 8);

	if (!take(r, "}"))
		(void)refuse(r);
	return v;
}

/*
 * An escape that means one byte; the backslash and LETTER were read. Digits
 * but 0 may be references.
 */
static unsigned
read_escaped_byte(struct reader *r, uint8_t letter)
{
	static const char	 letters[] = "aefnrt";
	static const uint8_t	 bytes[] = { 7, 27, 12, 10, 13, 9 };
	const char		*known;
	uint8_t			 c;

	if (!is_letter(letter) && !is_digit(letter))
		return letter;
	if ((known = strchr(letters, letter)) != NULL)
		return bytes[known - letters];
	switch (letter) {
	case 'x':
		return take(r, "{") ? read_braced(r, 16) :
		    read_number(r, 16, 2);
	case 'o':
		if (take(r, "{"))
			return read_braced(r, 8);
		break;
	case '0':
		if (digit_value(peek(r, 0), 8) == 8)
			return 0;
		return read_number(r, 8, 2);
	case 'c':
		c = peek(r, 0);
		if (c < 32 || c > 126)
			break;
		r->pos++;
		if (c >= 'a' && c <= 'z')
			c = (uint8_t)(c - 'a' + 'A');
		return c ^ 0x40u;
	}
	(void)refuse(r);
	return 0;
}

/* Classes in brackets. */

/* `[:name:]`, of which nothing was read. */
static void
read_posix(struct reader *r, struct byteset *set)
{
	struct byteset	 named;
	struct slice	 name = { NULL, 0 };
	bool		 inverted;

	if (!take(r, "[:")) {
		(void)refuse(r);
		return;
	}
	inverted = take(r, "^");
	name.p = r->s.p + r->pos;
	while (is_letter(peek(r, 0))) {
		name.n++;
		r->pos++;
	}
	if (!take(r, ":]")) {
		(void)refuse(r);
		return;
	}
	/* Without case all letters are both. */
	if (r->any_case && (slice_is(name, "upper") || slice_is(name, "lower")))
		name = slice_str("alpha");
	if (!byteset_named(name, &named)) {
		(void)refuse(r);
		return;
	}
	if (inverted)
		byteset_invert(&named);
	byteset_join(set, &named);
}

/*
 * One byte of a class, for *BYTE; or a set, which is joined to SET, and false.
 * \b is a backspace here.
 */
static bool
read_member(struct reader *r, struct byteset *set, unsigned *byte)
{
	const uint8_t	 c = peek(r, 0), letter = peek(r, 1);
	struct byteset	 several;

	if (c == '[' && (letter == ':' || letter == '.' || letter == '=')) {
		read_posix(r, set);
		return false;
	}
	r->pos++;
	if (c != '\\') {
		*byte = c;
		return true;
	}
	if (at_end(r)) {
		(void)refuse(r);
		return false;
	}
	r->pos++;
	if (byteset_escaped(letter, &several)) {
		byteset_join(set, &several);
		return false;
	}
	*byte = letter == 'b' ? 8 : read_escaped_byte(r, letter);
	return true;
}

/*
 * A hyphen is itself at either end, or it makes a range of two bytes: anywhere
 * else the reader would have to know which version it is.
 */
static void
read_members(struct reader *r, struct byteset *set)
{
	const size_t	 first = r->pos;
	unsigned	 from = 0, to = 0;
	bool		 one;

	while (!r->refused && (r->pos == first || peek(r, 0) != ']')) {
		if (at_end(r) || (peek(r, 0) == '-' && r->pos != first &&
		    peek(r, 1) != ']')) {
			(void)refuse(r);
			return;
		}
		one = read_member(r, set, &from);
		if (r->refused)
			return;
		if (peek(r, 0) == '-' && peek(r, 1) != ']') {
			r->pos++;
			if (!one || from == '-' || at_end(r) ||
			    !read_member(r, set, &to) || to < from) {
				(void)refuse(r);
				return;
			}
			byteset_add(set, from, to);
		} else if (one)
			byteset_add(set, from, from);
	}
}

/* Does it go on like a named class, which would be a mistake here? */
static bool
looks_named(const struct reader *r)
{
	const uint8_t	 mark = peek(r, 0);

	if (mark != ':' && mark != '.' && mark != '=')
		return false;
	for (size_t i = 1; i < r->s.n - r->pos; i++)
		if (peek(r, i) == ']' && peek(r, i - 1) == mark)
			return true;
	return false;
}

/* The bracket was read. */
static struct regex *
read_class(struct reader *r)
{
	struct byteset	 set = { { 0 } };
	bool		 inverted;

	if (looks_named(r))
		return refuse(r);
	inverted = take(r, "^");
	read_members(r, &set);
	if (r->refused || !take(r, "]"))
		return refuse(r);
	if (r->any_case)
		byteset_fold(&set);
	if (inverted)
		byteset_invert(&set);
	return node_set(r, set);
}

/* Groups. */

/* Letters of (?i) and (?s), to be set or, behind a hyphen, taken back. */
static bool
read_options(struct reader *r)
{
	bool	 on = true;

	for (;; r->pos++) {
		switch (peek(r, 0)) {
		case 'i':
			r->any_case = on;
			break;
		case 's':
			r->dot_all = on;
			break;
		case '-':
			if (!on)
				return false;
			on = false;
			break;
		default:
			return true;
		}
	}
}

/* A name that all versions allow. */
static bool
read_name(struct reader *r, char end)
{
	const size_t	 first = r->pos;

	if (is_digit(peek(r, 0)))
		return false;
	while (is_letter(peek(r, 0)) || is_digit(peek(r, 0)) ||
	    peek(r, 0) == '_')
		r->pos++;
	return r->pos > first && r->pos - first <= NAME_MAX_BYTES &&
	    take(r, (const char[]){ end, '\0' });
}

/* What stands between the parenthesis and the group itself. */
static bool
read_opening(struct reader *r)
{
	if (peek(r, 0) == '*')
		return false;			/* a verb */
	if (!take(r, "?"))
		return true;
	if (take(r, ":") || (r->wider && take(r, ">")))
		return true;
	if (take(r, "'"))
		return read_name(r, '\'');
	if (next_is(r, "<=") || next_is(r, "<!"))
		return false;
	if (take(r, "P<") || take(r, "<"))
		return read_name(r, '>');
	return read_options(r) && take(r, ":");
}

static bool
take_look(struct reader *r)
{
	return take(r, "?=") || take(r, "?!") || take(r, "?<=") ||
	    take(r, "?<!");
}

/*
 * The parenthesis was read. Options that are changed within a group last until
 * its end, in later alternatives too.
 */
static struct regex *
read_group(struct reader *r)
{
	const bool	 any_case = r->any_case, dot_all = r->dot_all;
	bool		 looks;
	struct regex	*x;

	if (r->wider && take(r, "?P="))
		return read_name(r, ')') ? node_anything(r) : refuse(r);
	looks = r->wider && take_look(r);
	if (++r->depth > REGEX_NEST_MAX || (!looks && !read_opening(r)))
		return refuse(r);
	x = read_either(r);
	r->depth--;
	r->any_case = any_case;
	r->dot_all = dot_all;
	if (r->refused || !take(r, ")"))
		return refuse(r);
	return looks ? node(r, REGEX_ROW) : x;
}

/* Elements. */

/*
 * A reference by number or name; the backslash and LETTER were read. Where it
 * is a byte in octal instead, that and the digits behind it are something, too.
 */
static bool
take_reference(struct reader *r, uint8_t letter)
{
	if (letter >= '1' && letter <= '9') {
		while (is_digit(peek(r, 0)))
			r->pos++;
		return true;
	}
	if (letter == 'k')
		return take(r, "<") ? read_name(r, '>') : take(r, "'") ?
		    read_name(r, '\'') : take(r, "{") && read_name(r, '}');
	if (letter != 'g' || !take(r, "{"))
		return false;
	(void)take(r, "-");
	if (!is_digit(peek(r, 0)))
		return read_name(r, '}');
	while (is_digit(peek(r, 0)))
		r->pos++;
	return take(r, "}");
}

static struct regex *
read_escape(struct reader *r)
{
	const uint8_t	 letter = peek(r, 0);
	struct byteset	 set;

	if (at_end(r))
		return refuse(r);
	r->pos++;
	if (byteset_escaped(letter, &set))
		return node_set(r, set);
	switch (letter) {
	case 'A':
		return node_assert(r, ASSERT_BEGIN);
	case 'z':
		return node_assert(r, ASSERT_END);
	case 'Z':
		return node_assert(r, ASSERT_DOLLAR);
	case 'b':
		return node_assert(r, ASSERT_WORD);
	case 'B':
		return node_assert(r, ASSERT_NOT_WORD);
	case 'N':
		if (peek(r, 0) == '{')
			return refuse(r);
		set = byteset_of('\n');
		byteset_invert(&set);
		return node_set(r, set);
	}
	if (r->wider && take_reference(r, letter))
		return node_anything(r);
	return node_byte(r, read_escaped_byte(r, letter));
}

static struct regex *
read_element(struct reader *r)
{
	struct byteset	 set;
	const uint8_t	 c = peek(r, 0);

	r->pos++;
	if (r->quoted)
		return node_byte(r, c);
	switch (c) {
	case '\\':
		return read_escape(r);
	case '[':
		return read_class(r);
	case '(':
		return read_group(r);
	case '^':
		return node_assert(r, ASSERT_BEGIN);
	case '$':
		return node_assert(r, ASSERT_DOLLAR);
	case '.':
		set = byteset_of('\n');
		if (r->dot_all)
			set = (struct byteset){ { 0 } };
		byteset_invert(&set);
		return node_set(r, set);
	case '*':
	case '+':
	case '?':
		return refuse(r);
	case '{':
		/* Versions differ in what is a quantifier. */
		if (is_digit(peek(r, 0)) || peek(r, 0) == ',' ||
		    peek(r, 0) == ' ' || peek(r, 0) == '\t')
			return refuse(r);
		break;
	}
	return node_byte(r, c);
}

/* A number of times, at most 65535 as in PCRE2; false: no digits. */
static bool
read_times(struct reader *r, uint32_t *to)
{
	if (!is_digit(peek(r, 0)))
		return false;
	*to = 0;
	while (is_digit(peek(r, 0)) && *to <= UINT16_MAX)
		*to = *to * 10 + (uint32_t)(r->s.p[r->pos++] - '0');
	if (*to > UINT16_MAX)
		(void)refuse(r);
	return true;
}

/* Is there a quantifier? */
static bool
read_quantifier(struct reader *r, uint32_t *min, uint32_t *max)
{
	*min = 0;
	*max = REGEX_EVER;
	if (take(r, "*"))
		return true;
	if (take(r, "+")) {
		*min = 1;
		return true;
	}
	if (take(r, "?")) {
		*max = 1;
		return true;
	}
	if (!(peek(r, 0) == '{' && is_digit(peek(r, 1))))
		return false;
	r->pos++;
	(void)read_times(r, min);
	if (!take(r, ","))
		*max = *min;
	else
		(void)read_times(r, max);	/* or none, for ever */
	/* PCRE2 has been seen to err about what must not be there at all. */
	if (!take(r, "}") || *max < *min || *max == 0)
		(void)refuse(r);
	return true;
}

/* A second quantifier, or one that makes the first possessive. */
static bool
repeats(const struct reader *r)
{
	const uint8_t	 c = peek(r, 0);

	return c == '+' || c == '*' || c == '?' || c == '{';
}

static struct regex *
read_repeated(struct reader *r)
{
	struct regex	*x = read_element(r), *repeat;
	uint32_t	 min, max;

	if (r->quoted && take(r, "\\E"))
		r->quoted = false;
	if (r->refused || r->quoted || !read_quantifier(r, &min, &max))
		return x;
	if (!take(r, "?") && r->wider)		/* lazy */
		(void)take(r, "+");		/* possessive */
	if (r->refused || x->kind == REGEX_ASSERT || repeats(r))
		return refuse(r);
	repeat = node(r, REGEX_REPEAT);
	repeat->min = min;
	repeat->max = max;
	repeat->parts = x;
	return repeat;
}

/* Options for the rest of the group: (?i), but not (?i:. */
static bool
take_options(struct reader *r)
{
	const struct reader	 before = *r;

	if (take(r, "(?") && read_options(r) && take(r, ")"))
		return true;
	*r = before;
	return false;
}

static bool
take_comment(struct reader *r)
{
	if (!take(r, "(?#"))
		return false;
	while (!at_end(r) && peek(r, 0) != ')')
		r->pos++;
	if (!take(r, ")"))
		(void)refuse(r);
	return true;
}

/* What is in a row and matches nothing; a quantifier behind it is refused. */
static bool
take_nothing(struct reader *r)
{
	if (r->quoted) {
		r->quoted = !take(r, "\\E");
		return !r->quoted;
	}
	if (take(r, "\\Q")) {
		r->quoted = true;
		return true;
	}
	return take_comment(r) || take_options(r);
}

static struct regex *
read_row(struct reader *r)
{
	struct regex	*row = node(r, REGEX_ROW), **to = &row->parts;

	while (!r->refused && !at_end(r) &&
	    (r->quoted || (peek(r, 0) != '|' && peek(r, 0) != ')'))) {
		if (take_nothing(r))
			continue;
		*to = read_repeated(r);
		if (*to != NULL)
			to = &(*to)->next;
	}
	if (row->parts != NULL && row->parts->next == NULL)
		return row->parts;
	return row;
}

static struct regex *
read_either(struct reader *r)
{
	struct regex	*either, *x = read_row(r), **to;

	if (peek(r, 0) != '|')
		return x;
	either = node(r, REGEX_EITHER);
	either->parts = x;
	for (to = &x->next; !r->refused && take(r, "|"); to = &(*to)->next)
		*to = read_row(r);
	return either;
}

static struct regex *
read_pattern(struct arena *arena, struct slice pattern, bool wider)
{
	struct reader	 r = { .arena = arena, .s = pattern, .wider = wider };
	struct regex	*x;

	if (pattern.n == 0)
		return node(&r, REGEX_ROW);
	x = read_either(&r);
	if (r.refused || !at_end(&r) || regtree_size(x) > REGEX_SIZE_MAX)
		return NULL;
	return x;
}

struct regex *
regex_read(struct arena *arena, struct slice pattern)
{
	return read_pattern(arena, pattern, false);
}

struct regex *
regex_read_wider(struct arena *arena, struct slice pattern)
{
	return read_pattern(arena, pattern, true);
}
