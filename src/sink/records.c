/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * records.c - raw records on standard output (-b).
 *
 * After an error nothing more is written: a stream with a hole in it would be
 * damaged, and whoever reads it would have to guess where.
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "sink/records.h"

#define MANY (64u << 10)	/* bytes that go out in one write */

void
records_init(struct records *r, int fd)
{
	*r = (struct records){ .fd = fd };
}

void
records_fini(struct records *r)
{
	buf_fini(&r->waiting);
}

void
records_put(struct records *r, struct slice record)
{
	if (r->error != 0)
		return;
	buf_slice(&r->waiting, record);
	if (r->waiting.n >= MANY)
		(void)records_flush(r);		/* the error sticks */
}

int
records_flush(struct records *r)
{
	size_t	 done = 0;

	while (r->error == 0 && done < r->waiting.n) {
		const ssize_t	 n = write(r->fd, r->waiting.p + done,
		    r->waiting.n - done);

		if (n > 0) {
			done += (size_t)n;
		} else if (n == -1 && errno == EAGAIN) {
			struct pollfd	 p = { .fd = r->fd, .events = POLLOUT };

			(void)poll(&p, 1, -1);	/* write says what it means */
		} else if (n == 0 || errno != EINTR) {
			r->error = n == 0 ? EIO : errno;
		}
	}
	buf_clear(&r->waiting);
	return r->error;
}
