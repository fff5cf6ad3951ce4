/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally.h - the records that a state with a multiplier has met last.
 *
 * N of a multiplier are N states of which each keeps the newest records. All
 * these partial matches together are a queue: of the last N records, each with
 * the partial match of the state before that was there when it came. Whatever
 * starts with one of them goes on with the newest others. With `distinct` only
 * the newest record of each value stays. A record costs O(1), whatever N is.
 *
 * A start whose origin is over age counts no more, but its record does. A
 * record that finds no partial match of the state before is no start: unless
 * the rule is strict, that of its predecessor stands in its place.
 */
#ifndef ENGINE_TALLY_H
#define ENGINE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/past.h"

#define TALLIES_MAX	(2u << 20)	/* records in all: mostly 208 MiB */

struct tallies;

/* How a state counts. */
struct tally_way {
	uint32_t	 wanted;	/* N */
	int64_t		 window_ms;	/* of `in`; -1: none */
	bool		 distinct;
	bool		 strict;
};

/* A record that is counted, and what it starts. */
struct counted {
	int64_t		 ms;		/* its time */
	uint64_t	 value;		/* hash of it, with `distinct` */
	uint32_t	 past;		/* it, behind the state before; held */
	uint32_t	 origin;	/* held; 0: it starts nothing */
};

/*
 * Is this origin over age? Asked for few of a tally's origins: the older of two
 * is gone when the younger is, unless clocks step back.
 */
typedef bool	 (*tally_dead_fn)(void *arg, uint32_t origin);

/* MOST: records in all of them; 0: TALLIES_MAX. */
struct tallies	*tallies_new(struct pasts *, uint32_t most);
void		 tallies_free(struct tallies *);	/* NULL is allowed */

uint32_t	 tally_new(struct tallies *);		/* empty */
void		 tally_drop(struct tallies *, uint32_t);
uint32_t	 tally_count(const struct tallies *, uint32_t);

/* Forget starts that are over age; when none is left the tally is empty. */
void		 tally_expire(struct tallies *, uint32_t, tally_dead_fn,
		    void *arg);

/* Bring into the cache the tally; then the records at its ends. */
void		 tally_ahead(const struct tallies *, uint32_t);
void		 tally_ahead_more(const struct tallies *, uint32_t);

/* The same for where the record of a value is looked up. */
void		 tally_value_ahead(const struct tallies *, uint32_t,
		    uint64_t value);

/*
 * After tally_expire(): would this record make N of them? Then *FIRST is what
 * the oldest of these starts, borrowed.
 */
bool		 tally_completes(const struct tallies *, uint32_t,
		    const struct tally_way *, const struct counted *,
		    struct counted *first);

/* Then add it. Its past and origin become the tally's. */
void		 tally_add(struct tallies *, uint32_t,
		    const struct tally_way *, const struct counted *);

/*
 * After the record was added: the N that begin with FIRST are
 * what came out last. Until the next change tally_past() makes a past of them,
 * which is held by the caller; that is not O(1).
 */
void		 tally_came_out(struct tallies *, uint32_t,
		    const struct counted *first);
uint32_t	 tally_past(struct tallies *, uint32_t,
		    const struct tally_way *);

/* Records as they stand there. The tally must not be empty. */
struct counted	 tally_newest(const struct tallies *, uint32_t);
struct counted	 tally_oldest(const struct tallies *, uint32_t);

/* For tallies in which every record begins something: see order.c. */

/* After tally_expire(): remove records that are over age. */
void		 tally_purge(struct tallies *, uint32_t);

/* All records, from the oldest to the newest. */
void		 tally_walk(const struct tallies *, uint32_t,
		    void (*)(void *arg, const struct counted *), void *arg);

/* Records that were given up for want of room. */
uint64_t	 tallies_evicted(const struct tallies *);

/* Records that are there now, of all tallies. */
uint32_t	 tallies_used(const struct tallies *);

#endif
