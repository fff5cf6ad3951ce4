/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trie.c - all prefixes of all sets, walked once.
 *
 * A radix tree: a node is a place where prefixes end or part, and its label is
 * what they share between the node above and here. Walking is the hot path, and
 * what costs there is a branch guessed wrong and a load that waits for another.
 * So all nodes are of one kind and stand in one array, each half a cache line
 * with the first eight bytes of its label; the child for a key is at the node's
 * base plus that key, if the node found there names this one as its parent
 * (a "double array": J. Aoe, 1989). Nodes share the room between children.
 * Where a crowd of prefixes begins alike, walks begin behind that (doors.h).
 *
 * Freezing is a radix sort that leaves its tree behind: a node is a range of
 * entries, sorted by their next byte and cut at each change of it. There is no
 * recursion: ranges wait on a stack, so that those of one branch come one after
 * the other, while their text is near. A range of few entries is sorted by all
 * that is left of them, once for all nodes below.
 *
 * Invariants: node 0 is the root and nobody's child; the key that leads to a
 * node is not part of its label; a node without a prefix of its own has the
 * class of the nearest one above, so a walk never looks back; a parent's class
 * is lower than its children's; BYTES empty nodes stand behind the last one.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/doors.h"
#include "base/mem.h"
#include "base/trie.h"

#define LANES	8			/* bytes in a word */
#define BYTES	256
#define NONE	UINT32_MAX		/* parent of the root and of no node */
#define TRIES	64			/* places that children look at: the
					 * bits of a word */
#define FEW	16			/* entries sorted without buckets */
#define CROWD	4u			/* entries that a door leads to */
#define LARGE	(512u << 10)		/* bytes of nodes: beyond what is near
					 * to the processor */

struct entry {
	const uint8_t	*p;		/* the prefix */
	uint32_t	 n;		/* bytes */
	uint32_t	 set;
	uint32_t	 key;		/* where it is looked at: the byte, 1 to
					 * 256; 0 at the end */
};

