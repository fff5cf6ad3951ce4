/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "caught.h"
#include "run/logdir.h"

static char		 dir[] = "/tmp/test_logdir.XXXXXX";
static struct logdir	 d;

static int
setup(void **state)
{
	(void)state;
	return logdir_init(&d, dir);
}

static int
teardown(void **state)
{
	(void)state;
	logdir_fini(&d);
	return 0;
}

static unsigned
mode_of(const char *name)
{
	char		 path[256];
	struct stat	 st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void
directory_must_be_one(void **state)
{
	struct logdir	 other;

	(void)state;
	assert_int_equal(logdir_init(&other, "/nonexistent"), ENOENT);
	logdir_fini(&other);
	assert_int_equal(logdir_init(&other, "/dev/null"), ENOTDIR);
	logdir_fini(&other);
}

static void
default_log_is_there_at_once_and_not_for_all_to_read(void **state)
{
	(void)state;
	assert_int_equal(mode_of(SINK_DEFAULT_LOG), 0640);
}

static void
evidence_is_for_the_owner_only(void **state)
{
	const struct sink_host	 h = logdir_host(&d);
	struct buf		 path = { 0 };
	int			 fd;

	(void)state;
	fd = h.open_evidence(h.arg, NULL, "label", "1.2.3", &path);
	assert_true(fd != -1);
	close(fd);
	assert_int_equal(mode_of("label"), 0700);
	assert_int_equal(mode_of("label/1.2.3"), 0600);
	assert_true(path.n > strlen(dir));
	assert_int_equal(access(buf_cstr(&path), F_OK), 0);
	buf_clear(&path);
	assert_int_equal(h.open_evidence(h.arg, NULL, "label", "1.2.3", &path),
	    -1);
	assert_int_equal(errno, EEXIST);
	buf_fini(&path);
}

static void
evidence_that_is_there_is_opened_if_it_is_a_file_of_one_name(void **state)
{
	const struct sink_host	 h = logdir_host(&d);
	struct buf		 path = { 0 }, other = { 0 };
	int			 fd;

	(void)state;
	assert_int_equal(h.reopen_evidence(h.arg, NULL, "label", "5", &path),
	    -1);
	assert_int_equal(errno, ENOENT);
	buf_clear(&path);
	fd = h.open_evidence(h.arg, NULL, "label", "5", &path);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	buf_clear(&path);
	fd = h.reopen_evidence(h.arg, NULL, "label", "5", &path);
	assert_true(fd != -1);
	assert_int_equal(lseek(fd, 0, SEEK_END), 1);
	assert_int_equal(write(fd, "y", 1), 1);
	close(fd);
	buf_printf(&other, "%s/label/6", dir);
	assert_int_equal(link(buf_cstr(&path), buf_cstr(&other)), 0);
	buf_clear(&path);
	assert_int_equal(h.reopen_evidence(h.arg, NULL, "label", "6", &path),
	    -1);
	unlink(buf_cstr(&other));
	assert_int_equal(mkfifo(buf_cstr(&other), 0600), 0);
	buf_clear(&path);
	assert_int_equal(h.reopen_evidence(h.arg, NULL, "label", "6", &path),
	    -1);
	unlink(buf_cstr(&other));
	assert_int_equal(symlink("5", buf_cstr(&other)), 0);
	buf_clear(&path);
	assert_int_equal(h.reopen_evidence(h.arg, NULL, "label", "6", &path),
	    -1);
	unlink(buf_cstr(&other));
	buf_clear(&other);
	buf_printf(&other, "%s/label/5", dir);
	unlink(buf_cstr(&other));
	buf_fini(&path);
	buf_fini(&other);
}

static void
log_is_found_by_what_it_is(void **state)
{
	const struct sink_host	 h = logdir_host(&d);
	char			 path[256], renamed[256];
	struct stat		 st, found;
	int			 fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/x.log", dir);
	snprintf(renamed, sizeof(renamed), "%s/x.log.0", dir);
	assert_int_equal(h.reopen_log(h.arg, "x.log"), -1);
	assert_int_equal(errno, ENOENT);
	close(h.open_log(h.arg, "x.log"));
	fd = h.reopen_log(h.arg, "x.log");
	assert_int_equal(fstat(fd, &st), 0);
	close(fd);
	assert_int_equal(rename(path, renamed), 0);
	fd = h.find_log(h.arg, (uint64_t)st.st_dev, (uint64_t)st.st_ino);
	assert_int_equal(fstat(fd, &found), 0);
	assert_int_equal(found.st_ino, st.st_ino);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	unlink(renamed);
	assert_int_equal(h.find_log(h.arg, (uint64_t)st.st_dev, 1), -1);
	assert_int_equal(errno, ENOENT);
}

static void
on_other(void *arg, int fd)
{
	char	 c = '?';

	assert_int_equal(read(fd, &c, 1), 1);
	*(unsigned *)arg += (unsigned)c;
}

static void
rotated_logs_are_those_whose_names_go_on(void **state)
{
	static const char *const	 names[] = { "y.log", "y.log.0",
	    "y.log-20261122", "y.logs", "xy.log.0" };
	const struct sink_host		 h = logdir_host(&d);
	unsigned			 sum = 0;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		const int	 fd = h.open_log(h.arg, names[i]);

		assert_int_equal(write(fd, &"abcde"[i], 1), 1);
		close(fd);
	}
	h.other_logs(h.arg, "y.log", 0, on_other, &sum);
	assert_int_equal(sum, 'b' + 'c');
	h.other_logs(h.arg, "y.log", INT64_MAX, on_other, &sum);
	assert_int_equal(sum, 'b' + 'c');
	for (unsigned i = 0; i < 5; i++) {
		char	 path[256];

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
}

static void
file_goes_to_the_disk_by_its_path(void **state)
{
	const struct sink_host	 h = logdir_host(&d);
	char			 path[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/" SINK_DEFAULT_LOG, dir);
	assert_int_equal(h.sync_file(h.arg, path), 0);
	assert_int_equal(h.sync_file(h.arg, "/nonexistent"), ENOENT);
	assert_int_equal(h.sync_file(h.arg, dir), 0);
	assert_int_equal(h.sync_logs(h.arg), 0);
}

static void
link_in_place_of_a_directory_is_not_followed(void **state)
{
	const struct sink_host	 h = logdir_host(&d);
	struct buf		 path = { 0 };
	char			 link[256];

	(void)state;
	snprintf(link, sizeof(link), "%s/evil", dir);
	assert_int_equal(symlink("/tmp", link), 0);
	assert_int_equal(h.open_evidence(h.arg, NULL, "evil", "1.2.3", &path),
	    -1);
	assert_true(errno == ELOOP || errno == ENOTDIR || errno == EMLINK);
	buf_fini(&path);
}

static void
channel_without_any_directory_is_refused(void **state)
{
	struct logdir		 none = { 0 };
	const struct sink_host	 h = logdir_host(&none);
	struct buf		 path = { 0 };

	(void)state;
	assert_int_equal(h.open_evidence(h.arg, NULL, "label", "1", &path),
	    -1);
	buf_fini(&path);
}

static void
relative_directory_is_found_from_anywhere(void **state)
{
	struct logdir	 here;
	char		*was = getcwd(NULL, 0);

	(void)state;
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(logdir_init(&here, "."), 0);
	assert_int_equal(here.path[0], '/');
	assert_int_equal(chdir(was), 0);
	logdir_fini(&here);
	free(was);
}

static void
trouble_names_the_whole_path(void **state)
{
	const struct sink_host	 h = logdir_host(&d);
	struct caught		 c;
	const char		*said;

	(void)state;
	catch_stderr(&c);
	h.trouble(h.arg, "x.log", ENOSPC, 0);
	h.trouble(h.arg, "x.log", 0, 3);
	said = caught_text(&c);
	assert_non_null(strstr(said, dir));
	assert_non_null(strstr(said, "/x.log: No space left on device\n"));
	assert_non_null(strstr(said, "/x.log: written again; 3 alerts did not "
	    "get there\n"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(directory_must_be_one),
		TEST(default_log_is_there_at_once_and_not_for_all_to_read),
		TEST(evidence_is_for_the_owner_only),
		TEST(
		evidence_that_is_there_is_opened_if_it_is_a_file_of_one_name),
		TEST(log_is_found_by_what_it_is),
		TEST(rotated_logs_are_those_whose_names_go_on),
		TEST(file_goes_to_the_disk_by_its_path),
		TEST(link_in_place_of_a_directory_is_not_followed),
		TEST(channel_without_any_directory_is_refused),
		TEST(relative_directory_is_found_from_anywhere),
		TEST(trouble_names_the_whole_path),
	};
	int	 failed;

	umask(022);
	if (mkdtemp(dir) == NULL)
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (chdir(dir) == 0) {
		unlink("bsmtrace.log");
		unlink("label/1.2.3");
		rmdir("label");
		unlink("evil");
		rmdir(dir);
	}
	return failed;
}
