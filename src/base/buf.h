/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buf.h - growable bytes with a hard maximum.
 *
 * An append that would pass the maximum takes nothing and sets `full`, which
 * stays set until buf_clear(): append freely, look at `full` once at the end.
 * Numbers are appended as text (buf_dec) or big-endian (buf_u16).
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct buf {
	uint8_t	*p;
	size_t	 n;		/* bytes in use */
	size_t	 cap;		/* bytes allocated */
	size_t	 max;		/* bytes; 0: no limit */
	bool	 full;		/* an append did not fit */
};

/* `(struct buf){ 0 }` is an empty buffer without a limit, too. */
void		 buf_init(struct buf *, size_t max);
void		 buf_fini(struct buf *);
void		 buf_clear(struct buf *);	/* keeps the memory */

/*
 * Make room for N more bytes and return where they begin, NULL when they do
 * not fit. The caller writes them and adds to `n`.
 */
uint8_t		*buf_room(struct buf *, size_t n);

void		 buf_put(struct buf *, const void *, size_t n);
void		 buf_u16(struct buf *, uint16_t);	/* big-endian */
void		 buf_u32(struct buf *, uint32_t);
void		 buf_u64(struct buf *, uint64_t);
void		 buf_dec(struct buf *, uint64_t);
void		 buf_sdec(struct buf *, int64_t);
void		 buf_zdec(struct buf *, uint64_t, unsigned digits); /* 007 */
void		 buf_oct(struct buf *, uint64_t);
void		 buf_hex(struct buf *, uint64_t);		/* 1f */
void		 buf_hexbytes(struct buf *, struct slice);	/* 00ff */
void		 buf_printf(struct buf *, const char *, ...)
		    __attribute__((format(printf, 2, 3)));
void		 buf_vprintf(struct buf *, const char *, va_list)
		    __attribute__((format(printf, 2, 0)));

/*
 * Append untrusted bytes so that no control byte reaches a terminal:
 * \n, \t, \\ and \xHH; printable ASCII and valid UTF-8 stay as they are.
 */
void		 buf_escape(struct buf *, struct slice);

/* The contents as a C string: adds a NUL that does not count in `n`. */
const char	*buf_cstr(struct buf *);

static inline void
buf_u8(struct buf *b, uint8_t v)
{
	if (b->n < b->cap && b->max == 0)
		b->p[b->n++] = v;
	else
		buf_put(b, &v, 1);
}

static inline void
buf_char(struct buf *b, char c)
{
	buf_u8(b, (uint8_t)c);
}

static inline void
buf_slice(struct buf *b, struct slice s)
{
	/* Mostly there is room for it, and it is short. */
	if (s.n == 0 || s.n > b->cap - b->n || b->max != 0) {
		buf_put(b, s.p, s.n);
		return;
	}
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
}

/* Here, so that compilers know the length of texts in the source. */
static inline void
buf_str(struct buf *b, const char *s)
{
	buf_slice(b, slice_str(s));
}

static inline struct slice
buf_bytes(const struct buf *b)
{
	return (struct slice){ b->p, b->n };
}

#endif
