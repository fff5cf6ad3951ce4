/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_reading.c - one trail on its way into a press.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "run/press.h"
#include "run/reading.h"

#include "press_case.h"

struct scene {
	char				 path[64];
	int				 fd;
	struct names			*names;
	struct text_style		 style;
	struct formatter_options	 o;
	struct voices			 v;
	struct press			*p;
	struct reading			 r;
};

/* A file that holds this, and a press. */
static void
begin(struct scene *s, const struct buf *trail)
{
	struct press_start	 start = { .bar_fd = -1 };
	struct slice		 bad;

	*s = (struct scene){ .path = "/tmp/bsmtrace-reading.XXXXXX",
	    .style = { .raw = true, .one_line = true } };
	s->fd = mkstemp(s->path);
	assert_int_not_equal(s->fd, -1);
	assert_int_equal(write(s->fd, trail->p, trail->n), trail->n);
	s->names = names_new();
	s->o = (struct formatter_options){ .style = &s->style,
	    .names = s->names, .accounts = &case_accounts };
	voices_open(&s->v);
	start.fd = s->v.fd;
	s->p = press_new(&s->o, &bad);
	press_begin(s->p, &start);
}

static void
assert_printed(struct scene *s, const char *expected)
{
	(void)press_end(s->p);
	(void)unlink(s->path);
	(void)close(s->fd);
	assert_string_equal(voices_text(&s->v), expected);
	free(s->v.text);
	press_free(s->p);
	names_free(s->names);
}

static void
a_trail_is_read_in_pieces_of_any_size(void **state)
{
	struct buf	 trail = { 0 };

	(void)state;
	case_record(&trail, 1, "a");
	case_record(&trail, 2, "b");
	for (size_t piece = 1; piece < 2 * trail.n; piece += 7) {
		struct scene	 s;

		begin(&s, &trail);
		assert_true(reading_open(&s.r, s.p, s.path, piece));
		assert_false(s.r.slow);
		assert_true(reading_go_on(&s.r));
		assert_false(reading_compressed(&s.r));
		assert_int_equal(s.r.taken, trail.n);
		assert_true(reading_end(&s.r));
		assert_printed(&s, "20,30,11,0,0,1,0,40,a,19,30,\n"
		    "20,30,11,0,0,2,0,40,b,19,30,\n");
	}
	buf_fini(&trail);
}

static void
a_trail_that_grew_is_read_on(void **state)
{
	struct buf	 one = { 0 }, two = { 0 };
	struct scene	 s;

	(void)state;
	case_record(&one, 1, "a");
	case_record(&two, 2, "b");
	one.n -= 5;
	begin(&s, &one);
	assert_true(reading_open(&s.r, s.p, s.path, 4096));
	assert_true(reading_go_on(&s.r));
	reading_settle(&s.r);		/* half a record waits for the rest */
	assert_int_equal(write(s.fd, one.p + one.n, 5), 5);
	assert_int_equal(write(s.fd, two.p, two.n), two.n);
	assert_true(reading_go_on(&s.r));
	assert_true(reading_end(&s.r));
	assert_printed(&s, "20,30,11,0,0,1,0,40,a,19,30,\n"
	    "20,30,11,0,0,2,0,40,b,19,30,\n");
	buf_fini(&one);
	buf_fini(&two);
}

static void
a_trail_that_is_cut_short_while_it_is_read_ends_there(void **state)
{
	struct buf	 trail = { 0 };
	struct scene	 s;
	char		 expected[512];

	(void)state;
	case_record(&trail, 1, "a");
	case_record(&trail, 2, "b");
	begin(&s, &trail);
	assert_int_equal(ftruncate(s.fd, 40), 0);
	assert_true(reading_open(&s.r, s.p, s.path, 4096));
	assert_true(reading_go_on(&s.r));
	assert_int_equal(ftruncate(s.fd, 10), 0);
	assert_int_equal(unlink(s.path), 0);
	assert_true(reading_go_on(&s.r));
	assert_true(reading_end(&s.r));
	(void)snprintf(expected, sizeof(expected),
	    "20,30,11,0,0,1,0,40,a,19,30,\n"
	    "bsmtrace: %s:30: 10 bytes skipped: the trail ends inside a "
	    "record\nbsmtrace: %s: 10 bytes skipped in 1 place\n", s.path,
	    s.path);
	assert_printed(&s, expected);
	buf_fini(&trail);
}

static void
what_cannot_be_read_is_said(void **state)
{
	struct buf	 nothing = { 0 };
	struct scene	 s;

	(void)state;
	begin(&s, &nothing);
	assert_false(reading_open(&s.r, s.p, "/nonexistent/a", 4096));
	assert_true(reading_open(&s.r, s.p, "/tmp", 4096));
	assert_false(reading_go_on(&s.r));
	assert_false(reading_end(&s.r));
	assert_printed(&s, "bsmtrace: /nonexistent/a: No such file or "
	    "directory\nbsmtrace: /tmp: Is a directory\n");
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_trail_is_read_in_pieces_of_any_size),
		cmocka_unit_test(a_trail_that_grew_is_read_on),
		cmocka_unit_test(
		    a_trail_that_is_cut_short_while_it_is_read_ends_there),
		cmocka_unit_test(what_cannot_be_read_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
