/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * member.c - one trail of a set: opened when its turn comes, read, and closed.
 *
 * The more are open, the smaller the pieces in which they are read, so that a
 * thousand take no more memory than a few.
 *
 * With threads, so many compressed trails are decompressed ahead at a time:
 * those that are open, and those whose turn is next. Of the latter nothing is
 * said before it comes; one that cannot be opened early is tried again then.
 * The system itself reads ahead what is not compressed. Where others judge, all
 * of this is done by them (sifted.h), whether compressed or not.
 */
#include "run/member.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/pieces.h"
#include "run/sifted.h"
#include "run/traildir.h"
#include "select/merge.h"
#include "source/compressed.h"
#include "source/source.h"

#define PIECES		(2u << 20)	/* bytes, shared by all that are open */
#define AHEAD		(32u << 20)	/* bytes that wait, decompressed */
#define SIFTED		(4u << 20)	/* bytes of what was judged ahead */
#define SIFTED_MOST	256u		/* trails of which that is done */
#define PIECE_AHEAD	(128u << 10)	/* bytes, of these */

/* What stays undone because of a trail. */
static int
fail(struct member *m, const char *why)
{
	m->trail.failed = true;
	trailset_say_failed(m->set, m->path, why);
	return -1;
}

static size_t
piece(const struct trailset *s)
{
	const size_t	 share = PIECES / (2 * (s->nopen + 1));

	return share > FILE_PIECE ? FILE_PIECE :
	    share < FILE_PIECE_SMALL ? FILE_PIECE_SMALL : share;
}

/* Its file. */

static int
open_path(const struct member *m)
{
	if (m->standard)
		return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	return open(m->path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
	    (m->trail.found ? O_NONBLOCK : 0));
}

/* A trail may have been closed or compressed since its directory was read. */
static bool
renamed(struct member *m)
{
	char	*path = m->old == NULL ? traildir_again(m->path) : NULL;

	if (path == NULL)
		return false;
	m->old = m->path;		/* others may hold it still */
	m->trail.path = m->path = path;
	m->trail.name = strrchr(path, '/') == NULL ? path :
	    strrchr(path, '/') + 1;
	return true;
}

/* How much of a file is still to be read; of anything else nobody knows. */
static uint64_t
bytes_there(int fd, const struct stat *st)
{
	off_t	 at;

	if (!S_ISREG(st->st_mode) || (at = lseek(fd, 0, SEEK_CUR)) == -1 ||
	    at > st->st_size)
		return 0;
	return (uint64_t)(st->st_size - at);
}

/* These fail only where they are misused. */

static void
lock(struct trailset *s)
{
	if (pthread_mutex_lock(&s->lock) != 0)
		mem_end("a lock is broken");
}

static void
unlock(struct trailset *s)
{
	if (pthread_mutex_unlock(&s->lock) != 0)
		mem_end("a lock is broken");
}

/* Somebody else may be reading at it: see member_at(). */
static void
set_fd(struct member *m, int fd)
{
	const int	 before = m->fd;

	lock(m->set);
	m->fd = fd;
	unlock(m->set);
	if (before != -1)
		(void)close(before);	/* it was only read */
}

/* Open it as it is called now. Returns a descriptor, or -1 with errno. */
static int
open_found(struct member *m, struct stat *st)
{
	int	 fd = open_path(m);

	if (fd == -1 && errno == ENOENT && m->trail.found && renamed(m))
		fd = open_path(m);
	if (fd != -1 && fstat(fd, st) == -1) {
		(void)close(fd);	/* nothing was done with it */
		return -1;
	}
	return fd;
}

ssize_t
member_at(struct member *m, uint64_t offset, void *to, size_t n)
{
	ssize_t	 got = -1;
	int	 fd;

	lock(m->set);
	fd = m->fd;
	if (fd != -1)
		got = file_at(fd, offset, to, n);
	unlock(m->set);
	if (fd != -1 || (fd = open_path(m)) == -1)
		return got;
	got = file_at(fd, offset, to, n);
	(void)close(fd);		/* it was only read */
	return got;
}

