/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/input.h"
#include "run/trailset.h"

static char	 dir[] = "/tmp/test_input.XXXXXX";

static void
put(const char *name, const char *text)
{
	FILE	*f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
name_is_what_stands_behind_the_last_slash(void **state)
{
	struct input	 in;
	char		 path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/trail.bsm", dir);
	put(path, "0123456789");
	assert_null(input_open(&in, path));
	assert_string_equal(in.name, "trail.bsm");
	assert_string_equal(in.path, path);
	assert_true(in.finished);
	assert_false(in.own_host);
	assert_int_equal(in.size, 10);
	assert_null(in.host);
	input_close(&in);
	unlink(path);
}

static void
host_comes_from_the_name_of_the_trail(void **state)
{
	static const struct {
		const char	*name, *host;
	} rows[] = {
		{ "20211014091059.20211014112919.www1", "www1" },
		{ "20211014091059.not_terminated.a.b", "a.b" },
		{ "20211014091059.crash_recovery.www1", "www1" },
		{ "20211014091059.20211014112919", NULL },
		{ "20211014091059.20211014112919.", NULL },
		{ "2021101409105.20211014112919.www1", NULL },
		{ "x.y.z", NULL },
		{ "20211014091059", NULL },
	};

	(void)state;
	assert_int_equal(chdir(dir), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct input	 in;

		put(rows[i].name, "");
		assert_null(input_open(&in, rows[i].name));
		if (rows[i].host == NULL)
			assert_null(in.host);
		else
			assert_string_equal(in.host, rows[i].host);
		input_close(&in);
		unlink(rows[i].name);
	}
}

static void
what_is_missing_or_a_directory_is_said(void **state)
{
	struct input	 in;

	(void)state;
	assert_string_equal(input_open(&in, "/nonexistent"),
	    strerror(ENOENT));
	assert_string_equal(input_open(&in, dir),
	    "is a directory; name the trails in it");
	assert_int_equal(in.fd, -1);
}

static void
standard_input_is_duplicated(void **state)
{
	struct input	 in;

	(void)state;
	assert_null(input_open(&in, "-"));
	assert_string_equal(in.name, "stdin");
	assert_true(in.fd > 2);
	input_close(&in);
	assert_true(fcntl(STDIN_FILENO, F_GETFD) != -1);
}

static void
file_on_standard_input_begins_where_it_stands(void **state)
{
	struct input	 in;
	const int	 saved = dup(STDIN_FILENO);
	int		 fd;

	(void)state;
	assert_int_equal(chdir(dir), 0);
	put("part", "0123456789");
	fd = open("part", O_RDONLY);
	assert_true(lseek(fd, 4, SEEK_SET) == 4);
	assert_true(dup2(fd, STDIN_FILENO) == STDIN_FILENO);
	assert_null(input_open(&in, "-"));
	assert_true(in.finished);
	assert_int_equal(in.start, 4);
	assert_int_equal(in.size, 6);
	input_close(&in);
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(fd);
	unlink("part");
}

static void
fifo_is_opened_without_waiting_for_a_writer(void **state)
{
	struct input	 in;

	(void)state;
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_null(input_open(&in, "fifo"));
	assert_false(in.finished);
	input_close(&in);
	unlink("fifo");
}

static void
compressed_file_cannot_be_read_again_at_an_offset(void **state)
{
	struct input	 in;

	(void)state;
	assert_int_equal(chdir(dir), 0);
	put("plain", "\x14 and more");
	put("packed", "\x1f\x8b\x08 and more");
	assert_null(input_open(&in, "plain"));
	assert_true(in.finished && in.again);
	input_close(&in);
	assert_null(input_open(&in, "packed"));
	assert_true(in.finished);
	assert_false(in.again);
	input_close(&in);
	unlink("plain");
	unlink("packed");
}

static void
directory_is_an_input_for_each_host(void **state)
{
	struct inputs	 all = { 0 };
	char		 text[4] = "";

	(void)state;
	assert_int_equal(chdir(dir), 0);
	mkdir("d", 0700);
	put("d/20211014091059.20211014112919.a", "012");
	put("d/20211015091059.20211014112919.b.gz", "3");
	put("d/20211016091059.not_terminated.a", "456");
	assert_true(inputs_add(&all, "d", INPUT_TO_END));
	assert_int_equal(all.n, 2);
	assert_string_equal(all.v[0].host, "a");
	assert_string_equal(all.v[0].path, "d");
	assert_int_equal(trailset_count(all.v[0].set), 2);
	assert_int_equal(all.v[0].size, 6);
	assert_true(all.v[0].finished && all.v[0].again);
	assert_int_equal(input_at(&all.v[0], input_place(1, 1), text, 3), 2);
	assert_string_equal(text, "56");
	assert_int_equal(input_at(&all.v[0], input_place(2, 0), text, 3), 0);
	assert_string_equal(all.v[1].host, "b");
	assert_false(all.v[1].again);
	inputs_fini(&all);
	unlink("d/20211014091059.20211014112919.a");
	unlink("d/20211015091059.20211014112919.b.gz");
	unlink("d/20211016091059.not_terminated.a");
	rmdir("d");
}

static void
place_in_a_directory_has_trail_and_offset(void **state)
{
	(void)state;
	assert_int_equal(input_place(0, 77), 77);
	assert_int_equal(input_offset(input_place(123456, 77)), 77);
	assert_int_equal(input_place(123456, 77) >> INPUT_OFFSET_BITS, 123456);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_is_what_stands_behind_the_last_slash),
		cmocka_unit_test(host_comes_from_the_name_of_the_trail),
		cmocka_unit_test(what_is_missing_or_a_directory_is_said),
		cmocka_unit_test(standard_input_is_duplicated),
		cmocka_unit_test(file_on_standard_input_begins_where_it_stands),
		cmocka_unit_test(fifo_is_opened_without_waiting_for_a_writer),
		cmocka_unit_test(
		    compressed_file_cannot_be_read_again_at_an_offset),
		cmocka_unit_test(directory_is_an_input_for_each_host),
		cmocka_unit_test(place_in_a_directory_has_trail_and_offset),
	};
	int	 failed;

	if (mkdtemp(dir) == NULL)
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (chdir("/") == 0)
		rmdir(dir);
	return failed;
}
