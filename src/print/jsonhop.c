/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonhop.c - the tokens of a record as JSON, without decoding them.
 *
 * As texthop.c does for text: where token_size() leads from token to token to
 * the end of the record, each token has one layout and is what that layout
 * says, so the values can be written from where they stand, and give the same
 * bytes again. Everything but values has been escaped once, by base/json.c:
 * the beginning of each token and the key of each field. Strings that need
 * escaping are left to it as well.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "print/hop.h"
#include "print/jsonform.h"
#include "print/jsonhop.h"
#include "print/spell.h"

#define PIECE 48u			/* bytes; of keys and beginnings */
#define EXACT_MAX ((uint64_t)1 << 53)	/* above, a number is a string */

/* Text that is moved as a whole block; N bytes of it count. */
struct piece {
	uint8_t		 p[PIECE];
	size_t		 n;
};

struct step {
	enum wire	 wire;
	bool		 magic;		/* of the trailer: not shown */
	struct piece	 key;		/* ,"auid": */
};

struct plan {
	struct piece	 begin;		/* {"token":"subject32" */
	struct step	*steps, *end;
	size_t		 room;		/* bytes but for those of strings */
};

struct jsonhop {
	struct plan	*plans;
	struct step	*steps;
	const struct plan *by_id[256];	/* NULL: has to be decoded */
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

/* Keep what was written to B as a piece; false when it is too long. */
static bool
keep(struct piece *piece, struct buf *b)
{
	piece->n = b->n;
	if (b->n > PIECE)
		return false;
	memcpy(piece->p, b->p, b->n);
	buf_clear(b);
	return true;
}

static bool
make_plan(struct plan *p, const struct layout *lay, struct buf *b)
{
	bool		 good = lay->first_for == FOR_ALL;
	struct json	 j;

	json_init(&j, b);
	json_begin_object(&j);
	json_key(&j, "token");
	json_cstr(&j, lay->name);
	good &= keep(&p->begin, b);
	for (const struct field *f = lay->fields; f->name != NULL; f++) {
		struct step	*s = p->end++;

		json_key(&j, f->name);
		j.comma[j.depth] = true;	/* its value comes later */
		good &= keep(&s->key, b) && is_plain(f->wire);
		s->wire = f->wire;
		s->magic = lay->id == TOK_TRAILER && f->wire == W_U16;
		p->room += PIECE + SPELL_ADDRESS_MAX + 8;
	}
	p->room += 2 * PIECE;
	return good;
}

struct jsonhop *
jsonhop_new(void)
{
	struct jsonhop		*h = xcalloc(1, sizeof(*h));
	struct buf		 b = { 0 };
	size_t			 n, fields = 0;
	const struct layout	*layouts = token_layouts(&n);

	for (size_t i = 0; i < n; i++)
		for (const struct field *f = layouts[i].fields;
		    f->name != NULL; f++)
			fields++;
	h->plans = xcalloc(n, sizeof(*h->plans));
	h->steps = xcalloc(fields, sizeof(*h->steps));
	fields = 0;
	for (size_t i = 0; i < n; i++) {
		struct plan	*p = &h->plans[i];

		p->steps = p->end = h->steps + fields;
		if (make_plan(p, &layouts[i], &b))
			h->by_id[layouts[i].id] = p;
		fields += (size_t)(p->end - p->steps);
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

static inline uint8_t *
put_piece(uint8_t *o, const struct piece *piece)
{
	memcpy(o, piece->p, 16);
	if (piece->n > 16)
		memcpy(o + 16, piece->p + 16, PIECE - 16);
	return o + piece->n;
}

static inline uint8_t *
put_number(uint8_t *o, uint64_t v)
{
	if (v <= EXACT_MAX)
		return o + spell_dec(o, v);
	*o++ = '"';
	o += spell_dec(o, v);
	*o++ = '"';
	return o;
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
		o += spell_dec(o, be32(p + 4 * i));
	}
	*o++ = ']';
	return o;
}

/* Controls, DEL, beyond ASCII, '"' and '\\': base/utf8.c says what is plain. */
static inline uint64_t
not_plain(uint64_t w)
{
	return ((w | ((w - HOP_ONES * ' ') & ~w)) & HOP_TOPS) |
	    hop_zero(w ^ HOP_ONES * '"') | hop_zero(w ^ HOP_ONES * '\\') |
	    hop_zero(w ^ HOP_ONES * 0x7f);
}

/*
 * A string with its NUL. What is not plain is written by base/json.c. ROOM is
 * for what may follow then. NULL when the buffer is full.
 */
static inline uint8_t *
put_string(uint8_t *o, struct slice s, struct buf *out, size_t room)
{
	struct json	 j;

	if (s.n > 0 && s.p[s.n - 1] == '\0' &&
	    hop_move(o + 1, s.p, s.n - 1, not_plain)) {
		o[0] = '"';
		o[s.n] = '"';
		return o + s.n + 1;
	}
	out->n = (size_t)(o - out->p);
	json_init(&j, out);
	jsonform_string(&j, s);
	return buf_room(out, room);
}

/* Strings that end with their NULs, from P to END. */
static uint8_t *
put_strings(uint8_t *o, struct slice s, struct buf *out, size_t room)
{
	bool		 first = true;

	*o++ = '[';
	while (s.n > 0 && o != NULL) {
		const size_t	 n = slice_until_nul(s).n + 1;

		if (!first)
			*o++ = ',';
		first = false;
		o = put_string(o, (struct slice){ s.p, n }, out, room);
		s.p += n;
		s.n -= n;
	}
	if (o != NULL)
		*o++ = ']';
	return o;
}

/*
 * The value of a field that begins at *P, in a token that ends at END; *P moves
 * behind it. NULL when the buffer is full.
 */
static inline uint8_t *
put_value(uint8_t *o, enum wire w, const uint8_t **p, const uint8_t *end,
    struct buf *out, size_t room)
{
	const uint8_t	*at = *p;
	size_t		 n;

	switch (w) {
	case W_U8:
		*p += 1;
		return o + spell_dec(o, at[0]);
	case W_U16:
		*p += 2;
		return o + spell_dec(o, be16(at));
	case W_U24:
		*p += 3;
		return o + spell_dec(o, (uint64_t)at[0] << 16 | be16(at + 1));
	case W_U32:
		*p += 4;
		return o + spell_dec(o, be32(at));
	case W_U64:
		*p += 8;
		return put_number(o, be64(at));
	case W_STR:
		n = be16(at);
		*p += 2 + n;
		return put_string(o, (struct slice){ at + 2, n }, out, room);
	case W_OPAQUE:
		n = be16(at);
		*p += 2 + n;
		return put_hex(o, (struct slice){ at + 2, n });
	case W_RAW4:
		*p += 4;
		return put_address(o, at, 4);
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
		return put_strings(o, (struct slice){ at + 4,
		    (size_t)(end - at) - 4 }, out, room);
	}
}

/* The token of N bytes at P; token_size() has seen that all of it is there. */
static bool
put_token(const struct plan *plan, const uint8_t *p, size_t n, struct buf *out)
{
	const uint8_t	*end = p++ + n;
	const size_t	 room = plan->room + 4 * n;	/* "", for one NUL */
	uint8_t		*o = buf_room(out, room);

	if (o == NULL)
		return false;
	*o++ = ',';
	o = put_piece(o, &plan->begin);
	for (const struct step *s = plan->steps; s < plan->end; s++) {
		if (s->magic) {
			if (be16(p) != TRAILER_MAGIC)
				return false;
			p += 2;
			continue;
		}
		o = put_piece(o, &s->key);
		if ((o = put_value(o, s->wire, &p, end, out, room)) == NULL)
			return false;
	}
	*o++ = '}';
	out->n = (size_t)(o - out->p);
	return true;
}

bool
jsonhop_record(const struct jsonhop *h, struct slice record, struct buf *out)
{
	const size_t	 start = out->n;
	size_t		 at = 0, last = 0, n;

	for (; at < record.n; at += n) {
		const uint8_t		*p = record.p + at;
		const struct plan	*plan = h->by_id[p[0]];

		if (plan == NULL || (n = token_size(p, record.n - at)) == 0 ||
		    !put_token(plan, p, n, out))
			return false;
		last = at;
	}
	if (!hop_arrived(record, last))
		return false;
	out->p[start] = '[';		/* where the first comma was */
	buf_char(out, ']');
	return true;
}
