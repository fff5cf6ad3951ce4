/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_press.c - the same output on any number of threads.
 *
 * Also to be run under -fsanitize=thread.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run/press.h"

#include "press_case.h"

#define PIECE 50000u		/* bytes, as a trail would be read */

struct form {
	struct text_style		 style;
	struct formatter_options	 o;
};

/* A press, begun, that writes to FD. */
static struct press *
begin(struct form *form, const struct names *names, unsigned threads, int fd)
{
	const struct press_start	 start = { .fd = fd, .threads = threads,
		.bar_fd = -1 };
	struct slice			 bad;
	struct press			*p;

	form->o.style = &form->style;
	form->o.names = names;
	form->o.accounts = &case_accounts;
	p = press_new(&form->o, &bad);
	assert_non_null(p);
	press_begin(p, &start);
	return p;
}

/* What frame_next() has, without the short way over runs if SLOW. */
static void
drain(struct press *p, struct sheet_trail *t, struct frame *frame, bool slow)
{
	struct frame_record	 f;

	for (;;) {
		if (!slow)
			frame_took(frame, press_ahead(p, t, frame_ahead(frame),
			    true));
		if (press_stopped(p) || frame_next(frame, &f) != 1)
			return;
		press_frame(p, t, &f);
	}
}

static void
put_trail(struct press *p, struct slice trail, bool slow)
{
	struct sheet_trail	*t = press_trail(p, "a", "a");
	struct frame	*frame = frame_new();

	for (size_t at = 0; at < trail.n && !press_stopped(p); at += PIECE) {
		const size_t	 n = trail.n - at < PIECE ? trail.n - at :
		    PIECE;
		uint8_t		*piece = xmemdup(trail.p + at, n);

		assert_int_equal(frame_feed(frame, piece, n), 0);
		drain(p, t, frame, slow);
		press_release(p);
		free(piece);		/* nothing points to it any more */
		press_took(p, n);
	}
	frame_end(frame);
	drain(p, t, frame, slow);
	press_trail_end(p, t);
	frame_free(frame);
}

/* Everything that is written and said of a trail. */
static char *
printed(struct form *form, const struct names *names, struct slice trail,
    unsigned threads, bool slow)
{
	struct press	*p;
	struct voices	 v;

	voices_open(&v);
	p = begin(form, names, threads, v.fd);
	press_words(p, "first\x1b", "no such trail");
	put_trail(p, trail, slow);
	press_words(p, "last", "no such trail");
	assert_true(press_end(p));
	assert_true(press_damaged(p));
	assert_true(press_bsd(p));
	press_free(p);
	(void)voices_text(&v);
	return v.text;
}

static void
assert_same_everywhere(struct form *form)
{
	struct names	*names = names_new();
	struct buf	 trail = { 0 };
	char		*once, *again;

	case_trail(&trail, 20000);
	once = printed(form, names, buf_bytes(&trail), 1, true);
	assert_non_null(strstr(once, "bsmtrace: first\\x1b: no such trail\n"));
	assert_non_null(strstr(once, "bsmtrace: a: 200 bytes skipped in 40 "
	    "places, 29 records shown in part\nbsmtrace: last: "));
	for (unsigned threads = 1; threads < 6; threads += 2) {
		again = printed(form, names, buf_bytes(&trail), threads,
		    threads == 5);
		assert_int_equal(strlen(once), strlen(again));
		assert_memory_equal(once, again, strlen(once));
		free(again);
	}
	free(once);
	buf_fini(&trail);
	names_free(names);
}

static void
text_is_the_same_on_any_number_of_threads(void **state)
{
	struct form	 form = { .style.utc = true };

	(void)state;
	assert_same_everywhere(&form);
}

static void
so_is_xml(void **state)
{
	struct form	 form = { .style.utc = true, .style.xml = true };

	(void)state;
	assert_same_everywhere(&form);
}

static void
a_record_larger_than_a_sheet_goes_through(void **state)
{
	struct form	 form = { .style.raw = true, .style.one_line = true };
	struct names	*names = names_new();
	struct buf	 trail = { 0 };
	char		*out;

	(void)state;
	case_record(&trail, 1, "before");
	for (unsigned i = 0; i < 3; i++) {
		const size_t	 start = trail.n;

		case_record(&trail, 2, "");
		trail.n -= TRAILER_SIZE;
		for (unsigned k = 0; k < 20; k++) {	/* opaque tokens */
			buf_u8(&trail, 0x29);
			buf_u16(&trail, 30000);
			memset(buf_room(&trail, 30000), 0, 30000);
			trail.n += 30000;
		}
		build_finish(&trail, start);
	}
	case_record(&trail, 3, "behind");
	buf_str(&trail, "noise");
	for (unsigned threads = 1; threads < 4; threads++) {
		out = printed(&form, names, buf_bytes(&trail), threads, false);
		assert_true(strlen(out) > 3 * 20 * 60000);
		assert_non_null(strstr(out, "40,behind"));
		free(out);
	}
	buf_fini(&trail);
	names_free(names);
}

static void
when_nobody_reads_it_stops(void **state)
{
	struct form	 form = { .style.raw = true };
	struct names	*names = names_new();
	struct buf	 trail = { 0 };
	struct press	*p;
	int		 ends[2];

	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	case_trail(&trail, 20000);
	for (unsigned threads = 1; threads < 4; threads++) {
		assert_int_equal(pipe(ends), 0);
		(void)close(ends[0]);
		p = begin(&form, names, threads, ends[1]);
		for (unsigned i = 0; i < 50 && !press_stopped(p); i++)
			put_trail(p, buf_bytes(&trail), false);
		assert_true(press_stopped(p));
		assert_true(press_end(p));	/* that is no failure */
		press_free(p);
		(void)close(ends[1]);
	}
	buf_fini(&trail);
	names_free(names);
}

static void
what_is_flushed_and_finished_is_out(void **state)
{
	struct form	 form = { .style.raw = true, .style.one_line = true };
	struct names	*names = names_new();
	struct buf	 trail = { 0 };

	(void)state;
	case_record(&trail, 1, "a");
	for (unsigned threads = 1; threads < 4; threads++) {
		struct voices	 v;
		struct press	*p;

		voices_open(&v);
		p = begin(&form, names, threads, v.fd);
		put_trail(p, buf_bytes(&trail), true);
		press_finish(p);
		assert_string_equal(voices_text(&v),
		    "20,30,11,0,0,1,0,40,a,19,30,\n");
		press_stop(p);
		assert_true(press_end(p));
		press_free(p);
		free(v.text);
	}
	press_free(NULL);
	buf_fini(&trail);
	names_free(names);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(text_is_the_same_on_any_number_of_threads),
		cmocka_unit_test(so_is_xml),
		cmocka_unit_test(a_record_larger_than_a_sheet_goes_through),
		cmocka_unit_test(when_nobody_reads_it_stops),
		cmocka_unit_test(what_is_flushed_and_finished_is_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
