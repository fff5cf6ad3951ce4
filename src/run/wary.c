/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wary.c - the worker's part of setting records aside that kill it.
 */
#include "run/wary.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/roles.h"

struct wary {
	struct poison	 poison;
};

struct wary *
wary_new(void)
{
	return xcalloc(1, sizeof(struct wary));
}

void
wary_free(struct wary *w)
{
	if (w == NULL)
		return;
	poison_fini(&w->poison);
	free(w);
}

bool
wary_take(struct wary *w, struct slice bytes, int fd)
{
	struct cursor		 c = { .in = bytes };
	const uint64_t		 what = cursor_uint(&c, 4);
	struct poison_place	 l = { .what = (enum poison_what)what,
	    .fd = fd };
	const char		*name;

	l.id = cursor_uint(&c, 8);
	l.from = cursor_uint(&c, 8);
	l.until = cursor_uint(&c, 8);
	name = roles_take_text(&c);
	if (!roles_taken(&c) || what > POISON_END || l.from > l.until ||
	    w->poison.n == POISON_PLACES) {
		poison_kept(&l);
		return false;
	}
	l.name = name == NULL ? NULL : xstrdup(name);
	w->poison.v[w->poison.n++] = l;
	return true;
}

bool
wary_of(const struct wary *w, uint64_t id)
{
	return wary_near(w, id, 0, UINT64_MAX);
}

bool
wary_near(const struct wary *w, uint64_t id, uint64_t from, uint64_t until)
{
	if (w == NULL)
		return false;
	for (size_t i = 0; i < w->poison.n; i++) {
		const struct poison_place	*l = &w->poison.v[i];

		if (l->id == id && l->from < until && from < l->until)
			return true;
	}
	return false;
}

struct poison_place *
wary_find(struct wary *w, enum poison_what what, uint64_t id, uint64_t from,
    uint64_t until)
{
	struct poison_place	*first = NULL;

	for (size_t i = 0; w != NULL && i < w->poison.n; i++) {
		struct poison_place	*l = &w->poison.v[i];

		if (l->what == what && l->id == id && l->from >= from &&
		    l->from < until &&
		    (first == NULL || l->from < first->from))
			first = l;
	}
	return first;
}

bool
wary_keep(struct poison_place *l, struct slice bytes)
{
	while (l->fd != -1 && bytes.n > 0) {
		const ssize_t	 n = write(l->fd, bytes.p, bytes.n);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return false;
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
	return l->fd != -1;
}

void
wary_say(struct buf *say, const struct poison_place *l)
{
	buf_u32(say, l->what);
	buf_u64(say, l->id);
	buf_u64(say, l->from);
}
