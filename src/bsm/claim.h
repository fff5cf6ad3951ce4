/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * claim.h - what bytes claim to be, by themselves: a header of some size, a
 * trailer, a file token. For frame.c and resync.c alone, who find out whether
 * it is true.
 */
#ifndef BSM_CLAIM_H
#define BSM_CLAIM_H

#include <stdbool.h>
#include <string.h>

#include "base/slice.h"
#include "bsm/cursor.h"
#include "bsm/frame.h"
#include "bsm/token.h"

#define FILE_NAME_MAX	1024u	/* bytes of the name in a file token */

static inline size_t
header_min(const uint8_t *p)
{
	switch (p[0]) {
	case TOK_HEADER32:
		return 18;
	case TOK_HEADER64:
		return 26;
	case TOK_HEADER32_EX:
		return 26;
	default:
		return 34;
	}
}

static inline bool
known_version(uint8_t v)
{
	return (v >= 1 && v <= 4) || v == 10 || v == 11;
}

/* Could the size that a header claims be true? */
static inline bool
sane_size(const uint8_t *p)
{
	uint32_t	 size = be32(p + 1);

	return size >= header_min(p) && size <= FRAME_RECORD_MAX;
}

/* Is what follows a header id what a header holds? P has HEADER_MIN bytes. */
static inline bool
sane_header(const uint8_t *p)
{
	uint32_t	 type;

	if (!token_is_header(p[0]) || !sane_size(p) || !known_version(p[5]))
		return false;
	if (p[0] == TOK_HEADER32_EX || p[0] == TOK_HEADER64_EX) {
		type = be32(p + 10);
		return (type == 4 || type == 16) &&
		    be32(p + 1) >= header_min(p) - 4 + type;
	}
	return true;
}

/* Do size and trailer agree? P has the whole record. */
static inline bool
has_trailer(const uint8_t *p, uint32_t size)
{
	const uint8_t	*t = p + size - TRAILER_SIZE;

	return size >= HEADER_MIN + TRAILER_SIZE && t[0] == TOK_TRAILER &&
	    be16(t + 1) == TRAILER_MAGIC && be32(t + 3) == size;
}

/* May a record of this version come without a trailer? */
static inline bool
may_be_weak(const uint8_t *p)
{
	return p[5] >= 1 && p[5] <= 4;
}

/* Bytes of a file token before its name; 0: it is none. */
static inline size_t
file_fixed(uint8_t id)
{
	return id == TOK_FILE32 ? 11 : id == TOK_FILE64 ? 19 : 0;
}

/*
 * The size of what begins at the front, as far as it can be seen: while that
 * is more than there is, more is needed. 0: neither a record nor a file token.
 */
static inline size_t
claimed_size(struct slice w)
{
	size_t		 fixed = file_fixed(w.p[0]);
	uint16_t	 len;

	if (token_is_header(w.p[0])) {
		if (w.n < HEADER_MIN)
			return HEADER_MIN;
		return sane_size(w.p) ? be32(w.p + 1) : 0;
	}
	if (w.n < fixed || fixed == 0)
		return fixed;
	len = be16(w.p + fixed - 2);
	return len < 1 || len > FILE_NAME_MAX ? 0 : fixed + len;
}

/* Has the name of this file token of N bytes one NUL, at its end? */
static inline bool
sane_file(const uint8_t *p, size_t n)
{
	size_t	 fixed = file_fixed(p[0]);

	return memchr(p + fixed, 0, n - fixed) == p + n - 1;
}

/* Is this, but for one of its parts, the trailer of a record of SIZE bytes? */
static inline bool
broken_trailer(const uint8_t *p, uint32_t size)
{
	const uint8_t	*t = p + size - TRAILER_SIZE;

	return size >= HEADER_MIN + TRAILER_SIZE &&
	    (t[0] == TOK_TRAILER) + (be16(t + 1) == TRAILER_MAGIC) +
	    (be32(t + 3) == size) >= 2;
}

#endif
