/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * telljson.h - the steps of a rule as lines of JSON, for `explain`.
 *
 * Each function but the first two appends a whole line: an object, with a
 * newline at its end. Members that alerts have too are called as there. What a
 * trail holds is lossless, as there.
 */
#ifndef RUN_TELLJSON_H
#define RUN_TELLJSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "run/telling.h"

/*
 * Whose story it is, from a record that has the key: what each line about it
 * begins with, an object.
 */
void	telljson_key(const struct telling *, uint64_t number,
	    const struct trace_record *, struct buf *);

/* The member `bound`, of an object that has begun: what variables hold. */
void	telljson_bound(struct json *, const struct rule *,
	    const struct value *bound);

/* OF_RECORD: the record did it, and is shown. */
void	telljson_step(const struct telling *, struct slice key,
	    const struct trace_step *, bool of_record, struct buf *);
void	telljson_excepted(const struct telling *, struct slice key,
	    const struct trace_record *, struct buf *);

/* What came nearest to a state, and the clauses of it that do not hold. */
void	telljson_nearest(const struct telling *, struct slice key,
	    const struct trace_step *, uint64_t missed,
	    const struct trace_record *, struct buf *);

void	telljson_first(const struct telling *, const struct first *,
	    struct buf *);

struct telljson_sum {
	uint64_t	 records, keys, alerts, held_back, left_out;
	bool		 enabled;
};

void	telljson_summary(const struct telling *, const struct telljson_sum *,
	    struct buf *);

#endif
