/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_frame_ahead.c - the fast way through a stream gives the same frames.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bsm/frame.h"

#include "draw.h"

/* Frames as text, so that two runs can be compared. */
static void
note(struct buf *out, uint64_t offset, size_t n, enum frame_kind kind,
    enum frame_quality quality)
{
	buf_printf(out, "%llu %zu %d %d\n", (unsigned long long)offset, n,
	    (int)kind, (int)quality);
}

static void
drain(struct frame *f, bool ahead, struct buf *out, uint64_t *at)
{
	struct frame_record	 r;

	do {
		const struct slice	 a = frame_ahead(f);
		size_t			 taken = 0, n;

		while (ahead && a.n > 0 && (n = frame_intact(a.p + taken,
		    a.n - taken)) > 0) {
			note(out, *at + taken, n, FRAME_RECORD, FRAME_STRONG);
			taken += n;
		}
		frame_took(f, taken);
		*at += taken;
		if (frame_next(f, &r) != 1)
			return;
		assert_true(r.offset == *at);
		*at += r.bytes.n;
		note(out, r.offset, r.bytes.n, r.kind, r.quality);
	} while (true);
}

static void
frames_of(struct slice stream, size_t piece, bool ahead, struct buf *out)
{
	struct frame	*f = frame_new();
	uint64_t	 at = 0;

	for (size_t i = 0; i < stream.n; i += piece) {
		const size_t	 left = stream.n - i;
		struct slice	 p = exact((struct slice){ stream.p + i,
		    left < piece ? left : piece });

		assert_int_equal(frame_feed(f, p.p, p.n), 0);
		drain(f, ahead, out, &at);
		exact_free(p);
	}
	frame_end(f);
	drain(f, ahead, out, &at);
	assert_true(at == stream.n);
	frame_free(f);
}

/* Each draw is a statement: then every compiler draws the same. */
static void
draw_stream(struct lot *lot, struct buf *stream)
{
	buf_clear(stream);
	for (unsigned n = lot_below(lot, 30); n > 0; n--) {
		const uint8_t	 version = lot_below(lot, 8) == 0 ? 2 : 11;
		const bool	 trailer = lot_below(lot, 9) != 0;

		lot_record(lot, stream, version, 5, trailer);
	}
	for (unsigned n = lot_below(lot, 4); n > 1 && stream->n > 0; n--) {
		const uint32_t	 at = lot_below(lot, (uint32_t)stream->n);

		stream->p[at] ^= (uint8_t)(1 + lot_below(lot, 255));
	}
}

static void
what_lies_ahead_is_what_would_come_next(void **state)
{
	struct lot	*lot = calloc(1, sizeof(*lot));
	struct buf	 stream = { 0 }, one = { 0 }, two = { 0 };

	(void)state;
	lot_seed(lot, 11);
	for (unsigned i = 0; i < lot_runs(400); i++) {
		buf_clear(&one);
		buf_clear(&two);
		draw_stream(lot, &stream);
		frames_of(buf_bytes(&stream), 1 + lot_below(lot, 3000), false,
		    &one);
		frames_of(buf_bytes(&stream), 1 + lot_below(lot, 3000), true,
		    &two);
		assert_string_equal(buf_cstr(&one), buf_cstr(&two));
	}
	buf_fini(&stream);
	buf_fini(&one);
	buf_fini(&two);
	free(lot);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(what_lies_ahead_is_what_would_come_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
