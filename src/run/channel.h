/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channel.h - messages between the processes that one bsmtrace consists of.
 *
 * A message has a type, some bytes, and at most one descriptor that goes with
 * it. What comes in is bounded and hostile: the process at the other end may be
 * one that somebody has taken over. What goes out waits in a queue, which is
 * bounded, too, so that nobody waits for a peer without meaning to.
 *
 * Each message on the wire: type, size and flags, 4 bytes each, big-endian,
 * then the bytes. A descriptor travels with the first byte (SCM_RIGHTS, see
 * unix(7) of Linux, unix(4) of FreeBSD).
 */
#ifndef RUN_CHANNEL_H
#define RUN_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define CHANNEL_QUEUE_MAX	(8u << 20)	/* bytes not sent yet */
#define CHANNEL_DESCRIPTORS_MAX	64u		/* the same; and not taken */

enum channel_status {
	CHANNEL_EFULL	= -1,	/* the queue is full: nothing was taken */
	CHANNEL_EGONE	= -2,	/* the peer is no longer there */
	CHANNEL_EBAD	= -3,	/* the peer sent what is no message */
	CHANNEL_EBIG	= -4	/* larger than the channel allows */
};

struct message {
	uint32_t	 type;
	struct slice	 bytes;		/* borrowed until the next call */
	int		 fd;		/* whoever takes it closes it; -1 */
};

struct channel;

/* Two sockets for the ends of one, close-on-exec. Returns 0, or an errno. */
int		 channel_pair(int ends[2]);

/*
 * Take over a socket. No message, sent or received, has more than MAX bytes.
 * The second closes what is left, descriptors that nobody took as well.
 */
struct channel	*channel_new(int fd, size_t max);
void		 channel_free(struct channel *);	/* NULL is allowed */
int		 channel_fd(const struct channel *);	/* to be waited for */

/*
 * Send a message, behind those that wait. The descriptor, or -1, is closed
 * here when it has been sent; if the call fails it stays the caller's. Returns
 * 0, or CHANNEL_E*; after CHANNEL_EGONE nothing will be sent any more.
 */
int		 channel_send(struct channel *, uint32_t type, struct slice,
		    int fd);

/* Is there anything left to be sent? */
bool		 channel_waiting(const struct channel *);
size_t		 channel_queued(const struct channel *);	/* bytes */

/*
 * Send what the socket takes now. With WAIT all of it, however long the peer
 * needs. Returns 0, or CHANNEL_EGONE.
 */
int		 channel_flush(struct channel *, bool wait);

/*
 * Read what there is, once. With WAIT until something comes. Returns 1 if
 * something came, 0 if not, CHANNEL_EGONE at the end, CHANNEL_EBAD.
 */
int		 channel_fill(struct channel *, bool wait);

/*
 * The next message of what was read. Returns 1; 0 when none is whole; or
 * CHANNEL_EBAD or CHANNEL_EBIG, after which nothing can be received.
 */
int		 channel_next(struct channel *, struct message *);

/* Send what waits, and wait for the next message: 1, or CHANNEL_E*. */
int		 channel_receive(struct channel *, struct message *);

/* "the peer is gone": lower case, no full stop. */
const char	*channel_strstatus(int status);

#endif
