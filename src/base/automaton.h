/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * automaton.h - which of many regular expressions are found in a text?
 *
 * One step for each byte of it, however many expressions there are. The states
 * of the automaton are made when they are first needed, from the graph of the
 * expressions, within a fixed amount of memory; when it is full they are
 * forgotten all at once. The work for one text is bounded by its bytes times
 * the nodes of the graph.
 */
#ifndef BASE_AUTOMATON_H
#define BASE_AUTOMATON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/nfa.h"
#include "base/slice.h"
#include "base/verdicts.h"

#define AUTOMATON_VERDICTS_MAX	(4u << 20)	/* bytes of verdicts */

struct automaton;

/* The sets that the expression of this number is in. */
typedef const uint32_t	*(*automaton_sets_fn)(void *, uint32_t number,
			    size_t *n);

/*
 * Takes the graph. States may use MEMORY bytes. What is found is told in sets,
 * as verdicts, which several automata may share.
 */
struct automaton	*automaton_new(struct nfa *, struct verdicts *,
			    size_t memory, automaton_sets_fn, void *);
void			 automaton_free(struct automaton *); /* NULL allowed */

/*
 * The verdict on the text, joined with BEFORE, one from other automata. When
 * there are too many verdicts, all are forgotten, but for what is returned.
 */
uint32_t		 automaton_run(struct automaton *, struct slice text,
			    uint32_t before);

/*
 * Has it been making states all the time, for want of memory, since it was
 * made? Then less expressions would be more.
 */
bool			 automaton_overwhelmed(const struct automaton *);

struct automaton_stats {
	uint64_t	 made;		/* states */
	uint64_t	 asked;		/* transitions, of all their nodes */
	uint64_t	 flushes;
	size_t		 states;	/* at present */
	size_t		 bytes;		/* of them */
};

void			 automaton_stats(const struct automaton *,
			    struct automaton_stats *);

#endif
