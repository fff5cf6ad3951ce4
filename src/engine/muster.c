/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * muster.c - whom of a plan with many rules a record concerns.
 *
 * To be asked for by values, all that the record can do to a rule must be done
 * to one combination of values. Wherever more may happen, the rule is asked for
 * by its key; and where something may happen without any partial match, always.
 */
#include "engine/muster.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/ask.h"
#include "engine/inside.h"

#define LIKE		64u	/* that one more is compared with */
#define BY_KEY		UINT32_MAX

struct musters {
	const struct engine	*e;
	uint32_t		 few;		/* entries that need none */
	uint32_t		 lives;		/* rules that may be in one */
	uint32_t		*first;		/* by rule: in the next */
	uint32_t		*told;		/* by atom: BY_KEY, or of all */
	struct told		**all;
	size_t			 n, cap;
};

/* A draft of a quest. */
struct draft {
	struct quest	 q;
	uint64_t	*who;
};

struct drafts {
	struct draft	 v[MUSTER_QUESTS];
	uint32_t	 n;
	uint32_t	 nblocks, block;	/* in all; this one */
	struct arena	*arena;
};

/* Learning what states say. */

/* Is it the last value alone that decides, and nothing else of the field? */
static bool
is_plain(const struct predicate *q)
{
	return q->kind == PRED_BOUND && q->compare == COMPARE_EQ &&
	    !q->negated && ask_quantifier(q) == WHICH_LAST;
}

static bool
pin(struct told *t, const struct predicate *q, uint32_t variable)
{
	if (!is_plain(q))
		return false;
	t->pins[t->n++] = (struct pin){ variable, q->field, q->part };
	return true;
}

static bool
told_by_state(const struct musters *ms, uint32_t rule, uint32_t state,
    struct told *t)
{
	const struct engine	*e = ms->e;
	const struct rule	*r = &e->program->rules[rule];
	const struct state	*s = &r->states[state];
	const struct shape	*shape = &e->shapes[e->first_state[rule] +
	    state];

	if (!shape->direct || s->or_more ||
	    (s->multiplier > 1 && s->nbinds > 0))
		return false;
	for (uint32_t i = 0; i < r->nvariables; i++)
		if (shape->predicate[i] != PROGRAM_NONE && !pin(t,
		    &e->program->predicates[shape->predicate[i]], i))
			return false;
	return t->n > 0;
}

/* A block that wants to know all that the rule ever binds. */
static bool
told_by_cancel(const struct musters *ms, const struct rule *r,
    const struct state *s, struct told *t)
{
	for (uint32_t v = 0; v < r->nvariables; v++) {
		const uint32_t	 n = t->n;

		for (size_t i = 0; i < s->npredicates && t->n == n; i++) {
			const struct predicate	*q = &ms->e->program->
			    predicates[s->predicates[i]];

			if (q->kind == PRED_BOUND && q->variable == v)
				(void)pin(t, q, v);
		}
		if (t->n == n)
			return false;
	}
	return t->n > 0;
}

/* Does it note something whenever it is asked? */
static bool
notes_new(const struct program *p, const struct rule *r)
{
	for (size_t i = 0; i < r->ncancels; i++)
		if (shape_asks_for_new(p, &r->cancels[i]))
			return true;
	for (size_t i = 0; i < r->nexcepts; i++)
		if (shape_asks_for_new(p, &r->excepts[i]))
			return true;
	return false;
}

static bool
alike(const struct told *a, const struct told *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (a->pins[i].variable != b->pins[i].variable ||
		    a->pins[i].field != b->pins[i].field ||
		    a->pins[i].part != b->pins[i].part)
			return false;
	return true;
}

static uint32_t
number_of(struct musters *ms, const struct told *t)
{
	size_t	 i = ms->n > LIKE ? ms->n - LIKE : 0;

	while (i < ms->n && !alike(ms->all[i], t))
		i++;
	if (i == ms->n) {
		ms->all = mem_grow(ms->all, &ms->cap, ms->n + 1,
		    sizeof(*ms->all));
		ms->all[ms->n] = xmalloc(sizeof(*t));
		*ms->all[ms->n++] = *t;
	}
	return (uint32_t)i;
}

static void
learn_rule(struct musters *ms, uint32_t rule)
{
	const struct program	*p = ms->e->program;
	const struct rule	*r = &p->rules[rule];
	const bool		 by_key = !r->new_life || r->strict ||
	    r->any_order || notes_new(p, r);

	for (uint32_t i = 0; i < atom_count(r); i++) {
		struct told	 t = { 0 };
		bool		 told = !by_key;

		if (told && i < r->nstates)
			told = told_by_state(ms, rule, i, &t);
		else if (told)
			told = i < r->nstates + r->ncancels && told_by_cancel(
			    ms, r, &r->cancels[i - r->nstates], &t);
		ms->told[ms->first[rule] + i] = told ? number_of(ms, &t) :
		    BY_KEY;
	}
}