struct node {
	uint64_t	head;		/* the first bytes of the label */
	uint32_t	base;		/* of the children; 0: none */
	uint32_t	parent;
	uint32_t	class;
	uint32_t	label_n;	/* bytes */
	uint32_t	tail;		/* where in tails the label goes on */
	uint32_t	head_n;		/* bytes of the label in head */
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
	uint64_t	*empty;		/* a bit for each node */
	size_t		 empty_cap;	/* words */
	size_t		 free;		/* no node before is tried again */
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

static void
label_set(struct build *b, struct node *node, const uint8_t *p, uint32_t n)
{
	const uint32_t	 head = n < LANES ? n : LANES;
	const uint32_t	 rest = n - head;
	struct trie	*t = b->t;

	node->label_n = n;
	node->head = word(p, head);
	node->head_n = head;
	if (rest == 0)
		return;
	t->tails = mem_grow(t->tails, &b->tails_cap, b->ntails + rest, 1);
	memcpy(t->tails + b->ntails, p + head, rest);
	node->tail = (uint32_t)b->ntails;
	b->ntails += rest;
}

/* Let there be END nodes, and BYTES empty ones behind them. */
static void
nodes_grow(struct build *b, size_t end)
{
	const size_t	 before = b->nodes_cap, words = b->empty_cap;
	struct trie	*t = b->t;

	if (end > UINT32_MAX - BYTES)
		too_many();
	t->nodes = mem_grow(t->nodes, &b->nodes_cap, end + BYTES,
	    sizeof(t->nodes[0]));
	for (size_t i = before; i < b->nodes_cap; i++)
		t->nodes[i] = (struct node){ .parent = NONE };
	b->empty = mem_grow(b->empty, &b->empty_cap,
	    (end + 2 * BYTES) / TRIES + 1, sizeof(b->empty[0]));
	for (size_t i = words; i < b->empty_cap; i++)
		b->empty[i] = UINT64_MAX;
	b->nnodes = end;
}

/* Which nodes are empty from this one on? Those behind the end all are. */
static inline uint64_t
empty_from(const struct build *b, size_t at)
{
	const uint64_t	*words = &b->empty[at / TRIES];
	const unsigned	 shift = at % TRIES;

	return words[0] >> shift | words[1] << 1 << (TRIES - 1 - shift);
}

/*
 * A base for children with these ascending keys. Gaps between other children
 * are tried from the first one on, TRIES of them at once. If none will do,
 * these gaps are given up, for everybody, so that the search stays short; then
 * the end has room.
 */
static uint32_t
base_find(struct build *b, const uint8_t *keys, size_t n)
{
	uint64_t	 fits = UINT64_MAX, empty;
	size_t		 at, end;

	while ((empty = empty_from(b, b->free)) == 0)
		b->free += TRIES;
	b->free += (unsigned)__builtin_ctzll(empty);
	at = b->free < keys[0] ? keys[0] : b->free;
	for (size_t i = 0; i < n; i++)
		fits &= empty_from(b, at + keys[i] - keys[0]);
	if (fits == 0) {
		b->free = at + TRIES;
		at = b->nnodes;
	} else
		at += (unsigned)__builtin_ctzll(fits);
	end = at - keys[0] + keys[n - 1] + 1;
	if (end > b->nnodes)
		nodes_grow(b, end);
	return (uint32_t)(at - keys[0]);
}

static void
child_make(struct build *b, uint32_t parent, uint32_t child)
{
	struct node	*nodes = b->t->nodes;

	nodes[child].parent = parent;
	nodes[child].class = nodes[parent].class;
	b->empty[child / TRIES] &= ~(UINT64_C(1) << child % TRIES);
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
	b->t->nodes[r.node].base = base;
	for (size_t i = 0; i < n; i++) {
		b->todo[first + i].node = base + keys[i];
		child_make(b, r.node, base + keys[i]);
	}
}

/* The bytes before the label and within it, if they fill words. */
static void
doors_make(struct trie *t, struct range r, uint32_t depth)
{
	const struct node	*node = &t->nodes[r.node];
	const struct door	 door = { .node = r.node,
	    .parent = node->parent, .pos = r.depth, .class = node->class };

	if (r.to - r.from < CROWD)
		return;
	for (uint32_t n = DOORS_NEAR; n <= DOORS_FAR; n += LANES)
		if (r.depth <= n && n <= depth)
			doors_add(&t->doors, t->entries[r.from].p, n, &door,
			    r.to - r.from);
}

static void
node_make(struct build *b, struct range r)
{
	struct trie		*t = b->t;
	struct node		*node = &t->nodes[r.node];
	const struct entry	*e = t->entries;
	const uint32_t		 depth = range_sort(b, &r);
	const uint32_t		 from = r.from;

	if (depth > r.depth)
		label_set(b, node, e[from].p + r.depth, depth - r.depth);
	doors_make(t, r, depth);
	while (r.from < r.to && e[r.from].key == 0)
		r.from++;
	if (r.from > from)
		node->class = class_make(t, node->class, e + from,
		    r.from - from);
	if (r.from < r.to)
		children_make(b, r, depth);
}

void
trie_freeze(struct trie *t)
{
	struct build	 b = { .t = t, .free = 1 };

	assert(!t->frozen);
	t->frozen = true;
	t->nclasses = 1;
	if (t->n > 0) {
		t->parents = xcalloc(t->n + 1, sizeof(t->parents[0]));
		t->sets_from = xcalloc(t->n + 2, sizeof(t->sets_from[0]));
		t->sets = xcalloc(t->n, sizeof(t->sets[0]));
		b.sorted = xreallocarray(NULL, t->n, sizeof(b.sorted[0]));
		nodes_grow(&b, t->n + t->n / 2);	/* or so */
		b.nnodes = 1;
		doors_init(&t->doors, &(struct door){ .parent = NONE });
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

/* Of the label, as far as it stands in the node and behind that. */

static inline bool
head_matches(const struct node *node, uint64_t here)
{
	static const uint64_t	 masks[LANES + 1] = {
		0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff,
		0xffffffffffff, 0xffffffffffffff, UINT64_MAX
	};

	return ((here ^ node->head) & masks[node->head_n]) == 0;
}

static inline bool
tail_matches(const struct trie *t, const struct node *node, const uint8_t *p)
{
	return memcmp(p + LANES, t->tails + node->tail,
	    node->label_n - LANES) == 0;
}

/*
 * Does the path go on from POS with the label of the node? What decides is put
 * into one condition, since each alone is hard to guess.
 */
static inline bool
label_matches(const struct trie *t, const struct node *node, struct slice path,
    size_t pos, bool more)
{
	const uint32_t		 n = node->label_n;

	if (!(head_matches(node, word_at(path, pos, more)) &
	    (n <= path.n - pos)))
		return false;
	return n <= LANES || tail_matches(t, node, path.p + pos);
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
	uint32_t	 class = from->class, i = from->node;
	size_t		 pos = from->pos;

	for (;;) {
		const struct node	*node = &t->nodes[i];
		uint32_t		 next;

		if (!label_matches(t, node, path, pos, more))
			return class;
		class = node->class;
		pos += node->label_n;
		if (pos == path.n)
			return class;
		next = node->base + path.p[pos++];
		if (t->nodes[next].parent != i)
			return class;
		i = next;
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
	struct trie_path	*to;
	size_t			 pos;
	uint32_t		 node, parent;	/* looked at next, if it is
						 * the child of this one */
};

/* IF ? YES : NO, of which no compiler makes a branch. */
static inline uint32_t
choose(bool if_so, uint32_t yes, uint32_t no)
{
	return no ^ ((yes ^ no) & (0 - (uint32_t)if_so));
}

/*
 * A step. False when the path goes no further, which comes at a depth that
 * nobody foresees: so there is no branch but for long labels, which are few.
 */
static inline bool
lane_step(const struct trie *t, struct lane *l)
{
	const struct node	*node = &t->nodes[l->node];
	const struct slice	 path = l->to->path;
	const size_t		 end = l->pos + node->label_n;
	bool			 fits, goes_on;

	fits = (node->parent == l->parent) & head_matches(node,
	    le64(path.p + l->pos)) & (end <= path.n);
	if (node->label_n > LANES)
		fits = fits && tail_matches(t, node, path.p + l->pos);
	goes_on = fits & (end < path.n);
	l->to->class = choose(fits, node->class, l->to->class);
	l->parent = l->node;
	l->node = node->base + path.p[end & (0 - (size_t)goes_on)];
	l->pos = end + 1;
	__builtin_prefetch(&t->nodes[l->node]);
	return goes_on;
}

void
trie_walk_together(const struct trie *t, struct trie_path *v, size_t n)
{
	struct lane	 lanes[TRIE_TOGETHER];
	size_t		 left = 0;

	assert(t->frozen && n <= TRIE_TOGETHER);
	for (size_t i = 0; i < n; i++)
		if (v[i].more < LANES || t->nodes == NULL)
			v[i].class = trie_walk(t, v[i].path, v[i].more);
		else {
			const struct door	*from = door_of(t, v[i].path,
			    v[i].more);

			v[i].class = from->class;
			lanes[left++] = (struct lane){ &v[i], from->pos,
			    from->node, from->parent };
		}
	while (left > 0) {
		size_t	 kept = 0;

		for (size_t i = 0; i < left; i++) {
			struct lane	 l = lanes[i];
			const bool	 goes_on = lane_step(t, &l);

			lanes[kept] = l;
			kept += goes_on;
		}
		left = kept;
	}
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
