/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_record.c - any bytes as one record.
 *
 * The walk over its tokens covers each byte once, the quick index and a course
 * find what the walk finds, and a decoded token is built again to the bytes it
 * came from.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bsm/build.h"
#include "bsm/course.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
require(bool holds)
{
	if (!holds)
		abort();
}

static void
look_at_strings(const struct strings *s)
{
	size_t		 at = 0;
	uint32_t	 n = 0;
	struct slice	 one;

	while (strings_next(s, &at, &one))
		n++;
	require(n == s->count && at == s->bytes.n);
}

/* Built again it is the same bytes. */
static void
build_again(const uint8_t *p, const struct token *t)
{
	struct buf	 b = { 0 };

	for (const struct field *f = t->layout->fields; f->name != NULL; f++)
		if (f->wire == W_STRINGS || f->wire == W_STRS16)
			look_at_strings(token_strings(t, f));
	require(build_token(&b, t) == 0);
	require(b.n == t->len && memcmp(b.p, p + t->off, b.n) == 0);
	buf_fini(&b);
}

/* Places that the index should have, found by the walk. */
static int
walk(struct slice bytes, uint32_t last[256])
{
	struct tokens	 w;
	struct token	 t;
	size_t		 pos = 0;
	int		 status, error = 0;

	tokens_begin(&w, bytes);
	while ((status = tokens_next(&w, &t)) != 0) {
		require(t.off == pos && t.len > 0);
		require(t.len <= bytes.n - pos);
		pos += t.len;
		require((status == 1) == (t.layout != NULL));
		if (status < 0) {
			error = status;
			continue;
		}
		last[t.id] = (uint32_t)t.off;
		build_again(bytes.p, &t);
	}
	require(pos == bytes.n);
	return error;
}

static uint32_t
later(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static void
compare_index(struct slice bytes, const uint32_t last[256], int error)
{
	struct frame_record	 f = { .bytes = bytes,
	    .quality = FRAME_RECOVERED };
	struct record		 r;
	struct slice		 s;
	uint64_t		 fsid, node;

	if (bytes.n < HEADER_MIN || !token_is_header(bytes.p[0]) ||
	    record_head(&r, &f) != 0)
		return;
	record_index(&r);
	require(r.error == error);
	require(r.at[REC_PATH] == last[TOK_PATH]);
	require(r.at[REC_ZONE] == last[TOK_ZONENAME]);
	require(r.at[REC_RETURN] == later(last[TOK_RETURN32],
	    last[TOK_RETURN64]));
	require(r.at[REC_ATTR] == later(last[TOK_ATTR], later(last[TOK_ATTR32],
	    last[TOK_ATTR64])));
	require(r.at[REC_SUBJECT] == later(later(last[TOK_SUBJECT32],
	    last[TOK_SUBJECT64]), later(last[TOK_SUBJECT32_EX],
	    last[TOK_SUBJECT64_EX])));
	(void)record_path(&r, &s);
	(void)record_zone(&r, &s);
	(void)record_address(&r);
	record_inode(&r, &fsid, &node);
	(void)record_millis(&r);
}

/* The same, by the index or along what the last record was made of. */
static void
compare_course(struct courses *cs, struct slice bytes)
{
	const struct frame_record	 f = { .bytes = bytes,
	    .quality = FRAME_RECOVERED };
	struct record			 along, plain;

	if (bytes.n < HEADER_MIN || !token_is_header(bytes.p[0]) ||
	    record_head(&along, &f) != 0)
		return;
	plain = along;
	record_index(&plain);
	course_index(cs, &along);
	require(along.error == plain.error);
	require(along.error_at == plain.error_at);
	require(memcmp(along.at + 1, plain.at + 1, sizeof(plain.at) -
	    sizeof(plain.at[0])) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct courses		 cs = { 0 };
	const struct slice	 bytes = { p, n };
	uint32_t		 last[256] = { 0 };
	int			 error = walk(bytes, last);

	for (size_t i = 0; i < n; i++)
		require(token_size(p + i, n - i) <= n - i);
	compare_index(bytes, last, error);
	compare_course(&cs, bytes);
	for (size_t k = 0; k < n && k < 8; k++)
		compare_course(&cs, (struct slice){ p, n - k });
	return 0;
}
