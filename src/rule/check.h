/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check.h - names, types, and rules that cannot work.
 */
#ifndef RULE_CHECK_H
#define RULE_CHECK_H

#include "base/arena.h"
#include "rule/diag.h"
#include "rule/rules.h"
#include "rule/sets.h"
#include "rule/tree.h"

#define CHECK_PROB_DEFAULT 65u		/* percent, of timeout-window */

/*
 * Find what the names in the tree stand for and write it there; report what is
 * wrong. Sets must outlive the tree. Triggers go to the arena KEEP.
 */
void	check_tree(const struct rules_env *, struct tree *, struct sets *,
	    struct arena *keep, struct diags *);

/* Does it live by partial matches, and not as it always did? */
bool	check_new_life(const struct item *);

#endif
