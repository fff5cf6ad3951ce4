/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spill.c - items that wait in the order they came: in memory, then on disk.
 *
 * Three stretches, from the oldest item to the newest: the front in memory, the
 * file, and the back in memory. The file is used when the front is full; the
 * back only by what must go in while the file cannot take it, and by what comes
 * behind that, since nothing may overtake. Each item stands behind its length,
 * 4 bytes, wherever it is.
 *
 * The file is a ring as large as it may be, so that it takes more as long as
 * some is taken out, even if it is never empty. Offsets only grow; a place in
 * the file is what is left of one by the size of the ring.
 */
#include "run/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "bsm/cursor.h"

#define DIR_USUAL	"/var/tmp"	/* on a disk; /tmp may be in memory */
#define HEAD		4u		/* bytes before an item */
#define SLACK		(1u << 16)	/* bytes used up before others move */

/* Items in memory, of which the first bytes are used up. */
struct stretch {
	struct buf	 bytes;
	size_t		 at;
	uint64_t	 items;
};

struct spill {
	struct spill_limits	 limits;
	struct stretch		 front, back;
	int			 fd;		/* -1: no file yet */
	uint64_t		 read, written;	/* see above */
	uint64_t		 items;		/* in it */
};

struct spill *
spill_new(const struct spill_limits *limits)
{
	struct spill	*s = xcalloc(1, sizeof(*s));

	s->limits = *limits;
	if (s->limits.memory == 0)
		s->limits.memory = SPILL_MEMORY;
	s->fd = -1;
	return s;
}

void
spill_free(struct spill *s)
{
	if (s == NULL)
		return;
	buf_fini(&s->front.bytes);
	buf_fini(&s->back.bytes);
	if (s->fd != -1)
		(void)close(s->fd);	/* nobody wants it any more */
	free(s);
}

/* Memory. */

static size_t
stretch_bytes(const struct stretch *m)
{
	return m->bytes.n - m->at;
}

static void
stretch_put(struct stretch *m, struct slice item)
{
	buf_u32(&m->bytes, (uint32_t)item.n);
	buf_slice(&m->bytes, item);
	m->items++;
}

static void
stretch_take(struct stretch *m, struct buf *out)
{
	const uint8_t	*p = m->bytes.p + m->at;
	const size_t	 n = be32(p);

	buf_put(out, p + HEAD, n);
	m->at += HEAD + n;
	m->items--;
	if (m->items == 0) {
		buf_clear(&m->bytes);
		m->at = 0;
	} else if (m->at >= SLACK && m->at >= m->bytes.n / 2) {
		memmove(m->bytes.p, m->bytes.p + m->at, m->bytes.n - m->at);
		m->bytes.n -= m->at;
		m->at = 0;
	}
}

static bool
stretch_has_room(const struct spill *s, const struct stretch *m, size_t n)
{
	return stretch_bytes(m) + HEAD + n <= s->limits.memory;
}

/* The file. */

static int
open_file(struct spill *s)
{
	const char	*dir = s->limits.dir;
	struct buf	 path = { 0 };
	char		*name;

	if (dir == NULL && ((dir = getenv("TMPDIR")) == NULL ||
	    dir[0] == '\0'))
		dir = DIR_USUAL;
	buf_printf(&path, "%s/bsmtrace.XXXXXX", dir);
	name = xstrdup(buf_cstr(&path));
	buf_fini(&path);
	s->fd = mkstemp(name);
	if (s->fd != -1 && (fcntl(s->fd, F_SETFD, FD_CLOEXEC) == -1 ||
	    unlink(name) == -1)) {
		(void)close(s->fd);	/* nothing was written */
		s->fd = -1;
	}
	free(name);
	return s->fd == -1 ? errno : 0;
}

int
spill_open(struct spill *s)
{
	return s->fd != -1 || s->limits.disk == 0 ? 0 : open_file(s);
}

/* Bytes from this offset on that are not beyond the end of the ring. */
static size_t
piece_at(const struct spill *s, uint64_t offset, size_t n)
{
	const uint64_t	 left = s->limits.disk - offset % s->limits.disk;

	return n < left ? n : (size_t)left;
}

