/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nfa.h - many regular expressions as one graph.
 *
 * A walk over the graph is a match of one of them: a step by a byte or by an
 * assertion leads from node to node, until a node says what was found (K.
 * Thompson, "Regular expression search algorithm", 1968). Expressions that
 * begin alike share their beginning.
 */
#ifndef BASE_NFA_H
#define BASE_NFA_H

#include <stddef.h>
#include <stdint.h>

#include "base/regtree.h"

enum nfa_kind {
	NFA_BYTE,			/* one symbol of a set, then `next` */
	NFA_ASSERT,			/* if it holds, `next` */
	NFA_FORK,			/* see struct nfa_fork, number `next` */
	NFA_FOUND			/* the expression numbered `next` */
};

struct nfa_node {
	uint8_t		 kind;		/* enum nfa_kind */
	uint8_t		 what;		/* enum regex_assert */
	uint32_t	 set;		/* index; of a fork: of its branches */
	uint32_t	 next;
};

/*
 * The ways on from a fork stand side by side. First come its branches, if there
 * are two or more: nodes behind one symbol each, which is taken on the way. The
 * others are nodes where a walk gets to without one.
 */
struct nfa_fork {
	uint32_t	 first;		/* of ways and symbols */
	uint32_t	 nbranches;
	uint32_t	 n;		/* of all */
};

/*
 * Bytes that no expression tells apart are one symbol. Two more symbols are a
 * newline that is the last byte, and the end of the text.
 */
#define NFA_SYMBOLS_MAX	258u

struct nfa {
	struct nfa_node	*nodes;
	size_t		 nnodes, nodes_cap;
	struct nfa_fork	*forks;
	size_t		 nforks;
	uint32_t	*ways;		/* of all forks; nodes */
	uint8_t		*symbols;	/* of those that are branches */
	size_t		 nways;
	struct byteset	*sets;		/* of symbols that are bytes */
	size_t		 nsets, sets_cap;
	uint32_t	 root;		/* the fork that all begin at */
	uint8_t		 symbol_of[256];
	uint8_t		 byte_of[256];	/* one byte of each such symbol */
	uint32_t	 nbytes;	/* symbols that are bytes */
	uint32_t	 last_newline, end, nsymbols;
};

struct nfa_expression {
	const struct regex	*tree;
	uint32_t		 number;
};

/*
 * Trees are only read, and not needed any more afterwards. Nodes are at most
 * as many as their sizes together, twice.
 */
struct nfa	*nfa_new(const struct nfa_expression *, size_t n);
void		 nfa_free(struct nfa *);		/* NULL is allowed */

#endif
