/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "run/seam.h"

#define T	INT64_C(1704067200000)

/* A record of this number: any bytes will do. */
static enum seam_is
look(struct seam *s, unsigned number, int64_t millis)
{
	char	 bytes[16];

	(void)snprintf(bytes, sizeof(bytes), "%u", number);
	return seam_look(s, slice_str(bytes), millis);
}

static bool
on_row(void *arg, const struct row *row)
{
	assert_true(row->page >= 3 << 10);
	assert_true(row->page < (3 << 10) + SEAM_PAGES);
	assert_true(seam_page(arg, row->bytes));
	return true;
}

/* What another process knows. */
static struct seam *
restart(struct seam *s, bool hashes)
{
	struct seam	*other = seam_new(hashes);
	struct rows	 rows = { .fn = on_row, .arg = other };
	struct buf	 b = { 0 };
	struct cursor	 c = { 0 };

	seam_put(s, &b);
	c.in = buf_bytes(&b);
	assert_true(seam_take(other, &c));
	assert_int_equal(cursor_left(&c), 0);
	rows_section(&rows, 36);
	seam_save(s, &rows, 3 << 10);
	assert_true(rows_end(&rows));
	buf_fini(&b);
	seam_free(s);
	return other;
}

static void
what_was_missed_is_said_once(void **state)
{
	struct seam	*s = seam_new(false);
	int64_t		 last;

	(void)state;
	assert_false(seam_time(s, &last));
	assert_true(seam_is_plain(s));
	assert_int_equal(look(s, 1, T), SEAM_NEW);
	seam_last(s, T + 5);
	s = restart(s, false);
	assert_true(seam_time(s, &last));
	assert_int_equal(last, T + 5);
	assert_false(seam_is_plain(s));
	assert_int_equal(look(s, 2, T + 9), SEAM_AFTER_GAP);
	assert_int_equal(look(s, 3, T + 9), SEAM_NEW);
	assert_true(seam_is_plain(s));
	seam_free(s);
}

/* The trail, and then the pipe, which bring some of them again. */
static void
each_record_is_new_once(void **state)
{
	struct seam	*s = seam_new(true);

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(look(s, i, T + i / 3), SEAM_NEW);
	s = restart(s, true);
	seam_begin(s, false);
	for (unsigned i = 40; i < 150; i++)
		assert_int_equal(look(s, i, T + i / 3),
		    i < 100 ? SEAM_SEEN : SEAM_NEW);
	seam_begin(s, true);
	for (unsigned i = 120; i < 200; i++)
		assert_int_equal(look(s, i, T + i / 3),
		    i < 150 ? SEAM_SEEN : SEAM_NEW);
	seam_free(s);
}

static void
records_with_the_same_bytes_are_counted(void **state)
{
	struct seam	*s = seam_new(true);

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(look(s, 7, T), SEAM_NEW);
	s = restart(s, true);
	seam_begin(s, false);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(look(s, 7, T), SEAM_SEEN);
	assert_int_equal(look(s, 7, T), SEAM_NEW);
	seam_free(s);
}

static void
what_is_older_than_the_first_is_not_wanted(void **state)
{
	struct seam	*s = seam_new(true);

	(void)state;
	assert_int_equal(look(s, 1, T), SEAM_NEW);
	s = restart(s, true);
	seam_begin(s, false);
	assert_int_equal(look(s, 2, T - 1), SEAM_SEEN);
	assert_int_equal(look(s, 3, T), SEAM_NEW);
	assert_int_equal(look(s, 1, T), SEAM_SEEN);
	seam_free(s);
}

/* Trails that begin too late leave a gap. */
static void
gap_is_said_when_nothing_old_was_found(void **state)
{
	struct seam	*s = seam_new(true);

	(void)state;
	(void)look(s, 1, T);
	s = restart(s, true);
	seam_begin(s, false);
	assert_int_equal(look(s, 9, T + 60000), SEAM_AFTER_GAP);
	seam_free(s);
}

static void
clock_that_steps_back_loses_nothing(void **state)
{
	struct seam	*s = seam_new(true);

	(void)state;
	(void)look(s, 1, T);
	(void)look(s, 2, T + 1);
	s = restart(s, true);
	seam_begin(s, false);
	assert_int_equal(look(s, 1, T), SEAM_SEEN);
	assert_int_equal(look(s, 2, T + 1), SEAM_SEEN);
	assert_int_equal(look(s, 3, T - 3600000), SEAM_NEW);
	seam_begin(s, true);
	assert_int_equal(look(s, 3, T - 3600000), SEAM_SEEN);
	assert_int_equal(look(s, 4, T - 3600000), SEAM_NEW);
	seam_free(s);
}

static void
more_than_there_is_room_for_is_known_by_the_time(void **state)
{
	struct seam	*s = seam_new(true);

	(void)state;
	for (unsigned i = 0; i < SEAM_MAX + 1000; i++)
		(void)look(s, i, T + i / 100);
	s = restart(s, true);
	seam_begin(s, false);
	assert_int_equal(look(s, 1, T), SEAM_SEEN);
	assert_int_equal(look(s, SEAM_MAX, T + SEAM_MAX / 100), SEAM_SEEN);
	assert_int_equal(look(s, SEAM_MAX + 999, T + (SEAM_MAX + 999) / 100),
	    SEAM_SEEN);
	assert_int_equal(look(s, SEAM_MAX + 1000,
	    T + (SEAM_MAX + 1000) / 100), SEAM_NEW);
	seam_free(s);
}

static void
times_that_cannot_be_do_no_harm(void **state)
{
	static const uint8_t	 bad[17] = { 1, 0x7f, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff };
	struct seam		*s = seam_new(true);
	struct cursor		 c = { .in = { bad, sizeof(bad) } };

	(void)state;
	assert_false(seam_take(s, &c));
	seam_free(s);
	s = seam_new(true);
	(void)look(s, 1, INT64_MAX);
	(void)look(s, 2, INT64_MIN);
	s = restart(s, true);
	seam_begin(s, false);
	(void)look(s, 3, INT64_MIN);
	(void)look(s, 3, INT64_MAX);
	seam_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_missed_is_said_once),
		cmocka_unit_test(each_record_is_new_once),
		cmocka_unit_test(records_with_the_same_bytes_are_counted),
		cmocka_unit_test(what_is_older_than_the_first_is_not_wanted),
		cmocka_unit_test(gap_is_said_when_nothing_old_was_found),
		cmocka_unit_test(clock_that_steps_back_loses_nothing),
		cmocka_unit_test(
		    more_than_there_is_room_for_is_known_by_the_time),
		cmocka_unit_test(times_that_cannot_be_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
