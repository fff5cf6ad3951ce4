/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader.c - rule files and what they name, from the file system.
 *
 * A rule file may be a pipe or a terminal, so nothing is assumed about its
 * size; only a directory is refused, with its own errno. One that it includes
 * is a regular file: nobody waits for somebody to write to it.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/loader.h"

#define PIECE		(64u << 10)	/* bytes read at once */
#define ZONE_FILE_MAX	(1u << 20)	/* bytes of a time zone */

/*
 * How much to ask for at once. Of a file as much as it has, and a byte by which
 * its end is found, if it is as large as it says.
 */
static size_t
piece_of(int fd, size_t max)
{
	struct stat	 st;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    (uintmax_t)st.st_size >= max)
		return PIECE;
	return (size_t)st.st_size + 1;
}

int
loader_read_fd(int fd, size_t max, struct buf *out)
{
	const size_t	 start = out->n;
	size_t		 piece = piece_of(fd, max);
	uint8_t		*room;
	ssize_t		 n;

	if (out->p == NULL && out->max == 0) {	/* see xpages() */
		out->p = xpages(piece);
		out->cap = piece;
	}
	for (;;) {
		if ((room = buf_room(out, piece)) == NULL)
			return EFBIG;
		n = read(fd, room, piece);
		if (n == 0)
			return 0;
		if (n == -1 && errno != EINTR)
			return errno;
		if (n > 0) {
			out->n += (size_t)n;
			piece -= (size_t)n;	/* at the end: what is left */
		}
		if (piece == 0)
			piece = PIECE;
		if (out->n - start > max)
			return EFBIG;
	}
}

static int
read_path(const char *path, bool regular, size_t max, struct buf *out)
{
	struct stat	 st;
	int		 error, fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
	    (regular ? O_NONBLOCK : 0))) == -1)
		return errno;
	if (fstat(fd, &st) == -1)
		error = errno;
	else if (S_ISDIR(st.st_mode))
		error = EISDIR;
	else if (regular && !S_ISREG(st.st_mode))
		error = RULES_NO_FILE;
	else
		error = loader_read_fd(fd, max, out);
	(void)close(fd);	/* it was only read */
	return error;
}

int
loader_read(const char *path, size_t max, struct buf *out)
{
	return read_path(path, false, max, out);
}

static int
load(void *arg, const char *path, struct buf *out)
{
	(void)arg;
	return loader_read(path, LOADER_FILE_MAX, out);
}

static int
include(void *arg, const char *path, struct buf *out)
{
	(void)arg;
	return read_path(path, true, LOADER_FILE_MAX, out);
}

static int
check_dir(void *arg, const char *path)
{
	struct stat	 st;

	(void)arg;
	if (stat(path, &st) == -1)
		return errno;
	return S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
}

static int
check_program(void *arg, const char *path)
{
	struct stat	 st;

	(void)arg;
	if (stat(path, &st) == -1)
		return errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? EISDIR : EACCES;
	return access(path, X_OK) == -1 ? errno : 0;
}

/*
 * Below $TZDIR, or where systems keep them. A name is a few words with slashes
 * between them: it must not lead anywhere else.
 */
static int
load_zone(void *arg, const char *name, struct buf *out)
{
	static const char *const	places[] = {
		"/usr/share/zoneinfo", "/usr/share/lib/zoneinfo"
	};
	const char			*set = getenv("TZDIR");
	struct buf			 path = { 0 };
	int				 error = EINVAL;

	(void)arg;
	if (name[0] == '/' || name[0] == '\0' || strstr(name, "..") != NULL)
		return error;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		buf_clear(&path);
		buf_printf(&path, "%s/%s", set != NULL ? set : places[i],
		    name);
		error = loader_read(buf_cstr(&path), ZONE_FILE_MAX, out);
		if (error != ENOENT || set != NULL)
			break;
	}
	buf_fini(&path);
	return error;
}

struct rules_env
loader_env(const struct names *names, const struct accounts *accounts)
{
	return (struct rules_env){ .names = names, .accounts = accounts,
		.load = load, .include = include, .check_dir = check_dir,
		.check_program = check_program, .zone = load_zone };
}
