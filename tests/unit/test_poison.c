/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/poison.h"

#define TRAIL	11u

static struct spot
feeding(uint64_t from, uint64_t until, bool exact)
{
	return (struct spot){ .id = TRAIL, .from = from, .until = until,
		.work = SPOT_FEED, .again = 1, .exact = exact };
}

static struct poison_place *
die(struct poison *p, uint64_t from, uint64_t until, bool exact)
{
	const struct spot	 s = feeding(from, until, exact);

	return poison_died(p, &s, 1);
}

/* How a process ends that does this. */
static int
status_of(int number, int code)
{
	const pid_t	 pid = fork();
	int		 status;

	if (pid == 0) {
		if (number != 0) {
			(void)signal(number, SIG_DFL);
			(void)raise(number);
		}
		_exit(code);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
faults_count_and_what_others_did_does_not(void **state)
{
	(void)state;
	assert_true(poison_counts(status_of(SIGSEGV, 0)));
	assert_true(poison_counts(status_of(SIGABRT, 0)));
	assert_true(poison_counts(status_of(SIGSYS, 0)));
	assert_true(poison_counts(status_of(0, 1)));
	assert_false(poison_counts(status_of(0, 0)));
	assert_false(poison_counts(status_of(SIGKILL, 0)));
	assert_false(poison_counts(status_of(SIGTERM, 0)));
}

static void
first_death_asks_for_single_steps(void **state)
{
	struct poison			 p = { .n = 0 };
	const struct poison_place	*l = die(&p, 100, 900, false);

	(void)state;
	assert_int_equal(l->what, POISON_NEAR);
	assert_int_equal(l->id, TRAIL);
	assert_int_equal(l->from, 100);
	assert_int_equal(l->until, 900);
	assert_int_equal(p.n, 1);
}

static void
death_at_a_single_record_alone_does_not_blame_it(void **state)
{
	struct poison	 p = { .n = 0 };

	(void)state;
	assert_int_equal(die(&p, 100, 200, true)->what, POISON_NEAR);
}

static void
second_death_at_the_record_blames_it(void **state)
{
	struct poison			 p = { .n = 0 };
	const struct poison_place	*l;

	(void)state;
	(void)die(&p, 100, 900, false);
	l = die(&p, 300, 400, true);
	assert_int_equal(l->what, POISON_RECORD);
	assert_int_equal(l->from, 300);
	assert_int_equal(l->until, 400);
	assert_int_equal(p.n, 2);
	assert_ptr_equal(die(&p, 300, 400, true), l);
	assert_int_equal(p.n, 2);
}

static void
batches_need_not_begin_at_the_same_byte(void **state)
{
	struct poison			 p = { .n = 0 };
	const struct poison_place	*l;

	(void)state;
	(void)die(&p, 100, 900, false);
	l = die(&p, 899, 2000, false);
	assert_int_equal(p.n, 1);
	assert_int_equal(l->from, 100);
	assert_int_equal(l->until, 2000);
	assert_int_equal(die(&p, 1500, 1600, true)->what, POISON_RECORD);
}

static void
another_place_or_trail_is_not_the_same(void **state)
{
	struct poison	 p = { .n = 0 };
	struct spot	 other = feeding(300, 400, true);

	(void)state;
	(void)die(&p, 100, 900, false);
	assert_int_equal(die(&p, 900, 1000, true)->what, POISON_NEAR);
	other.id = TRAIL + 1;
	assert_int_equal(poison_died(&p, &other, 1)->what, POISON_NEAR);
	assert_int_equal(p.n, 3);
}

static void
what_was_under_way_tells_what_to_leave_out(void **state)
{
	struct poison	 p = { .n = 0 };
	struct spot	 s = feeding(300, 400, true);

	(void)state;
	(void)die(&p, 100, 900, false);
	s.work = SPOT_CUT;
	assert_int_equal(poison_died(&p, &s, 1)->what, POISON_BYTES);
	s.work = SPOT_READ;
	assert_int_equal(poison_died(&p, &s, 1)->what, POISON_END);
	assert_non_null(poison_find(&p, TRAIL, POISON_BYTES, 300));
	assert_null(poison_find(&p, TRAIL, POISON_RECORD, 300));
}

static void
who_rests_or_cannot_read_again_blames_nothing(void **state)
{
	struct poison	 p = { .n = 0 };
	struct spot	 s = feeding(300, 400, true);

	(void)state;
	s.work = SPOT_REST;
	assert_null(poison_died(&p, &s, 1));
	s = feeding(300, 400, true);
	s.again = 0;
	assert_null(poison_died(&p, &s, 1));
	assert_int_equal(p.n, 0);
}

static void
all_is_forgotten_after_a_quiet_hour(void **state)
{
	struct poison	 p = { .n = 0 };
	struct spot	 s = feeding(300, 400, true);

	(void)state;
	(void)poison_died(&p, &s, 10000);
	assert_int_equal(poison_died(&p, &s, 10000 + POISON_QUIET_S)->what,
	    POISON_NEAR);
	assert_int_equal(p.n, 1);
	assert_int_equal(poison_died(&p, &s, 10000 +
	    2 * POISON_QUIET_S - 1)->what, POISON_RECORD);
}

static void
oldest_place_makes_room(void **state)
{
	struct poison	 p = { .n = 0 };

	(void)state;
	for (uint64_t i = 0; i < POISON_PLACES; i++)
		(void)die(&p, i * 10, i * 10 + 10, false);
	p.v[0].name = xstrdup("a");
	p.v[0].fd = open("/dev/null", O_WRONLY);
	assert_true(p.v[0].fd != -1);
	(void)die(&p, 10000, 10010, false);
	assert_int_equal(p.n, POISON_PLACES);
	assert_int_equal(p.v[0].from, 10);
	assert_int_equal(p.v[POISON_PLACES - 1].from, 10000);
	poison_fini(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_count_and_what_others_did_does_not),
		cmocka_unit_test(first_death_asks_for_single_steps),
		cmocka_unit_test(
		    death_at_a_single_record_alone_does_not_blame_it),
		cmocka_unit_test(second_death_at_the_record_blames_it),
		cmocka_unit_test(batches_need_not_begin_at_the_same_byte),
		cmocka_unit_test(another_place_or_trail_is_not_the_same),
		cmocka_unit_test(what_was_under_way_tells_what_to_leave_out),
		cmocka_unit_test(who_rests_or_cannot_read_again_blames_nothing),
		cmocka_unit_test(all_is_forgotten_after_a_quiet_hour),
		cmocka_unit_test(oldest_place_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
