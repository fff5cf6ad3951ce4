/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * index.c - from a record to the rules worth trying.
 *
 * An atom is a state of a rule. Atoms hang on what they ask of the event; the
 * slot of an event number gathers those whose question it answers, and numbers
 * that answer the same questions share a slot. All path prefixes of all rules
 * stand in one trie, so a path is walked once and yields a class; ids that no
 * rule names share class 0. With these few numbers as the key, a plan is looked
 * up, or made from the slot's atoms.
 */
#include "engine/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/trie.h"

#define EVENTS		65536u
#define UNSEEN		UINT32_MAX	/* slot of a number not met yet */
#define NO_PATH		UINT32_MAX	/* class of a record without a path */

struct atom {
	uint32_t	 rule, state;	/* as in struct entry */
};

struct atoms {
	struct atom	*v;
	size_t		 n, cap;
};

struct slot {
	/* Those without path prefixes, or with negated ones, come first; then
	 * the others by object set. */
	struct atom	*atoms;
	size_t		 n, nplain;
	bool		 object;	/* any asks for the object */
	bool		 paths;		/* by prefixes */
	bool		 status;	/* any asks for the outcome */
	uint32_t	 lasting;	/* a rule with instances, or NONE */
	unsigned	 ids;		/* kinds of id any asks for, bits */
};

/* Values that rules name, of one kind of id, each a class of its own. */
struct id_classes {
	uint32_t	*values;
	uint32_t	*classes;	/* 0: free */
	uint32_t	 mask;
};

struct key {
	uint32_t	 slot;
	uint32_t	 class;
	uint32_t	 success;
	uint32_t	 ids[REC_IDS];
};

struct made {			/* a plan and what it was made for */
	struct key	 key;
	uint64_t	 hash;
	struct plan	 plan;
};

struct index {
	const struct program	*program;
	const struct names	*names;
	struct atoms		*by_question;	/* see question() */
	size_t			 nquestions;
	bool			 classes;	/* any rule asks for classes */
	bool			 objects;
	struct atoms		*alerted;	/* by rule; NULL: none waits */
	uint32_t		*slot_of[DIALECTS];
	struct slot		*slots;
	size_t			 nslots, slots_cap;
	struct map		*by_signature;
	struct trie		*trie;
	struct id_classes	 ids[REC_IDS];
	struct hash_key		 seed;

	struct arena		*plans;
	struct made		**table;	/* open addressing */
	size_t			 mask, nmade;

	/* Scratch for making a plan. */
	uint32_t		*in_class;	/* by object set: stamp */
	uint32_t		 stamp;
	struct entry		*advance, *start, *lives;
	size_t			 advance_cap, start_cap, lives_cap;
	struct plan		 of_alert;
};

/* Building. */

/* What a state asks of the event, as a small number. */
static size_t
question(const struct program *p, const struct state *s)
{
	if (s->any_event)
		return 2 * p->nevent_sets;
	return 2 * (size_t)s->events + s->not_event;
}

static void
add_atom(struct atoms *a, uint32_t rule, uint32_t state)
{
	a->v = mem_grow(a->v, &a->cap, a->n + 1, sizeof(*a->v));
	a->v[a->n++] = (struct atom){ rule, state };
}

static bool	wants_object(const struct program *, const struct state *);

/* How many things of a rule records can meet. */
static uint32_t
nentries(const struct rule *r)
{
	return (uint32_t)(r->nstates + r->ncancels + r->strict);
}

const struct state *
index_state(const struct program *p, const struct entry *en)
{
	static const struct state	 every = { .any_event = true,
	    .events = PROGRAM_NONE, .objects = PROGRAM_NONE, .multiplier = 1 };
	const struct rule		*r = &p->rules[en->rule];

	if (en->state < r->nstates)
		return &r->states[en->state];
	if (en->state < r->nstates + r->ncancels)
		return &r->cancels[en->state - r->nstates];
	return &every;
}

static const struct state *
state_of(const struct program *p, struct atom a)
{
	return index_state(p, &(struct entry){ a.rule, a.state,
	    PROGRAM_NONE });
}

static bool
predicate_on_object(const struct program *p, const struct predicate *q)
{
	bool	 object = q->field == FIELD_OBJECT ||
	    (q->kind == PRED_FIELD && q->other == FIELD_OBJECT);

	for (size_t i = 0; i < q->nby; i++)
		object |= q->by[i] == FIELD_OBJECT;
	for (size_t i = 0; i < q->nblocks; i++)
		object |= wants_object(p, &q->blocks[i]);
	return object;
}

