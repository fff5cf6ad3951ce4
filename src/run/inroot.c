/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inroot.c - files of a system that lies below a directory of this one.
 *
 * The path is walked one name after the other, each from the directory that was
 * opened before it and never through a link: links are read, and what they say
 * takes their place in the path. So nobody who writes to the image meanwhile
 * can lead us out of it, on any system. (Linux could do it in one call, but
 * then there would be two ways to be right about.)
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "run/inroot.h"

#define TARGET_MAX	4096u		/* bytes of what a link says */
#define PATH_BYTES	(64u << 10)	/* with what links have added */

/* A directory is only searched, which may be allowed where reading is not. */
#if defined(O_SEARCH)
#define SEARCH O_SEARCH
#elif defined(O_PATH)
#define SEARCH O_PATH
#else
#define SEARCH O_RDONLY
#endif

struct walk {
	int		 dirs[INROOT_DEPTH_MAX]; /* the first is the root */
	size_t		 n;
	struct buf	 path;		/* still to go: from `at` on */
	size_t		 at;
	unsigned	 links;
};

static void
climb_to(struct walk *w, size_t n)
{
	while (w->n > n)
		(void)close(w->dirs[--w->n]);
}

/* The next name, without slashes; false at the end. */
static bool
next_name(struct walk *w, struct slice *name)
{
	const uint8_t	*p = w->path.p;

	if (w->at == w->path.n)
		return false;
	while (w->at < w->path.n && p[w->at] == '/')
		w->at++;
	*name = (struct slice){ p + w->at, 0 };
	while (w->at < w->path.n && p[w->at] != '/') {
		w->at++;
		name->n++;
	}
	return name->n > 0;
}

/* Is there another name behind this one? A slash asks for a directory, too. */
static bool
more_to_go(const struct walk *w)
{
	return w->at < w->path.n;
}

/* Put what a link says before the rest of the path. */
static int
follow(struct walk *w, const char *target, size_t n)
{
	struct buf	 path = { .max = PATH_BYTES };

	if (++w->links > INROOT_LINKS_MAX)
		return ELOOP;
	if (n == 0)
		return ENOENT;
	if (target[0] == '/')
		climb_to(w, 1);
	buf_put(&path, target, n);
	buf_put(&path, w->path.p + w->at, w->path.n - w->at);
	buf_fini(&w->path);
	w->path = path;
	w->at = 0;
	return path.full ? ENAMETOOLONG : 0;
}

static int
enter(struct walk *w, const char *name)
{
	int	 fd;

	if (w->n == INROOT_DEPTH_MAX)
		return ENAMETOOLONG;
	fd = openat(w->dirs[w->n - 1], name, SEARCH | O_DIRECTORY |
	    O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return errno;
	w->dirs[w->n++] = fd;
	return 0;
}

/* The file itself. A pipe is not waited for. */
static int
open_file(const struct walk *w, const char *name, int *fd)
{
	const int	 got = openat(w->dirs[w->n - 1], name, O_RDONLY |
	    O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat	 st;
	int		 error = 0;

	if (got == -1)
		return errno;
	if (fstat(got, &st) == -1)
		error = errno;
	else if (S_ISDIR(st.st_mode))
		error = EISDIR;
	else if (!S_ISREG(st.st_mode))
		error = EACCES;
	if (error != 0)
		(void)close(got);
	else
		*fd = got;
	return error;
}

/* One name further: 0, or an errno; *FD is set at the end of the path. */
static int
step(struct walk *w, struct slice part, int *fd)
{
	char	 name[256], target[TARGET_MAX];
	ssize_t	 n;

	if (part.n >= sizeof(name))
		return ENAMETOOLONG;
	memcpy(name, part.p, part.n);
	name[part.n] = '\0';
	if (strcmp(name, ".") == 0)
		return 0;
	if (strcmp(name, "..") == 0) {
		climb_to(w, w->n > 1 ? w->n - 1 : 1);
		return 0;
	}
	n = readlinkat(w->dirs[w->n - 1], name, target, sizeof(target));
	if (n == (ssize_t)sizeof(target))
		return ENAMETOOLONG;
	if (n >= 0)
		return follow(w, target, (size_t)n);
	if (errno != EINVAL)		/* it is no link */
		return errno;
	return more_to_go(w) ? enter(w, name) : open_file(w, name, fd);
}

int
inroot_open(const char *root, const char *path)
{
	struct walk	 w = { 0 };
	struct slice	 name;
	int		 error = 0, fd = -1;

	if ((w.dirs[0] = open(root, SEARCH | O_DIRECTORY | O_CLOEXEC)) == -1)
		return -1;
	w.n = 1;
	buf_str(&w.path, path);
	while (error == 0 && fd == -1)
		error = next_name(&w, &name) ? step(&w, name, &fd) : EISDIR;
	climb_to(&w, 0);
	buf_fini(&w.path);
	if (error == 0)
		return fd;
	errno = error;
	return -1;
}
