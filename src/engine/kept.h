/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kept.h - copies of records that cannot be read again when they are needed.
 *
 * Those of live sources that take part in something, and the last one before
 * an absence. All of them share ENGINE_KEPT_MAX bytes; the oldest go.
 */
#ifndef ENGINE_KEPT_H
#define ENGINE_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "bsm/frame.h"
#include "bsm/record.h"
#include "engine/engine.h"
#include "engine/past.h"
#include "engine/step.h"

struct ring;

/* Keep the record being read, once. Returns its place. */
uint64_t	 kept_put(struct engine *);

/* The record being read as a step: kept if it cannot be read again. */
struct step	 kept_step(struct engine *);

/* It, behind others, as a past that is held; 0 when nobody asks for pasts. */
uint32_t	 kept_past(struct engine *, uint32_t before, uint32_t state);

/* It as the past of what begins with it; the same. */
uint32_t	 kept_first(struct engine *, uint32_t origin);

/*
 * Read the record at this place. When it is gone, an empty one takes its place,
 * and false is returned. Sets *SOURCE to where it came from.
 */
bool		 kept_read(struct engine *, uint64_t at, struct record *,
		    uint32_t *source);

/*
 * How they lie in their ring, for state_kept.c: blocks, each large enough for
 * the largest record, and what each record takes there.
 */
#define KEPT_BLOCK	(2 * FRAME_RECORD_MAX)
#define KEPT_BLOCKS	(ENGINE_KEPT_MAX / KEPT_BLOCK)

struct kept {
	uint64_t	 offset;	/* in its source */
	uint32_t	 source;
	uint32_t	 quality;	/* enum frame_quality */
	struct slice	 bytes;
};
struct ring	*kept_ring(void);
size_t		 kept_size(size_t n);
void		 kept_write(uint8_t *, const struct kept *);
void		 kept_look(const uint8_t *, struct kept *);

/* Can it have come from one of the sources, and has it a header? */
bool		 kept_is_sound(const struct engine *, const struct kept *);

#endif
