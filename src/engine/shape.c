/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shape.c - what is known of the states of a program ahead.
 */
#include "engine/shape.h"

static const struct predicate *
predicate(const struct program *p, const struct state *s, size_t i)
{
	return &p->predicates[s->predicates[i]];
}

bool
shape_asks_for_new(const struct program *p, const struct state *s)
{
	for (size_t i = 0; i < s->npredicates; i++) {
		const struct predicate	*q = predicate(p, s, i);

		if (q->kind == PRED_NEW)
			return true;
		for (size_t k = 0; k < q->nblocks; k++)
			if (shape_asks_for_new(p, &q->blocks[k]))
				return true;
	}
	return false;
}

/* The predicate that says what this variable must be; PROGRAM_NONE: none. */
static uint32_t
pinned_by(const struct program *p, const struct state *s, uint32_t variable)
{
	for (size_t i = 0; i < s->npredicates; i++) {
		const struct predicate	*q = predicate(p, s, i);

		if (q->kind == PRED_BOUND && q->variable == variable &&
		    q->compare == COMPARE_EQ && !q->negated &&
		    q->which == WHICH_LAST)
			return s->predicates[i];
	}
	return PROGRAM_NONE;
}

struct shape
shape_of_state(const struct program *p, const struct rule *r, uint32_t state)
{
	const struct state	*s = &r->states[state];
	struct shape		 shape = { .fresh = shape_asks_for_new(p, s),
	    .direct = true };

	for (size_t i = 0; i < s->npredicates; i++)
		shape.bound |= predicate(p, s, i)->bound;
	for (uint32_t i = 0; i < VARIABLES_MAX; i++) {
		shape.predicate[i] = PROGRAM_NONE;
		if (i >= r->nvariables || r->variables[i].state >= state)
			continue;
		shape.predicate[i] = pinned_by(p, s, i);
		shape.direct &= shape.predicate[i] != PROGRAM_NONE;
	}
	return shape;
}
