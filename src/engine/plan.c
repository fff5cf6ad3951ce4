/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan.c - what a record of a kind can do.
 *
 * All path prefixes of all rules stand in one trie, so a path is walked once
 * and yields a class. Regular expressions are looked for in one pass, too, and
 * what is found gets a number together with that class; only those which have
 * to be tried one by one are left for later. What makes a kind fits into one
 * word, and a table of such words leads to the plans. A plan is cut out of the
 * demands on a slot: those that ask for no path, or are too many to be copied
 * for each class, stand once for all classes in a plan of their own, which the
 * others name.
 */
#include "engine/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/trie.h"
#include "engine/muster.h"
#include "engine/pick.h"
#include "engine/profile.h"

#define KINDS_MIN	1024u		/* places in the table */
#define COMMON		(PLAN_NO_PATH - 1)	/* class of those without */
#define PAIR_BYTES	128u	/* of memory, with its place in the map */
#define FEW_FREE	32u		/* demands copied instead */

/* What a path says: of prefixes, and of regular expressions. */
struct pair {
	uint64_t	 found;		/* patterns_class() */
	uint32_t	 prefixes;	/* class */
};

/* An entry that is to be in a plan. */
struct candidate {
	struct entry	 entry;
	uint32_t	 set;		/* of subjects; 0 for everybody's */
	uint8_t		 who;		/* enum who */
	uint8_t		 kind;		/* of id; or 0 */
	uint8_t		 list;		/* enum entry_list */
};
enum who { EVERYBODY, THESE, OTHERS };

struct plans {
	const struct program	*program;
	struct trie		*trie;
	struct patterns		*patterns;	/* NULL: nobody asks */
	struct map		*numbers;	/* of pairs, plus one */
	struct pair		*pairs;		/* behind the trie's classes */
	size_t			 npairs, pairs_cap;
	uint32_t		 last;		/* of them */
	struct hash_key		 seed;
	struct plan_place	*places;
	size_t			 mask, nmade;
	struct plan_place	 near[PLANS_NEAR];
	struct arena		*arena;
	struct picker		*picker;
	struct plan		 picked;
	const struct musters	*musters;	/* or NULL */

	/* Scratch for making a plan. */
	uint32_t		*in_class;	/* by object set: stamp */
	uint32_t		 stamp;
	struct candidate	*drafts;
	size_t			 ndrafts, drafts_cap;
	struct profile		*timed;		/* or NULL */
};

static const struct plan	nobody;

/* Life. */

static void
add_prefixes(struct plans *ps)
{
	const struct program	*p = ps->program;

	ps->trie = trie_new();
	for (size_t i = 0; i < p->nobject_sets; i++) {
		const struct object_set	*set = &p->object_sets[i];

		/* No path has a NUL in it; one is where a path ends. */
		for (size_t j = 0; set->type == OBJECT_PATH && j < set->n; j++)
			if (slice_until_nul(set->entries[j]).n ==
			    set->entries[j].n)
				trie_add(ps->trie, set->entries[j],
				    (uint32_t)i);
	}
	trie_freeze(ps->trie);
}

static void
new_table(struct plans *ps, size_t size)
{
	free(ps->places);
	ps->places = xcalloc(size, sizeof(*ps->places));
	ps->mask = size - 1;
	ps->nmade = 0;
}

struct plans *
plans_new(const struct program *p)
{
	struct plans	*ps = xcalloc(1, sizeof(*ps));

	ps->program = p;
	add_prefixes(ps);
	ps->seed = hash_key_random();
	new_table(ps, KINDS_MIN);
	ps->arena = arena_new();
	ps->numbers = map_new();
	ps->picker = picker_new(p);
	ps->in_class = xcalloc(p->nobject_sets + 1, sizeof(*ps->in_class));
	return ps;
}

void
plans_free(struct plans *ps)
{
	if (ps == NULL)
		return;
	trie_free(ps->trie);
	map_free(ps->numbers);
	free(ps->pairs);
	free(ps->places);
	arena_free(ps->arena);
	picker_free(ps->picker);
	free(ps->in_class);
	free(ps->drafts);
	free(ps);
}

void
plans_tidy(struct plans *ps)
{
	if (arena_size(ps->arena) + (ps->mask + 1) * sizeof(*ps->places) +
	    ps->npairs * PAIR_BYTES <= PLANS_MAX)
		return;
	map_free(ps->numbers);
	ps->numbers = map_new();
	ps->npairs = 0;
	arena_free(ps->arena);
	ps->arena = arena_new();
	new_table(ps, KINDS_MIN);
	memset(ps->near, 0, sizeof(ps->near));
}

