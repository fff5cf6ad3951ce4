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

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "run/logdir.h"
#include "run/scribe.h"

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

/* A file that is there, to be compared; never one to wait for. */
#define AS_IT_IS	(O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

static int
reopen_log(void *arg, const char *name)
{
	const struct logdir	*d = arg;
	struct buf		 path = { 0 };
	int			 error, fd;

	join(&path, d->path, name);
	fd = open(buf_cstr(&path), AS_IT_IS);
	error = errno;
	buf_fini(&path);
	errno = error;
	return fd;
}

static bool
is_file(const struct stat *st, uint64_t device, uint64_t inode)
{
	return S_ISREG(st->st_mode) && (uint64_t)st->st_dev == device &&
	    (uint64_t)st->st_ino == inode;
}

/* It may get yet another name while we look: then it is not found. */
static int
find_in(DIR *dir, uint64_t device, uint64_t inode)
{
	const struct dirent	*e;
	struct stat		 st;

	while ((e = readdir(dir)) != NULL) {
		int	 fd;

		if (fstatat(dirfd(dir), e->d_name, &st,
		    AT_SYMLINK_NOFOLLOW) == -1 || !is_file(&st, device, inode))
			continue;
		fd = openat(dirfd(dir), e->d_name, AS_IT_IS | O_NOFOLLOW);
		if (fd != -1 && fstat(fd, &st) == 0 &&
		    is_file(&st, device, inode))
			return fd;
		if (fd != -1)
			(void)close(fd);	/* nothing was written */
	}
	errno = ENOENT;
	return -1;
}

static int
find_log(void *arg, uint64_t device, uint64_t inode)
{
	const struct logdir	*d = arg;
	DIR			*dir = opendir(d->path);
	int			 error, fd;

	if (dir == NULL)
		return -1;
	fd = find_in(dir, device, inode);
	error = errno;
	(void)closedir(dir);		/* it was only read */
	errno = error;
	return fd;
}

/* As newsyslog(8) and logrotate(8) name them. */
static bool
is_rotated(const char *entry, const char *name)
{
	const size_t	 n = strlen(name);

	return strncmp(entry, name, n) == 0 &&
	    (entry[n] == '.' || entry[n] == '-');
}

/* Whoever rotates may leave it for reading only; then it stays as it is. */
static int
open_rotated(int dir, const char *name)
{
	const int	 fd = openat(dir, name, AS_IT_IS | O_NOFOLLOW);

	if (fd != -1 || errno != EACCES)
		return fd;
	return openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY |
	    O_NONBLOCK | O_NOFOLLOW);
}

static void
other_logs(void *arg, const char *name, int64_t since,
    void (*found)(void *found_arg, int fd), void *found_arg)
{
	const struct logdir	*d = arg;
	DIR			*dir = opendir(d->path);
	const struct dirent	*e;
	struct stat		 st;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		int	 fd;

		if (!is_rotated(e->d_name, name) ||
		    fstatat(dirfd(dir), e->d_name, &st,
		    AT_SYMLINK_NOFOLLOW) == -1 || !S_ISREG(st.st_mode) ||
		    (int64_t)st.st_mtime < since)
			continue;
		fd = open_rotated(dirfd(dir), e->d_name);
		if (fd == -1)
			continue;
		found(found_arg, fd);
		(void)close(fd);	/* only cut, if at all */
	}
	if (dir != NULL)
		(void)closedir(dir);	/* it was only read */
}

/* Some file systems cannot for directories, and keep names by themselves. */
static int
sync_file(void *arg, const char *path)
{
	const int	 fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
	    O_NONBLOCK);
	struct stat	 st;
	int		 error;

	(void)arg;
	if (fd == -1)
		return errno;
	error = fsync(fd) == -1 ? errno : 0;
	if (error == EINVAL && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		error = 0;
	(void)close(fd);		/* fsync(2) has told of errors */
	return error;
}

static int
sync_logs(void *arg)
{
	const struct logdir	*d = arg;

	return d->path == NULL ? 0 : sync_file(arg, d->path);
}

/* The directory for a label, made if need be. */
static int
open_dir(const char *path)
{
	if (mkdir(path, 0700) == -1 && errno != EEXIST)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* A file of evidence below BASE; PATH gets where it is. */
struct place {
	const char	*base, *dir, *file;
	struct buf	*path;
};

static int
open_in_dir(const struct logdir *d, const struct place *p, int flags)
{
	const char	*base = p->base == NULL ? d->path : p->base;
	int		 error, dirfd, fd;

	if (base == NULL) {
		errno = ENOTDIR;	/* a channel without a directory */
		return -1;
	}
	join(p->path, base, p->dir);
	if ((dirfd = open_dir(buf_cstr(p->path))) == -1)
		return -1;
	fd = openat(dirfd, p->file, flags, 0600);
	error = errno;
	(void)close(dirfd);	/* only a way to the file */
	buf_char(p->path, '/');
	buf_str(p->path, p->file);
	errno = error;
	return fd;
}

static int
open_evidence(void *arg, const char *base, const char *dir,
    const char *file, struct buf *path)
{
	return open_in_dir(arg, &(struct place){ base, dir, file, path },
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC);
}

static int
reopen_evidence(void *arg, const char *base, const char *dir,
    const char *file, struct buf *path)
{
	const int	 fd = open_in_dir(arg, &(struct place){ base, dir,
	    file, path }, AS_IT_IS | O_NOFOLLOW);
	struct stat	 st;

	if (fd == -1 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_nlink == 1))
		return fd;
	(void)close(fd);		/* nothing was written */
	errno = EEXIST;
	return -1;
}

static bool
syslog_done(void *arg)
{
	const struct logdir	*d = arg;

	return d->scribe == NULL || scribe_done(d->scribe);
}

static void
send_syslog(void *arg, int priority, const char *line)
{
	const struct logdir	*d = arg;

	if (d->scribe != NULL)
		scribe_send(d->scribe, priority, line);
	else
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

static void
changed(void *arg, const char *name, const char *what)
{
	struct buf	 text = { 0 };

	put_what(&text, arg, name);
	log_warn("%s: %s", buf_cstr(&text), what);
	buf_fini(&text);
}

struct sink_host
logdir_host(struct logdir *d)
{
	return (struct sink_host){ .open_log = open_log,
		.open_evidence = open_evidence, .syslog = send_syslog,
		.trouble = trouble, .missing = missing, .arg = d,
		.reopen_log = reopen_log, .find_log = find_log,
		.other_logs = other_logs,
		.reopen_evidence = reopen_evidence, .sync_file = sync_file,
		.sync_logs = sync_logs,
		.changed = changed, .syslog_done = syslog_done };
}
