/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notify_inotify.c - inotify(7) of Linux.
 *
 * A directory tells of its files, too. The system knows which ones are watched
 * already, and forgets those that are removed.
 */
#include <sys/inotify.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/notify.h"

#define ENTRIES	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |	\
		    IN_DELETE_SELF | IN_MOVE_SELF | IN_Q_OVERFLOW)

struct notify {
	int	 fd;
};

struct notify *
notify_new(void)
{
	const int	 fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	struct notify	*n;

	if (fd == -1)
		return NULL;
	n = xcalloc(1, sizeof(*n));
	n->fd = fd;
	return n;
}

void
notify_free(struct notify *n)
{
	if (n == NULL)
		return;
	(void)close(n->fd);
	free(n);
}

int
notify_fd(const struct notify *n)
{
	return n->fd;
}

/* If it fails, there is still the look that is taken now and then. */
void
notify_directory(struct notify *n, const char *path)
{
	(void)inotify_add_watch(n->fd, path, IN_MODIFY | (ENTRIES &
	    ~(uint32_t)IN_Q_OVERFLOW) | IN_ONLYDIR);
}

void
notify_file(struct notify *n, int fd)
{
	(void)n;
	(void)fd;
}

unsigned
notify_read(struct notify *n)
{
	uint8_t		 bytes[4096];
	unsigned	 what = 0;
	ssize_t		 got;

	while ((got = read(n->fd, bytes, sizeof(bytes))) > 0)
		for (size_t i = 0; i + sizeof(struct inotify_event) <=
		    (size_t)got;) {
			struct inotify_event	 e;

			memcpy(&e, bytes + i, sizeof(e));
			if (e.mask & ENTRIES)
				what |= NOTIFY_ENTRIES;
			if (e.mask & (IN_MODIFY | IN_Q_OVERFLOW))
				what |= NOTIFY_BYTES;
			i += sizeof(e) + e.len;
		}
	return what;
}
