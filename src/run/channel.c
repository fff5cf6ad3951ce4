/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channel.c - messages between the processes that one bsmtrace consists of.
 *
 * A stream socket, so that there is no limit of the system on the size of a
 * message. Descriptors are kept in order: a message that says it has one takes
 * the first that has come. A system may hand over those of several messages at
 * once, but never later than the first byte of the message.
 */
#include "run/channel.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "bsm/cursor.h"

#define HEAD		12u		/* bytes before those of a message */
#define HAS_FD		1u		/* the only flag */
#define READ_SIZE	65536u		/* at once */
#define BATCH		16u		/* descriptors one read may bring */

#ifndef MSG_NOSIGNAL			/* macOS: SO_NOSIGPIPE instead */
#define MSG_NOSIGNAL 0
#endif
#ifndef MSG_CMSG_CLOEXEC
#define MSG_CMSG_CLOEXEC 0
#endif

/* A descriptor, and the byte of the queue that it goes with. */
struct passed {
	size_t	 at;
	int	 fd;
};

/* First in, first out. */
struct passing {
	struct passed	 v[CHANNEL_DESCRIPTORS_MAX];
	size_t		 n;
};

struct channel {
	int		 fd;
	size_t		 max;		/* bytes of a message */
	int		 out_error, in_error;	/* 0, or CHANNEL_E* for good */
	struct buf	 out;
	size_t		 sent;		/* bytes of it */
	struct passing	 out_fds;
	struct buf	 in;
	size_t		 taken;		/* bytes of it */
	struct passing	 in_fds;
};

/* Descriptors. */

static void
passing_add(struct passing *p, size_t at, int fd)
{
	p->v[p->n++] = (struct passed){ at, fd };
}

/* Remove the first and return it. */
static int
passing_take(struct passing *p)
{
	const int	 fd = p->v[0].fd;

	p->n--;
	memmove(p->v, p->v + 1, p->n * sizeof(*p->v));
	return fd;
}

static void
passing_close(struct passing *p)
{
	while (p->n > 0)
		(void)close(passing_take(p));
}

static bool
close_on_exec(int fd)
{
	return fcntl(fd, F_SETFD, FD_CLOEXEC) != -1;
}

/* Life. */

int
channel_pair(int ends[2])
{
	int	 error;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
		return errno;
	if (close_on_exec(ends[0]) && close_on_exec(ends[1]))
		return 0;
	error = errno;
	(void)close(ends[0]);
	(void)close(ends[1]);
	return error;
}

/* No process may end because its peer has. */
#ifdef SO_NOSIGPIPE
static void
no_signal(int fd)
{
	const int	 yes = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof(yes));
}
#else
static void
no_signal(int fd)
{
	(void)fd;			/* MSG_NOSIGNAL says it each time */
}
#endif

struct channel *
channel_new(int fd, size_t max)
{
	struct channel	*c = xcalloc(1, sizeof(*c));
	const int	 flags = fcntl(fd, F_GETFL);

	c->fd = fd;
	c->max = max;
	no_signal(fd);
	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
		c->out_error = c->in_error = CHANNEL_EGONE;
	return c;
}

void
channel_free(struct channel *c)
{
	if (c == NULL)
		return;
	passing_close(&c->out_fds);
	passing_close(&c->in_fds);
	buf_fini(&c->out);
	buf_fini(&c->in);
	(void)close(c->fd);
	free(c);
}

int
channel_fd(const struct channel *c)
{
	return c->fd;
}

/* Until the socket can be read, or written: a signal may end it early. */
static void
wait_for(const struct channel *c, short what)
{
	struct pollfd	 one = { .fd = c->fd, .events = what };

	(void)poll(&one, 1, -1);
}

/* Sending. */

/* Without what was sent, once that is worth the move. */
static void
forget_sent(struct channel *c)
{
	if (c->sent < c->out.n && c->sent < c->out.n / 2)
		return;
	memmove(c->out.p, c->out.p + c->sent, c->out.n - c->sent);
	c->out.n -= c->sent;
	for (size_t i = 0; i < c->out_fds.n; i++)
		c->out_fds.v[i].at -= c->sent;
	c->sent = 0;
}

int
channel_send(struct channel *c, uint32_t type, struct slice bytes, int fd)
{
	if (bytes.n > c->max)
		return CHANNEL_EBIG;
	if (c->out_error != 0)
		return c->out_error;
	/* One that is larger than the queue has it for itself. */
	if (c->out.n - c->sent > 0 &&
	    c->out.n - c->sent + HEAD + bytes.n > CHANNEL_QUEUE_MAX)
		return CHANNEL_EFULL;
	if (fd != -1 && c->out_fds.n == CHANNEL_DESCRIPTORS_MAX)
		return CHANNEL_EFULL;
	if (fd != -1)
		passing_add(&c->out_fds, c->out.n, fd);
	buf_u32(&c->out, type);
	buf_u32(&c->out, (uint32_t)bytes.n);
	buf_u32(&c->out, fd != -1 ? HAS_FD : 0);
	buf_slice(&c->out, bytes);
	return 0;
}

bool
channel_waiting(const struct channel *c)
{
	return c->out_error == 0 && c->sent < c->out.n;
}

size_t
channel_queued(const struct channel *c)
{
	return c->out_error == 0 ? c->out.n - c->sent : 0;
}

/* Space for descriptors beside a message, aligned as the system wants it. */
union control {
	struct cmsghdr	 head;
	uint8_t		 bytes[CMSG_SPACE(BATCH * sizeof(int))];
};

