/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notify_kqueue.c - kqueue(2) of the BSDs and macOS.
 *
 * Directories tell of entries, files of bytes, each by a descriptor of its own.
 * That of a directory stays open here; a file's is the caller's, and what was
 * asked of it is over when it is closed.
 */
#include <sys/types.h>
#include <sys/event.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/notify.h"

#ifndef O_EVTONLY
#define O_EVTONLY O_RDONLY
#endif

#define DIRECTORY_MARK	((void *)1)

struct directory {
	dev_t	 dev;
	ino_t	 ino;
	int	 fd;
};

struct notify {
	int			 fd;
	struct directory	*dirs;
	size_t			 ndirs, cap;
};

struct notify *
notify_new(void)
{
	const int	 fd = kqueue();
	struct notify	*n;

	if (fd == -1)
		return NULL;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	n = xcalloc(1, sizeof(*n));
	n->fd = fd;
	return n;
}

void
notify_free(struct notify *n)
{
	if (n == NULL)
		return;
	for (size_t i = 0; i < n->ndirs; i++)
		(void)close(n->dirs[i].fd);
	free(n->dirs);
	(void)close(n->fd);
	free(n);
}

int
notify_fd(const struct notify *n)
{
	return n->fd;
}

static int
watch(struct notify *n, int fd, unsigned what, void *mark)
{
	struct kevent	 e;

	EV_SET(&e, fd, EVFILT_VNODE, EV_ADD | EV_CLEAR, what, 0, mark);
	return kevent(n->fd, &e, 1, NULL, 0, NULL);
}

void
notify_directory(struct notify *n, const char *path)
{
	const int	 fd = open(path, O_EVTONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat	 st;

	if (fd == -1 || fstat(fd, &st) == -1)
		goto out;
	for (size_t i = 0; i < n->ndirs; i++)
		if (n->dirs[i].dev == st.st_dev && n->dirs[i].ino == st.st_ino)
			goto out;
	if (watch(n, fd, NOTE_WRITE | NOTE_DELETE | NOTE_RENAME,
	    DIRECTORY_MARK) == -1)
		goto out;
	n->dirs = mem_grow(n->dirs, &n->cap, n->ndirs + 1, sizeof(*n->dirs));
	n->dirs[n->ndirs++] = (struct directory){ st.st_dev, st.st_ino, fd };
	return;
out:
	if (fd != -1)
		(void)close(fd);
}

void
notify_file(struct notify *n, int fd)
{
	(void)watch(n, fd, NOTE_WRITE | NOTE_EXTEND | NOTE_DELETE |
	    NOTE_RENAME, NULL);
}

unsigned
notify_read(struct notify *n)
{
	const struct timespec	 now = { 0, 0 };
	struct kevent		 e[16];
	unsigned		 what = 0;
	int			 got;

	while ((got = kevent(n->fd, NULL, 0, e, 16, &now)) > 0)
		for (int i = 0; i < got; i++) {
			if (e[i].udata == DIRECTORY_MARK ||
			    (e[i].fflags & (NOTE_DELETE | NOTE_RENAME)))
				what |= NOTIFY_ENTRIES;
			if (e[i].udata != DIRECTORY_MARK)
				what |= NOTIFY_BYTES;
		}
	return what;
}
