/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * groups.c - the groups of partial matches: how they are found, which belong
 * together, and which rules may have one.
 *
 * One index for all groups: a root stands under the hash of its rule and key,
 * a combination under that hash mixed with the one of its values. One that is
 * alone is the root; when another comes, it moves in the index, and an empty
 * root takes its place there. What a group holds is partial.c's.
 */
#include "engine/groups.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/waits.h"

/* Kin. */

/* Of a group that has none: zeros. Borrowed until one is given back. */
static inline const struct kin *
kin_of(const struct partials *s, const struct group *g)
{
	static const struct kin	 none;

	return g->kin == 0 ? &none : pool_item(&s->kins, g->kin,
	    sizeof(struct kin));
}

static struct kin *
give_kin(struct partials *s, struct group *g, struct kin k)
{
	struct kin	*to;

	g->kin = pool_take(&s->kins);
	to = pool_at(&s->kins, g->kin);
	*to = k;
	return to;
}

/* To be changed; made if need be. */
static struct kin *
own_kin(struct partials *s, uint32_t number)
{
	struct group	*g = group(s, number);

	return g->kin != 0 ? pool_at(&s->kins, g->kin) :
	    give_kin(s, g, (struct kin){ .n = 0 });
}

static bool
is_alone(const struct kin *k)
{
	return k->bound != 0 && k->root == 0;
}

static bool
is_root(const struct kin *k)
{
	return k->bound == 0 || k->root == 0;
}

uint32_t
group_count(const struct partials *s, uint32_t root)
{
	const struct kin	*k = kin_of(s, group(s, root));

	return is_alone(k) ? 1 : k->n;
}

uint32_t
group_oldest(const struct partials *s, uint32_t root)
{
	return group_holds(s, root) ? root : kin_of(s, group(s, root))->older;
}

uint32_t
group_newest(const struct partials *s, uint32_t root)
{
	const struct kin	*k = kin_of(s, group(s, root));

	if (!is_alone(k) && k->newer != 0)
		return k->newer;
	return group_holds(s, root) ? root : 0;
}

uint32_t
group_older(const struct partials *s, uint32_t number)
{
	const struct kin	*k = kin_of(s, group(s, number));

	if (is_root(k))
		return 0;
	if (k->older != 0)
		return k->older;
	return group_holds(s, k->root) ? k->root : 0;
}

uint32_t
group_newer(const struct partials *s, uint32_t number)
{
	const struct kin	*k = kin_of(s, group(s, number));

	if (is_alone(k))
		return 0;
	return is_root(k) ? k->older : k->newer;
}

uint32_t
group_bound(const struct partials *s, uint32_t number)
{
	return kin_of(s, group(s, number))->bound;
}

uint32_t
group_root(const struct partials *s, uint32_t number)
{
	const struct kin	*k = kin_of(s, group(s, number));

	return is_root(k) ? number : k->root;
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
		return !w->by_key || (waits_word(s->waits, id ^ w->salt,
		    w->number / WAITS_BITS) >> w->number % WAITS_BITS & 1) != 0;
	}
	return (groups_alive(s, id) >> rule % GROUP_RULES & 1) != 0;
}

/* A root is noted where its key tells. */
static void
may(uint64_t *where, unsigned bits, const struct group *g)
{
	where[g->id >> (64 - bits)] |= UINT64_C(1) << g->rule % GROUP_RULES;
}

/* One that is new: the walk at hand may be past its number. */
static void
root_lives(struct partials *s, const struct group *g)
{
	may(s->may, s->may_bits, g);
	may(s->will, s->will_bits, g);
}

static void
lives(struct partials *s, const struct group *g, const struct kin *k)
{
	const struct waiter	*w;

	if (s->waits != NULL) {
		w = &s->waiters[g->rule];
		if (w->by_key || !is_root(k))
			waits_set(s->waits, g->id ^ w->salt, w->number);
		if (is_alone(k))
			waits_set(s->waits, k->apart ^ w->salt, w->number);
	} else if (is_root(k)) {
		root_lives(s, g);
	}
}

void
groups_live(struct partials *s, uint32_t number)
{
	lives(s, group(s, number), kin_of(s, group(s, number)));
}

/* Not any more, and the index does not know it. */
static void
dies(struct partials *s, const struct group *g, const struct kin *k)
{
	const struct waiter	*w;

	if (s->waits == NULL)
		return;			/* it will be forgotten */
	if (!is_root(k) && group_find(s, g->id, g->rule) != 0)
		return;			/* values whose hash is the same */
	w = &s->waiters[g->rule];
	if (w->by_key || !is_root(k))
		waits_clear(s->waits, g->id ^ w->salt, w->number);
	if (is_alone(k))
		waits_clear(s->waits, k->apart ^ w->salt, w->number);
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
	if (s->waits == NULL && is_root(kin_of(s, group(s, number))))
		may(s->will, s->will_bits, group(s, number));
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
	    s->head.groups.used > (UINT32_C(1) << s->will_bits))
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

