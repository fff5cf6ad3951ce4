/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_following.c - trails that are read while they are written.
 */
#include <sys/wait.h>

#include "following_case.h"

#define QUIET_MS	600	/* a little more than a trail may rest */

static void
what_was_there_is_passed_over(void **state)
{
	struct scene	*s = *state;

	trails_add(&s->dir, CLOSED("00", "01"), 0, 10);
	trails_add(&s->dir, ACTIVE("01"), 10, 20);
	begin(s, FOLLOWING_NOW, 0);
	spin(s, 100);
	trails_add(&s->dir, ACTIVE("01"), 20, 23);
	wait_for(s, 0, 3);
	assert_numbers(&s->heard[0], 0, 20, 23);
	trails_add(&s->dir, ACTIVE("02"), 23, 25);
	wait_for(s, 0, 5);
	assert_numbers(&s->heard[0], 0, 20, 25);
	assert_string_equal(buf_cstr(&s->said), "");
}

static void
all_is_read_in_order_when_that_is_asked_for(void **state)
{
	struct scene	*s = *state;

	trails_add(&s->dir, ACTIVE("07"), 20, 30);
	trails_add(&s->dir, CLOSED("03", "07"), 10, 20);
	trails_add(&s->dir, CLOSED("00", "03"), 0, 10);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 30);
	assert_numbers(&s->heard[0], 0, 0, 30);
}

static void
since_a_time_is_from_the_first_record_of_that_time_on(void **state)
{
	struct scene	*s = *state;
	const int64_t	 t = 1704067200;	/* of T("00") */

	trails_add(&s->dir, "20230101000000.20230102000000", 0, 10);
	trails_add(&s->dir, CLOSED("00", "03"), t, t + 3);
	trails_add(&s->dir, ACTIVE("03"), t + 3, t + 9);
	begin(s, FOLLOWING_SINCE, t + 1);
	wait_for(s, 0, 8);
	assert_numbers(&s->heard[0], 0, t + 1, t + 9);
}

static void
record_that_comes_in_two_pieces_is_one(void **state)
{
	struct scene	*s = *state;
	struct buf	 b = { 0 };

	build_numbered(&b, 0);
	trails_append(&s->dir, ACTIVE("00"), b.p, 11);
	begin(s, FOLLOWING_ALL, 0);
	spin(s, QUIET_MS);
	look_twice(s);
	assert_int_equal(s->heard[0].n, 0);
	trails_append(&s->dir, ACTIVE("00"), b.p + 11, b.n - 11);
	wait_for(s, 0, 1);
	assert_int_equal(s->heard[0].gaps, 0);
	buf_fini(&b);
}

static void
trail_that_comes_late_is_read_once(void **state)
{
	struct scene	*s = *state;

	trails_add(&s->dir, ACTIVE("05"), 50, 60);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 10);
	trails_add(&s->dir, CLOSED("00", "05"), 0, 5);
	wait_for(s, 0, 15);
	assert_numbers(&s->heard[0], 10, 0, 5);
	trails_add(&s->dir, ACTIVE("05"), 60, 61);
	wait_for(s, 0, 16);
	look_twice(s);
	assert_int_equal(s->heard[0].n, 16);
}

/* As scp(1) writes: under its last name from the start. */
static void
trail_that_is_copied_slowly_is_read_whole(void **state)
{
	struct scene	*s = *state;
	struct buf	 b = { 0 };

	for (int64_t i = 0; i < 4; i++)
		build_numbered(&b, i);
	begin(s, FOLLOWING_ALL, 0);
	trails_append(&s->dir, CLOSED("00", "05"), b.p, 30);
	spin(s, QUIET_MS);
	look_twice(s);
	trails_append(&s->dir, CLOSED("00", "05"), b.p + 30, b.n - 30);
	wait_for(s, 0, 4);
	assert_numbers(&s->heard[0], 0, 0, 4);
	assert_int_equal(s->heard[0].gaps, 0);
	buf_fini(&b);
}

