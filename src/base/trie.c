/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trie.c - all prefixes of all sets, walked once.
 *
 * A radix tree: a node is a place where prefixes end or part, and its label is
 * what they share between the node above and here. Walking is the hot path, and
 * what costs there is a branch guessed wrong and a load that waits for another.
 * So all nodes are of one kind and stand in one array, four in a cache line;
 * the child for a key is at the node's base plus that key, if the node found
 * there has this key (a "double array": J. Aoe, 1989). No two nodes have the
 * same base, so it is nobody else's, and their children share the room. Key and
 * label are looked at together, as they stand behind each other in a path. A
 * label without room in one node goes on in a second one, and only one that is
 * longer than that stands elsewhere. Where a crowd of prefixes begins alike,
 * walks begin behind that (doors.h).
 *
 * Freezing is a radix sort that leaves its tree behind: a node is a range of
 * entries, sorted by their next byte and cut at each change of it. There is no
 * recursion: ranges wait on a stack, so that those of one branch come one after
 * the other, while their text is near. A range of few entries is sorted by all
 * that is left of them, once for all nodes below.
 *
 * Invariants: node 0 is the root and nobody's child, and only nodes without
 * children have the base 0; the key that leads to a node is not part of its
 * label; a node without a prefix of its own has the class of the nearest one
 * above, so a walk never looks back; a parent's class is lower than its
 * children's; BYTES empty nodes stand behind the last one.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/doors.h"
#include "base/mem.h"
#include "base/trie.h"

#define LANES	8			/* bytes in a word */
#define BYTES	256
#define ROOT_KEY 1u			/* not 0: see trie_freeze() */
#define ROOM	7u			/* bytes of a label in its node */
#define ROOM_TWO (ROOM + 1 + ROOM)	/* in two, with the key between them */
#define LONG	8u			/* a length: the label is in tails */
#define START	3u			/* so much of it is in the node, too */
#define NO_TAIL	UINT32_MAX		/* the tail of an empty node */
#define N_BITS	4u
#define NODES_MAX (UINT32_MAX >> N_BITS)
#define TRIES	64			/* places that children look at: the
					 * bits of a word */
#define WORDS	2u			/* so many times, before they go behind
					 * all others */
#define FEW	16			/* entries sorted without buckets */
#define CROWD	4u			/* entries that a door leads to */
#define LARGE	(256u << 10)		/* bytes of nodes: beyond what is near
					 * to the processor */

struct entry {
	const uint8_t	*p;		/* the prefix */
	uint32_t	 n;		/* bytes */
	uint32_t	 set;
	uint32_t	 key;		/* where it is looked at: the byte, 1 to
					 * 256; 0 at the end */
};

struct node {
	uint64_t	text;		/* the key, lowest, and the label; or
					 * its start and where in tails it is */
	uint32_t	n_base;		/* bytes of the label, or LONG; and,
					 * above N_BITS, the base of the
					 * children; 0: none */
	uint32_t	class;
};

struct trie {
	struct entry	*entries;	/* until frozen */
	size_t		 n, cap;
	size_t		 size;		/* bytes of all prefixes */
	bool		 frozen;

	struct node	*nodes;
	bool		 large;
	struct doors	 doors;
	uint8_t		*tails;
	uint32_t	 nclasses;
	uint32_t	*parents;	/* by class */
	uint32_t	*sets_from;	/* by class, and one more: the end */
	uint32_t	*sets;
};

/* A node that is still to be made: these entries share DEPTH bytes. */
struct range {
	uint32_t	from, to;
	uint32_t	depth;
	uint32_t	node;
	bool		sorted;		/* by all their bytes */
};

/* What freezing needs beside the trie. */
struct build {
	struct trie	*t;
	struct entry	*sorted;	/* room for a sort */
	struct range	*todo;
	size_t		 ntodo, todo_cap;
	size_t		 nnodes, nodes_cap;
	size_t		 nready;	/* with empty ones behind them */
	uint64_t	*empty;		/* a bit for each node */
	uint64_t	*unused;	/* and for each base */
	size_t		 empty_cap, unused_cap;	/* words */
	size_t		 free[2];	/* no node before is tried again, for
					 * an only child, and for several */
	size_t		 ntails, tails_cap;
};

struct trie *
trie_new(void)
{
	return xcalloc(1, sizeof(struct trie));
}

