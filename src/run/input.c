/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.c - what -a names: opened, and told apart.
 *
 * A regular file is a finished trail, whatever its name. All else is a stream;
 * it is opened without waiting for a writer, since the loop waits better.
 */
#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/input.h"

#define STAMP 14	/* digits of YYYYMMDDhhmmss in a trail's name */

/* How many bytes of S are a time in a trail's name; 0: it is none. */
static size_t
stamp(const char *s)
{
	static const char *const	 words[] = {
		"not_terminated", "crash_recovery"
	};
	size_t				 n = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(s, words[i], strlen(words[i])) == 0)
			return strlen(words[i]);
	while (n < STAMP && isdigit((unsigned char)s[n]))
		n++;
	return n == STAMP ? n : 0;
}

/* The host in START.END.HOST, as auditd names its trails. */
static char *
host_of(const char *name)
{
	size_t	 n = stamp(name);

	if (n == 0 || name[n] != '.')
		return NULL;
	name += n + 1;
	n = stamp(name);
	if (n == 0 || name[n] != '.' || name[n + 1] == '\0')
		return NULL;
	return xstrdup(name + n + 1);
}

static bool
is_auditpipe(const char *path, const struct stat *st)
{
	return S_ISCHR(st->st_mode) &&
	    strncmp(path, INPUT_AUDITPIPE, strlen(INPUT_AUDITPIPE)) == 0;
}

/* The name of this machine, for records of its own. */
static char *
own_host(void)
{
	char	 name[256] = "";

	if (gethostname(name, sizeof(name) - 1) == -1 || name[0] == '\0')
		return NULL;
	return xstrdup(name);
}

static void
look(struct input *in, const struct stat *st)
{
	const off_t	 at = lseek(in->fd, 0, SEEK_CUR);

	in->finished = S_ISREG(st->st_mode);
	if (in->finished && at > 0)
		in->start = (uint64_t)at;
	if (in->finished && st->st_size > (off_t)in->start)
		in->size = (uint64_t)st->st_size - in->start;
	in->own_host = is_auditpipe(in->path, st);
	in->host = in->own_host ? own_host() : host_of(in->name);
}

const char *
input_open(struct input *in, const char *path)
{
	const bool	 standard = strcmp(path, "-") == 0;
	const char	*slash = strrchr(path, '/');
	struct stat	 st;

	*in = (struct input){ .path = path, .fd = -1,
		.name = slash == NULL ? path : slash + 1 };
	if (standard) {
		in->path = in->name = "stdin";
		in->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	} else {
		in->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC |
		    O_NOCTTY);
	}
	if (in->fd == -1 || fstat(in->fd, &st) == -1)
		return strerror(errno);
	if (S_ISDIR(st.st_mode)) {
		input_close(in);
		return "is a directory; name the trails in it";
	}
	look(in, &st);
	return NULL;
}

void
input_close(struct input *in)
{
	if (in->fd != -1)
		(void)close(in->fd);	/* it was only read */
	free(in->host);
	in->fd = -1;
	in->host = NULL;
}
