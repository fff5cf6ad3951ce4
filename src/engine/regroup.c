/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * regroup.c - the store of partial matches told, and made again.
 *
 * Links are told one way only. Whoever is another's next gets to know that one;
 * since nobody has two before him, all of a list are reached from the one that
 * has nobody before him, or else they are no list. Groups of rules that are
 * gone are in the lists until these are known to be right, and nowhere else.
 */
#include "engine/regroup.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/groups.h"

static struct kin *
kin(const struct partials *s, uint32_t number)
{
	return pool_at(&s->kins, group(s, number)->kin);
}

/* Telling. */

const struct pool *
regroup_groups(const struct partials *s)
{
	return &s->head.groups;
}

const struct pool *
regroup_partials(const struct partials *s)
{
	return &s->head.all;
}

uint32_t
regroup_record(const struct partials *s, uint32_t number,
    struct fold_record *r)
{
	return fold_tell(&s->folds, number, r);
}

uint32_t
regroup_queued(const struct partials *s)
{
	return (uint32_t)s->nqueue;
}

uint32_t
regroup_queue(const struct partials *s, uint32_t at, bool *marked)
{
	const uint32_t	 number = s->queue[(s->from + at) &
	    (s->queue_cap - 1)];

	*marked = group_in_use(s, number) && group(s, number)->queued;
	return number;
}

/* Making. */

void
regroup_fini(struct regroup *r)
{
	stock_fini(&r->groups);
	stock_fini(&r->all);
	free(r->v);
}

bool
regroup_add(struct regroup *r, uint32_t number, const struct group *told,
    uint64_t hash)
{
	struct partials	*s = r->s;
	struct group	*g;

	if (number > GROUPS_MAX)
		return false;
	pool_restore(&s->head.groups, number);
	g = group(s, number);
	*g = *told;
	g->older = g->kin = 0;
	g->queued = false;
	if (!g->folded)
		g->top = 0;
	if (!s->want_hashes)
		return true;
	pool_restore(&s->hashes, number);
	*(uint64_t *)pool_at(&s->hashes, number) = hash;
	return true;
}

static uint32_t
new_kin(struct partials *s, uint32_t number, struct kin k)
{
	const uint32_t	 at = pool_take(&s->kins);

	*(struct kin *)pool_at(&s->kins, at) = k;
	group(s, number)->kin = at;
	return at;
}

bool
regroup_bound(struct regroup *r, uint32_t root, uint32_t newer,
    const struct value values[VARIABLES_MAX])
{
	const struct kin	 k = { .newer = newer, .root = root,
	    .bound = bound_new(r->s->bounds, values) };

	if (k.bound == 0)
		return false;
	(void)new_kin(r->s, r->groups.last, k);
	return true;
}

bool
regroup_add_record(struct regroup *r, uint32_t *after,
    const struct fold_record *one)
{
	*after = fold_restore(&r->s->folds, group(r->s, r->groups.last),
	    *after, one);
	return *after != 0;
}

void
regroup_partial(struct regroup *r, const struct partial *p, uint32_t number)
{
	struct group	*g = group(r->s, r->groups.last);

	r->v = mem_grow(r->v, &r->cap, r->n + 1, sizeof(*r->v));
	r->v[r->n] = (struct regrouped){ *p, number };
	r->v[r->n].p.group = r->groups.last;
	if (g->first == 0)
		g->first = number;
	else
		r->v[r->n - 1].p.next = number;
	if (group_top((unsigned)p->state) > g->top)
		g->top = group_top((unsigned)p->state) & GROUP_TOP_MAX;
	r->n++;
}

bool
regroup_put_queue(struct partials *s, uint32_t number, bool marked)
{
	if (number == 0 || number >= s->head.groups.n)
		return false;
	groups_queue(s, number);
	if (marked && group_in_use(s, number))
		group(s, number)->queued = true;
	return true;
}

/* Numbers. */

static bool
restore_groups(struct regroup *r)
{
	struct partials		*s = r->s;
	const struct stock	*t = &r->groups;

	if (!pool_restore_unused(&s->head.groups, t->free, t->nfree))
		return false;
	for (size_t i = 0; i < t->nfree; i++)
		group(s, t->free[i])->rule = GROUP_FREE;
	return s->head.groups.n - 1 <= GROUPS_MAX && (!s->want_hashes ||
	    pool_restore_unused(&s->hashes, t->free, t->nfree));
}

