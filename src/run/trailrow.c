/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trailrow.c - what is remembered of the trails of a host: how far those were
 * read that are not done, and which ones are.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bsm/status.h"
#include "run/trailing.h"

enum { WHOLE = 1, GONE = 2, FLAGS = 3 };

#define PATH_BYTES	4096u		/* more no system opens */

struct trailrow {
	const char	*path;		/* as it was called last */
	int64_t		 start;		/* seconds since 1970 */
	uint64_t	 skip;		/* records that end before, */
	int64_t		 since;		/* or are older: ms; MIN */
	bool		 whole;		/* it has ended, and was read */
	bool		 gone;		/* which was said */
	struct place	 place;		/* of the next record */
	struct damage	 damage;	/* without the trail's name */
};

/* One trail. */

static void
put_row(struct buf *b, const struct trailrow *t)
{
	const size_t	 n = strnlen(t->path, PATH_BYTES);

	buf_u64(b, (uint64_t)t->start);
	buf_u64(b, t->skip);
	buf_u64(b, (uint64_t)t->since);
	buf_u8(b, (uint8_t)((t->whole ? WHOLE : 0) | (t->gone ? GONE : 0)));
	place_put(b, &t->place);
	damage_put(b, &t->damage);
	buf_u16(b, (uint16_t)n);
	buf_put(b, t->path, n);
}

/* *PATH is a copy, the caller's. False, with nothing to free, after damage. */
static bool
take_row(struct cursor *c, struct trailrow *t, char **path)
{
	struct slice	 name;
	uint64_t	 flags;

	*t = (struct trailrow){ .start = (int64_t)cursor_uint(c, 8) };
	t->skip = cursor_uint(c, 8);
	t->since = (int64_t)cursor_uint(c, 8);
	flags = cursor_uint(c, 1);
	t->whole = (flags & WHOLE) != 0;
	t->gone = (flags & GONE) != 0;
	(void)place_take(c, &t->place);
	(void)damage_take(c, &t->damage);
	name = cursor_take(c, cursor_uint(c, 2));
	if (flags > FLAGS || name.n == 0 || name.n > PATH_BYTES ||
	    memchr(name.p, '\0', name.n) != NULL)
		(void)cursor_fail(c, BSM_ERANGE);
	if (c->err != 0)
		return false;
	t->path = *path = xstrndup(name.p, name.n);
	return true;
}

/* Those of a host. */

static const struct host *
with_stream(const struct following *f, const void *stream)
{
	for (size_t i = 0; i < f->nhosts; i++)
		if (f->hosts[i].stream == stream)
			return &f->hosts[i];
	return NULL;
}

/* The next of the pages that hold ROWS_ITEMS trails each; NULL: no more. */
static struct buf *
next_page(struct rows *rows, uint32_t first, size_t *n)
{
	const size_t	 page = (*n)++ / ROWS_ITEMS;

	return page == FOLLOWING_PAGES ? NULL :
	    rows_page(rows, first + (uint32_t)page);
}

static void
save_trail(struct buf *b, const struct trail *t)
{
	const struct trailrow	 row = { .path = t->pub.path,
	    .start = t->start, .skip = t->skip, .since = t->since,
	    .whole = t->ended && t->at_end, .gone = t->gone,
	    .place = t->fd == -1 ? t->place : place_of(t->pub.frame),
	    .damage = t->pub.damage };

	if (b != NULL)
		put_row(b, &row);
}

/* One that nobody has looked into yet is as good as new. */
static bool
is_worth_it(const struct trail *t)
{
	return t->fd != -1 || t->place.offset > 0 || trailing_skips(t);
}

void
following_save_trails(const struct following *f, const void *stream,
    struct rows *rows, uint32_t first)
{
	const struct host	*h = with_stream(f, stream);
	size_t			 n = 0;

	for (size_t i = 0; h != NULL && i < h->n; i++)
		if (is_worth_it(h->v[i]))
			save_trail(next_page(rows, first, &n), h->v[i]);
	for (size_t i = 0; h != NULL && i < h->nlater; i++)
		save_trail(next_page(rows, first, &n), h->later[i]);
}

void
following_save_done(const struct following *f, const void *stream,
    struct rows *rows, uint32_t first)
{
	const struct host	*h = with_stream(f, stream);

	if (h != NULL)
		done_save(h->done, rows, first);
}

static void
keep_for_later(struct host *h, const struct trailrow *row, char *path)
{
	struct trail	*t = xcalloc(1, sizeof(*t));

	t->pub.path = path;
	t->pub.damage = row->damage;
	t->fd = -1;
	t->start = row->start;
	t->skip = row->skip;
	t->since = row->since;
	t->place = row->place;
	t->ended = t->at_end = row->whole;
	t->gone = row->gone;
	h->later = mem_grow(h->later, &h->later_cap, h->nlater + 1,
	    sizeof(*h->later));
	h->later[h->nlater++] = t;
}

bool
following_load_trails(struct following *f, const void *stream,
    struct slice page)
{
	struct host	*h = (struct host *)(uintptr_t)with_stream(f, stream);
	struct cursor	 c = { .in = page };
	struct trailrow	 row;
	char		*path;

	while (h != NULL && cursor_left(&c) > 0 &&
	    take_row(&c, &row, &path))
		keep_for_later(h, &row, path);
	return h != NULL && c.err == 0;
}

bool
following_load_done(struct following *f, const void *stream,
    uint32_t number, struct slice page)
{
	const struct host	*h = with_stream(f, stream);

	return h != NULL && done_page(h->done, number, page);
}

bool
following_loaded(struct following *f)
{
	for (size_t i = 0; i < f->nhosts; i++)
		if (!done_loaded(f->hosts[i].done))
			return false;
	return true;
}
