/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * partial.c - the store of partial matches: what each group holds.
 *
 * The list of a group has at most two entries for each state of its rule.
 * Groups that hold something are linked from old to new with those that are
 * equally far. One that was touched waits in a queue until enough others were,
 * and is folded then. How groups are found is in groups.c.
 */
#include "engine/partial.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/groups.h"

_Static_assert(sizeof(struct partial) == 40, "there may be many");

static const uint64_t *
id_at(const void *arg, uint32_t number)
{
	return &group(arg, number)->id;
}

struct partials *
partials_new(struct bounds *bounds, struct pasts *pasts,
    struct tallies *tallies, uint32_t open)
{
	struct partials	*s = xcalloc(1, sizeof(*s));

	s->head.added = 1;
	pool_init(&s->head.groups, sizeof(struct group));
	pool_init(&s->kins, sizeof(struct kin));
	pool_init(&s->head.all, sizeof(struct partial));
	pool_init(&s->hashes, sizeof(uint64_t));
	folds_init(&s->folds, pasts, tallies);
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
	pool_fini(&s->head.groups);
	pool_fini(&s->kins);
	pool_fini(&s->head.all);
	pool_fini(&s->hashes);
	folds_fini(&s->folds);
	slots_free(s->index);
	free(s->queue);
	free(s->may);
	free(s->will);
	free(s);
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
		s->head.live--;
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

		if (p->counts || p->in_tally || p->state == 0 ||
		    p->state > FOLD_STATES)
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

	if (!group_in_use(s, number))
		return;
	g->queued = false;
	if (g->folded)
		return;
	next = g->first;
	if (!in_a_row(s, g, by_state, &low) ||
	    !fold_put(&s->folds, g, by_state, low, &hash))
		return;
	if (s->want_hashes)
		*(uint64_t *)pool_at(&s->hashes, number) = hash;
	for (uint32_t i; (i = next) != 0;) {
		next = partial_at(s, i)->next;
		partial_at(s, i)->group = 0;
		pool_give(&s->head.all, i);
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

void
group_begin_folded(struct partials *s, uint32_t number,
    const struct group *as, uint64_t hash)
{
	struct group	*g = group(s, number), is = *as;

	if (g->folded)
		groups_unlink(s, number);
	else
		s->head.live++;
	is.id = g->id;
	is.rule = g->rule;
	is.kin = g->kin;
	is.queued = g->queued;
	*g = is;
	link_newest(s, number);
	if (s->want_hashes)
		*(uint64_t *)pool_at(&s->hashes, number) = hash;
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
		const uint32_t	 one = pool_take(&s->head.all);

		by_state[low].group = number;
		by_state[low].next = g->first;
		*partial_at(s, one) = by_state[low];
		g->first = one;
	}
	if (g->top > 0)			/* else it counts */
		touched(s, number);
}

uint32_t
group_first(struct partials *s, uint32_t number)
{
	if (group(s, number)->folded)
		open_group(s, number);
	return group(s, number)->first;
}

void
group_end_folded(struct partials *s, uint32_t number)
{
	struct group	*g = group(s, number);

	fold_drop(&s->folds, g);
	g->folded = FOLDED_NOT;
	groups_unlink(s, number);
	g->top = 0;
	s->head.live--;
	group_tidy(s, number);
}

/* Partial matches. */

uint32_t
partial_find(struct partials *s, uint32_t number, uint16_t state, bool counts)
{
	const struct group	*g = group(s, number);
	uint32_t		 one;

	if (g->folded && (counts != (g->folded == FOLDED_COUNT) ||
	    state < g->f_low || state > g->top))
		return 0;
	for (one = group_first(s, number); one != 0;
	    one = partial_at(s, one)->next) {
		const struct partial	*p = partial_at(s, one);

		if (p->state == state && p->counts == counts)
			return one;
	}
	return 0;
}

void
group_waits_at(struct partials *s, uint32_t number, uint16_t state,
    uint32_t at)
{
	struct group	*g = group(s, number);

	if (g->folded)
		g->f_deadline = at;
	else
		partial_at(s, partial_find(s, number, state, false))->
		    deadline = at;
}

uint32_t
partial_add(struct partials *s, const struct partial *one)
{
	const uint32_t	 next = group_first(s, one->group);
	const uint32_t	 number = pool_take(&s->head.all);
	struct partial	*p = partial_at(s, number);
	struct group	*g = group(s, one->group);

	*p = *one;
	p->next = next;
	g->first = number;
	if (next == 0) {
		s->head.live++;
		g->top = group_top(p->state) & GROUP_TOP_MAX;
		link_newest(s, p->group);
	} else {
		reached(s, p->group, p->state);
	}
	if (!p->counts)			/* else it is not folded */
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
	pool_give(&s->head.all, number);
	group_tidy(s, of);
	if (group_in_use(s, of))
		touched(s, of);
}

void
partial_renewed(struct partials *s, uint32_t number)
{
	const struct partial	*p = partial_at(s, number);

	reached(s, p->group, (uint16_t)p->state);
	if (!p->counts)			/* else it is not folded */
		touched(s, p->group);
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
