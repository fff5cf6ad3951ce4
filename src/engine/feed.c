/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * feed.c - records on their way into the engine.
 *
 * Some records wait for each other, so that lookahead.c can find out about all
 * of them at once; then each has its turn, in order. A record that concerns
 * nobody has none. Only its time counts, and of several such times the latest
 * alone, since nobody looks at the clock between them. To the clocks that is
 * the first header's: of one within not every record is asked.
 */
#include "engine/feed.h"

#include "bsm/cursor.h"
#include "engine/absence.h"
#include "engine/fate.h"
#include "engine/inside.h"
#include "engine/key.h"
#include "engine/tracing.h"

/* Time. */

/* Absences that ended before this record are told, one clock at a time. */
static void
pass(struct engine *e, struct watch *w, int64_t millis)
{
	struct record	*r = e->record;
	const uint32_t	 source = e->source;

	if (w->absences.n > 0 && deadlines_first(&w->absences)->end < millis) {
		absences_pass(e, w, millis);
		e->record = r;
		e->source = source;
		e->millis = millis;
	}
	if (e->wants_millis)
		timer_feed(&w->millis, millis);
}

/* The times of records that were read are those of the clocks, too. */
static void
time_passes(struct engine *e)
{
	struct source	*s = &e->sources[e->source];

	if (e->late_seconds == INT64_MIN)
		return;
	if (e->wants_millis || e->absences) {
		e->millis = e->late_millis;
		pass(e, &s->watch, e->late_millis);
		if (e->wants_all)
			pass(e, &e->all, e->late_millis);
	}
	timer_feed(&s->watch.seconds, e->late_seconds);
	if (e->wants_all)
		timer_feed(&e->all.seconds, e->late_seconds);
	e->late_seconds = e->late_millis = INT64_MIN;
}

static void
be_late(struct engine *e, int64_t seconds, int64_t millis)
{
	if (seconds > e->late_seconds)
		e->late_seconds = seconds;
	if (millis > e->late_millis)
		e->late_millis = millis;
}

void
engine_pass(struct engine *e, uint32_t source, int64_t millis)
{
	absences_pass(e, &e->sources[source].watch, millis);
	if (e->wants_all)
		absences_pass(e, &e->all, millis);
}

/* What the record says. */

static uint32_t
slot_of(struct engine *e)
{
	const struct record	*r = e->record;
	bool			 unknown;
	const uint32_t		 slot = index_slot(e->index, r->version,
	    r->event, &unknown);

	if (unknown && e->on_unknown != NULL)
		e->on_unknown(e->unknown_arg, r->event);
	return slot;
}

/* A record with path and inode: what the cache learns from it. */
static void
learn_path(struct engine *e, const struct inode *i)
{
	enum fate	 what = FATE_NONE;

	if (e->program->path_cache == PATH_CACHE_FOLLOW)
		what = fate_of(&e->fates, names_dialect(e->names,
		    e->record->version), e->record);
	switch (what) {
	case FATE_GONE:
		pathcache_forget(e->paths, i, &e->object.path);
		return;
	case FATE_MOVED:
		pathcache_forget(e->paths, i, NULL);
		break;
	case FATE_NONE:
		break;
	}
	pathcache_put(e->paths, i, e->object.path);
}

/* The record's path, or the one remembered for its device and inode. */
static void
find_object(struct engine *e, const struct turn *t)
{
	struct object	*o = &e->object;

	o->known = t->has_path;
	if (o->known)
		o->path = slice_until_nul(t->path);
	if (!t->has_inode)
		return;
	if (o->known)
		learn_path(e, &t->inode);
	else if (e->trace.record != NULL ||
	    index_asks(e->index, t->slot)->object)
		o->known = pathcache_find(e->paths, &t->inode, &o->path);
}

/* Turns. */

static void
run(struct engine *e, const struct turn *t)
{
	const struct record	*r = e->record;
	const struct plan	*plan = t->plan == NULL ?
	    index_plan(e->index, t->slot, r, &e->object) :
	    plan_for(e->plans, t->plan, r);

	if (plan_is_empty(plan))
		return;
	(void)engine_enter(e, PROFILE_RULES);
	e->is_kept = false;
	e->millis = record_millis(r);
	e->seconds = r->seconds;
	engine_run(e, plan);
}

/* Whoever follows a rule sees every record, also those it does not want. */
static void
trace(struct engine *e)
{
	e->millis = record_millis(e->record);
	engine_ask(e);
	tracing_record(e);
}

