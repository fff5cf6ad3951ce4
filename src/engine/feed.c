/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * feed.c - records on their way into the engine.
 *
 * Some records wait for each other, so that lookahead.c can find out about all
 * of them at once; then each has its turn, in order. A record that concerns
 * nobody has none. Only its time counts, and of several such times the latest
 * alone, since nobody looks at the clock between them: whoever is late enough
 * to end an absence has a turn. To the clocks that is the first header's: of
 * one within not every record is asked.
 */
#include "bsm/cursor.h"
#include "engine/elapse.h"
#include "engine/fate.h"
#include "engine/key.h"
#include "engine/tracing.h"
#include "engine/turn.h"

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
	(void)engine_enter(e, PROFILE_PATHS);
	e->ordinal++;
	if (!t->ready)
		settle(e, t);
	e->has_zone = r->indexed && r->at[REC_ZONE] != 0 &&
	    record_zone(r, &e->zone);
	e->zone_hash = 0;
	e->asking = false;
	if (t->has_found)
		e->classic_key = (struct classic_key){ e->ordinal,
		    t->instance, t->rule };
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
		(void)engine_enter(e, PROFILE_RULES);
		elapse(e, t->seconds, t->millis);
		if (t->ends)
			elapse_and_end(e, t->record);
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
	ts->due = elapse_due(e);
}

/* Feeding. */

/* Before any record of a call. */
static void
begin(struct engine *e, uint32_t source)
{
	e->source = source;
	e->here = &e->sources[source];
	e->sees_all = e->procs != NULL || e->trace.record != NULL;
	e->passes_over = !e->sees_all && !engine_looks_at_all(e) &&
	    e->here->begun;
	e->sifts = !e->sees_all && e->profile == NULL && e->here->begun;
	e->gathers = e->sifts && !e->absences && plans_ask_together(e->plans);
	e->teaches = e->sifts && e->paths != NULL &&
	    e->program->path_cache != PATH_CACHE_FOLLOW;
	e->turns->due = elapse_due(e);
}

static inline void
none_passed(struct turns *ts)
{
	ts->passed = 0;
	ts->seconds = ts->millis = INT64_MIN;
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

	if (ts->nmet > 0)
		meet(e);
	e->stats.records += ts->passed;
	run_turns(e);
	e->ordinal += ts->passed;
	elapse(e, ts->seconds, ts->millis);
	none_passed(ts);
}

/* The first record of its source. */
static void
begin_source(struct engine *e, const struct record *r)
{
	e->here->begun = true;
	ask_source(e->ask, e->source, record_millis(r));
	begin(e, e->source);
}

static void __attribute__((noinline))
pass_millis(struct turns *ts, uint8_t version, uint64_t seconds,
    uint64_t fraction)
{
	const int64_t	 millis = record_time_millis(version, seconds,
	    fraction);

	ts->millis = millis > ts->millis ? millis : ts->millis;
}

/* The record's time counts; false: it may end an absence, and needs a turn. */
static inline bool
pass_time(struct engine *e, const struct record *r)
{
	const struct record_time	 first = record_first_time(r);
	struct turns			*ts = e->turns;

	if (first.seconds >= ts->due)
		return false;
	ts->seconds = first.seconds > ts->seconds ? first.seconds :
	    ts->seconds;
	if (e->wants_millis)
		pass_millis(ts, r->version, (uint64_t)first.seconds,
		    first.fraction);
	return true;
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

	course_index(&ts->courses, r);
	if (r->at[REC_HEADER] != 0 ||	/* a header within: it counts */
	    !pass_time(e, r))
		return false;
	e->stats.partial += r->error != 0;
	ts->passed++;
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
	if (t->tasks == TASK_RUN || t->ends)
		return false;
	e->turns->passed++;
	if (t->tasks == TASK_LEARN)
		put_off(e, t);
	return true;
}

/* The next of those that wait, for whom there is room. */
static inline void
line_up(struct engine *e, struct turn *t)
{
	struct turns	*ts = e->turns;

	ts->n++;
	ts->open |= t->plan == NULL;
	e->stats.records += ts->passed + 1;
	t->passed = ts->passed;
	t->seconds = ts->seconds;
	t->millis = ts->millis;
	none_passed(ts);
	if (!e->sifts && !e->here->begun)
		begin_source(e, t->record);
	if (e->absences && (t->tasks & TASK_RUN) != 0)
		ts->due = elapse_due_with(e, ts->due, t->record);
}