static void
old_trail_is_left_at_once_and_cut_one_is_damage(void **state)
{
	struct scene	*s = *state;
	struct buf	 b = { 0 };

	build_numbered(&b, 0);
	trails_append(&s->dir, CLOSED("00", "05"), b.p, b.n - 1);
	trails_age(&s->dir, CLOSED("00", "05"));
	begin(s, FOLLOWING_ALL, 0);
	for (unsigned i = 0; i < 20 && s->heard[0].left == 0; i++)
		spin(s, 50);
	assert_int_equal(s->heard[0].left, 1);
	assert_int_equal(s->heard[0].gaps, 1);
	buf_fini(&b);
}

static void
compressed_one_of_the_same_trail_is_not_read_again(void **state)
{
	struct scene	*s = *state;

	trails_add(&s->dir, CLOSED("00", "05"), 0, 5);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 5);
	trails_gzip(&s->dir, CLOSED("00", "05"));
	trails_add(&s->dir, ACTIVE("05"), 5, 6);
	wait_for(s, 0, 6);
	look_twice(s);
	assert_int_equal(s->heard[0].n, 6);
}

static void
compressed_trail_is_read_when_it_is_all_there(void **state)
{
	struct scene	*s = *state;

	trails_add(&s->dir, CLOSED("00", "05"), 0, 5);
	trails_age(&s->dir, CLOSED("00", "05"));
	trails_gzip(&s->dir, CLOSED("00", "05"));
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 5);
	assert_string_equal(buf_cstr(&s->said), "");
}

static void
hosts_are_told_apart(void **state)
{
	struct scene	*s = *state;

	trails_add(&s->dir, ACTIVE("00") ".www1", 0, 3);
	trails_add(&s->dir, ACTIVE("01") ".www2", 10, 15);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 3);
	wait_for(s, 1, 5);
	assert_numbers(&s->heard[0], 0, 0, 3);
	assert_numbers(&s->heard[1], 0, 10, 15);
}

/*
 * As auditd rotates: the new trail is there before the old one is written to
 * for the last time, then the old one gets its name. All in a hurry.
 */
static void
write_and_rotate(const struct scene *s, unsigned trails, int64_t each)
{
	char	 old[64], new[64], closed[64];
	int64_t	 n = 0;

	for (unsigned i = 0; i < trails; i++) {
		(void)snprintf(old, sizeof(old),
		    "2024010100%04u.not_terminated", i);
		(void)snprintf(new, sizeof(new),
		    "2024010100%04u.not_terminated", i + 1);
		(void)snprintf(closed, sizeof(closed),
		    "2024010100%04u.2024010100%04u", i, i + 1);
		for (int64_t k = 1; k < each; k++, n++)
			trails_add(&s->dir, old, n, n + 1);
		trails_add(&s->dir, new, 0, 0);
		trails_add(&s->dir, old, n, n + 1);
		n++;
		trails_move(&s->dir, old, closed);
	}
	trails_add(&s->dir, new, n, n + 1);
}

static void
rotations_in_a_hurry_lose_nothing_and_keep_the_order(void **state)
{
	struct scene	*s = *state;
	pid_t		 writer;
	int		 status;

	begin(s, FOLLOWING_ALL, 0);
	writer = fork();
	assert_int_not_equal(writer, -1);
	if (writer == 0) {
		write_and_rotate(s, 50, 200);
		_exit(0);
	}
	wait_for(s, 0, 50 * 200 + 1);
	assert_numbers(&s->heard[0], 0, 0, 50 * 200 + 1);
	assert_int_equal(waitpid(writer, &status, 0), writer);
	assert_int_equal(status, 0);
	assert_string_equal(buf_cstr(&s->said), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_there_is_passed_over),
		TEST(all_is_read_in_order_when_that_is_asked_for),
		TEST(since_a_time_is_from_the_first_record_of_that_time_on),
		TEST(record_that_comes_in_two_pieces_is_one),
		TEST(trail_that_comes_late_is_read_once),
		TEST(trail_that_is_copied_slowly_is_read_whole),
		TEST(old_trail_is_left_at_once_and_cut_one_is_damage),
		TEST(compressed_one_of_the_same_trail_is_not_read_again),
		TEST(compressed_trail_is_read_when_it_is_all_there),
		TEST(hosts_are_told_apart),
		TEST(rotations_in_a_hurry_lose_nothing_and_keep_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
