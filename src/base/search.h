/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * search.h - many regular expressions, by as few automata as will do.
 */
#ifndef BASE_SEARCH_H
#define BASE_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/automaton.h"
#include "base/slice.h"
#include "base/verdicts.h"

#define SEARCH_MEMORY_MAX	(16u << 20)	/* bytes of states */
#define SEARCH_GROUPS_MAX	16u		/* automata */
#define SEARCH_SIZE_MAX		(1u << 20)	/* of all, regtree_size() */

struct search;

/* The function tells the sets of an expression by its number. */
struct search	*search_new(automaton_sets_fn, void *);
void		 search_free(struct search *);		/* NULL is allowed */

/*
 * One more; the numbers ascend from 0 without gaps, and the pattern must stay.
 * Which way is it run? Of one that no automaton can run as it is, a wider one
 * may be: it is found where the pattern is, and elsewhere (regex.h).
 */
enum search_way { SEARCH_NOT, SEARCH_WIDER, SEARCH_EXACTLY };
enum search_way	 search_add(struct search *, struct slice pattern,
		    uint32_t number);

/* After expressions or sets were added; all that was found is forgotten. */
void		 search_renew(struct search *);

/* What else the next search_find() would do first. */
void		 search_ready(struct search *);

/*
 * Verdict on the sets whose expressions are found; good until the next call, in
 * which others of the same age (search_age()) keep their meaning.
 */
uint32_t	 search_find(struct search *, struct slice text);

const struct verdicts *search_verdicts(const struct search *);
uint32_t	 search_age(const struct search *);

/*
 * Is this one run at all? Those that would take too much memory are given up
 * between two calls of search_find(), which then changes the age.
 */
bool		 search_has(const struct search *, uint32_t number);

struct search_stats {
	uint64_t	 made;		/* states, of all that live */
	uint64_t	 flushes;
	size_t		 groups, states, bytes;
	size_t		 given_up;	/* expressions */
};

void		 search_stats(const struct search *, struct search_stats *);

#endif