static void
attach(struct msghdr *m, union control *control, int fd)
{
	struct cmsghdr	*h;

	memset(control, 0, sizeof(*control));
	m->msg_control = control->bytes;
	m->msg_controllen = CMSG_SPACE(sizeof(fd));
	h = CMSG_FIRSTHDR(m);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(h), &fd, sizeof(fd));
}

/* Send up to the next descriptor, or with the first one up to the second. */
static ssize_t
send_some(struct channel *c)
{
	const struct passed	*first = c->out_fds.v;
	const bool		 with = c->out_fds.n > 0 &&
	    first->at == c->sent;
	const size_t		 next = with ? 1 : 0;
	union control		 control;
	struct iovec		 io;
	struct msghdr		 m = { .msg_iov = &io, .msg_iovlen = 1 };
	ssize_t			 n;

	io.iov_base = c->out.p + c->sent;
	io.iov_len = (c->out_fds.n > next ? c->out_fds.v[next].at : c->out.n) -
	    c->sent;
	if (with)
		attach(&m, &control, first->fd);
	n = sendmsg(c->fd, &m, MSG_NOSIGNAL);
	if (n > 0 && with)
		(void)close(passing_take(&c->out_fds));
	return n;
}

int
channel_flush(struct channel *c, bool wait)
{
	while (channel_waiting(c)) {
		const ssize_t	 n = send_some(c);

		if (n >= 0) {
			c->sent += (size_t)n;
			forget_sent(c);
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (!wait)
				break;
			wait_for(c, POLLOUT);
		} else if (errno != EINTR)
			c->out_error = CHANNEL_EGONE;
	}
	return c->out_error;
}

/* Receiving. */

/* Keep what came with the bytes; false when it is more than anybody needs. */
static bool
keep_descriptors(struct channel *c, struct msghdr *m)
{
	bool	 good = (m->msg_flags & MSG_CTRUNC) == 0;

	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h != NULL;
	    h = CMSG_NXTHDR(m, h)) {
		const size_t	 n = h->cmsg_len < CMSG_LEN(0) ? 0 :
		    (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int	 fd;

			memcpy(&fd, CMSG_DATA(h) + i * sizeof(fd), sizeof(fd));
			(void)close_on_exec(fd);
			if (c->in_fds.n < CHANNEL_DESCRIPTORS_MAX)
				passing_add(&c->in_fds, 0, fd);
			else {
				(void)close(fd);
				good = false;
			}
		}
	}
	return good;
}

static ssize_t
receive_some(struct channel *c)
{
	union control	 control;
	struct iovec	 io = { .iov_base = buf_room(&c->in, READ_SIZE),
	    .iov_len = READ_SIZE };
	struct msghdr	 m = { .msg_iov = &io, .msg_iovlen = 1,
	    .msg_control = control.bytes,
	    .msg_controllen = sizeof(control.bytes) };
	const ssize_t	 n = recvmsg(c->fd, &m, MSG_CMSG_CLOEXEC);

	if (n >= 0 && !keep_descriptors(c, &m))
		c->in_error = CHANNEL_EBAD;
	return n;
}

int
channel_fill(struct channel *c, bool wait)
{
	if (c->taken > 0)
		memmove(c->in.p, c->in.p + c->taken, c->in.n - c->taken);
	c->in.n -= c->taken;
	c->taken = 0;
	while (c->in_error == 0) {
		const ssize_t	 n = receive_some(c);

		if (n > 0) {
			c->in.n += (size_t)n;
			return c->in_error == 0 ? 1 : c->in_error;
		}
		if (n == 0)
			c->in_error = CHANNEL_EGONE;
		else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (!wait)
				return 0;
			wait_for(c, POLLIN);
		} else if (errno != EINTR)
			c->in_error = CHANNEL_EGONE;
	}
	return c->in_error;
}

/* What was received whole before the end came is still there to be taken. */
int
channel_next(struct channel *c, struct message *m)
{
	const size_t	 left = c->in.n - c->taken;
	const uint8_t	*p;
	uint32_t	 size, flags;

	if (c->in_error != 0 && c->in_error != CHANNEL_EGONE)
		return c->in_error;
	if (left < HEAD)
		return 0;
	p = c->in.p + c->taken;
	size = be32(p + 4);
	flags = be32(p + 8);
	if (size > c->max)
		return c->in_error = CHANNEL_EBIG;
	if (flags > HAS_FD || (flags == HAS_FD && c->in_fds.n == 0))
		return c->in_error = CHANNEL_EBAD;
	if (left - HEAD < size)
		return 0;
	*m = (struct message){ .type = be32(p), .bytes = { p + HEAD, size },
	    .fd = flags == HAS_FD ? passing_take(&c->in_fds) : -1 };
	c->taken += HEAD + size;
	return 1;
}

int
channel_receive(struct channel *c, struct message *m)
{
	int	 status;

	while ((status = channel_next(c, m)) == 0) {
		if (channel_waiting(c) &&
		    (status = channel_flush(c, true)) != 0)
			break;
		if ((status = channel_fill(c, true)) < 0)
			break;
	}
	return status;
}

const char *
channel_strstatus(int status)
{
	switch (status) {
	case CHANNEL_EFULL:
		return "too much is waiting to be sent";
	case CHANNEL_EGONE:
		return "the other process is gone";
	case CHANNEL_EBAD:
		return "the other process sent what is no message";
	case CHANNEL_EBIG:
		return "a message is too large";
	default:
		return "no error";
	}
}
