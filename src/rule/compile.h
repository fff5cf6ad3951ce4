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

struct compiler;

/*
 * The program takes over ARENA, in which triggers are, and borrows from nothing
 * else in the end.
 */
struct compiler	*compile_new(const struct names *, const struct diags *,
		    struct arena *);
void		 compile_free(struct compiler *);	/* NULL is allowed */

/*
 * Each statement in turn, when check_item() has seen it without an error in any
 * so far; and the program, when check_end() has found none.
 */
void		 compile_item(struct compiler *, const struct item *);
struct program	*compile_end(struct compiler *, const struct tree *);

/* An empty program that owns the arena it lives in. */
struct program	*program_new(struct arena *);

#endif
