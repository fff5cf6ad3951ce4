/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonhop.c - the tokens of a record as JSON, without decoding them.
 *
 * As texthop.c does for text: where token_size() leads from token to token to
 * the end of the record, each token has one layout and is what that layout
 * says, so the values can be written from where they stand, and give the same
 * bytes again. Everything but values has been escaped once, by base/json.c:
 * what stands before the first value of a token, and what stands behind each.
 * Strings that need escaping are left to it as well.
 *
 * Most of a record is numbers, so they are the path that is kept straight: the
 * eight bytes from where a number begins are loaded whatever its width, shifted
 * down to it, and written without asking how many digits it has; then sixteen
 * bytes are moved whatever the next key's length. In the last bytes of a record
 * there are no eight to load: then the last eight of it are, and shifted up.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "print/hop.h"
#include "print/jsonform.h"
#include "print/jsonhop.h"
#include "print/spell.h"

#define BEGIN_MAX 48u			/* bytes: ,{"token":"text","text": */
#define AFTER_MAX 16u			/* bytes: ,"modifier": */

#define ONES	UINT64_C(0x0101010101010101)
#define TOPS	UINT64_C(0x8080808080808080)

struct step {
	uint8_t		 after[AFTER_MAX];	/* the next key, or } */
	uint8_t		 after_n;
	uint8_t		 width;		/* bytes of a number; else 0 */
	uint8_t		 shift;		/* bits of eight bytes above it */
	uint8_t		 wire;
};

struct plan {
	uint8_t		 begin[BEGIN_MAX];
	uint8_t		 begin_n;
	uint8_t		 skip;		/* bytes before the first value */
	struct step	*steps;		/* the last one has the wire W_N */
	size_t		 room;		/* bytes but for those of strings */
};

struct jsonhop {
	struct plan	*plans;
	struct step	*steps;
	const struct plan *by_id[256];	/* NULL: has to be decoded */
};

/* A record under way. */
struct trip {
	struct buf	*out;
	uint8_t		*limit;		/* where OUT ends */
	size_t		 room;		/* bytes the token at hand may need */
	const uint8_t	*last;		/* eight bytes of the record */
};

static bool
is_plain(enum wire w)
{
	switch (w) {
	case W_U8:
	case W_U16:
	case W_U24:
	case W_U32:
	case W_U64:
	case W_STR:
	case W_OPAQUE:
	case W_RAW4:
	case W_RAW16:
	case W_ADDR:
	case W_UUID:
	case W_STRINGS:
	case W_U32S:
	case W_U32X16:
		return true;
	case W_ATYPE:
	case W_AT_ADDR:
	case W_STRS16:
	case W_ZSTR:
	case W_ITEMS:
	case W_WORDS:
	case W_TID:
	case W_N:
		break;
	}
	return false;
}

/* Keep what was written to B, of which there must be at most MAX bytes. */
static bool
keep(uint8_t *to, uint8_t *n, size_t max, struct buf *b)
{
	const bool	 fits = b->n <= max;

	if (fits) {
		memcpy(to, b->p, b->n);
		*n = (uint8_t)b->n;
	}
	buf_clear(b);
	return fits;
}

/* False when tokens of this layout have to be decoded. */
static bool
make_plan(struct plan *p, const struct layout *lay, struct buf *b)
{
	const struct field	*f = lay->fields;
	struct step		*s = p->steps;
	bool			 good = lay->first_for == FOR_ALL;
	struct json		 j;

	p->skip = 1;
	if (lay->id == TOK_TRAILER) {	/* its magic is not shown */
		p->skip += wire_width(f->wire);
		f++;
	}
	json_init(&j, b);
	j.comma[++j.depth] = true;	/* it stands in an array */
	json_begin_object(&j);
	json_key(&j, "token");
	json_cstr(&j, lay->name);
	json_key(&j, f->name);
	good &= keep(p->begin, &p->begin_n, BEGIN_MAX, b);
	for (; f->name != NULL; f++, s++) {
		j.comma[j.depth] = true;	/* behind the value */
		if (f[1].name != NULL)
			json_key(&j, f[1].name);
		else
			json_end_object(&j);
		good &= keep(s->after, &s->after_n, AFTER_MAX, b) &&
		    is_plain(f->wire);
		s->wire = (uint8_t)f->wire;
		s->width = wire_width(f->wire);
		s->shift = (uint8_t)(64 - 8 * s->width);
		p->room += AFTER_MAX + SPELL_ADDRESS_MAX + 8;
	}
	s->wire = W_N;
	p->room += BEGIN_MAX + AFTER_MAX;
	return good;
}

