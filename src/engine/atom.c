/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * atom.c - what records can meet of a rule, and what it asks of them.
 */
#include "engine/atom.h"

#include <stdlib.h>

#define FEW	8u			/* entries that are not worth qsort */

static bool	wants_object(const struct program *, const struct state *);

const struct state *
atom_state(const struct program *p, struct atom a)
{
	static const struct state	 every = { .any_event = true,
	    .events = PROGRAM_NONE, .objects = PROGRAM_NONE, .multiplier = 1 };
	const struct rule		*r = &p->rules[a.rule];

	if (a.state < r->nstates)
		return &r->states[a.state];
	if (a.state < r->nstates + r->ncancels)
		return &r->cancels[a.state - r->nstates];
	return &every;
}

/* Lists. */

static int
by_rule(const struct entry *a, const struct entry *b)
{
	return (a->rule > b->rule) - (a->rule < b->rule);
}

static int
by_state(const struct entry *a, const struct entry *b)
{
	return (a->state > b->state) - (a->state < b->state);
}

static int
as_advance(const void *a, const void *b)
{
	const int	 rule = by_rule(a, b);

	return rule != 0 ? rule : by_state(a, b);
}

static int
as_start(const void *a, const void *b)
{
	return as_advance(b, a);
}

static int
as_lives(const void *a, const void *b)
{
	const int	 rule = by_rule(a, b);

	return rule != 0 ? rule : by_state(b, a);
}

void
entries_sort(struct entry *v, size_t n, enum entry_list list)
{
	static int (*const orders[ENTRY_LISTS])(const void *, const void *) = {
		[ENTRY_ADVANCE] = as_advance, [ENTRY_START] = as_start,
		[ENTRY_LIVES] = as_lives
	};

	if (n > FEW) {
		qsort(v, n, sizeof(*v), orders[list]);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		const struct entry	 one = v[i];
		size_t			 j = i;

		for (; j > 0 && orders[list](&v[j - 1], &one) > 0; j--)
			v[j] = v[j - 1];
		v[j] = one;
	}
}

/* Atoms. */

uint32_t
atom_prefixes(const struct program *p, struct atom a)
{
	const struct state	*s = atom_state(p, a);

	if (s->objects == PROGRAM_NONE || s->not_object ||
	    p->object_sets[s->objects].type != OBJECT_PATH)
		return PROGRAM_NONE;
	return s->objects;
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

bool
atom_wants_object(const struct program *p, struct atom a)
{
	return wants_object(p, atom_state(p, a));
}

bool
atom_rule_wants_object(const struct program *p, const struct rule *r)
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

bool
atom_asks(const struct program *p, struct atom a)
{
	const struct rule	*r = &p->rules[a.rule];

	return r->new_life || r->nby > 0 || r->nexcepts > 0 ||
	    atom_state(p, a)->npredicates > 0;
}
