/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * standing.h - what lives now, read from the checkpoint of a run.
 *
 * The run may be under way: nothing of it is touched, no lock is taken, and a
 * checkpoint that is being written is waited for.
 */
#ifndef RUN_STANDING_H
#define RUN_STANDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "bsm/names.h"
#include "rule/program.h"
#include "rule/tree.h"

#define STANDING_LIMIT	20u		/* of a rule, unless more are wanted */

/* Everything is borrowed. */
struct standing_options {
	const char		*dir;
	const struct program	*program;	/* that the run has, too */
	const struct tree	*tree;		/* of the same load */
	const struct names	*names;
	const struct accounts	*accounts;
	uint32_t		 rule;		/* PROGRAM_NONE: a line each */
	size_t			 limit;		/* shown, the furthest first */
	bool			 json;		/* an object on each line */
};

/* Append what there is. False when it cannot be read, which was said. */
bool	 standing_tell(const struct standing_options *, struct buf *);

#endif
