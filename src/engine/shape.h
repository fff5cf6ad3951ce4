/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shape.h - what is known of the states of a program ahead.
 */
#ifndef ENGINE_SHAPE_H
#define ENGINE_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "rule/program.h"

struct shape {
	bool		 fresh;		/* it asks for `new` */
	bool		 bound;		/* it looks at variables */
	/*
	 * All variables that are bound before are compared by `==`, each with
	 * the last value of a field, by this predicate: what fits the record is
	 * found in one look. PROGRAM_NONE: the variable is bound later.
	 */
	bool		 direct;
	uint32_t	 predicate[VARIABLES_MAX];
};

/* Does it, or a block in it, ask for `new`? */
bool		 shape_asks_for_new(const struct program *,
		    const struct state *);

struct shape	 shape_of_state(const struct program *, const struct rule *,
		    uint32_t state);

#endif
