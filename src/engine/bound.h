/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bound.h - what the variables of a partial match hold.
 *
 * A combination of values is kept once and counted: whoever is given its number
 * holds it and must drop it. 0 is the combination of nothing.
 */
#ifndef ENGINE_BOUND_H
#define ENGINE_BOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "engine/value.h"
#include "rule/program.h"

#define BOUNDS_MAX	(64u << 20)	/* bytes of values, of all rules */
#define BOUNDS_SIZES	19u		/* 32 bytes, 48, 64, 96 ... 16 KiB */

struct bounds {
	struct pool	 sizes[BOUNDS_SIZES];
	size_t		 bytes;		/* in use, of each by itself */
	uint32_t	 newest;	/* if it is still there; or 0 */
};

void		 bounds_init(struct bounds *);
void		 bounds_fini(struct bounds *);

/*
 * Keep these values, by variable; long texts are cut (value_cut()) before.
 * Returns 0 when there is no room, or nothing is bound. The number may be the
 * one that the call before has returned; it is held once for each.
 */
uint32_t	 bound_new(struct bounds *,
		    const struct value values[VARIABLES_MAX]);
uint32_t	 bound_hold(struct bounds *, uint32_t);
void		 bound_drop(struct bounds *, uint32_t);

/* What each variable holds, borrowed. */
void		 bound_values(const struct bounds *, uint32_t,
		    struct value values[VARIABLES_MAX]);

/* No variable holds anything. */
static inline void
bound_nothing(struct value values[VARIABLES_MAX])
{
	for (size_t i = 0; i < VARIABLES_MAX; i++)
		values[i].kind = VALUE_NOTHING;
}

/* Equal in all variables that SOME has? */
bool		 bound_agrees(const struct value some[VARIABLES_MAX],
		    const struct value all[VARIABLES_MAX]);

#endif
