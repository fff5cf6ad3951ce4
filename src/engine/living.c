/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * living.c - what lives in an engine, one by one, for whoever wants to know.
 *
 * What is over age is asked here without ending it, by the same limits as in
 * keep.c and classic.c. A group that is folded is read as it lies.
 */
#include "engine/living.h"

#include "engine/age.h"
#include "engine/classic.h"
#include "engine/inside.h"
#include "engine/keep.h"
#include "engine/regroup.h"
#include "engine/retally.h"

struct walk {
	const struct engine	*e;
	uint32_t		 rule;		/* or PROGRAM_NONE */
	bool			 places;	/* old words note them */
	living_fn		 fn;
	void			*arg;
};

/* Times. */

static int64_t
millis_of(int64_t seconds, unsigned ms)
{
	return record_time_millis(0, (uint64_t)seconds, (uint16_t)ms);
}

static int64_t
later(int64_t ms, int64_t more)
{
	return ms > INT64_MAX - more ? INT64_MAX : ms + more;
}

static void
note_end(struct living *l, enum living_end end, int64_t ms)
{
	if (l->end != LIVING_FOREVER && l->end_ms <= ms)
		return;
	l->end = end;
	l->end_ms = ms;
}

/* LIMIT in seconds; 0: for ever. */
static void
note_timeout(struct living *l, uint64_t limit)
{
	if (limit != 0 && limit <= INT64_MAX / 1000)
		note_end(l, LIVING_TIMEOUT, later(l->first_ms,
		    (int64_t)limit * 1000));
}

static bool
is_late(const struct watch *w, const struct state *s, int64_t last_ms,
    uint32_t epoch)
{
	return s->within_ms >= 0 && epoch != 0 && time_between(last_ms,
	    timer_latest(&w->millis, epoch - 1)) > s->within_ms;
}

/* Records. */

/* That the states before this one have taken: at least so many. */
static uint64_t
records_before(const struct rule *r, uint32_t state)
{
	uint64_t	 n = 0;

	for (uint32_t i = 0; i < state; i++)
		if (r->states[i].absent_ms < 0)
			n += r->states[i].multiplier;
	return n;
}

/* Where a record lies: of a live source, where it is kept. */
static void
note_place(const struct engine *e, struct living *l, uint64_t place)
{
	struct alert_step	 s = { .source = l->source, .offset = place };

	l->has_place = true;
	if (e->sources[l->source].live) {
		engine_kept(e, &s);
		l->has_place = s.bytes.n > 0;
	}
	l->offset = s.offset;
}

/* Sequences in old words. */

/* Places are noted for all or for none, and those of few are 0. */
static bool
notes_places(const struct engine *e)
{
	for (uint32_t i = 0; i < seqs_size(e->seqs); i++)
		if (seqs_in_use(e->seqs, i) && (seqs_at(e->seqs,
		    i)->first_at != 0 || seqs_at(e->seqs, i)->steps != 0))
			return true;
	return false;
}

static void
tell_instance(const struct walk *w, uint32_t number)
{
	const struct engine	*e = w->e;
	const struct instance	*i = seqs_at(e->seqs, number);
	const struct rule	*r = &e->program->rules[i->rule];
	struct living		 l = { .rule = i->rule, .state = i->state,
	    .count = i->count, .start = i->start, .source = i->source };

	l.over = classic_over_age(e, number);
	l.first_ms = l.last_ms = millis_of(i->first_s, i->first_ms);
	l.records = records_before(r, l.state) + l.count;
	l.has_last = l.records == 1;
	note_timeout(&l, age_limit(r, seqs_hash(e->seqs, number)));
	if (w->places)
		note_place(e, &l, i->first_at);
	w->fn(w->arg, &l);
}

/* Counts. */

/* What of a tally is not over age: it begins with the oldest such start. */
struct left {
	const struct engine	*e;
	const struct rule	*r;
	struct counted		 oldest, newest;
	uint64_t		 n;
};

static bool
origin_over_age(const struct engine *e, const struct rule *r, uint32_t number)
{
	const struct origin	*o = origin_at(&e->pasts, number);

	return age_over(engine_watch(e, o->all, o->source), o->epoch,
	    o->first_s, age_limit(r, origin_hash(&e->pasts, number)));
}

