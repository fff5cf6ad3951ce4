/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spent.h - `watch --profile`: where the time of a run went.
 *
 * What is done once for a piece of a trail is timed each time; what is done for
 * a record only for some of them (engine/profile.h). Nobody who runs without it
 * has one: where NULL is allowed, nothing is done then.
 */
#ifndef RUN_SPENT_H
#define RUN_SPENT_H

#include "base/buf.h"
#include "engine/profile.h"

/* What is done to a piece. */
enum spent_stage {
	SPENT_READ,
	SPENT_CUT,		/* into records, before they are fed */
	SPENT_INDEX,		/* finding their tokens, before that */
	SPENT_FED,		/* all that a profile divides */
	SPENT_STAGES
};

/* Of one thread, in nanoseconds of its time. */
struct spent_laps {
	double		 mark;		/* where the next one begins */
	double		 ns[SPENT_STAGES];
};

struct spent {
	struct profile	*profile;
	struct spent_laps here, apart;	/* of the engine's thread; of another */
	double		 before;	/* ns of the process, before the run */
	double		 start, run;	/* of the engine's thread */
};

/* The run of a program begins on this thread, and ends. */
struct spent	*spent_new(const struct program *);
void		 spent_end(struct spent *);		/* NULL is allowed */
void		 spent_free(struct spent *);		/* NULL is allowed */

/* The thread begins with a piece; since then, or the last time, it did that. */
void		 spent_begin(struct spent_laps *);	/* NULL is allowed */
void		 spent_on(struct spent_laps *, enum spent_stage);

/* Tell everything, in lines. */
void		 spent_tell(const struct spent *, const struct program *,
		    struct buf *);

#endif