/* Does the state ask for the object in any way? */
static bool
wants_object(const struct program *p, const struct state *s)
{
	bool	 object = s->objects != PROGRAM_NONE;

	for (size_t i = 0; i < s->npredicates; i++)
		object |= predicate_on_object(p,
		    &p->predicates[s->predicates[i]]);
	for (size_t i = 0; i < s->nbinds; i++)
		object |= s->binds[i].field == FIELD_OBJECT;
	return object;
}

/* The same for what is looked at together with each of the rule's states. */
static bool
rule_wants_object(const struct program *p, const struct rule *r)
{
	bool	 object = false;

	for (size_t i = 0; i < r->nby; i++)
		object |= r->by[i] == FIELD_OBJECT;
	for (size_t i = 0; i < r->nexcepts; i++)
		object |= wants_object(p, &r->excepts[i]);
	for (size_t i = 0; r->new_life && i < r->nstates; i++)
		object |= r->states[i].multiplier > 1 &&
		    r->states[i].distinct == FIELD_OBJECT;
	return object;
}

static void
wait_for_alerts(struct index *ix, const struct state *s, struct atom a)
{
	if (ix->alerted == NULL)
		ix->alerted = xcalloc(ix->program->nrules,
		    sizeof(*ix->alerted));
	for (size_t i = 0; i < s->nalerts; i++)
		add_atom(&ix->alerted[s->alerts[i]], a.rule, a.state);
}

static void
add_states(struct index *ix, uint32_t rule)
{
	const struct program	*p = ix->program;
	const struct rule	*r = &p->rules[rule];

	ix->objects |= rule_wants_object(p, r);
	for (uint32_t i = 0; i < nentries(r); i++) {
		const struct atom	 a = { rule, i };
		const struct state	*s = state_of(p, a);

		if (s->never)
			continue;
		ix->objects |= wants_object(p, s);
		if (s->nalerts > 0) {
			wait_for_alerts(ix, s, a);
			continue;
		}
		add_atom(&ix->by_question[question(p, s)], rule, i);
		if (!s->any_event && p->event_sets[s->events].classes)
			ix->classes = true;
	}
}

static void
add_prefixes(struct index *ix)
{
	const struct program	*p = ix->program;

	ix->trie = trie_new();
	for (size_t i = 0; i < p->nobject_sets; i++) {
		const struct object_set	*set = &p->object_sets[i];

		for (size_t j = 0; set->type == OBJECT_PATH && j < set->n; j++)
			trie_add(ix->trie, set->entries[j], (uint32_t)i);
	}
	trie_freeze(ix->trie);
}

static uint32_t
id_place(const struct id_classes *c, uint32_t value)
{
	uint32_t	 i = value * 2654435769u;

	for (i ^= i >> 16; c->classes[i & c->mask] != 0; i++)
		if (c->values[i & c->mask] == value)
			break;
	return i & c->mask;
}

/* Room for twice as many values as all sets of that kind have. */
static void
id_classes_init(struct index *ix, unsigned kind)
{
	const struct program	*p = ix->program;
	struct id_classes	*c = &ix->ids[kind];
	size_t			 n = 0, size = 4;
	uint32_t		 class = 0;

	for (size_t i = 0; i < p->nrules; i++)
		if (p->rules[i].subject == kind && !p->rules[i].any_subject)
			n += p->id_sets[p->rules[i].subjects].n;
	while (size < 2 * n)
		size *= 2;
	c->values = xcalloc(size, sizeof(*c->values));
	c->classes = xcalloc(size, sizeof(*c->classes));
	c->mask = (uint32_t)size - 1;
	for (size_t i = 0; i < p->nrules; i++) {
		const struct rule	*r = &p->rules[i];

		if (r->subject != kind || r->any_subject)
			continue;
		for (size_t j = 0; j < p->id_sets[r->subjects].n; j++) {
			uint32_t	 v = p->id_sets[r->subjects].ids[j];
			uint32_t	 at = id_place(c, v);

			if (c->classes[at] == 0)
				c->classes[at] = ++class;
			c->values[at] = v;
		}
	}
}

static void
new_table(struct index *ix, size_t size)
{
	free(ix->table);
	ix->table = xcalloc(size, sizeof(*ix->table));
	ix->mask = size - 1;
	ix->nmade = 0;
}