static void
on_counted(void *arg, const struct counted *c)
{
	struct left	*left = arg;
	const bool	 dead = c->origin == 0 ? left->n == 0 :
	    (left->n == 0 || left->r->any_order) &&
	    origin_over_age(left->e, left->r, c->origin);

	if (dead)
		return;
	if (left->n++ == 0)
		left->oldest = *c;
	left->newest = *c;
}

static struct left
left_of(const struct engine *e, const struct partial *p)
{
	struct left	 left = { .e = e, .r = &e->program->rules[group_at(
	    e->partials, p->group)->rule] };

	tally_walk(e->tallies, p->tally, on_counted, &left);
	return left;
}

/* Partial matches. */

static void
note_origin(const struct engine *e, struct living *l, uint32_t number,
    bool has_place)
{
	const struct origin	*o = origin_at(&e->pasts, number);

	l->start = o->start;
	l->source = o->source;
	l->first_ms = millis_of(o->first_s, o->first_ms);
	l->end = LIVING_FOREVER;
	note_timeout(l, age_limit(&e->program->rules[l->rule],
	    origin_hash(&e->pasts, number)));
	l->has_place = false;
	if (has_place)
		note_place(e, l, o->offset);
}

static void
note_count(const struct engine *e, struct living *l, const struct partial *p)
{
	const struct left	 left = left_of(e, p);

	l->over = left.n == 0;
	l->count = left.n;
	l->has_last = true;
	l->last_ms = p->last_ms;
	if (left.n > 0)
		note_origin(e, l, left.oldest.origin, left.oldest.past != 0);
	else
		note_origin(e, l, p->origin, false);
}

static void
note_partial(const struct engine *e, struct living *l, const struct partial *p)
{
	const struct state	*s = &e->program->rules[l->rule].states[
	    p->state];
	const struct origin	*o = origin_at(&e->pasts, p->origin);
	const struct watch	*w = engine_watch(e, o->all, o->source);
	struct tally_told	 told = { .first_past = p->past };

	if (p->in_tally)
		(void)retally_tell(e->tallies, p->tally, &told);
	note_origin(e, l, p->origin, told.first_past != 0);
	l->over = origin_over_age(e, &e->program->rules[l->rule],
	    p->origin) || is_late(w, s, p->last_ms, p->epoch);
	l->has_last = true;
	l->last_ms = p->last_ms;
	if (s->within_ms >= 0)
		note_end(l, LIVING_WITHIN, later(p->last_ms, s->within_ms));
	if (p->deadline != 0)
		note_end(l, LIVING_ABSENT, deadlines_at(&w->absences,
		    p->deadline)->end);
}

/* Groups. */

/* What lives is better, then what is further, then what counts already. */
static bool
is_better(const struct living *a, const struct living *b)
{
	if (a->over != b->over)
		return b->over;
	if (a->state != b->state)
		return a->state > b->state;
	return a->count > b->count;
}

static void
tell_open(const struct walk *w, struct living *l)
{
	const struct engine	*e = w->e;
	const struct group	*g = group_at(e->partials, l->group);
	struct living		 best = { 0 };

	for (uint32_t i = g->first; i != 0;
	    i = partial_at(e->partials, i)->next) {
		const struct partial	*p = partial_at(e->partials, i);
		struct living		 one = *l;

		one.state = p->state;
		if (p->counts)
			note_count(e, &one, p);
		else
			note_partial(e, &one, p);
		one.records = records_before(&e->program->rules[l->rule],
		    one.state) + one.count;
		if (best.group == 0 || is_better(&one, &best))
			best = one;
	}
	if (best.group != 0)
		w->fn(w->arg, &best);
}

/* With `order any` all that the states have is one sequence. */
static void
tell_any_order(const struct walk *w, struct living *l)
{
	const struct engine	*e = w->e;
	const struct group	*g = group_at(e->partials, l->group);
	const struct rule	*r = &e->program->rules[l->rule];
	for (uint32_t i = g->first; i != 0;
	    i = partial_at(e->partials, i)->next) {
		const struct partial	*p = partial_at(e->partials, i);
		const struct left	 left = left_of(e, p);
		const uint32_t		 origin = left.n > 0 ?
		    left.oldest.origin : p->origin;

		l->records += left.n;
		l->state += left.n >= r->states[p->state].multiplier;
		if (!l->has_last || p->last_ms > l->last_ms)
			l->last_ms = p->last_ms;
		/* The oldest that is not over age, if there is one. */
		if (!l->has_last || (left.n > 0 && (l->records == left.n ||
		    origin_at(&e->pasts, origin)->start < l->start)))
			note_origin(e, l, origin, left.n > 0 &&
			    left.oldest.past != 0);
		l->has_last = true;
	}
	l->over = l->records == 0;
	if (l->has_last)
		w->fn(w->arg, l);
}

