/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert_case.h"
#include "bsm/cursor.h"
#include "sink/replay.h"

static struct replay	*r;
static int		 fd;
static uint64_t		 whole;

static int
setup(void **state)
{
	char	 path[] = "/tmp/test_replay.XXXXXX";

	(void)state;
	fd = mkstemp(path);
	unlink(path);
	r = replay_new();
	return fd == -1;
}

static int
teardown(void **state)
{
	(void)state;
	close(fd);
	replay_free(r);
	return 0;
}

/* The file has this text, of which what is behind FROM is read. */
static void
read_text(const char *text, uint64_t from, bool many_lines)
{
	struct replay_file	 f = { .fd = fd, .from = from,
	    .many_lines = many_lines };

	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, text, strlen(text), 0), strlen(text));
	assert_int_equal(replay_read(r, &f), 0);
	whole = f.whole;
}

/* The same with bytes that no text has; returns whether there is a hole. */
static bool
read_bytes(const char *bytes, size_t n, bool many_lines, bool ours)
{
	struct replay_file	 f = { .fd = fd, .many_lines = many_lines,
	    .ours = ours };

	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, bytes, n, 0), n);
	assert_int_equal(replay_read(r, &f), 0);
	whole = f.whole;
	return f.hole;
}

/* From a heap block of its own length. */
static bool
takes(const char *text)
{
	uint8_t		*copy = malloc(strlen(text));
	bool		 good;

	memcpy(copy, text, strlen(text));
	good = replay_take(r, (struct slice){ copy, strlen(text) });
	free(copy);
	return good;
}

static void
line_is_taken_as_often_as_it_is_there(void **state)
{
	(void)state;
	read_text("1 a\n1 b\n1 a\n", 0, false);
	assert_int_equal(replay_left(r), 3);
	assert_int_equal(whole, 12);
	assert_false(takes("1 c\n"));
	assert_true(takes("1 a\n"));
	assert_true(takes("1 a\n"));
	assert_false(takes("1 a\n"));
	assert_true(takes("1 b\n"));
	assert_int_equal(replay_left(r), 0);
	assert_false(takes("1 b\n"));
}

static void
what_stands_before_the_mark_is_not_looked_at(void **state)
{
	(void)state;
	read_text("1 a\n1 b\n", 4, false);
	assert_int_equal(replay_left(r), 1);
	assert_false(takes("1 a\n"));
	assert_true(takes("1 b\n"));
}

static void
line_without_its_end_is_torn(void **state)
{
	(void)state;
	read_text("1 a\n1 b", 0, false);
	assert_int_equal(whole, 4);
	assert_int_equal(replay_left(r), 1);
	assert_false(takes("1 b\n"));
}

static void
torn_line_that_was_gone_on_behind_hides_nothing(void **state)
{
	(void)state;
	read_text("1 a\n1 b\n1 c\n", 6, false);	/* within "1 b" */
	assert_int_equal(replay_left(r), 1);
	assert_true(takes("1 c\n"));
	replay_free(r);
	r = replay_new();
	/* A long text torn within a line, and one torn behind a line. */
	read_text("1 a\n  x\n  y\n1 b\n  x\n\n1 c\n  x\n\n1 d\n  x\n\n", 0,
	    true);
	assert_true(takes("1 b\n  x\n\n"));
	assert_true(takes("1 d\n  x\n\n"));
}

static void
long_text_ends_with_an_empty_line(void **state)
{
	(void)state;
	read_text("2021 a\n    x\n\n2021 b\n    y\n\n", 0, true);
	assert_int_equal(replay_left(r), 2);
	assert_int_equal(whole, 28);
	assert_true(takes("2021 b\n    y\n\n"));
	assert_false(takes("2021 a\n"));
	assert_false(takes("2021 a\n    y\n\n"));
	assert_true(takes("2021 a\n    x\n\n"));
}

/* Wherever it stops, it is torn back to where it began. */
static void
long_text_is_torn_on_each_proper_prefix(void **state)
{
	static const char	 text[] = "2021 a\n    x\n\n2021 b\n    y\n\n";
	char			 part[sizeof(text)];

	(void)state;
	for (size_t n = 14; n < sizeof(text) - 1; n++) {
		memcpy(part, text, n);
		part[n] = '\0';
		read_text(part, 0, true);
		assert_int_equal(whole, 14);
		assert_int_equal(replay_left(r), 1);
		assert_true(takes("2021 a\n    x\n\n"));
		assert_int_equal(replay_left(r), 0);
		replay_free(r);
		r = replay_new();
	}
}

static void
lines_of_others_are_not_ours(void **state)
{
	(void)state;
	read_text("Nov 22 06:00:00 host newsyslog[1]: logfile turned over\n"
	    "2021 a\n    x\n\n# a note\n    y\n\n2021 b\n\n", 0, true);
	assert_int_equal(replay_left(r), 2);
	assert_true(takes("2021 a\n    x\n\n"));
	assert_true(takes("2021 b\n\n"));
}

