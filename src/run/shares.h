/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shares.h - finished inputs of which each could be read by itself: whether
 * that is so, and which of them are read together all the same.
 */
#ifndef RUN_SHARES_H
#define RUN_SHARES_H

#include <stdbool.h>
#include <stddef.h>

#include "run/pipeline.h"

/*
 * Does nothing that is asked for, and no rule of the program, look at one input
 * in the light of another?
 */
bool	shares_possible(const struct pipeline_options *,
	    const struct program *);

/*
 * The inputs from one on that make a share: returns the one behind. A share
 * costs an engine, so small inputs have one together. This depends on nothing
 * but the inputs and the rules: limits are those of each engine, and what comes
 * out is to be the same on any machine.
 */
size_t	shares_next(const struct pipeline_options *, const struct program *,
	    size_t from);

#endif
