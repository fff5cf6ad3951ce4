/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * doors.h - where a walk over a trie may begin.
 *
 * Each step of a walk waits for the one before. But most paths begin as many
 * others do: so their first bytes are looked up at once, and the walk begins
 * where these lead to. A path that is not found begins at the root; nothing but
 * time depends on it.
 */
#ifndef BASE_DOORS_H
#define BASE_DOORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct doors;

#define DOORS_FAR	16u		/* bytes of a path that are looked up */
#define DOORS_NEAR	8u		/* so many, if those are not found */

/* Where a walk stands that has read the bytes of a door. */
struct door {
	uint64_t	 words[2];	/* these bytes; the second may be 0 */
	uint32_t	 node, key;	/* and the byte that leads to it */
	uint32_t	 pos;		/* of the first byte of its label */
	uint32_t	 class;		/* of the parent */
};

struct doors {
	struct door	*v;		/* far ones, near ones, the root */
	uint32_t	 n;		/* of far ones, and of near ones; 0: no
					 * doors yet */
	unsigned	 shift;
	struct door	 root;

	struct door_draft {
		struct door	 door;
		uint32_t	 bytes;	/* DOORS_FAR or DOORS_NEAR */
		uint32_t	 weight;
	}		*drafts;
	size_t		 ndrafts, drafts_cap;
};

void		 doors_init(struct doors *, const struct door *root);
void		 doors_fini(struct doors *);

/*
 * A door behind so many bytes of TEXT, DOORS_FAR or DOORS_NEAR; its words are
 * filled in. Where two are in each other's way, that with more weight stays.
 */
void		 doors_add(struct doors *, const uint8_t *text, size_t bytes,
		    const struct door *, uint32_t weight);

/* The last one was added. */
void		 doors_close(struct doors *);

static inline uint32_t
doors_place(const struct doors *d, uint64_t one, uint64_t two)
{
	return (uint32_t)((one ^ two * 0xff51afd7ed558ccdu) *
	    0x9e3779b97f4a7c15u >> d->shift);
}

/* IF ? YES : NO, of which no compiler makes a branch. */
static inline uint32_t
doors_choose(bool if_so, uint32_t yes, uint32_t no)
{
	return no ^ ((yes ^ no) & (0 - (uint32_t)if_so));
}

/*
 * The farthest door of a path of which, with what follows it, DOORS_FAR bytes
 * can be read. Nobody foresees which one that is, so there is no branch but the
 * first.
 */
static inline const struct door *
doors_find(const struct doors *d, struct slice path)
{
	const uint64_t	 one = le64(path.p), two = le64(path.p + 8);
	uint32_t	 far, near, found = 2 * d->n;

	if (found == 0)
		return &d->root;
	far = doors_place(d, one, two);
	near = d->n + doors_place(d, one, 0);
	found = doors_choose((d->v[near].words[0] == one) &
	    (path.n >= DOORS_NEAR), near, found);
	found = doors_choose((d->v[far].words[0] == one) &
	    (d->v[far].words[1] == two) & (path.n >= DOORS_FAR), far, found);
	return &d->v[found];
}

#endif