static int
write_at(const struct spill *s, const uint8_t *p, size_t n, uint64_t offset)
{
	while (n > 0) {
		const ssize_t	 some = pwrite(s->fd, p,
		    piece_at(s, offset, n), (off_t)(offset % s->limits.disk));

		if (some == -1 && errno == EINTR)
			continue;
		if (some <= 0)
			return some == -1 ? errno : ENOSPC;
		p += some;
		offset += (uint64_t)some;
		n -= (size_t)some;
	}
	return 0;
}

static int
read_at(const struct spill *s, uint8_t *p, size_t n, uint64_t offset)
{
	while (n > 0) {
		const ssize_t	 some = pread(s->fd, p, piece_at(s, offset, n),
		    (off_t)(offset % s->limits.disk));

		if (some == -1 && errno == EINTR)
			continue;
		if (some <= 0)
			return some == -1 ? errno : EIO;
		p += some;
		offset += (uint64_t)some;
		n -= (size_t)some;
	}
	return 0;
}

/* Half an item is overwritten by the next one: `written` tells where it is. */
static int
file_put(struct spill *s, struct slice item)
{
	const uint8_t	 head[HEAD] = { (uint8_t)(item.n >> 24),
	    (uint8_t)(item.n >> 16), (uint8_t)(item.n >> 8), (uint8_t)item.n };
	int		 error;

	if (s->written - s->read + HEAD + item.n > s->limits.disk)
		return ENOBUFS;
	if (s->fd == -1 && (error = open_file(s)) != 0)
		return error;
	if ((error = write_at(s, head, HEAD, s->written)) != 0 ||
	    (error = write_at(s, item.p, item.n, s->written + HEAD)) != 0)
		return error;
	s->written += HEAD + item.n;
	s->items++;
	return 0;
}

/* Nothing is left in it: its room on disk is given back, now or at the end. */
static void
file_empty(struct spill *s)
{
	s->read = s->written = 0;
	s->items = 0;
	(void)!ftruncate(s->fd, 0);
}

static int
file_take(struct spill *s, struct buf *out)
{
	uint8_t		 head[HEAD];
	size_t		 n;
	int		 error;

	if ((error = read_at(s, head, HEAD, s->read)) != 0)
		return error;
	n = be32(head);
	if (n > s->written - s->read - HEAD)
		return EIO;
	if ((error = read_at(s, buf_room(out, n), n, s->read + HEAD)) != 0)
		return error;
	out->n += n;
	s->read += HEAD + n;
	if (--s->items == 0)
		file_empty(s);
	return 0;
}

/* Both. */

int
spill_put(struct spill *s, struct slice item, bool must)
{
	int	 error = ENOBUFS;

	if (item.n > SPILL_ITEM_MAX)
		return EMSGSIZE;
	if (s->items == 0 && s->back.items == 0 &&
	    stretch_has_room(s, &s->front, item.n)) {
		stretch_put(&s->front, item);
		return 0;
	}
	if (s->back.items == 0 && (error = file_put(s, item)) == 0)
		return 0;
	if (!must && (s->back.items == 0 ||
	    !stretch_has_room(s, &s->back, item.n)))
		return error;
	stretch_put(&s->back, item);
	return 0;
}

int
spill_take(struct spill *s, struct buf *out, uint64_t *lost)
{
	int	 error;

	buf_clear(out);
	if (s->front.items == 0 && s->items == 0) {
		const struct stretch	 empty = s->front;

		s->front = s->back;
		s->back = empty;
	}
	if (s->front.items > 0) {
		stretch_take(&s->front, out);
		return 1;
	}
	if (s->items == 0)
		return 0;
	if ((error = file_take(s, out)) == 0)
		return 1;
	*lost = s->items;
	file_empty(s);
	buf_clear(out);
	errno = error;
	return -1;
}

uint64_t
spill_room(const struct spill *s)
{
	return s->limits.memory + s->limits.disk;
}

void
spill_stats(const struct spill *s, struct spill_stats *stats)
{
	stats->on_disk = s->written - s->read;
	stats->items = s->front.items + s->items + s->back.items;
	stats->bytes = stretch_bytes(&s->front) + stats->on_disk +
	    stretch_bytes(&s->back);
}
