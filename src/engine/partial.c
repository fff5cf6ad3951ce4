/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * partial.c - the store of partial matches.
 *
 * One index for all groups: a root stands under the hash of its rule and key,
 * a combination under that hash mixed with the one of its values. The list of a
 * group has at most two entries for each state of its rule. Groups that hold
 * something are linked from old to new with those that are equally far.
 */
#include "engine/partial.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/groups.h"
#include "engine/waits.h"

_Static_assert(sizeof(struct partial) == 40, "there may be many");

static struct group *
group(const struct partials *s, uint32_t number)
{
	return pool_at(&s->groups, number);
}

const struct group *
group_at(const struct partials *s, uint32_t number)
{
	return group(s, number);
}

static const uint64_t *
id_at(const void *arg, uint32_t number)
{
	return &group(arg, number)->id;
}

struct partials *
partials_new(struct bounds *bounds, struct pasts *pasts, uint32_t open)
{
	struct partials	*s = xcalloc(1, sizeof(*s));

	pool_init(&s->groups, sizeof(struct group));
	pool_init(&s->kins, sizeof(struct kin));
	pool_init(&s->all, sizeof(struct partial));
	pool_init(&s->hashes, sizeof(uint64_t));
	folds_init(&s->folds, pasts);
	s->want_hashes = pasts->want_hashes;
	s->index = slots_new(GROUPS_MAX, id_at, s);
	s->bounds = bounds;
	s->seed = hash_key_random();
	s->open = open == 0 ? PARTIAL_OPEN : open;
	s->queue_cap = 16;
	s->queue = xcalloc(s->queue_cap, sizeof(*s->queue));
	s->may_bits = s->will_bits = MAY_LEAST;
	s->may = xcalloc((size_t)1 << s->may_bits, sizeof(*s->may));
	s->will = xcalloc((size_t)1 << s->will_bits, sizeof(*s->will));
	return s;
}

void
partials_free(struct partials *s)
{
	if (s == NULL)
		return;
	pool_fini(&s->groups);
	pool_fini(&s->kins);
	pool_fini(&s->all);
	pool_fini(&s->hashes);
	folds_fini(&s->folds);
	slots_free(s->index);
	free(s->queue);
	free(s->may);
	free(s->will);
	free(s);
}

uint32_t
partials_count(const struct partials *s)
{
	return s->live;
}

struct partial *
partial_at(const struct partials *s, uint32_t number)
{
	return pool_at(&s->all, number);
}

/* Kin. */

/* Of a group that has none: zeros. */
static struct kin
kin_of(const struct partials *s, uint32_t number)
{
	const uint32_t	 kin = group(s, number)->kin;

	if (kin == 0)
		return (struct kin){ .n = 0 };
	return *(const struct kin *)pool_at(&s->kins, kin);
}

/* To be changed; made if need be. */
static struct kin *
own_kin(struct partials *s, uint32_t number)
{
	struct group	*g = group(s, number);

	if (g->kin == 0) {
		g->kin = pool_take(&s->kins);
		*(struct kin *)pool_at(&s->kins, g->kin) =
		    (struct kin){ .n = 0 };
	}
	return pool_at(&s->kins, g->kin);
}

static bool
group_is_root(const struct partials *s, const struct group *g)
{
	return g->kin == 0 || ((const struct kin *)pool_at(&s->kins,
	    g->kin))->bound == 0;
}

uint32_t
group_count(const struct partials *s, uint32_t root)
{
	return kin_of(s, root).n;
}

uint32_t
group_oldest(const struct partials *s, uint32_t root)
{
	return kin_of(s, root).older;
}

uint32_t
group_newest(const struct partials *s, uint32_t root)
{
	return kin_of(s, root).newer;
}

uint32_t
group_older(const struct partials *s, uint32_t number)
{
	return kin_of(s, number).older;
}

uint32_t
group_newer(const struct partials *s, uint32_t number)
{
	return kin_of(s, number).newer;
}