/* Those who are met together: each is sifted when it is known what it wants. */
static void
meet(struct engine *e)
{
	struct turns		*ts = e->turns;
	const struct turn	 behind = { .passed = ts->passed,
	    .seconds = ts->seconds, .millis = ts->millis };

	none_passed(ts);
	turns_classes(e, ts->met, ts->nmet);
	for (size_t i = 0; i < ts->nmet; i++) {
		struct turn	*t = &ts->met[i], *to = &ts->v[ts->n];

		pass_more(ts, t);
		if (t->want >= WANT_OTHERS)
			turn_decide(e, t);
		if (is_sifted(e, t))
			continue;
		*to = *t;
		if (t->record == &t->own)
			to->record = &to->own;
		line_up(e, to);
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
	if (e->teaches)
		ts->lessons[ts->nlessons++].inode.fsid = 0; /* put_off() */
	if (++ts->nmet == FEED_TOGETHER)
		meet(e);
	run_if_full(e);
}

/* It will have a turn, this one, if it concerns anybody. */
static inline void __attribute__((always_inline))
add(struct engine *e, struct turn *t)
{
	struct turns	*ts = e->turns;
	enum want	 want = WANT_UNKNOWN;

	t->ends = !pass_time(e, t->record);
	if (e->sifts && (want = turn_read(e, t)) == WANT_NOBODY && !t->ends) {
		ts->passed++;
		return;
	}
	turn_init(t, ts);
	turn_open(e, t, want);
	if (e->gathers) {
		meet_together(e, t);
		return;
	}
	if (want >= WANT_OTHERS)
		turn_decide(e, t);
	if (is_sifted(e, t))
		return;
	line_up(e, t);
	run_if_full(e);
}

/* Where the next turn is, and its record, if that is nobody else's. */
static inline struct turn *
next_turn(const struct engine *e)
{
	struct turns	*ts = e->turns;

	return e->gathers ? &ts->met[ts->nmet] : &ts->v[ts->n];
}

static inline void __attribute__((always_inline))
take(struct engine *e, struct turn *t, struct record *r)
{
	t->record = r;
	t->slot = turn_slot(e, r);
	if (!e->teaches || t->slot != INDEX_NOBODY || !teach(e, r))
		add(e, t);
}

void
engine_feed_many(struct engine *e, uint32_t source, struct record *r,
    size_t n)
{
	begin(e, source);
	if (e->census != NULL)
		census_records(e->census, r, n);
	for (; n > 0; n--, r++)
		if (e->passes_over && turn_slot(e, r) == INDEX_NOBODY &&
		    pass_time(e, r))
			e->turns->passed++;
		else
			take(e, next_turn(e), r);
	end(e);
}

void
engine_feed(struct engine *e, uint32_t source, struct record *r)
{
	engine_feed_many(e, source, r, 1);
}

/* Records that stand behind each other in memory. */
struct row {
	const uint8_t	*p;		/* the next one */
	size_t		 left;
	const uint8_t	*last;		/* the one before; or NULL */
};

/*
 * Pass over the records that concern nobody, up to one that may. Returns its
 * size; 0 when there is none that is whole.
 */
static inline size_t
next_of_row(struct engine *e, struct row *row)
{
	const uint32_t *const	*slots = e->slots;
	struct turns		*ts = e->turns;
	const int64_t		 due = e->passes_over ? ts->due : INT64_MIN;
	int64_t			 seconds = ts->seconds;
	uint64_t		 n = 0;
	size_t			 size;

	for (; (size = frame_intact(row->p, row->left)) != 0; n++) {
		const uint8_t	*p = row->p;

		frame_fetch(p, row->left);
		if (p[0] != TOK_HEADER32 || be32(p + 10) >= due ||
		    slots[p[5]][be16(p + 6)] != INDEX_NOBODY)
			break;
		seconds = be32(p + 10) > seconds ? be32(p + 10) : seconds;
		if (e->wants_millis)
			pass_millis(ts, p[5], be32(p + 10), be32(p + 14));
		row->last = p;
		row->p += size;
		row->left -= size;
	}
	ts->seconds = seconds;
	ts->passed += n;
	return size;
}

struct engine_fed
engine_feed_bytes(struct engine *e, uint32_t source, struct slice in,
    uint64_t offset)
{
	const uint64_t	 before = e->stats.records;
	struct row	 row = { .p = in.p, .left = in.n };
	size_t		 size, n;

	begin(e, source);
	while ((size = next_of_row(e, &row)) != 0) {
		struct turn	*t = next_turn(e);

		if (record_head_intact(&t->own, (struct slice){ row.p, size },
		    offset + (in.n - row.left)) != 0)
			break;
		take(e, t, &t->own);
		row.last = row.p;
		row.p += size;
		row.left -= size;
	}
	n = in.n - row.left;
	if (e->census != NULL)
		census_bytes(e->census, (struct slice){ in.p, n });
	end(e);
	return (struct engine_fed){ .bytes = n,
	    .records = e->stats.records - before,
	    .version = row.last == NULL ? 0 : row.last[5] };
}
