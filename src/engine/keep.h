/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keep.h - partial matches with all that hangs on them.
 *
 * The store knows where they are; this knows how old they may get, what they
 * hold, and what happens when there is no room.
 */
#ifndef ENGINE_KEEP_H
#define ENGINE_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/partial.h"
#include "engine/tally.h"
#include "engine/trace.h"
#include "engine/value.h"
#include "rule/program.h"

struct engine;
struct scene;
struct watch;

/* The clock of a rule for records of this source. */
struct watch	*keep_watch(struct engine *, const struct rule *,
		    uint32_t source);

/* An origin of the record being read, which meets this state; held. */
uint32_t	 keep_begin(const struct scene *, uint32_t state);

/* Has the state a tally, and how does it count? */
static inline bool
keep_counts(const struct state *s)
{
	return s->multiplier > 1;
}
struct tally_way keep_way(const struct rule *, uint32_t state);

/* The group of the scene's key with these values; 0 when there is none. */
uint32_t	 keep_group(const struct scene *,
		    const struct value bound[VARIABLES_MAX]);
/* It, made if need be; 0 when there is no room. */
uint32_t	 keep_new_group(const struct scene *,
		    const struct value bound[VARIABLES_MAX]);

/*
 * The hash of a combination of values. Of none it is 0, and each makes another
 * of it, from the first variable that is bound to the last.
 */
uint64_t	 keep_hash_more(struct engine *, uint64_t hash,
		    size_t variable, const struct value *);
uint64_t	 keep_hash(const struct engine *,
		    const struct value bound[VARIABLES_MAX]);

/*
 * Is this partial match over age? A count forgets the starts that are, and is
 * over age itself when none is left.
 */
bool		 keep_over_age(const struct engine *, uint32_t number);

/*
 * The partial match of the group for this state, 0 when there is none. One that
 * is over age is ended, and the group perhaps with it.
 */
uint32_t	 keep_find(struct engine *, uint32_t group, uint32_t state);

/*
 * The record being read is what a group waits for not to come: what waits for
 * that in this state is over, unless its end is behind it.
 */
void		 keep_prevent(const struct scene *, uint32_t group,
		    uint32_t state);

/* What a record has made; origin and past are taken. */
struct grown {
	uint32_t		 state;		/* to wait for */
	const struct value	*bound;
	uint32_t		 origin, past;
	uint32_t		 tally;		/* where its past is still */
	int64_t			 ms;		/* of the record */
};
void		 keep_put(const struct scene *, const struct grown *);

/*
 * The same of what begins with the record being read and waits for the second
 * state, most often in vain: all of it lies in its group, folded (fold.h).
 * First ask whether it may, once for all values that are bound.
 */
struct begun {
	struct group	 as;
	uint64_t	 hash;		/* of the record */
};
bool		 keep_begun(const struct scene *, struct begun *);

/*
 * The same of a count, whose first record it is. Ask before whether anything
 * that begins may be folded: what is told of or asked for at once is not.
 */
bool		 keep_folds(const struct scene *);
bool		 keep_counted(const struct scene *, uint64_t value,
		    struct begun *);

void		 keep_put_begun(const struct scene *, struct begun *,
		    const struct value bound[VARIABLES_MAX]);

/* What came out of this count and has its past there still, or 0. */
uint32_t	 keep_came_out(const struct engine *, uint32_t count);

/* Its past may lie in a tally that will change: take it out of there. */
void		 keep_settle(struct engine *, uint32_t number);

/* TRACE_TIMED_OUT or TRACE_LATE, of one that is over age. */
enum trace_what	 keep_why_over_age(const struct engine *, uint32_t number);

/* Is anything in this group not over age, that a record of SOURCE began? */
bool		 keep_waits(const struct engine *, uint32_t group,
		    uint32_t source);

/* It is over age: end it. */
void		 keep_expire(struct engine *, uint32_t number);

/*
 * The same of a group that is folded: of the furthest, or of all of it; and it
 * is ended as a whole.
 */
bool		 keep_folded_over_age(const struct engine *, uint32_t group);
void		 keep_expire_folded(struct engine *, uint32_t group);

/* End one; all of a group. */
void		 keep_end(struct engine *, uint32_t number);
void		 keep_end_group(struct engine *, uint32_t group);

#endif
