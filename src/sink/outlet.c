/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outlet.c - a file to which lines are appended, and which may fail.
 *
 * A file whose last link is gone would take lines and show them to nobody, so
 * that is asked before each line; alerts are rare enough. When only a part of a
 * line could be written, the next one begins with a newline, so that it can be
 * read although its neighbour cannot.
 */
#include <sys/stat.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/buf.h"
#include "sink/outlet.h"

#define WAIT_MS 1000	/* for a reader that does not keep up */

/* Write all of it. Returns 0 or an errno, and how much went out. */
static int
write_all(int fd, struct slice text, size_t *done)
{
	*done = 0;
	while (*done < text.n) {
		const ssize_t	 n = write(fd, text.p + *done, text.n - *done);

		if (n > 0) {
			*done += (size_t)n;
		} else if (n == 0) {
			return EIO;
		} else if (errno == EAGAIN) {
			struct pollfd	 room = { .fd = fd, .events = POLLOUT };

			if (poll(&room, 1, WAIT_MS) == 0)
				return EAGAIN;
		} else if (errno != EINTR) {
			return errno;
		}
	}
	return 0;
}

void
outlet_close(struct outlet *o)
{
	if (o->fd != -1 && !o->fixed) {
		(void)close(o->fd);	/* each line has been written */
		o->fd = -1;
	}
}

int
outlet_reopen(struct outlet *o)
{
	if (o->fixed)
		return 0;
	outlet_close(o);
	o->torn = false;
	o->fd = o->open(o->arg, o->name);
	return o->fd == -1 ? errno : 0;
}

static bool
is_removed(int fd)
{
	struct stat	 st;

	return fstat(fd, &st) == 0 && st.st_nlink == 0 && S_ISREG(st.st_mode);
}

/* Have a file to write to. After a failure it may be the old one again. */
static int
ready(struct outlet *o)
{
	const bool	 torn = o->torn && o->fd == -1;
	int		 error;

	if (o->fixed || (o->fd != -1 && !is_removed(o->fd)))
		return 0;
	error = outlet_reopen(o);
	o->torn = torn;
	return error;
}

int
outlet_write(struct outlet *o, struct slice text)
{
	struct buf	 whole = { 0 };
	size_t		 done;
	int		 error;

	if ((error = ready(o)) != 0) {
		o->lost++;
		return error;
	}
	if (o->torn) {
		buf_char(&whole, '\n');
		buf_slice(&whole, text);
		text = buf_bytes(&whole);
	}
	error = write_all(o->fd, text, &done);
	if (error != 0) {
		o->lost++;
		o->torn = o->torn ? done != 1 : done > 0;
		outlet_close(o);
	} else {
		o->torn = false;
	}
	buf_fini(&whole);
	return error;
}
