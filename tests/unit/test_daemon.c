/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/daemon.h"

static char	 dir[] = "/tmp/test_daemon.XXXXXX";

/* Start a daemon that waits until GO is closed; returns its pid. */
static pid_t
started(int go[2])
{
	struct pidfile	 p;
	pid_t		 child, pid = 0;
	int		 status;
	char		 word;
	FILE		*f;

	assert_int_equal(pipe(go), 0);
	if ((child = fork()) == 0) {
		close(go[1]);
		if (pidfile_open(&p, "pid") != NULL || !daemon_start(&p, true))
			_exit(3);
		(void)!read(go[0], &word, 1);
		pidfile_close(&p);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(go[0]);
	f = fopen("pid", "r");
	assert_int_equal(fscanf(f, "%d", &pid), 1);
	fclose(f);
	return pid;
}

static void
wait_until_gone(const char *name)
{
	for (int i = 0; i < 100 && access(name, F_OK) == 0; i++)
		usleep(20000);
	assert_int_equal(access(name, F_OK), -1);
}

static void
pid_file_is_there_when_the_parent_returns_and_gone_at_the_end(void **state)
{
	int		 go[2];
	struct stat	 st;
	char		 text[32] = "", expected[32];
	pid_t		 pid;
	int		 fd;

	(void)state;
	pid = started(go);
	assert_int_equal(stat("pid", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	fd = open("pid", O_RDONLY);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	snprintf(expected, sizeof(expected), "%d", pid);
	assert_string_equal(text, expected);	/* and no newline */
	assert_int_equal(getsid(pid), pid);
	close(go[1]);
	wait_until_gone("pid");
}

static void
second_daemon_is_refused(void **state)
{
	int		 go[2];
	struct pidfile	 p;
	const char	*why;

	(void)state;
	(void)started(go);
	why = pidfile_open(&p, "pid");
	assert_non_null(why);
	assert_non_null(strstr(why, "another bsmtrace is running"));
	pidfile_close(&p);
	assert_int_equal(access("pid", F_OK), 0);	/* not ours to remove */
	close(go[1]);
	wait_until_gone("pid");
}

static void
stale_pid_file_is_taken_over(void **state)
{
	int	 go[2];
	FILE	*f = fopen("pid", "w");

	(void)state;
	fputs("99999999999", f);
	fclose(f);
	(void)started(go);
	close(go[1]);
	wait_until_gone("pid");
}

static void
file_of_somebody_else_is_not_removed(void **state)
{
	struct pidfile	 p;
	FILE		*f;

	(void)state;
	assert_null(pidfile_open(&p, "pid"));
	assert_int_equal(rename("pid", "old"), 0);
	f = fopen("pid", "w");
	fclose(f);
	pidfile_close(&p);
	assert_int_equal(access("pid", F_OK), 0);
	unlink("pid");
	unlink("old");
}

static void
pid_file_in_a_missing_directory_is_said(void **state)
{
	struct pidfile	 p;

	(void)state;
	assert_string_equal(pidfile_open(&p, "/nonexistent/pid"),
	    "No such file or directory");
	pidfile_close(&p);
}

static void
link_is_not_written_through(void **state)
{
	struct pidfile	 p;

	(void)state;
	assert_int_equal(symlink("target", "pid"), 0);
	assert_non_null(pidfile_open(&p, "pid"));
	assert_int_equal(access("target", F_OK), -1);
	pidfile_close(&p);
	unlink("pid");
}

static void
inherited_descriptors_do_not_reach_triggers(void **state)
{
	const int	 fd = dup(0);

	(void)state;
	assert_true(fd > 2);
	assert_int_equal(fcntl(fd, F_GETFD), 0);
	daemon_close_on_exec();
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		pid_file_is_there_when_the_parent_returns_and_gone_at_the_end),
		cmocka_unit_test(second_daemon_is_refused),
		cmocka_unit_test(stale_pid_file_is_taken_over),
		cmocka_unit_test(file_of_somebody_else_is_not_removed),
		cmocka_unit_test(pid_file_in_a_missing_directory_is_said),
		cmocka_unit_test(link_is_not_written_through),
		cmocka_unit_test(inherited_descriptors_do_not_reach_triggers),
	};
	int	 failed;

	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (chdir("/") == 0)
		rmdir(dir);
	return failed;
}