uint32_t
group_bound(const struct partials *s, uint32_t number)
{
	return kin_of(s, number).bound;
}

uint32_t
group_root(const struct partials *s, uint32_t number)
{
	const struct kin	 k = kin_of(s, number);

	return k.bound == 0 ? number : k.root;
}

/* Those that are equally far. */

static void
link_newest(struct partials *s, uint32_t number)
{
	struct group	*g = group(s, number);
	const unsigned	 l = group_level(g);

	g->older = s->newest[l];
	g->newer = 0;
	if (g->older == 0)
		s->oldest[l] = number;
	else
		group(s, g->older)->newer = number;
	s->newest[l] = number;
}

void
groups_unlink(struct partials *s, uint32_t number)
{
	const struct group	*g = group(s, number);
	const unsigned		 l = group_level(g);

	if (g->older == 0)
		s->oldest[l] = g->newer;
	else
		group(s, g->older)->newer = g->newer;
	if (g->newer == 0)
		s->newest[l] = g->older;
	else
		group(s, g->newer)->older = g->older;
}

/* A group that holds something has something newest for this state. */
static void
reached(struct partials *s, uint32_t number, uint16_t state)
{
	struct group	*g = group(s, number);

	if (group_top(state) < g->top)
		return;
	if (s->newest[group_level(g)] == number && group_top(state) == g->top)
		return;
	groups_unlink(s, number);
	g->top = group_top(state) & GROUP_TOP_MAX;
	link_newest(s, number);
}

/* It has lost its partial match for this state. */
static void
fell_back(struct partials *s, uint32_t number, uint16_t state)
{
	struct group	*g = group(s, number);
	unsigned	 top = 0;

	if (g->first == 0) {
		groups_unlink(s, number);
		g->top = 0;
		s->live--;
		return;
	}
	if (group_top(state) < g->top)
		return;
	for (uint32_t i = g->first; i != 0; i = partial_at(s, i)->next)
		if (group_top(partial_at(s, i)->state) > top)
			top = group_top(partial_at(s, i)->state);
	if (top == g->top)
		return;
	groups_unlink(s, number);
	g->top = top & GROUP_TOP_MAX;
	link_newest(s, number);
}

uint32_t
partials_victim(const struct partials *s)
{
	for (unsigned l = 0; l < GROUP_LEVELS; l++)
		if (s->oldest[l] != 0)
			return s->oldest[l];
	return 0;
}

/* Folding. */

static void
grow_queue(struct partials *s)
{
	uint32_t	*to = xreallocarray(NULL, 2 * s->queue_cap,
	    sizeof(*to));

	for (size_t i = 0; i < s->nqueue; i++)
		to[i] = s->queue[(s->from + i) & (s->queue_cap - 1)];
	free(s->queue);
	s->queue = to;
	s->queue_cap *= 2;
	s->from = 0;
}

void
groups_queue(struct partials *s, uint32_t number)
{
	if (s->nqueue == s->queue_cap)
		grow_queue(s);
	s->queue[(s->from + s->nqueue++) & (s->queue_cap - 1)] = number;
}

/* Something has changed in there: it may be folded, some time later. */
static void
touched(struct partials *s, uint32_t number)
{
	struct group	*g = group(s, number);

	if (g->queued)
		return;
	g->queued = true;
	groups_queue(s, number);
}

/* Is there one for each state from *LOW to the furthest, and nothing else? */
static bool
in_a_row(const struct partials *s, const struct group *g,
    struct partial *by_state[FOLD_STATES + 1], unsigned *low)
{
	unsigned	 n = 0;

	*low = FOLD_STATES + 1;
	for (uint32_t i = g->first; i != 0; i = partial_at(s, i)->next) {
		struct partial	*p = partial_at(s, i);

		if (p->counts || p->in_tally || p->deadline != 0 ||
		    p->state == 0 || p->state > FOLD_STATES)
			return false;
		by_state[p->state] = p;
		*low = p->state < *low ? p->state : *low;
		n++;
	}
	return n > 0 && g->top - *low + 1 == n;
}

