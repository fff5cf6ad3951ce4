/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_cursor.c - bounded reading.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bsm/cursor.h"
#include "bsm/status.h"

static const uint8_t	bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

static struct cursor
over(const void *p, size_t n)
{
	return (struct cursor){ .in = { p, n } };
}

static void
numbers_are_big_endian_at_every_width(void **state)
{
	static const uint64_t	 want[] = { 0, 0x01, 0x0102, 0x010203,
	    0x01020304, 0x0102030405, 0x010203040506, 0x01020304050607,
	    0x0102030405060708 };

	(void)state;
	for (unsigned width = 1; width <= 8; width++) {
		struct cursor	 c = over(bytes, sizeof(bytes));

		assert_true(cursor_uint(&c, width) == want[width]);
		assert_int_equal(c.pos, width);
		assert_int_equal(c.err, 0);
	}
}

static void
a_failed_read_takes_nothing_and_its_error_sticks(void **state)
{
	struct cursor	 c = over(bytes, 3);

	(void)state;
	assert_true(cursor_uint(&c, 4) == 0);
	assert_int_equal(c.err, BSM_ETRUNC);
	assert_int_equal(c.pos, 0);
	assert_true(cursor_uint(&c, 1) == 0);	/* it would fit, but no more */
	assert_int_equal(cursor_take(&c, 1).n, 0);
	assert_int_equal(cursor_zstr(&c, 9).n, 0);
	assert_int_equal(c.pos, 0);
	assert_int_equal(cursor_fail(&c, BSM_EADDR), BSM_ETRUNC);
	assert_int_equal(c.err, BSM_ETRUNC);
}

static void
taking_borrows_the_bytes_in_place(void **state)
{
	struct cursor	 c = over(bytes, sizeof(bytes));
	struct slice	 s;

	(void)state;
	(void)cursor_uint(&c, 2);
	s = cursor_take(&c, 7);
	assert_ptr_equal(s.p, bytes + 2);
	assert_int_equal(s.n, 7);
	assert_int_equal(cursor_left(&c), 0);
	assert_int_equal(cursor_take(&c, 0).n, 0);
	assert_int_equal(c.err, 0);
	assert_int_equal(cursor_take(&c, SIZE_MAX).n, 0);
	assert_int_equal(c.err, BSM_ETRUNC);
}

static void
a_string_ends_with_its_nul_within_the_maximum(void **state)
{
	static const char	 text[] = "ab\0cd";
	struct cursor		 c = over(text, 5);

	(void)state;
	assert_int_equal(cursor_zstr(&c, 2).n, 0);	/* the NUL is third */
	assert_int_equal(c.err, BSM_ENUL);
	c = over(text, 5);
	assert_int_equal(cursor_zstr(&c, 3).n, 3);
	assert_int_equal(c.pos, 3);
	assert_int_equal(cursor_zstr(&c, SIZE_MAX).n, 0);	/* "cd" */
	assert_int_equal(c.err, BSM_ENUL);
	assert_int_equal(c.pos, 3);
}

static void
an_empty_input_has_nothing_to_read(void **state)
{
	struct cursor	 c = over(NULL, 0);

	(void)state;
	assert_int_equal(cursor_left(&c), 0);
	assert_int_equal(cursor_zstr(&c, 10).n, 0);
	assert_int_equal(c.err, BSM_ENUL);
	c = over(NULL, 0);
	assert_true(cursor_uint(&c, 1) == 0);
	assert_int_equal(c.err, BSM_ETRUNC);
}

static void
no_read_passes_the_end_of_its_block(void **state)
{
	(void)state;
	for (size_t n = 1; n < 10; n++) {
		uint8_t		*block = malloc(n);
		struct cursor	 c = over(block, n);

		assert_non_null(block);
		memset(block, 0xff, n);
		for (unsigned width = 1; width <= 8; width++) {
			c.pos = n - 1;
			c.err = 0;
			(void)cursor_uint(&c, width);
			assert_int_equal(c.pos, width == 1 ? n : n - 1);
		}
		c.pos = 0;
		c.err = 0;
		assert_int_equal(cursor_zstr(&c, SIZE_MAX).n, 0);
		free(block);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_big_endian_at_every_width),
		cmocka_unit_test(
		    a_failed_read_takes_nothing_and_its_error_sticks),
		cmocka_unit_test(taking_borrows_the_bytes_in_place),
		cmocka_unit_test(a_string_ends_with_its_nul_within_the_maximum),
		cmocka_unit_test(an_empty_input_has_nothing_to_read),
		cmocka_unit_test(no_read_passes_the_end_of_its_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