struct index *
index_new(const struct program *p, const struct names *names)
{
	struct index	*ix = xcalloc(1, sizeof(*ix));

	ix->program = p;
	ix->names = names;
	ix->nquestions = 2 * p->nevent_sets + 1;
	ix->by_question = xcalloc(ix->nquestions, sizeof(*ix->by_question));
	for (uint32_t i = 0; i < p->nrules; i++)
		if (p->rules[i].enabled)
			add_states(ix, i);
	add_prefixes(ix);
	for (unsigned k = 0; k < REC_IDS; k++)
		id_classes_init(ix, k);
	for (unsigned d = 0; d < DIALECTS; d++) {
		ix->slot_of[d] = xreallocarray(NULL, EVENTS, sizeof(uint32_t));
		memset(ix->slot_of[d], 0xff, EVENTS * sizeof(uint32_t));
	}
	ix->by_signature = map_new();
	ix->slots = mem_grow(NULL, &ix->slots_cap, 1, sizeof(*ix->slots));
	ix->slots[0] = (struct slot){ .lasting = PROGRAM_NONE };
	ix->nslots = 1;
	ix->seed = hash_key_random();
	ix->plans = arena_new();
	new_table(ix, 1024);
	ix->in_class = xcalloc(p->nobject_sets + 1, sizeof(*ix->in_class));
	return ix;
}

void
index_free(struct index *ix)
{
	if (ix == NULL)
		return;
	for (size_t i = 0; i < ix->nquestions; i++)
		free(ix->by_question[i].v);
	free(ix->by_question);
	for (unsigned d = 0; d < DIALECTS; d++)
		free(ix->slot_of[d]);
	for (size_t i = 0; i < ix->nslots; i++)
		free(ix->slots[i].atoms);
	free(ix->slots);
	for (unsigned k = 0; k < REC_IDS; k++) {
		free(ix->ids[k].values);
		free(ix->ids[k].classes);
	}
	map_free(ix->by_signature);
	trie_free(ix->trie);
	arena_free(ix->plans);
	free(ix->table);
	free(ix->in_class);
	free(ix->advance);
	free(ix->start);
	free(ix->lives);
	for (size_t i = 0; ix->alerted != NULL && i < ix->program->nrules; i++)
		free(ix->alerted[i].v);
	free(ix->alerted);
	free(ix);
}

bool
index_wants_objects(const struct index *ix)
{
	return ix->objects;
}

/* Slots. */

/* The set whose prefixes must be met; NONE: no such condition. */
static uint32_t
prefix_set(const struct program *p, struct atom a)
{
	const struct state	*s = state_of(p, a);

	if (s->objects == PROGRAM_NONE || s->not_object ||
	    p->object_sets[s->objects].type != OBJECT_PATH)
		return PROGRAM_NONE;
	return s->objects;
}

struct sortable {
	struct atom	 atom;
	uint32_t	 set;		/* plus one: NONE sorts first */
};

static int
by_set(const void *va, const void *vb)
{
	const struct sortable	*a = va, *b = vb;

	if (a->set != b->set)
		return a->set < b->set ? -1 : 1;
	if (a->atom.rule != b->atom.rule)
		return a->atom.rule < b->atom.rule ? -1 : 1;
	return a->atom.state < b->atom.state ? -1 :
	    a->atom.state > b->atom.state;
}

static void
sort_atoms(const struct program *p, struct slot *s)
{
	struct sortable	*v = xreallocarray(NULL, s->n + 1, sizeof(*v));

	for (size_t i = 0; i < s->n; i++)
		v[i] = (struct sortable){ s->atoms[i],
		    prefix_set(p, s->atoms[i]) + 1 };
	qsort(v, s->n, sizeof(*v), by_set);
	for (size_t i = 0; i < s->n; i++) {
		s->atoms[i] = v[i].atom;
		s->nplain += v[i].set == 0;
	}
	free(v);
}

static void
note_needs(const struct program *p, struct slot *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct rule	*r = &p->rules[s->atoms[i].rule];
		const struct state	*st = state_of(p, s->atoms[i]);

		s->status |= st->status != STATUS_ANY;
		if (s->lasting == PROGRAM_NONE && r->zone == ZONE_FREE &&
		    r->nby == 0 && (r->nstates > 1 || st->multiplier > 1))
			s->lasting = s->atoms[i].rule;
		s->object |= wants_object(p, st) || rule_wants_object(p, r);
		if (st->objects != PROGRAM_NONE)
			s->paths |= p->object_sets[st->objects].type ==
			    OBJECT_PATH;
		if (!r->any_subject)
			s->ids |= 1u << r->subject;
	}
}

