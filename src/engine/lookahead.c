/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lookahead.c - what the records that wait for their turns will look up.
 *
 * What a record looks up lies in places of memory that nothing near it leads
 * to. So each step of finding out about it is done for all that wait, before
 * the next step begins: by then the memory has come. What depends on the
 * records before is left to a record's own turn.
 */
#include "engine/inside.h"
#include "engine/key.h"
#include "engine/scene.h"
#include "engine/turn.h"

/*
 * Live sequences of either life that no cache near holds. Those in old words
 * take a place in two tables, the others in many more.
 */
#define MANY_OLD	8192u
#define MANY_NEW	512u

static const struct plan	nobody;

/* Groups of partial matches that records may look up, of some rules each. */
#define SIGHTS_EACH	4u

struct sights {
	size_t		 n;
	struct sight {
		uint64_t	 id;	/* of group_ahead() */
		uint32_t	 number;
	}		 v[SIGHTS_EACH * (FEED_AHEAD + FEED_TOGETHER)];
};

/* What comes of its plan; most often it is nothing. */
static inline void
look_at_plan(const struct engine *e, struct turn *t)
{
	if (t->plan == NULL || plan_concerns(e->plans, t->plan, t->record))
		return;
	if (!t->has_inode || !t->has_path)
		t->tasks = 0;
	else if (e->program->path_cache != PATH_CACHE_FOLLOW)
		t->tasks = TASK_LEARN;
}

/* The plan by what the record itself tells, if it is one of those at hand. */
static inline void
look_near(const struct engine *e, struct turn *t)
{
	const struct slot	*s = &(*e->asks)[t->slot];
	uint32_t		 class = PLAN_NO_PATH;

	if (s->object) {
		if (s->patterns || (!t->has_path && t->has_inode))
			return;
		if (t->has_class)
			class = t->class;
		else if (t->has_path)
			class = s->paths ? plans_class(e->plans, t->path,
			    t->record) : 0;
	}
	t->kind = plan_kind(t->slot, class, s->status &&
	    record_error(t->record) == 0);
	t->has_kind = true;
	t->plan = plan_near(e->near, t->kind);
}

void
turn_decide(struct engine *e, struct turn *t)
{
	if (t->want == WANT_OTHERS)
		t->plan = &nobody;
	else
		look_near(e, t);
	look_at_plan(e, t);
	if (!t->ready && (t->tasks != 0 || e->sees_all))
		turn_make_ready(e, t);	/* who hears of alerts may ask */
}

void
turns_classes(struct engine *e, struct turn *v, size_t n)
{
	struct trie_path	 paths[FEED_TOGETHER];
	struct turn		*whose[FEED_TOGETHER];
	size_t			 npaths = 0;

	for (size_t i = 0; i < n; i++) {
		struct turn		*t = &v[i];
		const struct slot	*s = &(*e->asks)[t->slot];

		if (t->want != WANT_RULES || !t->has_path || !s->paths ||
		    s->patterns)
			continue;
		paths[npaths] = plans_ask(t->path, t->record);
		whose[npaths++] = t;
	}
	plans_classes(e->plans, paths, npaths);
	for (size_t i = 0; i < npaths; i++) {
		whose[i]->class = paths[i].class;
		whose[i]->has_class = true;
	}
}

/* What kind of record it is, unless that depends on those before. */
static void
look_up(struct engine *e, struct turn *t)
{
	const struct slot	*s = &(*e->asks)[t->slot];
	const struct object	 object = { t->has_path, t->path };

	if (!t->has_kind && !t->has_path && t->has_inode && s->object)
		return;
	if (!t->has_kind)
		t->kind = plans_kind(e->plans, s, t->slot, t->record,
		    &object);
	t->has_kind = true;
}

/* And what that leads to. */
static void
look_for_plan(struct engine *e, struct turn *t)
{
	if (t->has_kind)
		t->plan = plans_find(e->plans, &(*e->asks)[t->slot],
		    t->kind);
	else
		pathcache_ahead_more(e->paths, &t->inode);
	look_at_plan(e, t);
}

/* A rule in old words whose sequence does so; or PROGRAM_NONE. */
static uint32_t
lasting_rule(const struct engine *e, const struct plan *plan)
{
	for (unsigned i = ENTRY_ADVANCE; i <= ENTRY_START; i++) {
		const struct entries	*l = &plan->lists[i];

		if (l->n > 0 && e->key_parts[l->v[0].rule].ahead)
			return l->v[0].rule;
	}
	return PROGRAM_NONE;
}

/* Who has something for the key, if that is what a muster asks first. */
static void
look_for_waits(struct engine *e, struct turn *t, const struct muster *m)
{
	const struct quest	*q = m->quests;

	if (m->nquests == 0 || e->program->rules[q->rule].nby > 0 ||
	    e->program->rules[q->rule].zone != ZONE_FREE ||
	    !key_ahead(e, q->rule, &t->key))
		return;
	t->keyed = q->rule;
	if (q->told == NULL)
		waits_ahead(e->waits, t->key);
}