/* What was left open ahead. */
static void
settle(struct engine *e, struct turn *t)
{
	struct record	*r = t->record;

	if (t->slot != INDEX_NOBODY || engine_looks_at_all(e)) {
		record_index(r);
		e->stats.partial += r->error != 0;
		if (r->at[REC_HEADER] != 0)
			t->slot = slot_of(e);
	} else if (e->trace.record != NULL)
		record_index(r);
	turn_make_ready(e, t);
}

/* The record's turn has come, and it concerns somebody. */
static void
take_turn(struct engine *e, struct turn *t)
{
	struct record	*r = t->record;

	if (t->slot == INDEX_UNSEEN)
		t->slot = slot_of(e);
	(void)engine_enter(e, PROFILE_RULES);
	time_passes(e);
	(void)engine_enter(e, PROFILE_PATHS);
	e->ordinal++;
	if (!t->ready)
		settle(e, t);
	e->has_zone = r->indexed && record_zone(r, &e->zone);
	e->zone_hash = 0;
	e->asking = false;
	if (t->has_found)
		e->found = (struct found){ e->ordinal, t->instance, t->rule,
		    t->number };
	if (t->keyed != PROGRAM_NONE)
		key_told(e, t->keyed, t->key);
	find_object(e, t);
	if (e->procs != NULL)
		procs_meet(e->procs, e->source, r);
	if (e->trace.record != NULL)
		trace(e);
	(void)engine_enter(e, PROFILE_PLAN);
	if (t->slot != INDEX_NOBODY)
		run(e, t);
	(void)engine_enter(e, PROFILE_PATHS);
	if (e->procs != NULL)
		procs_learn(e->procs, e->source, names_dialect(e->names,
		    r->version), r);
}

/* With the clock, if it is the turn of this batch. */
static void
follow(struct engine *e)
{
	e->timed = profile_batch(e->profile, e->stats.records) ? e->profile :
	    NULL;
	plans_profile(e->plans, e->timed);
}

/* What came before the N-th of what the path cache is to learn. */
static inline void
learn(struct engine *e, size_t n)
{
	struct turns	*ts = e->turns;

	if (n <= ts->learnt)
		return;
	(void)engine_enter(e, PROFILE_PATHS);
	pathcache_put_many(e->paths, ts->lessons + ts->learnt,
	    n - ts->learnt);
	ts->learnt = n;
}

static void
run_turns(struct engine *e)
{
	struct turns	*ts = e->turns;

	if (e->profile != NULL)
		follow(e);
	lookahead(e);
	for (size_t i = 0; i < ts->n; i++) {
		struct turn	*t = &ts->v[i];

		e->ordinal += t->passed;
		be_late(e, t->seconds, t->millis);
		learn(e, t->lessons);
		if ((t->tasks & TASK_RUN) != 0 || e->sees_all) {
			e->record = t->record;
			take_turn(e, t);
			continue;
		}
		e->ordinal++;
		if (t->tasks == 0)
			continue;
		(void)engine_enter(e, PROFILE_PATHS);
		pathcache_put(e->paths, &t->inode, t->path);
	}
	learn(e, ts->nlessons);
	plans_tidy(e->plans);
	(void)engine_enter(e, PROFILE_OUTSIDE);
	ts->n = ts->nlessons = ts->learnt = 0;
}

/* Feeding. */

/* Before any record of a call. */
static void
begin(struct engine *e, uint32_t source)
{
	e->source = source;
	e->sees_all = e->procs != NULL || e->trace.record != NULL ||
	    e->absences;
	e->passes_over = !e->sees_all && !engine_looks_at_all(e) &&
	    e->sources[source].begun;
	e->sifts = !e->sees_all && e->profile == NULL &&
	    e->sources[source].begun;
	e->gathers = e->sifts && plans_ask_together(e->plans);
	e->teaches = e->sifts && e->paths != NULL &&
	    e->program->path_cache != PATH_CACHE_FOLLOW;
}

static inline void
none_passed(struct turns *ts)
{
	ts->passed = 0;
	ts->seconds = ts->millis = INT64_MIN;
}

static void	meet(struct engine *);

static void __attribute__((noinline))
run_waiting(struct engine *e)
{
	if (e->turns->nmet > 0)
		meet(e);
	run_turns(e);
}