/* The slot of the questions that an event answers with yes. */
static uint32_t
slot_for(struct index *ix, const uint32_t *yes, size_t n)
{
	struct slice	 signature = { (const uint8_t *)yes, n * sizeof(*yes) };
	struct slot	*s;
	void		*known;

	if (n == 0)
		return INDEX_NOBODY;
	if ((known = map_find(ix->by_signature, signature)) != NULL)
		return (uint32_t)(uintptr_t)known;
	ix->slots = mem_grow(ix->slots, &ix->slots_cap, ix->nslots + 1,
	    sizeof(*ix->slots));
	s = &ix->slots[ix->nslots];
	*s = (struct slot){ .lasting = PROGRAM_NONE };
	for (size_t i = 0; i < n; i++)
		s->n += ix->by_question[yes[i]].n;
	s->atoms = xreallocarray(NULL, s->n, sizeof(*s->atoms));
	s->n = 0;
	for (size_t i = 0; i < n; i++) {
		const struct atoms	*a = &ix->by_question[yes[i]];

		memcpy(s->atoms + s->n, a->v, a->n * sizeof(*a->v));
		s->n += a->n;
	}
	sort_atoms(ix->program, s);
	note_needs(ix->program, s);
	(void)map_put(ix->by_signature, signature,
	    (void *)(uintptr_t)ix->nslots);
	return (uint32_t)ix->nslots++;
}

uint32_t
index_slot(struct index *ix, enum dialect d, uint16_t event, bool *unknown)
{
	const struct program	*p = ix->program;
	uint32_t		*slot = &ix->slot_of[d][event];
	uint32_t		*yes;
	size_t			 n = 0;

	*unknown = false;
	if (*slot != UNSEEN)
		return *slot;
	yes = xreallocarray(NULL, ix->nquestions, sizeof(*yes));
	for (size_t i = 0; i < ix->nquestions; i++) {
		if (ix->by_question[i].n == 0)
			continue;
		if (i == 2 * p->nevent_sets ||
		    event_set_has(&p->event_sets[i / 2], d, event) !=
		    (i % 2 != 0))
			yes[n++] = (uint32_t)i;
	}
	*slot = slot_for(ix, yes, n);
	free(yes);
	*unknown = ix->classes && names_event(ix->names, d, event) == NULL;
	return *slot;
}

uint32_t
index_slot_known(const struct index *ix, enum dialect d, uint16_t event)
{
	uint32_t	 slot = ix->slot_of[d][event];

	return slot == UNSEEN ? INDEX_NOBODY : slot;
}

uint32_t
index_slot_lasting(const struct index *ix, uint32_t slot)
{
	return ix->slots[slot].lasting;
}

bool
index_slot_object(const struct index *ix, uint32_t slot)
{
	return ix->slots[slot].object;
}

/* Plans. */

/* Note the object sets that have a prefix of a path of this class. */
static void
stamp_sets(struct index *ix, uint32_t class)
{
	if (ix->stamp >= UINT32_MAX - 1) {
		memset(ix->in_class, 0, (ix->program->nobject_sets + 1) *
		    sizeof(*ix->in_class));
		ix->stamp = 0;
	}
	ix->stamp += 2;			/* the one below: met and done */
	if (class == NO_PATH)
		return;
	for (; class != 0; class = trie_parent(ix->trie, class)) {
		size_t		 n;
		const uint32_t	*sets = trie_sets(ix->trie, class, &n);

		for (size_t i = 0; i < n; i++)
			ix->in_class[sets[i]] = ix->stamp;
	}
}

/* What a plan is made of: the record's answers. */
struct answers {
	const struct record	*record;
	uint32_t		 class;
	uint8_t			 error;
};

/*
 * May a record of this subject meet states of the rule at all? With `by none`
 * the subject only says who may begin, which is not asked here.
 */
static bool
subject_may(const struct program *p, const struct rule *r,
    const struct record *rec)
{
	return (r->by_none && !r->any_order) ||
	    eval_subject(p, r, record_id(rec, (enum record_id)r->subject));
}

