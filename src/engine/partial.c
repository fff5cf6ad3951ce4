/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * partial.c - the store of partial matches.
 *
 * One index for all groups: a root stands under the hash of its rule and key,
 * a combination under that hash mixed with the one of its values. The list of a
 * group has at most two entries for each state of its rule.
 */
#include "engine/partial.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/pool.h"
#include "base/slots.h"

#define LEVELS		16u		/* lists; later states share the last */
#define GROUPS_MAX	((1u << 24) - 2) /* the index is quick up to there */

_Static_assert(sizeof(struct group) == 24, "a million of them are many");
_Static_assert(sizeof(struct partial) == 48, "and of these");

/* What only some groups have: a root its combinations, these their values. */
struct kin {
	uint32_t	 older, newer;	/* of a root: the oldest, the newest */
	uint32_t	 bound;		/* held */
	uint32_t	 n;		/* of a root: how many */
};

struct partials {
	struct pool	 groups, kins, all;
	struct slots	*index;
	struct bounds	*bounds;
	struct hash_key	 seed;
	uint32_t	 oldest[LEVELS], newest[LEVELS];
};

static uint64_t
id_of(const void *arg, uint32_t number)
{
	return group_at(arg, number)->id;
}

struct partials *
partials_new(struct bounds *bounds)
{
	struct partials	*s = xcalloc(1, sizeof(*s));

	pool_init(&s->groups, sizeof(struct group));
	pool_init(&s->kins, sizeof(struct kin));
	pool_init(&s->all, sizeof(struct partial));
	s->index = slots_new(GROUPS_MAX, id_of, s);
	s->bounds = bounds;
	s->seed = hash_key_random();
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
	slots_free(s->index);
	free(s);
}

uint32_t
partials_count(const struct partials *s)
{
	return s->all.used;
}

struct partial *
partial_at(const struct partials *s, uint32_t number)
{
	return pool_at(&s->all, number);
}

struct group *
group_at(const struct partials *s, uint32_t number)
{
	return pool_at(&s->groups, number);
}

/* Groups. */

/* Of a group that has none: zeros. */
static struct kin
kin_of(const struct partials *s, uint32_t group)
{
	const uint32_t	 kin = group_at(s, group)->kin;

	if (kin == 0)
		return (struct kin){ .n = 0 };
	return *(const struct kin *)pool_at(&s->kins, kin);
}