void
trie_free(struct trie *t)
{
	if (t == NULL)
		return;
	free(t->entries);
	free(t->nodes);
	doors_fini(&t->doors);
	free(t->tails);
	free(t->parents);
	free(t->sets_from);
	free(t->sets);
	free(t);
}

static _Noreturn void
too_many(void)
{
	mem_end("too many path prefixes");
}

void
trie_add(struct trie *t, struct slice prefix, uint32_t set)
{
	assert(!t->frozen);
	t->size = mem_sum(t->size, prefix.n);
	if (t->size > UINT32_MAX || t->n >= UINT32_MAX / 4)
		too_many();
	t->entries = mem_grow(t->entries, &t->cap, t->n + 1,
	    sizeof(t->entries[0]));
	t->entries[t->n++] = (struct entry){
		.p = prefix.p, .n = (uint32_t)prefix.n, .set = set
	};
}

/*
 * The first byte that is not the same in both, STOP at the most. They share
 * those before K.
 */
static inline uint32_t
parting(const uint8_t *a, const uint8_t *b, uint32_t k, uint32_t stop)
{
	while (stop < LANES && k < stop && a[k] == b[k])
		k++;
	while (stop >= LANES && k < stop) {
		const uint32_t	 at = stop - k < LANES ? stop - LANES : k;
		const uint64_t	 other = le64(a + at) ^ le64(b + at);

		if (other != 0)
			return at + (uint32_t)__builtin_ctzll(other) / 8;
		k = at + LANES;
	}
	return k;
}

static inline uint32_t
entry_parting(const struct entry *a, const struct entry *b, uint32_t depth)
{
	return parting(a->p, b->p, depth, a->n < b->n ? a->n : b->n);
}

static inline unsigned
entry_key(const struct entry *e, uint32_t depth)
{
	return e->n == depth ? 0 : e->p[depth] + 1u;
}

/*
 * How many bytes all entries of the range share. In steps that double: one
 * entry that parts early must not come after long comparisons of the others, or
 * a chain of long prefixes would take quadratic time.
 */
static uint32_t
range_shared(const struct entry *e, struct range r)
{
	uint32_t	 end = e[r.from].n, k = r.depth, step = LANES, want;

	for (uint32_t i = r.from + 1; i < r.to; i++)
		if (e[i].n < end)
			end = e[i].n;
	do {
		uint32_t	 stop = end - k > step ? k + step : end;

		want = stop;
		for (uint32_t i = r.from + 1; i < r.to; i++)
			stop = parting(e[r.from].p, e[i].p, k, stop);
		k = stop;
		step = step > UINT32_MAX / 2 ? step : step * 2;
	} while (k == want && k < end);
	return k;
}

/* A range of few entries, by all the bytes that they do not share. */
static void
sort_few(struct entry *e, struct range r)
{
	for (uint32_t i = r.from + 1; i < r.to; i++) {
		const struct entry	 one = e[i];
		uint32_t		 j = i;

		for (; j > r.from; j--) {
			const uint32_t	 k = entry_parting(&e[j - 1], &one,
			    r.depth);

			if (entry_key(&e[j - 1], k) <= entry_key(&one, k))
				break;
			e[j] = e[j - 1];
		}
		e[j] = one;
	}
}

/* A large one by the byte at the depth. */
static void
sort_many(struct build *b, struct range r, uint32_t depth)
{
	struct entry	*e = b->t->entries;
	uint32_t	 at[BYTES + 2] = { 0 };

	for (uint32_t i = r.from; i < r.to; i++) {
		e[i].key = entry_key(&e[i], depth);
		at[e[i].key + 1]++;
	}
	for (unsigned key = 0; key < BYTES; key++)
		at[key + 1] += at[key];
	for (uint32_t i = r.from; i < r.to; i++)
		b->sorted[at[e[i].key]++] = e[i];
	memcpy(e + r.from, b->sorted, (r.to - r.from) * sizeof(e[0]));
}

/*
 * How many bytes they share. They are in order of their keys behind these.
 */
static uint32_t
range_sort(struct build *b, struct range *r)
{
	struct entry	*e = b->t->entries;
	uint32_t	 depth;

	if (!r->sorted && r->to - r->from > FEW) {
		depth = range_shared(e, *r);
		sort_many(b, *r, depth);
		return depth;
	}
	if (!r->sorted)
		sort_few(e, *r);
	r->sorted = true;
	depth = entry_parting(&e[r->from], &e[r->to - 1], r->depth);
	for (uint32_t i = r->from; i < r->to; i++)
		e[i].key = entry_key(&e[i], depth);
	return depth;
}