/* Let there be a partial match for each number that was told. */
static bool
take_numbers(struct regroup *r)
{
	const size_t	 last = r->n + r->all.nfree;
	uint8_t		*used = xcalloc(last / 8 + 1, 1);
	bool		 good = last < UINT32_MAX - 1;

	for (size_t i = 0; good && i < r->n; i++) {
		const uint32_t	 v = r->v[i].number;

		good = v != 0 && v <= last && (used[v / 8] >> v % 8 & 1) == 0;
		if (good)
			used[v / 8] |= (uint8_t)(1u << v % 8);
	}
	for (size_t i = 1; good && i <= last; i++)
		if ((used[i / 8] >> i % 8 & 1) != 0)
			pool_restore(&r->s->head.all, (uint32_t)i);
	free(used);
	return good && pool_restore_unused(&r->s->head.all, r->all.free,
	    r->all.nfree);
}

static bool
restore_partials(struct regroup *r)
{
	if (!take_numbers(r))
		return false;
	for (size_t i = 0; i < r->all.nfree; i++)
		partial_at(r->s, r->all.free[i])->group = 0;
	for (size_t i = 0; i < r->n; i++)
		*partial_at(r->s, r->v[i].number) = r->v[i].p;
	return true;
}

/* Those that are equally far. */

static const char *
link_again(struct partials *s, uint32_t number)
{
	struct group	*g = group(s, number), *next;

	s->head.live++;
	if (g->newer == 0)
		return NULL;
	if (g->newer >= s->head.groups.n)
		return "a next one that is not there";
	next = group(s, g->newer);
	if (!group_in_use(s, g->newer) || !group_holds(s, g->newer) ||
	    group_level(next) != group_level(g) || next->older != 0)
		return "a next one that is elsewhere";
	next->older = number;
	return NULL;
}

static const char *
order_levels(struct partials *s)
{
	uint32_t	 n = 0;

	for (uint32_t i = 1; i < s->head.groups.n; i++) {
		const unsigned	 l = group_level(group(s, i));

		if (!group_in_use(s, i) || !group_holds(s, i) ||
		    group(s, i)->older != 0)
			continue;
		if (s->oldest[l] != 0)
			return "two that are the oldest";
		s->oldest[l] = i;
	}
	for (unsigned l = 0; l < GROUP_LEVELS; l++)
		for (uint32_t i = s->oldest[l]; i != 0; n++) {
			s->newest[l] = i;
			i = group(s, i)->newer;
		}
	return n == s->head.live ? NULL : "some that are not in a row";
}

/* Combinations, but for those that are alone. */

static bool
is_combination(const struct partials *s, uint32_t number)
{
	return group_in_use(s, number) && group(s, number)->kin != 0 &&
	    kin(s, number)->bound != 0 && kin(s, number)->root != 0;
}

static const char *
join_root(struct partials *s, uint32_t number)
{
	const struct kin	 k = *kin(s, number);
	struct kin		*of_root;

	if (k.root >= s->head.groups.n ||
	    !group_in_use(s, k.root) || group_bound(s, k.root) != 0 ||
	    group(s, k.root)->rule != group(s, number)->rule)
		return "values of a key that is not there";
	if (group(s, k.root)->kin == 0)
		(void)new_kin(s, k.root, (struct kin){ .n = 0 });
	of_root = kin(s, k.root);
	if (of_root->n == COMBINATIONS_MAX)
		return "too many combinations of values";
	of_root->n++;
	if (k.newer == 0)
		return NULL;
	if (k.newer >= s->head.groups.n || !is_combination(s, k.newer) ||
	    kin(s, k.newer)->root != k.root || kin(s, k.newer)->older != 0)
		return "a next combination that is elsewhere";
	kin(s, k.newer)->older = number;
	return NULL;
}

static const char *
find_oldest(struct partials *s, uint32_t number)
{
	struct kin	*of_root = kin(s, kin(s, number)->root);

	if (kin(s, number)->older != 0)
		return NULL;
	if (of_root->older != 0)
		return "two combinations that are the oldest";
	of_root->older = number;
	return NULL;
}

static const char *
order_root(struct partials *s, uint32_t root)
{
	struct kin	*k = kin(s, root);
	uint32_t	 n = 0;

	for (uint32_t i = k->older; i != 0; i = kin(s, i)->newer, n++)
		k->newer = i;
	return n == k->n ? NULL : "combinations that are not in a row";
}

typedef const char *(*step_fn)(struct partials *, uint32_t);

static const char *
each_combination(struct partials *s, step_fn step)
{
	const char	*why = NULL;

	for (uint32_t i = 1; why == NULL && i < s->head.groups.n; i++)
		if (is_combination(s, i))
			why = step(s, i);
	return why;
}