/* The furthest partial match of a chain that is not late; or the furthest. */
static void
tell_folded(const struct walk *w, struct living *l)
{
	const struct engine	*e = w->e;
	const struct group	*g = group_at(e->partials, l->group);
	const struct rule	*r = &e->program->rules[l->rule];
	const struct watch	*clock = engine_watch(e, g->f_all,
	    g->f_source);
	const uint64_t		 limit = age_limit(r, group_hash(e->partials,
	    l->group));
	uint32_t		 record = g->top > 1 ? g->first : 0;
	bool			 late = true;

	l->start = g->f_start;
	l->source = g->f_source;
	l->first_ms = (int64_t)g->f_millis;
	l->has_last = true;
	note_timeout(l, limit);
	for (uint32_t i = g->top; late && i >= g->f_low; i--) {
		struct fold_record	 one = { 0 };

		if (record != 0)
			record = regroup_record(e->partials, record, &one);
		late = is_late(clock, &r->states[i], l->first_ms +
		    one.since_ms, group_late(g));
		if (late && i != g->top)
			continue;
		l->state = i;
		l->last_ms = l->first_ms + one.since_ms;
	}
	l->over = late || age_over(clock, g->f_epoch, l->first_ms / 1000,
	    limit);
	if (r->states[l->state].within_ms >= 0)
		note_end(l, LIVING_WITHIN, later(l->last_ms,
		    r->states[l->state].within_ms));
	if (g->folded == FOLDED_ABSENCE)
		note_end(l, LIVING_ABSENT, deadlines_at(&clock->absences,
		    g->f_deadline)->end);
	l->count = g->folded == FOLDED_COUNT && !l->over;
	l->records = records_before(r, l->state) + l->count;
	if (!g->f_bare && l->records > 0)	/* a count may have none left */
		note_place(e, l, g->f_offset);
	w->fn(w->arg, l);
}

static void
tell_group(const struct walk *w, uint32_t number)
{
	const struct group	*g = group_at(w->e->partials, number);
	struct living		 l = { .rule = g->rule, .group = number };

	if (g->folded)
		tell_folded(w, &l);
	else if (w->e->program->rules[g->rule].any_order)
		tell_any_order(w, &l);
	else
		tell_open(w, &l);
}

/* All. */

static bool
is_wanted(const struct walk *w, uint32_t rule)
{
	return w->rule == PROGRAM_NONE || w->rule == rule;
}

void
engine_living(const struct engine *e, uint32_t rule, living_fn fn, void *arg)
{
	const struct walk	 w = { e, rule, notes_places(e), fn, arg };

	for (uint32_t i = 0; i < seqs_size(e->seqs); i++)
		if (seqs_in_use(e->seqs, i) &&
		    is_wanted(&w, seqs_at(e->seqs, i)->rule))
			tell_instance(&w, i);
	for (uint32_t i = 1; i < partials_size(e->partials); i++)
		if (group_in_use(e->partials, i) &&
		    is_wanted(&w, group_at(e->partials, i)->rule))
			tell_group(&w, i);
}

void
engine_living_values(const struct engine *e, const struct living *l,
    struct value values[VARIABLES_MAX])
{
	bound_values(&e->bounds, l->group == 0 ? 0 :
	    group_bound(e->partials, l->group), values);
}

uint64_t
engine_living_count(const struct engine *e, const struct living *l,
    uint32_t state)
{
	const struct group	*g;

	if (l->group == 0 || (g = group_at(e->partials, l->group))->folded)
		return 0;
	for (uint32_t i = g->first; i != 0;
	    i = partial_at(e->partials, i)->next) {
		const struct partial	*p = partial_at(e->partials, i);

		if (p->counts && p->state == state)
			return left_of(e, p).n;
	}
	return 0;
}
