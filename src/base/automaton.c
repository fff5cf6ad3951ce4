/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * automaton.c - which of many regular expressions are found in a text?
 *
 * A state is the list of nodes that walks over the graph may have come to when
 * the bytes so far were read. Left out are the nodes where a walk begins: one
 * may begin before each byte, so they belong to every state. A node with an
 * assertion about what follows waits in the list until the next symbol is
 * known; for \b a state also knows whether it lies behind a part of a word. To
 * have found something belongs to a state as well, and its transitions are
 * marked so that they are noticed.
 *
 * A transition is the place of the next state's first transition, which saves
 * a multiplication for each byte. Where a walk may go on is asked of each node
 * for one symbol; but all symbols that get the same answers from all nodes lead
 * to the same state, so their transitions are made at once.
 */
#include "base/automaton.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

#define MARKED		0x80000000u	/* something to note, or unknown */
#define UNKNOWN		UINT32_MAX
#define NOWHERE		(MARKED - 1)	/* instead of a place: no walk left */
#define FLUSH_RATIO	500u		/* bytes that a state has to serve */
#define HITS_MAX	64u

struct state {
	size_t		 items;		/* where its list begins */
	uint32_t	 nitems;
	uint32_t	 verdict;
	uint64_t	 hash;
	bool		 begins;	/* before the first byte */
	bool		 word;		/* behind one, if anybody asks */
};

/* What is being put together: a list of nodes, and what was found there. */
struct draft {
	uint32_t	*items;
	uint32_t	 n;
	uint32_t	*found;		/* numbers of expressions */
	size_t		 nfound;
	bool		 asserts;	/* some node waits */
};

struct automaton {
	struct nfa		*nfa;
	struct verdicts		*verdicts;
	uint32_t		 age;		/* of these */
	automaton_sets_fn	 sets_of;
	void			*sets_arg;
	size_t			 memory;
	struct hash_key		 seed;
	bool			 words;		/* some node asks for \b */
	struct byteset		 parts;		/* symbols: parts of words */
	struct byteset		 all;		/* symbols that are bytes */

	uint32_t		*moves;		/* by place of state, symbol */
	size_t			 nmoves, moves_cap;
	struct state		*states;
	size_t			 nstates, states_cap;
	uint32_t		*items;		/* of all states */
	size_t			 nitems, items_cap;
	uint32_t		*table;		/* open; state + 1 */
	size_t			 mask;
	uint32_t		 start;		/* place; UNKNOWN */
	uint32_t		 start_verdict;

	uint32_t		*roots;		/* where walks begin, later */
	uint32_t		 nroots;
	bool			 roots_assert;

	struct draft		 draft;
	struct byteset		 alike;		/* symbols; see narrow() */
	uint32_t		 nwords;	/* of such a set */
	uint32_t		*stack;
	size_t			 top;
	uint32_t		*now, *then;	/* by node: stamps */
	uint32_t		 stamp;
	uint32_t		*sets;		/* scratch */
	size_t			 sets_cap;

	uint64_t		 served;	/* bytes, since the flush */
	uint64_t		 made, asked, flushes;
	bool			 overwhelmed;
};

/* A symbol that is about to be read, and where. */
struct moment {
	uint32_t	 symbol;	/* of the byte */
	bool		 end;		/* no byte */
	bool		 last;		/* end, or before a last newline */
	bool		 begins;
	bool		 before, after;	/* parts of words */
};

/* Drafts. */

static void
begin_draft(struct automaton *a)
{
	if (++a->stamp == 0) {
		memset(a->now, 0, a->nfa->nnodes * sizeof(*a->now));
		memset(a->then, 0, a->nfa->nnodes * sizeof(*a->then));
		a->stamp = 1;
	}
	a->draft.n = 0;
	a->draft.nfound = 0;
	a->draft.asserts = false;
}

