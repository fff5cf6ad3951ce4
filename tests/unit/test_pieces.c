/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_pieces.c - the bytes of a file, read ahead by a thread of its own.
 *
 * Also to be run under -fsanitize=thread.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "run/pieces.h"

#define PIECE 1000u

static char		 path[] = "/tmp/test_pieces.XXXXXX";
static struct buf	 text;		/* what the file holds */

static void
make_text(size_t n)
{
	buf_clear(&text);
	while (text.n < n)
		buf_printf(&text, "%zu ", text.n);
}

static int
open_text(bool compressed)
{
	gzFile	 z;
	int	 fd = open(path, O_RDWR | O_TRUNC);

	assert_int_not_equal(fd, -1);
	if (!compressed) {
		assert_int_equal(write(fd, text.p, text.n), text.n);
	} else {
		z = gzdopen(dup(fd), "wb");
		assert_int_equal(gzwrite(z, text.p, (unsigned)text.n), text.n);
		assert_int_equal(gzclose(z), Z_OK);
	}
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* Take all pieces; returns what the last call did. */
static int
take_all(struct pieces *p, struct buf *got)
{
	struct slice	 piece;
	int		 status;

	while ((status = pieces_more(p, &piece)) == 1) {
		assert_in_range(piece.n, 1, PIECE);
		assert_int_equal((uintptr_t)piece.p % 4096, 0);
		buf_slice(got, piece);
	}
	return status;
}

static void
pieces_are_the_file(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct buf	 got = { 0 };
		struct stat	 st;
		struct pieces	*p;
		int		 fd;

		make_text(100000);
		fd = open_text(i == 1);
		p = pieces_new(fd, PIECE, 4);
		assert_int_equal(pieces_taken(p), 0);
		assert_int_equal(take_all(p, &got), 0);
		assert_true(slice_eq(buf_bytes(&got), buf_bytes(&text)));
		assert_int_equal(fstat(fd, &st), 0);
		assert_int_equal(pieces_taken(p), st.st_size);
		if (i == 0)
			assert_null(pieces_compression(p));
		else
			assert_string_equal(pieces_compression(p), "gzip");
		pieces_free(p);
		close(fd);
		buf_fini(&got);
	}
}

static void
what_was_taken_is_that_of_the_pieces_given(void **state)
{
	struct slice	 piece;
	struct pieces	*p;
	int		 fd;

	(void)state;
	make_text(20 * PIECE);
	fd = open_text(false);
	p = pieces_new(fd, PIECE, 4);
	assert_int_equal(pieces_more(p, &piece), 1);
	assert_int_equal(pieces_taken(p), PIECE);
	assert_int_equal(pieces_more(p, &piece), 1);
	assert_int_equal(pieces_taken(p), 2 * PIECE);
	pieces_free(p);
	close(fd);
}

static void
empty_file_has_no_pieces(void **state)
{
	struct slice	 piece;
	struct pieces	*p;
	int		 fd;

	(void)state;
	make_text(0);
	fd = open_text(false);
	p = pieces_new(fd, PIECE, 4);
	assert_int_equal(pieces_more(p, &piece), 0);
	assert_int_equal(pieces_more(p, &piece), 0);
	pieces_free(p);
	close(fd);
}

static void
damage_comes_after_the_good_pieces(void **state)
{
	struct buf	 got = { 0 };
	struct slice	 piece;
	struct stat	 st;
	struct pieces	*p;
	int		 fd;

	(void)state;
	make_text(100000);
	fd = open_text(true);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(ftruncate(fd, st.st_size / 2), 0);
	p = pieces_new(fd, PIECE, 4);
	assert_int_equal(take_all(p, &got), -1);
	assert_string_equal(pieces_why(p), "the gzip data is cut short");
	assert_in_range(got.n, 1, text.n - 1);
	assert_memory_equal(got.p, text.p, got.n);
	assert_int_equal(pieces_more(p, &piece), 0);
	pieces_free(p);
	close(fd);
	buf_fini(&got);
}

static void
reading_may_end_at_any_time(void **state)
{
	struct slice	 piece;

	(void)state;
	make_text(50 * PIECE);
	for (unsigned i = 0; i < 20; i++) {
		const int	 fd = open_text(i % 2 == 0);
		struct pieces	*p = pieces_new(fd, PIECE, 4);

		for (unsigned k = 0; k < i; k++)
			assert_int_equal(pieces_more(p, &piece), 1);
		pieces_free(p);
		close(fd);
	}
	pieces_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_the_file),
		cmocka_unit_test(what_was_taken_is_that_of_the_pieces_given),
		cmocka_unit_test(empty_file_has_no_pieces),
		cmocka_unit_test(damage_comes_after_the_good_pieces),
		cmocka_unit_test(reading_may_end_at_any_time),
	};
	int	 failed, fd;

	if ((fd = mkstemp(path)) == -1)
		return 99;
	close(fd);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	buf_fini(&text);
	unlink(path);
	return failed;
}