/* To be changed; made if need be. */
static struct kin *
own_kin(struct partials *s, uint32_t group)
{
	struct group	*g = group_at(s, group);

	if (g->kin == 0) {
		g->kin = pool_take(&s->kins);
		*(struct kin *)pool_at(&s->kins, g->kin) =
		    (struct kin){ .n = 0 };
	}
	return pool_at(&s->kins, g->kin);
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
group_older(const struct partials *s, uint32_t group)
{
	return kin_of(s, group).older;
}

uint32_t
group_newer(const struct partials *s, uint32_t group)
{
	return kin_of(s, group).newer;
}

uint32_t
group_bound(const struct partials *s, uint32_t group)
{
	return kin_of(s, group).bound;
}

uint32_t
group_find(const struct partials *s, uint64_t id)
{
	uint32_t	 at = 0, number;

	while ((number = slots_find(s->index, id, &at)) != SLOTS_NONE)
		if (group_at(s, number)->id == id)
			return number;
	return 0;
}

static uint64_t
bound_id(const struct partials *s, uint32_t root, uint64_t hash)
{
	return hash_word(&s->seed, group_at(s, root)->id ^
	    hash_word(&s->seed, hash));
}

uint32_t
group_find_bound(const struct partials *s, uint32_t root, uint64_t hash,
    const struct value values[VARIABLES_MAX])
{
	const uint64_t	 id = bound_id(s, root, hash);
	uint32_t	 at = 0, number;

	while ((number = slots_find(s->index, id, &at)) != SLOTS_NONE) {
		const struct group	*g = group_at(s, number);
		struct value		 has[VARIABLES_MAX];

		if (g->id != id || g->root != root)
			continue;
		bound_values(s->bounds, group_bound(s, number), has);
		if (bound_agrees(has, values) && bound_agrees(values, has))
			return number;
	}
	return 0;
}

static uint32_t
add_group(struct partials *s, struct group g)
{
	const uint32_t	 number = pool_take(&s->groups);

	if (g.root == 0)
		g.root = number;
	*group_at(s, number) = g;
	slots_add(s->index, g.id, number);
	return number;
}

uint32_t
group_add(struct partials *s, uint64_t id, uint32_t rule)
{
	return add_group(s, (struct group){ .id = id, .rule = rule });
}

uint32_t
group_add_bound(struct partials *s, uint32_t root, uint64_t hash,
    const struct value values[VARIABLES_MAX])
{
	const struct group	 g = { .id = bound_id(s, root, hash),
	    .rule = group_at(s, root)->rule, .root = root };
	struct kin		 k = { .bound = bound_new(s->bounds, values) };
	struct kin		*of_root = own_kin(s, root);
	uint32_t		 number;

	if (k.bound == 0)
		return 0;
	number = add_group(s, g);
	k.older = of_root->newer;
	if (k.older == 0)
		of_root->older = number;
	else
		own_kin(s, k.older)->newer = number;
	of_root->newer = number;
	of_root->n++;
	*own_kin(s, number) = k;
	return number;
}

static void
leave_root(struct partials *s, uint32_t number)
{
	struct kin	*root = own_kin(s, group_at(s, number)->root);
	const struct kin k = kin_of(s, number);

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

static void
remove_group(struct partials *s, uint32_t number)
{
	const struct group	*g = group_at(s, number);

	slots_remove(s->index, g->id, number);
	if (g->kin != 0)
		pool_give(&s->kins, g->kin);
	pool_give(&s->groups, number);
}

/* The group may have lost its last partial match, the root its last group. */
void
group_tidy(struct partials *s, uint32_t number)
{
	const struct group	*g = group_at(s, number);
	const uint32_t		 root = g->root;

	if (g->first == 0 && root != number) {
		leave_root(s, number);
		remove_group(s, number);
	}
	if (group_at(s, root)->first == 0 && group_count(s, root) == 0)
		remove_group(s, root);
}

uint64_t
group_ahead(const struct partials *s, uint64_t id)
{
	slots_prefetch(s->index, id);
	return id;
}

uint32_t
group_ahead_more(const struct partials *s, uint64_t ahead)
{
	uint32_t	 at = 0;
	const uint32_t	 number = slots_find(s->index, ahead, &at);

	if (number == SLOTS_NONE)
		return 0;
	__builtin_prefetch(group_at(s, number));
	return number;
}

void
partial_ahead(const struct partials *s, uint32_t group)
{
	const uint32_t	 first = group_at(s, group)->first;

	if (first != 0)
		__builtin_prefetch(partial_at(s, first));
}

/* Partial matches. */

uint32_t
partial_find(const struct partials *s, uint32_t group, uint16_t state,
    bool counts)
{
	uint32_t	 number = group_at(s, group)->first;

	for (; number != 0; number = partial_at(s, number)->next) {
		const struct partial	*p = partial_at(s, number);

		if (p->state == state && p->counts == counts)
			return number;
	}
	return 0;
}

static unsigned
level(const struct partial *p)
{
	return p->state < LEVELS ? p->state : LEVELS - 1;
}

static void
link_newest(struct partials *s, uint32_t number)
{
	struct partial	*p = partial_at(s, number);
	unsigned	 l = level(p);

	p->older = s->newest[l];
	p->newer = 0;
	if (p->older == 0)
		s->oldest[l] = number;
	else
		partial_at(s, p->older)->newer = number;
	s->newest[l] = number;
}

static void
unlink_level(struct partials *s, uint32_t number)
{
	const struct partial	*p = partial_at(s, number);
	unsigned		 l = level(p);

	if (p->older == 0)
		s->oldest[l] = p->newer;
	else
		partial_at(s, p->older)->newer = p->newer;
	if (p->newer == 0)
		s->newest[l] = p->older;
	else
		partial_at(s, p->newer)->older = p->older;
}

uint32_t
partial_add(struct partials *s, const struct partial *one)
{
	const uint32_t	 number = pool_take(&s->all);
	struct partial	*p = partial_at(s, number);
	struct group	*g = group_at(s, one->group);

	*p = *one;
	p->next = g->first;
	g->first = number;
	link_newest(s, number);
	return number;
}

void
partial_remove(struct partials *s, uint32_t number)
{
	struct partial	*p = partial_at(s, number);
	const uint32_t	 group = p->group;
	uint32_t	*at = &group_at(s, group)->first;

	while (*at != number)
		at = &partial_at(s, *at)->next;
	*at = p->next;
	unlink_level(s, number);
	p->group = 0;
	pool_give(&s->all, number);
	group_tidy(s, group);
}

void
partial_renewed(struct partials *s, uint32_t number)
{
	unlink_level(s, number);
	link_newest(s, number);
}

uint32_t
partials_victim(const struct partials *s)
{
	for (unsigned l = 0; l < LEVELS; l++)
		if (s->oldest[l] != 0)
			return s->oldest[l];
	return 0;
}

uint32_t
partials_size(const struct partials *s)
{
	return s->all.n;
}