/* A node is on the stack at most once for each kind of stamp. */
static void
push(struct automaton *a, uint32_t *stamps, uint32_t node)
{
	if (stamps[node] == a->stamp)
		return;
	stamps[node] = a->stamp;
	a->stack[a->top++] = node;
}

/* From a fork to where no symbol is needed. */
static void
push_ways(struct automaton *a, uint32_t *stamps, const struct nfa_fork *f)
{
	for (uint32_t i = f->nbranches; i < f->n; i++)
		push(a, stamps, a->nfa->ways[f->first + i]);
}

/* To the draft with this node, and all that it leads to without a byte. */
static void
arrive(struct automaton *a, uint32_t node, bool begins)
{
	const size_t	 bottom = a->top;
	struct draft	*d = &a->draft;

	push(a, a->then, node);
	while (a->top > bottom) {
		const uint32_t		 at = a->stack[--a->top];
		const struct nfa_node	*n = &a->nfa->nodes[at];
		const struct nfa_fork	*f;

		switch ((enum nfa_kind)n->kind) {
		case NFA_ASSERT:
			if (n->what == ASSERT_BEGIN) {
				if (begins)
					push(a, a->then, n->next);
				break;
			}
			d->asserts = true;
			d->items[d->n++] = at;
			break;
		case NFA_BYTE:
			d->items[d->n++] = at;
			break;
		case NFA_FORK:
			f = &a->nfa->forks[n->next];
			if (f->nbranches > 0)
				d->items[d->n++] = at;
			push_ways(a, a->then, f);
			break;
		case NFA_FOUND:
			d->found[d->nfound++] = n->next;
			break;
		}
	}
}

static bool
holds(enum regex_assert what, const struct moment *m)
{
	switch (what) {
	case ASSERT_BEGIN:
		return m->begins;
	case ASSERT_END:
		return m->end;
	case ASSERT_DOLLAR:
		return m->last;
	case ASSERT_WORD:
		return m->before != m->after;
	case ASSERT_NOT_WORD:
		return m->before == m->after;
	}
	return false;
}

/* Of symbols, only those are alike that are in the set if this one is. */
static bool
narrow(struct automaton *a, const struct byteset *set, uint32_t symbol)
{
	const bool	 has = byteset_has(set, (uint8_t)symbol);
	const uint64_t	 others = has ? 0 : UINT64_MAX;

	for (size_t i = 0; i < a->nwords; i++)
		a->alike.bits[i] &= set->bits[i] ^ others;
	return has;
}

static void
leave_by_branch(struct automaton *a, const struct nfa_fork *f, uint32_t symbol)
{
	const uint8_t	*symbols = a->nfa->symbols + f->first;

	a->alike = (struct byteset){ { 0 } };
	a->alike.bits[symbol / 64] = UINT64_C(1) << symbol % 64;
	for (uint32_t i = 0; i < f->nbranches; i++)
		if (symbols[i] == symbol)
			arrive(a, a->nfa->ways[f->first + i], false);
}

/* From a node that needs a byte, by this one. */
static void
leave_by_byte(struct automaton *a, const struct nfa_node *n,
    const struct moment *m)
{
	if (m->end || !narrow(a, &a->nfa->sets[n->set], m->symbol))
		return;
	if (n->kind == NFA_BYTE)
		arrive(a, n->next, false);
	else
		leave_by_branch(a, &a->nfa->forks[n->next], m->symbol);
}

/* From a node with an assertion by the symbol at hand. */
static void
leave(struct automaton *a, uint32_t node, const struct moment *m)
{
	const size_t	 bottom = a->top;

	push(a, a->now, node);
	while (a->top > bottom) {
		const uint32_t		 at = a->stack[--a->top];
		const struct nfa_node	*n = &a->nfa->nodes[at];
		const struct nfa_fork	*f;

		switch ((enum nfa_kind)n->kind) {
		case NFA_ASSERT:
			if (holds((enum regex_assert)n->what, m))
				push(a, a->now, n->next);
			break;
		case NFA_BYTE:
			leave_by_byte(a, n, m);
			break;
		case NFA_FORK:
			f = &a->nfa->forks[n->next];
			if (f->nbranches > 0)
				leave_by_byte(a, n, m);
			push_ways(a, a->now, f);
			break;
		case NFA_FOUND:
			a->draft.found[a->draft.nfound++] = n->next;
			break;
		}
	}
}

