/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * eval.h - run one predicate over one record.
 *
 * This is what a state means, test by test, without index or memory. The
 * engine's index answers most of it ahead; what is left, and whoever selects
 * records, asks here.
 */
#ifndef ENGINE_EVAL_H
#define ENGINE_EVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/patterns.h"
#include "bsm/names.h"
#include "bsm/record.h"
#include "rule/program.h"

/* The object of a record: its path, or one the engine remembers for it. */
struct object {
	bool		 known;
	struct slice	 path;
};

bool	eval_event(const struct program *, const struct state *, enum dialect,
	    uint16_t event);
bool	eval_status(enum test_status, uint8_t error);

/*
 * The patterns of plain objects, by the index of their set in the program; to
 * be freed with patterns_free().
 */
struct patterns	*eval_patterns(const struct program *);

/*
 * Does the object meet the state's condition on objects? PATTERNS holds the
 * program's pattern sets by their index. Sets *LIMIT when a pattern gave up at
 * its match limit, which counts as no match.
 */
bool	eval_object(const struct program *, struct patterns *,
	    const struct state *, const struct object *, bool *limit);

/* May a record of this zone (NULL: it has none) begin this rule? */
bool	eval_zone(const struct rule *, const struct slice *zone);

bool	eval_subject(const struct program *, const struct rule *, uint32_t id);

#endif
