/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spot.c - where the worker is in its trails, for whoever asks after its end.
 *
 * The memory is that of a file without a name. Numbers are in the order of this
 * machine: both ends are the same program.
 */
#include "run/spot.h"

#include <sys/mman.h>

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

int
spot_new(void)
{
	static const struct spot	 empty = { 0 };
	const char	*dir = getenv("TMPDIR");
	struct buf	 path = { 0 };
	int		 fd;

	buf_printf(&path, "%s/bsmtrace-XXXXXX", dir != NULL ? dir : "/tmp");
	(void)buf_cstr(&path);			/* its NUL */
	if ((fd = mkostemp((char *)path.p, O_CLOEXEC)) != -1 &&
	    (unlink((char *)path.p) == -1 || pwrite(fd, &empty, sizeof(empty),
	    0) != (ssize_t)sizeof(empty))) {
		(void)close(fd);	/* nothing is in it */
		fd = -1;
	}
	buf_fini(&path);
	return fd;
}

bool
spot_read(int fd, struct spot *p)
{
	return pread(fd, p, sizeof(*p), 0) == (ssize_t)sizeof(*p) &&
	    memchr(p->trail, '\0', sizeof(p->trail)) != NULL &&
	    p->from <= p->until && p->until <= INT64_MAX &&
	    p->work <= SPOT_FEED && p->again <= 1 && p->exact <= 1;
}

void
spot_clear(int fd)
{
	static const struct spot	 empty = { 0 };

	/* If this fails, the words at the next death are those of the last. */
	(void)!pwrite(fd, &empty, sizeof(empty), 0);
}

struct spot *
spot_map(int fd)
{
	void	*p = mmap(NULL, sizeof(struct spot), PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

void
spot_trail(struct spot *p, uint64_t id, bool again, const char *trail)
{
	const size_t	 n = strlen(trail);

	spot_rest(p);
	p->id = id;
	p->again = again;
	p->trail[0] = '\0';
	if (n < sizeof(p->trail))
		memcpy(p->trail, trail, n + 1);
}

void
spot_note(struct spot *p, enum spot_work work, bool exact, uint64_t from,
    uint64_t until)
{
	p->from = from;
	p->until = until;
	p->exact = exact;
	p->work = work;
	atomic_signal_fence(memory_order_seq_cst);	/* before it is done */
}

void
spot_rest(struct spot *p)
{
	atomic_signal_fence(memory_order_seq_cst);	/* behind all of it */
	p->work = SPOT_REST;
}
