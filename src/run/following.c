/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * following.c - the trails of a directory, read as they are written.
 *
 * All trails of a host that are not done stand in one list, by the time they
 * began, and are read in this order, each to where it ends now. The kernel
 * writes to the next trail only when it has written the last record of the one
 * before. So whoever has seen bytes in a later trail, and then reads the
 * earlier one to its end, has all of it: only then the later one is read.
 *
 * Whoever goes on where another process was reads a trail from the place that
 * was reached in it, under whatever name it is found. One that is not found is
 * waited for, once that was said.
 */
#include "run/following.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "bsm/record.h"
#include "run/done.h"
#include "run/traildir.h"
#include "run/trailing.h"
#include "source/compressed.h"
#include "source/source.h"

#define PIECE		(128u << 10)	/* bytes */
#define TURN_BYTES	(1u << 20)	/* until others and timers may go on */
#define REST_S		5	/* a trail that has ended may still grow; */
#define REST_LONG_S	60	/* one that has not, with others behind it */
#define QUIET_MS	500
#define SKIP_ALL	UINT64_MAX	/* what is there when it is opened */
#define BEHIND_MS	100	/* until others may have taken some of it */
#define LATER_MAX	64u		/* trails of a host that are gone */

/* Life. */

static void	on_work(evutil_socket_t, short, void *);

struct following *
following_new(struct event_base *base, enum following_from from, int64_t since,
    const struct following_to *to)
{
	struct following	*f = xcalloc(1, sizeof(*f));

	f->from = from;
	f->since = since;
	f->to = *to;
	f->work = event_new(base, -1, 0, on_work, f);
	if (f->work == NULL) {
		free(f);
		return NULL;
	}
	return f;
}

static void
trail_free(struct trail *t)
{
	frame_free(t->pub.frame);
	file_free(t->source);
	if (t->fd != -1)
		(void)close(t->fd);		/* it was only read */
	free((char *)(uintptr_t)t->pub.path);
	free(t);
}

void
following_free(struct following *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->nhosts; i++) {
		struct host	*h = &f->hosts[i];

		for (size_t k = 0; k < h->n; k++)
			trail_free(h->v[k]);
		for (size_t k = 0; k < h->nlater; k++)
			trail_free(h->later[k]);
		free(h->v);
		free(h->later);
		done_free(h->done);
		free(h->name);
	}
	free(f->hosts);
	event_free(f->work);
	free(f);
}

/* What is told to us. */

