/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * search.c - many regular expressions, by as few automata as will do.
 *
 * At first all of them are one group, run by one automaton. Some sets of them
 * have far more states together than each of them has: those of `a.*b` and
 * `c.*d` are multiplied. Whether this matters depends on the texts, so it is
 * tried: when an automaton is overwhelmed, its group is parted. Expressions
 * that wait for ever once they have begun go to one part and all others to the
 * other; of one kind, each half gets those that begin alike. One that is too
 * much for an automaton of its own is given up, and so is a group when there
 * are too many.
 */
#include "base/search.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/regex.h"

#define WIDE		128u	/* bytes of a set in which nearly all goes on */

struct expression {
	struct slice	 pattern;
	struct regex	*tree;		/* until the first automaton is made */
	uint32_t	 size;		/* 0: not for automata */
	bool		 wider;		/* than the pattern */
	bool		 waits;		/* for ever, once it has begun; or it
					 * is wider: both have many states */
	bool		 given_up;
};

struct group {
	uint32_t		*members;	/* numbers */
	size_t			 n;
	struct automaton	*automaton;
};

struct search {
	automaton_sets_fn	 sets_of;
	void			*sets_arg;
	struct verdicts		*verdicts;
	struct arena		*trees;		/* of those that have one */
	struct expression	*all;
	size_t			 n, cap;
	uint32_t		 size;		/* of all that are run */
	struct group		 groups[SEARCH_GROUPS_MAX];
	size_t			 ngroups;
	bool			 stale;		/* automata are to be made */
	size_t			 ngiven_up;
};

struct search *
search_new(automaton_sets_fn sets_of, void *arg)
{
	struct search	*s = xcalloc(1, sizeof(*s));

	s->sets_of = sets_of;
	s->sets_arg = arg;
	s->verdicts = verdicts_new();
	s->trees = arena_new();
	return s;
}

static void
group_fini(struct group *g)
{
	automaton_free(g->automaton);
	free(g->members);
	*g = (struct group){ 0 };
}

void
search_free(struct search *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->ngroups; i++)
		group_fini(&s->groups[i]);
	verdicts_free(s->verdicts);
	arena_free(s->trees);
	free(s->all);
	free(s);
}

/* Expressions. */

/* Is there a gap in it that can be long and holds nearly anything? */
static bool
has_gap(const struct regex *x)
{
	if (x->kind == REGEX_REPEAT && x->max > 3 &&
	    x->parts->kind == REGEX_BYTE &&
	    byteset_count(&x->parts->set) >= WIDE)
		return true;
	for (const struct regex *p = x->parts; p != NULL; p = p->next)
		if (has_gap(p))
			return true;
	return false;
}

/* Can it begin nowhere but at the beginning? */
static bool
is_anchored(const struct regex *x)
{
	if (x->kind == REGEX_EITHER) {
		for (const struct regex *p = x->parts; p != NULL; p = p->next)
			if (!is_anchored(p))
				return false;
		return true;
	}
	if (x->kind == REGEX_ROW && x->parts != NULL)
		return is_anchored(x->parts);
	return x->kind == REGEX_ASSERT && x->what == ASSERT_BEGIN;
}

static struct regex *
read(struct search *s, const struct expression *e)
{
	return e->wider ? regex_read_wider(s->trees, e->pattern) :
	    regex_read(s->trees, e->pattern);
}

enum search_way
search_add(struct search *s, struct slice pattern, uint32_t number)
{
	struct expression	*e;

	s->all = mem_grow(s->all, &s->cap, (size_t)number + 1,
	    sizeof(*s->all));
	s->n = (size_t)number + 1;
	e = &s->all[number];
	*e = (struct expression){ .pattern = pattern };
	e->tree = read(s, e);
	if (e->tree == NULL) {
		e->wider = true;
		e->tree = read(s, e);
	}
	if (e->tree == NULL ||
	    regtree_size(e->tree) > SEARCH_SIZE_MAX - s->size) {
		e->tree = NULL;
		return SEARCH_NOT;
	}
	e->size = regtree_size(e->tree);
	e->waits = e->wider || (!is_anchored(e->tree) && has_gap(e->tree));
	s->size += e->size;
	return e->wider ? SEARCH_WIDER : SEARCH_EXACTLY;
}

void
search_renew(struct search *s)
{
	for (; s->ngroups > 0; s->ngroups--)
		group_fini(&s->groups[s->ngroups - 1]);
	verdicts_clear(s->verdicts);
	s->stale = true;
}

bool
search_has(const struct search *s, uint32_t number)
{
	return number < s->n && s->all[number].size > 0 &&
	    !s->all[number].given_up;
}

/* Groups. */

static void
first_group(struct search *s)
{
	struct group	*g = &s->groups[0];

	g->members = xreallocarray(NULL, s->n, sizeof(*g->members));
	for (uint32_t i = 0; i < s->n; i++)
		if (search_has(s, i))
			g->members[g->n++] = i;
	s->ngroups = g->n > 0;
	if (g->n == 0)
		group_fini(g);
}

