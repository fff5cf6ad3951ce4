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
	unacked_put(u, number, 7, &b);
	assert_null(b.p);			/* it was taken */
}

static void
what_is_done_is_forgotten(void **state)
{
	struct unacked	*u = unacked_new();

	(void)state;
	put(u, 1, "one");
	put(u, 2, "two");
	put(u, 3, "three");
	assert_int_equal(unacked_size(u), 11);
	unacked_drop(u);
	unacked_drop(u);
	assert_int_equal(unacked_at(u, 0)->number, 3);
	assert_int_equal(unacked_at(u, 0)->type, 7);
	assert_memory_equal(unacked_at(u, 0)->bytes.p, "three", 5);
	assert_null(unacked_at(u, 1));
	unacked_drop(u);
	assert_null(unacked_at(u, 0));
	assert_int_equal(unacked_size(u), 0);
	unacked_free(u);
}

static void
the_oldest_is_the_first_however_many_come(void **state)
{
	struct unacked	*u = unacked_new();

	(void)state;
	for (uint64_t i = 0; i < 10000; i++) {
		put(u, i, "some bytes");
		if (i % 3 == 2) {
			assert_int_equal(unacked_at(u, 0)->number, i / 3);
			unacked_drop(u);
		}
	}
	for (uint64_t i = 3333; i < 10000; i++) {
		assert_int_equal(unacked_at(u, 0)->number, i);
		assert_int_equal(unacked_at(u, 9999 - i)->number, 9999);
		unacked_drop(u);
	}
	assert_null(unacked_at(u, 0));
	unacked_free(u);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_done_is_forgotten),
		cmocka_unit_test(the_oldest_is_the_first_however_many_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