static void
leave_each(struct automaton *a, const uint32_t *items, uint32_t n,
    const struct moment *m)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct nfa_node	*node = &a->nfa->nodes[items[i]];

		if (node->kind == NFA_ASSERT)
			leave(a, items[i], m);
		else
			leave_by_byte(a, node, m);
	}
}

static int
by_number(const void *va, const void *vb)
{
	const uint32_t	*a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

/* The same nodes in the same order; mostly they are few. */
static void
sort_draft(struct draft *d)
{
	if (d->n > 24) {
		qsort(d->items, d->n, sizeof(*d->items), by_number);
		return;
	}
	for (uint32_t i = 1; i < d->n; i++) {
		const uint32_t	 item = d->items[i];
		uint32_t	 j = i;

		for (; j > 0 && d->items[j - 1] > item; j--)
			d->items[j] = d->items[j - 1];
		d->items[j] = item;
	}
}

/* What was found, told in sets. */
static uint32_t
draft_verdict(struct automaton *a)
{
	size_t	 sum = 0, n;

	if (a->draft.nfound == 0)
		return VERDICTS_NONE;
	for (size_t i = 0; i < a->draft.nfound; i++) {
		const uint32_t	*sets = a->sets_of(a->sets_arg,
		    a->draft.found[i], &n);

		a->sets = mem_grow(a->sets, &a->sets_cap, sum + n,
		    sizeof(*a->sets));
		if (n > 0)
			memcpy(a->sets + sum, sets, n * sizeof(*sets));
		sum += n;
	}
	return verdicts_add(a->verdicts, a->sets, sum);
}

/* States. */

static void
flush(struct automaton *a)
{
	a->nmoves = a->nstates = a->nitems = 0;
	memset(a->table, 0, (a->mask + 1) * sizeof(*a->table));
	a->start = UNKNOWN;
	a->served = 0;
}

static size_t
used(const struct automaton *a)
{
	return (a->nmoves + a->nitems + a->mask + 1) * sizeof(uint32_t) +
	    a->nstates * sizeof(struct state);
}

static void
grow_table(struct automaton *a)
{
	a->mask = 2 * a->mask + 1;
	free(a->table);
	a->table = xcalloc(a->mask + 1, sizeof(*a->table));
	for (size_t i = 0; i < a->nstates; i++) {
		size_t	 at = a->states[i].hash & a->mask;

		while (a->table[at] != 0)
			at = (at + 1) & a->mask;
		a->table[at] = (uint32_t)(i + 1);
	}
}

static bool
same_state(const struct automaton *a, const struct state *s,
    const struct state *want)
{
	return s->hash == want->hash && s->nitems == want->nitems &&
	    s->verdict == want->verdict && s->begins == want->begins &&
	    s->word == want->word && (s->nitems == 0 ||
	    memcmp(a->items + s->items, a->draft.items,
	    s->nitems * sizeof(*a->items)) == 0);
}

static uint64_t
draft_hash(const struct automaton *a, const struct state *s)
{
	uint64_t	 h = (uint64_t)s->verdict << 2 |
	    (uint64_t)s->begins << 1 | s->word;

	for (uint32_t i = 0; i < a->draft.n; i++)
		h = hash_word(&a->seed, h ^ a->draft.items[i]);
	return hash_word(&a->seed, h);
}

static void
keep_state(struct automaton *a, struct state *s, size_t at)
{
	const size_t	 width = a->nfa->nsymbols;

	a->states = mem_grow(a->states, &a->states_cap, a->nstates + 1,
	    sizeof(*a->states));
	a->items = mem_grow(a->items, &a->items_cap, a->nitems + a->draft.n,
	    sizeof(*a->items));
	a->moves = mem_grow(a->moves, &a->moves_cap, a->nmoves + width,
	    sizeof(*a->moves));
	s->items = a->nitems;
	if (s->nitems > 0)
		memcpy(a->items + a->nitems, a->draft.items,
		    s->nitems * sizeof(*a->items));
	memset(a->moves + a->nmoves, 0xff, width * sizeof(*a->moves));
	a->nitems += s->nitems;
	a->nmoves += width;
	a->states[a->nstates++] = *s;
	a->table[at] = (uint32_t)a->nstates;
	a->made++;
}

/*
 * The state that was drafted, perhaps known. When there is no room for it, all
 * others are forgotten.
 */
static uint32_t
take_draft(struct automaton *a, bool begins, bool word)
{
	struct state	 s = { .begins = begins };
	size_t		 at;

	s.verdict = draft_verdict(a);
	s.word = word && a->words && (a->draft.asserts || a->roots_assert);
	sort_draft(&a->draft);
	s.nitems = a->draft.n;
	s.hash = draft_hash(a, &s);
	for (at = s.hash & a->mask; a->table[at] != 0; at = (at + 1) & a->mask)
		if (same_state(a, &a->states[a->table[at] - 1], &s))
			return a->table[at] - 1;
	if (used(a) + sizeof(s) + (s.nitems + a->nfa->nsymbols) *
	    sizeof(uint32_t) > a->memory && a->nstates > 1) {
		a->overwhelmed |= a->served < FLUSH_RATIO * a->nstates;
		a->flushes++;
		flush(a);
		at = s.hash & a->mask;
	}
	keep_state(a, &s, at);
	if (a->nstates > a->mask / 2)
		grow_table(a);
	return (uint32_t)a->nstates - 1;
}

static bool
is_dead(const struct automaton *a, const struct state *s)
{
	return s->nitems == 0 && a->nroots == 0;
}

/*
 * How others refer to it. At the end of the text it does not matter any more
 * that no walk is left.
 */
static uint32_t
move_to(const struct automaton *a, uint32_t state, bool end)
{
	const struct state	*s = &a->states[state];
	const uint32_t		 place = state * a->nfa->nsymbols;

	if (s->verdict != VERDICTS_NONE || (is_dead(a, s) && !end))
		return place | MARKED;
	return place;
}

static bool
is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') || c == '_';
}

