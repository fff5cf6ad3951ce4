/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child.c - whole programs: what they take, in time, memory and instructions.
 *
 * Time and memory are what the system has noted of the child when it ends.
 * Instructions are counted by valgrind, which is slow but, other than a clock,
 * says nearly the same on a machine with other work to do.
 */
#include "child.h"

#include <sys/types.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARGUMENTS	24u		/* with those of valgrind */
#define LOG_FD		9		/* of valgrind in the child */
#define LOG_OPTION	"--log-fd=9"
#define COUNTED		"refs:"		/* behind it stands the number */

#ifdef __APPLE__
#define PEAK_UNIT	1.0		/* bytes in ru_maxrss */
#else
#define PEAK_UNIT	1024.0
#endif

int
child_target(const char *dir)
{
	char	 path[4096];
	int	 fd = -1;

	if ((size_t)snprintf(path, sizeof(path), "%s/target.XXXXXX", dir) <
	    sizeof(path) && (fd = mkstemp(path)) != -1)
		(void)unlink(path);		/* or it stays with the rest */
	return fd;
}

/* In the child: never returns. */
static void
run(char *const *arguments, int to)
{
	const int	 null = open("/dev/null", O_RDWR);

	if (null >= 0 && dup2(to >= 0 ? to : null, STDOUT_FILENO) >= 0 &&
	    dup2(null, STDERR_FILENO) >= 0)
		(void)execvp(arguments[0], arguments);
	_exit(127);
}

static double
timeval_ns(struct timeval t)
{
	return (double)t.tv_sec * 1e9 + (double)t.tv_usec * 1e3;
}

struct ran
child_run(char *const *arguments, int to)
{
	struct ran	 r = { .taken = measure_now(), .status = -1 };
	struct rusage	 used;
	pid_t		 pid = fork();
	int		 how = -1;

	if (pid == 0)
		run(arguments, to);
	while (pid > 0 && wait4(pid, &how, 0, &used) == -1 && errno == EINTR)
		;
	r.taken = measure_since(r.taken);
	if (how == -1 || !WIFEXITED(how))
		return r;
	r.status = WEXITSTATUS(how);
	r.taken.cpu_ns = timeval_ns(used.ru_utime) + timeval_ns(used.ru_stime);
	r.peak = (double)used.ru_maxrss * PEAK_UNIT;
	return r;
}

/* Counting. */

static void
run_counted(const char *const *arguments, int log)
{
	static const char *const	 before[] = {
		"valgrind", "--tool=cachegrind", "--cache-sim=no",
		"--cachegrind-out-file=/dev/null", LOG_OPTION
	};
	const char			*all[ARGUMENTS] = { NULL };
	size_t				 n = 0;

	for (; n < sizeof(before) / sizeof(before[0]); n++)
		all[n] = before[n];
	for (size_t i = 0; arguments[i] != NULL && n < ARGUMENTS - 1; i++)
		all[n++] = arguments[i];
	if (dup2(log, LOG_FD) == LOG_FD)
		run((char *const *)(uintptr_t)all, -1);
	_exit(127);
}

/* The number behind the word, which may have commas. */
static uint64_t
number_behind(const char *text, const char *word)
{
	const char	*s = strstr(text, word);
	uint64_t	 n = 0;

	if (s == NULL)
		return 0;
	for (s += strlen(word); *s != '\0' && *s != '\n'; s++)
		if (*s >= '0' && *s <= '9')
			n = 10 * n + (uint64_t)(*s - '0');
	return n;
}

static void
read_all(int fd, struct buf *out)
{
	char	 b[4096];
	ssize_t	 n;

	while ((n = read(fd, b, sizeof(b))) > 0 ||
	    (n == -1 && errno == EINTR))
		if (n > 0)
			buf_put(out, b, (size_t)n);
}

struct counting
child_count(const char *const *arguments)
{
	struct counting	 c = { -1, -1 };
	int		 fds[2];

	if (pipe(fds) != 0)
		return c;
	c.pid = fork();
	if (c.pid == 0) {
		(void)close(fds[0]);		/* not ours */
		run_counted(arguments, fds[1]);
	}
	(void)close(fds[1]);			/* the child's */
	c.log = fds[0];
	return c;
}

uint64_t
child_counted(struct counting c)
{
	struct buf	 log = { 0 };
	uint64_t	 n = 0;
	int		 how = -1;

	if (c.log == -1)
		return 0;
	read_all(c.log, &log);
	(void)close(c.log);			/* only read from */
	while (c.pid > 0 && waitpid(c.pid, &how, 0) == -1 && errno == EINTR)
		;
	if (c.pid > 0 && WIFEXITED(how) && WEXITSTATUS(how) == 0)
		n = number_behind(buf_cstr(&log), COUNTED);
	buf_fini(&log);
	return n;
}

bool
child_counts(void)
{
	static const char *const	 version[] = { "valgrind", "--version",
	    NULL };

	return child_run((char *const *)(uintptr_t)version, -1).status == 0;
}
