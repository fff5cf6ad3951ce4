/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * doors.c - where a walk over a trie may begin.
 *
 * Two tables by the hash of the first bytes, in which nobody looks further than
 * at one place. A place without a door leads to the root, too.
 */
#include "base/doors.h"

#include <stdlib.h>

#include "base/mem.h"

#define BITS_MAX	11u		/* of the size of a table */

void
doors_init(struct doors *d, const struct door *root)
{
	*d = (struct doors){ .root = *root };
}

void
doors_fini(struct doors *d)
{
	free(d->v);
	free(d->drafts);
	*d = (struct doors){ 0 };
}

void
doors_add(struct doors *d, const uint8_t *text, size_t bytes,
    const struct door *door, uint32_t weight)
{
	struct door_draft	*to;

	d->drafts = mem_grow(d->drafts, &d->drafts_cap, d->ndrafts + 1,
	    sizeof(d->drafts[0]));
	to = &d->drafts[d->ndrafts++];
	*to = (struct door_draft){ *door, (uint32_t)bytes, weight };
	to->door.words[0] = le64(text);
	to->door.words[1] = bytes == DOORS_FAR ? le64(text + 8) : 0;
}

void
doors_close(struct doors *d)
{
	unsigned	 bits = 1;
	uint32_t	*weights;

	if (d->ndrafts == 0)
		return;
	while (bits < BITS_MAX && (size_t)1 << bits < 2 * d->ndrafts)
		bits++;
	d->n = 1u << bits;
	d->shift = 64 - bits;
	d->v = xreallocarray(NULL, 2 * d->n + 1, sizeof(d->v[0]));
	weights = xcalloc(2 * d->n, sizeof(weights[0]));
	for (size_t i = 0; i <= 2 * d->n; i++)
		d->v[i] = d->root;
	for (size_t i = 0; i < d->ndrafts; i++) {
		const struct door_draft	*from = &d->drafts[i];
		const uint64_t		*words = from->door.words;
		const size_t		 at = doors_place(d, words[0],
		    words[1]) + (from->bytes == DOORS_FAR ? 0 : d->n);

		if (from->weight <= weights[at])
			continue;
		weights[at] = from->weight;
		d->v[at] = from->door;
	}
	free(weights);
	free(d->drafts);
	d->drafts = NULL;
	d->ndrafts = d->drafts_cap = 0;
}
