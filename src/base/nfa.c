/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nfa.c - many regular expressions as one graph.
 *
 * Each alternative of each expression is a row of elements. The rows are put in
 * order, so that those which begin alike stand together, and become a trie of
 * elements: however many patterns begin with ^/home/[a-z]+/, that is followed
 * once. Since only the existence of a match counts, and it may begin and end
 * anywhere, what can be empty at either end of a row is left out.
 *
 * An element is built from its end to its beginning: it gets the node that
 * comes after it, and answers with the node where it starts. Edges of a fork
 * are chained while it is built, and put side by side at the end: those by one
 * symbol apart from the others, so that nobody has to try them one by one. What
 * turned out to be no fork is stepped over then.
 */
#include "base/nfa.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"

struct element {
	const struct regex	*tree;
	uint32_t		 set;	/* of a byte: index + 1; else 0 */
};

struct row {
	struct element	*v;
	size_t		 n, cap;
	uint32_t	 number;
};

struct edge {
	uint32_t	 to;		/* node */
	uint32_t	 next;		/* edge; 0: the last */
};

struct builder {
	struct nfa	*nfa;
	struct edge	*edges;
	size_t		 nedges, edges_cap;
	struct map	*sets;		/* index + 1, by their bytes */
	uint32_t	 single[256];	/* the same, of sets of one byte */
	struct arena	*arena;		/* of trees that were altered */
	struct row	*rows;
	size_t		 nrows, rows_cap;
};

/* Nodes. */

static uint32_t
new_node(struct nfa *a, enum nfa_kind kind, uint32_t next)
{
	a->nodes = mem_grow(a->nodes, &a->nodes_cap, a->nnodes + 1,
	    sizeof(*a->nodes));
	a->nodes[a->nnodes] = (struct nfa_node){ .kind = (uint8_t)kind,
	    .next = next };
	return (uint32_t)a->nnodes++;
}

/* One more way from this fork on. */
static void
add_edge(struct builder *b, uint32_t fork, uint32_t to)
{
	struct nfa_node	*from = &b->nfa->nodes[fork];

	b->edges = mem_grow(b->edges, &b->edges_cap, b->nedges + 1,
	    sizeof(*b->edges));
	b->edges[b->nedges] = (struct edge){ to, from->next };
	from->next = (uint32_t)b->nedges++;
}

static uint32_t
set_index(struct builder *b, const struct byteset *set)
{
	const struct slice	 bytes = { (const uint8_t *)set,
	    sizeof(*set) };
	const int		 only = byteset_only(set);
	struct nfa		*a = b->nfa;
	void			*known;

	if (only >= 0 && b->single[only] != 0)
		return b->single[only] - 1;
	if ((known = map_find(b->sets, bytes)) != NULL)
		return (uint32_t)((uintptr_t)known - 1);
	a->sets = mem_grow(a->sets, &a->sets_cap, a->nsets + 1,
	    sizeof(*a->sets));
	a->sets[a->nsets++] = *set;
	(void)map_put(b->sets, bytes, (void *)(uintptr_t)a->nsets);
	if (only >= 0)
		b->single[only] = (uint32_t)a->nsets;
	return (uint32_t)(a->nsets - 1);
}

static uint32_t	emit(struct builder *, const struct regex *, uint32_t next);

static uint32_t
emit_row(struct builder *b, const struct regex *x, uint32_t next)
{
	const struct regex	**v;
	size_t			  n = 0;

	for (const struct regex *p = x->parts; p != NULL; p = p->next)
		n++;
	v = xreallocarray(NULL, n + 1, sizeof(*v));
	n = 0;
	for (const struct regex *p = x->parts; p != NULL; p = p->next)
		v[n++] = p;
	while (n > 0)
		next = emit(b, v[--n], next);
	free(v);
	return next;
}

static uint32_t
emit_either(struct builder *b, const struct regex *x, uint32_t next)
{
	const uint32_t	 fork = new_node(b->nfa, NFA_FORK, 0);

	for (const struct regex *p = x->parts; p != NULL; p = p->next)
		add_edge(b, fork, emit(b, p, next));
	return fork;
}

