/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place.h - where a frame stands in its stream, so that another can go on.
 *
 * Everything before it was taken. What the frame knows of the bytes behind it
 * goes with it, since some of that cannot be found out again: damage that was
 * decided on while the stream was quiet, and what is left to spend on walks.
 */
#ifndef BSM_PLACE_H
#define BSM_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "bsm/cursor.h"
#include "bsm/frame.h"

/* All zero: the beginning of a stream. */
struct place {
	uint64_t	 offset;	/* in the stream, bytes */
	uint64_t	 suspect_until;
	uint64_t	 walked;
	uint32_t	 repair_at, search_at, inside_at;	/* behind it */
	uint8_t		 reason, walk;	/* enum frame_reason, enum walk */
	bool		 damaged, searching, all_zero;
};

/* Where a frame stands, when frame_next() has returned 0. */
struct place	 place_of(const struct frame *);

/* A frame that is to be fed with the bytes behind the place. */
struct frame	*place_frame(const struct place *);

/* As bytes, and back: what is read is believed only as far as it does no harm.
 * False, and a failed cursor, when it cannot be a place. */
void		 place_put(struct buf *, const struct place *);
bool		 place_take(struct cursor *, struct place *);

#endif