/* Does it hold what the plan is made for? Notes the patterns to ask. */
static bool
holds(const struct index *ix, const struct state *s, const struct answers *an,
    uint32_t *patterns)
{
	if (!eval_status(s->status, an->error))
		return false;
	if (s->objects == PROGRAM_NONE)
		return true;
	if (an->class == NO_PATH)
		return false;
	if (ix->program->object_sets[s->objects].type == OBJECT_PCRE) {
		*patterns = s->objects;
		return true;
	}
	return (ix->in_class[s->objects] == ix->stamp) != s->not_object;
}

static void
consider(struct index *ix, struct atom a, const struct answers *an,
    struct plan *plan)
{
	const struct program	*p = ix->program;
	const struct rule	*r = &p->rules[a.rule];
	const struct state	*s = state_of(p, a);
	struct entry		 e = { a.rule, a.state, PROGRAM_NONE };

	if (!subject_may(p, r, an->record) ||
	    !holds(ix, s, an, &e.patterns))
		return;
	if (r->new_life) {
		ix->lives = mem_grow(ix->lives, &ix->lives_cap,
		    plan->nlives + (size_t)1, sizeof(*ix->lives));
		ix->lives[plan->nlives++] = e;
		return;
	}
	if (a.state > 0 || s->multiplier > 1) {
		ix->advance = mem_grow(ix->advance, &ix->advance_cap,
		    plan->nadvance + (size_t)1, sizeof(*ix->advance));
		ix->advance[plan->nadvance++] = e;
	}
	if (a.state == 0) {
		ix->start = mem_grow(ix->start, &ix->start_cap,
		    plan->nstart + (size_t)1, sizeof(*ix->start));
		ix->start[plan->nstart++] = e;
	}
}