void
plans_use_patterns(struct plans *ps, struct patterns *patterns)
{
	ps->patterns = patterns;
}

void
plans_use_musters(struct plans *ps, const struct musters *musters)
{
	ps->musters = musters;
}

/* Slots. */

/* Does what it asks depend on the class of the path? */
static bool
asks_for_path(const struct demand *d)
{
	return d->paths || d->patterns;
}

/* One more than the set: none sorts first. */
static int
by_set(const void *va, const void *vb)
{
	const struct demand	*a = va, *b = vb;

	if (a->prefixes != b->prefixes)
		return a->prefixes + 1 < b->prefixes + 1 ? -1 : 1;
	if (asks_for_path(a) != asks_for_path(b))
		return asks_for_path(b) ? -1 : 1;
	if (a->atom.rule != b->atom.rule)
		return a->atom.rule < b->atom.rule ? -1 : 1;
	return a->atom.state < b->atom.state ? -1 :
	    a->atom.state > b->atom.state;
}

void
slot_init(struct slot *s, struct demand *demands, size_t n)
{
	*s = (struct slot){ .demands = demands, .n = n };
	if (n > 1)
		qsort(demands, n, sizeof(*demands), by_set);
	for (size_t i = 0; i < n; i++) {
		const struct demand	*d = &demands[i];
		const enum test_status	 status = (enum test_status)d->status;

		s->nplain += d->prefixes == PROGRAM_NONE;
		s->nfree += !asks_for_path(d);
		s->status |= status != STATUS_ANY;
		s->outcome = i == 0 || status == s->outcome ? status :
		    STATUS_ANY;
		s->object |= d->object;
		s->paths |= d->paths;
		s->patterns |= d->patterns;
	}
}

void
slot_fini(struct slot *s)
{
	free(s->demands);
}

/* Kinds. */

static uint32_t
class_of(uint64_t kind)
{
	return (uint32_t)(kind >> 1);
}

/* Mostly it is the one of the record before. */
static uint32_t
pair_number(struct plans *ps, uint32_t prefixes, uint64_t found)
{
	const uint32_t		 key[] = { prefixes, (uint32_t)found,
	    (uint32_t)(found >> 32) };
	const struct slice	 bytes = { (const uint8_t *)key, sizeof(key) };
	const uint32_t		 first = trie_classes(ps->trie);
	void			*known;

	if (ps->last < ps->npairs && ps->pairs[ps->last].found == found &&
	    ps->pairs[ps->last].prefixes == prefixes)
		return first + ps->last;
	if ((known = map_find(ps->numbers, bytes)) != NULL) {
		ps->last = (uint32_t)((uintptr_t)known - 1);
		return first + ps->last;
	}
	ps->pairs = mem_grow(ps->pairs, &ps->pairs_cap, ps->npairs + 1,
	    sizeof(*ps->pairs));
	ps->pairs[ps->npairs] = (struct pair){ found, prefixes };
	ps->last = (uint32_t)ps->npairs++;
	(void)map_put(ps->numbers, bytes, (void *)(uintptr_t)ps->npairs);
	return first + ps->last;
}

/* The class of the prefixes in a class. */
static uint32_t
prefixes_in(const struct plans *ps, uint32_t class)
{
	const uint32_t	 first = trie_classes(ps->trie);

	return class >= first && class < COMMON ?
	    ps->pairs[class - first].prefixes : class;
}

static inline size_t
home(const struct plans *ps, uint64_t kind)
{
	return hash_word(&ps->seed, kind) & ps->mask;
}

/* So many bytes of the record follow the path, if it stands there. */
static size_t
bytes_behind(const struct record *r, struct slice path)
{
	const uintptr_t	 at = (uintptr_t)path.p - (uintptr_t)r->bytes.p;

	return at < r->bytes.n ? r->bytes.n - at - path.n : 0;
}

void
plans_profile(struct plans *ps, struct profile *timed)
{
	ps->timed = timed;
}

/* What all patterns find in a path. */
static uint64_t
found_in(struct plans *ps, struct slice path)
{
	uint64_t	 found;

	if (ps->timed != NULL)
		(void)profile_enter(ps->timed, PROFILE_PATTERNS);
	found = patterns_class(ps->patterns, slice_until_nul(path));
	if (ps->timed != NULL)
		(void)profile_enter(ps->timed, PROFILE_PLAN);
	return found;
}

