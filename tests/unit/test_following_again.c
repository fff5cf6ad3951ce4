/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_following_again.c - trails that are read by one process after another,
 * and what happens to them in between.
 */
#include "following_case.h"

/* Records, and between them what is none. */
static size_t
build_damaged(struct buf *b, size_t *ends, size_t records)
{
	for (size_t i = 0; i < records; i++) {
		if (i % 7 == 3)
			buf_str(b, "noise between two records");
		if (i % 11 == 5)
			buf_put(b, "\0\0\0\0\0\0\0\0\0", 9);
		build_numbered(b, (int64_t)i);
		if (i % 5 == 4)			/* its trailer */
			b->p[b->n - 3] ^= 0x40;
		ends[i] = b->n;
	}
	return b->n;
}

static void
goes_on_at_each_record_of_a_damaged_trail(void **state)
{
	enum { RECORDS = 40 };
	struct scene	*s = *state;
	struct buf	 b = { 0 };
	size_t		 ends[RECORDS], n, before = 0;
	uint64_t	 gaps;

	build_damaged(&b, ends, RECORDS);
	trails_append(&s->dir, CLOSED("00", "01") ".whole", b.p, b.n);
	trails_age(&s->dir, CLOSED("00", "01") ".whole");
	begin(s, FOLLOWING_ALL, 0);
	for (unsigned i = 0; i < 40 && s->heard[0].left == 0; i++)
		spin(s, 50);
	n = s->heard[0].n;
	gaps = s->heard[0].gaps;
	assert_true(n > RECORDS / 2);
	assert_true(gaps > 5);
	for (size_t i = 0; i < RECORDS; i++) {
		const size_t	 to = ends[i] - i % 3 * 10;

		trails_append(&s->dir, ACTIVE("05") ".cut", b.p + before,
		    to - before);
		before = to;
		restart(s);
		spin_at_once(s);
	}
	trails_append(&s->dir, ACTIVE("05") ".cut", b.p + before, b.n - before);
	trails_move(&s->dir, ACTIVE("05") ".cut", CLOSED("05", "09") ".cut");
	trails_age(&s->dir, CLOSED("05", "09") ".cut");
	for (unsigned i = 0; i < 60 && s->heard[1].left == 0; i++)
		spin(s, 50);
	assert_int_equal(s->heard[1].n, n);
	assert_int_equal(s->heard[1].gaps, gaps);
	assert_memory_equal(s->heard[1].numbers, s->heard[0].numbers,
	    n * sizeof(s->heard[0].numbers[0]));
	assert_int_equal(s->heard[0].n, n);
	assert_string_equal(buf_cstr(&s->said), "");
	buf_fini(&b);
}

static void
rotations_while_nobody_reads_lose_nothing(void **state)
{
	struct scene	*s = *state;
	struct pages	 all = { 0 };

	trails_add(&s->dir, ACTIVE("00"), 0, 10);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 10);
	end(s, &all);
	trails_add(&s->dir, ACTIVE("00"), 10, 15);
	trails_move(&s->dir, ACTIVE("00"), T("00") ".crash_recovery");
	trails_add(&s->dir, CLOSED("03", "06"), 15, 30);
	trails_add(&s->dir, ACTIVE("06"), 30, 35);
	go_on(s, &all);
	wait_for(s, 0, 35);
	assert_numbers(&s->heard[0], 0, 0, 35);
	assert_string_equal(buf_cstr(&s->said), "");
	assert_int_equal(s->gone, 0);
}

static void
trail_that_was_compressed_meanwhile_is_read_on(void **state)
{
	struct scene	*s = *state;
	struct pages	 all = { 0 };

	trails_add(&s->dir, ACTIVE("00"), 0, 1000);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 1000);
	end(s, &all);
	trails_add(&s->dir, ACTIVE("00"), 1000, 2000);
	trails_move(&s->dir, ACTIVE("00"), CLOSED("00", "01"));
	trails_age(&s->dir, CLOSED("00", "01"));
	trails_gzip(&s->dir, CLOSED("00", "01"));
	trails_add(&s->dir, ACTIVE("01"), 2000, 2001);
	go_on(s, &all);
	wait_for(s, 0, 2001);
	assert_numbers(&s->heard[0], 0, 0, 2001);
	assert_string_equal(buf_cstr(&s->said), "");
}