static int
set_compare(const void *one, const void *two)
{
	const uint32_t	 a = *(const uint32_t *)one, b = *(const uint32_t *)two;

	return (a > b) - (a < b);
}

/* A new class below ABOVE, for the equal prefixes of the N entries. */
static uint32_t
class_make(struct trie *t, uint32_t above, const struct entry *e, size_t n)
{
	const uint32_t	 class = t->nclasses++;
	uint32_t	*sets = t->sets + t->sets_from[class];
	size_t		 kept = 1;

	for (size_t i = 0; i < n; i++)
		sets[i] = e[i].set;
	if (n > 1)
		qsort(sets, n, sizeof(sets[0]), set_compare);
	for (size_t i = 1; i < n; i++)
		if (sets[i] != sets[kept - 1])
			sets[kept++] = sets[i];
	t->parents[class] = above;
	t->sets_from[class + 1] = t->sets_from[class] + (uint32_t)kept;
	return class;
}

/* Up to LANES bytes as a word, the first in the lowest lane on any machine. */
static uint64_t
word(const uint8_t *p, size_t n)
{
	uint64_t	 w = 0;

	if (n == LANES)
		return le64(p);
	for (size_t i = 0; i < n; i++)
		w |= (uint64_t)p[i] << (8 * i);
	return w;
}

/* A label too long for nodes: its length and its text. Returns where. */
static uint32_t
tail_add(struct build *b, const uint8_t *p, uint32_t n)
{
	struct trie	*t = b->t;
	const size_t	 at = b->ntails;

	if (n > NO_TAIL - sizeof(n) || at >= NO_TAIL - sizeof(n) - n)
		too_many();
	b->ntails += sizeof(n) + n;
	t->tails = mem_grow(t->tails, &b->tails_cap, b->ntails, 1);
	memcpy(t->tails + at, &n, sizeof(n));
	memcpy(t->tails + at + sizeof(n), p, n);
	return (uint32_t)at;
}

/* The label behind the node's key: N bytes, for which one node has room. */
static void
label_set(struct build *b, uint32_t i, const uint8_t *p, uint32_t n)
{
	struct node	*node = &b->t->nodes[i];
	const uint64_t	 key = node->text & 0xff;

	if (n <= ROOM) {
		node->n_base = n;
		node->text = key | word(p, n) << 8;
	} else {
		node->n_base = LONG;
		node->text = key | word(p, START) << 8 |
		    (uint64_t)tail_add(b, p, n) << 32;
	}
}

/* Let there be at least N bits; new ones are set. */
static void
bits_grow(uint64_t **words, size_t *cap, size_t n)
{
	const size_t	 before = *cap;

	*words = mem_grow(*words, cap, n / TRIES + 1, sizeof(**words));
	for (size_t i = before; i < *cap; i++)
		(*words)[i] = UINT64_MAX;
}

/* Let there be END nodes, BYTES empty ones behind them, and some more. */
static void
nodes_grow(struct build *b, size_t end)
{
	const size_t	 n = end + 5 * (size_t)BYTES;
	const size_t	 bits = n + BYTES + WORDS * TRIES;
	struct trie	*t = b->t;

	b->nnodes = end;
	if (end + BYTES <= b->nready)
		return;
	if (n > NODES_MAX)
		too_many();
	t->nodes = mem_grow(t->nodes, &b->nodes_cap, n, sizeof(t->nodes[0]));
	for (; b->nready < n; b->nready++)
		t->nodes[b->nready] = (struct node){ .text = UINT64_MAX,
		    .n_base = LONG };
	bits_grow(&b->empty, &b->empty_cap, bits);
	bits_grow(&b->unused, &b->unused_cap, bits);
}

/* The bits from this one on. Those behind the end are set. */
static inline uint64_t
bits_from(const uint64_t *all, size_t at)
{
	const uint64_t	*words = &all[at / TRIES];
	const unsigned	 shift = at % TRIES;

	return words[0] >> shift | words[1] << 1 << (TRIES - 1 - shift);
}

static inline void
bit_clear(uint64_t *all, size_t at)
{
	all[at / TRIES] &= ~(UINT64_C(1) << at % TRIES);
}

/*
 * Where the first of children with these keys can be, from AT on, TRIES places
 * at once: all find empty nodes, and nobody has their base.
 */