static bool
same_host(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static struct host *
host_of(struct following *f, const char *name)
{
	struct host	*h;

	for (size_t i = 0; i < f->nhosts; i++)
		if (same_host(f->hosts[i].name, name))
			return &f->hosts[i];
	f->hosts = mem_grow(f->hosts, &f->cap, f->nhosts + 1,
	    sizeof(*f->hosts));
	h = &f->hosts[f->nhosts++];
	*h = (struct host){ .name = name == NULL ? NULL : xstrdup(name),
	    .done = done_new() };
	h->stream = f->to.host(f->to.arg, h->name);
	return h;
}

void *
following_host(struct following *f, const char *host)
{
	return host_of(f, host)->stream;
}

/* Was it over before the time from which on we were asked to read? */
static bool
is_past(const struct following *f, const struct trailname *t)
{
	if (f->begun || f->from == FOLLOWING_ALL)
		return false;
	if (f->from == FOLLOWING_NOW)
		return t->how != TRAIL_NOT_TERMINATED;
	return !trailname_overlaps(t, f->since / 1000, INT64_MAX);
}

/* Where it is among those that are not done, or should be. */
static size_t
turn_of(const struct host *h, int64_t start)
{
	size_t	 at = h->n;

	while (at > 0 && h->v[at - 1]->start >= start)
		at--;
	return at;
}

static void
insert(struct host *h, struct trail *t)
{
	const size_t	 at = turn_of(h, t->start);

	h->v = mem_grow(h->v, &h->cap, h->n + 1, sizeof(*h->v));
	memmove(h->v + at + 1, h->v + at, (h->n - at) * sizeof(*h->v));
	h->v[at] = t;
	h->n++;
}

static struct trail *
new_trail(const char *path, int64_t start)
{
	struct trail	*t = xcalloc(1, sizeof(*t));

	t->pub.path = xstrdup(path);
	t->start = start;
	t->fd = -1;
	t->since = INT64_MIN;
	return t;
}

static bool
look_at(const struct following *f, const struct trail *t, struct stat *st)
{
	if (f->to.look != NULL)
		return f->to.look(f->to.arg, t->id, st);
	return stat(t->pub.path, st) == 0;
}

/* From where on one is read that was there before us. */
static void
skip_what_is_past(const struct following *f, struct trail *t)
{
	struct stat	 st;

	if (f->begun)
		return;
	if (f->from == FOLLOWING_SINCE)
		t->since = f->since;
	if (f->from == FOLLOWING_NOW)
		t->skip = look_at(f, t, &st) ? (uint64_t)st.st_size :
		    SKIP_ALL;
}

/* Was it begun before it was gone? Then it is taken from there. */
static struct trail *
take_later(struct host *h, int64_t start, const char *path)
{
	for (size_t i = 0; i < h->nlater; i++) {
		struct trail	*t = h->later[i];

		if (t->start != start)
			continue;
		h->later[i] = h->later[--h->nlater];
		free((char *)(uintptr_t)t->pub.path);
		t->pub.path = xstrdup(path);
		t->gone = false;
		return t;
	}
	return NULL;
}

/*
 * It was gone before it was done, and is back. What is open is read on: it is
 * the same trail, whatever file it has now.
 */
static bool
is_back(const struct host *h, const struct trailwatch_trail *told)
{
	const size_t	 at = turn_of(h, told->stamps.start);
	struct trail	*t = at < h->n ? h->v[at] : NULL;

	if (t == NULL || t->start != told->stamps.start)
		return false;
	t->id = told->id;
	t->ended = t->failed = false;
	if (t->fd == -1) {
		free((char *)(uintptr_t)t->pub.path);
		t->pub.path = xstrdup(told->path);
	}
	return true;
}

/* One so old that nobody knows whether it was read is not, which is said. */
static bool
is_done(const struct following *f, const struct host *h,
    const struct trailwatch_trail *told)
{
	if (!done_has(h->done, told->stamps.start))
		return false;
	if (f->looked && done_is_before_all(h->done, told->stamps.start))
		f->to.say(f->to.arg, told->path, "is left out: it began "
		    "before all that are remembered");
	return true;
}

void
following_begun(struct following *f, const struct trailwatch_trail *told)
{
	struct host	*h = host_of(f, told->host);
	struct trail	*t;

	if (is_back(h, told) || is_done(f, h, told))
		return;
	if (is_past(f, &told->stamps)) {
		done_add(h->done, told->stamps.start);
		return;
	}
	if ((t = take_later(h, told->stamps.start, told->path)) == NULL) {
		t = new_trail(told->path, told->stamps.start);
		t->id = told->id;		/* it is looked at */
		skip_what_is_past(f, t);
	}
	t->id = told->id;
	insert(h, t);
}

void
following_ended(struct following *f, uint32_t id)
{
	for (size_t i = 0; i < f->nhosts; i++)
		for (size_t k = 0; k < f->hosts[i].n; k++)
			if (f->hosts[i].v[k]->id == id)
				f->hosts[i].v[k]->ended = true;
}

void
following_grown(struct following *f)
{
	event_active(f->work, 0, 0);
}

/*
 * A trail that was being read is not there. It may only have been renamed at
 * this moment, and is found in the next look then.
 */
static void
miss(struct following *f, struct host *h, struct trail *t)
{
	char	*now = traildir_again(t->pub.path);

	t->gone = now == NULL;
	free(now);
	if (t->gone)
		f->to.gone(h->stream, t->pub.path, t->place.offset);
}

/* Those that were begun and are not there; only some are kept. */
static void
miss_later(struct following *f, struct host *h)
{
	size_t	 kept = 0;

	for (size_t i = 0; i < h->nlater; i++) {
		struct trail	*t = h->later[i];

		if (!t->ended && !t->gone)
			miss(f, h, t);
		if (!t->ended && (!t->gone ||
		    h->nlater - i + kept <= LATER_MAX)) {
			h->later[kept++] = t;
			continue;
		}
		done_add(h->done, t->start);
		trail_free(t);
	}
	h->nlater = kept;
}

void
following_looked(struct following *f)
{
	f->begun = f->looked = true;
	for (size_t i = 0; i < f->nhosts; i++)
		miss_later(f, &f->hosts[i]);
	following_grown(f);
}

bool
following_has_begun(const struct following *f)
{
	return f->begun;
}

void
following_go_on(struct following *f)
{
	f->begun = true;
}

/* One trail. */

static int64_t
our_clock_ms(void)
{
	struct timespec	 now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);	/* all have it */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
say_not_opened(struct following *f, const struct host *h,
    const struct trail *t, int error)
{
	if (error == ENOENT && t->place.offset > 0)
		f->to.gone(h->stream, t->pub.path, t->place.offset);
	else
		f->to.say(f->to.arg, t->pub.path, error == ENOENT ?
		    "is gone, and was not read" : strerror(error));
}

/* False when it cannot be read, which was said. */
static bool
open_trail(struct following *f, const struct host *h, struct trail *t)
{
	struct stat	 st;

	if (t->fd != -1 || t->failed)
		return t->fd != -1;
	t->fd = f->to.open(f->to.arg, t->id);
	if (t->fd == -1) {
		t->failed = true;
		say_not_opened(f, h, t, errno);
		return false;
	}
	t->source = file_new_piece(t->fd, PIECE);
	file_pass(t->source, t->place.offset);
	t->pub.frame = place_frame(&t->place);
	t->pub.damage.trail = t->pub.path;
	t->pub.number = f->number++;
	t->pub.start = t->start;
	t->came_ms = our_clock_ms();
	if (t->skip == SKIP_ALL)
		t->skip = fstat(t->fd, &st) == -1 ? 0 : (uint64_t)st.st_size;
	return true;
}

static bool
is_new(const struct trail *t, const struct frame_record *fr)
{
	struct record	 r;

	if (fr->kind != FRAME_RECORD)
		return false;
	if (t->since != INT64_MIN)
		return record_head(&r, fr) == 0 &&
		    record_millis(&r) >= t->since;
	return fr->offset >= t->skip;
}

/* Take what is past out of the frame; what comes behind it is told. */
static void
skip_records(struct following *f, struct host *h, struct trail *t)
{
	struct frame_record	 fr;

	while (frame_next(t->pub.frame, &fr) == 1) {
		if (!is_new(t, &fr))
			continue;
		t->skip = 0;
		t->since = INT64_MIN;
		f->to.record(h->stream, &fr);
		f->to.ready(h->stream);
		return;
	}
}

static void
give(struct following *f, struct host *h, struct trail *t, struct slice piece)
{
	f->to.turn(h->stream, &t->pub);
	if (!trailing_skips(t)) {
		f->to.bytes(h->stream, piece.p, piece.n);
		return;
	}
	(void)frame_feed(t->pub.frame, piece.p, piece.n);	/* drained */
	skip_records(f, h, t);
}

/* Only the worker that dies in here knows where that was. */
static int
more_of(struct following *f, const struct host *h, struct trail *t,
    struct slice *piece)
{
	int	 got;

	if (f->to.reads == NULL)
		return file_more(t->source, piece);
	f->to.turn(h->stream, &t->pub);
	if (!f->to.reads(h->stream, true)) {
		t->unreadable = true;
		return -1;
	}
	got = file_more(t->source, piece);
	(void)f->to.reads(h->stream, false);
	return got;
}

/* Read it to where it ends now. False when others should have a turn. */
static bool
read_on(struct following *f, struct host *h, struct trail *t, size_t *budget)
{
	struct slice	 piece;
	int		 got;

	t->at_end = false;
	while ((got = more_of(f, h, t, &piece)) == 1) {
		const size_t	 weight = piece.n > 0 ? piece.n : PIECE;

		t->came_ms = our_clock_ms();
		give(f, h, t, piece);
		*budget -= weight < *budget ? weight : *budget;
		if (*budget == 0)
			return false;
	}
	t->at_end = true;
	if (got == -1) {
		f->to.say(f->to.arg, t->pub.path, t->unreadable ?
		    FOLLOWING_UNREADABLE :
		    file_why(t->source));
		t->ended = true;
		t->came_ms = INT64_MIN / 2;	/* it is left at once */
	}
	return true;
}

/* How long nothing was written, in seconds. */
static int64_t
rest_of(const struct trail *t, const struct stat *st)
{
	const int64_t	 ours = (our_clock_ms() - t->came_ms) / 1000;
	const int64_t	 theirs = (int64_t)time(NULL) - st->st_mtime;

	return ours > theirs ? ours : theirs;
}

/* Read to its end: will nothing more come? */
static bool
is_over(const struct trail *t, bool last)
{
	struct stat	 st;
	int64_t		 rest;

	if (file_compression(t->source) != NULL || fstat(t->fd, &st) == -1)
		return true;
	rest = rest_of(t, &st);
	if (t->ended || st.st_nlink == 0)
		return rest >= REST_S;
	return !last && rest >= REST_LONG_S;
}

/* A compressed trail is not read before it is all there. */
static bool
is_arriving(const struct following *f, const struct trail *t)
{
	struct stat	 st;

	return t->fd == -1 && compressed_suffix(slice_str(t->pub.path)) > 0 &&
	    look_at(f, t, &st) && time(NULL) - st.st_mtime < REST_S;
}

/* Trails of a host. */

static struct trail *
take_out(struct host *h, size_t i)
{
	struct trail	*t = h->v[i];

	h->n--;
	memmove(h->v + i, h->v + i + 1, (h->n - i) * sizeof(*h->v));
	return t;
}

/*
 * It cannot be opened. If it comes back, what was read of it is not read again,
 * nor what was to be passed over.
 */
static void
put_off(struct host *h, size_t i)
{
	struct trail	*t = take_out(h, i);

	if (t->place.offset == 0 && !trailing_skips(t)) {
		trail_free(t);
		return;
	}
	t->gone = true;			/* which was said */
	t->ended = t->failed = false;
	h->later = mem_grow(h->later, &h->later_cap, h->nlater + 1,
	    sizeof(*h->later));
	h->later[h->nlater++] = t;
}

static void
leave(struct following *f, struct host *h, size_t i)
{
	struct trail	*t = h->v[i];

	if (file_passing(t->source) > 0)
		f->to.say(f->to.arg, t->pub.path, "ends before the place up "
		    "to which it had been read");
	f->to.turn(h->stream, &t->pub);
	if (!trailing_skips(t))		/* else nobody asked for its end */
		frame_end(t->pub.frame);
	f->to.left(h->stream);
	done_add(h->done, t->start);
	trail_free(take_out(h, i));
}

/*
 * Is there anything to read in the trail behind this one? One that was closed
 * has something, or will be found to have nothing when its turn comes.
 */
static bool
more_behind(struct following *f, struct host *h, size_t i)
{
	struct stat	 st;
	struct trail	*t;

	if (i + 1 == h->n)
		return false;
	t = h->v[i + 1];
	if (is_arriving(f, t))
		return false;
	if (t->fd == -1 && (t->ended || !open_trail(f, h, t)))
		return true;
	return fstat(t->fd, &st) == 0 &&
	    (uint64_t)st.st_size > file_taken(t->source);
}

static void
tell_quiet(struct following *f, struct host *h, struct trail *t)
{
	if (our_clock_ms() - t->came_ms < QUIET_MS)
		return;
	f->to.turn(h->stream, &t->pub);
	f->to.quiet(h->stream);
}

/* All trails, in order; false when others should have a turn. */
static bool
read_host(struct following *f, struct host *h, size_t *budget)
{
	size_t	 nopen = 0;

	for (size_t i = 0; i < h->n && nopen < FOLLOWING_OPEN_MAX;) {
		bool	 ahead;

		if (is_arriving(f, h->v[i])) {
			i++;
			continue;
		}
		if (!open_trail(f, h, h->v[i])) {
			put_off(h, i);
			continue;
		}
		do {
			ahead = more_behind(f, h, i);
			if (!read_on(f, h, h->v[i], budget))
				return false;
		} while (!ahead && more_behind(f, h, i));
		if (is_over(h->v[i], i + 1 == h->n)) {
			leave(f, h, i);
			continue;
		}
		tell_quiet(f, h, h->v[i]);
		nopen++;
		i++;
	}
	return true;
}

static void
on_work(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval	 later = {
		.tv_usec = BEHIND_MS * 1000
	};
	struct following		*f = arg;
	bool				 more = false;

	(void)fd;
	(void)what;
	if (f->to.behind != NULL && f->to.behind(f->to.arg) &&
	    event_add(f->work, &later) == 0)
		return;
	for (size_t i = 0; i < f->nhosts; i++) {
		size_t	 budget = TURN_BYTES;

		more |= !read_host(f, &f->hosts[i], &budget);
	}
	if (more)
		following_grown(f);
}