static void
done_trails_are_not_read_again_whatever_they_are_called(void **state)
{
	struct scene	*s = *state;
	struct pages	 all = { 0 };

	trails_add(&s->dir, CLOSED("00", "01"), 0, 10);
	trails_add(&s->dir, CLOSED("01", "02"), 10, 20);
	trails_age(&s->dir, CLOSED("00", "01"));
	trails_age(&s->dir, CLOSED("01", "02"));
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 20);
	for (unsigned i = 0; i < 40 && s->heard[0].left < 2; i++)
		spin(s, 50);
	end(s, &all);
	assert_int_equal(unlink(trails_in(&s->dir, CLOSED("01", "02"))), 0);
	trails_move(&s->dir, CLOSED("00", "01"), T("00") ".crash_recovery");
	go_on(s, &all);
	look_twice(s);
	restart(s);
	/* A copy comes late. */
	trails_add(&s->dir, CLOSED("01", "02"), 10, 20);
	trails_add(&s->dir, ACTIVE("02"), 20, 22);
	wait_for(s, 0, 22);
	look_twice(s);
	assert_int_equal(s->heard[0].n, 22);
	assert_numbers(&s->heard[0], 0, 0, 22);
	assert_string_equal(buf_cstr(&s->said), "");
	assert_int_equal(s->gone, 0);
}

/* Of the first start counts what was asked for then, not since. */
static void
what_was_passed_over_is_so_for_ever(void **state)
{
	struct scene	*s = *state;
	const int64_t	 t = 1704067200;	/* of T("00") */

	trails_add(&s->dir, "20230101000000.20230102000000", 0, 10);
	trails_add(&s->dir, ACTIVE("03"), t + 3, t + 9);
	begin(s, FOLLOWING_SINCE, t + 5);
	wait_for(s, 0, 4);
	restart(s);
	trails_add(&s->dir, ACTIVE("03"), t + 9, t + 10);
	wait_for(s, 0, 5);
	look_twice(s);
	assert_numbers(&s->heard[0], 0, t + 5, t + 10);
}

static void
records_from_now_on_are_so_before_the_first_comes(void **state)
{
	struct scene	*s = *state;
	struct pages	 all = { 0 };

	trails_add(&s->dir, ACTIVE("03"), 0, 100);
	begin(s, FOLLOWING_NOW, 0);
	end(s, &all);
	trails_add(&s->dir, ACTIVE("03"), 100, 102);
	go_on(s, &all);
	wait_for(s, 0, 2);
	assert_numbers(&s->heard[0], 0, 100, 102);
}

static void
trail_that_is_gone_is_told_once_and_read_on_when_it_is_back(void **state)
{
	struct scene	*s = *state;
	struct pages	 all = { 0 };

	trails_add(&s->dir, ACTIVE("00"), 0, 10);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 10);
	end(s, &all);
	trails_move(&s->dir, ACTIVE("00"), "away");
	go_on(s, &all);
	look_twice(s);
	assert_int_equal(s->gone, 1);
	restart(s);
	look_twice(s);
	assert_int_equal(s->gone, 1);
	trails_add(&s->dir, "away", 10, 12);
	trails_move(&s->dir, "away", CLOSED("00", "01"));
	wait_for(s, 0, 12);
	assert_numbers(&s->heard[0], 0, 0, 12);
}

static void
trail_that_became_shorter_is_said(void **state)
{
	struct scene	*s = *state;
	struct pages	 all = { 0 };

	trails_add(&s->dir, ACTIVE("00"), 0, 10);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 10);
	end(s, &all);
	assert_int_equal(unlink(trails_in(&s->dir, ACTIVE("00"))), 0);
	trails_add(&s->dir, CLOSED("00", "01"), 0, 5);
	trails_age(&s->dir, CLOSED("00", "01"));
	go_on(s, &all);
	for (unsigned i = 0; i < 40 && s->said.n == 0; i++)
		spin(s, 50);
	assert_int_equal(s->heard[0].n, 10);
	assert_string_equal(buf_cstr(&s->said), "ends before the place up to "
	    "which it had been read;");
}

static void
hosts_are_told_apart_in_another_process(void **state)
{
	struct scene	*s = *state;
	struct pages	 all = { 0 };

	trails_add(&s->dir, ACTIVE("05") ".www2", 10, 15);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 5);
	trails_add(&s->dir, ACTIVE("00") ".www1", 0, 3);
	wait_for(s, 1, 3);
	end(s, &all);
	trails_add(&s->dir, ACTIVE("00") ".www1", 3, 5);
	trails_add(&s->dir, ACTIVE("05") ".www2", 15, 19);
	trails_add(&s->dir, ACTIVE("00") ".www0", 50, 51);
	go_on(s, &all);
	wait_for(s, 0, 9);
	wait_for(s, 1, 5);
	wait_for(s, 2, 1);
	assert_numbers(&s->heard[0], 0, 10, 19);
	assert_numbers(&s->heard[1], 0, 0, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(goes_on_at_each_record_of_a_damaged_trail),
		TEST(rotations_while_nobody_reads_lose_nothing),
		TEST(trail_that_was_compressed_meanwhile_is_read_on),
		TEST(done_trails_are_not_read_again_whatever_they_are_called),
		TEST(what_was_passed_over_is_so_for_ever),
		TEST(records_from_now_on_are_so_before_the_first_comes),
		TEST(
		    trail_that_is_gone_is_told_once_and_read_on_when_it_is_back
		),
		TEST(trail_that_became_shorter_is_said),
		TEST(hosts_are_told_apart_in_another_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