/* The first of a slot's atoms that ask for prefixes of this set or a later. */
static size_t
first_of_set(const struct program *p, const struct slot *s, uint32_t set)
{
	size_t	 lo = s->nplain, hi = s->n;

	while (lo < hi) {
		size_t	 mid = lo + (hi - lo) / 2;

		if (prefix_set(p, s->atoms[mid]) < set)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int
by_rule(const void *va, const void *vb)
{
	const struct entry	*a = va, *b = vb;

	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return a->state < b->state ? -1 : a->state > b->state;
}

static int
by_rule_down(const void *va, const void *vb)
{
	return by_rule(vb, va);
}

/* By rule; its states from the last to the first. */
static int
by_life(const void *va, const void *vb)
{
	const struct entry	*a = va, *b = vb;

	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return a->state > b->state ? -1 : a->state < b->state;
}

static void
sort_plan(struct index *ix, const struct plan *plan)
{
	if (plan->nadvance > 1)
		qsort(ix->advance, plan->nadvance, sizeof(struct entry),
		    by_rule);
	if (plan->nstart > 1)
		qsort(ix->start, plan->nstart, sizeof(struct entry),
		    by_rule_down);
	if (plan->nlives > 1)
		qsort(ix->lives, plan->nlives, sizeof(struct entry), by_life);
}

/* The slot's atoms that ask for a prefix which the path has. */
static void
consider_prefixes(struct index *ix, const struct slot *s,
    const struct answers *an, struct plan *plan)
{
	const uint32_t	 stamp = ix->stamp;

	for (uint32_t c = an->class == NO_PATH ? 0 : an->class; c != 0;
	    c = trie_parent(ix->trie, c)) {
		size_t		 n;
		const uint32_t	*sets = trie_sets(ix->trie, c, &n);

		for (size_t i = 0; i < n; i++) {
			if (ix->in_class[sets[i]] != stamp)
				continue;
			for (size_t j = first_of_set(ix->program, s, sets[i]);
			    j < s->n && prefix_set(ix->program,
			    s->atoms[j]) == sets[i]; j++)
				consider(ix, s->atoms[j], an, plan);
			ix->in_class[sets[i]] = stamp - 1; /* once */
		}
	}
}

static void
make_plan(struct index *ix, const struct slot *s, const struct answers *an,
    struct plan *plan)
{
	*plan = (struct plan){ 0 };
	stamp_sets(ix, an->class);
	for (size_t i = 0; i < s->nplain; i++)
		consider(ix, s->atoms[i], an, plan);
	consider_prefixes(ix, s, an, plan);
	sort_plan(ix, plan);
	plan->advance = arena_copy(ix->plans, ix->advance,
	    plan->nadvance * sizeof(struct entry));
	plan->start = arena_copy(ix->plans, ix->start,
	    plan->nstart * sizeof(struct entry));
	plan->lives = arena_copy(ix->plans, ix->lives,
	    plan->nlives * sizeof(struct entry));
}

/* Alerts are rare: this plan is made anew each time. */
const struct plan *
index_alerted(struct index *ix, uint32_t rule, const struct record *r,
    const struct object *object)
{
	const struct atoms	*atoms;
	struct plan		*plan = &ix->of_alert;
	struct answers		 an = { r, NO_PATH, record_error(r) };

	*plan = (struct plan){ 0 };
	if (ix->alerted == NULL)
		return plan;
	if (object->known)
		an.class = trie_walk(ix->trie, object->path);
	stamp_sets(ix, an.class);
	atoms = &ix->alerted[rule];
	for (size_t i = 0; i < atoms->n; i++)
		consider(ix, atoms->v[i], &an, plan);
	sort_plan(ix, plan);
	plan->advance = ix->advance;
	plan->start = ix->start;
	plan->lives = ix->lives;
	return plan;
}

static void
grow_table(struct index *ix)
{
	struct made	**old = ix->table;
	size_t		  n = ix->mask + 1;

	ix->table = NULL;
	new_table(ix, 2 * n);
	for (size_t i = 0; i < n; i++) {
		size_t	 at;

		if (old[i] == NULL)
			continue;
		at = old[i]->hash & ix->mask;
		while (ix->table[at] != NULL)
			at = (at + 1) & ix->mask;
		ix->table[at] = old[i];
		ix->nmade++;
	}
	free(old);
}

static const struct plan *
new_plan(struct index *ix, const struct key *key, uint64_t hash,
    const struct answers *an)
{
	struct made	*m;
	size_t		 at;

	if (arena_size(ix->plans) > INDEX_PLANS_MAX) {
		arena_free(ix->plans);
		ix->plans = arena_new();
		new_table(ix, ix->mask + 1);
	}
	if (ix->nmade >= (ix->mask + 1) / 2)
		grow_table(ix);
	m = arena_alloc(ix->plans, sizeof(*m));
	m->key = *key;
	m->hash = hash;
	make_plan(ix, &ix->slots[key->slot], an, &m->plan);
	for (at = hash & ix->mask; ix->table[at] != NULL;)
		at = (at + 1) & ix->mask;
	ix->table[at] = m;
	ix->nmade++;
	return &m->plan;
}

/* IDS: the kinds of id that are in it, as bits. */
static uint64_t
key_hash(const struct index *ix, const struct key *k, unsigned ids)
{
	uint64_t	 h = (uint64_t)k->slot << 32 | k->class;

	h = hash_word(&ix->seed, h ^ (uint64_t)k->success << 63);
	for (; ids != 0; ids &= ids - 1) {
		const unsigned	 i = (unsigned)__builtin_ctz(ids);

		h = hash_word(&ix->seed, h + ((uint64_t)k->ids[i] << 8 | i));
	}
	return h;
}

const struct plan *
index_plan(struct index *ix, uint32_t slot, const struct record *r,
    const struct object *object)
{
	const struct slot	*s = &ix->slots[slot];
	struct answers		 an = { r, NO_PATH, 0 };
	struct key		 key = { .slot = slot, .class = NO_PATH };
	uint64_t		 hash;

	if (object->known && s->object)
		key.class = s->paths ? trie_walk(ix->trie, object->path) : 0;
	if (s->status) {
		an.error = record_error(r);
		key.success = an.error == 0;
	}
	an.class = key.class;
	for (unsigned left = s->ids; left != 0; left &= left - 1) {
		const unsigned		 k = (unsigned)__builtin_ctz(left);
		const struct id_classes	*c = &ix->ids[k];

		key.ids[k] = c->classes[id_place(c,
		    record_id(r, (enum record_id)k))];
	}
	hash = key_hash(ix, &key, s->ids);
	for (size_t at = hash & ix->mask; ix->table[at] != NULL;
	    at = (at + 1) & ix->mask) {
		const struct made	*m = ix->table[at];

		if (m->hash == hash &&
		    memcmp(&m->key, &key, sizeof(key)) == 0)
			return &m->plan;
	}
	return new_plan(ix, &key, hash, &an);
}
