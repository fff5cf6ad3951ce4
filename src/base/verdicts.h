/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verdicts.h - lists of numbers, each list kept once.
 *
 * What a search has found is such a list, and most searches find one of a few.
 */
#ifndef BASE_VERDICTS_H
#define BASE_VERDICTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VERDICTS_NONE	0u		/* the empty list */

struct verdicts;

struct verdicts	*verdicts_new(void);
void		 verdicts_free(struct verdicts *);	/* NULL is allowed */

/* The number of this list, which is sorted in place, without repetitions. */
uint32_t	 verdicts_add(struct verdicts *, uint32_t *list, size_t n);

/* Of all that is in any of these lists. */
uint32_t	 verdicts_join(struct verdicts *, const uint32_t *verdicts,
		    size_t n);

/* Ascending; borrowed until the next verdicts_clear(). */
const uint32_t	*verdicts_list(const struct verdicts *, uint32_t verdict,
		    size_t *n);
bool		 verdicts_has(const struct verdicts *, uint32_t verdict,
		    uint32_t number);

size_t		 verdicts_bytes(const struct verdicts *);	/* of memory */
void		 verdicts_clear(struct verdicts *);	/* forget them all */

/* How often that was done: numbers from before mean nothing any more. */
uint32_t	 verdicts_age(const struct verdicts *);

#endif