static void
fold(struct partials *s, uint32_t number)
{
	struct group	*g = group(s, number);
	struct partial	*by_state[FOLD_STATES + 1];
	uint32_t	 next;
	unsigned	 low;
	uint64_t	 hash;

	if (!group_in_use(s, number) || g->folded)
		return;
	g->queued = false;
	next = g->first;
	if (!in_a_row(s, g, by_state, &low) ||
	    !fold_put(&s->folds, g, by_state, low, &hash))
		return;
	if (s->want_hashes)
		*(uint64_t *)pool_at(&s->hashes, number) = hash;
	for (uint32_t i; (i = next) != 0;) {
		next = partial_at(s, i)->next;
		partial_at(s, i)->group = 0;
		pool_give(&s->all, i);
	}
}

void
partials_settle(struct partials *s)
{
	while (s->nqueue > s->open) {
		const uint32_t	 number = s->queue[s->from];

		s->from = (s->from + 1) & (s->queue_cap - 1);
		s->nqueue--;
		fold(s, number);
	}
}

uint64_t
group_hash(const struct partials *s, uint32_t number)
{
	return s->want_hashes ?
	    *(const uint64_t *)pool_at(&s->hashes, number) : 0;
}

int64_t
group_last_ms(const struct partials *s, uint32_t number)
{
	return fold_last_ms(&s->folds, group(s, number));
}

static void
open_group(struct partials *s, uint32_t number)
{
	struct group	*g = group(s, number);
	struct partial	 by_state[FOLD_STATES + 1];
	unsigned	 low = fold_take(&s->folds, g, group_hash(s, number),
	    by_state);

	for (; low <= g->top; low++) {
		const uint32_t	 one = pool_take(&s->all);

		by_state[low].group = number;
		by_state[low].next = g->first;
		*partial_at(s, one) = by_state[low];
		g->first = one;
	}
	touched(s, number);
}

/* Who may have something. */

uint64_t
groups_alive(const struct partials *s, uint64_t id)
{
	return s->may[id >> (64 - s->may_bits)];
}

bool
group_may_live(const struct partials *s, uint64_t id, uint32_t rule)
{
	const struct waiter	*w;

	if (s->waits != NULL) {
		w = &s->waiters[rule];
		return (waits_word(s->waits, id ^ w->salt, w->number /
		    WAITS_BITS) >> w->number % WAITS_BITS & 1) != 0;
	}
	return (groups_alive(s, id) >> rule % GROUP_RULES & 1) != 0;
}

/* A root is noted where its key tells. */
static void
may(uint64_t *where, unsigned bits, const struct group *g)
{
	where[g->id >> (64 - bits)] |= UINT64_C(1) << g->rule % GROUP_RULES;
}

void
groups_live(struct partials *s, const struct group *g)
{
	const struct waiter	*w;

	if (s->waits != NULL) {
		w = &s->waiters[g->rule];
		waits_set(s->waits, g->id ^ w->salt, w->number);
	} else if (group_is_root(s, g)) {
		may(s->may, s->may_bits, g);
		may(s->will, s->will_bits, g);
	}
}

void
groups_die(struct partials *s, const struct group *g)
{
	const struct waiter	*w;

	if (s->waits == NULL)
		return;			/* it will be forgotten */
	if (group_find(s, g->id, g->rule) != 0)
		return;			/* values whose hash is the same */
	w = &s->waiters[g->rule];
	waits_clear(s->waits, g->id ^ w->salt, w->number);
}

void
partials_tell(struct partials *s, struct waits *waits,
    const struct waiter *by_rule)
{
	s->waits = waits;
	s->waiters = by_rule;
}

uint64_t
partials_what(const struct partials *s, uint64_t key, uint64_t hash)
{
	return hash_word(&s->seed, key ^ hash_word(&s->seed, hash));
}

void
partials_passed(struct partials *s, uint32_t number)
{
	const struct group	*g = group(s, number);

	if (s->waits == NULL && group_is_root(s, g))
		may(s->will, s->will_bits, g);
}

