/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stretch.h - what lies in a ring, as rows.
 *
 * A page is a stretch of the ring's bytes: what begins in it. Since a ring only
 * grows at its end, the other pages stay as they are. Each page says where it
 * begins, and what is in it is told by whoever owns the ring.
 */
#ifndef ENGINE_STRETCH_H
#define ENGINE_STRETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ring.h"
#include "base/rows.h"
#include "bsm/cursor.h"

#define STRETCH	(64u << 10)	/* bytes; a block of a ring has several */

struct stretch_at;

/* A ring of so many blocks of so many bytes. */
struct stretches {
	size_t		 block, blocks;
	/* Tell what lies at P, and return how many bytes that takes. */
	size_t		 (*tell)(struct buf *, const uint8_t *p);
	/*
	 * Read one, and put it back by stretch_room() for as many bytes.
	 * False: it is damaged.
	 */
	bool		 (*read)(void *arg, struct cursor *,
			    struct stretch_at *);
};

/* A ring that is being put back. */
struct stretch_at {
	const struct stretches	*way;
	struct ring	*ring;		/* new */
	uint64_t	 block;		/* of the row at hand */
	uint64_t	*numbers;	/* of the block in each place, from 1 */
	uint64_t	 newest;	/* of them */
};

void	 stretches_save(const struct stretches *, const struct ring *,
	    struct rows *);

void	 stretches_begin(struct stretch_at *, const struct stretches *,
	    struct ring *);
/* A row of it. False: it is damaged. */
bool	 stretches_row(struct stretch_at *, void *arg, const struct row *);
/* Room for the next thing, and its position; NULL: there is none. */
uint8_t	*stretch_room(struct stretch_at *, size_t n, uint64_t *at);
/* All rows have come. False: there is one missing. */
bool	 stretches_end(struct stretch_at *);
void	 stretches_fini(struct stretch_at *);

#endif