/* Groups of the first such rule in new words and of others with such a key. */
static void
look_for_groups(struct engine *e, struct turn *t,
    const struct entries *lives, struct sights *to)
{
	const size_t	 end = to->n + SIGHTS_EACH;
	uint32_t	 kind = 0;

	for (uint32_t i = 0; i < lives->n && to->n < end; i++) {
		const uint32_t		 rule = lives->v[i].rule;
		const struct key_part	*part = &e->key_parts[rule];

		if ((i > 0 && rule == lives->v[i - 1].rule) ||
		    (t->keyed != PROGRAM_NONE && part->kind != kind) ||
		    !part->ahead)
			continue;
		if (t->keyed == PROGRAM_NONE) {
			if (!key_ahead(e, rule, &t->key))
				return;
			t->keyed = rule;
			kind = part->kind;
		}
		to->v[to->n++].id = group_ahead(e->partials,
		    t->key ^ part->salt);
	}
}

static void
look_for_sequence(struct engine *e, struct turn *t, struct sights *to)
{
	const struct plan	*plan;

	t->rule = PROGRAM_NONE;
	if (t->plan == NULL || plan_is_empty(t->plan))
		return;
	plan = plan_for(e->plans, t->plan, t->record);
	e->record = t->record;
	if (plan->muster != NULL) {
		look_for_waits(e, t, plan->muster);
		return;
	}
	look_for_groups(e, t, &plan->lists[ENTRY_LIVES], to);
	t->rule = lasting_rule(e, plan);
	if (t->rule == PROGRAM_NONE)
		return;
	t->has_found = true;
	t->may_move = plan->lists[ENTRY_ADVANCE].n > 0;
	t->instance = key_classic(e, t->rule);
	seqs_ahead(e->seqs, t->instance);
}

static void
look_further(const struct engine *e, struct turn *t)
{
	if (t->rule != PROGRAM_NONE)
		t->number = seqs_ahead_more(e->seqs, t->instance,
		    t->may_move || e->key_parts[t->rule].ages);
}

static void
look_at_end(const struct engine *e, const struct turn *t)
{
	if (t->rule != PROGRAM_NONE && t->number != SEQ_NONE && t->may_move &&
	    !e->options.skip_steps)
		steps_ahead(e->steps, seqs_at(e->seqs, t->number)->steps);
}

/* Those that are there; where they count, what they have counted. */
static void
look_at_groups(const struct engine *e, struct sights *s)
{
	size_t	 n = 0;

	for (size_t i = 0; i < s->n; i++) {
		s->v[n].number = group_ahead_more(e->partials, s->v[i].id);
		n += s->v[n].number != 0;
	}
	for (size_t i = 0; i < n; i++)
		partial_ahead(e->partials, s->v[i].number);
	if (tallies_used(e->tallies) <= MANY_NEW)
		return;
	for (size_t i = 0; i < n; i++)
		s->v[i].number = count_ahead(e, s->v[i].number);
	for (size_t i = 0; i < n; i++)
		if (s->v[i].number != 0)
			tally_ahead_more(e->tallies, s->v[i].number);
}

static void
look_for_sequences(struct engine *e, struct turns *ts)
{
	struct sights	 groups;

	groups.n = 0;
	for (size_t i = 0; i < ts->n; i++)
		look_for_sequence(e, &ts->v[i], &groups);
	for (size_t i = 0; i < ts->n; i++)
		look_further(e, &ts->v[i]);
	look_at_groups(e, &groups);
	for (size_t i = 0; i < ts->n; i++)
		look_at_end(e, &ts->v[i]);
}

/* Is it ready, but without a plan? */
static inline bool
is_open(const struct turn *t)
{
	return t->ready && t->plan == NULL;
}

static void
look_at_record(struct engine *e, struct turn *t)
{
	turn_open(e, t, turn_read(e, t));
	if (t->want >= WANT_OTHERS)
		turn_decide(e, t);
}

/* For those whose plan could not be told at once. */
static void
look_for_plans(struct engine *e, struct turns *ts)
{
	(void)engine_enter(e, PROFILE_TOKENS);
	for (size_t i = 0; i < ts->n; i++)
		if (ts->v[i].want == WANT_UNKNOWN)
			look_at_record(e, &ts->v[i]);
	(void)engine_enter(e, PROFILE_PLAN);
	for (size_t i = 0; i < ts->n; i++)
		if (is_open(&ts->v[i]))
			look_up(e, &ts->v[i]);
	for (size_t i = 0; i < ts->n; i++)
		if (is_open(&ts->v[i]))
			look_for_plan(e, &ts->v[i]);
	ts->open = false;
}

void
lookahead(struct engine *e)
{
	struct turns	*ts = e->turns;

	if (ts->open)
		look_for_plans(e, ts);
	(void)engine_enter(e, PROFILE_RULES);
	if (seqs_count(e->seqs) > MANY_OLD ||
	    partials_count(e->partials) > MANY_NEW)
		look_for_sequences(e, ts);
}
