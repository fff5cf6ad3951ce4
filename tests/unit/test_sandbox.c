/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each attempt is made by a process of its own, from inside, and its exit
 * status tells what came of it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "run/sandbox.h"

#define FAILED	7		/* exit status: the attempt did not succeed */

static char	dir[] = "/tmp/sandbox-XXXXXX";

typedef bool	(*attempt_fn)(void);

/* The wait status of a process that tries it inside of a role's sandbox. */
static int
inside(enum sandbox_role role, attempt_fn attempt)
{
	const char *const	 dirs[] = { dir, "/nonexistent" };
	const pid_t		 child = fork();
	int			 status = -1;

	assert_int_not_equal(child, -1);
	if (child == 0) {
		if (sandbox_enter(role, dirs, 2) != NULL)
			_exit(99);
		_exit(attempt() ? 0 : FAILED);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void
assert_refused(enum sandbox_role role, attempt_fn attempt)
{
	const int	 status = inside(role, attempt);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), FAILED);
}

static void
assert_allowed(enum sandbox_role role, attempt_fn attempt)
{
	assert_int_equal(inside(role, attempt), 0);
}

/* There is nothing to test where there is no sandbox; it is said once. */
static bool
none_here(void)
{
	if (sandbox_kind() != NULL)
		return false;
	skip();
	return true;
}

/* What is tried. */

static bool
reads_a_file(void)
{
	return open("/etc/passwd", O_RDONLY) != -1;
}

static bool
asks_for_a_file(void)
{
	struct stat	 st;

	return stat("/etc/passwd", &st) == 0;
}

static bool
writes_a_file(void)
{
	char	 path[64];
	int	 fd;

	(void)snprintf(path, sizeof(path), "%s/alerts", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	return fd != -1 && write(fd, "x", 1) == 1 && fsync(fd) == 0 &&
	    close(fd) == 0 && unlink(path) == 0;
}

static bool
writes_outside(void)
{
	return open("/tmp/sandbox-outside", O_WRONLY | O_CREAT, 0600) != -1;
}

static bool
makes_a_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) != -1;
}

static bool
makes_a_local_socket(void)
{
	return socket(AF_UNIX, SOCK_DGRAM, 0) != -1;
}

static bool
runs_a_program(void)
{
	char *const	 argv[] = { (char *)(uintptr_t)"sh", NULL };

	(void)execve("/bin/sh", argv, NULL);
	return false;
}

static bool
makes_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool
turns_data_into_code(void)
{
	void	*p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p != MAP_FAILED && mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool
signals_another(void)
{
	return kill(getppid(), 0) == 0;
}

static void *
nothing(void *arg)
{
	return arg;
}

/* What the worker lives of. */
static bool
works(void)
{
	struct timespec	 now;
	struct stat	 st;
	pthread_t	 thread;
	int		 ends[2];
	char		 c = 0;
	char		*p = malloc(64u << 20);
	int		 status = -1;
	pid_t		 child;

	if (p == NULL || clock_gettime(CLOCK_REALTIME, &now) == -1 ||
	    pipe2(ends, O_CLOEXEC) == -1 || write(ends[1], "x", 1) != 1 ||
	    read(ends[0], &c, 1) != 1 || fstat(ends[0], &st) == -1)
		return false;
	memset(p, 1, 64u << 20);
	free(p);
	if (pthread_create(&thread, NULL, nothing, NULL) != 0 ||
	    pthread_join(thread, NULL) != 0)
		return false;
	if ((child = fork()) == 0)
		_exit(0);
	return waitpid(child, &status, 0) == child && status == 0;
}

/* The facts. */

static void
worker_opens_no_file(void **state)
{
	(void)state;
	if (none_here())
		return;
	assert_refused(SANDBOX_WORKER, reads_a_file);
	assert_refused(SANDBOX_WORKER, asks_for_a_file);
	assert_refused(SANDBOX_WORKER, writes_a_file);
}

static void
worker_makes_no_socket(void **state)
{
	(void)state;
	if (none_here())
		return;
	assert_refused(SANDBOX_WORKER, makes_a_socket);
	assert_refused(SANDBOX_WORKER, makes_a_local_socket);
}

static void
nobody_runs_a_program(void **state)
{
	(void)state;
	if (none_here())
		return;
	assert_int_not_equal(inside(SANDBOX_WORKER, runs_a_program), 0);
	assert_int_not_equal(inside(SANDBOX_COURIER, runs_a_program), 0);
}

static void
nobody_makes_code(void **state)
{
	(void)state;
	if (none_here())
		return;
	assert_refused(SANDBOX_WORKER, makes_code);
	assert_refused(SANDBOX_WORKER, turns_data_into_code);
	assert_refused(SANDBOX_COURIER, makes_code);
}

static void
nobody_signals_others(void **state)
{
	(void)state;
	if (none_here())
		return;
	assert_refused(SANDBOX_WORKER, signals_another);
	assert_refused(SANDBOX_COURIER, signals_another);
}

static void
worker_still_works(void **state)
{
	(void)state;
	if (none_here())
		return;
	assert_allowed(SANDBOX_WORKER, works);
}

static void
courier_writes_below_its_directories_only(void **state)
{
	(void)state;
	if (none_here())
		return;
	assert_allowed(SANDBOX_COURIER, writes_a_file);
	assert_refused(SANDBOX_COURIER, writes_outside);
	assert_refused(SANDBOX_COURIER, reads_a_file);
}

static void
courier_speaks_to_this_machine_only(void **state)
{
	(void)state;
	if (none_here())
		return;
	assert_allowed(SANDBOX_COURIER, makes_a_local_socket);
	assert_refused(SANDBOX_COURIER, makes_a_socket);
}

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worker_opens_no_file),
		cmocka_unit_test(worker_makes_no_socket),
		cmocka_unit_test(nobody_runs_a_program),
		cmocka_unit_test(nobody_makes_code),
		cmocka_unit_test(nobody_signals_others),
		cmocka_unit_test(worker_still_works),
		cmocka_unit_test(courier_writes_below_its_directories_only),
		cmocka_unit_test(courier_speaks_to_this_machine_only),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