static void
name_of_a_trail_that_has_ended_meanwhile_is_the_same(void **state)
{
	(void)state;
	read_text("1 source: 20211014091059.not_terminated\n"
	    "1 source: 20211014091060.not_terminated\n", 0, false);
	assert_false(takes("1 source: 20211014091058.20211014112919\n"));
	assert_true(takes("1 source: 20211014091059.20211014112919\n"));
	assert_true(takes("1 source: 20211014091060.crash_recovery\n"));
}

static void
number_that_is_no_trail_counts_in_whole(void **state)
{
	(void)state;
	read_text("1634210459.522 a 123456789012345.1\n", 0, false);
	assert_false(takes("1634210459.523 a 123456789012345.1\n"));
	assert_false(takes("1634210459.522 a 123456789012345.2\n"));
	assert_true(takes("1634210459.522 a 123456789012345.1\n"));
}

/* Longer than what is read or hashed at once. */
static void
zeros_are_the_end_of_what_is_ours(void **state)
{
	(void)state;
	assert_true(read_bytes("1 a\n\0\0\0\n1 b\n", 12, false, true));
	assert_int_equal(whole, 4);
	assert_true(read_bytes("1 c\n1 d\0\0\n1 e\n", 14, false, true));
	assert_int_equal(whole, 4);
	assert_int_equal(replay_left(r), 2);
	assert_true(takes("1 a\n"));
	assert_true(takes("1 c\n"));
	assert_true(read_bytes("\0\0", 2, false, true));
	assert_int_equal(whole, 0);
	assert_false(read_bytes("1 a\n", 4, false, true));
}

static void
zeros_tear_a_long_text_that_has_not_ended(void **state)
{
	(void)state;
	assert_true(read_bytes("1 a\n  b\n\n1 c\n\0\0", 15, true, true));
	assert_int_equal(whole, 9);
	assert_int_equal(replay_left(r), 1);
	assert_true(takes("1 a\n  b\n\n"));
	assert_true(read_bytes("1 a\n  b\n\n\0\0", 11, true, true));
	assert_int_equal(whole, 9);
	assert_true(takes("1 a\n  b\n\n"));
}

static void
zeros_in_what_may_be_of_others_are_passed_over(void **state)
{
	(void)state;
	assert_false(read_bytes("1 a\n\0\0\n1 b\n1 c\0\n1 d\n", 20, false,
	    false));
	assert_int_equal(whole, 20);
	assert_true(takes("1 a\n"));
	assert_true(takes("1 b\n"));
	assert_true(takes("1 d\n"));
	assert_int_equal(replay_left(r), 0);
}

static void
file_of_ours_begins_as_a_text_does_in_any_format(void **state)
{
	static const char *const	 ours[] = { "1.0 state", "-12.999 x",
	    "{\"time\":\"2033", "2033-05-18T03:33:20.000Z  new" };
	static const char *const	 others[] = { "", "42", "42\n", "1 a",
	    "Nov 22", "{\"timer\":1}", "2033-05-18 03:33", ".5", "\x1f\x8b" };

	(void)state;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		read_text(ours[i], 0, false);
		assert_true(replay_begins(fd));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		read_text(others[i], 0, false);
		assert_false(replay_begins(fd));
	}
}

static void
long_line_is_told_by_all_of_it(void **state)
{
	const size_t	 n = 200001;
	char		*line = malloc(n + 1);

	(void)state;
	memset(line, 'x', n);
	line[0] = '{';
	line[n - 1] = '\n';
	line[n] = '\0';
	read_text(line, 0, false);
	line[n - 2] = 'y';
	assert_false(takes(line));
	line[n - 2] = 'x';
	line[4095] = 'y';
	assert_false(takes(line));
	line[4095] = 'x';
	assert_true(takes(line));
	free(line);
}

static void
too_long_a_stretch_is_refused_and_not_read(void **state)
{
	struct replay_file	 f = { .fd = fd, .from = 1 };

	(void)state;
	if (ftruncate(fd, (off_t)(REPLAY_BYTES_MAX + 2)) == -1)
		skip();
	assert_int_equal(replay_read(r, &f), EFBIG);
	assert_int_equal(f.whole, 1);
	assert_int_equal(replay_left(r), 0);
}

static void
file_that_cannot_be_read_is_told_by_its_errno(void **state)
{
	struct replay_file	 f = { .fd = -1 };

	(void)state;
	assert_int_equal(replay_read(r, &f), EBADF);
}

