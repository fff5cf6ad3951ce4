/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * marks.c - how far files of alerts were written, and what came behind that.
 *
 * A file that was renamed since, by newsyslog(8) or whoever, is found by its
 * identity; the one that has its name now was begun after the mark, so all of
 * it counts, and so do others that were begun and renamed in between: older
 * ones are only read in vain. Nothing is cut off but from a file that is ours,
 * by its name, by the end that was noted, or because it begins as only ours do;
 * it comes again. Only regular files are compared: nothing can be read back
 * from a pipe or a terminal.
 */
#include "sink/marks.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "bsm/cursor.h"

#define NAME_MAX_BYTES	4096u
#define TAIL		256u		/* bytes by which a file is known */

void
marks_fini(struct marks *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->v[i].name);
		replay_free(m->v[i].replay);
	}
	free(m->v);
	*m = (struct marks){ 0 };
}

/* Writing. */

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* What the bytes before LENGTH come to, never 0; or 0: they are not known. */
static uint64_t
tail_of(int fd, uint64_t length)
{
	static const struct hash_key	 key = { 0x6d61726b73, 0x7461696c };
	uint8_t				 bytes[TAIL];
	const size_t	 n = length < TAIL ? (size_t)length : TAIL;
	uint64_t	 h;

	if (n == 0 || pread(fd, bytes, n, (off_t)(length - n)) != (ssize_t)n)
		return 0;
	h = hash_bytes(&key, (struct slice){ bytes, n });
	return h == 0 ? 1 : h;
}

/*
 * The file that is written to, even if it has another name by now; one that
 * failed is shut, but may be there. False: there is no regular file.
 */
static bool
look_at(const struct outlet *o, const struct marks_host *h, struct stat *st,
    uint64_t *tail)
{
	const int	 fd = h->reopen(h->arg, o->name);
	struct stat	 there;
	bool		 good = fd != -1 && fstat(fd, &there) == 0;

	*tail = 0;
	if (good && o->fd == -1)
		*st = there;
	else if (o->fd != -1)
		good = fstat(o->fd, st) == 0 && good && is_same(st, &there);
	if (good && S_ISREG(st->st_mode))
		*tail = tail_of(fd, (uint64_t)st->st_size);
	if (fd != -1)
		(void)close(fd);	/* nothing was written */
	return (good || o->fd != -1) && S_ISREG(st->st_mode);
}

void
marks_put(struct rows *rows, uint32_t page, const struct outlet *o,
    const struct marks_host *h)
{
	struct buf	*b = rows_page(rows, page);
	struct stat	 st;
	uint64_t	 tail;

	memset(&st, 0, sizeof(st));
	/* Of one that is not there nothing is known, and all will be new. */
	if (!look_at(o, h, &st, &tail)) {
		memset(&st, 0, sizeof(st));
		tail = 0;
	}
	buf_u64(b, (uint64_t)st.st_dev);
	buf_u64(b, (uint64_t)st.st_ino);
	buf_u64(b, (uint64_t)st.st_size);
	buf_u64(b, (uint64_t)st.st_mtime);
	buf_u64(b, tail);
	buf_str(b, o->name);
}

int
marks_sync(const struct outlet *o, const struct marks_host *h)
{
	struct stat	 st;
	int		 error = 0, fd = o->fd;

	if (fd == -1)		/* it failed; what it has came before */
		fd = h->reopen(h->arg, o->name);
	if (fd == -1)
		return errno == ENOENT ? 0 : errno;
	if (fstat(fd, &st) == -1 || (S_ISREG(st.st_mode) && fsync(fd) == -1))
		error = errno;
	if (fd != o->fd)
		(void)close(fd);	/* fsync(2) has told of errors */
	return error;
}

/* Reading. */

static bool
file_row(struct marks *m, const struct row *row)
{
	struct cursor	 c = { .in = row->bytes };
	struct mark	 mark = { 0 };
	struct slice	 name;

	mark.device = cursor_uint(&c, 8);
	mark.inode = cursor_uint(&c, 8);
	mark.length = cursor_uint(&c, 8);
	mark.written = (int64_t)cursor_uint(&c, 8);
	mark.tail = cursor_uint(&c, 8);
	name = cursor_take(&c, cursor_left(&c));
	if (c.err != 0 || row->page != m->n || m->n == MARKS_MAX ||
	    mark.length > INT64_MAX || name.n == 0 ||
	    name.n > NAME_MAX_BYTES || memchr(name.p, '\0', name.n) != NULL)
		return false;
	mark.name = xstrndup(name.p, name.n);
	m->v = mem_grow(m->v, &m->cap, m->n + 1, sizeof(*m->v));
	m->v[m->n++] = mark;
	return true;
}

static bool
text_row(struct marks *m, const struct row *row)
{
	const uint32_t	 file = row->page / REPLAY_PAGES;

	if (file >= m->n)
		return false;
	if (m->v[file].replay == NULL)
		m->v[file].replay = replay_new();
	return replay_row(m->v[file].replay, row->bytes);
}

bool
marks_row(struct marks *m, const struct row *row)
{
	switch (row->section) {
	case MARKS_FILES:
		return file_row(m, row);
	case MARKS_TEXTS:
		return text_row(m, row);
	default:
		return false;
	}
}

/* Comparing. */

/* One comparison: of a file with what was noted. */
struct comparison {
	const struct marks_host	*host;
	const struct mark	*mark;
	const struct stat	*now;
	const char		*name;
	struct replay		*replay;
	bool			 many_lines;
};

static void
say(const struct comparison *c, const char *what)
{
	c->host->say(c->host->arg, c->name, what);
}

