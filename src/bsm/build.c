/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * build.c - values to bytes, by the same table that decodes them.
 *
 * A token is appended field by field; when a value does not fit, what was
 * appended of it is taken back.
 */
#include "bsm/build.h"

#include "bsm/status.h"

/* Bytes of a number on the wire. */
static unsigned
number_width(enum wire w)
{
	switch (w) {
	case W_U8:
	case W_TID:
		return 1;
	case W_U16:
	case W_ATYPE:
		return 2;
	case W_U24:
		return 3;
	case W_U32:
		return 4;
	default:
		return 8;
	}
}

static int
put_number(struct buf *b, uint64_t v, unsigned width)
{
	if (width < 8 && v >> (8 * width) != 0)
		return BSM_ERANGE;
	while (width-- > 0)
		buf_u8(b, (uint8_t)(v >> (8 * width)));
	return 0;
}

/* A count or length of some width before the bytes. */
static int
put_counted(struct buf *b, unsigned width, uint64_t count, struct slice bytes)
{
	if (put_number(b, count, width) != 0)
		return BSM_ERANGE;
	buf_slice(b, bytes);
	return 0;
}

static int
put_exactly(struct buf *b, struct slice bytes, size_t n)
{
	if (bytes.n != n)
		return BSM_ERANGE;
	buf_slice(b, bytes);
	return 0;
}

static int
put_items(struct buf *b, struct slice items, uint64_t unit)
{
	size_t	 width;

	if (unit > 3)
		return BSM_ERANGE;
	width = (size_t)1 << unit;
	if (items.n % width != 0)
		return BSM_ERANGE;
	return put_counted(b, 1, items.n / width, items);
}

static int
put_slice(struct buf *b, enum wire w, struct slice s, const struct token *t)
{
	switch (w) {
	case W_STR:
	case W_OPAQUE:
		return put_counted(b, 2, s.n, s);
	case W_RAW4:
		return put_exactly(b, s, 4);
	case W_RAW16:
	case W_UUID:
		return put_exactly(b, s, 16);
	case W_ADDR:
		if (s.n != 4 && s.n != 16)
			return BSM_ERANGE;
		return put_counted(b, 4, s.n, s);
	case W_AT_ADDR:
		return put_exactly(b, s, (size_t)t->sock.atype);
	case W_U32S:
		return s.n % 4 != 0 ? BSM_ERANGE :
		    put_counted(b, 2, s.n / 4, s);
	case W_U32X16:
		return put_exactly(b, s, 64);
	case W_ITEMS:
		return put_items(b, s, t->data.unit);
	case W_WORDS:
		return put_exactly(b, s, 4 * (size_t)t->num.v[1]);
	default:			/* W_ZSTR: it ends at its NUL */
		if (s.n > 1 && memchr(s.p, 0, s.n - 1) != NULL)
			return BSM_ERANGE;
		buf_slice(b, s);
		return 0;
	}
}

/* Is this, of a kind that says what follows, one that can be decoded? */
static bool
known_kind(enum wire w, uint64_t v)
{
	if (w == W_ATYPE)
		return v == 4 || v == 16;
	return w != W_TID || v == 1;
}

static int
put_field(struct buf *b, const struct field *f, const struct token *t)
{
	if (wire_is_number(f->wire)) {
		if (!known_kind(f->wire, token_number(t, f)))
			return BSM_ERANGE;
		return put_number(b, token_number(t, f),
		    number_width(f->wire));
	}
	if (f->wire == W_STRINGS || f->wire == W_STRS16) {
		const struct strings	*s = token_strings(t, f);
		int			 status;

		status = put_counted(b, f->wire == W_STRINGS ? 4 : 2,
		    s->claimed, s->bytes);
		buf_slice(b, s->padding);
		return status;
	}
	return put_slice(b, f->wire, token_slice(t, f), t);
}

int
build_token(struct buf *b, const struct token *t)
{
	size_t	 start = b->n;

	buf_u8(b, t->layout->id);
	for (const struct field *f = t->layout->fields; f->name != NULL; f++)
		if (put_field(b, f, t) != 0) {
			b->n = start;
			return BSM_ERANGE;
		}
	return 0;
}

struct slice
build_cstr(const char *s)
{
	return (struct slice){ (const uint8_t *)s, strlen(s) + 1 };
}

static void
set_u32(struct buf *b, size_t at, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		b->p[at + i] = (uint8_t)(v >> (24 - 8 * i));
}

void
build_sizes(struct buf *b, size_t start)
{
	size_t	 n = b->n - start;

	if (n < HEADER_MIN || !token_is_header(b->p[start]))
		return;
	set_u32(b, start + 1, (uint32_t)n);
	if (n >= HEADER_MIN + TRAILER_SIZE &&
	    b->p[b->n - TRAILER_SIZE] == TOK_TRAILER &&
	    be16(b->p + b->n - TRAILER_SIZE + 1) == TRAILER_MAGIC)
		set_u32(b, b->n - 4, (uint32_t)n);
}

void
build_finish(struct buf *b, size_t start)
{
	buf_u8(b, TOK_TRAILER);
	buf_u16(b, TRAILER_MAGIC);
	buf_u32(b, 0);
	build_sizes(b, start);
}