uint32_t
plans_class(const struct plans *ps, struct slice path, const struct record *r)
{
	return trie_walk(ps->trie, path, bytes_behind(r, path));
}

bool
plans_ask_together(const struct plans *ps)
{
	return trie_is_large(ps->trie);
}

struct trie_path
plans_ask(struct slice path, const struct record *r)
{
	return (struct trie_path){ .path = path,
	    .more = bytes_behind(r, path) };
}

void
plans_classes(const struct plans *ps, struct trie_path *v, size_t n)
{
	trie_walk_together(ps->trie, v, n);
}

uint64_t
plans_kind(struct plans *ps, const struct slot *s, uint32_t i,
    const struct record *r, const struct object *object)
{
	uint32_t	 class = PLAN_NO_PATH;
	uint64_t	 kind;

	if (object->known && s->object)
		class = s->paths ? plans_class(ps, object->path, r) : 0;
	if (object->known && s->patterns && ps->patterns != NULL)
		class = pair_number(ps, class, found_in(ps, object->path));
	kind = plan_kind(i, class, s->status && record_error(r) == 0);
	__builtin_prefetch(&ps->places[home(ps, kind)]);
	return kind;
}

/* Its place, or the free one where it belongs. */
static struct plan_place *
place_of(const struct plans *ps, uint64_t kind)
{
	size_t	 at = home(ps, kind);

	while (ps->places[at].plan != NULL && ps->places[at].kind != kind)
		at = (at + 1) & ps->mask;
	return &ps->places[at];
}

static void
grow_table(struct plans *ps)
{
	struct plan_place	*old = ps->places;
	const size_t		 n = ps->mask + 1;

	ps->places = NULL;
	new_table(ps, 2 * n);
	for (size_t i = 0; i < n; i++)
		if (old[i].plan != NULL) {
			*place_of(ps, old[i].kind) = old[i];
			ps->nmade++;
		}
	free(old);
}

/* What stands in a plan. */

/* Note the object sets that have a prefix of a path of this class. */
static void
stamp_sets(struct plans *ps, uint32_t class)
{
	if (ps->stamp >= UINT32_MAX - 1) {
		memset(ps->in_class, 0, (ps->program->nobject_sets + 1) *
		    sizeof(*ps->in_class));
		ps->stamp = 0;
	}
	ps->stamp += 2;			/* the one below: met and done */
	if (class >= COMMON)
		return;
	class = prefixes_in(ps, class);
	for (; class != 0; class = trie_parent(ps->trie, class)) {
		size_t		 n;
		const uint32_t	*sets = trie_sets(ps->trie, class, &n);

		for (size_t i = 0; i < n; i++)
			ps->in_class[sets[i]] = ps->stamp;
	}
}

/* Of regular expressions; notes the set if it is still to be asked. */
static bool
fits(const struct plans *ps, const struct state *s, uint32_t class,
    uint32_t *patterns)
{
	const uint32_t		 first = trie_classes(ps->trie);
	enum patterns_answer	 says = PATTERNS_ASK;

	if (class >= first && class < COMMON)
		says = patterns_says(ps->patterns,
		    ps->pairs[class - first].found, s->objects);
	if (says == PATTERNS_ASK)
		*patterns = s->objects;
	return says == PATTERNS_ASK || (says == PATTERNS_YES) != s->not_object;
}

/* Does it hold of such a record? Notes the patterns to ask. */
static bool
holds(const struct plans *ps, const struct state *s, uint64_t kind,
    uint32_t *patterns)
{
	const bool	 success = kind & 1;

	if (s->status != STATUS_ANY && (s->status == STATUS_SUCCESS) != success)
		return false;
	if (s->objects == PROGRAM_NONE)
		return true;
	if (class_of(kind) == PLAN_NO_PATH)
		return false;
	if (ps->program->object_sets[s->objects].type == OBJECT_PCRE)
		return fits(ps, s, class_of(kind), patterns);
	return (ps->in_class[s->objects] == ps->stamp) != s->not_object;
}

static void
draft(struct plans *ps, const struct candidate *c, enum entry_list list)
{
	ps->drafts = mem_grow(ps->drafts, &ps->drafts_cap, ps->ndrafts + 1,
	    sizeof(*ps->drafts));
	ps->drafts[ps->ndrafts] = *c;
	ps->drafts[ps->ndrafts++].list = (uint8_t)list;
}

