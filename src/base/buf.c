/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buf.c - growable bytes with a hard maximum.
 *
 * Memory doubles, so appending byte by byte stays linear. Every append goes
 * through buf_room(), the one place that knows the maximum: what does not fit
 * is not begun. Numbers are written backwards into a small array, two digits a
 * step, because printing is bound by instructions and printf has too many.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

#define DIGITS_MAX 22		/* of 2^64 - 1 in octal, the longest form */

static const char	pairs[] =
    "00010203040506070809101112131415161718192021222324"
    "25262728293031323334353637383940414243444546474849"
    "50515253545556575859606162636465666768697071727374"
    "75767778798081828384858687888990919293949596979899";
static const char	hexdigits[] = "0123456789abcdef";

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void
buf_fini(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ .max = b->max };
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
	b->full = false;
}

static void
grow(struct buf *b, size_t n)
{
	b->p = mem_grow(b->p, &b->cap, mem_sum(b->n, n), 1);
}

/* The NUL of buf_cstr() may lie beyond the maximum, hence apart from it. */
static inline void
reserve(struct buf *b, size_t n)
{
	if (b->p == NULL || n > b->cap - b->n)
		grow(b, n);
}

static inline uint8_t *
room(struct buf *b, size_t n)
{
	if (b->max != 0 && (b->n > b->max || n > b->max - b->n)) {
		b->full = true;
		return NULL;
	}
	reserve(b, n);
	return b->p + b->n;
}

uint8_t *
buf_room(struct buf *b, size_t n)
{
	return room(b, n);
}

void
buf_put(struct buf *b, const void *from, size_t n)
{
	uint8_t	*p;

	if (n == 0 || (p = room(b, n)) == NULL)
		return;
	memcpy(p, from, n);
	b->n += n;
}

/* The low N bytes of V, the highest first. */
static void
put_big_endian(struct buf *b, uint64_t v, size_t n)
{
	uint8_t	*p = buf_room(b, n);

	if (p == NULL)
		return;
	for (size_t i = n; i > 0; i--) {
		p[i - 1] = (uint8_t)v;
		v >>= 8;
	}
	b->n += n;
}

void
buf_u16(struct buf *b, uint16_t v)
{
	put_big_endian(b, v, 2);
}

void
buf_u32(struct buf *b, uint32_t v)
{
	put_big_endian(b, v, 4);
}

void
buf_u64(struct buf *b, uint64_t v)
{
	put_big_endian(b, v, 8);
}

/* Write V so that it ends at END; returns where it begins. */
static char *
decimal(char *end, uint64_t v)
{
	while (v >= 100) {
		end -= 2;
		memcpy(end, pairs + v % 100 * 2, 2);
		v /= 100;
	}
	if (v >= 10) {
		end -= 2;
		memcpy(end, pairs + v * 2, 2);
	} else
		*--end = (char)('0' + v);
	return end;
}

/* The same in base 2 to the SHIFT. */
static char *
power_of_two(char *end, uint64_t v, unsigned shift)
{
	do {
		*--end = hexdigits[v & ((1u << shift) - 1)];
		v >>= shift;
	} while (v != 0);
	return end;
}

void
buf_dec(struct buf *b, uint64_t v)
{
	char		 t[DIGITS_MAX];
	char *const	 end = t + sizeof(t);
	const char	*p = decimal(end, v);

	buf_put(b, p, (size_t)(end - p));
}

void
buf_sdec(struct buf *b, int64_t v)
{
	char		 t[DIGITS_MAX];
	char *const	 end = t + sizeof(t);
	char		*p;

	/* Negated as unsigned: the lowest value has no positive twin. */
	p = decimal(end, v < 0 ? -(uint64_t)v : (uint64_t)v);
	if (v < 0)
		*--p = '-';
	buf_put(b, p, (size_t)(end - p));
}

void
buf_zdec(struct buf *b, uint64_t v, unsigned digits)
{
	char		 t[DIGITS_MAX];
	char *const	 end = t + sizeof(t);
	const char	*from = decimal(end, v);
	const size_t	 n = (size_t)(end - from);
	const size_t	 pad = digits > n ? digits - n : 0;
	uint8_t		*p = buf_room(b, pad + n);

	if (p == NULL)
		return;
	memset(p, '0', pad);
	memcpy(p + pad, from, n);
	b->n += pad + n;
}

void
buf_oct(struct buf *b, uint64_t v)
{
	char		 t[DIGITS_MAX];
	char *const	 end = t + sizeof(t);
	const char	*p = power_of_two(end, v, 3);

	buf_put(b, p, (size_t)(end - p));
}

void
buf_hex(struct buf *b, uint64_t v)
{
	char		 t[DIGITS_MAX];
	char *const	 end = t + sizeof(t);
	const char	*p = power_of_two(end, v, 4);

	buf_put(b, p, (size_t)(end - p));
}

void
buf_hexbytes(struct buf *b, struct slice s)
{
	uint8_t	*p = buf_room(b, mem_product(s.n, 2));

	if (p == NULL)
		return;
	for (size_t i = 0; i < s.n; i++) {
		*p++ = (uint8_t)hexdigits[s.p[i] >> 4];
		*p++ = (uint8_t)hexdigits[s.p[i] & 15];
	}
	b->n += s.n * 2;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list	ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list		 again;
	uint8_t		*p;
	int		 n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		b->full = true;		/* longer than an int can say */
	else if (n > 0 && (p = buf_room(b, (size_t)n)) != NULL) {
		reserve(b, (size_t)n + 1);	/* vsnprintf adds a NUL */
		(void)vsnprintf((char *)b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

/* The N bytes of one character: as they are when they can be shown. */
static void
escape_char(struct buf *b, struct slice c, bool shown)
{
	static const char	 named[] = "\n\t\r\\";
	static const char	 letters[] = "ntr\\";
	const char		*at = memchr(named, c.p[0], sizeof(named) - 1);

	if (at != NULL) {
		buf_char(b, '\\');
		buf_char(b, letters[at - named]);
	} else if (shown)
		buf_slice(b, c);
	else
		for (size_t i = 0; i < c.n; i++) {
			buf_str(b, "\\x");
			buf_hexbytes(b, (struct slice){ c.p + i, 1 });
		}
}

void
buf_escape(struct buf *b, struct slice s)
{
	const size_t	 before = b->n;
	const bool	 was_full = b->full;

	b->full = false;
	while (s.n > 0 && !b->full) {
		size_t		 n = utf8_plain(s);
		uint32_t	 code;

		if (n > 0)
			buf_put(b, s.p, n);
		else if ((n = utf8_decode(s, &code)) > 0)
			escape_char(b, (struct slice){ s.p, n },
			    !utf8_is_control(code));
		else
			escape_char(b, (struct slice){ s.p, n = 1 }, false);
		s.p += n;
		s.n -= n;
	}
	if (b->full)
		b->n = before;	/* half a text could mean something else */
	b->full |= was_full;
}

const char *
buf_cstr(struct buf *b)
{
	reserve(b, 1);
	b->p[b->n] = '\0';
	return (const char *)b->p;
}