static bool
has_values(const struct partials *s, const struct kin *k,
    const struct value values[VARIABLES_MAX])
{
	struct value	 has[VARIABLES_MAX];

	bound_values(s->bounds, k->bound, has);
	return bound_agrees(has, values) && bound_agrees(values, has);
}

uint32_t
group_find_bound(const struct partials *s, uint32_t root, uint64_t hash,
    const struct value values[VARIABLES_MAX])
{
	const struct group	*g = group(s, root);
	const uint64_t		 id = groups_bound_id(s, g->id, g->rule, hash);
	const struct kin	*k = kin_of(s, g);
	uint32_t		 at = 0, number;

	if (is_alone(k))
		return k->apart == id && has_values(s, k, values) ? root : 0;
	while ((number = slots_find(s->index, id, &at)) != SLOTS_NONE) {
		if (group(s, number)->id != id || number == root)
			continue;
		k = kin_of(s, group(s, number));
		if (!is_root(k) && k->root == root &&
		    has_values(s, k, values))
			return number;
	}
	return 0;
}

static uint32_t
add(struct partials *s, uint64_t id, uint32_t rule)
{
	const uint32_t	 number = pool_take(&s->head.groups);

	s->head.added++;
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

	groups_live(s, number);
	return number;
}

uint32_t
group_add_alone(struct partials *s, uint64_t id, uint32_t rule, uint64_t hash,
    const struct value values[VARIABLES_MAX])
{
	const struct kin	 k = {
	    .apart = groups_bound_id(s, id, rule, hash),
	    .bound = bound_new(s->bounds, values) };
	struct group		*g;
	uint32_t		 number;

	if (k.bound == 0)
		return 0;
	number = add(s, id, rule);
	g = group(s, number);
	(void)give_kin(s, g, k);
	lives(s, g, &k);
	return number;
}

/* It is the newest combination of its root from now on. */
static void
join_root(struct partials *s, uint32_t root, uint32_t number)
{
	struct kin	*of_root = own_kin(s, root), *k = own_kin(s, number);

	k->root = root;
	k->newer = 0;
	k->older = of_root->newer;
	if (k->older == 0)
		of_root->older = number;
	else
		own_kin(s, k->older)->newer = number;
	of_root->newer = number;
	of_root->n++;
}

/* Whoever waits is the same as before, but has another root. */
uint32_t
group_apart(struct partials *s, uint32_t number)
{
	struct group		*g = group(s, number);
	const struct kin	 k = *kin_of(s, group(s, number));
	uint32_t		 root;

	if (!is_alone(&k))
		return number;
	slots_remove(s->index, g->id, number);
	root = add(s, g->id, g->rule);
	if (s->waits == NULL)
		root_lives(s, group(s, root));
	g->id = k.apart;
	(void)slots_add(s->index, g->id, number);
	join_root(s, root, number);
	return root;
}

uint32_t
group_add_bound(struct partials *s, uint32_t root, uint64_t hash,
    const struct value values[VARIABLES_MAX])
{
	const uint32_t		 bound = bound_new(s->bounds, values);
	const struct group	*g;
	uint32_t		 number;

	if (bound == 0)
		return 0;
	root = group_apart(s, root);
	g = group(s, root);
	number = add(s, groups_bound_id(s, g->id, g->rule, hash), g->rule);
	own_kin(s, number)->bound = bound;
	join_root(s, root, number);
	groups_live(s, number);
	return number;
}

static void
leave_root(struct partials *s, const struct kin *k)
{
	struct kin	*root = own_kin(s, k->root);

	if (k->older == 0)
		root->older = k->newer;
	else
		own_kin(s, k->older)->newer = k->newer;
	if (k->newer == 0)
		root->newer = k->older;
	else
		own_kin(s, k->newer)->older = k->older;
	root->n--;
}

void
groups_give(struct partials *s, uint32_t number)
{
	struct group	*g = group(s, number);

	if (g->kin != 0)
		pool_give(&s->kins, g->kin);
	g->rule = GROUP_FREE;
	pool_give(&s->head.groups, number);
	if (s->want_hashes)
		pool_give(&s->hashes, number);
}

static void
remove_group(struct partials *s, uint32_t number, const struct kin *k)
{
	const struct group	*g = group(s, number);

	slots_remove(s->index, g->id, number);
	dies(s, g, k);
	bound_drop(s->bounds, k->bound);
	groups_give(s, number);
}

/* The group may have lost its last partial match, the root its last group. */
void
group_tidy(struct partials *s, uint32_t number)
{
	const struct kin	 k = *kin_of(s, group(s, number));

	if (group_holds(s, number) || (k.bound == 0 && k.n > 0))
		return;
	if (!is_root(&k))
		leave_root(s, &k);
	remove_group(s, number, &k);
	if (!is_root(&k))
		group_tidy(s, k.root);
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
