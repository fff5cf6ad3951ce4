/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * living.h - what lives in an engine, one by one, for whoever wants to know.
 *
 * Nothing is changed by looking: what is over age stays until the engine itself
 * looks at it. Of several things that one group of partial matches waits for
 * (partial.h) the furthest is told that is not over age.
 */
#ifndef ENGINE_LIVING_H
#define ENGINE_LIVING_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/value.h"
#include "rule/program.h"

struct engine;

/* What ends it first if no record does. */
enum living_end {
	LIVING_FOREVER,			/* nothing */
	LIVING_TIMEOUT, LIVING_WITHIN,
	LIVING_ABSENT			/* what it waits for is then there */
};

struct living {
	uint32_t	 rule;
	uint32_t	 state;		/* waited for, from 0; with `order
					 * any` the number of those met */
	uint64_t	 count;		/* records that this state has */
	bool		 over;		/* age: nothing comes of it any more */
	uint64_t	 start;		/* the how-many-th record began it */
	int64_t		 first_ms;	/* the time of that, since 1970 */
	bool		 has_last;
	int64_t		 last_ms;	/* and of the last one */
	enum living_end	 end;
	int64_t		 end_ms;	/* of what began with that record */
	uint32_t	 source;	/* of that record */
	bool		 has_place;	/* it was noted, and is not gone */
	uint64_t	 offset;
	uint64_t	 records;	/* that took part, at least */
	uint32_t	 group;		/* 0: a sequence in old words */
};

typedef void	 (*living_fn)(void *arg, const struct living *);

/* Tell all that this rule has, or with PROGRAM_NONE all there is. */
void		 engine_living(const struct engine *, uint32_t rule,
		    living_fn, void *arg);

/* What its variables hold, by variable; borrowed from the engine. */
void		 engine_living_values(const struct engine *,
		    const struct living *, struct value[VARIABLES_MAX]);

/* With `order any`: the records that a state has. */
uint64_t	 engine_living_count(const struct engine *,
		    const struct living *, uint32_t state);

#endif