static size_t
count_fields(const struct layout *lay)
{
	size_t	 n = 0;

	while (lay->fields[n].name != NULL)
		n++;
	return n;
}

struct jsonhop *
jsonhop_new(void)
{
	struct jsonhop		*h = xcalloc(1, sizeof(*h));
	struct buf		 b = { 0 };
	struct step		*steps;
	size_t			 n, fields = 0;
	const struct layout	*layouts = token_layouts(&n);

	for (size_t i = 0; i < n; i++)
		fields += count_fields(&layouts[i]);
	h->plans = xcalloc(n, sizeof(*h->plans));
	h->steps = steps = xcalloc(fields + n, sizeof(*h->steps));
	for (size_t i = 0; i < n; i++) {
		struct plan	*p = &h->plans[i];

		p->steps = steps;
		if (make_plan(p, &layouts[i], &b))
			h->by_id[layouts[i].id] = p;
		steps += count_fields(&layouts[i]) + 1;
	}
	buf_fini(&b);
	return h;
}

void
jsonhop_free(struct jsonhop *h)
{
	if (h == NULL)
		return;
	free(h->plans);
	free(h->steps);
	free(h);
}

/* Go on at O with room for the token at hand; NULL when the buffer is full. */
static uint8_t *
make_room(struct trip *t, const uint8_t *o)
{
	struct buf	*out = t->out;
	uint8_t		*at;

	out->n = (size_t)(o - out->p);
	if ((at = buf_room(out, t->room)) != NULL)
		t->limit = out->p + (out->max == 0 || out->cap < out->max ?
		    out->cap : out->max);
	return at;
}

static uint8_t *
put_hex(uint8_t *o, struct slice s)
{
	static const char	 digits[] = "0123456789abcdef";

	*o++ = '"';
	for (size_t i = 0; i < s.n; i++) {
		*o++ = (uint8_t)digits[s.p[i] >> 4];
		*o++ = (uint8_t)digits[s.p[i] & 15];
	}
	*o++ = '"';
	return o;
}

static inline uint8_t *
put_address(uint8_t *o, const uint8_t *p, size_t n)
{
	*o++ = '"';
	o += spell_address(o, (struct slice){ p, n });
	*o++ = '"';
	return o;
}

static uint8_t *
put_uuid(uint8_t *o, const uint8_t *p)
{
	*o++ = '"';
	o += spell_uuid(o, (struct slice){ p, 16 });
	*o++ = '"';
	return o;
}

/* COUNT numbers of 32 bits. */
static uint8_t *
put_numbers(uint8_t *o, const uint8_t *p, size_t count)
{
	*o++ = '[';
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			*o++ = ',';
		o += digits_put(o, be32(p + 4 * i));
	}
	*o++ = ']';
	return o;
}

/*
 * Not 0 when one of eight bytes is not plain: controls, DEL, beyond ASCII, '"'
 * and '\\', as base/utf8.c has it. Where all are ASCII, no sum of a byte
 * reaches the next one, and its top bit tells.
 */
