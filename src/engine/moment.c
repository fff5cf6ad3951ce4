/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * moment.c - what one record does.
 *
 * In the order that bsmtrace has always had: first those live sequences that it
 * advances, the most recently begun first; then the rules whose first state it
 * meets, last defined first. Before it come absences that have ended, after it
 * the sequences that wait for an alert it has raised. Each of these is a moment
 * with a number of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/classic.h"
#include "engine/inside.h"
#include "engine/keep.h"
#include "engine/key.h"
#include "engine/life.h"

void
engine_ask(struct engine *e)
{
	const struct source	*s = &e->sources[e->source];

	if (e->asking)
		return;
	e->asking = true;
	ask_record(e->ask, &(struct asked){ .record = e->record,
	    .dialect = names_dialect(e->names, e->record->version),
	    .object = &e->object, .source = e->source,
	    .has_host = s->has_host, .host = buf_bytes(&s->host),
	    .has_zone = e->has_zone, .zone = e->zone, .procs = e->procs });
}

void
engine_look(struct engine *e, uint32_t source, struct record *r)
{
	e->ordinal++;
	e->record = r;
	e->source = source;
	e->object.known = record_path(r, &e->object.path);
	e->has_zone = record_zone(r, &e->zone);
	e->zone_hash = 0;
	e->is_kept = true;
	e->asking = false;
	engine_ask(e);
	e->seconds = (e->millis - (e->millis % 1000 + 1000) % 1000) / 1000;
}

