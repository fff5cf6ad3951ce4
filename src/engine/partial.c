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
#include "base/shards.h"

#define LEVELS	16u			/* lists; later states share the last */

struct partials {
	struct pool	 groups, all;
	struct shards	*index;
	struct bounds	*bounds;
	struct hash_key	 seed;
	uint32_t	 oldest[LEVELS], newest[LEVELS];
};

struct partials *
partials_new(struct bounds *bounds)
{
	struct partials	*s = xcalloc(1, sizeof(*s));

	pool_init(&s->groups, sizeof(struct group));
	pool_init(&s->all, sizeof(struct partial));
	s->index = shards_new();
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
	pool_fini(&s->all);
	shards_free(s->index);
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

uint32_t
group_find(const struct partials *s, uint64_t id)
{
	uint32_t	 at = 0, number;

	while ((number = shards_find(s->index, id, &at)) != SHARDS_NONE)
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

	while ((number = shards_find(s->index, id, &at)) != SHARDS_NONE) {
		const struct group	*g = group_at(s, number);
		struct value		 has[VARIABLES_MAX];

		if (g->id != id || g->root != root)
			continue;
		bound_values(s->bounds, g->bound, has);
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
	shards_add(s->index, g.id, number);
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
	struct group	*r = group_at(s, root);
	struct group	 g = { .id = bound_id(s, root, hash), .rule = r->rule,
	    .root = root, .older = r->newest };
	uint32_t	 number;

	if ((g.bound = bound_new(s->bounds, values)) == 0)
		return 0;
	number = add_group(s, g);
	if (r->newest == 0)
		r->oldest = number;
	else
		group_at(s, r->newest)->newer = number;
	r->newest = number;
	r->n++;
	return number;
}

static void
leave_root(struct partials *s, const struct group *g)
{
	struct group	*r = group_at(s, g->root);

	if (g->older == 0)
		r->oldest = g->newer;
	else
		group_at(s, g->older)->newer = g->newer;
	if (g->newer == 0)
		r->newest = g->older;
	else
		group_at(s, g->newer)->older = g->older;
	r->n--;
}

static void
remove_group(struct partials *s, uint32_t number)
{
	shards_remove(s->index, group_at(s, number)->id, number);
	pool_give(&s->groups, number);
}

/* The group may have lost its last partial match, the root its last group. */
void
group_tidy(struct partials *s, uint32_t number)
{
	const struct group	*g = group_at(s, number);
	const uint32_t		 root = g->root;

	if (g->first == 0 && root != number) {
		leave_root(s, g);
		bound_drop(s->bounds, g->bound);
		remove_group(s, number);
	}
	if (group_at(s, root)->first == 0 && group_at(s, root)->n == 0)
		remove_group(s, root);
}

uint64_t
group_ahead(const struct partials *s, uint64_t id)
{
	shards_prefetch(s->index, id);
	return id;
}

uint32_t
group_ahead_more(const struct partials *s, uint64_t ahead)
{
	uint32_t	 at = 0;
	const uint32_t	 number = shards_find(s->index, ahead, &at);

	if (number == SHARDS_NONE)
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