/*
 * What was read counts as there, so it has to be on the disk, which a process
 * that was killed did not wait for. Nor may anything be written behind a cut
 * before that: both could be mixed there. False with errno.
 */
static bool
settle(const struct comparison *c, int fd, const struct replay_file *f,
    bool cut)
{
	struct stat	 st;

	if (fstat(fd, &st) == -1)
		return false;
	cut = cut && (uint64_t)st.st_size > f->whole;
	if (cut && f->hole)
		say(c, "not all of its end came to the disk: what is missing "
		    "is written again");
	return (!cut || ftruncate(fd, (off_t)f->whole) == 0) && fsync(fd) == 0;
}

/* Read what is new in the file, and cut off what is torn. */
static void
compare_file(const struct comparison *c, int fd, uint64_t from, bool cut)
{
	struct replay_file	 f = { .fd = fd, .from = from,
	    .many_lines = c->many_lines, .ours = cut };
	const int		 error = replay_read(c->replay, &f);
	struct buf		 why = { 0 };

	if (error == EFBIG) {
		say(c, "too much was written since the last checkpoint to be "
		    "compared: alerts may be there twice");
		return;
	}
	if (error == 0 && settle(c, fd, &f, cut))
		return;
	buf_printf(&why, "%s; alerts may be there twice",
	    strerror(error != 0 ? error : errno));
	say(c, buf_cstr(&why));
	buf_fini(&why);
}

/* Is it the file that was noted, not another with its number? */
static bool
is_known(const struct mark *m, int fd)
{
	return m->tail == 0 || tail_of(fd, m->length) == m->tail;
}

/* The one that was noted has another name now. */
static void
compare_renamed(const struct comparison *c, const struct mark *m)
{
	const int	 fd = c->host->find(c->host->arg, m->device, m->inode);
	struct stat	 st;

	if (fd == -1 || fstat(fd, &st) == -1)
		say(c, "the file of the last checkpoint is gone: alerts may be "
		    "told twice");
	else if ((uint64_t)st.st_size < m->length || !is_known(m, fd))
		say(c, "the file of the last checkpoint is not as it was: "
		    "alerts may be told twice");
	else
		compare_file(c, fd, m->length, m->tail != 0 ||
		    replay_begins(fd));
	if (fd != -1)
		(void)close(fd);	/* only cut, if at all */
}

/* One that may have been begun and renamed since. */
static void
on_other(void *arg, int fd)
{
	const struct comparison	*c = arg;
	const struct mark	*m = c->mark;
	struct stat		 st;

	if (fstat(fd, &st) == -1 || is_same(&st, c->now) ||
	    ((uint64_t)st.st_dev == m->device &&
	    (uint64_t)st.st_ino == m->inode))
		return;
	compare_file(c, fd, 0, replay_begins(fd));
}

/* The file that has the name now, FD, and those that had it since. */
static void
compare_named(const struct comparison *c, int fd)
{
	const struct mark	*m = c->mark;
	const bool		 same = m->device == (uint64_t)c->now->st_dev &&
	    m->inode == (uint64_t)c->now->st_ino;

	if (same && (uint64_t)c->now->st_size < m->length) {
		say(c, "is shorter than it was: alerts may be told twice");
	} else if (same && is_known(m, fd)) {
		compare_file(c, fd, m->length, true);
	} else {
		if (m->inode != 0) {
			compare_renamed(c, m);
			c->host->others(c->host->arg, c->name, m->written,
			    on_other, (void *)(uintptr_t)c);
		}
		compare_file(c, fd, 0, true);
	}
}

/* What comes next begins a line, even behind a text that is not whole. */
static bool
is_torn(int fd, const struct stat *st)
{
	uint8_t	 c = '\n';

	return st->st_size > 0 && pread(fd, &c, 1, st->st_size - 1) == 1 &&
	    c != '\n';
}

/* The file as it is now, if it is the outlet's; or -1. */
static int
open_again(const struct marks_host *h, const struct outlet *o,
    struct stat *now)
{
	const int	 fd = h->reopen(h->arg, o->name);
	struct stat	 st;

	if (fd != -1 && fstat(fd, &st) == 0 && is_same(&st, now))
		return fd;
	if (fd != -1)
		(void)close(fd);	/* nothing was written */
	/* Renamed since it was opened: logs are rotated at any moment. */
	return h->find(h->arg, (uint64_t)now->st_dev, (uint64_t)now->st_ino);
}

struct replay *
marks_compare(struct marks *m, const struct marks_host *h, struct outlet *o,
    bool many_lines)
{
	struct mark		*mark = NULL;
	struct stat		 now;
	struct comparison	 c = { h, NULL, &now, o->name, NULL,
	    many_lines };
	int			 fd;

	for (size_t i = 0; i < m->n && mark == NULL; i++)
		if (strcmp(m->v[i].name, o->name) == 0)
			mark = &m->v[i];
	if (mark == NULL || o->fd == -1 || fstat(o->fd, &now) == -1 ||
	    !S_ISREG(now.st_mode))
		return NULL;
	c.mark = mark;
	c.replay = mark->replay == NULL ? replay_new() : mark->replay;
	mark->replay = NULL;
	if ((fd = open_again(h, o, &now)) == -1) {
		say(&c, "cannot be read: alerts may be there twice");
	} else {
		compare_named(&c, fd);
		o->torn |= fstat(fd, &now) == 0 && is_torn(fd, &now);
		(void)close(fd);	/* only cut, if at all */
	}
	if (replay_left(c.replay) > 0)
		return c.replay;
	replay_free(c.replay);
	return NULL;
}
