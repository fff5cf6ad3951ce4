/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_following_back.c - trails that are gone, and back.
 */
#include "following_case.h"

static void
trail_that_is_back_while_it_is_read_is_read_on(void **state)
{
	struct scene	*s = *state;

	trails_add(&s->dir, ACTIVE("00"), 0, 10);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 10);
	trails_move(&s->dir, ACTIVE("00"), "away");
	look_twice(s);
	trails_move(&s->dir, "away", ACTIVE("00"));
	trails_age(&s->dir, ACTIVE("00"));
	look_twice(s);		/* one that has ended would be left */
	assert_int_equal(s->heard[0].left, 0);
	trails_add(&s->dir, ACTIVE("00"), 10, 12);
	wait_for(s, 0, 12);
	assert_numbers(&s->heard[0], 0, 0, 12);
	assert_int_equal(s->gone, 0);
}

/* From a backup, under its name, and then compressed. */
static void
done_trail_that_is_back_is_not_read_again(void **state)
{
	struct scene	*s = *state;
	char		 command[256];

	(void)snprintf(command, sizeof(command), "cd %s && gzip away && "
	    "mv away.gz " CLOSED("00", "01") ".gz", s->dir.path);
	trails_add(&s->dir, CLOSED("00", "01"), 0, 10);
	trails_age(&s->dir, CLOSED("00", "01"));
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 10);
	trails_move(&s->dir, CLOSED("00", "01"), "away");
	look_twice(s);
	trails_move(&s->dir, "away", CLOSED("00", "01"));
	look_twice(s);
	trails_move(&s->dir, CLOSED("00", "01"), "away");
	look_twice(s);
	assert_int_equal(system(command), 0);
	trails_add(&s->dir, ACTIVE("01"), 10, 11);
	wait_for(s, 0, 11);
	look_twice(s);
	assert_int_equal(s->heard[0].n, 11);
	assert_int_equal(s->heard[0].left, 1);
	assert_string_equal(buf_cstr(&s->said), "");
}

static void
trail_that_was_never_read_is_when_it_is_back(void **state)
{
	struct scene	*s = *state;

	trails_add(&s->dir, CLOSED("00", "01"), 0, 10);
	begin(s, FOLLOWING_ALL, 0);
	trails_move(&s->dir, CLOSED("00", "01"), "away");
	look_twice(s);
	assert_string_equal(buf_cstr(&s->said), "is gone, and was not read;");
	trails_move(&s->dir, "away", CLOSED("00", "01"));
	wait_for(s, 0, 10);
	assert_numbers(&s->heard[0], 0, 0, 10);
}

/* Found by the first look of a process, and gone when it is to be opened. */
static void
trail_that_was_begun_is_read_on_when_it_is_back(void **state)
{
	struct scene	*s = *state;
	struct pages	 all = { 0 };

	trails_add(&s->dir, ACTIVE("00"), 0, 10);
	begin(s, FOLLOWING_ALL, 0);
	wait_for(s, 0, 10);
	end(s, &all);
	go_on(s, &all);
	trails_move(&s->dir, ACTIVE("00"), "away");
	look_twice(s);
	assert_int_equal(s->gone, 1);
	trails_add(&s->dir, "away", 10, 12);
	trails_move(&s->dir, "away", CLOSED("00", "01"));
	wait_for(s, 0, 12);
	assert_numbers(&s->heard[0], 0, 0, 12);
	assert_int_equal(s->gone, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(trail_that_is_back_while_it_is_read_is_read_on),
		TEST(done_trail_that_is_back_is_not_read_again),
		TEST(trail_that_was_never_read_is_when_it_is_back),
		TEST(trail_that_was_begun_is_read_on_when_it_is_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
