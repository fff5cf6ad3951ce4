/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trie.c - all prefixes of all sets, walked once.
 *
 * A radix tree: a node is a place where prefixes end or part, and its label is
 * what they share between the node above and here. Walking is the hot path, so
 * a node is half a cache line and holds all that a step needs: the first eight
 * bytes of the label, up to eight keys of children compared at once in the
 * lanes of one word, and the number of the first child, since children stand
 * side by side in the order of their keys. Only longer labels and wider nodes
 * look elsewhere.
 *
 * Freezing sorts the prefixes, after which a node is a range of them, and cuts
 * ranges into smaller ones, breadth first, in a list instead of a recursion.
 * Each prefix is looked at once for each of its bytes at most.
 *
 * Invariants: node 0 is the root and nobody's child; the key that leads to a
 * node is not part of its label; a node without a prefix of its own has the
 * class of the nearest one above, so a walk never looks back.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/trie.h"

#define LANES	8			/* bytes in a word */
#define ONES	0x0101010101010101u
#define TOPS	0x8080808080808080u
#define WIDE	UINT32_MAX		/* for first: more than LANES children */
#define BYTES	256

struct entry {
	struct slice	prefix;
	uint32_t	set;
};

struct node {
	uint64_t	head;		/* the first bytes of the label */
	union {
		uint64_t	keys;	/* lane I leads to child first + I */
		struct span {
			uint32_t	at;	/* in wide */
			uint16_t	n;	/* keys from low on */
			uint8_t		low;
		} span;			/* WIDE: a table, by key */
	};
	uint32_t	label_n;	/* bytes */
	uint32_t	tail;		/* where in tails the label goes on */
	uint32_t	first;		/* child; 0: none */
	uint32_t	class;
};

/* A node that is still to be made: these prefixes share DEPTH bytes. */
struct range {
	uint32_t	from, to;
	uint32_t	depth;
};

struct trie {
	struct arena	*text;		/* prefixes, until frozen */
	struct entry	*entries;	/* the same; then sorted, each once */
	size_t		 n, cap;
	size_t		 size;		/* bytes of all prefixes */
	bool		 frozen;

	struct node	*nodes;
	size_t		 nnodes, nodes_cap;
	uint32_t	*wide;		/* tables of children; 0: none */
	size_t		 nwide, wide_cap;
	uint8_t		*tails;
	size_t		 ntails, tails_cap;

	uint32_t	 nclasses;
	uint32_t	*parents;	/* by class */
	uint32_t	*sets_from;	/* by class, and one more: the end */
	uint32_t	*sets;
};

struct trie *
trie_new(void)
{
	struct trie	*t = xcalloc(1, sizeof(*t));

	t->text = arena_new();
	return t;
}

void
trie_free(struct trie *t)
{
	if (t == NULL)
		return;
	arena_free(t->text);
	free(t->entries);
	free(t->nodes);
	free(t->wide);
	free(t->tails);
	free(t->parents);
	free(t->sets_from);
	free(t->sets);
	free(t);
}

void
trie_add(struct trie *t, struct slice prefix, uint32_t set)
{
	assert(!t->frozen);
	t->size = mem_sum(t->size, prefix.n);
	if (t->size > UINT32_MAX || t->n >= UINT32_MAX / 4)
		mem_end("too many path prefixes");
	t->entries = mem_grow(t->entries, &t->cap, t->n + 1,
	    sizeof(t->entries[0]));
	t->entries[t->n++] = (struct entry){
		{ arena_copy(t->text, prefix.p, prefix.n), prefix.n }, set
	};
}

static int
entry_compare(const void *one, const void *two)
{
	const struct entry	*a = one, *b = two;
	const size_t		 n = a->prefix.n < b->prefix.n ?
	    a->prefix.n : b->prefix.n;
	const int		 diff = n == 0 ? 0 :
	    memcmp(a->prefix.p, b->prefix.p, n);

	if (diff != 0)
		return diff;
	if (a->prefix.n != b->prefix.n)
		return a->prefix.n < b->prefix.n ? -1 : 1;
	return (a->set > b->set) - (a->set < b->set);
}

