/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipe.c - a byte stream that comes when it comes: pipe, socket, device.
 *
 * One read a turn: the loop is level-triggered, and no source starves another.
 * An audit pipe gives whole records only, and cuts one that does not fit the
 * buffer, so the buffer is larger than any record.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "source/source.h"

#define PIPE_PIECE (1u << 20)	/* bytes; not below FRAME_RECORD_MAX */

struct source {
	int			 fd;
	struct event		*readable;
	const struct source_to	*to;
	void			*arg;
	uint8_t			 piece[PIPE_PIECE];
};

static void
pipe_readable(evutil_socket_t fd, short what, void *arg)
{
	struct source	*s = arg;
	const ssize_t	 n = read(fd, s->piece, sizeof(s->piece));

	(void)what;
	if (n > 0) {
		s->to->bytes(s->arg, s->piece, (size_t)n);
		return;
	}
	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return;
	(void)event_del(s->readable);	/* fails only for what is not added */
	s->to->end(s->arg, n == 0 ? 0 : errno);	/* may free s: comes last */
}

struct source *
pipe_new(struct event_base *base, int fd, const struct source_to *to,
    void *arg)
{
	struct source	*s = xmalloc(sizeof(*s));

	s->fd = fd;
	s->to = to;
	s->arg = arg;
	s->readable = event_new(base, fd, EV_READ | EV_PERSIST, pipe_readable,
	    s);
	if (s->readable == NULL || event_add(s->readable, NULL) == -1) {
		pipe_free(s);
		return NULL;
	}
	return s;
}

void
pipe_free(struct source *s)
{
	if (s == NULL)
		return;
	if (s->readable != NULL)
		event_free(s->readable);
	free(s);
}
