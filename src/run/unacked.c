/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unacked.c - alerts that were sent, and are not known to be written.
 *
 * A list with a moving front; it is moved together when the front has half of
 * it. Numbers that were let go are known by the first and the last of them.
 */
#include "run/unacked.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct item {
	uint64_t	 number;
	struct buf	 bytes;
};

struct unacked {
	size_t		 max, size;	/* bytes */
	struct item	*v;
	size_t		 first, n, cap;	/* those before FIRST are freed */
	uint64_t	 gone, gone_last;
};

struct unacked *
unacked_new(size_t max)
{
	struct unacked	*u = xcalloc(1, sizeof(*u));

	u->max = max;
	return u;
}

static void
drop_first(struct unacked *u)
{
	struct item	*i = &u->v[u->first++];

	u->size -= i->bytes.n;
	buf_fini(&i->bytes);
	if (u->first < u->n - u->first)
		return;
	u->n -= u->first;
	memmove(u->v, u->v + u->first, u->n * sizeof(*u->v));
	u->first = 0;
}

void
unacked_free(struct unacked *u)
{
	if (u == NULL)
		return;
	while (u->first < u->n)
		drop_first(u);
	free(u->v);
	free(u);
}

void
unacked_put(struct unacked *u, uint64_t number, struct buf *bytes)
{
	u->v = mem_grow(u->v, &u->cap, u->n + 1, sizeof(*u->v));
	u->v[u->n++] = (struct item){ number, *bytes };
	u->size += bytes->n;
	*bytes = (struct buf){ 0 };
	while (u->size > u->max && u->n - u->first > 1) {
		u->gone++;
		u->gone_last = u->v[u->first].number;
		drop_first(u);
	}
}

void
unacked_done(struct unacked *u, uint64_t number)
{
	while (u->first < u->n && u->v[u->first].number <= number)
		drop_first(u);
	if (number >= u->gone_last)
		u->gone = 0;
}

const struct buf *
unacked_at(const struct unacked *u, size_t i)
{
	return i < u->n - u->first ? &u->v[u->first + i].bytes : NULL;
}

uint64_t
unacked_gone(struct unacked *u)
{
	const uint64_t	 n = u->gone;

	u->gone = 0;
	return n;
}