/* And behind the last one: what is left has passed, too. */
static void
end(struct engine *e)
{
	struct turns	*ts = e->turns;

	run_waiting(e);
	e->ordinal += ts->passed;
	be_late(e, ts->seconds, ts->millis);
	time_passes(e);
	none_passed(ts);
}

/* The first record of its source. */
static void
begin_source(struct engine *e, const struct record *r)
{
	e->sources[e->source].begun = true;
	ask_source(e->ask, e->source, record_millis(r));
	begin(e, e->source);
}

static inline void
pass_millis(struct turns *ts, uint8_t version, uint64_t seconds,
    uint64_t fraction)
{
	const int64_t	 millis = record_time_millis(version, seconds,
	    fraction);

	if (millis > ts->millis)
		ts->millis = millis;
}

/* The record concerns nobody, but its time does. */
static inline void
pass_over(struct engine *e, const struct record *r)
{
	const struct record_time	 first = record_first_time(r);
	struct turns			*ts = e->turns;

	e->stats.records++;
	ts->passed++;
	if (first.seconds > ts->seconds)
		ts->seconds = first.seconds;
	if (e->wants_millis)
		pass_millis(ts, r->version, (uint64_t)first.seconds,
		    first.fraction);
}

/* There is room for one lesson, and for as many turns as are met together. */
static inline void
run_if_full(struct engine *e)
{
	if (e->turns->nlessons == FEED_LESSONS || e->turns->n >= FEED_AHEAD)
		run_waiting(e);
}

/* What the path cache learns of it has to wait for those before. */
static inline void
put_off(struct engine *e, const struct turn *t)
{
	struct turns		*ts = e->turns;
	const struct inode_path	 lesson = { t->inode, t->path };

	if (e->gathers) {
		ts->lessons[t->lessons] = lesson;
		return;
	}
	ts->lessons[ts->nlessons++] = lesson;
	run_if_full(e);
}

/*
 * What a record teaches the path cache that nobody else wants. False: more than
 * its event has to be asked.
 */
static bool __attribute__((noinline))
teach(struct engine *e, struct record *r)
{
	struct turns		*ts = e->turns;
	struct inode_path	*lesson = &ts->lessons[ts->nlessons];

	record_index(r);
	if (r->at[REC_HEADER] != 0)	/* a header within: it counts */
		return false;
	e->stats.partial += r->error != 0;
	pass_over(e, r);
	if (!record_path_whole(r, &lesson->path) ||
	    !engine_inode(e, r, &lesson->inode))
		return true;
	ts->nlessons++;
	run_if_full(e);
	return true;
}

/* Was that all? Else it has a turn. */
static inline bool
is_sifted(struct engine *e, const struct turn *t)
{
	if (t->tasks == TASK_RUN)
		return false;
	pass_over(e, t->record);
	if (t->tasks == TASK_LEARN)
		put_off(e, t);
	return true;
}

/* The next of those that wait, for whom there is room. */
static inline void
line_up(struct engine *e, struct turn *t)
{
	struct turns			*ts = e->turns;
	const struct record		*r = t->record;
	const struct record_time	 first = record_first_time(r);

	ts->n++;
	e->stats.records++;
	t->passed = ts->passed;
	if (first.seconds > ts->seconds)
		ts->seconds = first.seconds;
	if (e->wants_millis || e->absences)
		pass_millis(ts, r->version, (uint64_t)first.seconds,
		    first.fraction);
	t->seconds = ts->seconds;
	t->millis = ts->millis;
	none_passed(ts);
	if (!e->sources[e->source].begun)
		begin_source(e, r);
}

static inline void
pass_more(struct turns *ts, const struct turn *t)
{
	ts->passed += t->passed;
	if (t->seconds > ts->seconds)
		ts->seconds = t->seconds;
	if (t->millis > ts->millis)
		ts->millis = t->millis;
}

/* Those who are met together: each is sifted when it is known what it wants. */
static void
meet(struct engine *e)
{
	struct turns		*ts = e->turns;
	const struct turn	 behind = { .passed = ts->passed,
	    .seconds = ts->seconds, .millis = ts->millis };

	none_passed(ts);
	turns_read(e, ts->met, ts->nmet);
	for (size_t i = 0; i < ts->nmet; i++) {
		struct turn	*t = &ts->met[i];

		pass_more(ts, t);
		if (t->undecided)
			turn_decide(e, t);
		if (is_sifted(e, t))
			continue;
		if (t->record == &ts->met_records[i]) {
			ts->records[ts->n] = *t->record;
			t->record = &ts->records[ts->n];
		}
		ts->v[ts->n] = *t;
		line_up(e, &ts->v[ts->n]);
	}
	ts->nmet = 0;
	pass_more(ts, &behind);
}

