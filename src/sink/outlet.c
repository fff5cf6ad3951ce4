/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outlet.c - a file to which texts are appended, and which may fail.
 *
 * A file whose last link is gone would take texts and show them to nobody, so
 * that is asked before each write. When only a part of a text could be written,
 * the next one begins with a newline, so that it can be read although its
 * neighbour cannot.
 */
#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
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

static void
shut(struct outlet *o)
{
	if (o->fd != -1 && !o->fixed) {
		(void)close(o->fd);	/* write(2) has told of errors */
		o->fd = -1;
	}
}

void
outlet_fini(struct outlet *o)
{
	shut(o);
	buf_fini(&o->waiting);
	free(o->ends);
}

int
outlet_reopen(struct outlet *o)
{
	if (o->fixed)
		return 0;
	shut(o);
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

/* All that waited is out, or lost. */
static void
forget(struct outlet *o)
{
	buf_clear(&o->waiting);
	o->n = o->done = 0;
}

void
outlet_put(struct outlet *o, struct slice text)
{
	if (o->done == o->n)
		forget(o);
	o->ends = mem_grow(o->ends, &o->cap, o->n + 1, sizeof(*o->ends));
	buf_slice(&o->waiting, text);
	o->ends[o->n++] = o->waiting.n;
}

/* Where the text begins that comes next. */
static size_t
begin(const struct outlet *o)
{
	return o->done == 0 ? 0 : o->ends[o->done - 1];
}

size_t
outlet_waiting(const struct outlet *o)
{
	return o->waiting.n - begin(o);
}

/* Up to where the next write goes: so far that a pipe keeps texts whole. */
static size_t
write_end(const struct outlet *o)
{
	const size_t	 at = begin(o);
	size_t		 end = o->ends[o->done];
	struct stat	 st;

	if (fstat(o->fd, &st) == -1 || !S_ISFIFO(st.st_mode))
		return o->waiting.n;
	for (size_t i = o->done; i < o->n && o->ends[i] - at <= PIPE_BUF; i++)
		end = o->ends[i];
	return end;
}

/* The next ones, behind a text that is not whole. */
static int
write_torn(struct outlet *o, struct slice text, size_t *done)
{
	struct buf	 whole = { 0 };
	int		 error;

	buf_char(&whole, '\n');
	buf_slice(&whole, text);
	error = write_all(o->fd, buf_bytes(&whole), done);
	buf_fini(&whole);
	o->torn = *done == 0;
	*done -= *done > 0;
	return error;
}

static int
write_some(struct outlet *o)
{
	const size_t		 at = begin(o), end = write_end(o);
	const struct slice	 text = { o->waiting.p + at, end - at };
	const bool		 torn = o->torn;
	size_t			 done;
	int			 error;

	error = torn ? write_torn(o, text, &done) :
	    write_all(o->fd, text, &done);
	while (o->done < o->n && o->ends[o->done] <= at + done)
		o->done++;
	if (error != 0) {
		o->torn |= at + done > begin(o);
		shut(o);
	}
	return error;
}

int
outlet_flush(struct outlet *o, struct slice *lost)
{
	int	 error = 0;

	while (error == 0 && o->done < o->n)
		if ((error = ready(o)) == 0)
			error = write_some(o);
	if (error == 0) {
		forget(o);
		return 0;
	}
	*lost = (struct slice){ o->waiting.p + begin(o),
	    o->ends[o->done] - begin(o) };
	o->lost++;
	o->done++;
	return error;
}
