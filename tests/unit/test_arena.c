/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_arena.c - many small allocations, one free.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void
memory_is_zero_and_aligned(void **state)
{
	struct arena	*a = arena_new();

	(void)state;
	for (size_t n = 0; n < 3000; n += 7) {
		const uint8_t	*p = arena_alloc(a, n);

		for (size_t align = 1; align <= _Alignof(max_align_t);
		    align *= 2)
			if (n % align == 0 && n > 0)
				assert_int_equal((uintptr_t)p % align, 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
	}
	arena_free(a);
}

static void
texts_lie_side_by_side(void **state)
{
	struct arena	*a = arena_new();
	const char	*first = arena_str(a, slice_str("/etc"));
	const char	*second = arena_str(a, slice_str("/bin/sh"));

	(void)state;
	assert_ptr_equal(second, first + 8);	/* of eight bytes, so aligned */
	assert_ptr_equal(arena_str(a, slice_str("/tmp")), second + 8);
	assert_ptr_equal(arena_str(a, slice_str("/")), second + 14);
	arena_free(a);
}

/* Sizes around those of chunks: small ones, large ones, and mixed. */
static void
no_two_pieces_overlap(void **state)
{
	static const size_t	 sizes[] = { 1, 16, 255, 256, 257, 1024, 5000,
				    65536, 70000, 3 };
	const size_t		 kinds = sizeof(sizes) / sizeof(sizes[0]);
	struct arena		*a = arena_new();
	uint8_t			*at[200];

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		at[i] = arena_alloc(a, sizes[i * 7 % kinds]);
		memset(at[i], (int)i, sizes[i * 7 % kinds]);
	}
	for (size_t i = 0; i < 200; i++)
		for (size_t j = 0; j < sizes[i * 7 % kinds]; j++)
			assert_int_equal(at[i][j], i);
	arena_free(a);
}

/* Beyond what is cut from the heap, in pieces of all sizes. */
static void
a_large_arena_is_zero_and_apart(void **state)
{
	static const size_t	 sizes[] = { 100, 4096, 3 << 20, 40, 600000,
				    2 << 20, 24 };
	const size_t		 kinds = sizeof(sizes) / sizeof(sizes[0]);
	struct arena		*a = arena_new();
	uint8_t			*at[70];
	size_t			 sum = 0;

	(void)state;
	for (size_t i = 0; i < 70; i++) {
		const size_t	 n = sizes[i % kinds];

		at[i] = arena_alloc(a, n);
		assert_int_equal((uintptr_t)at[i] % 4, 0);
		for (size_t j = 0; j < n; j++)
			assert_int_equal(at[i][j], 0);
		memset(at[i], (int)i + 1, n);
		sum += n;
	}
	for (size_t i = 0; i < 70; i++) {
		assert_int_equal(at[i][0], i + 1);
		assert_int_equal(at[i][sizes[i % kinds] - 1], i + 1);
	}
	assert_int_equal(arena_size(a), sum);
	arena_free(a);
}

static void
a_first_piece_may_be_large(void **state)
{
	struct arena	*a = arena_new();
	uint8_t		*large = arena_alloc(a, 1 << 20);
	uint8_t		*small = arena_alloc(a, 8);

	(void)state;
	memset(large, 1, 1 << 20);
	assert_int_equal(small[0], 0);
	arena_free(a);
}

static void
a_first_piece_may_be_empty(void **state)
{
	struct arena	*a = arena_new();

	(void)state;
	assert_non_null(arena_alloc(a, 0));
	assert_non_null(arena_copy(a, NULL, 0));
	assert_int_equal(arena_size(a), 0);
	arena_free(a);
}

static void
copies_are_copies(void **state)
{
	struct arena	*a = arena_new();
	char		 text[] = "/etc/passwd";
	char		*all = arena_copy(a, text, sizeof(text));
	const char	*str = arena_str(a, (struct slice){
			    (const uint8_t *)text, 4 });

	(void)state;
	text[1] = 'X';
	assert_string_equal(all, "/etc/passwd");
	assert_string_equal(str, "/etc");
	assert_string_equal(arena_str(a, (struct slice){ NULL, 0 }), "");
	arena_free(a);
}

static void
the_size_is_what_was_handed_out(void **state)
{
	struct arena	*a = arena_new();

	(void)state;
	assert_int_equal(arena_size(a), 0);
	(void)arena_alloc(a, 3);
	(void)arena_array(a, 10, 100);
	(void)arena_str(a, slice_str("abc"));
	assert_int_equal(arena_size(a), 3 + 1000 + 4);
	arena_free(a);
}

static void
what_is_forgotten_comes_again_as_zero(void **state)
{
	static const size_t	 sizes[] = { 1, 24, 700, 3000, 100000, 8, 1 };
	struct arena		*a = arena_new();

	(void)state;
	arena_reset(a);			/* of nothing */
	for (int round = 0; round < 5; round++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			uint8_t	*p = arena_alloc(a, sizes[i]);

			for (size_t j = 0; j < sizes[i]; j++)
				assert_int_equal(p[j], 0);
			memset(p, 0xa5, sizes[i]);
		}
		arena_reset(a);
		assert_int_equal(arena_size(a), 0);
	}
	arena_free(a);
}

static void
a_little_that_is_forgotten_takes_the_same_room(void **state)
{
	struct arena	*a = arena_new();
	const void	*first = arena_alloc(a, 100);

	(void)state;
	arena_reset(a);
	assert_ptr_equal(arena_alloc(a, 100), first);
	arena_free(a);
}

static void
nothing_can_be_freed(void **state)
{
	(void)state;
	arena_free(NULL);
	arena_free(arena_new());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zero_and_aligned),
		cmocka_unit_test(texts_lie_side_by_side),
		cmocka_unit_test(no_two_pieces_overlap),
		cmocka_unit_test(a_large_arena_is_zero_and_apart),
		cmocka_unit_test(a_first_piece_may_be_large),
		cmocka_unit_test(a_first_piece_may_be_empty),
		cmocka_unit_test(copies_are_copies),
		cmocka_unit_test(the_size_is_what_was_handed_out),
		cmocka_unit_test(what_is_forgotten_comes_again_as_zero),
		cmocka_unit_test(
		    a_little_that_is_forgotten_takes_the_same_room),
		cmocka_unit_test(nothing_can_be_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
