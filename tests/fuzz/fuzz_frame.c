/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_frame.c - any bytes as a stream of records.
 *
 * The first byte says in what pieces the rest is lent: 0 in bytes, else in
 * pieces of so many times seven. Nothing of the stream may be missing or come
 * twice, and what comes out must be the same as of one piece, also when intact
 * records are taken many at a time.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/slice.h"
#include "bsm/frame.h"
#include "bsm/record.h"

#define MANY	5u			/* records at a time */

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
note(const struct frame_record *r, struct slice all, struct seen *s)
{
	const uint64_t	 words[] = { r->kind, r->offset, r->bytes.n,
	    r->quality, r->reason, r->more };

	require(r->offset == s->end);
	require(r->bytes.n <= all.n - s->end);
	require(memcmp(r->bytes.p, all.p + s->end, r->bytes.n) == 0);
	s->end += r->bytes.n;
	s->hash = hash_more(&key, s->hash, (struct slice){
	    (const uint8_t *)words, sizeof(words) });
}

/* What is intact, by its heads. */
static void
look_quickly(struct frame *f, struct slice all, struct seen *s)
{
	struct record	 r[MANY];
	size_t		 n;

	while ((n = record_heads(f, r, MANY)) > 0)
		for (size_t i = 0; i < n; i++) {
			const struct frame_record	 one = {
			    .kind = FRAME_RECORD, .bytes = r[i].bytes,
			    .offset = r[i].offset, .quality = r[i].quality };
			struct record			 same;

			note(&one, all, s);
			require(record_head(&same, &one) == 0);
			require(same.event == r[i].event &&
			    same.seconds == r[i].seconds &&
			    same.fraction == r[i].fraction &&
			    same.version == r[i].version &&
			    same.body == r[i].body);
		}
}

static void
look(struct frame *f, struct slice all, bool quickly, struct seen *s)
{
	struct frame_record	 r;
	struct record		 rec;

	for (;;) {
		if (quickly)
			look_quickly(f, all, s);
		if (frame_next(f, &r) != 1)
			break;
		note(&r, all, s);
		if (r.kind == FRAME_RECORD && record_head(&rec, &r) == 0)
			record_index(&rec);
	}
}

static struct seen
cut(struct slice all, size_t size, bool quickly)
{
	struct frame	*f = frame_new();
	struct seen	 s = { 0, 0 };

	for (size_t at = 0; at < all.n;) {
		size_t	 n = all.n - at < size ? all.n - at : size;
		uint8_t	*piece = malloc(n);

		require(piece != NULL);
		memcpy(piece, all.p + at, n);
		require(frame_feed(f, piece, n) == 0);
		look(f, all, quickly, &s);
		free(piece);
		at += n;
	}
	frame_end(f);
	look(f, all, quickly, &s);
	require(s.end == all.n);
	frame_free(f);
	return s;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct slice	 all;
	const size_t	 size = n == 0 || p[0] == 0 ? 1 : 7 * (size_t)p[0];
	struct seen	 whole, pieces, quick;

	if (n == 0)
		return 0;
	all = (struct slice){ p + 1, n - 1 };
	whole = cut(all, SIZE_MAX, false);
	pieces = cut(all, size, false);
	quick = cut(all, size, true);
	require(whole.hash == pieces.hash);
	require(whole.hash == quick.hash);
	return 0;
}
