/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slabs.c - pieces of memory of one size, for what may grow large.
 *
 * A piece from the heap is a slab of its own.
 */
#include "base/slabs.h"

#include <assert.h>
#include <stdlib.h>

#include "base/huge.h"
#include "base/mem.h"

void
slabs_init(struct slabs *s, size_t size)
{
	assert(size > 0 && size <= HUGE_PAGE);
	*s = (struct slabs){ .size = size };
}

void
slabs_fini(struct slabs *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].mapped > 0)
			huge_unmap(s->v[i].bytes, s->v[i].mapped);
		else
			free(s->v[i].bytes);
	free(s->v);
}

static struct slab
slab_new(const struct slabs *s)
{
	void	*p = s->made < HUGE_ENOUGH ? NULL : huge_map(HUGE_PAGE);

	return p != NULL ? (struct slab){ p, HUGE_PAGE } :
	    (struct slab){ xmalloc(s->size), 0 };
}

void *
slabs_take(struct slabs *s)
{
	void	*piece;

	if (s->left == 0) {
		const struct slab	 new = slab_new(s);
		const size_t		 n = new.mapped > 0 ? new.mapped :
		    s->size;

		s->v = mem_grow(s->v, &s->cap, s->n + 1, sizeof(*s->v));
		s->v[s->n++] = new;
		s->made += n;
		s->next = new.bytes;
		s->left = n / s->size;
	}
	piece = s->next;
	s->next += s->size;
	s->left--;
	return piece;
}
