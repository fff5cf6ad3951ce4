/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * met.c - does the record meet what the plan left open?
 */
#include "engine/met.h"

#include "engine/inside.h"

/* Ask a set of patterns about the path of this record. */
static enum answer
ask_patterns(struct engine *e, const struct state *s)
{
	struct state	 plain = *s;
	bool		 limit = false, hit;

	plain.not_object = false;
	hit = eval_object(e->program, e->patterns, &plain, &e->object, &limit);
	e->stats.patterns_failed += limit;
	return limit ? ANSWER_UNKNOWN : hit ? ANSWER_YES : ANSWER_NO;
}

/*
 * Each set is asked at most once for each record. One that gave up at its limit
 * holds neither way.
 */
static bool
patterns_hold(struct engine *e, const struct entry *en, const struct state *s)
{
	if (en->patterns == PROGRAM_NONE)
		return true;
	if (e->asked[en->patterns] != e->ordinal) {
		e->asked[en->patterns] = e->ordinal;
		if (e->timed != NULL)
			profile_ask(e->timed, en->patterns);
		e->answered[en->patterns] = ask_patterns(e, s);
		if (e->timed != NULL)
			profile_answered(e->timed, e->answered[en->patterns] ==
			    ANSWER_YES);
	}
	return e->answered[en->patterns] ==
	    (s->not_object ? ANSWER_NO : ANSWER_YES);
}

bool
met_entry(struct engine *e, const struct entry *en)
{
	const struct state	*s = entry_state(e->program, en);

	return patterns_hold(e, en, s) &&
	    (s->npredicates == 0 || ask_state(e->ask, s, NULL));
}

bool
met_fresh(const struct engine *e, const struct entry *en)
{
	return en->state < e->program->rules[en->rule].nstates &&
	    e->shapes[e->first_state[en->rule] + en->state].fresh;
}

bool
met_excepted(struct engine *e, uint32_t rule)
{
	static const struct value	 nothing[VARIABLES_MAX];
	const struct rule		*r = &e->program->rules[rule];

	for (size_t i = 0; i < r->nexcepts; i++)
		if (ask_block(e->ask, &r->excepts[i], nothing))
			return true;
	return false;
}