static inline uint64_t
odd(uint64_t w)
{
	const uint64_t	 quote = w ^ ONES * '"';
	const uint64_t	 slash = w ^ ONES * '\\';
	const uint64_t	 most = ONES * 0x7f;

	return (w | (w + ONES) | ~((w | TOPS) - ONES * ' ') |
	    ~((quote & most) + most) | ~((slash & most) + most)) & TOPS;
}

/* Move N bytes, fewer than eight, of which eight can be read and written. */
static inline uint64_t
move_few(uint8_t *o, const uint8_t *p, size_t n)
{
	static const uint8_t	 masks[16] = {
		255, 255, 255, 255, 255, 255, 255, 255	/* then zeros */
	};
	uint64_t		 w, mask;

	memcpy(&w, p, 8);
	memcpy(o, &w, 8);
	memcpy(&mask, masks + 8 - n, 8);
	return odd((w & mask) | (ONES * ' ' & ~mask));
}

/*
 * Move N bytes. False when one is not plain, or there are too few to tell: then
 * what has been moved is worth nothing.
 */
static inline bool
move_plain(const struct trip *t, uint8_t *o, const uint8_t *p, size_t n)
{
	uint64_t	 w, bad = 0;

	if (n < 8)
		return p <= t->last && move_few(o, p, n) == 0;
	for (size_t i = 0; i + 8 < n; i += 8) {
		memcpy(&w, p + i, 8);
		memcpy(o + i, &w, 8);
		bad |= odd(w);
	}
	memcpy(&w, p + n - 8, 8);
	memcpy(o + n - 8, &w, 8);
	return (bad | odd(w)) == 0;
}

/* Any string, by base/json.c. NULL when the buffer is full. */
static uint8_t *
put_odd_string(struct trip *t, uint8_t *o, struct slice s)
{
	struct json	 j;

	t->out->n = (size_t)(o - t->out->p);
	json_init(&j, t->out);
	jsonform_string(&j, s);
	return make_room(t, t->out->p + t->out->n);
}

/* A string with its NUL. NULL when the buffer is full. */
static inline uint8_t *
put_string(struct trip *t, uint8_t *o, const uint8_t *p, size_t n)
{
	if (n == 0 || p[n - 1] != '\0' || !move_plain(t, o + 1, p, n - 1))
		return put_odd_string(t, o, (struct slice){ p, n });
	o[0] = '"';
	o[n] = '"';
	return o + n + 1;
}

/* Strings that end with their NULs, from P to END. */
static uint8_t *
put_strings(struct trip *t, uint8_t *o, const uint8_t *p, const uint8_t *end)
{
	bool		 first = true;

	*o++ = '[';
	while (p < end && o != NULL) {
		const struct slice	 left = { p, (size_t)(end - p) };
		const size_t		 n = slice_until_nul(left).n + 1;

		if (!first)
			*o++ = ',';
		first = false;
		o = put_string(t, o, p, n);
		p += n;
	}
	if (o != NULL)
		*o++ = ']';
	return o;
}

/*
 * The value of a field, of a kind that is not met in every record, that begins
 * at *P, in a token that ends at END; *P moves behind it. NULL when the buffer
 * is full.
 */
static uint8_t *
put_value(struct trip *t, uint8_t *o, enum wire w, const uint8_t **p,
    const uint8_t *end)
{
	const uint8_t	*at = *p;
	size_t		 n;

	switch (w) {
	case W_OPAQUE:
		n = be16(at);
		*p += 2 + n;
		return put_hex(o, (struct slice){ at + 2, n });
	case W_RAW16:
		*p += 16;
		return put_address(o, at, 16);
	case W_ADDR:
		n = be32(at);
		*p += 4 + n;
		return put_address(o, at + 4, n);
	case W_UUID:
		*p += 16;
		return put_uuid(o, at);
	case W_U32S:
		n = be16(at);
		*p += 2 + 4 * n;
		return put_numbers(o, at + 2, n);
	case W_U32X16:
		*p += 64;
		return put_numbers(o, at, 16);
	default:			/* W_STRINGS, always last */
		*p = end;
		return put_strings(t, o, at + 4, end);
	}
}