static uint64_t
places(const struct build *b, const uint8_t *keys, size_t n, size_t at)
{
	uint64_t	 fits = bits_from(b->unused, at - keys[0]);

	for (size_t i = 0; i < n && fits != 0; i++)
		fits &= bits_from(b->empty, at + keys[i] - keys[0]);
	return fits;
}

/*
 * A base for children with these ascending keys. Gaps between other children
 * are tried from the first one on; if none will do, the first of these are
 * given up, so that the search stays short, and the end has room. They are not
 * given up for an only child, which fits nearly anywhere.
 */
static uint32_t
base_find(struct build *b, const uint8_t *keys, size_t n)
{
	size_t		*from = &b->free[n > 1], at, end;
	uint64_t	 fits, empty;

	while ((empty = bits_from(b->empty, *from)) == 0)
		*from += TRIES;
	*from += (unsigned)__builtin_ctzll(empty);
	at = *from <= keys[0] ? keys[0] + 1u : *from;
	for (unsigned i = 1; (fits = places(b, keys, n, at)) == 0; i++)
		if (i != WORDS)
			at += TRIES;
		else {
			*from += TRIES;
			at = b->nnodes > at ? b->nnodes : at;
		}
	at += (unsigned)__builtin_ctzll(fits);
	end = at - keys[0] + keys[n - 1] + 1;
	if (end > b->nnodes)
		nodes_grow(b, end);
	bit_clear(b->unused, at - keys[0]);
	return (uint32_t)(at - keys[0]);
}

static void
child_make(struct build *b, uint32_t parent, uint32_t child, uint8_t key)
{
	struct node	*nodes = b->t->nodes;

	nodes[child] = (struct node){ .text = key,
	    .class = nodes[parent].class };
	bit_clear(b->empty, child);
}

/* Cut the sorted range at each change of key, into children of the node. */
static void
children_make(struct build *b, struct range r, uint32_t depth)
{
	const struct entry	*e = b->t->entries;
	const size_t		 first = b->ntodo;
	uint8_t			 keys[BYTES];
	uint32_t		 base, end;
	size_t			 n = 0;

	for (uint32_t i = r.from; i < r.to; i = end) {
		end = i + 1;
		while (end < r.to && e[end].key == e[i].key)
			end++;
		keys[n++] = (uint8_t)(e[i].key - 1);
		b->todo = mem_grow(b->todo, &b->todo_cap, b->ntodo + 1,
		    sizeof(b->todo[0]));
		b->todo[b->ntodo++] = (struct range){ .from = i, .to = end,
		    .depth = depth + 1, .sorted = r.sorted };
	}
	base = base_find(b, keys, n);
	b->t->nodes[r.node].n_base |= base << N_BITS;
	for (size_t i = 0; i < n; i++) {
		b->todo[first + i].node = base + keys[i];
		child_make(b, r.node, base + keys[i], keys[i]);
	}
}

/* The bytes before the label and within it, if they fill words. */
static void
doors_make(struct trie *t, struct range r, uint32_t depth)
{
	const struct node	*node = &t->nodes[r.node];
	struct door		 door;

	if (r.to - r.from < CROWD)
		return;
	door = (struct door){ .node = r.node, .key = node->text & 0xff,
	    .pos = r.depth, .class = node->class };
	for (uint32_t n = DOORS_NEAR; n <= DOORS_FAR; n += LANES)
		if (r.depth <= n && n <= depth)
			doors_add(&t->doors, t->entries[r.from].p, n, &door,
			    r.to - r.from);
}

/*
 * Label the node of the range, which ends behind so many bytes. Returns the
 * node in which that is.
 */
static uint32_t
label_make(struct build *b, struct range r, uint32_t depth)
{
	const uint8_t	*p = b->t->entries[r.from].p + r.depth;
	const uint32_t	 n = depth - r.depth;
	uint32_t	 base;

	if (n <= ROOM || n > ROOM_TWO) {
		label_set(b, r.node, p, n);
		return r.node;
	}
	label_set(b, r.node, p, ROOM);
	base = base_find(b, p + ROOM, 1);
	b->t->nodes[r.node].n_base |= base << N_BITS;
	child_make(b, r.node, base + p[ROOM], p[ROOM]);
	label_set(b, base + p[ROOM], p + ROOM + 1, n - ROOM - 1);
	return base + p[ROOM];
}

