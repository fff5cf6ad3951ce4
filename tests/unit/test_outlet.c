/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* One text, at once; 0, or the errno for which it is lost. */
static int
put(struct outlet *o, const char *text)
{
	struct slice	 lost;
	int		 error;

	outlet_put(o, slice_str(text));
	if ((error = outlet_flush(o, &lost)) != 0)
		assert_true(slice_is(lost, text));
	assert_int_equal(outlet_waiting(o), 0);
	return error;
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
	assert_int_equal(put(&o, "one\n"), 0);
	assert_int_equal(put(&o, "two\n"), 0);
	holds("one\ntwo\n");
	assert_int_equal(calls, 1);
	outlet_fini(&o);
	unlink(path);
}

static void
file_that_was_removed_is_opened_again(void **state)
{
	unsigned	 calls;
	struct outlet	 o = outlet(&calls);

	(void)state;
	assert_int_equal(put(&o, "one\n"), 0);
	unlink(path);
	assert_int_equal(put(&o, "two\n"), 0);
	holds("two\n");
	assert_int_equal(calls, 2);
	outlet_fini(&o);
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
	assert_int_equal(put(&o, "one\n"), 0);
	assert_int_equal(rename(path, old), 0);
	assert_int_equal(outlet_reopen(&o), 0);
	assert_int_equal(put(&o, "two\n"), 0);
	holds("two\n");
	outlet_fini(&o);
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
	assert_int_equal(put(&o, "one\n"), ENOSPC);
	assert_int_equal(o.lost, 1);
	unlink(path);
	assert_int_equal(put(&o, "two\n"), 0);
	assert_int_equal(calls, 2);
	holds("two\n");
	outlet_fini(&o);
	unlink(path);
}

static void
line_after_a_torn_one_begins_anew(void **state)
{
	unsigned	 calls;
	struct outlet	 o = outlet(&calls);

	(void)state;
	assert_int_equal(put(&o, "one"), 0);
	o.torn = true;
	assert_int_equal(put(&o, "two\n"), 0);
	assert_int_equal(put(&o, "three\n"), 0);
	holds("one\ntwo\nthree\n");
	outlet_fini(&o);
	unlink(path);
}

static void
directory_that_is_gone_is_told_by_its_errno(void **state)
{
	unsigned	 calls;
	struct outlet	 o = outlet(&calls);

	(void)state;
	rmdir(dir);
	assert_int_equal(put(&o, "one\n"), ENOENT);
	assert_int_equal(put(&o, "two\n"), ENOENT);
	assert_int_equal(o.lost, 2);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(put(&o, "three\n"), 0);
	holds("three\n");
	outlet_fini(&o);
	unlink(path);
}

static void
gathered_texts_leave_in_one_write(void **state)
{
	struct outlet	 o = { .name = "socket", .fixed = true };
	struct slice	 lost;
	char		 back[32];
	int		 ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	o.fd = ends[1];
	outlet_put(&o, slice_str("one\n"));
	outlet_put(&o, slice_str("two\n"));
	assert_int_equal(outlet_waiting(&o), 8);
	assert_int_equal(outlet_flush(&o, &lost), 0);
	assert_int_equal(outlet_waiting(&o), 0);
	assert_int_equal(read(ends[0], back, sizeof(back)), 8);
	assert_memory_equal(back, "one\ntwo\n", 8);
	outlet_fini(&o);
	close(ends[0]);
	close(ends[1]);
}

/*
 * Or another process that writes into it could stand in the middle of one. Here
 * there is room for PIPE_BUF bytes, and nobody reads.
 */
static void
pipe_keeps_texts_whole(void **state)
{
	struct outlet	 o = { .name = "pipe", .fixed = true };
	struct slice	 lost;
	char		 text[PIPE_BUF];
	int		 ends[2];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	while (write(ends[1], text, sizeof(text)) > 0)
		continue;
	assert_int_equal(read(ends[0], text, sizeof(text)), PIPE_BUF);
	o.fd = ends[1];
	for (unsigned i = 0; i < 3; i++)
		outlet_put(&o, (struct slice){ (uint8_t *)text,
		    PIPE_BUF / 2 - 1 });
	assert_int_equal(outlet_flush(&o, &lost), EAGAIN);
	assert_int_equal(o.lost, 1);
	assert_false(o.torn);
	assert_int_equal(outlet_waiting(&o), 0);
	outlet_fini(&o);
	close(ends[0]);
	close(ends[1]);
}

static void
each_gathered_text_is_lost_for_itself(void **state)
{
	unsigned	 calls;
	struct outlet	 o = outlet(&calls);
	struct slice	 lost;

	(void)state;
	assert_int_equal(symlink("/nowhere/x", path), 0);
	outlet_put(&o, slice_str("one\n"));
	outlet_put(&o, slice_str("two\n"));
	outlet_put(&o, slice_str("three\n"));
	assert_int_equal(outlet_flush(&o, &lost), ENOENT);
	assert_true(slice_is(lost, "one\n"));
	assert_int_equal(outlet_waiting(&o), 10);
	assert_int_equal(outlet_flush(&o, &lost), ENOENT);
	assert_true(slice_is(lost, "two\n"));
	assert_int_equal(o.lost, 2);
	unlink(path);
	assert_int_equal(outlet_flush(&o, &lost), 0);
	holds("three\n");
	outlet_fini(&o);
	unlink(path);
}

/* As on a disk that has room for one text and a half. */
static void
write_that_stops_within_a_text_loses_that_text(void **state)
{
	unsigned	 calls;
	struct outlet	 o = outlet(&calls);
	struct slice	 lost;
	struct rlimit	 before, small;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 6;
	outlet_put(&o, slice_str("one\n"));
	outlet_put(&o, slice_str("two\n"));
	outlet_put(&o, slice_str("three\n"));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(outlet_flush(&o, &lost), EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(slice_is(lost, "two\n"));
	assert_true(o.torn);
	assert_int_equal(outlet_flush(&o, &lost), 0);
	holds("one\ntw\nthree\n");
	assert_int_equal(o.lost, 1);
	outlet_fini(&o);
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
	assert_int_equal(put(&o, "one\n"), 0);
	assert_int_equal(outlet_reopen(&o), 0);
	outlet_fini(&o);
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
		cmocka_unit_test(gathered_texts_leave_in_one_write),
		cmocka_unit_test(pipe_keeps_texts_whole),
		cmocka_unit_test(each_gathered_text_is_lost_for_itself),
		cmocka_unit_test(
		    write_that_stops_within_a_text_loses_that_text),
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
