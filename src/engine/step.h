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
#define STEPS_CHAIN	(3 * STEPS_ENDS - 1)	/* at most, for a while */
#define STEPS_MAX	(16u << 20)	/* in all; 256 MiB */

struct steps;

struct step {
	uint64_t	 offset;	/* in the source, or where it is kept */
	uint32_t	 before;
	uint16_t	 source;
	uint16_t	 quality : 2;	/* enum frame_quality */
	uint16_t	 length : 14;	/* of the chain up to here; 0: this
					 * one is not in use */
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

/* For walks over all: numbers are from 1 and below this; not all in use. */
uint32_t	 steps_size(const struct steps *);
bool		 steps_in_use(const struct steps *, uint32_t number);

/*
 * For steps that are made again, in a new store: each under its number, these
 * ascending, and when all are there, what is left between them is free. False:
 * that number or length cannot be. What is `before` is looked at by nobody.
 */
bool		 steps_restore(struct steps *, uint32_t number,
		    const struct step *);
void		 steps_restored(struct steps *);

#endif
