/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fate.h - records by which a path is no longer what it was.
 */
#ifndef ENGINE_FATE_H
#define ENGINE_FATE_H

#include <stdint.h>

#include "bsm/names.h"
#include "bsm/record.h"

#define FATE_EVENTS	5u

enum fate {
	FATE_NONE,
	FATE_GONE,		/* its path is that of no file any more */
	FATE_MOVED		/* its last path is the file's new one */
};

/* The events that do this, by dialect; 0: not in its table. */
struct fates {
	uint16_t	 numbers[DIALECTS][FATE_EVENTS];
};

void		 fate_init(struct fates *, const struct names *);

/* What the record, which must be indexed, did: if it succeeded. */
enum fate	 fate_of(const struct fates *, enum dialect,
		    const struct record *);

#endif
