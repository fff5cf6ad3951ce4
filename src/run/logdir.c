/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * logdir.c - opens what the sinks ask for: log files and evidence.
 *
 * Files are opened by path each time, so that a directory that was removed and
 * made again is found. A directory of evidence is opened without following a
 * link and its file is created relative to it: whoever may write to the
 * directory of -l cannot send evidence elsewhere.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "run/logdir.h"

char *
logdir_absolute(const char *path)
{
	struct buf	 whole = { 0 };
	char		*here, *result;

	if (path[0] == '/' || (here = getcwd(NULL, 0)) == NULL)
		return xstrdup(path);
	buf_str(&whole, here);
	buf_char(&whole, '/');
	buf_str(&whole, path);
	result = xstrdup(buf_cstr(&whole));
	buf_fini(&whole);
	free(here);
	return result;
}

void
logdir_fini(struct logdir *d)
{
	free(d->path);
	d->path = NULL;
}

static void
join(struct buf *out, const char *dir, const char *name)
{
	buf_str(out, dir);
	buf_char(out, '/');
	buf_str(out, name);
}

static int
open_log(void *arg, const char *name)
{
	const struct logdir	*d = arg;
	struct buf		 path = { 0 };
	int			 error, fd;

	join(&path, d->path, name);
	fd = open(buf_cstr(&path), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
	    O_NOCTTY, 0640);
	error = errno;
	buf_fini(&path);
	errno = error;
	return fd;
}

int
logdir_init(struct logdir *d, const char *path)
{
	struct stat	 st;
	int		 fd;

	d->path = NULL;
	if (stat(path, &st) == -1)
		return errno;
	if (!S_ISDIR(st.st_mode))
		return ENOTDIR;
	if (access(path, R_OK | W_OK | X_OK) == -1)
		return errno;
	d->path = logdir_absolute(path);
	if ((fd = open_log(d, SINK_DEFAULT_LOG)) == -1)
		return errno;
	(void)close(fd);	/* it was only to be there */
	return 0;
}

/* The directory for a label, made if need be. */
static int
open_dir(const char *path)
{
	if (mkdir(path, 0700) == -1 && errno != EEXIST)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int
open_evidence(void *arg, const char *base, const char *dir,
    const char *file, struct buf *path)
{
	const struct logdir	*d = arg;
	int			 error, dirfd, fd;

	if (base == NULL)
		base = d->path;
	if (base == NULL) {
		errno = ENOTDIR;	/* a channel without a directory */
		return -1;
	}
	join(path, base, dir);
	if ((dirfd = open_dir(buf_cstr(path))) == -1)
		return -1;
	fd = openat(dirfd, file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0600);
	error = errno;
	(void)close(dirfd);	/* only a way to the file */
	buf_char(path, '/');
	buf_str(path, file);
	errno = error;
	return fd;
}

static void
send_syslog(void *arg, int priority, const char *line)
{
	(void)arg;
	syslog(priority, "%s", line);
}

/* A name without a slash is that of a log file. */
static void
put_what(struct buf *out, const struct logdir *d, const char *what)
{
	if (strchr(what, '/') == NULL && d->path != NULL) {
		buf_escape(out, slice_str(d->path));
		buf_char(out, '/');
	}
	buf_escape(out, slice_str(what));
}

static void
trouble(void *arg, const char *what, int error, uint64_t lost)
{
	struct buf	 text = { 0 };

	put_what(&text, arg, what);
	if (error != 0)
		log_warn("%s: %s", buf_cstr(&text), strerror(error));
	else
		log_warn("%s: written again; %llu alerts did not get there",
		    buf_cstr(&text), (unsigned long long)lost);
	buf_fini(&text);
}

static void
missing(void *arg, const char *path, size_t n)
{
	struct buf	 text = { 0 };

	put_what(&text, arg, path);
	log_warn("%s: %zu records are missing in this evidence; further cases "
	    "are only counted", buf_cstr(&text), n);
	buf_fini(&text);
}

struct sink_host
logdir_host(struct logdir *d)
{
	return (struct sink_host){ .open_log = open_log,
		.open_evidence = open_evidence, .syslog = send_syslog,
		.trouble = trouble, .missing = missing, .arg = d };
}
