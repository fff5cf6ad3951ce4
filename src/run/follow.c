/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * follow.c - trails that grow while they are printed.
 *
 * A trail is closed by being renamed, and the next one begun. So a directory is
 * read again each second: what has a new time in its name is new, and what is
 * not called "not_terminated" any more is read to its end for the last time.
 * The directory is read before the trails are, or a record could be missed that
 * was written in between.
 */
#include <sys/stat.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "run/follow.h"
#include "run/reading.h"
#include "run/traildir.h"

#define LOOK_MS		1000		/* has a trail grown? */
#define PIECE		(32u << 10)	/* bytes; many may be open */

/* Wait for the next look. False when nobody reads what we could write. */
static bool
nap(struct press *p)
{
	struct pollfd	 reader = { .fd = press_fd(p) };

	press_finish(p);
	if (poll(&reader, 1, LOOK_MS) == 1 &&
	    (reader.revents & (POLLERR | POLLHUP)))
		press_stop(p);
	return !press_stopped(p);
}

/* A single trail. */

enum change {
	CHANGE_NONE,
	CHANGE_SHORTER,		/* which no trail becomes */
	CHANGE_CLOSED,		/* it has the name of a closed trail now */
	CHANGE_OTHER		/* its name leads to another file */
};

static enum change
look(const struct reading *r, const char *path)
{
	struct stat	 open, named;
	char		*closed;

	if (fstat(r->fd, &open) == -1)
		return CHANGE_NONE;	/* read(2) says what is wrong */
	if (open.st_size < lseek(r->fd, 0, SEEK_CUR))
		return CHANGE_SHORTER;
	if (stat(path, &named) == 0)
		return open.st_dev == named.st_dev &&
		    open.st_ino == named.st_ino ? CHANGE_NONE : CHANGE_OTHER;
	if (errno != ENOENT || (closed = traildir_again(path)) == NULL)
		return CHANGE_NONE;
	free(closed);
	return CHANGE_CLOSED;
}

/* Read until something changes that ends the trail. */
static enum change
read_until(struct press *p, struct reading *r, const char *path)
{
	enum change	 change = CHANGE_NONE;

	while (reading_go_on(r) && change == CHANGE_NONE && !r->slow &&
	    !reading_compressed(r)) {
		reading_settle(r);
		if (!nap(p))
			break;
		change = look(r, path);
	}
	return change;
}

bool
follow_trail(struct press *p, const char *path)
{
	struct reading	 r;
	enum change	 change;
	bool		 good = true;

	do {
		if (!reading_open(&r, p, path, PIECE))
			return false;
		change = read_until(p, &r, path);
		if (change == CHANGE_SHORTER)
			press_words(p, path, "has become shorter: it is no "
			    "longer followed");
		if (change == CHANGE_CLOSED)
			press_words(p, path, "has been closed: it is no "
			    "longer followed");
		good &= reading_end(&r);
	} while (change == CHANGE_OTHER && !press_stopped(p));
	return good;
}

/* A directory. */

struct followed {
	struct reading	 reading;
	char		*path;
	struct buf	 key;		/* when it began, and its host */
	bool		 done;		/* read to its end once more */
};

struct follower {
	struct press	*press;
	struct map	*known;		/* keys of all trails that were seen */
	struct followed	**v;		/* in the order in which they began */
	size_t		 n, cap;
	bool		 failed;
};

/* What stays the same when a trail is closed or compressed. */
static struct slice
key_of(struct buf *key, const struct trailname *stamps, const char *host)
{
	buf_clear(key);
	buf_sdec(key, stamps->start);
	if (host != NULL) {
		buf_char(key, '.');
		buf_str(key, host);
	}
	return buf_bytes(key);
}

static void
remember(struct follower *f, struct slice key)
{
	(void)map_put(f->known, key, f->known);	/* any value will do */
}

static void
add(struct follower *f, const struct traildir_trail *t, struct slice key)
{
	struct followed	*one = xcalloc(1, sizeof(*one));

	one->path = xstrdup(t->path);
	buf_slice(&one->key, key);
	if (!reading_open(&one->reading, f->press, one->path, PIECE)) {
		f->failed = true;
		buf_fini(&one->key);
		free(one->path);
		free(one);
		return;
	}
	f->v = mem_grow(f->v, &f->cap, f->n + 1, sizeof(struct followed *));
	f->v[f->n++] = one;
}

static void
drop(struct follower *f, size_t i)
{
	struct followed	*one = f->v[i];

	f->failed |= !reading_end(&one->reading);
	buf_fini(&one->key);
	free(one->path);
	free(one);
	memmove(&f->v[i], &f->v[i + 1],
	    (f->n - i - 1) * sizeof(struct followed *));
	f->n--;
}

/* A trail of the directory: new, or one that we follow and was closed. */
static void
meet(struct follower *f, const struct traildir_trail *t)
{
	struct buf		 text = { 0 };
	const struct slice	 key = key_of(&text, &t->stamps, t->host);

	if (map_find(f->known, key) == NULL) {
		remember(f, key);
		add(f, t, key);
	}
	for (size_t i = 0; i < f->n; i++)
		if (t->stamps.how != TRAIL_NOT_TERMINATED &&
		    slice_eq(key, buf_bytes(&f->v[i]->key)))
			f->v[i]->done = true;
	buf_fini(&text);
}

/* Only `path` itself is of interest, and that is told by the result. */
static void
say_nothing(void *arg, const char *path, const char *why)
{
	(void)arg;
	(void)path;
	(void)why;
}

static bool
look_through(struct follower *f, const char *path)
{
	struct traildir	 d;

	if (!traildir_read(&d, path, say_nothing, NULL)) {
		press_words(f->press, path, strerror(errno));
		f->failed = true;
		return false;
	}
	for (size_t i = 0; i < d.ntrails; i++)
		meet(f, &d.trails[i]);
	traildir_fini(&d);
	return true;
}

/* Was it removed? Then nobody will close it. */
static bool
is_gone(const struct reading *r)
{
	struct stat	 st;

	return fstat(r->fd, &st) == 0 && st.st_nlink == 0;
}

static void
read_all(struct follower *f)
{
	for (size_t i = 0; i < f->n && !press_stopped(f->press);) {
		struct followed	*one = f->v[i];
		const bool	 gone = is_gone(&one->reading);

		if (!reading_go_on(&one->reading) || one->done || gone ||
		    reading_compressed(&one->reading)) {
			drop(f, i);
			continue;
		}
		reading_settle(&one->reading);
		i++;
	}
}

bool
follow_directory(struct press *p, const char *path,
    const struct trailset *done)
{
	struct follower	 f = { .press = p, .known = map_new() };
	struct buf	 key = { 0 };

	for (size_t i = 0; done != NULL && i < trailset_count(done); i++) {
		const struct trail	*t = trailset_trail(done, i);

		remember(&f, key_of(&key, &t->stamps, t->host));
	}
	buf_fini(&key);
	while (look_through(&f, path)) {
		read_all(&f);
		if (!nap(p))
			break;
	}
	while (f.n > 0)
		drop(&f, f.n - 1);
	free(f.v);
	map_free(f.known);
	return !f.failed;
}
