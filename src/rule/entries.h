/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entries.h - what the entries of a set stand for.
 *
 * A set is gathered in growing lists: begin, add entries and other sets, then
 * settle it into its final form. One set at a time; the lists keep their
 * memory.
 */
#ifndef RULE_ENTRIES_H
#define RULE_ENTRIES_H

#include "rule/sets.h"

struct entries;

/* What is given must outlive it, and what it has found lives in the arena. */
struct entries	*entries_new(const struct names *, const struct accounts *,
		    struct arena *, struct diags *);
void		 entries_free(struct entries *);	/* NULL is allowed */

/* SET has its type, and gets what is settled, in an arena of its own. */
void		 entries_begin(struct entries *, struct set *, struct arena *);

/* Resolve an entry, or report it. */
void		 entries_add(struct entries *, const struct lexeme *);

/* The entries of another set of the type. */
void		 entries_copy(struct entries *, const struct set *);

/* Sorted, without duplicates, in the arena of the set. */
void		 entries_settle(struct entries *);

#endif
