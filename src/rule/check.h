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

struct checker;

/*
 * Find what the names in statements stand for and write it there; report what
 * is wrong. Sets must outlive the tree. Triggers go to the arena KEEP.
 */
struct checker	*check_new(const struct rules_env *, struct tree *,
		    struct sets *, struct arena *keep, struct diags *);
void		 check_free(struct checker *);		/* NULL is allowed */

/* Each statement of the tree when it is read, and what is left in the end. */
void		 check_item(struct checker *, struct item *);
void		 check_end(struct checker *);

/*
 * Will what is in sequences be looked at again in the end? So it is from the
 * first on that waits for an alert.
 */
bool		 check_looks_back(const struct checker *);

#endif