/*
 * The number that begins at P, with what follows it shifted out. CLOSE: fewer
 * than eight bytes may be left of the record.
 */
static inline uint64_t
number_at(const struct trip *t, const uint8_t *p, unsigned shift,
    const bool close)
{
	if (close && p > t->last)
		return be64(t->last) << 8 * (p - t->last) >> shift;
	return be64(p) >> shift;
}

/*
 * The values of a token, from P to END, with what stands behind each. NULL when
 * the buffer is full.
 */
static inline uint8_t *
put_values(struct trip *t, uint8_t *o, const struct step *s, const uint8_t *p,
    const uint8_t *end, const bool close)
{
	for (;; s++) {
		uint64_t	 v = 0;
		size_t		 n;

		for (; s->width > 0; s++) {	/* no calls in here */
			v = number_at(t, p, s->shift, close);
			if (v >= DIGITS_WORD)
				break;
			p += s->width;
			o += digits_short(o, (uint32_t)v);
			memcpy(o, s->after, AFTER_MAX);
			o += s->after_n;
		}
		if (s->width > 0) {
			o = jsonform_number(o, v);
			p += s->width;
		} else if (s->wire == W_STR) {
			n = be16(p);
			o = put_string(t, o, p + 2, n);
			p += 2 + n;
		} else if (s->wire == W_RAW4) {
			o = put_address(o, p, 4);
			p += 4;
		} else if (s->wire == W_N)
			return o;
		else
			o = put_value(t, o, s->wire, &p, end);
		if (o == NULL)
			return NULL;
		memcpy(o, s->after, AFTER_MAX);
		o += s->after_n;
	}
}

/* The last token of a record has a copy of the code to itself. */
static uint8_t *
put_last_values(struct trip *t, uint8_t *o, const struct step *s,
    const uint8_t *p, const uint8_t *end)
{
	return put_values(t, o, s, p, end, true);
}

/*
 * The token of N bytes at P; token_size() has seen that all of it is there.
 * NULL when the buffer is full.
 */
static inline uint8_t *
put_token(struct trip *t, uint8_t *o, const struct plan *plan,
    const uint8_t *p, size_t n)
{
	const uint8_t	*end = p + n;

	t->room = plan->room + 4 * n;		/* "", for one NUL */
	if ((size_t)(t->limit - o) < t->room && (o = make_room(t, o)) == NULL)
		return NULL;
	memcpy(o, plan->begin, BEGIN_MAX);
	o += plan->begin_n;
	p += plan->skip;
	if (end > t->last + 1)		/* else each byte is followed by 7 */
		return put_last_values(t, o, plan->steps, p, end);
	return put_values(t, o, plan->steps, p, end, false);
}

bool
jsonhop_record(const struct jsonhop *h, struct slice record, struct buf *out)
{
	const size_t	 start = out->n;
	size_t		 at = 0, last = 0, n;
	struct trip	 t = { .out = out };
	uint8_t		*o = buf_room(out, 1);

	if (o == NULL || record.n < 8)
		return false;
	t.last = record.p + record.n - 8;
	t.limit = o;			/* the first token makes room */
	for (; at < record.n; at += n) {
		const uint8_t		*p = record.p + at;
		const struct plan	*plan = h->by_id[p[0]];

		if (plan == NULL || (n = token_size(p, record.n - at)) == 0 ||
		    (p[0] == TOK_TRAILER && be16(p + 1) != TRAILER_MAGIC) ||
		    (o = put_token(&t, o, plan, p, n)) == NULL)
			return false;
		last = at;
	}
	if (!hop_arrived(record, last))
		return false;
	*o++ = ']';			/* the last token has left room */
	out->n = (size_t)(o - out->p);
	out->p[start] = '[';		/* where the first comma was */
	return true;
}
