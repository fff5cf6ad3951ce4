/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cost.h - what rules ask of the machine, and of the audit policy.
 *
 * Told for people who write rules: which records a rule makes somebody look at,
 * what is asked of these, what is kept, and whether the events that it needs
 * are audited at all.
 */
#ifndef RUN_COST_H
#define RUN_COST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "bsm/flags.h"
#include "bsm/names.h"
#include "rule/program.h"

/* Append a paragraph about a rule. Events are those of the dialect. */
void	cost_tell(const struct program *, size_t rule, const struct names *,
	    enum dialect, struct buf *);

/*
 * Read audit_control(5): the classes of `flags` and `naflags` lines together.
 * Returns false with a message in WHY when a class is not known, or there is
 * neither line.
 */
bool	policy_read(const struct names *, struct slice text,
	    struct flags[DIALECTS], struct buf *why);

/*
 * Append a line for each state of the rule that no record can meet under this
 * policy, since no event that it waits for is audited with the outcome that it
 * asks for. Returns whether the rule can fire.
 */
bool	policy_tell(const struct program *, size_t rule, const struct names *,
	    enum dialect, const struct flags *, struct buf *);

#endif