/* Number the classes and note their sets; keep one entry for each class. */
static void
classes_make(struct trie *t)
{
	const struct entry	*e = t->entries;
	size_t			 nsets = 0;
	uint32_t		 n = 0;

	t->sets = xreallocarray(NULL, t->n, sizeof(t->sets[0]));
	t->sets_from = xcalloc(t->n + 2, sizeof(t->sets_from[0]));
	for (size_t i = 0; i < t->n; i++) {
		const bool	 same = i > 0 &&
		    slice_eq(e[i].prefix, t->entries[n - 1].prefix);

		if (same && e[i].set == t->sets[nsets - 1])
			continue;
		t->sets[nsets] = e[i].set;
		if (!same) {
			t->entries[n++] = e[i];
			t->sets_from[n] = (uint32_t)nsets;
		}
		nsets++;
	}
	t->sets_from[n + 1] = (uint32_t)nsets;
	t->nclasses = n + 1;
	t->parents = xcalloc(t->nclasses, sizeof(t->parents[0]));
}

/* Up to LANES bytes as a word, the first in the lowest lane on any machine. */
static inline uint64_t
word(const uint8_t *p, size_t n)
{
	uint64_t	 w = 0;

	for (size_t i = 0; i < n; i++)
		w |= (uint64_t)p[i] << (8 * i);
	return w;
}

