/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * step.h - the records that took part in live sequences.
 *
 * Steps are chained from the newest to the oldest, 16 bytes each. Of a long
 * chain the first and the last STEPS_ENDS are kept. Numbers, not pointers:
 * 0 is the empty chain.
 */
#ifndef ENGINE_STEP_H
#define ENGINE_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "bsm/frame.h"

#define STEPS_ENDS	500u		/* kept of each end of a chain */
#define STEPS_MAX	(16u << 20)	/* in all; 256 MiB */

struct steps;

struct step {
	uint64_t	 offset;	/* in the source, or where it is kept */
	uint32_t	 before;
	uint16_t	 source;
	uint16_t	 quality : 2;	/* enum frame_quality */
	uint16_t	 length : 14;	/* of the chain up to here */
};

struct steps	*steps_new(void);
void		 steps_free(struct steps *);	/* NULL is allowed */

/*
 * Append a step to the chain *HEAD. False when all STEPS_MAX are in use: the
 * chain stays as it is.
 */
bool		 steps_push(struct steps *, uint32_t *head, struct step);

/* Give a whole chain back. */
void		 steps_release(struct steps *, uint32_t head);

/* Ahead of a push: bring the head of a chain into the cache. */
void		 steps_ahead(const struct steps *, uint32_t head);

const struct step	*steps_at(const struct steps *, uint32_t number);

#endif
