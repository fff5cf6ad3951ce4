/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_spill.c - items that wait in memory and on disk.
 */
#include <sys/resource.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "run/spill.h"

#include "draw.h"

/* An item that tells its number, of any length from 4 bytes on. */
static int
put(struct spill *s, uint32_t number, size_t length, bool must)
{
	struct buf	 b = { 0 };
	int		 error;

	buf_u32(&b, number);
	while (b.n < length)
		buf_u8(&b, (uint8_t)(number + b.n));
	error = spill_put(s, buf_bytes(&b), must);
	buf_fini(&b);
	return error;
}

/* The number of the next item, which must be as it was put in. */
static uint32_t
take(struct spill *s)
{
	struct buf	 b = { 0 };
	uint64_t	 lost = 0;
	uint32_t	 number;

	assert_int_equal(spill_take(s, &b, &lost), 1);
	assert_true(b.n >= 4);
	number = (uint32_t)b.p[0] << 24 | (uint32_t)b.p[1] << 16 |
	    (uint32_t)b.p[2] << 8 | b.p[3];
	for (size_t i = 4; i < b.n; i++)
		assert_int_equal(b.p[i], (uint8_t)(number + i));
	buf_fini(&b);
	return number;
}

static void
assert_empty(struct spill *s)
{
	struct spill_stats	 stats;
	struct buf		 b = { 0 };
	uint64_t		 lost = 0;

	assert_int_equal(spill_take(s, &b, &lost), 0);
	spill_stats(s, &stats);
	assert_int_equal(stats.items, 0);
	assert_int_equal(stats.bytes, 0);
	assert_int_equal(stats.on_disk, 0);
	buf_fini(&b);
}

static void
items_come_out_as_they_went_in(void **state)
{
	const struct spill_limits	 limits = { 100, 1000, NULL };
	struct spill			*s = spill_new(&limits);
	struct spill_stats		 stats;

	(void)state;
	for (uint32_t i = 0; i < 20; i++)
		assert_int_equal(put(s, i, 10 + i, false), 0);
	spill_stats(s, &stats);
	assert_int_equal(stats.items, 20);
	assert_int_equal(stats.bytes, 20 * 4 + 20 * 10 + 190);
	assert_true(stats.on_disk > 0 && stats.on_disk < stats.bytes);
	for (uint32_t i = 0; i < 20; i++)
		assert_int_equal(take(s), i);
	assert_empty(s);
	spill_free(s);
}

static void
what_has_no_room_is_refused_and_the_rest_stays(void **state)
{
	const struct spill_limits	 limits = { 40, 40, NULL };
	struct spill			*s = spill_new(&limits);

	(void)state;
	assert_int_equal(put(s, 1, 36, false), 0);	/* memory */
	assert_int_equal(put(s, 2, 36, false), 0);	/* disk */
	assert_int_equal(put(s, 3, 36, false), ENOBUFS);
	assert_int_equal(take(s), 1);
	assert_int_equal(put(s, 4, 36, false), ENOBUFS);	/* behind 2 */
	assert_int_equal(take(s), 2);
	assert_int_equal(put(s, 5, 36, false), 0);
	assert_int_equal(take(s), 5);
	assert_empty(s);
	spill_free(s);
}

static void
what_must_go_in_does_and_overtakes_nothing(void **state)
{
	const struct spill_limits	 limits = { 40, 40, NULL };
	struct spill			*s = spill_new(&limits);

	(void)state;
	for (uint32_t i = 1; i < 6; i++)
		assert_int_equal(put(s, i, 36, true), 0);
	assert_int_equal(put(s, 6, 4, false), ENOBUFS);
	assert_int_equal(take(s), 1);
	assert_int_equal(take(s), 2);
	assert_int_equal(put(s, 6, 4, true), 0);
	for (uint32_t i = 3; i < 7; i++)
		assert_int_equal(take(s), i);
	assert_empty(s);
	spill_free(s);
}

static void
without_a_file_memory_is_all(void **state)
{
	const struct spill_limits	 limits = { 40, 0, NULL };
	struct spill			*s = spill_new(&limits);

	(void)state;
	assert_int_equal(put(s, 1, 36, false), 0);
	assert_int_equal(put(s, 2, 36, false), ENOBUFS);
	assert_int_equal(put(s, 3, 36, true), 0);
	assert_int_equal(take(s), 1);
	assert_int_equal(take(s), 3);
	assert_empty(s);
	spill_free(s);
}

static void
a_directory_that_is_not_there_is_told(void **state)
{
	const struct spill_limits	 limits = { 40, 4000,
	    "/nonexistent/spill" };
	struct spill			*s = spill_new(&limits);

	(void)state;
	assert_int_equal(put(s, 1, 36, false), 0);
	assert_int_equal(put(s, 2, 36, false), ENOENT);
	assert_int_equal(put(s, 3, 36, true), 0);
	assert_int_equal(take(s), 1);
	assert_int_equal(take(s), 3);
	spill_free(s);
}

/* A file that cannot grow stands for a disk that is full. */
static void
a_full_disk_is_told_and_what_is_there_stays(void **state)
{
	const struct spill_limits	 limits = { 40, 100000, NULL };
	struct spill			*s = spill_new(&limits);
	struct rlimit			 before, small;
	int				 error = 0;
	uint32_t			 n = 0;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 4096;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	while (n < 1000 && (error = put(s, n, 100, false)) == 0)
		n++;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(error, EFBIG);
	assert_in_range(n, 30, 41);
	assert_int_equal(put(s, n, 100, false), 0);	/* it has room again */
	for (uint32_t i = 0; i <= n; i++)
		assert_int_equal(take(s), i);
	assert_empty(s);
	spill_free(s);
}

static void
any_order_of_calls_keeps_the_order_of_items(void **state)
{
	const struct spill_limits	 limits = { 1000, 3000, NULL };
	struct lot			 d;
	struct spill			*s = spill_new(&limits);
	uint32_t			 in[64];
	size_t				 head = 0, tail = 0;

	(void)state;
	lot_seed(&d, 7);
	for (uint32_t i = 0; i < 200000; i++) {
		const bool	 full = tail - head == 64;
		const bool	 must = lot_below(&d, 50) == 0;

		if (!full && lot_below(&d, 2) == 0) {
			if (put(s, i, 4 + lot_below(&d, 300), must) == 0)
				in[tail++ % 64] = i;
			else
				assert_false(must);
		} else if (tail > head) {
			assert_int_equal(take(s), in[head++ % 64]);
		}
	}
	while (tail > head)
		assert_int_equal(take(s), in[head++ % 64]);
	assert_empty(s);
	spill_free(s);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(items_come_out_as_they_went_in),
		cmocka_unit_test(what_has_no_room_is_refused_and_the_rest_stays),
		cmocka_unit_test(what_must_go_in_does_and_overtakes_nothing),
		cmocka_unit_test(without_a_file_memory_is_all),
		cmocka_unit_test(a_directory_that_is_not_there_is_told),
		cmocka_unit_test(a_full_disk_is_told_and_what_is_there_stays),
		cmocka_unit_test(any_order_of_calls_keeps_the_order_of_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