/* Most recently begun first; of those begun by one record, first defined. */
static int
by_start(const void *va, const void *vb)
{
	const struct touched	*a = va, *b = vb;

	if (a->start != b->start)
		return a->start > b->start ? -1 : 1;
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* May the rule have anything for its key? A bit says so, looked up for all. */
static bool
may_go_on(struct engine *e, uint32_t rule)
{
	const struct key_part	*part = &e->key_parts[rule];
	const struct key_memo	*m = &e->key_memos[part->kind];

	if (!e->waiters[rule].by_key)
		return true;
	if (m->turn != e->live_turn || m->block != part->block)
		key_look(e, rule);
	return (m->alive >> part->bit & 1) != 0;
}

/* The entries of one rule, from the I-th on. */
static uint32_t
entries_of_rule(const struct entries *l, uint32_t i)
{
	uint32_t	 n = 1;

	while (i + n < l->n && l->v[i + n].rule == l->v[i].rule)
		n++;
	return n;
}

static void
feed(struct engine *e, const struct entries *l, uint32_t i, uint32_t n)
{
	engine_rule(e, l->v[i].rule, true);
	life_feed(e, l->v + i, n);
}

/* The hash of what is told; false when the record has it not. */
static bool
hash_told(struct engine *e, const struct told *told, uint64_t *hash)
{
	struct value	 v;

	*hash = 0;
	for (uint32_t i = 0; i < told->n; i++) {
		const struct pin	*p = &told->pins[i];

		if (!ask_value(e->ask, p->field, p->part, &v))
			return false;
		if (v.kind != VALUE_NOTHING)
			*hash = keep_hash_more(e, *hash, p->variable, &v);
	}
	return true;
}

/* What a quest looks for; false when the record has it not. */
static bool
look_for(struct engine *e, const struct quest *q, uint64_t *what)
{
	uint64_t	 hash;

	if (!key_alone(e, q->rule, what))
		return false;
	if (q->told == NULL)
		return true;
	if (!hash_told(e, q->told, &hash))
		return false;
	*what = partials_what(e->partials, *what, hash);
	return true;
}

/* Those of a quest who have something under this hash. */
static void
find_waiting(struct engine *e, const struct muster *m, const struct quest *q,
    uint64_t what)
{
	const uint32_t	 end = m->first + m->nnumbers;

	for (uint32_t from = m->first - m->first % WAITS_BLOCKS; from < end;
	    from += WAITS_BLOCKS) {
		struct waits_walk	 walk = waits_begin(e->waits, what,
		    from / WAITS_BLOCKS);
		uint32_t		 block, number;
		uint64_t		 word;

		while (waits_next(&walk, &block, &word)) {
			block += from - m->first;
			number = block < m->nnumbers ? m->numbers[block] : 0;
			if (number != 0)
				e->concerned[number - 1] |= word &
				    q->who[number - 1];
		}
	}
}

/* All who have something that the record may go on from, in order. */
static void
live_by_muster(struct engine *e, const struct entries *l,
    const struct muster *m)
{
	uint64_t	 what;

	memcpy(e->concerned, m->always, m->nblocks * sizeof(*m->always));
	for (uint32_t i = 0; i < m->nquests; i++)
		if (look_for(e, &m->quests[i], &what))
			find_waiting(e, m, &m->quests[i], what);
	for (uint32_t b = 0; b < m->nblocks; b++)
		for (uint64_t who = e->concerned[b]; who != 0;
		    who &= who - 1) {
			const uint32_t	 i = m->at[b][__builtin_ctzll(who)];

			feed(e, l, i, entries_of_rule(l, i));
		}
}

/*
 * Most rules that listen to a frequent event wait for it in a later state, and
 * few of them for this user: all others are passed over here.
 */
static void
live(struct engine *e, const struct plan *plan)
{
	const struct entries	*l = &plan->lists[ENTRY_LIVES];

	e->live_turn++;
	if (plan->muster != NULL)
		live_by_muster(e, l, plan->muster);
	for (uint32_t i = 0, n; plan->muster == NULL && i < l->n; i += n) {
		const uint32_t	 rule = l->v[i].rule;

		n = entries_of_rule(l, i);
		if (l->v[i + n - 1].state == 0 ||
		    !e->key_parts[rule].goes_on || may_go_on(e, rule))
			feed(e, l, i, n);
	}
	engine_no_rule(e);
}

static void
advance_all(struct engine *e)
{
	if (e->ntouched > 1)
		qsort(e->touched, e->ntouched, sizeof(*e->touched), by_start);
	for (size_t i = 0; i < e->ntouched; i++) {
		engine_rule(e, e->touched[i].rule, false);
		if (e->touched[i].new_life)
			life_tell(e, &e->mets[e->touched[i].number]);
		else
			classic_advance(e, &e->touched[i]);
	}
	engine_no_rule(e);
}

/* Both lists are from the last rule to the first, in the end. */
static void
begin_all(struct engine *e, const struct plan *plan)
{
	const struct entries	*l = &plan->lists[ENTRY_START];
	uint32_t		 n = 0;

	while (n < l->n || e->nfirsts > 0) {
		const struct met	*m = e->nfirsts == 0 ? NULL :
		    &e->firsts[e->nfirsts - 1];

		if (m == NULL || (n < l->n && l->v[n].rule > m->rule)) {
			engine_rule(e, l->v[n].rule, true);
			classic_begin(e, &l->v[n++]);
		} else {
			engine_rule(e, m->rule, false);
			life_tell(e, m);
			e->nfirsts--;
		}
	}
	engine_no_rule(e);
}

/* An absence has already noted what it did. */
static void
run_plan(struct engine *e, const struct plan *plan)
{
	if (plan->asks)
		engine_ask(e);
	if (plan->lists[ENTRY_ADVANCE].n > 0)
		classic_touch(e, &plan->lists[ENTRY_ADVANCE],
		    plan->lists[ENTRY_LIVES].n == 0);
	if (plan->lists[ENTRY_LIVES].n > 0)
		live(e, plan);
	if (e->ntouched > 0)
		advance_all(e);
	begin_all(e, plan);
	e->ntouched = e->nmets = 0;
}

/* A rule is heard once in a moment, however many alerts it raises then. */
static void
hear_alerts(struct engine *e)
{
	for (size_t i = 0; i < e->nalerted; i++) {
		const uint32_t	 rule = e->alerted[i];
		const uint32_t	 slot = index_alerted(e->index, rule);

		if (e->alerted_at[rule] == e->ordinal)
			continue;
		e->alerted_at[rule] = e->ordinal;
		run_plan(e, index_plan(e->index, slot, e->record,
		    &e->object));
	}
	e->nalerted = 0;
}

void
engine_run(struct engine *e, const struct plan *plan)
{
	run_plan(e, plan);
	if (e->nalerted > 0)
		hear_alerts(e);
	if (e->nstricts > 0)
		life_strict(e);
	partials_settle(e->partials);
}