/* LANES bytes as a word; compilers make one load of it. */
static inline uint64_t
full_word(const uint8_t *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
	    (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
	    (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
	    (uint64_t)p[7] << 56;
}

static void
label_set(struct trie *t, struct node *node, struct slice label)
{
	const size_t	 head = label.n < LANES ? label.n : LANES;
	const size_t	 rest = label.n - head;

	node->label_n = (uint32_t)label.n;
	node->head = word(label.p, head);
	if (rest == 0)
		return;
	t->tails = mem_grow(t->tails, &t->tails_cap, t->ntails + rest, 1);
	memcpy(t->tails + t->ntails, label.p + head, rest);
	node->tail = (uint32_t)t->ntails;
	t->ntails += rest;
}

/* How many bytes these two share from DEPTH on. */
static size_t
shared(struct slice a, struct slice b, size_t depth)
{
	const size_t	 end = a.n < b.n ? a.n : b.n;
	size_t		 i = depth;

	while (i < end && a.p[i] == b.p[i])
		i++;
	return i - depth;
}

static void
wide_set(struct trie *t, struct node *node, const uint8_t *keys, size_t n)
{
	const uint32_t	 first = node->first;
	const size_t	 span = (size_t)(keys[n - 1] - keys[0]) + 1;
	uint32_t	*table;

	t->wide = mem_grow(t->wide, &t->wide_cap, t->nwide + span,
	    sizeof(t->wide[0]));
	table = t->wide + t->nwide;
	memset(table, 0, span * sizeof(table[0]));
	for (size_t i = 0; i < n; i++)
		table[keys[i] - keys[0]] = first + (uint32_t)i;
	node->first = WIDE;
	node->span = (struct span){
		.at = (uint32_t)t->nwide, .n = (uint16_t)span, .low = keys[0]
	};
	t->nwide += span;
}

/* The KEYS[i] lead to the N nodes from FIRST on. */
static void
children_set(struct trie *t, struct node *node, const uint8_t *keys, size_t n,
    uint32_t first)
{
	node->first = first;
	if (n <= LANES) {
		/* Idle lanes repeat the last key: the lowest match counts. */
		for (size_t i = LANES; i > 0; i--)
			node->keys = node->keys << 8 | keys[i > n ? n - 1 : i - 1];
		return;
	}
	wide_set(t, node, keys, n);
}

/*
 * Make the node of the range R, whose class is the one above so far, and append
 * its children and their ranges to those in TODO.
 */
static void
node_make(struct trie *t, struct node *node, struct range r,
    struct range *todo)
{
	const struct slice	 low = t->entries[r.from].prefix;
	const struct slice	 high = t->entries[r.to - 1].prefix;
	const size_t		 label_n = shared(low, high, r.depth);
	const uint32_t		 depth = r.depth + (uint32_t)label_n;
	const size_t		 first = t->nnodes;
	uint8_t			 keys[BYTES];
	size_t			 nkeys = 0;

	label_set(t, node, (struct slice){ low.p + r.depth, label_n });
	if (low.n == depth) {
		const uint32_t	 own = ++r.from;	/* of the entry before */

		t->parents[own] = node->class;
		node->class = own;
	}
	for (uint32_t i = r.from; i < r.to; i++) {
		const uint8_t	 key = t->entries[i].prefix.p[depth];

		if (nkeys == 0 || key != keys[nkeys - 1]) {
			keys[nkeys++] = key;
			todo[t->nnodes] = (struct range){ i, i, depth + 1 };
			t->nodes[t->nnodes++].class = node->class;
		}
		todo[t->nnodes - 1].to = i + 1;
	}
	if (nkeys > 0)
		children_set(t, node, keys, nkeys, (uint32_t)first);
}

void
trie_freeze(struct trie *t)
{
	struct range	*todo;

	assert(!t->frozen);
	t->frozen = true;
	if (t->n == 0)
		return;
	qsort(t->entries, t->n, sizeof(t->entries[0]), entry_compare);
	classes_make(t);
	/* Each node ends a prefix or parts two: fewer than two a prefix. */
	t->nodes = xcalloc(t->nclasses, 2 * sizeof(t->nodes[0]));
	todo = xcalloc(t->nclasses, 2 * sizeof(todo[0]));
	todo[0] = (struct range){ 0, t->nclasses - 1, 0 };
	t->nnodes = 1;
	for (size_t i = 0; i < t->nnodes; i++)
		node_make(t, &t->nodes[i], todo[i], todo);
	free(todo);
	t->nodes = xreallocarray(t->nodes, t->nnodes, sizeof(t->nodes[0]));
	free(t->entries);
	t->entries = NULL;
	arena_free(t->text);
	t->text = NULL;
}

uint32_t
trie_classes(const struct trie *t)
{
	assert(t->frozen);
	return t->nodes == NULL ? 1 : t->nclasses;
}

/* The next bytes of the path as a word; those behind its end are zero. */
static inline uint64_t
path_word(struct slice path, size_t pos)
{
	const size_t	 left = path.n - pos;

	if (left >= LANES)
		return full_word(path.p + pos);
	if (left > 0 && path.n >= LANES)
		return full_word(path.p + path.n - LANES) >>
		    (8 * (LANES - left));
	return word(path.p + pos, left);
}

/* Does the path go on from POS with the label of the node? */
static inline bool
label_matches(const struct trie *t, const struct node *node, struct slice path,
    size_t pos)
{
	const uint32_t	 n = node->label_n;

	if (n > path.n - pos)
		return false;
	if (n == 0)
		return true;
	if (n <= LANES)
		return (path_word(path, pos) ^ node->head) <<
		    (8 * (LANES - n)) == 0;
	return full_word(path.p + pos) == node->head &&
	    memcmp(path.p + pos + LANES, t->tails + node->tail, n - LANES) == 0;
}

/* The child that the key leads to, or 0. */
static inline uint32_t
child_find(const struct trie *t, const struct node *node, uint8_t key)
{
	uint64_t	 lanes;

	if (node->first == 0)
		return 0;
	if (node->first == WIDE) {
		const uint32_t	 i = (uint32_t)key - node->span.low;

		return i < node->span.n ? t->wide[node->span.at + i] : 0;
	}
	lanes = node->keys ^ ONES * key;
	/* A top bit for a lane of zero; only higher ones can be wrong. */
	lanes = (lanes - ONES) & ~lanes & TOPS;
	return lanes == 0 ? 0 :
	    node->first + (uint32_t)__builtin_ctzll(lanes) / 8;
}

uint32_t
trie_walk(const struct trie *t, struct slice path)
{
	const struct node	*node = t->nodes;
	uint32_t		 class = 0, next;
	size_t			 pos = 0;

	assert(t->frozen);
	if (node == NULL)
		return 0;
	while (label_matches(t, node, path, pos)) {
		class = node->class;
		pos += node->label_n;
		if (pos == path.n ||
		    (next = child_find(t, node, path.p[pos])) == 0)
			break;
		node = &t->nodes[next];
		pos++;
	}
	return class;
}

uint32_t
trie_parent(const struct trie *t, uint32_t class)
{
	assert(t->frozen && class < trie_classes(t));
	return class == 0 ? 0 : t->parents[class];
}

const uint32_t *
trie_sets(const struct trie *t, uint32_t class, size_t *n)
{
	assert(t->frozen && class < trie_classes(t));
	if (class == 0) {
		*n = 0;
		return NULL;
	}
	*n = t->sets_from[class + 1] - t->sets_from[class];
	return t->sets + t->sets_from[class];
}