static void
node_make(struct build *b, struct range r)
{
	struct trie		*t = b->t;
	const struct entry	*e = t->entries;
	const uint32_t		 depth = range_sort(b, &r);
	const uint32_t		 from = r.from;

	doors_make(t, r, depth);
	r.node = label_make(b, r, depth);
	while (r.from < r.to && e[r.from].key == 0)
		r.from++;
	if (r.from > from)
		t->nodes[r.node].class = class_make(t, t->nodes[r.node].class,
		    e + from, r.from - from);
	if (r.from < r.to)
		children_make(b, r, depth);
}

void
trie_freeze(struct trie *t)
{
	struct build	 b = { .t = t, .free = { 1, 1 } };

	assert(!t->frozen);
	t->frozen = true;
	t->nclasses = 1;
	if (t->n > 0) {
		t->parents = xcalloc(t->n + 1, sizeof(t->parents[0]));
		t->sets_from = xcalloc(t->n + 2, sizeof(t->sets_from[0]));
		t->sets = xcalloc(t->n, sizeof(t->sets[0]));
		b.sorted = xreallocarray(NULL, t->n, sizeof(b.sorted[0]));
		nodes_grow(&b, 1);
		/* A byte 0 behind a node without children leads here. */
		t->nodes[0] = (struct node){ .text = ROOT_KEY };
		bit_clear(b.empty, 0);
		bit_clear(b.unused, 0);
		doors_init(&t->doors, &(struct door){ .key = ROOT_KEY });
		b.todo = mem_grow(NULL, &b.todo_cap, 1, sizeof(b.todo[0]));
		b.todo[b.ntodo++] = (struct range){ .to = (uint32_t)t->n };
		while (b.ntodo > 0)
			node_make(&b, b.todo[--b.ntodo]);
		doors_close(&t->doors);
		t->nodes = xreallocarray(t->nodes, b.nnodes + BYTES,
		    sizeof(t->nodes[0]));
		t->large = b.nnodes * sizeof(t->nodes[0]) > LARGE;
	}
	free(b.sorted);
	free(b.todo);
	free(b.empty);
	free(b.unused);
	free(t->entries);
	t->entries = NULL;
}

uint32_t
trie_classes(const struct trie *t)
{
	assert(t->frozen);
	return t->nclasses;
}

/*
 * The bytes of the path from POS on. Near the end, unless more may be read
 * behind it, these are the last LANES of it without those before POS, which are
 * shifted out; by two shifts, as it may be all of them.
 */
static inline uint64_t
word_at(struct slice path, size_t pos, bool more)
{
	const size_t	 last = path.n < LANES ? 0 : path.n - LANES;
	const size_t	 at = more || pos < last ? pos : last;
	const unsigned	 half = 4 * (unsigned)(pos - at);

	return le64(path.p + at) >> half >> half;
}

/* The bytes of a node's label, or LONG. */
static inline uint32_t
node_n(const struct node *node)
{
	return node->n_base & ((1u << N_BITS) - 1);
}

/* Where the node's child is looked for, with these bytes from its key on. */
static inline const struct node *
child_at(const struct trie *t, const struct node *node, uint64_t here)
{
	return &t->nodes[(node->n_base >> N_BITS) + (here & 0xff)];
}

/*
 * Key and label of N bytes, or as much of it as is in the node; HERE are bytes
 * of a path, from that key on.
 */
static inline bool
text_matches(const struct node *node, uint32_t n, uint64_t here)
{
	static const uint64_t	 masks[LONG + 1] = {
		0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff,
		0xffffffffffff, 0xffffffffffffff, UINT64_MAX,
		0xffffffff			/* LONG: key and START */
	};

	return ((here ^ node->text) & masks[n]) == 0;
}

/* How long a label is that does not stand in its node; 0: it is another. */
static uint32_t __attribute__((noinline))
tail_matches(const struct trie *t, const struct node *node, const uint8_t *p,
    size_t left)
{
	const uint32_t	 at = (uint32_t)(node->text >> 32);
	uint32_t	 n;

	if (at == NO_TAIL)
		return 0;
	memcpy(&n, t->tails + at, sizeof(n));
	return n <= left && memcmp(p, t->tails + at + sizeof(n), n) == 0 ? n :
	    0;
}

/* Where to begin; so many bytes can be read behind the path. */
static inline const struct door *
door_of(const struct trie *t, struct slice path, size_t more)
{
	return path.n + more < DOORS_FAR ? &t->doors.root :
	    doors_find(&t->doors, path);
}

