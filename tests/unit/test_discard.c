/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_discard.c - a file that goes with the process when a signal ends it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/wait.h>

#include <cmocka.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/discard.h"

static char	path[sizeof("/tmp/discard.XXXXXX")];

static int
set_up(void **state)
{
	int	 fd;

	(void)state;
	memcpy(path, "/tmp/discard.XXXXXX", sizeof(path));
	if ((fd = mkstemp(path)) == -1)
		return -1;
	return close(fd);
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	return 0;
}

/* What becomes of a process that sends itself this signal. */
static int
status_of(int which, bool ignored, bool freed, bool early)
{
	const pid_t	 child = fork();
	struct discard	*d;
	int		 status;

	if (child == 0) {
		for (int i = 1; i < 32; i++)
			if (i != SIGKILL && i != SIGSTOP)
				(void)signal(i, SIG_DFL);
		if (ignored)
			(void)signal(which, SIG_IGN);
		d = discard_new();
		if (early)
			(void)kill(getpid(), which);
		(void)discard_file(d, path);
		if (freed)
			discard_free(d);
		(void)kill(getpid(), which);
		(void)usleep(freed || ignored ? 20000 : 5000000);
		_exit(7);
	}
	assert_int_not_equal(child, -1);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void
the_signal_ends_the_process_and_the_file(void **state)
{
	static const int	 all[] = { SIGHUP, SIGINT, SIGTERM };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const int	 status = status_of(all[i], false, false,
		    false);

		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), all[i]);
		assert_int_equal(access(path, F_OK), -1);
	}
}

static void
a_signal_that_comes_while_it_is_made_finds_it_too(void **state)
{
	const int	 status = status_of(SIGTERM, false, false, true);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
	assert_int_equal(access(path, F_OK), -1);
}

static void
a_signal_that_is_ignored_stays_so(void **state)
{
	(void)state;
	assert_int_equal(status_of(SIGHUP, true, false, false), 7 << 8);
	assert_int_equal(access(path, F_OK), 0);
}

static void
a_file_that_is_complete_stays(void **state)
{
	const int	 status = status_of(SIGTERM, false, true, false);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(access(path, F_OK), 0);
}

static void
afterwards_nothing_is_blocked(void **state)
{
	struct discard	*d;
	sigset_t	 now;

	(void)state;
	d = discard_new();
	assert_true(discard_file(d, path));
	discard_free(d);
	d = discard_new();
	discard_free(d);
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &now), 0);
	assert_int_equal(sigismember(&now, SIGTERM), 0);
	discard_free(NULL);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest	 tests[] = {
		TEST(the_signal_ends_the_process_and_the_file),
		TEST(a_signal_that_comes_while_it_is_made_finds_it_too),
		TEST(a_signal_that_is_ignored_stays_so),
		TEST(a_file_that_is_complete_stays),
		TEST(afterwards_nothing_is_blocked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
