/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cut.h - a stream cut into records and gaps, for the tests of frame.c.
 *
 * Every piece is lent in a block of its exact length and freed when it is used
 * up, and all that comes out is compared with what went in.
 */
#ifndef TESTS_CUT_H
#define TESTS_CUT_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bsm/frame.h"

#include "draw.h"

struct found {
	enum frame_kind		 kind;
	uint64_t		 offset;
	size_t			 n;
	enum frame_quality	 quality;
	enum frame_reason	 reason;
	bool			 more;
};

struct cut {
	struct found	*v;
	size_t		 n, cap;
	uint64_t	 end;		/* bytes accounted for */
};

/* How a stream is lent: in pieces of SIZE bytes, 0: by lot. */
struct manner {
	size_t		 size;
	uint64_t	 seed;
};
static const struct manner	whole = { SIZE_MAX, 0 };

/* Take what there is; nothing may be missing, twice, or other bytes. */
static void
drain(struct frame *f, struct slice all, struct cut *cut)
{
	struct frame_record	 r;

	while (frame_next(f, &r) == 1) {
		assert_true(r.offset == cut->end);
		assert_true(r.bytes.n <= all.n - cut->end);
		assert_memory_equal(r.bytes.p, all.p + r.offset, r.bytes.n);
		if (r.kind != FRAME_GAP)
			assert_true(r.bytes.n > 0);
		cut->end += r.bytes.n;
		cut->v = mem_grow(cut->v, &cut->cap, cut->n + 1,
		    sizeof(*cut->v));
		cut->v[cut->n++] = (struct found){ r.kind, r.offset, r.bytes.n,
		    r.quality, r.reason, r.more };
	}
}

static void
cut_stream(struct slice all, struct manner m, struct cut *cut)
{
	struct frame	*f = frame_new();
	struct lot	*lot = malloc(sizeof(*lot));

	assert_non_null(lot);
	lot_seed(lot, m.seed);
	*cut = (struct cut){ 0 };
	for (size_t at = 0; at < all.n;) {
		size_t		 n = m.size;
		struct slice	 piece;

		if (n == 0)
			n = 1 + lot_below(lot, 1u << lot_below(lot, 12));
		if (n > all.n - at)
			n = all.n - at;
		piece = exact((struct slice){ all.p + at, n });
		assert_int_equal(frame_feed(f, piece.p, n), 0);
		drain(f, all, cut);
		exact_free(piece);
		at += n;
	}
	frame_end(f);
	drain(f, all, cut);
	assert_true(cut->end == all.n);
	frame_free(f);
	free(lot);
}

static void
cut_fini(struct cut *cut)
{
	free(cut->v);
}

/* The piece that begins at OFFSET, or NULL. */
static const struct found *
found_at(const struct cut *cut, uint64_t offset)
{
	for (size_t i = 0; i < cut->n; i++)
		if (cut->v[i].offset == offset)
			return &cut->v[i];
	return NULL;
}

/* Known records. */

static const uint8_t	execve[124] = {
	0x14, 0x00, 0x00, 0x00, 0x7c, 0x0b, 0x00, 0x17, 0x00, 0x00,
	0x61, 0x68, 0x12, 0x9b, 0x00, 0x00, 0x02, 0x24,
	0x3c, 0x00, 0x00, 0x00, 0x02, 'd', 'a', 't', 'e', 0, '+', '%', 's', 0,
	0x23, 0x00, 0x0a, '/', 'b', 'i', 'n', '/', 'd', 'a', 't', 'e', 0,
	0x3e, 0x00, 0x00, 0x01, 0x6d, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x5d,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x74, 0x27, 0x1c, 0x00, 0xe8, 0x31, 0xa0,
	0x24, 0x00, 0x00, 0x03, 0xe9, 0x00, 0x00, 0x03, 0xe9,
	0x00, 0x00, 0x03, 0xe9, 0x00, 0x00, 0x03, 0xe9, 0x00, 0x00, 0x03, 0xe9,
	0x00, 0x00, 0x07, 0x01, 0x00, 0x00, 0x06, 0xe8, 0x00, 0x00, 0xb8, 0x5a,
	0xc0, 0xa8, 0x17, 0x86,
	0x27, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x13, 0xb1, 0x05, 0x00, 0x00, 0x00, 0x7c,
};

static void
assert_found(const struct cut *cut, size_t i, enum frame_kind kind,
    uint64_t offset, size_t n)
{
	assert_true(i < cut->n);
	assert_int_equal(cut->v[i].kind, kind);
	assert_int_equal(cut->v[i].offset, offset);
	assert_int_equal(cut->v[i].n, n);
}

#endif