static struct moment
moment_of(const struct automaton *a, const struct state *s, uint32_t symbol)
{
	struct moment	 m = { .symbol = symbol, .begins = s->begins,
	    .before = s->word };

	m.end = symbol == a->nfa->end;
	m.last = m.end || symbol == a->nfa->last_newline;
	if (symbol == a->nfa->last_newline)
		m.symbol = a->nfa->symbol_of['\n'];
	m.after = !m.end && byteset_has(&a->parts, (uint8_t)m.symbol);
	return m;
}

/* By this symbol, and by those that lead there, too. */
static void
set_moves(struct automaton *a, uint32_t place, uint32_t symbol, uint32_t move)
{
	uint32_t	*moves = a->moves + place;

	moves[symbol] = move;
	if (symbol >= a->nfa->nbytes)
		return;
	for (uint32_t i = 0; i < a->nwords; i++)
		for (uint64_t w = a->alike.bits[i]; w != 0; w &= w - 1)
			moves[64 * i + (unsigned)__builtin_ctzll(w)] = move;
}

/* Make the transition of the state at this place. */
static uint32_t
make_move(struct automaton *a, uint32_t place, uint32_t symbol)
{
	const struct state	 s = a->states[place / a->nfa->nsymbols];
	const struct moment	 m = moment_of(a, &s, symbol);
	const uint64_t		 flushes = a->flushes;
	uint32_t		 move;

	a->asked++;
	begin_draft(a);
	a->alike = a->all;
	if (a->words && !m.end)
		(void)narrow(a, &a->parts, m.symbol);
	leave_each(a, a->items + s.items, s.nitems, &m);
	if (!s.begins)
		leave_each(a, a->roots, a->nroots, &m);
	move = move_to(a, take_draft(a, false, m.after), m.end);
	if (a->flushes == flushes)
		set_moves(a, place, symbol, move);
	return move;
}

