/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * token.c - the token table and the functions that walk it.
 *
 * One function decodes every token: it walks the fields of a layout and lets
 * each land in its member. Where an id has two layouts, or a list of strings is
 * shorter than it says, a walk first takes the usual choice everywhere; only
 * when that does not end where the record ends does it try others, each judged
 * by whether the rest of the record then fits. Trials are paid from a budget,
 * so that a hostile record costs a multiple of its size and no more.
 */
#include "bsm/token.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "bsm/layouts.h"
#include "bsm/status.h"

#define NLAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

const struct layout *
token_layouts(size_t *n)
{
	*n = NLAYOUTS;
	return layouts;
}

const struct layout *
layout_find(uint8_t id)
{
	size_t	 lo = 0, hi = NLAYOUTS;

	while (lo < hi) {
		size_t	 mid = lo + (hi - lo) / 2;

		if (layouts[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < NLAYOUTS && layouts[lo].id == id ? &layouts[lo] : NULL;
}

const struct layout *
layout_by_name(struct slice name)
{
	for (size_t i = 0; i < NLAYOUTS; i++)
		if (slice_is(name, layouts[i].name))
			return &layouts[i];
	return NULL;
}

bool
wire_is_number(enum wire w)
{
	switch (w) {
	case W_U8:
	case W_U16:
	case W_U24:
	case W_U32:
	case W_U64:
	case W_ATYPE:
	case W_TID:
		return true;
	case W_STR:
	case W_OPAQUE:
	case W_RAW4:
	case W_RAW16:
	case W_UUID:
	case W_ADDR:
	case W_AT_ADDR:
	case W_STRINGS:
	case W_STRS16:
	case W_ZSTR:
	case W_U32S:
	case W_U32X16:
	case W_ITEMS:
	case W_WORDS:
	case W_N:
		break;
	}
	return false;
}

bool
strings_next(const struct strings *s, size_t *at, struct slice *one)
{
	struct cursor	 c = { s->bytes, *at, 0 };

	if (*at >= s->bytes.n)
		return false;
	if (s->counted)
		*one = cursor_take(&c, (size_t)cursor_uint(&c, 2));
	else
		*one = cursor_zstr(&c, SIZE_MAX);
	if (c.err != 0)
		return false;
	if (one->n > 0 && one->p[one->n - 1] == '\0')
		one->n--;
	*at = c.pos;
	return true;
}

/* A count and NUL-ended strings; fewer than counted are an error here. */
static void
read_strings(struct cursor *c, struct strings *s)
{
	size_t	 start;

	s->claimed = (uint32_t)cursor_uint(c, 4);
	start = c->pos;
	if (s->claimed > cursor_left(c))	/* each needs a byte */
		cursor_fail(c, BSM_ETRUNC);
	for (uint32_t i = 0; i < s->claimed && c->err == 0; i++)
		(void)cursor_zstr(c, SIZE_MAX);
	if (c->err != 0)
		return;
	s->count = s->claimed;
	s->bytes = (struct slice){ c->in.p + start, c->pos - start };
}

static void
read_counted_strings(struct cursor *c, struct strings *s)
{
	size_t	 start;

	s->counted = true;
	s->claimed = (uint32_t)cursor_uint(c, 2);
	start = c->pos;
	for (uint32_t i = 0; i < s->claimed && c->err == 0; i++)
		(void)cursor_take(c, (size_t)cursor_uint(c, 2));
	if (c->err != 0)
		return;
	s->count = s->claimed;
	s->bytes = (struct slice){ c->in.p + start, c->pos - start };
}

/* An address type, which must be the number of bytes of the address. */
static uint64_t
read_address_type(struct cursor *c, unsigned width)
{
	uint64_t	 type = cursor_uint(c, width);

	if (c->err == 0 && type != 4 && type != 16)
		cursor_fail(c, BSM_EADDR);
	return c->err == 0 ? type : 0;
}

static struct slice
read_items(struct cursor *c, uint64_t unit)
{
	static const size_t	 widths[] = { 1, 2, 4, 8 };
	uint64_t		 count = cursor_uint(c, 1);

	if (unit >= sizeof(widths) / sizeof(widths[0])) {
		cursor_fail(c, BSM_EUNIT);
		return (struct slice){ NULL, 0 };
	}
	return cursor_take(c, (size_t)count * widths[unit]);
}

/*
 * Up to a NUL. sun_path holds 108 bytes, but writers do not stop there; without
 * any NUL the path is what is left.
 */
static struct slice
read_zstr(struct cursor *c)
{
	const size_t	 left = cursor_left(c);

	if (c->err == 0 && left > 0 &&
	    memchr(c->in.p + c->pos, 0, left) == NULL)
		return cursor_take(c, left);
	return cursor_zstr(c, SIZE_MAX);
}

static uint64_t
read_number(struct cursor *c, enum wire w)
{
	switch (w) {
	case W_U8:
		return cursor_uint(c, 1);
	case W_U16:
		return cursor_uint(c, 2);
	case W_U24:
		return cursor_uint(c, 3);
	case W_U32:
		return cursor_uint(c, 4);
	case W_ATYPE:
		return read_address_type(c, 2);
	case W_TID:
		if (cursor_uint(c, 1) != 1)
			cursor_fail(c, BSM_EUNKNOWN);
		return 1;
	default:
		return cursor_uint(c, 8);
	}
}

static struct slice
read_slice(struct cursor *c, enum wire w, const struct token *t)
{
	switch (w) {
	case W_STR:
	case W_OPAQUE:
		return cursor_take(c, (size_t)cursor_uint(c, 2));
	case W_RAW4:
		return cursor_take(c, 4);
	case W_RAW16:
	case W_UUID:
		return cursor_take(c, 16);
	case W_ADDR:
		return cursor_take(c, (size_t)read_address_type(c, 4));
	case W_AT_ADDR:
		return cursor_take(c, (size_t)t->sock.atype);
	case W_ZSTR:
		return read_zstr(c);
	case W_U32S:
		return cursor_take(c, 4 * (size_t)cursor_uint(c, 2));
	case W_U32X16:
		return cursor_take(c, 64);
	case W_ITEMS:
		return read_items(c, t->data.unit);
	default:			/* W_WORDS, of a label */
		return cursor_take(c, 4 * (size_t)t->num.v[1]);
	}
}

/* Decode the token at the cursor by this layout. Returns 0 or BSM_E*. */
static int
read_token(struct cursor *c, const struct layout *lay, struct token *t)
{
	*t = (struct token){ .id = lay->id, .layout = lay, .off = c->pos };
	(void)cursor_uint(c, 1);
	for (const struct field *f = lay->fields; f->name != NULL; f++) {
		void	*member = (char *)t + f->at;

		if (wire_is_number(f->wire))
			*(uint64_t *)member = read_number(c, f->wire);
		else if (f->wire == W_STRINGS)
			read_strings(c, member);
		else if (f->wire == W_STRS16)
			read_counted_strings(c, member);
		else
			*(struct slice *)member = read_slice(c, f->wire, t);
	}
	t->len = c->pos - t->off;
	return c->err;
}

static bool
is_solaris(uint8_t version)
{
	return version >= 2 && version <= 4;
}

/* The layout that this version usually means, FIRST being the id's first. */
static const struct layout *
usual_layout(const struct tokens *w, const struct layout *first)
{
	bool		 solaris = is_solaris(w->version);
	struct cursor	 c = w->c;

	if (first->first_for == FOR_BSD)
		return solaris ? first + 1 : first;
	if (first->id == TOK_SOCKET_EX && solaris) {
		uint64_t	 domain;

		(void)cursor_uint(&c, 1);
		domain = cursor_uint(&c, 2);
		if (domain != 2 && domain != 26)	/* PF_INET, PF_INET6 */
			return first + 1;
	}
	return first;
}

/* The other layout of an id that has two; NULL when it has one. */
static const struct layout *
other_layout(const struct layout *lay)
{
	if (lay + 1 < layouts + NLAYOUTS && lay[1].id == lay->id)
		return lay + 1;
	if (lay > layouts && lay[-1].id == lay->id)
		return lay - 1;
	return NULL;
}

static bool	 rest_fits(struct tokens *, size_t *budget, unsigned depth);

/* Take N bytes of work from the budget; false when it is used up. */
static bool
pay(size_t *budget, size_t n)
{
	if (*budget < n) {
		*budget = 0;
		return false;
	}
	*budget -= n;
	return true;
}

/* Would the record fit if this token ended at POS? */
static bool
fits_from(const struct tokens *w, size_t pos, size_t *budget, unsigned depth)
{
	struct tokens	 trial = *w;

	trial.c.pos = pos;
	trial.c.err = 0;
	return rest_fits(&trial, budget, depth);
}

static bool
is_string_list(const struct layout *lay)
{
	return lay->fields[0].wire == W_STRINGS;
}

/* Old OpenBSM wrote a zero byte more for each string, behind the last. */
static bool
read_padded_list(struct tokens *w, const struct layout *lay, struct token *t,
    size_t *budget, unsigned depth)
{
	struct cursor	 c = w->c;
	struct strings	*s = &t->list.list;
	size_t		 end;

	if (!pay(budget, cursor_left(&c)) || read_token(&c, lay, t) != 0)
		return false;
	for (end = c.pos; end < c.in.n && c.in.p[end] == 0 &&
	    end - c.pos < s->count; end++)
		;
	if (end == c.pos || !fits_from(w, end, budget, depth))
		return false;
	s->padding = (struct slice){ c.in.p + c.pos, end - c.pos };
	t->len = end - t->off;
	return true;
}

/* Is this what usually comes behind a list of strings? */
static bool
follows_list(uint8_t id)
{
	switch (id) {
	case TOK_EXEC_ENV:
	case TOK_PATH:
	case TOK_ATTR32:
	case TOK_ATTR64:
	case TOK_SUBJECT32:
	case TOK_SUBJECT64:
	case TOK_SUBJECT32_EX:
	case TOK_SUBJECT64_EX:
	case TOK_TEXT:
	case TOK_DATA:
	case TOK_RETURN32:
	case TOK_RETURN64:
	case TOK_IDENTITY:
		return true;
	default:
		return false;
	}
}

/*
 * macOS drops strings and keeps the count. The first end of a string, of fewer
 * than are claimed, behind which a token begins and the rest of the record
 * fits; 0: there is none. USUAL: only a token that usually comes there, since
 * "/tmp" and its NUL would make a good sequence token.
 */
static size_t
end_of_short_list(const struct tokens *w, bool usual, size_t *budget,
    unsigned depth)
{
	const uint8_t	*p = w->c.in.p;
	size_t		 start = w->c.pos + 5;		/* id and count */
	uint32_t	 left = be32(p + w->c.pos + 1);

	for (size_t end = start; end < w->c.in.n && *budget > 0; end++) {
		if (end > start && p[end - 1] != 0)
			continue;
		if (left == 0 || (end > start && --left == 0))
			break;
		if ((usual ? follows_list(p[end]) :
		    layout_find(p[end]) != NULL) &&
		    fits_from(w, end, budget, depth))
			return end;
	}
	return 0;
}

/*
 * A list of strings whose count does not lead on. One that takes all to the end
 * comes last: the zeros of any later tokens would make strings, too.
 */
static bool
read_odd_list(struct tokens *w, const struct layout *lay, struct token *t,
    size_t *budget, unsigned depth)
{
	const uint8_t	*p = w->c.in.p;
	struct strings	*s = &t->list.list;
	size_t		 n = w->c.in.n, start = w->c.pos + 5, end;

	if (n < start || !pay(budget, n - start))
		return false;
	end = end_of_short_list(w, true, budget, depth);
	if (end == 0 && read_padded_list(w, lay, t, budget, depth))
		return true;
	if (end == 0)
		end = end_of_short_list(w, false, budget, depth);
	if (end == 0 && depth == 1 && n > start && p[n - 1] == 0)
		end = n;
	if (end == 0)
		return false;
	*t = (struct token){ .id = lay->id, .layout = lay, .off = w->c.pos,
	    .len = end - w->c.pos };
	s->claimed = be32(p + w->c.pos + 1);
	s->bytes = (struct slice){ p + start, end - start };
	for (size_t i = start; i < end; i++)
		s->count += p[i] == 0;
	return s->count < s->claimed;
}

/*
 * Decode the next token, trying what is ambiguous. DEPTH counts nested trials.
 * Returns 0 or BSM_E*; the cursor moves only on success.
 */
static int
read_careful(struct tokens *w, const struct layout *first, struct token *t,
    size_t *budget, unsigned depth)
{
	const struct layout	*usual = usual_layout(w, first);
	const struct layout	*tries[2] = { usual, other_layout(usual) };
	bool			 forked = tries[1] != NULL ||
	    is_string_list(usual);

	if (forked && depth < TOKEN_DEPTH) {
		for (size_t i = 0; i < 2 && tries[i] != NULL; i++) {
			struct cursor	 c = w->c;

			if (read_token(&c, tries[i], t) != 0)
				(void)pay(budget, cursor_left(&w->c));
			else if (fits_from(w, c.pos, budget, depth + 1)) {
				w->c = c;
				return 0;
			}
		}
		if (is_string_list(usual) && !w->alone &&
		    read_odd_list(w, usual, t, budget, depth + 1)) {
			w->c.pos += t->len;
			return 0;
		}
	}
	return read_token(&w->c, usual, t);
}

/* Do the tokens from here on end exactly? Takes what it reads from BUDGET. */
static bool
rest_fits(struct tokens *w, size_t *budget, unsigned depth)
{
	struct token	 t;

	while (cursor_left(&w->c) > 0) {
		size_t			 before = w->c.pos;
		const struct layout	*first = layout_find(w->c.in.p[before]);

		if (first == NULL || *budget == 0 ||
		    (w->alone && before > 0 && token_is_header(first->id)))
			return false;
		if (read_careful(w, first, &t, budget, depth) != 0) {
			w->c.pos = before;
			(void)pay(budget, cursor_left(&w->c)); /* it is over */
			return false;
		}
		if (!pay(budget, w->c.pos - before))
			return false;
	}
	return true;
}

/* Do the usual choices lead to the end? *STOP: or else how far. */
static bool
usual_fits(const struct tokens *w, size_t *stop)
{
	struct tokens	 trial = *w;
	size_t		 budget = w->record.n;
	bool		 fits = rest_fits(&trial, &budget, TOKEN_DEPTH);

	*stop = trial.c.pos;
	return fits;
}

void
tokens_begin(struct tokens *w, struct slice record)
{
	size_t	 n = record.n, stop;

	*w = (struct tokens){ .record = record };
	if (n >= HEADER_MIN && token_is_header(record.p[0])) {
		const uint8_t	*end = record.p + n - TRAILER_SIZE;

		w->version = record.p[5];
		w->trailer = n >= HEADER_MIN + TRAILER_SIZE &&
		    end[0] == TOK_TRAILER && be16(end + 1) == TRAILER_MAGIC &&
		    be32(end + 3) == n;
	}
	w->c.in = (struct slice){ record.p, w->trailer ? n - TRAILER_SIZE : n };
	w->careful = !usual_fits(w, &stop);
	w->budget = TOKEN_TRIALS * n;
}

bool
tokens_fit(struct slice bytes, uint8_t version, bool *header)
{
	struct tokens	 w = { .c.in = bytes, .record = bytes,
	    .version = version, .alone = true };
	size_t		 budget = TOKEN_TRIALS * bytes.n, stop;

	*header = false;
	if (usual_fits(&w, &stop))
		return true;
	*header = stop < bytes.n && token_is_header(bytes.p[stop]);
	return !*header && rest_fits(&w, &budget, 0);
}

int
tokens_next(struct tokens *w, struct token *t)
{
	const struct layout	*first;
	size_t			 at = w->c.pos;
	int			 status;

	if (cursor_left(&w->c) == 0 && w->trailer &&
	    w->c.in.n < w->record.n)
		w->c.in.n = w->record.n;	/* now the trailer itself */
	if (cursor_left(&w->c) == 0)
		return 0;
	first = layout_find(w->c.in.p[at]);
	if (first == NULL)
		status = BSM_EUNKNOWN;
	else if (w->careful)
		status = read_careful(w, first, t, &w->budget, 0);
	else
		status = read_token(&w->c, usual_layout(w, first), t);
	if (status == 0)
		return 1;
	*t = (struct token){ .id = w->c.in.p[at], .off = at,
	    .len = w->c.in.n - at };
	w->c.pos = w->c.in.n;
	w->c.err = 0;
	return status;
}

/* How to tell the size of a token without decoding it. */
#define SIZE_FIXED	0, TOKEN_HOP
#define SIZE_LEN16	UINT16_MAX, TOKEN_HOP
#define SIZE_ADDR32	0, TOKEN_ADDR32
#define SIZE_STRINGS	0, TOKEN_STRINGS
#define SIZE_GROUPS	0, TOKEN_GROUPS
#define SIZE_HEADER	0, TOKEN_HEADER

/* Checked against the table by tests/unit/test_token.c. */
const struct token_sizing	token_sizings[256] = {
	[0x11] = { 11, SIZE_LEN16 },	[0x13] = { 7, SIZE_FIXED },
	[0x14] = { 18, SIZE_FIXED },	[0x15] = { 22, SIZE_HEADER },
	[0x20] = { 3, SIZE_LEN16 },
	[0x22] = { 6, SIZE_FIXED },	[0x23] = { 3, SIZE_LEN16 },
	[0x24] = { SUBJECT32_SIZE, SIZE_FIXED },
	[0x26] = { 37, SIZE_FIXED },
	[0x27] = { RETURN32_SIZE, SIZE_FIXED },
	[0x28] = { 3, SIZE_LEN16 },
	[0x29] = { 3, SIZE_LEN16 },	[0x2a] = { 5, SIZE_FIXED },
	[0x2b] = { 21, SIZE_FIXED },	[0x2c] = { 3, SIZE_FIXED },
	[0x2d] = { 8, SIZE_LEN16 },	[0x2f] = { 5, SIZE_FIXED },
	[0x30] = { 13, SIZE_FIXED },	[0x31] = { 25, SIZE_FIXED },
	[0x34] = { 65, SIZE_FIXED },	[0x35] = { 13, SIZE_FIXED },
	[0x36] = { 7, SIZE_LEN16 },	[0x39] = { 4, SIZE_LEN16 },
	[0x3a] = { 5, SIZE_FIXED },	[0x3b] = { 3, SIZE_GROUPS },
	[0x3c] = { 5, SIZE_STRINGS },	[0x3d] = { 5, SIZE_STRINGS },
	[0x3e] = { ATTR32_SIZE, SIZE_FIXED },	[0x52] = { 9, SIZE_FIXED },
	[0x60] = { 3, SIZE_LEN16 },	[0x70] = { 5, SIZE_FIXED },
	[0x71] = { 12, SIZE_LEN16 },	[0x72] = { 10, SIZE_FIXED },
	[0x73] = { 33, SIZE_FIXED },	[0x74] = { 26, SIZE_FIXED },
	[0x75] = { 41, SIZE_FIXED },	[0x77] = { 41, SIZE_FIXED },
	[0x78] = { 19, SIZE_LEN16 },	[0x79] = { 30, SIZE_HEADER },
	[0x7a] = { 37, SIZE_ADDR32 },
	[0x7b] = { 37, SIZE_ADDR32 },	[0x7c] = { 41, SIZE_ADDR32 },
	[0x7d] = { 41, SIZE_ADDR32 },	[0x7e] = { 5, SIZE_ADDR32 },
	[0x80] = { 9, SIZE_FIXED },	[0x81] = { 21, SIZE_FIXED },
	[0x83] = { 17, SIZE_FIXED },	[0x84] = { 20, SIZE_LEN16 },
	[0x85] = { 20, SIZE_LEN16 },
};

#define LINE	64u			/* bytes that are looked at in one go */

/* A bit for each of 16 bytes that is zero, the first one lowest. */
#ifdef __SSE2__
static inline uint64_t
zeros_in_lane(const uint8_t *p)
{
	const __m128i	 here = _mm_loadu_si128((const void *)p);

	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(here,
	    _mm_setzero_si128()));
}
#else
static inline uint64_t
zeros_in_word(const uint8_t *p)
{
	const uint64_t	 low = UINT64_C(0x7f7f7f7f7f7f7f7f);
	const uint64_t	 w = le64(p);
	const uint64_t	 tops = ~(((w & low) + low) | w | low);

	/* Each of these top bits to its place in the topmost byte. */
	return (tops >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

static inline uint64_t
zeros_in_lane(const uint8_t *p)
{
	return zeros_in_word(p) | zeros_in_word(p + 8) << 8;
}
#endif

static inline uint64_t
zeros_in_line(const uint8_t *p)
{
	return zeros_in_lane(p) | zeros_in_lane(p + 16) << 16 |
	    zeros_in_lane(p + 32) << 32 | zeros_in_lane(p + 48) << 48;
}

/*
 * Bytes of COUNT strings, each up to its NUL; 0 when they do not fit. Most are
 * so short that a search for each would take longer to begin than to end.
 */
static size_t
strings_size(const uint8_t *p, size_t left, uint32_t count)
{
	size_t	 at = 0;

	if (count == 0)
		return 0;
	for (; left - at >= LINE; at += LINE)
		for (uint64_t z = zeros_in_line(p + at); z != 0; z &= z - 1)
			if (--count == 0)
				return at + (unsigned)__builtin_ctzll(z) + 1;
	for (; at < left; at++)
		if (p[at] == 0 && --count == 0)
			return at + 1;
	return 0;
}

size_t
token_size_strings(const uint8_t *p, size_t left)
{
	const uint32_t	 count = left < 5 ? 0 : be32(p + 1);
	size_t		 size;

	if (left < 5)
		return 0;
	size = strings_size(p + 5, left - 5, count);
	return size == 0 && count > 0 ? 0 : size + 5;
}

size_t
token_size_slow(const uint8_t *p, size_t left)
{
	const struct token_sizing	 s = token_sizings[p[0]];
	size_t				 more = 0;

	if (left < s.fixed)
		return 0;
	switch ((enum token_how)s.how) {
	case TOKEN_DECODE:
		return 0;
	case TOKEN_HOP:
		more = be16(p + s.fixed - 2) & s.mask;
		break;
	case TOKEN_ADDR32:
	case TOKEN_HEADER:
		more = be32(p + (s.how == TOKEN_HEADER ? 10 : s.fixed - 4));
		if (more != 4 && more != 16)
			return 0;
		break;
	case TOKEN_GROUPS:
		more = 4 * (size_t)be16(p + 1);
		break;
	case TOKEN_STRINGS:
		return token_size_strings(p, left);
	}
	return more <= left - s.fixed ? s.fixed + more : 0;
}
