/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * muster.h - whom of a plan with many rules a record concerns.
 *
 * Many rules listen to a frequent event in a later state, and few of them have
 * anything to go on from. A muster asks for all at once: who has something for
 * the key, and where states say what bound values must be, who has something
 * for the key and just these values (waits.h).
 */
#ifndef ENGINE_MUSTER_H
#define ENGINE_MUSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "engine/atom.h"
#include "engine/waits.h"
#include "rule/program.h"

struct engine;
struct musters;

#define MUSTER_QUESTS	16u		/* of one plan; more ask nobody */
#define MUSTER_FEW	8u		/* entries that are tried one by one */
#define MUSTER_RULES	16u		/* rules from which on there is one */

/* The values that a state wants, all that are bound before it. */
struct pin {
	uint32_t	 variable;
	enum rule_field	 field;
	uint32_t	 part;
};

struct told {
	uint32_t	 n;
	struct pin	 pins[VARIABLES_MAX];
};

/* What is looked up for a record. */
struct quest {
	uint32_t	 rule;		/* the key is that of this one */
	const struct told *told;	/* NULL: for the key alone */
	const uint64_t	*who;		/* by block of the muster */
};

/* It has only those blocks of waits.h that any of its rules is in. */
struct muster {
	const struct quest	*quests;
	uint32_t		 nquests, nblocks;
	const uint64_t		*always;	/* concerned in any case */
	const uint32_t		(*at)[WAITS_BITS]; /* first entry of each */
	/* From block of waits.h, after FIRST, to that of the muster. */
	uint32_t		 first, nnumbers;
	const uint32_t		*numbers;	/* plus 1; 0: it has it not */
};

/*
 * For the rules of an engine, whose keys must be prepared before the first is
 * cut. NULL when the rules are fewer than its options say: then there are no
 * musters, and nobody is to be told who waits. If they say so, lists of any
 * length have one.
 */
struct musters	*musters_new(const struct engine *);
void		 musters_free(struct musters *);	/* NULL is allowed */

/* So many blocks has a muster at the most. */
uint32_t	 musters_blocks(const struct musters *);

/* Is it ever asked for by its key alone? NULL: it is. */
bool		 musters_by_key(const struct musters *, uint32_t rule);

/* Of a list of ENTRY_LIVES, which must outlive it; NULL when it is short. */
const struct muster *muster_cut(const struct musters *, struct arena *,
		    const struct entries *);

#endif