/* Ahead. */

/*
 * What may be ready of a trail that is judged ahead. The first ones may be far
 * ahead of a merge that has not come to them; where many are open, all of them
 * together take no more than four times as much.
 */
static size_t
sifted_room(const struct trailset *s)
{
	const size_t	 more = s->reading < s->threads ? 0 :
	    s->reading - s->threads + 1;

	return more == 0 ? SIFTED : 4 * (size_t)SIFTED / (more * (more + 1));
}

static bool
is_plain(int fd)
{
	const off_t	 at = lseek(fd, 0, SEEK_CUR);

	return at != -1 && file_peek(fd, (uint64_t)at) == NULL;
}

/* Have it read and judged by others. */
static bool
start_sifted(struct member *m, int fd, const struct stat *st)
{
	struct trailset			*s = m->set;
	const struct sifted_size	 size = { piece(s), sifted_room(s),
	    s->n < s->threads / 2 };

	if (!S_ISREG(st->st_mode) || s->reading >= SIFTED_MOST ||
	    (s->n == 1 && is_plain(fd) && !sifters_are_slow(s->sifters)))
		return false;
	set_fd(m, fd);
	m->there = bytes_there(fd, st);
	m->sifted = sifted_new(s->sifters, fd, &size);
	s->reading++;
	return true;
}

/* Begin to decompress ahead, if it is compressed and a thread is left. */
static bool
start_ahead(struct member *m, int fd, const struct stat *st)
{
	struct trailset	*s = m->set;
	off_t		 at;

	if (s->sifters != NULL)
		return start_sifted(m, fd, st);
	if (s->reading == s->threads || !S_ISREG(st->st_mode) ||
	    (at = lseek(fd, 0, SEEK_CUR)) == -1 ||
	    file_peek(fd, (uint64_t)at) == NULL)
		return false;
	set_fd(m, fd);
	m->pieces = pieces_new(fd, PIECE_AHEAD, AHEAD / PIECE_AHEAD /
	    s->threads);
	s->reading++;
	return true;
}

int64_t
member_start(const struct member *m)
{
	return m->trail.named ? m->trail.stamps.start - TRAILNAME_SLACK_S :
	    MERGE_NO_START;
}

static int
by_start(const void *va, const void *vb)
{
	const struct member	*a = *(struct member *const *)va;
	const struct member	*b = *(struct member *const *)vb;

	if (member_start(a) != member_start(b))
		return member_start(a) < member_start(b) ? -1 : 1;
	return a->number < b->number ? -1 : 1;
}

static void
put_in_turn(struct trailset *s)
{
	s->turns = xcalloc(s->n, sizeof(struct member *));
	for (size_t i = 0; i < s->n; i++) {
		s->turns[i] = s->members[i];
		s->turns[i]->number = i;
	}
	if (s->o.order == TRAILSET_MERGED)
		qsort(s->turns, s->n, sizeof(struct member *), by_start);
}

/* Begin with the next ones before their turn, as many as there are threads. */
static void
read_ahead(struct trailset *s)
{
	struct stat	 st;
	int		 fd;

	if (s->threads > 0 && s->turns == NULL)
		put_in_turn(s);
	for (; s->reading < s->threads && s->next < s->n; s->next++) {
		struct member	*m = s->turns[s->next];

		if (m->announced || m->once || (s->sifters == NULL &&
		    compressed_suffix(slice_str(m->path)) == 0) ||
		    (fd = open_path(m)) == -1)
			continue;
		if (fstat(fd, &st) == -1 || !start_ahead(m, fd, &st))
			(void)close(fd);	/* nothing was done with it */
	}
}

/* Its turn. */