static uint32_t
start_place(struct automaton *a)
{
	if (a->start == UNKNOWN) {
		uint32_t	 state;

		begin_draft(a);
		arrive(a, a->nfa->root, true);
		state = take_draft(a, true, false);
		a->start_verdict = a->states[state].verdict;
		a->start = state * a->nfa->nsymbols;
	}
	return a->start;
}

/* Life. */

static void
make_roots(struct automaton *a)
{
	begin_draft(a);
	arrive(a, a->nfa->root, false);
	/* What is found at once is found at the start. */
	a->roots = xmemdup(a->draft.items, a->draft.n * sizeof(*a->roots));
	a->nroots = a->draft.n;
	a->roots_assert = a->draft.asserts;
	for (size_t i = 0; i < a->nfa->nnodes; i++)
		a->words |= a->nfa->nodes[i].kind == NFA_ASSERT &&
		    (a->nfa->nodes[i].what == ASSERT_WORD ||
		    a->nfa->nodes[i].what == ASSERT_NOT_WORD);
	byteset_add(&a->all, 0, a->nfa->nbytes - 1);
	for (uint32_t i = 0; i < a->nfa->nbytes; i++)
		if (is_word(a->nfa->byte_of[i]))
			byteset_add(&a->parts, i, i);
	a->nwords = (a->nfa->nbytes + 63) / 64;
}

struct automaton *
automaton_new(struct nfa *nfa, struct verdicts *verdicts, size_t memory,
    automaton_sets_fn sets_of, void *arg)
{
	struct automaton	*a = xcalloc(1, sizeof(*a));
	const size_t		 n = nfa->nnodes;

	a->nfa = nfa;
	a->verdicts = verdicts;
	a->age = verdicts_age(verdicts);
	a->memory = memory;
	a->sets_of = sets_of;
	a->sets_arg = arg;
	a->seed = hash_key_random();
	a->mask = 255;
	a->table = xcalloc(a->mask + 1, sizeof(*a->table));
	a->start = UNKNOWN;
	a->draft.items = xreallocarray(NULL, n, sizeof(uint32_t));
	a->draft.found = xreallocarray(NULL, 2 * n, sizeof(uint32_t));
	a->stack = xreallocarray(NULL, 2 * n, sizeof(uint32_t));
	a->now = xcalloc(n, sizeof(*a->now));
	a->then = xcalloc(n, sizeof(*a->then));
	make_roots(a);
	return a;
}

void
automaton_free(struct automaton *a)
{
	if (a == NULL)
		return;
	nfa_free(a->nfa);
	free(a->moves);
	free(a->states);
	free(a->items);
	free(a->table);
	free(a->roots);
	free(a->draft.items);
	free(a->draft.found);
	free(a->stack);
	free(a->now);
	free(a->then);
	free(a->sets);
	free(a);
}

bool
automaton_overwhelmed(const struct automaton *a)
{
	return a->overwhelmed;
}

void
automaton_stats(const struct automaton *a, struct automaton_stats *to)
{
	*to = (struct automaton_stats){ .made = a->made,
	    .asked = a->asked, .flushes = a->flushes, .states = a->nstates,
	    .bytes = used(a) };
}

/* Running. */

struct run {
	uint32_t	 hits[HITS_MAX];	/* verdicts, each once */
	size_t		 n;
};

static void
note(struct automaton *a, struct run *r, uint32_t verdict)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->hits[i] == verdict)
			return;
	if (r->n == HITS_MAX) {
		r->hits[0] = verdicts_join(a->verdicts, r->hits, r->n);
		r->n = 1;
	}
	r->hits[r->n++] = verdict;
}

