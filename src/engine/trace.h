/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace.h - what `explain` is told, step by step.
 *
 * One rule is followed. Nothing that the engine does depends on it, and nobody
 * who is not followed pays more than a look at a pointer.
 */
#ifndef ENGINE_TRACE_H
#define ENGINE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/ask.h"

struct engine;

/* What became of a partial match; in old words, of a live sequence. */
enum trace_what {
	TRACE_COUNTED,		/* a record more for a state that counts */
	TRACE_MET,		/* a state is met: the next one is waited for */
	TRACE_RENEWED,		/* the same, in the place of an older one */
	TRACE_IGNORED,		/* a first record, but one is under way */
	TRACE_ALERT,
	TRACE_HELD_BACK,	/* an alert, by `cooldown` */
	TRACE_TIMED_OUT,	/* by `timeout`; noticed only now */
	TRACE_LATE,		/* by `within`; the same */
	TRACE_CANCELLED,
	TRACE_BROKEN,		/* by `strict` */
	TRACE_PREVENTED,	/* what was to be absent came */
	TRACE_EVICTED,		/* for want of room */
	TRACE_WAITS		/* it is there, see engine_waits() */
};

/* The record being read. */
struct trace_record {
	const struct record	*record;	/* indexed */
	enum dialect		 dialect;
	struct ask		*ask;		/* knows the record */
	uint32_t		 source;
	bool			 has_zone;
	struct slice		 zone;
	bool			 has_key;	/* no part of it is missing */
	uint64_t		 key;		/* as of a step */
};

/* Borrowed for the call. */
struct trace_step {
	enum trace_what		 what;
	uint64_t		 key;		/* hash of it */
	uint32_t		 state;		/* from 0: the one that was
						 * met or counted; of what
						 * ends or waits, waited for */
	uint64_t		 count;		/* records that state has, */
	int64_t			 spread_ms;	/* of these, old to new */
	const struct value	*bound;		/* by variable; or NULL */
	int64_t			 first_millis;	/* of its first record */
	int64_t			 millis;	/* of now */
	bool			 absent;	/* now is the end of an
						 * absence, and the record a
						 * copy of one before */
	struct trace_record	 now;		/* unless it WAITS; no key */
};

typedef void	 (*trace_step_fn)(void *arg, const struct trace_step *);

struct trace {
	uint32_t	 rule;			/* that is followed */
	/* A record, before it does anything. */
	void		(*record)(void *arg, const struct trace_record *);
	trace_step_fn	 step;
	void		*arg;
};

/* From now on; both functions must be there. It is copied. */
void		 engine_trace(struct engine *, const struct trace *);

/*
 * Tell all that the rule that is followed has waiting: HERE, for the key of the
 * record that is being told; else for all keys, and what is over age as
 * TIMED_OUT or LATE. What a state counts is told beside those that wait for it.
 */
void		 engine_waits(struct engine *, bool here, trace_step_fn,
		    void *arg);

#endif