/* Those that have to be, and then a loop, or some that may be left out. */
static uint32_t
emit_repeat(struct builder *b, const struct regex *x, uint32_t next)
{
	const uint32_t	 after = next;
	uint32_t	 min = x->min, fork;

	if (x->max == REGEX_EVER) {
		fork = new_node(b->nfa, NFA_FORK, 0);
		add_edge(b, fork, after);
		next = emit(b, x->parts, fork);
		add_edge(b, fork, next);
		if (min == 0)
			next = fork;
		else
			min--;
	} else
		for (uint32_t i = min; i < x->max; i++) {
			fork = new_node(b->nfa, NFA_FORK, 0);
			add_edge(b, fork, after);
			add_edge(b, fork, emit(b, x->parts, next));
			next = fork;
		}
	for (; min > 0; min--)
		next = emit(b, x->parts, next);
	return next;
}

/* Recursion is as deep as groups are nested. */
static uint32_t
emit(struct builder *b, const struct regex *x, uint32_t next)
{
	uint32_t	 at;

	switch (x->kind) {
	case REGEX_BYTE:
		at = new_node(b->nfa, NFA_BYTE, next);
		b->nfa->nodes[at].set = set_index(b, &x->set);
		return at;
	case REGEX_ASSERT:
		at = new_node(b->nfa, NFA_ASSERT, next);
		b->nfa->nodes[at].what = (uint8_t)x->what;
		return at;
	case REGEX_ROW:
		return emit_row(b, x, next);
	case REGEX_EITHER:
		return emit_either(b, x, next);
	case REGEX_REPEAT:
		return emit_repeat(b, x, next);
	}
	return next;
}

/* Rows. */

static void
row_add(struct builder *b, struct row *r, const struct regex *x)
{
	if (x->kind == REGEX_ROW) {
		for (const struct regex *p = x->parts; p != NULL; p = p->next)
			row_add(b, r, p);
		return;
	}
	r->v = mem_grow(r->v, &r->cap, r->n + 1, sizeof(*r->v));
	r->v[r->n++] = (struct element){ x,
	    x->kind == REGEX_BYTE ? set_index(b, &x->set) + 1 : 0 };
}

/* An end of a row need not be repeated more often than it must. */
static void
trim_repeat(struct builder *b, struct element *e)
{
	struct regex	*least;

	if (e->tree->kind != REGEX_REPEAT || e->tree->max == e->tree->min)
		return;
	least = arena_copy(b->arena, e->tree, sizeof(*e->tree));
	least->max = least->min;
	e->tree = least;
}

static void
trim(struct builder *b, struct row *r)
{
	size_t	 from = 0;

	while (r->n > 0 && regtree_nullable(r->v[r->n - 1].tree))
		r->n--;
	while (from < r->n && regtree_nullable(r->v[from].tree))
		from++;
	r->n -= from;
	if (r->n == 0)
		return;
	memmove(r->v, r->v + from, r->n * sizeof(*r->v));
	trim_repeat(b, &r->v[0]);
	trim_repeat(b, &r->v[r->n - 1]);
}

static void
add_row(struct builder *b, const struct regex *x, uint32_t number)
{
	struct row	*r;

	b->rows = mem_grow(b->rows, &b->rows_cap, b->nrows + 1,
	    sizeof(*b->rows));
	r = &b->rows[b->nrows++];
	*r = (struct row){ .number = number };
	row_add(b, r, x);
	trim(b, r);
}

static void
add_rows(struct builder *b, const struct nfa_expression *e)
{
	if (e->tree->kind != REGEX_EITHER) {
		add_row(b, e->tree, e->number);
		return;
	}
	for (const struct regex *p = e->tree->parts; p != NULL; p = p->next)
		add_row(b, p, e->number);
}

/* Most are single bytes, and known by their sets. */
static int
compare_elements(const struct element *a, const struct element *b)
{
	if (a->set != b->set)
		return a->set < b->set ? -1 : 1;
	return a->set != 0 ? 0 : regtree_compare(a->tree, b->tree);
}