/* LANES bytes of the path can be read; with MORE, as many behind it. */
static inline uint32_t __attribute__((always_inline))
walk(const struct trie *t, struct slice path, const struct door *from,
    bool more)
{
	const struct node	*node = &t->nodes[from->node];
	uint32_t		 class = from->class;
	size_t			 pos = from->pos;
	uint64_t		 here;

	here = word_at(path, pos, more) << 8 | from->key;
	for (;;) {
		uint32_t	 n = node_n(node);

		/* In one condition, since each alone is hard to guess. */
		if (!(text_matches(node, n, here) & (n <= path.n - pos)))
			return class;
		if (n == LONG && (n = tail_matches(t, node, path.p + pos,
		    path.n - pos)) == 0)
			return class;
		class = node->class;
		pos += n;
		if (pos == path.n)
			return class;
		here = word_at(path, pos++, more);
		node = child_at(t, node, here);
	}
}

uint32_t
trie_walk(const struct trie *t, struct slice path, size_t more)
{
	uint8_t		 small[LANES] = { 0 };

	assert(t->frozen);
	if (t->nodes == NULL)
		return 0;
	if (more >= LANES)
		return walk(t, path, door_of(t, path, more), true);
	if (path.n < LANES) {
		if (path.n > 0)
			memcpy(small, path.p, path.n);
		path.p = small;
	}
	return walk(t, path, &t->doors.root, false);
}

bool
trie_is_large(const struct trie *t)
{
	return t->large;
}

/* How far a path has come. */
struct lane {
	const uint8_t		*at, *limit;	/* the end, plus one */
	const struct node	*node;		/* looked at next, if it has */
	uint64_t		 here;		/* the byte before as its key */
	uint32_t		 class;
};

/*
 * A step. False when the path goes no further, which comes at a depth that
 * nobody foresees: so there is no branch but for long labels, which are few.
 */
static inline bool
lane_step(const struct trie *t, struct lane *l)
{
	const struct node	*node = l->node;
	const uint8_t		*at = l->at, *limit = l->limit, *next;
	uint32_t		 n = node_n(node);
	uint64_t		 here = l->here;
	bool			 fits;

	fits = text_matches(node, n, here);
	if ((n & (0 - (uint32_t)fits)) == LONG) {
		n = tail_matches(t, node, at, (size_t)(limit - at) - 1);
		fits = n != 0;
	}
	next = at + n + 1;
	here = le64(at + n);
	l->class = doors_choose(fits & (next <= limit), node->class, l->class);
	l->here = here;
	l->at = next;
	l->node = child_at(t, node, here);
	__builtin_prefetch(l->node);
	return fits & (next < limit);
}

void
trie_walk_together(const struct trie *t, struct trie_path *v, size_t n)
{
	struct lane	 lanes[TRIE_TOGETHER];
	uint8_t		 going[TRIE_TOGETHER];
	size_t		 left = 0;

	assert(t->frozen && n <= TRIE_TOGETHER);
	for (size_t i = 0; i < n; i++) {
		const struct slice	 path = v[i].path;
		const struct door	*from;

		if (v[i].more < LONG + LANES || t->nodes == NULL) {
			lanes[i].class = trie_walk(t, path, v[i].more);
			continue;
		}
		from = door_of(t, path, v[i].more);
		lanes[i] = (struct lane){ path.p + from->pos,
		    path.p + path.n + 1, &t->nodes[from->node],
		    le64(path.p + from->pos) << 8 | from->key, from->class };
		going[left++] = (uint8_t)i;
	}
	while (left > 0) {
		size_t	 kept = 0;

		for (size_t i = 0; i < left; i++) {
			const uint8_t	 lane = going[i];

			going[kept] = lane;
			kept += lane_step(t, &lanes[lane]);
		}
		left = kept;
	}
	for (size_t i = 0; i < n; i++)
		v[i].class = lanes[i].class;
}

uint32_t
trie_parent(const struct trie *t, uint32_t class)
{
	assert(class < trie_classes(t));
	return class == 0 ? 0 : t->parents[class];
}

const uint32_t *
trie_sets(const struct trie *t, uint32_t class, size_t *n)
{
	assert(class < trie_classes(t));
	if (class == 0) {
		*n = 0;
		return NULL;
	}
	*n = t->sets_from[class + 1] - t->sets_from[class];
	return t->sets + t->sets_from[class];
}
