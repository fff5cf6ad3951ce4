/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_frame.c - any bytes as a stream of records.
 *
 * The first byte says in what pieces the rest is lent: 0 in bytes, else in
 * pieces of so many times seven. Nothing of the stream may be missing or come
 * twice, and what comes out must be the same as of one piece.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/slice.h"
#include "bsm/frame.h"
#include "bsm/record.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const struct hash_key	key = { 1, 2 };

static void
require(bool holds)
{
	if (!holds)
		abort();
}

/* What came out so far, all of it in one number. */
struct seen {
	uint64_t	 end;		/* bytes accounted for */
	uint64_t	 hash;
};

static void
look(struct frame *f, struct slice all, struct seen *s)
{
	struct frame_record	 r;

	while (frame_next(f, &r) == 1) {
		const uint64_t	 words[] = { r.kind, r.offset, r.bytes.n,
		    r.quality, r.reason, r.more };
		struct record	 rec;

		require(r.offset == s->end);
		require(r.bytes.n <= all.n - s->end);
		require(memcmp(r.bytes.p, all.p + s->end, r.bytes.n) == 0);
		s->end += r.bytes.n;
		s->hash = hash_more(&key, s->hash, (struct slice){
		    (const uint8_t *)words, sizeof(words) });
		if (r.kind == FRAME_RECORD && record_head(&rec, &r) == 0)
			record_index(&rec);
	}
}

static struct seen
cut(struct slice all, size_t size)
{
	struct frame	*f = frame_new();
	struct seen	 s = { 0, 0 };

	for (size_t at = 0; at < all.n;) {
		size_t	 n = all.n - at < size ? all.n - at : size;
		uint8_t	*piece = malloc(n);

		require(piece != NULL);
		memcpy(piece, all.p + at, n);
		require(frame_feed(f, piece, n) == 0);
		look(f, all, &s);
		free(piece);
		at += n;
	}
	frame_end(f);
	look(f, all, &s);
	require(s.end == all.n);
	frame_free(f);
	return s;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct slice	 all;
	struct seen	 whole, pieces;

	if (n == 0)
		return 0;
	all = (struct slice){ p + 1, n - 1 };
	whole = cut(all, SIZE_MAX);
	pieces = cut(all, p[0] == 0 ? 1 : 7 * (size_t)p[0]);
	require(whole.hash == pieces.hash);
	return 0;
}
