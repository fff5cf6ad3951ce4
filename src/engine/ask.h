/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ask.h - predicates of the second edition, run over a record.
 *
 * A predicate that looks at no variable is answered at most once for each
 * record, however many rules share it. What the index has answered before
 * (event, outcome, path prefixes of a plain `object`) is not asked again here.
 */
#ifndef ENGINE_ASK_H
#define ENGINE_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bsm/names.h"
#include "bsm/record.h"
#include "engine/eval.h"
#include "engine/value.h"
#include "rule/program.h"

struct ask;
struct procs;

/* What is asked about. What it points to is borrowed until the next one. */
struct asked {
	const struct record	*record;	/* indexed */
	enum dialect		 dialect;
	const struct object	*object;	/* that rules see as `object` */
	bool			 has_zone, has_host;
	struct slice		 zone, host;
	uint32_t		 source;
	const struct procs	*procs;		/* after procs_meet(); or NULL:
						 * nobody asks */
};

struct ask_stats {
	uint64_t	 patterns_failed;	/* match limit reached */
	uint64_t	 new_evicted;		/* values forgotten for want of
						 * room, see seen.h */
	uint32_t	 new_values;		/* remembered now */
};

/* PROGRAM must outlive it. */
/* Which of several values decide, also where the rule does not say. */
enum quantifier	 ask_quantifier(const struct predicate *);

struct ask	*ask_new(const struct program *);
void		 ask_free(struct ask *);		/* NULL is allowed */
void		 ask_stats(const struct ask *, struct ask_stats *);

/* See patterns_ready(). */
void		 ask_ready(struct ask *, bool jit);

/* What `new` remembers; NULL: nobody asks. */
struct news;
struct news	*ask_news(const struct ask *);

/*
 * When the first record of a source was made, for `learning`. Without it, the
 * first of its records that ask_record() is told of counts.
 */
void		 ask_source(struct ask *, uint32_t source, int64_t millis);

/* Another record: what the last one answered is forgotten. O(1). */
void		 ask_record(struct ask *, const struct asked *);

/* Was a pattern given up at its limit for this record? It fits neither way. */
bool		 ask_gave_up(const struct ask *);

/*
 * Do all predicates of the state hold? BOUND has the rule's variables, by
 * number; those not yet bound have no kind (VALUE_NOTHING), and a predicate
 * over one is false. With NULL, those that look at variables are left out: what
 * is true of the record alone. `new` notes its value when all others that look
 * at no variable hold, at most once for each record; so all that the index
 * answers has to hold before.
 */
bool		 ask_state(struct ask *, const struct state *,
		    const struct value *bound);

/*
 * As ask_state(), with event, outcome and plain object too: for blocks that
 * the index knows nothing of. RULE's variables are BOUND; as above.
 */
bool		 ask_block(struct ask *, const struct state *,
		    const struct value *bound);

/* One predicate of the program by its number; the same rules for BOUND. */
bool		 ask_predicate(struct ask *, uint32_t predicate,
		    const struct value *bound);

/*
 * The value of a field: of several the last, as `bind`, `by` and `distinct`
 * take it; PART is that of struct bind. False when the record lacks it.
 * Texts are borrowed until the next record, addresses until the next call.
 */
bool		 ask_value(struct ask *, enum rule_field, uint32_t part,
		    struct value *);

/*
 * The N-th, from 0, of all values of a field, in the order of the record; of
 * objects those of all path tokens. False beyond the last, and beyond
 * ASK_VALUES_MAX. Predicates look at all values, but compare no more than so
 * many of a field with so many of another.
 */
#define ASK_VALUES_MAX	64u
bool		 ask_nth_value(struct ask *, enum rule_field, uint32_t part,
		    size_t n, struct value *);

/* The same of all values that a predicate of the program looks at. */
bool		 ask_predicate_value(struct ask *, uint32_t predicate,
		    size_t n, struct value *);

#endif