/* What each format writes is one text, so that it is found again. */
static void
each_format_puts_one_text_that_is_found_again(void **state)
{
	struct alert_case	 a;

	(void)state;
	case_init(&a, "/tmp/x\n1 y", "a\n\n1 text");
	a.alert.rule.label = "log\nin";
	a.alert.rule.description = "1\n2\n\n3";
	a.alert.rule.remedy = " x\n\n";
	for (const struct sink_format *f = sink_formats(); f->name != NULL;
	    f++) {
		struct buf	 b = { 0 };

		f->put(&b, &a.view, &a.world);
		f->put(&b, &a.view, &a.world);
		read_text(buf_cstr(&b), 0, !f->one_line);
		assert_int_equal(whole, b.n);
		assert_int_equal(replay_left(r), 2);
		buf_clear(&b);
		f->put(&b, &a.view, &a.world);
		assert_true(takes(buf_cstr(&b)));
		assert_true(takes(buf_cstr(&b)));
		buf_fini(&b);
		replay_free(r);
		r = replay_new();
	}
	case_fini(&a);
}

/* Rows. */

static bool
on_row(void *arg, const struct row *row)
{
	struct buf	*b = arg;

	buf_u32(b, row->page);
	buf_slice(b, row->bytes);
	return true;
}

static void
put(struct buf *b, uint32_t first)
{
	struct rows	 rows = { .fn = on_row, .arg = b };

	rows_section(&rows, 49);
	replay_put(r, &rows, first);
	assert_true(rows_end(&rows));
}

static void
what_is_left_survives_as_rows(void **state)
{
	struct buf	 b = { 0 };
	struct replay	*again = replay_new();
	uint8_t		*copy;

	(void)state;
	read_text("1 a\n1 b\n1 a\n1 c\n", 0, false);
	assert_true(takes("1 a\n"));
	assert_true(takes("1 b\n"));
	put(&b, 8192);
	assert_int_equal(b.n, 4 + 2 * 20);	/* "1 a" and "1 c" */
	assert_int_equal(be32(b.p), 8192);
	copy = malloc(b.n - 4);
	memcpy(copy, b.p + 4, b.n - 4);
	for (size_t n = 0; n < b.n - 4; n++) {
		uint8_t	*part = malloc(n == 0 ? 1 : n);
		struct replay *other = replay_new();

		memcpy(part, copy, n);
		assert_int_equal(replay_row(other, (struct slice){ part, n }),
		    n % 20 == 0);
		replay_free(other);
		free(part);
	}
	assert_true(replay_row(again, (struct slice){ copy, b.n - 4 }));
	free(copy);
	replay_free(r);
	r = again;
	assert_int_equal(replay_left(r), 2);
	assert_true(takes("1 c\n"));
	assert_true(takes("1 a\n"));
	assert_false(takes("1 a\n"));
	buf_clear(&b);
	put(&b, 0);
	assert_int_equal(b.n, 0);
	buf_fini(&b);
}

static void
row_with_a_count_of_nothing_is_refused(void **state)
{
	const uint8_t	 bytes[20] = { 1 };

	(void)state;
	assert_false(replay_row(r, (struct slice){ bytes, 20 }));
}

static void
counts_that_do_not_fit_are_not_wrapped(void **state)
{
	uint8_t	 bytes[40];

	(void)state;
	memset(bytes, 0, 16);
	memset(bytes + 16, 0xff, 4);
	memcpy(bytes + 20, bytes, 20);
	assert_true(replay_row(r, (struct slice){ bytes, 40 }));
	assert_false(takes("1 a\n"));
	assert_int_equal(replay_left(r), UINT32_MAX);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(line_is_taken_as_often_as_it_is_there),
		TEST(what_stands_before_the_mark_is_not_looked_at),
		TEST(line_without_its_end_is_torn),
		TEST(torn_line_that_was_gone_on_behind_hides_nothing),
		TEST(long_text_ends_with_an_empty_line),
		TEST(long_text_is_torn_on_each_proper_prefix),
		TEST(lines_of_others_are_not_ours),
		TEST(name_of_a_trail_that_has_ended_meanwhile_is_the_same),
		TEST(number_that_is_no_trail_counts_in_whole),
		TEST(zeros_are_the_end_of_what_is_ours),
		TEST(zeros_tear_a_long_text_that_has_not_ended),
		TEST(zeros_in_what_may_be_of_others_are_passed_over),
		TEST(file_of_ours_begins_as_a_text_does_in_any_format),
		TEST(long_line_is_told_by_all_of_it),
		TEST(too_long_a_stretch_is_refused_and_not_read),
		TEST(file_that_cannot_be_read_is_told_by_its_errno),
		TEST(each_format_puts_one_text_that_is_found_again),
		TEST(what_is_left_survives_as_rows),
		TEST(row_with_a_count_of_nothing_is_refused),
		TEST(counts_that_do_not_fit_are_not_wrapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