static int
open_member(struct member *m)
{
	struct trailset	*s = m->set;
	struct stat	 st;
	int		 fd;

	if (s->o.opened != NULL && !m->announced)
		s->o.opened(s->o.arg, m->path);
	m->announced = true;
	if (m->pieces == NULL && m->sifted == NULL) {
		if ((fd = open_found(m, &st)) == -1)
			return fail(m, strerror(errno));
		if (m->trail.found && !S_ISREG(st.st_mode)) {
			(void)close(fd);	/* nothing was done with it */
			return fail(m, "is not a file any more");
		}
		m->there = bytes_there(fd, &st);
		if (!start_ahead(m, fd, &st)) {
			set_fd(m, fd);
			m->source = file_new_piece(fd, piece(s));
		}
	}
	m->open = true;
	s->nopen++;
	read_ahead(s);
	return 1;
}

void
member_close(void *arg)
{
	struct member	*m = arg;

	m->set->nopen -= m->open;
	m->set->reading -= m->pieces != NULL || m->sifted != NULL;
	m->open = false;
	file_free(m->source);
	pieces_free(m->pieces);
	sifted_free(m->sifted);
	m->source = NULL;
	m->pieces = NULL;
	m->sifted = NULL;
	set_fd(m, -1);
	if (m->trail.ended || m->trail.failed)
		return;
	m->set->taken -= m->taken;	/* it begins again, if at all */
	m->taken = 0;
}

/* Its bytes. */

/* So many of its bytes were read from the disk. */
static void
count(struct member *m, uint64_t taken)
{
	m->set->taken += taken - m->taken;
	m->taken = taken;
}

/* As file_more(), of what is not read ahead. */
static int
more_now(struct member *m, struct slice *bytes)
{
	struct pollfd	 one = { .fd = m->fd, .events = POLLIN };
	int		 got;

	if (m->once && m->set->wait != NULL && poll(&one, 1, 0) == 0)
		m->set->wait(m->set->wait_arg);
	while ((got = file_more(m->source, bytes)) == -1 && errno == EAGAIN)
		(void)poll(&one, 1, -1);	/* read(2) says what is wrong */
	m->trail.compression = file_compression(m->source);
	return got;
}

/* The bytes end here. Was that to be expected? */
static int
at_end(struct member *m)
{
	if (m->trail.compression == NULL && m->taken < m->there)
		return fail(m, "became shorter while it was read");
	m->trail.ended = true;
	return 0;
}

/* The next block of what is judged ahead. */
static int
more_judged(struct member *m)
{
	const struct sifted_block	*b;
	int				 got = 1;

	while (got == 1) {
		if ((b = sifted_next(m->sifted)) == NULL)
			return 0;
		m->judged = &b->judged;
		m->trail.compression = b->compression;
		count(m, b->taken);
		if (b->end == 1 && m->set->step != NULL)
			m->set->step(m->set->step_arg);
		if (b->end == 0)
			got = at_end(m);
		else if (b->end == -1)
			got = fail(m, sifted_why(m->sifted));
		if (b->judged.n > 0)
			return MERGE_JUDGED;
	}
	return got;
}

const struct judged *
member_judged(void *arg)
{
	const struct member	*m = arg;

	return m->judged;
}

int
member_more(void *arg, struct slice *bytes)
{
	struct member	*m = arg;
	int		 got;

	if (m->open && m->sifted != NULL)
		return more_judged(m);	/* also the rest of what failed */
	if (m->trail.failed || (!m->open && open_member(m) != 1))
		return -1;
	if (m->sifted != NULL)
		return more_judged(m);
	if (m->pieces == NULL) {
		got = more_now(m, bytes);
		count(m, file_taken(m->source));
	} else {
		got = pieces_more(m->pieces, bytes);
		m->trail.compression = pieces_compression(m->pieces);
		count(m, pieces_taken(m->pieces));
	}
	if (got == 0)
		return at_end(m);
	return got != -1 ? got : fail(m, m->pieces != NULL ?
	    pieces_why(m->pieces) : file_why(m->source));
}
