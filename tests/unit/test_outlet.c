/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sink/outlet.h"

static char	 dir[] = "/tmp/test_outlet.XXXXXX";
static char	 path[64];

/* ARG counts how often it was asked. */
static int
open_path(void *arg, const char *name)
{
	assert_string_equal(name, "x.log");
	++*(unsigned *)arg;
	return open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
}

static struct outlet
outlet(unsigned *calls)
{
	*calls = 0;
	return (struct outlet){ .name = "x.log", .fd = -1, .open = open_path,
		.arg = calls };
}

static void
holds(const char *expected)
{
	char	 back[256] = "";
	int	 fd = open(path, O_RDONLY);

	assert_true(fd != -1);
	assert_true(read(fd, back, sizeof(back) - 1) >= 0);
	close(fd);
	assert_string_equal(back, expected);
}

static void
lines_are_appended(void **state)
{
	unsigned	 calls;
	struct outlet	 o = outlet(&calls);

	(void)state;
	assert_int_equal(outlet_write(&o, slice_str("one\n")), 0);
	assert_int_equal(outlet_write(&o, slice_str("two\n")), 0);
	holds("one\ntwo\n");
	assert_int_equal(calls, 1);
	outlet_close(&o);
	unlink(path);
}

static void
file_that_was_removed_is_opened_again(void **state)
{
	unsigned	 calls;
	struct outlet	 o = outlet(&calls);

	(void)state;
	assert_int_equal(outlet_write(&o, slice_str("one\n")), 0);
	unlink(path);
	assert_int_equal(outlet_write(&o, slice_str("two\n")), 0);
	holds("two\n");
	assert_int_equal(calls, 2);
	outlet_close(&o);
	unlink(path);
}

static void
reopening_follows_a_rename(void **state)
{
	unsigned	 calls;
	struct outlet	 o = outlet(&calls);
	char		 old[80];

	(void)state;
	snprintf(old, sizeof(old), "%s.0", path);
	assert_int_equal(outlet_write(&o, slice_str("one\n")), 0);
	assert_int_equal(rename(path, old), 0);
	assert_int_equal(outlet_reopen(&o), 0);
	assert_int_equal(outlet_write(&o, slice_str("two\n")), 0);
	holds("two\n");
	outlet_close(&o);
	unlink(path);
	unlink(old);
}

static void
full_disk_loses_the_line_and_tries_again(void **state)
{
	unsigned	 calls;
	struct outlet	 o = outlet(&calls);

	(void)state;
	if (symlink("/dev/full", path) == -1 || access(path, W_OK) == -1) {
		unlink(path);
		skip();
	}
	assert_int_equal(outlet_write(&o, slice_str("one\n")), ENOSPC);
	assert_int_equal(o.lost, 1);
	unlink(path);
	assert_int_equal(outlet_write(&o, slice_str("two\n")), 0);
	assert_int_equal(calls, 2);
	holds("two\n");
	outlet_close(&o);
	unlink(path);
}

static void
line_after_a_torn_one_begins_anew(void **state)
{
	unsigned	 calls;
	struct outlet	 o = outlet(&calls);

	(void)state;
	assert_int_equal(outlet_write(&o, slice_str("one")), 0);
	o.torn = true;
	assert_int_equal(outlet_write(&o, slice_str("two\n")), 0);
	assert_int_equal(outlet_write(&o, slice_str("three\n")), 0);
	holds("one\ntwo\nthree\n");
	outlet_close(&o);
	unlink(path);
}

static void
directory_that_is_gone_is_told_by_its_errno(void **state)
{
	unsigned	 calls;
	struct outlet	 o = outlet(&calls);

	(void)state;
	rmdir(dir);
	assert_int_equal(outlet_write(&o, slice_str("one\n")), ENOENT);
	assert_int_equal(outlet_write(&o, slice_str("two\n")), ENOENT);
	assert_int_equal(o.lost, 2);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(outlet_write(&o, slice_str("three\n")), 0);
	holds("three\n");
	outlet_close(&o);
	unlink(path);
}

static void
descriptor_of_the_callers_is_left_open(void **state)
{
	int		 ends[2];
	struct outlet	 o = { .name = "pipe", .fixed = true };
	char		 back[8];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	o.fd = ends[1];
	assert_int_equal(outlet_write(&o, slice_str("one\n")), 0);
	assert_int_equal(outlet_reopen(&o), 0);
	outlet_close(&o);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_int_equal(read(ends[0], back, sizeof(back)), 5);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_appended),
		cmocka_unit_test(file_that_was_removed_is_opened_again),
		cmocka_unit_test(reopening_follows_a_rename),
		cmocka_unit_test(full_disk_loses_the_line_and_tries_again),
		cmocka_unit_test(line_after_a_torn_one_begins_anew),
		cmocka_unit_test(directory_that_is_gone_is_told_by_its_errno),
		cmocka_unit_test(descriptor_of_the_callers_is_left_open),
	};
	int	 failed;

	if (mkdtemp(dir) == NULL)
		return 99;
	snprintf(path, sizeof(path), "%s/x.log", dir);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(dir);
	return failed;
}