static int
by_elements(const void *va, const void *vb)
{
	const struct row	*a = va, *b = vb;

	for (size_t i = 0; i < a->n && i < b->n; i++) {
		const int	 c = compare_elements(&a->v[i], &b->v[i]);

		if (c != 0)
			return c;
	}
	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* How many elements do they have in common, from the first on? */
static size_t
alike(const struct row *a, const struct row *b)
{
	size_t	 n = 0;

	while (n < a->n && n < b->n &&
	    compare_elements(&a->v[n], &b->v[n]) == 0)
		n++;
	return n;
}

/* Forks behind each element of the row before are where others branch off. */
static void
emit_rows(struct builder *b)
{
	struct nfa	*a = b->nfa;
	uint32_t	*forks = NULL;
	size_t		 cap = 0;

	for (size_t i = 0; i < b->nrows; i++) {
		const struct row	*r = &b->rows[i];
		size_t			 n = i == 0 ? 0 : alike(r - 1, r);

		forks = mem_grow(forks, &cap, r->n + 1, sizeof(*forks));
		forks[0] = a->root;
		for (; n < r->n; n++) {
			forks[n + 1] = new_node(a, NFA_FORK, 0);
			add_edge(b, forks[n],
			    emit(b, r->v[n].tree, forks[n + 1]));
		}
		add_edge(b, forks[r->n], new_node(a, NFA_FOUND, r->number));
	}
	free(forks);
}

/* Symbols. */

/* Tell apart the bytes that are in the set from those that are not. */
static void
split(struct nfa *a, const struct byteset *set)
{
	uint32_t	 number[256][2];
	uint32_t	 n = 0;

	memset(number, 0xff, sizeof(number));
	for (unsigned c = 0; c < 256; c++) {
		uint32_t	*to = &number[a->symbol_of[c]]
		    [byteset_has(set, (uint8_t)c)];

		if (*to == UINT32_MAX) {
			a->byte_of[n] = (uint8_t)c;
			*to = n++;
		}
		a->symbol_of[c] = (uint8_t)*to;
	}
	a->nbytes = n;
}

/* A set of bytes, told in symbols instead. */
static void
tell_in_symbols(const struct nfa *a, struct byteset *set)
{
	struct byteset	 symbols = { { 0 } };

	for (uint32_t i = 0; i < a->nbytes; i++)
		if (byteset_has(set, a->byte_of[i]))
			byteset_add(&symbols, i, i);
	*set = symbols;
}

static bool
asks_for_words(const struct nfa *a)
{
	for (size_t i = 0; i < a->nnodes; i++)
		if (a->nodes[i].kind == NFA_ASSERT &&
		    (a->nodes[i].what == ASSERT_WORD ||
		    a->nodes[i].what == ASSERT_NOT_WORD))
			return true;
	return false;
}

static void
make_symbols(struct nfa *a)
{
	const struct byteset	 newline = { { UINT64_C(1) << '\n' } };
	const struct byteset	 word = { { UINT64_C(0x03ff000000000000),
	    UINT64_C(0x07fffffe87fffffe) } };

	split(a, &newline);
	if (asks_for_words(a))
		split(a, &word);
	for (size_t i = 0; i < a->nsets; i++)
		split(a, &a->sets[i]);
	for (size_t i = 0; i < a->nsets; i++)
		tell_in_symbols(a, &a->sets[i]);
	a->last_newline = a->nbytes;
	a->end = a->nbytes + 1;
	a->nsymbols = a->nbytes + 2;
}

/* Ways. */

/* The one symbol that leads on from each set; -1: there are more. */
static int16_t *
single_symbols(const struct nfa *a)
{
	int16_t	*v = xreallocarray(NULL, a->nsets + 1, sizeof(*v));

	for (size_t i = 0; i < a->nsets; i++)
		v[i] = (int16_t)byteset_only(&a->sets[i]);
	return v;
}

/* From here on; a fork with one edge is none. */
static uint32_t
step_over(const struct builder *b, uint32_t node)
{
	const struct nfa_node	*n = &b->nfa->nodes[node];

	while (n->kind == NFA_FORK && n->next != 0 &&
	    b->edges[n->next].next == 0) {
		node = b->edges[n->next].to;
		n = &b->nfa->nodes[node];
	}
	return node;
}

static int
symbol_to(const struct nfa *a, const int16_t *single, uint32_t node)
{
	const struct nfa_node	*n = &a->nodes[node];

	return n->kind == NFA_BYTE ? single[n->set] : -1;
}

/* The edges of a fork become ways; those that are branches are the first. */
static struct nfa_fork
part_ways(struct builder *b, uint32_t first, const int16_t *single)
{
	struct nfa	*a = b->nfa;
	struct nfa_fork	 f = { .first = (uint32_t)a->nways };
	uint32_t	 last;

	for (uint32_t e = first; e != 0; e = b->edges[e].next) {
		f.nbranches += symbol_to(a, single, b->edges[e].to) >= 0;
		f.n++;
	}
	if (f.nbranches == 1)
		f.nbranches = 0;
	a->nways += f.n;
	last = f.first + f.n;
	for (uint32_t e = first, at = f.first; e != 0; e = b->edges[e].next) {
		const uint32_t	 to = b->edges[e].to;
		const int	 symbol = symbol_to(a, single, to);

		if (f.nbranches > 0 && symbol >= 0) {
			a->symbols[at] = (uint8_t)symbol;
			a->ways[at++] = a->nodes[to].next;
		} else
			a->ways[--last] = to;
	}
	return f;
}

/* A set of all symbols that lead to branches. */
static uint32_t
branch_set(struct nfa *a, const struct nfa_fork *f)
{
	struct byteset	 set = { { 0 } };

	for (uint32_t i = 0; i < f->nbranches; i++)
		byteset_add(&set, a->symbols[f->first + i],
		    a->symbols[f->first + i]);
	a->sets = mem_grow(a->sets, &a->sets_cap, a->nsets + 1,
	    sizeof(*a->sets));
	a->sets[a->nsets] = set;
	return (uint32_t)a->nsets++;
}

static void
make_forks(struct builder *b)
{
	struct nfa	*a = b->nfa;
	int16_t		*single = single_symbols(a);
	size_t		 n = 0;

	for (size_t i = 0; i < a->nnodes; i++) {
		n += a->nodes[i].kind == NFA_FORK;
		if (a->nodes[i].kind == NFA_BYTE ||
		    a->nodes[i].kind == NFA_ASSERT)
			a->nodes[i].next = step_over(b, a->nodes[i].next);
	}
	for (size_t i = 1; i < b->nedges; i++)
		b->edges[i].to = step_over(b, b->edges[i].to);
	a->forks = xreallocarray(NULL, n, sizeof(*a->forks));
	a->ways = xreallocarray(NULL, b->nedges, sizeof(*a->ways));
	a->symbols = xcalloc(b->nedges, sizeof(*a->symbols));
	for (size_t i = 0; i < a->nnodes; i++) {
		struct nfa_node	*at = &a->nodes[i];
		struct nfa_fork	*f = &a->forks[a->nforks];

		if (at->kind != NFA_FORK ||
		    (i != a->root && step_over(b, (uint32_t)i) != i))
			continue;	/* nobody comes there */
		*f = part_ways(b, at->next, single);
		if (f->nbranches > 0)
			at->set = branch_set(a, f);
		at->next = (uint32_t)a->nforks++;
	}
	free(single);
}

struct nfa *
nfa_new(const struct nfa_expression *e, size_t n)
{
	struct builder	 b = { .nfa = xcalloc(1, sizeof(*b.nfa)) };

	b.sets = map_new();
	b.arena = arena_new();
	b.nedges = 1;			/* 0 is no edge */
	b.nfa->root = new_node(b.nfa, NFA_FORK, 0);
	for (size_t i = 0; i < n; i++)
		add_rows(&b, &e[i]);
	qsort(b.rows, b.nrows, sizeof(*b.rows), by_elements);
	emit_rows(&b);
	make_symbols(b.nfa);
	make_forks(&b);
	free(b.edges);
	for (size_t i = 0; i < b.nrows; i++)
		free(b.rows[i].v);
	free(b.rows);
	map_free(b.sets);
	arena_free(b.arena);
	return b.nfa;
}

void
nfa_free(struct nfa *a)
{
	if (a == NULL)
		return;
	free(a->nodes);
	free(a->forks);
	free(a->ways);
	free(a->symbols);
	free(a->sets);
	free(a);
}
