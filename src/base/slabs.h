/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slabs.h - pieces of memory of one size, for what may grow large.
 *
 * They are never given back but all at once. The first few come from the heap,
 * so that what stays small takes little; the others are cut from slabs that
 * the system may make of huge pages.
 */
#ifndef BASE_SLABS_H
#define BASE_SLABS_H

#include <stddef.h>
#include <stdint.h>

struct slab {
	void		*bytes;
	size_t		 mapped;	/* bytes; or 0: on the heap */
};

struct slabs {
	struct slab	*v;
	size_t		 n, cap;
	size_t		 size;		/* bytes of a piece */
	size_t		 made;		/* bytes of all slabs */
	uint8_t		*next;		/* piece of the newest one, */
	size_t		 left;		/* of so many */
};

/*
 * SIZE: of each piece, a multiple of what it must be aligned to, and HUGE_PAGE
 * at the most.
 */
void		 slabs_init(struct slabs *, size_t size);
void		 slabs_fini(struct slabs *);

/* A piece with any content. */
void		*slabs_take(struct slabs *);

#endif
