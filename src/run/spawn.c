/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spawn.c - this program, executed again in another role.
 *
 * Executed, not only forked: the new process has none of our memory, and its
 * addresses are its own. The file is found through the system where it tells
 * which one runs, so that it is the same even when it was replaced since.
 */
#include "run/spawn.h"

#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/daemon.h"

/* Linux, FreeBSD, NetBSD, illumos. */
static const char *const	ourselves[] = {
	"/proc/self/exe", "/proc/curproc/file", "/proc/curproc/exe",
	"/proc/self/path/a.out"
};

static char **
arguments(enum role role, char *const *argv)
{
	size_t	 n = 1;
	char	**v;

	while (argv[n] != NULL)
		n++;
	v = xcalloc(n + 1, sizeof(*v));
	v[0] = xstrdup(roles_argv0(role));
	for (size_t i = 1; i < n; i++)
		v[i] = argv[i];
	return v;
}

/* Signals are as the system has them; a new process sets its own. */
static void
usual_signals(void)
{
	sigset_t	 none;

	(void)sigemptyset(&none);		/* neither can fail */
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGCHLD, SIG_DFL);
}

bool
spawn_possible(void)
{
	for (size_t i = 0; i < sizeof(ourselves) / sizeof(ourselves[0]); i++)
		if (access(ourselves[i], X_OK) == 0)
			return true;
	return false;
}

/* Standard input may be a trail, which the parent hands out. */
static void
no_input(void)
{
	const int	 null = open("/dev/null", O_RDONLY);

	if (null > STDIN_FILENO && dup2(null, STDIN_FILENO) == -1)
		_exit(EXIT_FAILURE);
	if (null > ROLES_CHANNEL_FD)
		(void)close(null);	/* its copy stays */
}

/* In the new process; only what is safe behind a fork. */
static void __attribute__((noreturn))
become(char **v, int fd)
{
	usual_signals();
	no_input();
	daemon_close_on_exec();
	if (fd != ROLES_CHANNEL_FD ? dup2(fd, ROLES_CHANNEL_FD) == -1 :
	    fcntl(fd, F_SETFD, 0) == -1)
		_exit(EXIT_FAILURE);
	for (size_t i = 0; i < sizeof(ourselves) / sizeof(ourselves[0]); i++)
		(void)execv(ourselves[i], v);
	_exit(EXIT_FAILURE);
}

pid_t
spawn_role(enum role role, char *const *argv, int fd)
{
	char		**v = arguments(role, argv);
	const pid_t	 pid = fork();

	if (pid == 0)
		become(v, fd);
	free(v[0]);
	free(v);
	return pid;
}

void
spawn_put_end(struct buf *out, int status)
{
	if (WIFSIGNALED(status))
		buf_printf(out, "died of signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else
		buf_printf(out, "ended with status %d", WEXITSTATUS(status));
}
