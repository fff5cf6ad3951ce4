/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_images.c - paths that are kept once, as long as somebody holds them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/images.h"

#include "draw.h"

static void
equal_paths_are_one(void **state)
{
	struct images	*im = images_new(0);
	const uint32_t	 a = images_take(im, slice_str("/bin/sh"));
	const uint32_t	 b = images_take(im, slice_str("/bin/ls"));

	(void)state;
	assert_int_not_equal(a, IMAGE_NONE);
	assert_int_not_equal(a, b);
	assert_int_equal(images_take(im, slice_str("/bin/sh")), a);
	assert_true(slice_is(images_path(im, a), "/bin/sh"));
	assert_true(slice_is(images_path(im, b), "/bin/ls"));
	images_drop(im, a);
	assert_true(slice_is(images_path(im, a), "/bin/sh"));
	images_drop(im, IMAGE_NONE);
	images_hold(im, IMAGE_NONE);
	images_free(im);
	images_free(NULL);
}

static void
room_is_used_again(void **state)
{
	struct images	*im = images_new(64);
	const uint32_t	 a = images_take(im, slice_str("/a"));
	const uint32_t	 b = images_take(im, slice_str(""));

	(void)state;
	assert_int_not_equal(b, IMAGE_NONE);
	assert_int_equal(images_take(im, slice_str("/c")), IMAGE_NONE);
	images_hold(im, a);
	images_drop(im, a);
	assert_int_equal(images_take(im, slice_str("/c")), IMAGE_NONE);
	images_drop(im, a);
	assert_int_not_equal(images_take(im, slice_str("/c")), IMAGE_NONE);
	assert_int_equal(images_path(im, b).n, 0);
	images_free(im);
}

static void
a_path_that_is_too_long_is_not_kept(void **state)
{
	static uint8_t	 bytes[65536];
	struct images	*im = images_new(0);
	uint32_t	 i;

	(void)state;
	assert_int_equal(images_take(im, (struct slice){ bytes, 65536 }),
	    IMAGE_NONE);
	i = images_take(im, (struct slice){ bytes, 65535 });
	assert_int_not_equal(i, IMAGE_NONE);
	assert_int_equal(images_path(im, i).n, 65535);
	images_free(im);
}

static void
many_come_and_go(void **state)
{
	static struct lot	 l;
	static uint8_t		 bytes[300];
	struct {
		uint32_t	 number;
		size_t		 n;
	}			 held[50] = { { 0, 0 } };
	struct images		*im = images_new(50 * 512);

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	lot_seed(&l, 4);
	for (int i = 0; i < 20000; i++) {
		const uint32_t	 k = lot_below(&l, 50);
		const size_t	 n = lot_below(&l, 300);

		if (held[k].number != IMAGE_NONE)
			assert_int_equal(images_path(im,
			    held[k].number).n, held[k].n);
		images_drop(im, held[k].number);
		held[k].number = images_take(im, (struct slice){ bytes, n });
		held[k].n = n;
	}
	images_free(im);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(equal_paths_are_one),
		cmocka_unit_test(room_is_used_again),
		cmocka_unit_test(a_path_that_is_too_long_is_not_kept),
		cmocka_unit_test(many_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