/* Too many verdicts: go on with no other than that of this run. */
static void
renew_verdicts(struct automaton *a, struct run *r)
{
	const uint32_t	*list;
	uint32_t	*copy;
	size_t		 n;

	r->hits[0] = verdicts_join(a->verdicts, r->hits, r->n);
	list = verdicts_list(a->verdicts, r->hits[0], &n);
	copy = xmemdup(list, n * sizeof(*list));
	verdicts_clear(a->verdicts);
	r->hits[0] = verdicts_add(a->verdicts, copy, n);
	r->n = 1;
	free(copy);
	a->age = verdicts_age(a->verdicts);
}

/* A transition that is marked, or not known yet. Returns a place. */
static uint32_t
look(struct automaton *a, struct run *r, uint32_t place, uint32_t symbol)
{
	uint32_t		 move = a->moves[place + symbol];
	const struct state	*s;

	if (move == UNKNOWN)
		move = make_move(a, place, symbol);
	place = move & ~MARKED;
	if (move == place)
		return place;
	s = &a->states[place / a->nfa->nsymbols];
	if (s->verdict != VERDICTS_NONE)
		note(a, r, s->verdict);
	return is_dead(a, s) ? NOWHERE : place;
}

/* All states that know verdicts go with these. The one at PLACE stays. */
static uint32_t
move_house(struct automaton *a, struct run *r, uint32_t place)
{
	const struct state	 s = a->states[place / a->nfa->nsymbols];

	a->draft.n = s.nitems;
	a->draft.nfound = 0;
	a->draft.asserts = true;	/* as it was: its word is known */
	if (s.nitems > 0)
		memcpy(a->draft.items, a->items + s.items,
		    s.nitems * sizeof(*a->items));
	renew_verdicts(a, r);
	flush(a);
	return take_draft(a, s.begins, s.word) * a->nfa->nsymbols;
}

static uint32_t
step(struct automaton *a, struct run *r, uint32_t place, uint32_t symbol)
{
	uint32_t	 move = a->moves[place + symbol];

	if (move < MARKED)
		return move;
	place = look(a, r, place, symbol);
	if (place != NOWHERE &&
	    verdicts_bytes(a->verdicts) > AUTOMATON_VERDICTS_MAX)
		place = move_house(a, r, place);
	return place;
}

static void
run_text(struct automaton *a, struct run *r, struct slice text)
{
	const bool	 newline = text.n > 0 && text.p[text.n - 1] == '\n';
	const uint8_t	*p = text.p, *end = text.n == 0 ? p :
	    p + (text.n - newline);
	const uint8_t	*symbol_of = a->nfa->symbol_of;
	uint32_t	 place = start_place(a);
	const uint32_t	*moves = a->moves;

	if (a->start_verdict != VERDICTS_NONE)
		note(a, r, a->start_verdict);
	while (p != end) {
		const uint32_t	 symbol = symbol_of[*p++];
		/* So that only one load has to wait for another. */
		const uint32_t	*column = moves + symbol;
		const uint32_t	 move = column[place];

		if (move < MARKED) {
			place = move;
			continue;
		}
		place = step(a, r, place, symbol);
		if (place == NOWHERE)
			return;
		moves = a->moves;
	}
	if (newline)
		place = step(a, r, place, a->nfa->last_newline);
	if (place != NOWHERE)
		(void)step(a, r, place, a->nfa->end);
}

uint32_t
automaton_run(struct automaton *a, struct slice text, uint32_t before)
{
	struct run	 r;

	r.n = 0;		/* the rest is not looked at */
	if (before != VERDICTS_NONE)
		r.hits[r.n++] = before;
	if (a->age != verdicts_age(a->verdicts)) {
		flush(a);
		a->age = verdicts_age(a->verdicts);
	}
	run_text(a, &r, text);
	a->served += text.n;
	return verdicts_join(a->verdicts, r.hits, r.n);
}
