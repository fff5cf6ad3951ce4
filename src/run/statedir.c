/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * statedir.c - the directory in which a run keeps what it remembers.
 *
 * Its lock is fcntl(2)'s: it goes with the process, however that ends, and it
 * says which process has it. The file of the lock stays.
 */
#include "run/statedir.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run/statedb.h"

#define ASIDE_MAX	1000		/* damaged databases that are kept */

void
statedir_path(struct buf *path, const char *dir, const char *name)
{
	buf_str(path, dir);
	buf_char(path, '/');
	buf_str(path, name);
}

/* False with words: who has it. */
static bool
take_lock(int fd, struct buf *why)
{
	struct flock	 lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_SETLK, &lock) == 0)
		return true;
	if (errno != EACCES && errno != EAGAIN) {
		buf_str(why, strerror(errno));
		return false;
	}
	if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK &&
	    lock.l_pid > 0)
		buf_printf(why, "another bsmtrace has its state there: "
		    "process %ld", (long)lock.l_pid);
	else
		buf_str(why, "another bsmtrace has its state there");
	return false;
}

static int
open_lock(const char *dir, const char *name, struct buf *why)
{
	struct buf	 path = { 0 };
	int		 fd;

	statedir_path(&path, dir, name);
	fd = open(buf_cstr(&path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
	    O_NONBLOCK, 0600);
	buf_fini(&path);
	if (fd == -1)
		buf_printf(why, "%s: %s", name, strerror(errno));
	return fd;
}

int
statedir_wait(const char *dir, struct buf *why)
{
	struct flock	 lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	const int	 fd = open_lock(dir, STATEDIR_COURIER, why);

	while (fd != -1 && fcntl(fd, F_SETLKW, &lock) == -1)
		if (errno != EINTR) {
			buf_printf(why, STATEDIR_COURIER ": %s",
			    strerror(errno));
			(void)close(fd);	/* nothing was written */
			return -1;
		}
	return fd;
}

int
statedir_sync(const char *dir)
{
	const int	 fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int		 error;

	if (fd == -1)
		return errno;
	/* Some file systems cannot, and keep names in order by themselves. */
	error = fsync(fd) == -1 && errno != EINVAL ? errno : 0;
	(void)close(fd);		/* nothing was written */
	return error;
}

/* With a name that stays: else all that is in it would be lost with it. */
static int
make_dir(const char *dir)
{
	struct slice	 path = slice_directory(slice_str(dir));
	struct buf	 above = { 0 };
	int		 error;

	if (mkdir(dir, 0700) == -1 && errno != EEXIST)
		return errno;
	while (path.n > 0 && path.p[path.n - 1] != '/')
		path.n--;
	buf_slice(&above, path.n == 0 ? slice_str(".") : path);
	error = statedir_sync(buf_cstr(&above));
	buf_fini(&above);
	/* Whoever may not read there cannot ask for it. */
	return error == EACCES ? 0 : error;
}

int
statedir_lock(const char *dir, struct buf *why)
{
	const int	 error = make_dir(dir);
	int		 fd;

	if (error != 0) {
		buf_str(why, strerror(error));
		return -1;
	}
	fd = open_lock(dir, STATEDIR_LOCK, why);
	if (fd != -1 && !take_lock(fd, why)) {
		(void)close(fd);	/* nothing was written */
		fd = -1;
	}
	return fd;
}

bool
statedir_try(const char *dir, struct buf *why)
{
	const int	 lock = statedir_lock(dir, why);
	struct statedb	*db = NULL;
	bool		 good;

	if (lock == -1)
		return false;
	good = statedb_open(dir, &db, why) != STATEDB_FAILED;
	statedb_close(db);
	(void)close(lock);		/* it does not live through a fork */
	return good;
}

/* The first name that is free, as a path; false with errno. */
static bool
free_name(const char *dir, struct buf *path)
{
	struct stat	 st;

	for (unsigned i = 1; i <= ASIDE_MAX; i++) {
		buf_clear(path);
		statedir_path(path, dir, STATEDB_FILE ".bad-");
		buf_dec(path, i);
		if (lstat(buf_cstr(path), &st) == -1)
			return errno == ENOENT;
	}
	errno = EEXIST;
	return false;
}

bool
statedir_set_aside(const char *dir, struct buf *name)
{
	struct buf	 from = { 0 }, to = { 0 };
	bool		 good;

	statedir_path(&from, dir, STATEDB_FILE);
	good = free_name(dir, &to) &&
	    rename(buf_cstr(&from), buf_cstr(&to)) == 0;
	if (good) {
		buf_str(name, strrchr(buf_cstr(&to), '/') + 1);
		buf_str(&from, "-journal");
		buf_str(&to, "-journal");
		/* It is of that file, and of no other. Most often none. */
		if (rename(buf_cstr(&from), buf_cstr(&to)) == -1 &&
		    errno != ENOENT)
			good = unlink(buf_cstr(&from)) == 0;
		(void)statedir_sync(dir);	/* or it is damaged again */
	}
	buf_fini(&from);
	buf_fini(&to);
	return good;
}
