/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_doors.c - where walks may begin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/doors.h"

static void
add(struct doors *d, const char *text, uint32_t node, uint32_t weight)
{
	doors_add(d, (const uint8_t *)text, strlen(text),
	    &(struct door){ .node = node }, weight);
}

/* The node that the first N bytes of this text lead to, be there others. */
static uint32_t
find(const struct doors *d, const char *text, size_t n)
{
	char	 bytes[DOORS_FAR + 1];

	(void)snprintf(bytes, sizeof(bytes), "%-16s", text);
	return doors_find(d, (struct slice){ (const uint8_t *)bytes, n })->node;
}

static void
the_farthest_door_is_found(void **state)
{
	struct doors	 d;

	(void)state;
	doors_init(&d, &(struct door){ .node = 1 });
	assert_int_equal(find(&d, "/usr/local/lib/x", 16), 1);
	add(&d, "/usr/loc", 2, 9);
	add(&d, "/usr/local/lib/x", 3, 5);
	assert_int_equal(find(&d, "/usr/local/lib/x", 16), 1); /* not yet */
	doors_close(&d);
	assert_int_equal(find(&d, "/usr/local/lib/x", 16), 3);
	assert_int_equal(find(&d, "/usr/local/lib/x", 99), 3);
	assert_int_equal(find(&d, "/usr/local/lib/y", 16), 2);
	assert_int_equal(find(&d, "/usr/lib", 8), 1);
	assert_int_equal(find(&d, "/var/local/lib/x", 16), 1);
	doors_fini(&d);
}

static void
what_follows_a_path_opens_no_door(void **state)
{
	struct doors	 d;

	(void)state;
	doors_init(&d, &(struct door){ .node = 1 });
	add(&d, "/usr/loc", 2, 9);
	add(&d, "/usr/local/lib/x", 3, 5);
	doors_close(&d);
	assert_int_equal(find(&d, "/usr/local/lib/x", 15), 2);
	assert_int_equal(find(&d, "/usr/local/lib/x", 8), 2);
	assert_int_equal(find(&d, "/usr/local/lib/x", 7), 1);
	assert_int_equal(find(&d, "/usr/local/lib/x", 0), 1);
	doors_fini(&d);
}

static void
without_doors_all_begin_at_the_root(void **state)
{
	static const uint8_t	 zeros[DOORS_FAR];
	struct doors		 d;

	(void)state;
	doors_init(&d, &(struct door){ .node = 7 });
	doors_close(&d);
	assert_int_equal(doors_find(&d, (struct slice){ zeros, 16 })->node, 7);
	doors_fini(&d);
	doors_init(&d, &(struct door){ .node = 7 });
	add(&d, "/usr/loc", 2, 9);
	doors_close(&d);
	assert_int_equal(doors_find(&d, (struct slice){ zeros, 16 })->node, 7);
	doors_fini(&d);
}

/* There is not room for all: the most used ones stay, and no other is found. */
static void
of_two_in_each_others_way_the_heavier_stays(void **state)
{
	enum { N = 20000, HEAVY = 100 };
	struct doors	 d;
	char		 text[24];
	unsigned	 heavy = 0, light = 0;

	(void)state;
	doors_init(&d, &(struct door){ .node = N });
	for (uint32_t i = 0; i < N; i++) {
		(void)snprintf(text, sizeof(text), "/a/%05u", i);
		add(&d, text, i, i % (N / HEAVY) == 0 ? 10 : 1);
	}
	doors_close(&d);
	for (uint32_t i = 0; i < N; i++) {
		uint32_t	 node;

		(void)snprintf(text, sizeof(text), "/a/%05u", i);
		node = find(&d, text, 8);
		assert_true(node == i || node == N);
		if (i % (N / HEAVY) == 0)
			heavy += node == i;
		else
			light += node == i;
	}
	assert_true(heavy > HEAVY * 9 / 10);
	assert_true(light > 0 && light < N / 2);
	doors_fini(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_farthest_door_is_found),
		cmocka_unit_test(what_follows_a_path_opens_no_door),
		cmocka_unit_test(without_doors_all_begin_at_the_root),
		cmocka_unit_test(of_two_in_each_others_way_the_heavier_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