/*
 * With `by none` the subject only says who may begin, which is not asked here.
 */
static void
consider(struct plans *ps, struct atom a, uint64_t kind)
{
	const struct program	*p = ps->program;
	const struct rule	*r = &p->rules[a.rule];
	const struct state	*s = atom_state(p, a);
	struct candidate	 c = { .entry = { a.rule, a.state,
	    PROGRAM_NONE } };

	if (!holds(ps, s, kind, &c.entry.patterns))
		return;
	if (!r->any_subject && (!r->by_none || r->any_order)) {
		c.who = r->not_subject ? OTHERS : THESE;
		c.kind = (uint8_t)r->subject;
		c.set = r->subjects;
	}
	if (r->new_life) {
		draft(ps, &c, ENTRY_LIVES);
		return;
	}
	if (a.state > 0 || s->multiplier > 1)
		draft(ps, &c, ENTRY_ADVANCE);
	if (a.state == 0)
		draft(ps, &c, ENTRY_START);
}

/* The first demand on a slot for prefixes of this set or a later one. */
static size_t
first_of_set(const struct slot *s, uint32_t set)
{
	size_t	 lo = s->nplain, hi = s->n;

	while (lo < hi) {
		size_t	 mid = lo + (hi - lo) / 2;

		if (s->demands[mid].prefixes < set)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The atoms of those that ask for a prefix which the path has. */
static void
consider_prefixes(struct plans *ps, const struct slot *s, uint64_t kind)
{
	const uint32_t	 stamp = ps->stamp;
	uint32_t	 c = class_of(kind) >= COMMON ? 0 :
	    prefixes_in(ps, class_of(kind));

	for (; c != 0; c = trie_parent(ps->trie, c)) {
		size_t		 n;
		const uint32_t	*sets = trie_sets(ps->trie, c, &n);

		for (size_t i = 0; i < n; i++) {
			if (ps->in_class[sets[i]] != stamp)
				continue;
			for (size_t j = first_of_set(s, sets[i]); j < s->n &&
			    s->demands[j].prefixes == sets[i]; j++)
				consider(ps, s->demands[j].atom, kind);
			ps->in_class[sets[i]] = stamp - 1; /* once */
		}
	}
}

/* Putting it together. */

static int
by_group(const struct candidate *a, const struct candidate *b)
{
	if (a->who != b->who)
		return a->who < b->who ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (a->set > b->set) - (a->set < b->set);
}

static int
by_place(const void *va, const void *vb)
{
	const struct candidate	*a = va, *b = vb;
	const int		 group = by_group(a, b);

	return group != 0 ? group : (a->list > b->list) - (a->list < b->list);
}

/* Those of one group, from *AT on, to their lists. */
static void
cut_group(struct plans *ps, size_t *at, struct entries lists[ENTRY_LISTS])
{
	const struct candidate	*first = &ps->drafts[*at];
	size_t			 i = *at;

	while (i < ps->ndrafts && by_group(&ps->drafts[i], first) == 0) {
		const uint8_t	 list = ps->drafts[i].list;
		size_t		 n = 0;
		struct entry	*v;

		while (i + n < ps->ndrafts && ps->drafts[i + n].list == list &&
		    by_group(&ps->drafts[i + n], first) == 0)
			n++;
		v = arena_array(ps->arena, n, sizeof(*v));
		for (size_t k = 0; k < n; k++)
			v[k] = ps->drafts[i + k].entry;
		entries_sort(v, n, (enum entry_list)list);
		lists[list] = (struct entries){ v, (uint32_t)n };
		i += n;
	}
	*at = i;
}

static const struct picks *
cut_picks(struct plans *ps, size_t at)
{
	struct picks	*p;
	struct group	*groups;

	if (at == ps->ndrafts)
		return NULL;
	p = arena_alloc(ps->arena, sizeof(*p));
	for (size_t i = at; i < ps->ndrafts; i++)
		p->n += i == at || by_group(&ps->drafts[i],
		    &ps->drafts[i - 1]) != 0;
	groups = arena_array(ps->arena, p->n, sizeof(*groups));
	for (uint32_t i = 0; i < p->n; i++) {
		const struct candidate	*c = &ps->drafts[at];

		groups[i].kind = (enum record_id)c->kind;
		groups[i].set = c->set;
		groups[i].negated = c->who == OTHERS;
		if (!groups[i].negated) {
			p->npositive++;
			p->kinds |= 1u << c->kind;
		}
		cut_group(ps, &at, groups[i].lists);
	}
	p->groups = groups;
	picks_index(p, ps->arena);
	return p;
}

static bool
has_entries(const struct entries lists[ENTRY_LISTS])
{
	return (lists[ENTRY_ADVANCE].n | lists[ENTRY_START].n |
	    lists[ENTRY_LIVES].n) != 0;
}

static const struct plan *
put_together(struct plans *ps, const struct plan *common)
{
	struct plan	*plan;
	size_t		 at = 0;

	if (ps->ndrafts == 0 && common == NULL)
		return &nobody;
	plan = arena_alloc(ps->arena, sizeof(*plan));
	if (ps->ndrafts > 1)
		qsort(ps->drafts, ps->ndrafts, sizeof(*ps->drafts), by_place);
	if (ps->ndrafts > 0 && ps->drafts[0].who == EVERYBODY)
		cut_group(ps, &at, plan->lists);
	plan->picks = cut_picks(ps, at);
	plan->common = common;
	plan->sure = has_entries(plan->lists) ||
	    (plan->picks != NULL && plan->picks->n > plan->picks->npositive) ||
	    (common != NULL && common->sure);
	plan->kinds = (uint8_t)((plan->picks == NULL ? 0 :
	    plan->picks->kinds) | (common == NULL ? 0 : common->kinds));
	if (plan->picks == NULL && common == NULL)
		plan->muster = muster_cut(ps->musters, ps->arena,
		    &plan->lists[ENTRY_LIVES]);
	plan->asks = common != NULL && common->asks;
	for (size_t i = 0; i < ps->ndrafts; i++)
		plan->asks |= atom_asks(ps->program, (struct atom){
		    ps->drafts[i].entry.rule, ps->drafts[i].entry.state });
	return plan;
}

static const struct plan	*find(struct plans *, const struct slot *,
				    uint64_t kind);

/* Of a class, unless it is that of what is common to all. */
static const struct plan *
make(struct plans *ps, const struct slot *s, uint64_t kind)
{
	const struct plan	*common = NULL;
	const bool		 apart = s->nfree > FEW_FREE;
	size_t			 from = 0, to = s->nplain;

	if (class_of(kind) == COMMON)
		to = s->nfree;
	else if (apart) {
		common = find(ps, s, plan_kind((uint32_t)(kind >> 33), COMMON,
		    kind & 1));
		from = s->nfree;
		if (plan_is_empty(common))
			common = NULL;
	}
	ps->ndrafts = 0;
	stamp_sets(ps, class_of(kind));
	for (size_t i = from; i < to; i++)
		consider(ps, s->demands[i].atom, kind);
	consider_prefixes(ps, s, kind);
	if (ps->ndrafts == 0 && common != NULL)
		return common;
	return put_together(ps, common);
}

/* A plan made for another kind on the way may be in the place by then. */
static const struct plan *
find(struct plans *ps, const struct slot *s, uint64_t kind)
{
	struct plan_place	*at = place_of(ps, kind);
	const struct plan	*plan;

	if (at->plan != NULL)
		return at->plan;
	plan = make(ps, s, kind);
	if (ps->nmade >= (ps->mask + 1) / 2)
		grow_table(ps);
	*place_of(ps, kind) = (struct plan_place){ kind,
	    plan };
	ps->nmade++;
	return plan;
}

const struct plan *
plans_find(struct plans *ps, const struct slot *s, uint64_t kind)
{
	const struct plan	*plan = find(ps, s, kind);

	ps->near[plan_near_at(kind)] = (struct plan_place){ kind, plan };
	return plan;
}

const struct plan_place *
plans_near(const struct plans *ps)
{
	return ps->near;
}

bool
plan_names(const struct plans *ps, const struct plan *p,
    const struct record *r)
{
	for (; p != NULL; p = p->common)
		if (p->picks != NULL && picker_names(ps->picker, p->picks, r))
			return true;
	return false;
}

const struct plan *
plan_pick(struct plans *ps, const struct plan *plan, const struct record *r)
{
	picker_clear(ps->picker);
	ps->picked.asks = plan->asks;
	for (; plan != NULL; plan = plan->common) {
		picker_put(ps->picker, plan->lists);
		if (plan->picks != NULL)
			picker_pick(ps->picker, plan->picks, r);
	}
	picker_take(ps->picker, ps->picked.lists);
	ps->picked.sure = has_entries(ps->picked.lists);
	return &ps->picked;
}
