/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pick.c - who of a plan is about the subject of a record.
 *
 * Which sets a value is in stands in one table for all kinds of id: the sets of
 * all values behind each other, and a hash table from value to its stretch of
 * them, and to the kinds by which rules ask for any of these. Each plan knows
 * where the group of a kind and set is. Groups that are few are asked one by
 * one instead.
 */
#include "engine/pick.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "engine/eval.h"

#define FEW	8u			/* groups that are asked one by one */

/* Mostly free, so that what most values come to can be foreseen. */
#define PLACES_MIN	64u
#define PLACES_EACH	4u		/* at the least, for each value */

struct membership {
	uint32_t	 value, set;
};

struct place {
	uint32_t	 value;
	uint32_t	 from, n;	/* n is 0: free */
	uint32_t	 kinds;		/* as bits */
};

/* Of one list: what was put first, and from the second on a copy of all. */
struct collected {
	struct entries	 first;
	struct entry	*v;
	size_t		 n, cap;
};

struct picker {
	const struct program	*program;
	struct membership	*members;	/* by value */
	size_t			 nmembers;
	struct place		*places;
	uint32_t		 mask;
	struct hash_key		 seed;
	struct collected	 lists[ENTRY_LISTS];
};

static int
by_value(const void *va, const void *vb)
{
	const struct membership	*a = va, *b = vb;

	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return a->set < b->set ? -1 : a->set > b->set;
}

/* The place of a value, or the free one where it belongs. */
static struct place *
place_of(const struct picker *pk, uint32_t value)
{
	uint32_t	 i = (uint32_t)hash_word(&pk->seed, value);

	while (pk->places[i & pk->mask].n != 0 &&
	    pk->places[i & pk->mask].value != value)
		i++;
	return &pk->places[i & pk->mask];
}

/* The kinds of id, as bits, by which rules ask for each set. */
static uint8_t *
kinds_of_sets(const struct program *p)
{
	uint8_t	*kinds = xcalloc(p->nid_sets + 1, 1);

	for (size_t i = 0; i < p->nrules; i++) {
		const struct rule	*r = &p->rules[i];

		if (!r->any_subject && !r->not_subject)
			kinds[r->subjects] |= (uint8_t)(1u << r->subject);
	}
	return kinds;
}

static void
list_members(struct picker *pk, const uint8_t *kinds)
{
	const struct program	*p = pk->program;
	size_t			 n = 0, cap = 0;

	for (uint32_t s = 0; s < p->nid_sets; s++)
		for (size_t i = 0; kinds[s] != 0 && i < p->id_sets[s].n; i++) {
			pk->members = mem_grow(pk->members, &cap, n + 1,
			    sizeof(*pk->members));
			pk->members[n++] = (struct membership){
			    p->id_sets[s].ids[i], s };
		}
	if (n > 1)
		qsort(pk->members, n, sizeof(*pk->members), by_value);
	pk->nmembers = n;
}

struct picker *
picker_new(const struct program *p)
{
	struct picker	*pk = xcalloc(1, sizeof(*pk));
	uint8_t		*kinds = kinds_of_sets(p);
	size_t		 size = PLACES_MIN;

	pk->program = p;
	pk->seed = hash_key_random();
	list_members(pk, kinds);
	while (size < PLACES_EACH * pk->nmembers)
		size *= 2;
	pk->places = xcalloc(size, sizeof(*pk->places));
	pk->mask = (uint32_t)size - 1;
	for (uint32_t i = 0; i < pk->nmembers; i++) {
		struct place	*at = place_of(pk, pk->members[i].value);

		if (at->n++ == 0) {
			at->value = pk->members[i].value;
			at->from = i;
		}
		at->kinds |= kinds[pk->members[i].set];
	}
	free(kinds);
	return pk;
}

void
picker_free(struct picker *pk)
{
	if (pk == NULL)
		return;
	free(pk->members);
	free(pk->places);
	for (unsigned i = 0; i < ENTRY_LISTS; i++)
		free(pk->lists[i].v);
	free(pk);
}

void
picker_clear(struct picker *pk)
{
	for (unsigned i = 0; i < ENTRY_LISTS; i++) {
		pk->lists[i].first = (struct entries){ NULL, 0 };
		pk->lists[i].n = 0;
	}
}

static void
append(struct collected *to, const struct entries *more)
{
	to->v = mem_grow(to->v, &to->cap, to->n + more->n, sizeof(*to->v));
	memcpy(to->v + to->n, more->v, more->n * sizeof(*to->v));
	to->n += more->n;
}

void
picker_put(struct picker *pk, const struct entries lists[ENTRY_LISTS])
{
	for (unsigned i = 0; i < ENTRY_LISTS; i++) {
		struct collected	*to = &pk->lists[i];

		if (lists[i].n == 0)
			continue;
		if (to->first.n == 0) {
			to->first = lists[i];
			continue;
		}
		if (to->n == 0)
			append(to, &to->first);
		append(to, &lists[i]);
	}
}