void
partials_walk(struct partials *s)
{
	if (s->waits != NULL)
		return;
	free(s->may);
	s->may = s->will;
	s->may_bits = s->will_bits;
	while (s->will_bits < MAY_MOST &&
	    s->groups.used > (UINT32_C(1) << s->will_bits))
		s->will_bits++;
	s->will = xcalloc((size_t)1 << s->will_bits, sizeof(*s->will));
}

/* Groups. */

uint32_t
group_find(const struct partials *s, uint64_t id, uint32_t rule)
{
	uint32_t	 at = 0, number;

	while ((number = slots_find(s->index, id, &at)) != SLOTS_NONE)
		if (group(s, number)->id == id &&
		    group(s, number)->rule == rule)
			return number;
	return 0;
}

uint32_t
group_find_bound(const struct partials *s, uint32_t root, uint64_t hash,
    const struct value values[VARIABLES_MAX])
{
	const uint64_t	 id = groups_bound_id(s, group(s, root), hash);
	uint32_t	 at = 0, number;

	while ((number = slots_find(s->index, id, &at)) != SLOTS_NONE) {
		struct value	 has[VARIABLES_MAX];

		if (group(s, number)->id != id || number == root ||
		    group_root(s, number) != root)
			continue;
		bound_values(s->bounds, group_bound(s, number), has);
		if (bound_agrees(has, values) && bound_agrees(values, has))
			return number;
	}
	return 0;
}

static uint32_t
add(struct partials *s, uint64_t id, uint32_t rule)
{
	const uint32_t	 number = pool_take(&s->groups);

	*group(s, number) = (struct group){ .id = id,
	    .rule = rule & GROUP_RULES_MAX };
	if (s->want_hashes)
		(void)pool_take(&s->hashes);	/* the same number */
	(void)slots_add(s->index, id, number);
	return number;
}

/* A root, which may live from now on. */
uint32_t
group_add(struct partials *s, uint64_t id, uint32_t rule)
{
	const uint32_t	 number = add(s, id, rule);

	groups_live(s, group(s, number));
	return number;
}

uint32_t
group_add_bound(struct partials *s, uint32_t root, uint64_t hash,
    const struct value values[VARIABLES_MAX])
{
	struct kin	 k = { .bound = bound_new(s->bounds, values),
	    .root = root };
	struct kin	*of_root;
	uint32_t	 number;

	if (k.bound == 0)
		return 0;
	number = add(s, groups_bound_id(s, group(s, root), hash),
	    group(s, root)->rule);
	of_root = own_kin(s, root);
	k.older = of_root->newer;
	if (k.older == 0)
		of_root->older = number;
	else
		own_kin(s, k.older)->newer = number;
	of_root->newer = number;
	of_root->n++;
	*own_kin(s, number) = k;
	groups_live(s, group(s, number));
	return number;
}

static void
leave_root(struct partials *s, uint32_t number)
{
	const struct kin	 k = kin_of(s, number);
	struct kin		*root = own_kin(s, k.root);

	if (k.older == 0)
		root->older = k.newer;
	else
		own_kin(s, k.older)->newer = k.newer;
	if (k.newer == 0)
		root->newer = k.older;
	else
		own_kin(s, k.newer)->older = k.older;
	root->n--;
	bound_drop(s->bounds, k.bound);
}

void
groups_give(struct partials *s, uint32_t number)
{
	struct group	*g = group(s, number);

	if (g->kin != 0)
		pool_give(&s->kins, g->kin);
	g->rule = GROUP_FREE;
	pool_give(&s->groups, number);
	if (s->want_hashes)
		pool_give(&s->hashes, number);
}

static void
remove_group(struct partials *s, uint32_t number)
{
	slots_remove(s->index, group(s, number)->id, number);
	groups_die(s, group(s, number));
	groups_give(s, number);
}

bool
group_holds(const struct partials *s, uint32_t number)
{
	return group(s, number)->folded || group(s, number)->first != 0;
}

