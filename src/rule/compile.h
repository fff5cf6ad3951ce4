/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile.h - a tree without mistakes to a program.
 */
#ifndef RULE_COMPILE_H
#define RULE_COMPILE_H

#include "base/arena.h"
#include "bsm/names.h"
#include "rule/diag.h"
#include "rule/program.h"
#include "rule/tree.h"

/*
 * The tree must have passed check_tree() without an error. The program takes
 * over ARENA, in which the tree's triggers are, and borrows from nothing else.
 */
struct program	*compile_tree(const struct tree *, const struct names *,
		    const struct diags *, struct arena *);

/* An empty program that owns the arena it lives in. */
struct program	*program_new(struct arena *);

#endif