static uint32_t
home(const struct picks *p, enum record_id kind, uint32_t set)
{
	return ((set * REC_IDS + (uint32_t)kind) * 0x9e3779b1u) >> p->shift;
}

void
picks_index(struct picks *p, struct arena *a)
{
	uint32_t	*places, mask;

	if (p->npositive <= FEW)
		return;
	p->shift = (unsigned)__builtin_clz(2 * p->npositive);
	mask = UINT32_MAX >> p->shift;
	places = arena_array(a, (size_t)mask + 1, sizeof(*places));
	for (uint32_t i = 0; i < p->npositive; i++) {
		uint32_t	 at = home(p, p->groups[i].kind,
		    p->groups[i].set);

		while (places[at] != 0)
			at = (at + 1) & mask;
		places[at] = i + 1;
	}
	p->places = places;
}

/* The group of this kind and set, if it is one of those not negated. */
static const struct group *
find_group(const struct picks *p, enum record_id kind, uint32_t set)
{
	const uint32_t	 mask = UINT32_MAX >> p->shift;
	uint32_t	 at = home(p, kind, set);

	for (; p->places[at] != 0; at = (at + 1) & mask) {
		const struct group	*g = &p->groups[p->places[at] - 1];

		if (g->kind == kind && g->set == set)
			return g;
	}
	return NULL;
}

static void
put_groups_of(struct picker *pk, const struct picks *p, enum record_id kind,
    const struct place *at)
{
	for (uint32_t i = 0; i < at->n; i++) {
		const struct group	*g = find_group(p, kind,
		    pk->members[at->from + i].set);

		if (g != NULL)
			picker_put(pk, g->lists);
	}
}

static void
ask_group(struct picker *pk, const struct group *g, const struct record *r)
{
	if (id_set_has(&pk->program->id_sets[g->set],
	    record_id(r, g->kind)) != g->negated)
		picker_put(pk, g->lists);
}

/*
 * By the sets that the record's ids are in. False when it is less work to ask
 * each group.
 */
static bool
pick_by_value(struct picker *pk, const struct picks *p, const struct record *r)
{
	const struct place	*at[REC_IDS], *last = NULL;
	uint32_t		 n = 0, value = 0;

	for (unsigned kinds = p->kinds; kinds != 0; kinds &= kinds - 1) {
		const unsigned	 k = (unsigned)__builtin_ctz(kinds);
		const uint32_t	 id = record_id(r, (enum record_id)k);

		if (last == NULL || id != value)	/* often it is */
			last = place_of(pk, id);
		value = id;
		at[k] = (last->kinds >> k & 1) != 0 ? last : NULL;
		n += at[k] != NULL ? last->n : 0;
	}
	if (n >= p->npositive)
		return false;
	for (unsigned kinds = p->kinds; kinds != 0; kinds &= kinds - 1) {
		const unsigned	 k = (unsigned)__builtin_ctz(kinds);

		if (at[k] != NULL)
			put_groups_of(pk, p, (enum record_id)k, at[k]);
	}
	return true;
}

void
picker_pick(struct picker *pk, const struct picks *p, const struct record *r)
{
	uint32_t	 from = 0;

	if (p->npositive > FEW && pick_by_value(pk, p, r))
		from = p->npositive;
	for (uint32_t i = from; i < p->n; i++)
		ask_group(pk, &p->groups[i], r);
}

/* Has the value a group of this kind? Yes, where it takes long to tell. */
static bool
has_group(const struct picker *pk, const struct picks *p, enum record_id kind,
    const struct place *at)
{
	if (p->places == NULL || at->n > FEW)
		return true;
	for (uint32_t i = 0; i < at->n; i++)
		if (find_group(p, kind, pk->members[at->from + i].set) != NULL)
			return true;
	return false;
}

bool
picker_names(const struct picker *pk, const struct picks *p,
    const struct record *r)
{
	const struct place	*at = NULL;
	uint32_t		 value = 0;

	for (unsigned kinds = p->kinds; kinds != 0; kinds &= kinds - 1) {
		const enum record_id	 kind = (enum record_id)
		    __builtin_ctz(kinds);
		const uint32_t		 id = record_id(r, kind);

		if (at == NULL || id != value)		/* often it is */
			at = place_of(pk, id);
		value = id;
		if ((at->kinds >> kind & 1) != 0 && has_group(pk, p, kind, at))
			return true;
	}
	return false;
}

void
picker_take(struct picker *pk, struct entries lists[ENTRY_LISTS])
{
	for (unsigned i = 0; i < ENTRY_LISTS; i++) {
		const struct collected	*c = &pk->lists[i];

		if (c->n > 0)
			entries_sort(c->v, c->n, (enum entry_list)i);
		lists[i] = c->n == 0 ? c->first :
		    (struct entries){ c->v, (uint32_t)c->n };
	}
}