uint32_t
group_first(struct partials *s, uint32_t number)
{
	if (group(s, number)->folded)
		open_group(s, number);
	return group(s, number)->first;
}

/* The group may have lost its last partial match, the root its last group. */
void
group_tidy(struct partials *s, uint32_t number)
{
	const uint32_t	 root = group_root(s, number);

	if (root != number && !group_holds(s, number)) {
		leave_root(s, number);
		remove_group(s, number);
	}
	if (!group_holds(s, root) && group_count(s, root) == 0)
		remove_group(s, root);
}

void
group_end_folded(struct partials *s, uint32_t number)
{
	struct group	*g = group(s, number);

	fold_drop(&s->folds, g);
	g->folded = false;
	groups_unlink(s, number);
	g->top = 0;
	s->live--;
	group_tidy(s, number);
}

uint32_t
partials_size(const struct partials *s)
{
	return s->groups.n;
}

bool
group_in_use(const struct partials *s, uint32_t number)
{
	return group(s, number)->rule != GROUP_FREE;
}

/* Looking ahead. */

uint64_t
group_ahead(const struct partials *s, uint64_t id)
{
	slots_prefetch(s->index, id);
	return id;
}

uint32_t
group_ahead_more(const struct partials *s, uint64_t ahead)
{
	uint32_t		 at = 0;
	const uint32_t		 number = slots_find(s->index, ahead, &at);
	const struct group	*g;

	if (number == SLOTS_NONE)
		return 0;
	g = group(s, number);
	__builtin_prefetch(&g->id);		/* a group may lie on */
	__builtin_prefetch(&g->first);		/* two cache lines */
	return number;
}

/* Its neighbours are looked at when it becomes the newest. */
void
partial_ahead(const struct partials *s, uint32_t number)
{
	const struct group	*g = group(s, number);

	if (g->older != 0)
		__builtin_prefetch(&group(s, g->older)->newer);
	if (g->newer != 0)
		__builtin_prefetch(&group(s, g->newer)->older);
	if (!g->folded && g->first != 0)
		__builtin_prefetch(partial_at(s, g->first));
	fold_ahead(&s->folds, g);
}

/* Partial matches. */

uint32_t
partial_find(struct partials *s, uint32_t number, uint16_t state, bool counts)
{
	const struct group	*g = group(s, number);
	uint32_t		 one;

	if (g->folded && (counts || state < g->f_low || state > g->top))
		return 0;
	for (one = group_first(s, number); one != 0;
	    one = partial_at(s, one)->next) {
		const struct partial	*p = partial_at(s, one);

		if (p->state == state && p->counts == counts)
			return one;
	}
	return 0;
}

uint32_t
partial_add(struct partials *s, const struct partial *one)
{
	const uint32_t	 next = group_first(s, one->group);
	const uint32_t	 number = pool_take(&s->all);
	struct partial	*p = partial_at(s, number);
	struct group	*g = group(s, one->group);

	*p = *one;
	p->next = next;
	g->first = number;
	if (next == 0) {
		s->live++;
		g->top = group_top(p->state) & GROUP_TOP_MAX;
		link_newest(s, p->group);
	} else {
		reached(s, p->group, p->state);
	}
	touched(s, p->group);
	return number;
}

void
partial_remove(struct partials *s, uint32_t number)
{
	struct partial	*p = partial_at(s, number);
	const uint32_t	 of = p->group;
	uint32_t	*at = &group(s, of)->first;

	while (*at != number)
		at = &partial_at(s, *at)->next;
	*at = p->next;
	p->group = 0;
	fell_back(s, of, (uint16_t)p->state);
	pool_give(&s->all, number);
	group_tidy(s, of);
	if (group_in_use(s, of))
		touched(s, of);
}

void
partial_renewed(struct partials *s, uint32_t number)
{
	const struct partial	*p = partial_at(s, number);

	reached(s, p->group, (uint16_t)p->state);
	touched(s, p->group);
}
