/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "run/unacked.h"

static void
put(struct unacked *u, uint64_t number, const char *text)
{
	struct buf	 b = { 0 };

	buf_str(&b, text);
	unacked_put(u, number, &b);
	assert_null(b.p);			/* it was taken */
}

static void
what_is_written_is_forgotten(void **state)
{
	struct unacked	*u = unacked_new(1000);

	(void)state;
	put(u, 1, "one");
	put(u, 2, "two");
	put(u, 3, "three");
	unacked_done(u, 2);
	assert_memory_equal(unacked_at(u, 0)->p, "three", 5);
	assert_null(unacked_at(u, 1));
	unacked_done(u, 3);
	assert_null(unacked_at(u, 0));
	assert_int_equal(unacked_gone(u), 0);
	unacked_free(u);
}

static void
the_oldest_give_way_and_are_counted(void **state)
{
	struct unacked	*u = unacked_new(8);

	(void)state;
	put(u, 1, "aaaa");
	put(u, 2, "bbbb");
	put(u, 3, "cccc");
	assert_memory_equal(unacked_at(u, 0)->p, "bbbb", 4);
	assert_int_equal(unacked_gone(u), 1);
	assert_int_equal(unacked_gone(u), 0);	/* told once */
	unacked_free(u);
}

static void
one_that_was_written_after_all_is_not_counted(void **state)
{
	struct unacked	*u = unacked_new(4);

	(void)state;
	put(u, 1, "aaaa");
	put(u, 2, "bbbb");
	unacked_done(u, 1);
	assert_int_equal(unacked_gone(u), 0);
	unacked_free(u);
}

static void
one_that_is_larger_than_all_room_is_kept(void **state)
{
	struct unacked	*u = unacked_new(4);

	(void)state;
	put(u, 1, "a long alert");
	assert_non_null(unacked_at(u, 0));
	for (uint64_t i = 2; i < 1000; i++) {
		put(u, i, "b");
		unacked_done(u, i - 1);
	}
	assert_int_equal(unacked_at(u, 0)->n, 1);
	unacked_free(u);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_forgotten),
		cmocka_unit_test(the_oldest_give_way_and_are_counted),
		cmocka_unit_test(
		    one_that_was_written_after_all_is_not_counted),
		cmocka_unit_test(one_that_is_larger_than_all_room_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