static const char *
order_combinations(struct partials *s)
{
	const char	*why = each_combination(s, join_root);

	if (why == NULL)
		why = each_combination(s, find_oldest);
	for (uint32_t i = 1; why == NULL && i < s->head.groups.n; i++)
		if (group_in_use(s, i) && group(s, i)->kin != 0 &&
		    group_bound(s, i) == 0)
			why = order_root(s, i);
	return why;
}

/* The index. */

static const char *
index_root(struct regroup *r, uint32_t number)
{
	struct partials		*s = r->s;
	const struct group	*g = group(s, number);
	const uint32_t		 bound = group_bound(s, number);
	struct value		 values[VARIABLES_MAX];

	if (g->rule == REGROUP_GONE)
		return NULL;		/* what it had is gone, too */
	if (bound != 0) {
		bound_values(s->bounds, bound, values);
		kin(s, number)->apart = groups_bound_id(s, g->id, g->rule,
		    r->hash(r->arg, values));
	}
	if (!group_holds(s, number) && (bound != 0 ||
	    group_count(s, number) == 0))
		return "a key that has nothing";
	if (group_find(s, g->id, g->rule) != 0)
		return "a key that is there twice";
	if (slots_add(s->index, g->id, number) > SLOTS_CROWD)
		return "keys that are no hashes";
	groups_live(s, number);
	return NULL;
}

static const char *
index_bound(struct regroup *r, uint32_t number)
{
	struct partials		*s = r->s;
	const uint32_t		 root = kin(s, number)->root;
	const struct group	*of_root = group(s, root);
	struct value		 values[VARIABLES_MAX];
	uint64_t		 hash;

	if (!group_holds(s, number))
		return "a combination that has nothing";
	bound_values(s->bounds, kin(s, number)->bound, values);
	hash = r->hash(r->arg, values);
	if (group_find_bound(s, root, hash, values) != 0)
		return "a combination that is there twice";
	group(s, number)->id = groups_bound_id(s, of_root->id, of_root->rule,
	    hash);
	groups_live(s, number);
	return slots_add(s->index, group(s, number)->id, number) >
	    SLOTS_CROWD ? "values that are too much alike" : NULL;
}

/* What is new is noted in both; the next walk is a whole one. */
static void
make_may(struct partials *s)
{
	while (s->will_bits < MAY_MOST &&
	    s->head.groups.used > (UINT32_C(1) << s->will_bits))
		s->will_bits++;
	s->may_bits = s->will_bits;
	free(s->may);
	free(s->will);
	s->may = xcalloc((size_t)1 << s->may_bits, sizeof(*s->may));
	s->will = xcalloc((size_t)1 << s->will_bits, sizeof(*s->will));
}

static const char *
index_all(struct regroup *r)
{
	struct partials	*s = r->s;
	const char	*why = NULL;

	make_may(s);
	for (uint32_t i = 1; why == NULL && i < s->head.groups.n; i++)
		if (group_in_use(s, i) && !is_combination(s, i))
			why = index_root(r, i);
	for (uint32_t i = 1; why == NULL && i < s->head.groups.n; i++)
		if (is_combination(s, i))
			why = index_bound(r, i);
	return why;
}

/* Those of rules that are gone hold nothing but their place. */
static void
drop_gone(struct regroup *r)
{
	struct partials	*s = r->s;
	size_t		 n = 0;

	for (size_t i = 0; i < r->n; i++)
		if (group(s, r->v[i].p.group)->rule == REGROUP_GONE) {
			partial_at(s, r->v[i].number)->group = 0;
			pool_give(&s->head.all, r->v[i].number);
		} else {
			r->v[n++] = r->v[i];
		}
	r->n = n;
	for (uint32_t i = 1; i < s->head.groups.n; i++) {
		struct group	*g = group(s, i);

		if (g->rule != REGROUP_GONE)
			continue;
		if (group_holds(s, i)) {
			r->gone++;
			groups_unlink(s, i);
			s->head.live--;
		}
		if (g->folded)
			fold_drop(&s->folds, g);
		groups_give(s, i);
	}
}

const char *
regroup_end(struct regroup *r)
{
	struct partials	*s = r->s;
	const char	*why = NULL;

	if (!restore_groups(r) || !restore_partials(r))
		return "a number that cannot be";
	for (uint32_t i = 1; why == NULL && i < s->head.groups.n; i++)
		if (group_in_use(s, i) && group_holds(s, i))
			why = link_again(s, i);
	if (why == NULL)
		why = order_levels(s);
	if (why == NULL)
		why = order_combinations(s);
	if (why == NULL)
		why = index_all(r);
	if (why == NULL)
		drop_gone(r);
	return why;
}