static inline void
meet_together(struct engine *e, struct turn *t)
{
	struct turns	*ts = e->turns;

	t->passed = ts->passed;
	t->seconds = ts->seconds;
	t->millis = ts->millis;
	none_passed(ts);
	ts->lessons[ts->nlessons++].inode.fsid = 0;	/* see put_off() */
	if (++ts->nmet == FEED_TOGETHER)
		meet(e);
	run_if_full(e);
}

/* It will have a turn, if it concerns anybody; there is room for it. */
static inline void __attribute__((always_inline))
add(struct engine *e, struct record *r)
{
	struct turns	*ts = e->turns;
	struct turn	*t = e->gathers ? &ts->met[ts->nmet] : &ts->v[ts->n];

	t->record = r;
	t->lessons = ts->nlessons;
	t->plan = NULL;
	t->tasks = TASK_RUN;
	t->met = t->ready = t->has_path = t->has_inode = t->has_kind = false;
	t->has_found = false;
	t->keyed = PROGRAM_NONE;
	if (e->gathers) {
		meet_together(e, t);
		return;
	}
	if (e->sifts) {
		turn_meet(e, t);
		if (is_sifted(e, t))
			return;
	}
	line_up(e, t);
	run_if_full(e);
}

static inline void __attribute__((always_inline))
take(struct engine *e, struct record *r)
{
	if (!e->teaches || e->slots[r->version][r->event] != INDEX_NOBODY ||
	    !teach(e, r))
		add(e, r);
}

void
engine_feed_many(struct engine *e, uint32_t source, struct record *r,
    size_t n)
{
	begin(e, source);
	if (e->census != NULL)
		census_records(e->census, r, n);
	for (; n > 0; n--, r++)
		if (e->passes_over &&
		    e->slots[r->version][r->event] == INDEX_NOBODY)
			pass_over(e, r);
		else
			take(e, r);
	end(e);
}

void
engine_feed(struct engine *e, uint32_t source, struct record *r)
{
	engine_feed_many(e, source, r, 1);
}

/*
 * Pass over the records that concern nobody, up to one that may. Returns its
 * size; 0 when there is none that is whole.
 */
static inline size_t
next_of_bytes(struct engine *e, struct slice in, struct engine_fed *fed)
{
	struct turns	*ts = e->turns;
	int64_t		 seconds = ts->seconds;
	const uint8_t	*p = in.p + fed->bytes;
	size_t		 left = in.n - fed->bytes, size;
	uint64_t	 n = 0;

	for (; (size = frame_intact(p, left)) != 0; n++) {
		frame_fetch(p, left);
		if (!e->passes_over || p[0] != TOK_HEADER32 ||
		    e->slots[p[5]][be16(p + 6)] != INDEX_NOBODY)
			break;
		seconds = be32(p + 10) > seconds ? be32(p + 10) : seconds;
		if (e->wants_millis)
			pass_millis(ts, p[5], be32(p + 10), be32(p + 14));
		fed->version = p[5];
		p += size;
		left -= size;
	}
	ts->seconds = seconds;
	ts->passed += n;
	e->stats.records += n;
	fed->records += n;
	fed->bytes = (size_t)(p - in.p);
	return size;
}

struct engine_fed
engine_feed_bytes(struct engine *e, uint32_t source, struct slice in,
    uint64_t offset)
{
	struct turns		*ts = e->turns;
	struct engine_fed	 fed = { 0 };
	size_t			 size;

	begin(e, source);
	while ((size = next_of_bytes(e, in, &fed)) != 0) {
		const uint8_t	*p = in.p + fed.bytes;
		struct record	*r = e->gathers ?
		    &ts->met_records[ts->nmet] : &ts->records[ts->n];

		if (record_head_intact(r, (struct slice){ p, size },
		    offset + fed.bytes) != 0)
			break;
		take(e, r);
		fed.version = p[5];
		fed.records++;
		fed.bytes += size;
	}
	if (e->census != NULL)
		census_bytes(e->census, (struct slice){ in.p, fed.bytes });
	end(e);
	return fed;
}
