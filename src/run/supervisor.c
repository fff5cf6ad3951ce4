/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervisor.c - tells the service manager that started us how we are.
 *
 * The protocol is a datagram of lines, so a library for it would be more than
 * what is needed here.
 */
#include "run/supervisor.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A name that begins with '@' is one without a file: a NUL stands there. */
static int
connect_to(const char *name)
{
	struct sockaddr_un	 to = { .sun_family = AF_UNIX };
	const size_t		 n = strlen(name);
	int			 fd;

	if (n < 2 || n >= sizeof(to.sun_path) ||
	    (name[0] != '/' && name[0] != '@'))
		return -1;
	memcpy(to.sun_path, name, n);
	if (name[0] == '@')
		to.sun_path[0] = '\0';
	if ((fd = socket(AF_UNIX, SOCK_DGRAM, 0)) == -1)
		return -1;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1 ||
	    connect(fd, (const struct sockaddr *)&to,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) == -1) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* It may be meant for another process of ours, or for the one before. */
static uint64_t
watchdog(void)
{
	const char	*pid = getenv("WATCHDOG_PID");
	const char	*us = getenv("WATCHDOG_USEC");

	if (us == NULL || (pid != NULL &&
	    strtoll(pid, NULL, 10) != (long long)getpid()))
		return 0;
	return strtoull(us, NULL, 10);
}

void
supervisor_init(struct supervisor *s)
{
	const char	*name = getenv("NOTIFY_SOCKET");

	s->fd = name == NULL ? -1 : connect_to(name);
	s->watchdog_us = s->fd == -1 ? 0 : watchdog();
	(void)unsetenv("NOTIFY_SOCKET");	/* not for triggers */
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
}

void
supervisor_fini(struct supervisor *s)
{
	if (s->fd != -1)
		(void)close(s->fd);
	s->fd = -1;
}

void
supervisor_tell(const struct supervisor *s, const char *words)
{
	if (s->fd != -1)
		(void)send(s->fd, words, strlen(words), MSG_DONTWAIT);
}
