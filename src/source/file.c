/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file.c - a finished file, asked for the next piece.
 *
 * It is read, never mapped: somebody may cut it short while it is looked at,
 * and a mapping would answer with SIGBUS. The first piece shows whether the
 * file is compressed; if so it and all others go through compressed.c.
 */
#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "source/compressed.h"
#include "source/source.h"

#define WORTH_PAGES	(64u << 10)	/* bytes; fewer are for many files */

struct file_source {
	int			 fd;
	bool			 known;		/* compressed, or not */
	bool			 first;		/* waits for the decoder */
	int			 error;		/* errno of the last -1 */
	const char		*kind;
	struct compressed	*compressed;
	uint64_t		 taken;		/* bytes */
	uint64_t		 pass;		/* over the next ones */
	size_t			 first_n;
	size_t			 room;
	uint8_t			*piece;
};

struct file_source *
file_new_piece(int fd, size_t piece)
{
	struct file_source	*f = xcalloc(1, sizeof(*f));

	f->fd = fd;
	f->room = piece;
	return f;
}

struct file_source *
file_new(int fd)
{
	return file_new_piece(fd, FILE_PIECE);
}

struct file_source *
file_new_plain(int fd, size_t piece)
{
	struct file_source	*f = file_new_piece(fd, piece);

	f->known = true;
	return f;
}

void
file_free(struct file_source *f)
{
	if (f == NULL)
		return;
	compressed_free(f->compressed);
	free(f->piece);
	free(f);
}

static int
read_to(struct file_source *f, void *to, size_t room, struct slice *bytes)
{
	ssize_t	 n;

	do
		n = read(f->fd, to, room);
	while (n == -1 && errno == EINTR);
	f->error = n == -1 ? errno : 0;
	if (n <= 0)
		return (int)n;
	f->taken += (uint64_t)n;
	*bytes = (struct slice){ to, (size_t)n };
	return 1;
}

static int
read_piece(struct file_source *f, struct slice *bytes)
{
	if (f->piece == NULL)		/* else everything went to others' */
		f->piece = f->room < WORTH_PAGES ? xmalloc(f->room) :
		    xpages(f->room);
	return read_to(f, f->piece, f->room, bytes);
}

/* More compressed bytes; the first piece was read to look at it. */
static int
feed(void *arg, struct slice *bytes)
{
	struct file_source	*f = arg;

	if (!f->first)
		return read_piece(f, bytes);
	f->first = false;
	*bytes = (struct slice){ f->piece, f->first_n };
	return 1;
}

static int
more_compressed(struct file_source *f, struct slice *bytes)
{
	const int	 got = compressed_more(f->compressed, bytes);

	if (got == -1)
		errno = f->error = f->error != 0 ? f->error : EILSEQ;
	return got;
}

static int
next_piece(struct file_source *f, struct slice *bytes)
{
	int	 got;

	if (f->compressed != NULL)
		return more_compressed(f, bytes);
	if ((got = read_piece(f, bytes)) != 1 || f->known)
		return got;
	f->known = true;
	if ((f->kind = compressed_kind(*bytes)) == NULL)
		return 1;
	f->first = true;
	f->first_n = bytes->n;
	f->compressed = compressed_new(f->kind, feed, f);
	return more_compressed(f, bytes);
}

/* Go on behind what is passed over, if all of it is there. */
static void
seek(struct file_source *f)
{
	const off_t	 at = lseek(f->fd, 0, SEEK_CUR);
	struct stat	 st;

	if (at == -1 || fstat(f->fd, &st) == -1 || st.st_size < at ||
	    (uint64_t)(st.st_size - at) < f->pass ||
	    lseek(f->fd, (off_t)f->pass, SEEK_CUR) == -1)
		return;
	f->taken += f->pass;
	f->pass = 0;
}

int
file_more(struct file_source *f, struct slice *bytes)
{
	const int	 got = next_piece(f, bytes);
	size_t		 n;

	if (got != 1 || f->pass == 0)
		return got;
	n = bytes->n < f->pass ? bytes->n : (size_t)f->pass;
	f->pass -= n;
	bytes->p += n;
	bytes->n -= n;
	if (f->pass > 0 && f->compressed == NULL)
		seek(f);
	return 1;
}

void
file_pass(struct file_source *f, uint64_t n)
{
	f->pass = n;
}

uint64_t
file_passing(const struct file_source *f)
{
	return f->pass;
}

int
file_more_to(struct file_source *f, void *to, size_t n, struct slice *bytes)
{
	if (f->known && f->compressed == NULL && f->pass == 0)
		return read_to(f, to, n, bytes);
	return file_more(f, bytes);
}

const char *
file_why(struct file_source *f)
{
	if (f->compressed != NULL)
		return compressed_why(f->compressed);
	return strerror(f->error);
}

const char *
file_compression(const struct file_source *f)
{
	return f->kind;
}

uint64_t
file_taken(const struct file_source *f)
{
	return f->taken;
}

const char *
file_peek(int fd, uint64_t offset)
{
	uint8_t		 mark[COMPRESSED_MARK];
	const ssize_t	 n = file_at(fd, offset, mark, sizeof(mark));

	return n <= 0 ? NULL :
	    compressed_kind((struct slice){ mark, (size_t)n });
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