struct musters *
musters_new(const struct engine *e)
{
	const struct program	*p = e->program;
	struct musters		*ms;
	uint32_t		 n = 0;
	const uint32_t		 from = e->options.muster_from;
	size_t			 lives = 0;

	for (size_t i = 0; i < p->nrules; i++)
		lives += p->rules[i].new_life;
	if (lives < (from == 0 ? MUSTER_RULES : from))
		return NULL;
	ms = xcalloc(1, sizeof(*ms));
	ms->e = e;
	ms->few = from == 0 ? MUSTER_FEW : 0;
	ms->lives = (uint32_t)lives;
	ms->first = xcalloc(p->nrules, sizeof(*ms->first));
	for (size_t i = 0; i < p->nrules; i++) {
		ms->first[i] = n;
		n += atom_count(&p->rules[i]);
	}
	ms->told = xcalloc(n, sizeof(*ms->told));
	for (uint32_t i = 0; i < p->nrules; i++)
		learn_rule(ms, i);
	return ms;
}

void
musters_free(struct musters *ms)
{
	if (ms == NULL)
		return;
	for (size_t i = 0; i < ms->n; i++)
		free(ms->all[i]);
	free(ms->all);
	free(ms->told);
	free(ms->first);
	free(ms);
}

uint32_t
musters_blocks(const struct musters *ms)
{
	return (ms->lives + WAITS_BITS - 1) / WAITS_BITS;
}

/* Where it may begin it is always asked. */
bool
musters_by_key(const struct musters *ms, uint32_t rule)
{
	const uint32_t	 n = ms == NULL ? 0 :
	    atom_count(&ms->e->program->rules[rule]);

	for (uint32_t i = 1; i < n; i++)
		if (ms->told[ms->first[rule] + i] == BY_KEY)
			return true;
	return ms == NULL;
}

/* Cutting one. */

/* The quest for this, of rules whose keys are like that of RULE; or NULL. */
static struct draft *
quest_for(const struct musters *ms, struct drafts *d, uint32_t rule,
    uint32_t told)
{
	const struct told	*t = told == BY_KEY ? NULL : ms->all[told];
	const struct key_part	*parts = ms->e->key_parts;
	struct draft		*new;

	for (uint32_t i = 0; i < d->n; i++)
		if (d->v[i].q.told == t &&
		    parts[d->v[i].q.rule].kind == parts[rule].kind)
			return &d->v[i];
	if (d->n == MUSTER_QUESTS)
		return NULL;
	new = &d->v[d->n++];
	new->who = arena_array(d->arena, d->nblocks, sizeof(*new->who));
	new->q = (struct quest){ rule, t, new->who };
	return new;
}

/* By which quest is each of these N entries of one rule to be found? */
static bool
is_asked_for(const struct musters *ms, struct drafts *d,
    const struct entry *en, size_t n)
{
	const struct key_part	*part = &ms->e->key_parts[en->rule];
	const uint32_t		*told = &ms->told[ms->first[en->rule]];
	bool			 by_key = false;

	if (!part->goes_on || en[n - 1].state == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		by_key |= told[en[i].state] == BY_KEY;
	for (size_t i = 0; i < (by_key ? 1 : n); i++) {
		struct draft	*q = quest_for(ms, d, en->rule, by_key ?
		    BY_KEY : told[en[i].state]);

		if (q == NULL)
			return false;
		q->who[d->block] |= UINT64_C(1) << part->bit;
	}
	return true;
}

/* The muster without its entries: which blocks of waits.h are what of it. */
static struct muster *
new_muster(const struct musters *ms, struct arena *arena,
    const struct entries *l)
{
	const struct key_part	*parts = ms->e->key_parts;
	struct muster		*m = arena_alloc(arena, sizeof(*m));
	uint32_t		*numbers, n = 0;

	m->first = parts[l->v[0].rule].block;
	m->nnumbers = parts[l->v[l->n - 1].rule].block - m->first + 1;
	m->numbers = numbers = arena_array(arena, m->nnumbers,
	    sizeof(*numbers));
	for (uint32_t i = 0; i < l->n; i++) {
		uint32_t	*number = &numbers[parts[l->v[i].rule].block -
		    m->first];

		if (*number == 0)
			*number = ++n;
	}
	m->nblocks = n;
	return m;
}

const struct muster *
muster_cut(const struct musters *ms, struct arena *arena,
    const struct entries *l)
{
	struct drafts		 d = { .arena = arena };
	struct quest		*quests;
	struct muster		*m;
	uint64_t		*always;
	uint32_t		(*at)[WAITS_BITS], n;

	if (ms == NULL || l->n <= ms->few)
		return NULL;
	m = new_muster(ms, arena, l);
	d.nblocks = m->nblocks;
	m->always = always = arena_array(arena, m->nblocks, sizeof(*always));
	m->at = at = arena_array(arena, m->nblocks, sizeof(*at));
	for (uint32_t i = 0; i < l->n; i += n) {
		const struct key_part	*part =
		    &ms->e->key_parts[l->v[i].rule];

		for (n = 1; i + n < l->n; n++)
			if (l->v[i + n].rule != l->v[i].rule)
				break;
		d.block = m->numbers[part->block - m->first] - 1;
		at[d.block][part->bit] = i;
		if (!is_asked_for(ms, &d, l->v + i, n))
			always[d.block] |= UINT64_C(1) << part->bit;
	}
	quests = arena_array(arena, d.n, sizeof(*quests));
	for (uint32_t i = 0; i < d.n; i++)
		quests[i] = d.v[i].q;
	m->quests = quests;
	m->nquests = d.n;
	return m;
}
