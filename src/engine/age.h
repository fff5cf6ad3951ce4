/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * age.h - how old a sequence may get, and who has to go before.
 */
#ifndef ENGINE_AGE_H
#define ENGINE_AGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/timer.h"
#include "rule/program.h"

struct engine;
struct watch;

/* What is drawn by lot for a rule with a window. */
uint64_t	 age_draw_limit(const struct rule *, uint64_t first_hash);

/*
 * Seconds that a sequence of this rule may take, which began with a record of
 * this hash; 0: for ever.
 */
static inline uint64_t
age_limit(const struct rule *r, uint64_t first_hash)
{
	return r->window_s == 0 ? (uint64_t)r->timeout_s :
	    age_draw_limit(r, first_hash);
}

/*
 * Was a record of this clock, since that epoch, later than FIRST_S by more than
 * LIMIT?
 */
bool		 age_over(const struct watch *, uint32_t epoch,
		    int64_t first_s, uint64_t limit);

/* The epoch of something that begins now, at this time. */
uint32_t	 age_begin(struct engine *, struct watch *, int64_t first_s);

/* The same for `within`, of a record of this time in milliseconds. */
uint32_t	 age_begin_millis(struct engine *, struct watch *, int64_t ms);

/*
 * At the ceiling the least advanced goes, of these the oldest, of either life.
 * Makes room for one more, and looks whether others are over age.
 */
void		 age_make_room(struct engine *);

/* The same when there are more than there may be now. */
void		 age_fit(struct engine *);

#endif
