/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profile.h - where the time of an engine goes.
 *
 * Records come in batches, and one batch in so many is followed with the clock:
 * whenever its thread turns to another stage, rule or set, that is noted. A
 * batch during which somebody else had the processor says nothing and is
 * dropped. An engine without a profile is not slowed down.
 */
#ifndef ENGINE_PROFILE_H
#define ENGINE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rule/program.h"

#define PROFILE_EVERY	64u		/* one batch in so many */

/* What is done for a record, in this order. */
enum profile_stage {
	PROFILE_OUTSIDE,	/* of the engine: cutting the stream */
	PROFILE_TOKENS,		/* finding the tokens, looking ahead */
	PROFILE_PATHS,		/* the cache of device and inode */
	PROFILE_PLAN,		/* which rules does it concern? */
	PROFILE_PATTERNS,	/* regular expressions */
	PROFILE_RULES,		/* predicates and live sequences */
	PROFILE_ALERTS,		/* and all that comes of them */
	PROFILE_STAGES
};

/* What became known of a rule, or of a set of patterns. */
struct profile_part {
	double		 ns;
	uint64_t	 considered;	/* times it was asked */
	uint64_t	 matched;	/* and said yes */
};

struct profile {
	double			 ns[PROFILE_STAGES];
	uint64_t		 records;	/* that were fed */
	uint64_t		 followed;	/* those in `ns` */
	uint64_t		 dropped;	/* batches */
	struct profile_part	*rules;		/* by rule */
	size_t			 nrules;
	struct profile_part	*sets;		/* by object_set */
	size_t			 nsets;
	struct profile_notes	*notes;		/* of the batch at hand */
};

struct profile	*profile_new(const struct program *);
void		 profile_free(struct profile *);	/* NULL is allowed */

/*
 * The next batch, now that so many records were fed in all. What was followed
 * before ends here. Is this batch to be
 * followed? If not, what is told of it counts for nothing.
 */
bool		 profile_batch(struct profile *, uint64_t fed);

/* The batch ends, if one was followed; so it must before its thread waits. */
void		 profile_end(struct profile *);

/* From now on this is done; returns what was done until now. */
enum profile_stage profile_enter(struct profile *, enum profile_stage);

/* And it is done for this rule, which CONSIDERS the record now; or for none. */
void		 profile_rule(struct profile *, uint32_t rule,
		    bool considers);
void		 profile_no_rule(struct profile *);
void		 profile_matched(struct profile *);	/* that rule */

/* This set is asked, and has answered. */
void		 profile_ask(struct profile *, uint32_t set);
void		 profile_answered(struct profile *, bool yes);

#endif
