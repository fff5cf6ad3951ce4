/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * daemon.c - into the background, with a pid file.
 *
 * The lock is fcntl(2)'s, which every system has. It belongs to a process, so
 * the child takes it; the parent waits for one byte from the child that says
 * it has. End of file instead means that the child has given up.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "run/daemon.h"
#include "run/logdir.h"

#define DESCRIPTORS_MAX 65536	/* looked at; nobody inherits more */

static struct flock
whole_file(void)
{
	return (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
}

const char *
pidfile_open(struct pidfile *p, const char *path)
{
	struct flock	 lock = whole_file();

	p->path = logdir_absolute(path);
	p->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
	    O_NONBLOCK, 0600);
	if (p->fd == -1)
		return strerror(errno);
	if (fcntl(p->fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) {
		(void)close(p->fd);	/* nothing was written */
		p->fd = -1;
		return "another bsmtrace is running with this pid file";
	}
	return NULL;
}

void
pidfile_close(struct pidfile *p)
{
	struct stat	 ours, there;

	if (p->fd != -1 && fstat(p->fd, &ours) == 0 &&
	    lstat(p->path, &there) == 0 && ours.st_ino == there.st_ino &&
	    ours.st_dev == there.st_dev && unlink(p->path) == -1)
		log_warn_errno("%s", p->path);
	if (p->fd != -1)
		(void)close(p->fd);
	free(p->path);
	p->fd = -1;
	p->path = NULL;
}

/* The decimal pid without a newline, as it always was. */
static bool
pidfile_write(struct pidfile *p)
{
	struct flock	 lock = whole_file();
	char		 text[24];
	const int	 n = snprintf(text, sizeof(text), "%ld",
	    (long)getpid());

	if (fcntl(p->fd, F_SETLK, &lock) == -1) {
		log_warn("%s: another bsmtrace is running with this pid file",
		    p->path);
		(void)close(p->fd);	/* it belongs to that one */
		p->fd = -1;
		return false;
	}
	if (fchmod(p->fd, 0600) == -1 || ftruncate(p->fd, 0) == -1 ||
	    pwrite(p->fd, text, (size_t)n, 0) != n) {
		log_warn_errno("%s", p->path);
		return false;
	}
	return true;
}

static bool
to_null(bool keep_stdout)
{
	const int	 null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null == -1 || dup2(null, STDIN_FILENO) == -1 ||
	    (!keep_stdout && dup2(null, STDOUT_FILENO) == -1) ||
	    dup2(null, STDERR_FILENO) == -1) {
		log_warn_errno("/dev/null");
		return false;
	}
	if (null > STDERR_FILENO)
		(void)close(null);	/* its copies stay */
	return true;
}

/* Wait for the child's word; its end of the pipe closes when it dies. */
static void __attribute__((noreturn))
wait_for_child(int fd)
{
	char	 ready;
	ssize_t	 n;

	do
		n = read(fd, &ready, 1);
	while (n == -1 && errno == EINTR);
	_exit(n == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
}

void
daemon_not_yet(bool reopens)
{
	(void)signal(SIGUSR1, SIG_IGN);
	if (reopens)
		(void)signal(SIGHUP, SIG_IGN);
}

bool
daemon_start(struct pidfile *p, bool keep_stdout)
{
	int	 ends[2];
	pid_t	 pid;

	if (pipe(ends) == -1 ||
	    fcntl(ends[1], F_SETFD, FD_CLOEXEC) == -1 ||
	    (pid = fork()) == -1) {
		log_warn_errno("cannot go into the background");
		return false;
	}
	if (pid != 0) {
		(void)close(ends[1]);	/* the child has its own */
		wait_for_child(ends[0]);
	}
	(void)close(ends[0]);		/* the parent's end */
	if (setsid() == -1 || chdir("/") == -1) {
		log_warn_errno("cannot go into the background");
		return false;
	}
	if (!pidfile_write(p))
		return false;
	log_open(LOG_TO_SYSLOG, NULL);
	if (!to_null(keep_stdout) || write(ends[1], "", 1) != 1)
		return false;
	(void)close(ends[1]);		/* the parent has gone */
	return true;
}

/* All at once, where the system can; false where it cannot. */
#ifdef CLOSE_RANGE_CLOEXEC
static bool
mark_all(void)
{
	return close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC) == 0;
}
#else
static bool
mark_all(void)
{
	return false;
}
#endif

void
daemon_close_on_exec(void)
{
	long	 n = sysconf(_SC_OPEN_MAX);

	if (mark_all())
		return;
	if (n < 0 || n > DESCRIPTORS_MAX)
		n = DESCRIPTORS_MAX;
	for (int fd = STDERR_FILENO + 1; fd < n; fd++)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);	/* most do not exist */
}
