/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * misses.h - what of a state a record does not meet, in the words of the rule.
 *
 * The clauses of each state are asked one by one. A near miss is a record with
 * the event that the state waits for and something else that does not fit.
 */
#ifndef RUN_MISSES_H
#define RUN_MISSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "bsm/names.h"
#include "engine/trace.h"
#include "rule/program.h"
#include "rule/tree.h"

#define MISSES_MAX 64u			/* clauses of a state; more are not
					 * asked */

struct misses;

/* Everything must outlive it. ITEM is the sequence that became the rule. */
struct misses	*misses_new(const struct program *, const struct rule *,
		    const struct item *, const struct accounts *);
void		 misses_free(struct misses *);		/* NULL is allowed */

/* Has the record the event that the state waits for? Never of an alert. */
bool		 misses_event(const struct misses *, uint32_t state,
		    const struct trace_record *);

/*
 * The other clauses of the state that do not hold, a bit for each. BOUND as
 * ask_state() has it. What is `new` cannot be asked from outside: it counts as
 * true, and misses_new_clause() is its bit, or 0.
 */
uint64_t	 misses_of(const struct misses *, uint32_t state,
		    const struct trace_record *, const struct value *bound);
uint64_t	 misses_new_clause(const struct misses *, uint32_t state);

/* Does an `except` of the rule fit? */
bool		 misses_excepted(const struct misses *,
		    const struct trace_record *);

/* The words of a clause, and of `event`, on one line. */
void		 misses_words(const struct misses *, uint32_t state,
		    unsigned clause, struct buf *);
void		 misses_event_words(const struct misses *, uint32_t state,
		    struct buf *);

/* What the record has in place of what the clause asks for. */
void		 misses_has(const struct misses *, uint32_t state,
		    unsigned clause, const struct trace_record *,
		    const struct value *bound, struct buf *);

/* A value as people read it, "root (0)", "EACCES", "\"/tmp/x\"". */
void		 misses_value(const struct misses *, enum field_kind,
		    const struct value *, struct buf *);

#endif
