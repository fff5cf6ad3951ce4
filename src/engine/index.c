/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * index.c - from a record to the rules worth trying.
 *
 * Atoms hang on what they ask of the event. The slot of an event number gathers
 * those whose question it answers, when the number is met first, and numbers
 * that answer the same questions share a slot.
 */
#include "engine/index.h"

#include <stdlib.h>

#include "base/huge.h"
#include "base/map.h"
#include "base/mem.h"

#define EVENTS		65536u
#define VERSIONS	256u

struct demands {
	struct demand	*v;
	size_t		 n, cap;
};

struct index {
	const struct program	*program;
	const struct names	*names;
	struct demands		*by_question;	/* see question() */
	bool			*excepting;	/* by it: an except asks it */
	size_t			 nquestions;
	bool			 classes;	/* any rule asks for classes */
	bool			 objects;
	struct demands		*waiting;	/* by rule, for its alert; NULL:
						 * nobody does */
	uint32_t		*alerted;	/* the same as slots */
	uint32_t		*by_event[DIALECTS];
	const uint32_t		*by_version[VERSIONS];	/* the same */
	struct slot		*slots;
	const struct slot	*asks;		/* the same */
	size_t			 nslots, slots_cap;
	struct map		*by_signature;
	struct plans		*plans;
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
add_demand(struct demands *a, const struct demand *one)
{
	a->v = mem_grow(a->v, &a->cap, a->n + 1, sizeof(*a->v));
	a->v[a->n++] = *one;
}

static void
wait_for_alerts(struct index *ix, const struct state *s,
    const struct demand *d)
{
	if (ix->waiting == NULL)
		ix->waiting = xcalloc(ix->program->nrules,
		    sizeof(*ix->waiting));
	for (size_t i = 0; i < s->nalerts; i++)
		add_demand(&ix->waiting[s->alerts[i]], d);
}

/*
 * The first excepts of a rule that ask for nothing but the event: these events
 * it never sees. Those behind another except do not count, since that one may
 * note what it is asked about (`new`).
 */
static size_t
plain_excepts(const struct rule *r)
{
	size_t	 n = 0;

	while (r->new_life && n < r->nexcepts) {
		const struct state	*s = &r->excepts[n];

		if (s->never || s->nalerts > 0 || s->npredicates > 0 ||
		    s->status != STATUS_ANY || s->objects != PROGRAM_NONE)
			break;
		n++;
	}
	return n;
}

static bool
is_excepted(const struct index *ix, uint32_t rule, enum dialect d,
    uint16_t event)
{
	const struct rule	*r = &ix->program->rules[rule];
	const size_t		 n = plain_excepts(r);

	for (size_t i = 0; i < n; i++)
		if (eval_event(ix->program, &r->excepts[i], d, event))
			return true;
	return false;
}

static struct demand
demand_of(const struct program *p, struct atom a)
{
	const struct state	*s = atom_state(p, a);
	struct demand		 d = { .atom = a, .status = (uint8_t)s->status,
	    .prefixes = atom_prefixes(p, a),
	    .object = atom_wants_object(p, a) };

	if (s->objects != PROGRAM_NONE) {
		d.paths = p->object_sets[s->objects].type == OBJECT_PATH;
		d.patterns = p->object_sets[s->objects].type == OBJECT_PCRE;
	}
	return d;
}

static void
add_states(struct index *ix, uint32_t rule)
{
	const struct program	*p = ix->program;
	const struct rule	*r = &p->rules[rule];
	const size_t		 nexcepts = plain_excepts(r);
	const bool		 object = atom_rule_wants_object(p, r);

	for (size_t i = 0; i < nexcepts; i++)
		ix->excepting[question(p, &r->excepts[i])] = true;
	ix->objects |= object;
	for (uint32_t i = 0; i < atom_count(r); i++) {
		const struct atom	 a = { rule, i };
		const struct state	*s = atom_state(p, a);
		struct demand		 d;

		if (s->never)
			continue;
		d = demand_of(p, a);
		d.excepts = nexcepts > 0;
		ix->objects |= d.object;
		d.object |= object;
		if (s->nalerts > 0) {
			wait_for_alerts(ix, s, &d);
			continue;
		}
		add_demand(&ix->by_question[question(p, s)], &d);
		if (!s->any_event && p->event_sets[s->events].classes)
			ix->classes = true;
	}
}

/* A slot of its own for these demands, which it takes over. */
static uint32_t
new_slot(struct index *ix, struct demand *demands, size_t n)
{
	ix->slots = mem_grow(ix->slots, &ix->slots_cap, ix->nslots + 1,
	    sizeof(*ix->slots));
	ix->asks = ix->slots;
	slot_init(&ix->slots[ix->nslots], demands, n);
	return (uint32_t)ix->nslots++;
}

static void
make_slots_of_alerts(struct index *ix)
{
	ix->alerted = xcalloc(ix->program->nrules + 1, sizeof(*ix->alerted));
	for (size_t i = 0; i < ix->program->nrules; i++)
		ix->alerted[i] = ix->waiting == NULL || ix->waiting[i].n == 0 ?
		    INDEX_NOBODY : new_slot(ix, ix->waiting[i].v,
		    ix->waiting[i].n);
}

struct index *
index_new(const struct program *p, const struct names *names)
{
	struct index	*ix = xcalloc(1, sizeof(*ix));

	ix->program = p;
	ix->names = names;
	ix->nquestions = 2 * p->nevent_sets + 1;
	ix->by_question = xcalloc(ix->nquestions, sizeof(*ix->by_question));
	ix->excepting = xcalloc(ix->nquestions, sizeof(*ix->excepting));
	for (uint32_t i = 0; i < p->nrules; i++)
		if (p->rules[i].enabled)
			add_states(ix, i);
	/* All unseen: memory that nobody looks at is not even there yet. */
	for (unsigned d = 0; d < DIALECTS; d++)
		ix->by_event[d] = huge_sparse(EVENTS * sizeof(uint32_t));
	for (unsigned v = 0; v < VERSIONS; v++)
		ix->by_version[v] = ix->by_event[names_dialect(names,
		    (uint8_t)v)];
	ix->by_signature = map_new();
	(void)new_slot(ix, NULL, 0);		/* INDEX_UNSEEN */
	(void)new_slot(ix, NULL, 0);		/* INDEX_NOBODY */
	make_slots_of_alerts(ix);
	ix->plans = plans_new(p);
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
	free(ix->excepting);
	for (unsigned d = 0; d < DIALECTS; d++)
		huge_unmap(ix->by_event[d], EVENTS * sizeof(uint32_t));
	for (size_t i = 0; i < ix->nslots; i++)
		slot_fini(&ix->slots[i]);
	free(ix->slots);
	map_free(ix->by_signature);
	plans_free(ix->plans);
	free(ix->waiting);
	free(ix->alerted);
	free(ix);
}

bool
index_wants_objects(const struct index *ix)
{
	return ix->objects;
}

/* Slots. */

/* Those of a question, but for rules that except the event. */
static void
gather(const struct index *ix, uint32_t question, enum dialect d,
    uint16_t event, struct demands *all)
{
	const struct demands	*a = &ix->by_question[question];

	for (size_t i = 0; i < a->n; i++)
		if (!a->v[i].excepts ||
		    !is_excepted(ix, a->v[i].atom.rule, d, event))
			add_demand(all, &a->v[i]);
}

/* The slot of an event that answers these questions with yes. */
static uint32_t
slot_for(struct index *ix, const uint32_t *yes, size_t n, enum dialect d,
    uint16_t event)
{
	const struct slice	 signature = { (const uint8_t *)yes,
	    n * sizeof(*yes) };
	struct demands		 all = { 0 };
	uint32_t		 slot;
	void			*known;

	if (n == 0)
		return INDEX_NOBODY;
	if ((known = map_find(ix->by_signature, signature)) != NULL)
		return (uint32_t)(uintptr_t)known;
	for (size_t i = 0; i < n; i++)
		gather(ix, yes[i], d, event, &all);
	if (all.n == 0)
		return INDEX_NOBODY;
	slot = new_slot(ix, all.v, all.n);
	(void)map_put(ix->by_signature, signature, (void *)(uintptr_t)slot);
	return slot;
}

const uint32_t *const *
index_slots(const struct index *ix)
{
	return ix->by_version;
}

uint32_t
index_slot(struct index *ix, uint8_t version, uint16_t event, bool *unknown)
{
	const struct program	*p = ix->program;
	const enum dialect	 d = names_dialect(ix->names, version);
	uint32_t		*slot = &ix->by_event[d][event];
	uint32_t		*yes;
	size_t			 n = 0;

	*unknown = false;
	if (*slot != INDEX_UNSEEN)
		return *slot;
	yes = xreallocarray(NULL, ix->nquestions, sizeof(*yes));
	for (size_t i = 0; i < ix->nquestions; i++) {
		if (ix->by_question[i].n == 0 && !ix->excepting[i])
			continue;
		if (i == 2 * p->nevent_sets ||
		    event_set_has(&p->event_sets[i / 2], d, event) !=
		    (i % 2 != 0))
			yes[n++] = (uint32_t)i;
	}
	*slot = slot_for(ix, yes, n, d, event);
	free(yes);
	*unknown = ix->classes && names_event(ix->names, d, event) == NULL;
	return *slot;
}

uint32_t
index_alerted(const struct index *ix, uint32_t rule)
{
	return ix->alerted[rule];
}

const struct slot *
index_asks(const struct index *ix, uint32_t slot)
{
	return &ix->slots[slot];
}

const struct slot *const *
index_all_asks(const struct index *ix)
{
	return &ix->asks;
}

struct plans *
index_plans(const struct index *ix)
{
	return ix->plans;
}

const struct plan *
index_plan(struct index *ix, uint32_t slot, const struct record *r,
    const struct object *object)
{
	const struct slot	*s = &ix->slots[slot];

	return plan_for(ix->plans, plans_find(ix->plans, s,
	    plans_kind(ix->plans, s, slot, r, object)), r);
}