/* Mostly there is one, so trees are not kept but read again. */
static const struct regex *
tree_of(struct search *s, struct expression *e)
{
	if (e->tree == NULL)
		e->tree = read(s, e);
	return e->tree;
}

static void
forget_trees(struct search *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->all[i].tree = NULL;
	arena_free(s->trees);
	s->trees = arena_new();
}

static void
make_automaton(struct search *s, struct group *g)
{
	struct nfa_expression	*e = xreallocarray(NULL, g->n, sizeof(*e));

	for (size_t i = 0; i < g->n; i++)
		e[i] = (struct nfa_expression){ tree_of(s,
		    &s->all[g->members[i]]), g->members[i] };
	automaton_free(g->automaton);
	/* Arrays that grow may have twice the room. */
	g->automaton = automaton_new(nfa_new(e, g->n), s->verdicts,
	    SEARCH_MEMORY_MAX / 2 / s->ngroups, s->sets_of, s->sets_arg);
	free(e);
}

static void
make_automata(struct search *s)
{
	if (s->ngroups == 0)
		first_group(s);
	for (size_t i = 0; i < s->ngroups; i++)
		make_automaton(s, &s->groups[i]);
	forget_trees(s);
	verdicts_clear(s->verdicts);
	s->stale = false;
}

static void
give_up(struct search *s, size_t group)
{
	struct group	*g = &s->groups[group];

	for (size_t i = 0; i < g->n; i++)
		s->all[g->members[i]].given_up = true;
	s->ngiven_up += g->n;
	group_fini(g);
	*g = s->groups[--s->ngroups];
}

struct ordered {
	uint32_t	 number;
	bool		 waits;
	struct slice	 pattern;
};

static int
by_kind(const void *va, const void *vb)
{
	const struct ordered	*a = va, *b = vb;
	const size_t		 n = a->pattern.n < b->pattern.n ?
	    a->pattern.n : b->pattern.n;
	int			 c;

	if (a->waits != b->waits)
		return a->waits ? 1 : -1;
	c = n == 0 ? 0 : memcmp(a->pattern.p, b->pattern.p, n);
	if (c != 0)
		return c;
	return a->pattern.n < b->pattern.n ? -1 : a->pattern.n > b->pattern.n;
}

/* Put the members in order. Returns how many there are in the first part. */
static size_t
order_members(const struct search *s, struct group *g)
{
	struct ordered	*v = xreallocarray(NULL, g->n, sizeof(*v));
	size_t		 early = 0;

	for (size_t i = 0; i < g->n; i++) {
		const struct expression	*e = &s->all[g->members[i]];

		v[i] = (struct ordered){ g->members[i], e->waits,
		    e->pattern };
		early += !e->waits;
	}
	qsort(v, g->n, sizeof(*v), by_kind);
	for (size_t i = 0; i < g->n; i++)
		g->members[i] = v[i].number;
	free(v);
	return early > 0 && early < g->n ? early : g->n / 2;
}

static void
part(struct search *s, size_t group)
{
	struct group	*g = &s->groups[group], *other;
	size_t		 n;

	s->stale = true;
	if (g->n == 1 || s->ngroups == SEARCH_GROUPS_MAX) {
		give_up(s, group);
		return;
	}
	n = order_members(s, g);
	other = &s->groups[s->ngroups++];
	other->n = g->n - n;
	other->members = xmemdup(g->members + n, other->n *
	    sizeof(*other->members));
	g->n = n;
}

/* Finding. */

void
search_ready(struct search *s)
{
	if (s->stale)
		make_automata(s);
}

uint32_t
search_find(struct search *s, struct slice text)
{
	uint32_t	 verdict = VERDICTS_NONE;

	for (size_t i = s->ngroups; i-- > 0;)
		if (s->groups[i].automaton != NULL &&
		    automaton_overwhelmed(s->groups[i].automaton))
			part(s, i);
	search_ready(s);
	for (size_t i = 0; i < s->ngroups; i++)
		verdict = automaton_run(s->groups[i].automaton, text, verdict);
	return verdict;
}

const struct verdicts *
search_verdicts(const struct search *s)
{
	return s->verdicts;
}

uint32_t
search_age(const struct search *s)
{
	return verdicts_age(s->verdicts);
}

void
search_stats(const struct search *s, struct search_stats *to)
{
	*to = (struct search_stats){ .groups = s->ngroups,
	    .given_up = s->ngiven_up };
	for (size_t i = 0; i < s->ngroups; i++) {
		struct automaton_stats	 one;

		if (s->groups[i].automaton == NULL)
			continue;
		automaton_stats(s->groups[i].automaton, &one);
		to->made += one.made;
		to->flushes += one.flushes;
		to->states += one.states;
		to->bytes += one.bytes;
	}
}
