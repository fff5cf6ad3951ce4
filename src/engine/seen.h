/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seen.h - what has been seen before, for `new`.
 *
 * Values are remembered by 64-bit hashes: among N of them a new one is taken
 * for an old one with a chance of N in 2^64. At most SEEN_MAX are remembered,
 * in about 40 bytes each; beyond, the one that was not seen for longest goes,
 * and is new when it comes again. Which one that is depends on records alone.
 */
#ifndef ENGINE_SEEN_H
#define ENGINE_SEEN_H

#include <stdbool.h>
#include <stdint.h>

struct seen;

#define SEEN_MAX	1000000u	/* values, of all rules and sources */

/* MAX values; 0: SEEN_MAX. */
struct seen	*seen_new(uint32_t max);
void		 seen_free(struct seen *);		/* NULL is allowed */

/*
 * Was the value seen in the WINDOW before NOW, or later (clocks step back)?
 * From now on it is seen at NOW. Times in milliseconds. O(1).
 */
bool		 seen_before(struct seen *, uint64_t value, int64_t now,
		    int64_t window);

uint32_t	 seen_count(const struct seen *);
uint64_t	 seen_evicted(const struct seen *);

/* A value by its number: they are all from 1 to the count. */
struct seen_value {
	uint64_t	 value;
	int64_t		 at;		/* last seen; milliseconds */
	uint32_t	 before;	/* the one seen before it; 0: none */
};
void		 seen_at(const struct seen *, uint32_t number,
		    struct seen_value *);

/*
 * To put them back into one that is new: first each in the order of numbers,
 * false when it is there already or there is no room; then all of them by their
 * numbers, from the one not seen for longest to the one seen last.
 */
bool		 seen_restore(struct seen *, const struct seen_value *);
void		 seen_restore_latest(struct seen *, uint32_t number);

#endif
