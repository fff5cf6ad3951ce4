/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unacked.c - messages that were sent, and are not known to be acted on.
 *
 * A list with a moving front; it is moved together when the front has half of
 * it.
 */
#include "run/unacked.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct unacked {
	size_t			 size;		/* bytes of messages */
	struct unacked_item	*v;
	size_t			 first, n, cap;	/* before FIRST: dropped */
};

struct unacked *
unacked_new(void)
{
	return xcalloc(1, sizeof(struct unacked));
}

void
unacked_drop(struct unacked *u)
{
	struct unacked_item	*i = &u->v[u->first++];

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
		unacked_drop(u);
	free(u->v);
	free(u);
}

void
unacked_put(struct unacked *u, uint64_t number, uint32_t type,
    struct buf *bytes)
{
	u->v = mem_grow(u->v, &u->cap, u->n + 1, sizeof(*u->v));
	u->v[u->n++] = (struct unacked_item){ number, type, *bytes };
	u->size += bytes->n;
	*bytes = (struct buf){ 0 };
}

const struct unacked_item *
unacked_at(const struct unacked *u, size_t i)
{
	return i < u->n - u->first ? &u->v[u->first + i] : NULL;
}

size_t
unacked_count(const struct unacked *u)
{
	return u->n - u->first;
}

size_t
unacked_size(const struct unacked *u)
{
	return u->size;
}
