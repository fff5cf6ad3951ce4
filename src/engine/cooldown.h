/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cooldown.h - alerts that are held back for a while.
 *
 * Remembers when a rule last raised an alert for a key, and how many it has
 * held back since. At most COOLDOWNS_MAX keys are remembered, in about 60 bytes
 * each: beyond, the one whose alert is oldest goes.
 */
#ifndef ENGINE_COOLDOWN_H
#define ENGINE_COOLDOWN_H

#include <stdbool.h>
#include <stdint.h>

struct cooldowns;

#define COOLDOWNS_MAX	131072u

struct cooldowns *cooldowns_new(void);
void		 cooldowns_free(struct cooldowns *);	/* NULL is allowed */

/*
 * An alert is due at NOW, in milliseconds, for this hash of rule and key. True
 * when one was raised at most FOR_MS before, or later (clocks step back): then
 * it is held back. Else it is raised, and *HELD says how many were held back
 * since the one before. O(1).
 */
bool		 cooldowns_hold(struct cooldowns *, uint64_t key, int64_t now,
		    int64_t for_ms, uint64_t *held);

/* Keys forgotten for want of room. */
uint64_t	 cooldowns_evicted(const struct cooldowns *);

/* What is remembered of a key, by number: they are all from 1 to the count. */
struct cooled {
	uint64_t	 key;
	int64_t		 raised;	/* milliseconds */
	uint64_t	 held;
	uint32_t	 older;		/* the one before it; 0: none */
};
uint32_t	 cooldowns_count(const struct cooldowns *);
void		 cooldowns_at(const struct cooldowns *, uint32_t number,
		    struct cooled *);

/*
 * To put it back into one that is new: first each in the order of numbers,
 * false when its key is there already or there is no room; then all of them by
 * their numbers, from the oldest alert to the newest.
 */
bool		 cooldowns_restore(struct cooldowns *, const struct cooled *);
void		 cooldowns_restore_newest(struct cooldowns *,
		    uint32_t number);

#endif
