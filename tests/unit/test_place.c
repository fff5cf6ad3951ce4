/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "bsm/build.h"
#include "bsm/place.h"

#define RUNS	4000u

/* Numbers that are the same each time. */
static uint64_t	 drawn;

static uint32_t
draw(uint32_t below)
{
	drawn = drawn * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(drawn >> 33) % below;
}

static void
record(struct buf *b, bool trailer)
{
	const size_t	 start = b->n;
	struct token	 t = { .id = TOK_HEADER32,
	    .layout = layout_find(TOK_HEADER32) };

	t.header.version = trailer ? 11 : 2;
	t.header.event = 1;
	t.header.seconds = draw(1000);
	assert_int_equal(build_token(b, &t), 0);
	t = (struct token){ .id = TOK_TEXT, .layout = layout_find(TOK_TEXT) };
	t.str.text = slice_str(&"some words in a record"[draw(20)]);
	assert_int_equal(build_token(b, &t), 0);
	build_finish(b, start);
	if (trailer)
		return;
	b->n -= TRAILER_SIZE;			/* as Solaris may write it */
	b->p[start + 3] = (uint8_t)((b->n - start) >> 8);
	b->p[start + 4] = (uint8_t)(b->n - start);
}

static void
damage(struct buf *b)
{
	for (uint32_t n = draw(4); n > 0; n--) {
		const uint32_t	 at = draw((uint32_t)b->n);

		if (draw(3) == 0)
			memset(b->p + at, 0, b->n - at < 9 ? b->n - at : 9);
		else
			b->p[at] ^= (uint8_t)(1 + draw(255));
	}
}

/* What comes out of a frame, one after another, as bytes. */
static void
drain(struct frame *f, struct buf *out)
{
	struct frame_record	 r;

	while (frame_next(f, &r) == 1) {
		buf_u64(out, r.offset);
		buf_u32(out, (uint32_t)r.bytes.n);
		buf_u8(out, (uint8_t)r.kind);
		buf_u8(out, (uint8_t)r.quality);
		buf_u8(out, (uint8_t)(r.kind == FRAME_RECORD &&
		    r.quality != FRAME_RECOVERED ? 0 : r.reason));
		buf_u8(out, r.more);
	}
}

static void
feed(struct frame *f, const uint8_t *p, size_t n, struct buf *out)
{
	while (n > 0) {
		const size_t	 piece = draw(2) == 0 || n < 40 ? n :
		    1 + draw((uint32_t)n);
		uint8_t		*exact = malloc(piece);

		memcpy(exact, p, piece);
		assert_int_equal(frame_feed(f, exact, piece), 0);
		drain(f, out);
		free(exact);
		p += piece;
		n -= piece;
	}
}

/* The place through bytes, to another frame. */
static struct frame *
move(struct frame *f, uint64_t *offset)
{
	struct place	 p = place_of(f);
	struct buf	 b = { 0 };
	struct cursor	 c = { 0 };

	place_put(&b, &p);
	p = (struct place){ 0 };
	c.in = buf_bytes(&b);
	assert_true(place_take(&c, &p));
	assert_int_equal(cursor_left(&c), 0);
	buf_fini(&b);
	frame_free(f);
	*offset = p.offset;
	return place_frame(&p);
}

static void
read_all(const struct buf *b, size_t cut, bool quiet, bool moved,
    struct buf *out)
{
	struct frame	*f = frame_new();
	uint64_t	 at = cut;

	feed(f, b->p, cut, out);
	if (quiet) {
		frame_quiet(f);
		drain(f, out);
	}
	if (moved)
		f = move(f, &at);
	feed(f, b->p + at, b->n - at, out);
	frame_end(f);
	drain(f, out);
	frame_free(f);
}

static void
what_comes_out_is_the_same_as_without_a_break(void **state)
{
	struct buf	 b = { 0 }, one = { 0 }, other = { 0 };

	(void)state;
	drawn = 42;
	for (unsigned run = 0; run < RUNS; run++) {
		size_t	 cut;
		bool	 quiet;

		buf_clear(&b);
		for (uint32_t n = 1 + draw(12), weak = draw(3); n > 0; n--)
			record(&b, weak != 0 || draw(2) == 0);
		damage(&b);
		cut = draw((uint32_t)b.n + 1);
		quiet = draw(2) == 0;
		buf_clear(&one);
		buf_clear(&other);
		read_all(&b, cut, quiet, false, &one);
		read_all(&b, cut, quiet, true, &other);
		if (one.n != other.n || memcmp(one.p, other.p, one.n) != 0)
			fail_msg("run %u: cut at %zu of %zu%s", run, cut, b.n,
			    quiet ? ", quiet" : "");
	}
	buf_fini(&b);
	buf_fini(&one);
	buf_fini(&other);
}

static void
bytes_that_cannot_be_a_place_are_refused(void **state)
{
	struct place	 p = { .offset = 7, .search_at = FRAME_GAP_MAX + 1 };
	struct buf	 b = { 0 };
	struct cursor	 c = { 0 };

	(void)state;
	place_put(&b, &p);
	c.in = buf_bytes(&b);
	assert_false(place_take(&c, &p));
	assert_int_not_equal(c.err, 0);
	for (size_t n = 0; n < b.n; n++) {
		uint8_t	*exact = malloc(n + 1);

		memcpy(exact, b.p, n);
		c = (struct cursor){ .in = { exact, n } };
		assert_false(place_take(&c, &p));
		free(exact);
	}
	buf_fini(&b);
}

/* A file may be shorter now than where the search had come to. */
static void
place_beyond_the_bytes_ends_in_a_gap(void **state)
{
	const struct place	 p = { .offset = 100, .damaged = true,
	    .searching = true, .search_at = 500, .inside_at = 1 };
	struct frame		*f = place_frame(&p);
	struct frame_record	 r;

	(void)state;
	assert_int_equal(frame_feed(f, "noise", 5), 0);
	assert_int_equal(frame_next(f, &r), 0);
	frame_end(f);
	assert_int_equal(frame_next(f, &r), 1);
	assert_int_equal(r.kind, FRAME_GAP);
	assert_int_equal(r.offset, 100);
	assert_int_equal(r.bytes.n, 5);
	assert_int_equal(frame_next(f, &r), 0);
	frame_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_out_is_the_same_as_without_a_break),
		cmocka_unit_test(bytes_that_cannot_be_a_place_are_refused),
		cmocka_unit_test(place_beyond_the_bytes_ends_in_a_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
