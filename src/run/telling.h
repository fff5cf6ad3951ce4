/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * telling.h - the steps of a rule in words, for `explain`.
 *
 * Each function appends; nothing but a record and a step has a newline of its
 * own.
 */
#ifndef RUN_TELLING_H
#define RUN_TELLING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "bsm/names.h"
#include "engine/trace.h"
#include "rule/program.h"
#include "run/misses.h"

/* Everything is borrowed. */
struct telling {
	const struct names	*names;
	const struct accounts	*accounts;
	const struct rule	*rule;
	const struct misses	*misses;
	const char		*trail;		/* that is being read */
	bool			 sources;	/* there are several */
};

/* Why records with the event of the first state did not meet it. */
struct first {
	uint64_t	 events;		/* records that have it */
	uint64_t	 failed[MISSES_MAX];	/* by each clause */
	struct buf	 last[MISSES_MAX];	/* what the last one had */
	uint64_t	 excepted;
};

/* Its time, place, event, path and outcome: a line. */
void	telling_record(const struct telling *, const struct record *,
	    struct buf *);

/* The key of the record that a step was told with. */
void	telling_key(const struct telling *, const struct trace_record *,
	    struct buf *);

/* "state 1 of 2" */
void	telling_state(const struct telling *, uint32_t state, struct buf *);

/* Values of variables: those that STATE binds, or all that are bound. */
void	telling_bound(const struct telling *, const struct value *bound,
	    bool all, uint32_t state, struct buf *);

/* "begun", and when. */
void	telling_begun(const struct trace_step *, struct buf *);

/* What is counted lies further apart than it may; else nothing. */
void	telling_spread(const struct state *, const struct trace_step *,
	    struct buf *);

/* What became of it: of one that ended; of any but one that waits, a line. */
void	telling_end(const struct telling *, const struct trace_step *,
	    struct buf *);
void	telling_step(const struct telling *, const struct trace_step *,
	    struct buf *);

/* "1 record", "2 records" */
void	telling_count(uint64_t, const char *word, struct buf *);

/* Nothing has begun, and why; lines. */
void	telling_first(const struct telling *, const struct first *,
	    struct buf *);

#endif
