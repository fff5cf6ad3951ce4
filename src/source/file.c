/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file.c - a finished file, asked for the next piece.
 *
 * It is read, never mapped: somebody may cut it short while it is looked at,
 * and a mapping would answer with SIGBUS.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "source/source.h"

struct file_source {
	int		 fd;
	uint8_t		 piece[FILE_PIECE];
};

struct file_source *
file_new(int fd)
{
	struct file_source	*f = xmalloc(sizeof(*f));

	f->fd = fd;
	return f;
}

void
file_free(struct file_source *f)
{
	free(f);
}

int
file_more(struct file_source *f, struct slice *bytes)
{
	ssize_t	 n;

	do
		n = read(f->fd, f->piece, sizeof(f->piece));
	while (n == -1 && errno == EINTR);
	if (n <= 0)
		return (int)n;
	*bytes = (struct slice){ f->piece, (size_t)n };
	return 1;
}

ssize_t
file_at(int fd, uint64_t offset, void *to, size_t n)
{
	size_t	 have = 0;

	if (offset > INT64_MAX - n) {
		errno = EOVERFLOW;
		return -1;
	}
	while (have < n) {
		const ssize_t	 got = pread(fd, (char *)to + have, n - have,
		    (off_t)(offset + have));

		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return -1;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}
