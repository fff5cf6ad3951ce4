/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tallies.h - how tallies lie in memory, for tally.c and retally.c alone.
 */
#ifndef ENGINE_TALLIES_H
#define ENGINE_TALLIES_H

#include "base/hash.h"
#include "base/pool.h"
#include "base/shards.h"
#include "engine/tally.h"

/*
 * What a record stands for when N are looked for from it on: nearly always for
 * itself, else for one that may be gone by now.
 */
struct tally_start {
	int64_t		 ms;
	uint64_t	 value;
	uint32_t	 past;		/* held */
};

struct tally_entry {
	int64_t		 ms;
	uint64_t	 value;
	uint32_t	 past;
	uint32_t	 origin;	/* of its start; 0: a gap */
	uint32_t	 start;		/* of another record; 0: its own */
	uint32_t	 tally;		/* 0: not in use */
	uint32_t	 older, newer;
};

_Static_assert(sizeof(struct tally_entry) == 40, "there may be millions");

enum use { USE_NONE, USE_TOLD, USE_OWNED };	/* told: made again */

struct tally {
	uint32_t	 oldest, newest;
	uint32_t	 n;
	uint8_t		 use;		/* enum use */
	bool		 unordered;	/* a younger start has an older time */
	bool		 gaps;
	bool		 indexed;	/* its values are in the index */
	uint32_t	 marks;		/* of its values, and of some gone */
	uint32_t	 first_past;	/* of those that came out last; held */
	uint64_t	 first_value;
};

struct tallies {
	struct pool	 tallies, entries, starts;
	struct shards	*values;	/* of tallies with more than few */
	struct pasts	*pasts;
	struct hash_key	 seed;
	uint32_t	 most;		/* records */
	uint64_t	 evicted;
};

static inline struct tally *
tallies_at(const struct tallies *t, uint32_t number)
{
	return pool_item(&t->tallies, number, sizeof(struct tally));
}

static inline struct tally_entry *
tallies_entry(const struct tallies *t, uint32_t number)
{
	return pool_item(&t->entries, number, sizeof(struct tally_entry));
}

/*
 * From now on the index knows the values of this tally. False: one of them is
 * there twice.
 */
bool		 tallies_index(struct tallies *, uint32_t tally);

/* What the record stands for, borrowed; only if it is no gap. */
struct counted	 tallies_start(const struct tallies *,
		    const struct tally_entry *);

/* It stands for another one. It has no start; past and origin are held. */
void		 tallies_set_start(struct tallies *, struct tally_entry *,
		    const struct counted *);

#endif
