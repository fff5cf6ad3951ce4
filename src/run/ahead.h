/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ahead.h - a finished input, read and cut into records ahead of whoever feeds
 * them to the engine.
 */
#ifndef RUN_AHEAD_H
#define RUN_AHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "bsm/place.h"
#include "run/batch.h"
#include "run/input.h"
#include "run/spent.h"

#define AHEAD_BYTES	(256u << 10)	/* of the trail in one block */
#define AHEAD_BLOCKS	5u		/* as many there are: few, since all of
					 * them go through the caches */

struct ahead;

struct ahead_block {
	struct batch	 batch;
	uint64_t	 bytes;		/* of the trail */
	uint64_t	 taken;		/* on disk, since the beginning */
	struct place	 place;		/* of a file: behind this block */
};

/*
 * On a THREAD of its own, or else when it is asked. Until ahead_free() the
 * input belongs to it, but for input_at() and the names of its trails; so do
 * the laps, or NULL, into which it notes its time.
 */
struct ahead	*ahead_new(const struct input *, bool thread,
		    struct spent_laps *);
void		 ahead_free(struct ahead *);		/* NULL is allowed */

/* The next block, until the one after is asked for; NULL at the end. */
struct ahead_block	*ahead_next(struct ahead *);

/* At the end: why it came too early, or NULL. */
const char	*ahead_why(const struct ahead *);

#endif
