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

#include "bsm/record.h"
#include "engine/past.h"
#include "engine/step.h"

struct engine;

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

#endif
