/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "source/source.h"

static int
file_with(size_t n)
{
	FILE	*f = tmpfile();
	int	 fd;

	for (size_t i = 0; i < n; i++)
		putc((int)(i % 251), f);
	rewind(f);
	fd = dup(fileno(f));
	fclose(f);
	assert_true(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static void
file_comes_in_pieces_and_ends(void **state)
{
	const int		 fd = file_with(FILE_PIECE + 10);
	struct file_source	*f = file_new(fd);
	struct slice		 bytes;

	(void)state;
	assert_int_equal(file_more(f, &bytes), 1);
	assert_int_equal(bytes.n, FILE_PIECE);
	assert_int_equal(bytes.p[252], 1);
	assert_int_equal((uintptr_t)bytes.p % 4096, 0);
	assert_int_equal(file_more(f, &bytes), 1);
	assert_int_equal(bytes.n, 10);
	assert_int_equal(file_more(f, &bytes), 0);
	assert_int_equal(file_more(f, &bytes), 0);
	file_free(f);
	close(fd);
}

static void
empty_file_is_at_its_end(void **state)
{
	const int		 fd = file_with(0);
	struct file_source	*f = file_new(fd);
	struct slice		 bytes;

	(void)state;
	assert_int_equal(file_more(f, &bytes), 0);
	file_free(f);
	close(fd);
}

static void
error_is_told_by_errno(void **state)
{
	struct file_source	*f = file_new(-1);
	struct slice		 bytes;

	(void)state;
	assert_int_equal(file_more(f, &bytes), -1);
	assert_int_equal(errno, EBADF);
	file_free(f);
}

static void
bytes_at_an_offset_are_read_without_moving(void **state)
{
	const int		 fd = file_with(300);
	struct file_source	*f = file_new(fd);
	struct slice		 bytes;
	uint8_t			 some[100];

	(void)state;
	assert_int_equal(file_at(fd, 250, some, 10), 10);
	assert_int_equal(some[0], 250);
	assert_int_equal(some[1], 0);
	assert_int_equal(file_at(fd, 250, some, 100), 50);
	assert_int_equal(file_at(fd, 300, some, 100), 0);
	assert_int_equal(file_more(f, &bytes), 1);
	assert_int_equal(bytes.n, 300);
	file_free(f);
	close(fd);
}

static void
offset_beyond_all_files_is_refused(void **state)
{
	const int	 fd = file_with(1);
	uint8_t		 some[8];

	(void)state;
	assert_int_equal(file_at(fd, UINT64_MAX, some, 8), -1);
	assert_int_equal(errno, EOVERFLOW);
	assert_int_equal(file_at(fd, INT64_MAX, some, 8), -1);
	close(fd);
}

static void
what_is_passed_over_is_not_given(void **state)
{
	static const size_t	 all = 3 * FILE_PIECE_SMALL + 100;
	static const size_t	 passed[] = { 1, FILE_PIECE_SMALL - 1,
	    FILE_PIECE_SMALL, FILE_PIECE_SMALL + 1, 2 * FILE_PIECE_SMALL + 7,
	    3 * FILE_PIECE_SMALL + 100 };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		const int		 fd = file_with(all);
		struct file_source	*f = file_new_piece(fd,
		    FILE_PIECE_SMALL);
		struct slice		 bytes;
		size_t			 n = passed[i];

		file_pass(f, passed[i]);
		while (file_more(f, &bytes) == 1)
			for (size_t k = 0; k < bytes.n; k++)
				assert_int_equal(bytes.p[k], n++ % 251);
		assert_int_equal(n, all);
		assert_int_equal(file_taken(f), all);
		assert_int_equal(file_passing(f), 0);
		file_free(f);
		close(fd);
	}
}

static void
file_that_is_too_short_to_be_passed_over_is_seen(void **state)
{
	const int		 fd = file_with(100);
	struct file_source	*f = file_new(fd);
	struct slice		 bytes;

	(void)state;
	file_pass(f, 107);
	while (file_more(f, &bytes) == 1)
		assert_int_equal(bytes.n, 0);
	assert_int_equal(file_passing(f), 7);
	file_free(f);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_comes_in_pieces_and_ends),
		cmocka_unit_test(empty_file_is_at_its_end),
		cmocka_unit_test(error_is_told_by_errno),
		cmocka_unit_test(bytes_at_an_offset_are_read_without_moving),
		cmocka_unit_test(offset_beyond_all_files_is_refused),
		cmocka_unit_test(what_is_passed_over_is_not_given),
		cmocka_unit_test(
		    file_that_is_too_short_to_be_passed_over_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
