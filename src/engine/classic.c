/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * classic.c - how a sequence in old words lives.
 *
 * As bsmtrace always had it: a record advances an instance by one state, never
 * one it has just begun, and one that completes an instance begins no other of
 * the same rule and key. Instances that nobody asks for are looked at a few at
 * a time, whenever one begins.
 */
#include "engine/classic.h"

#include "engine/age.h"
#include "engine/inside.h"
#include "engine/key.h"
#include "engine/kept.h"
#include "engine/met.h"
#include "engine/raise.h"
#include "engine/tracing.h"

#define SWEEP	2u		/* instances looked at for each begun */

/* What fits into an instance; ordinals may begin anew after 10^12 records. */
#define START_MASK	((UINT64_C(1) << 40) - 1)
#define RULE_MASK	(SEQ_RULES_MAX - 1)

/* Age. */

bool
classic_over_age(const struct engine *e, uint32_t number)
{
	const struct instance	*i = seqs_at(e->seqs, number);

	return age_over(&e->sources[i->source].watch, i->epoch, i->first_s,
	    age_limit(&e->program->rules[i->rule], seqs_hash(e->seqs,
	    number)));
}

/* The same, and most rules have no age. */
static inline bool
is_over_age(const struct engine *e, uint32_t number)
{
	return e->key_parts[seqs_at(e->seqs, number)->rule].ages &&
	    classic_over_age(e, number);
}

static uint32_t *
waiting(struct engine *e, const struct instance *i)
{
	return &e->waiting[e->first_state[i->rule] + i->state];
}

void
classic_end(struct engine *e, uint32_t number)
{
	struct instance	*i = seqs_at(e->seqs, number);

	--*waiting(e, i);
	steps_release(e->steps, i->steps);
	seqs_remove(e->seqs, number);
}

static void
expire(struct engine *e, uint32_t number)
{
	tracing_instance(e, TRACE_TIMED_OUT, number);
	classic_end(e, number);
	e->stats.expired++;
}

/* Look at a few instances, so that old ones do not wait to be asked for. */
static void
sweep(struct engine *e)
{
	for (unsigned n = 0; n < SWEEP; n++) {
		uint32_t	 number = e->sweep_at++;

		if (number >= seqs_size(e->seqs)) {
			e->sweep_at = 0;
			return;
		}
		if (seqs_in_use(e->seqs, number) && is_over_age(e, number))
			expire(e, number);
	}
}

uint64_t
classic_waiting(const struct engine *e, uint32_t source)
{
	uint64_t	 n = 0;

	for (uint32_t i = 0; i < seqs_size(e->seqs); i++)
		n += seqs_in_use(e->seqs, i) &&
		    seqs_at(e->seqs, i)->source == source &&
		    !is_over_age(e, i);
	return n;
}

/* The key that the record has in this rule, made once for each. */
static inline uint64_t
key_of(struct engine *e, uint32_t rule)
{
	struct classic_key	*k = &e->classic_key;

	if (k->ordinal != e->ordinal || k->rule != rule)
		*k = (struct classic_key){ e->ordinal, key_classic(e, rule),
		    rule };
	return k->id;
}

/* This one, if it is not over age. */
static uint32_t __attribute__((noinline))
young(struct engine *e, uint32_t number)
{
	if (number == SEQ_NONE || !classic_over_age(e, number))
		return number;
	expire(e, number);
	return SEQ_NONE;
}

/* The live instance of this rule that the record belongs to, or SEQ_NONE. */
static inline uint32_t
instance_of(struct engine *e, uint32_t rule, const struct key_part *part)
{
	const uint32_t	 number = seqs_find(e->seqs, key_of(e, rule));

	return part->ages ? young(e, number) : number;
}

/* Alerts. */

/* The state, from 1, that the I-th record of a sequence met. */
static uint32_t
state_of_step(const struct rule *r, uint64_t i)
{
	for (uint32_t s = 0; s < r->nstates; s++) {
		if (i < r->states[s].multiplier)
			return s + 1;
		i -= r->states[s].multiplier;
	}
	return (uint32_t)r->nstates;
}

/* How many records have met states so far. */
static uint64_t
records_of(const struct rule *r, const struct instance *i)
{
	uint64_t	 n = i->count;

	for (uint32_t s = 0; s < i->state; s++)
		n += r->states[s].multiplier;
	return n;
}

/*
 * Copy the first step and the chain of all others, which are the ends of TOTAL.
 * Returns how many.
 */
static size_t
list_steps(struct engine *e, const struct rule *r, const struct instance *i,
    uint64_t total)
{
	uint32_t	 head = i->steps, length = head == 0 ? 0 :
	    steps_at(e->steps, head)->length;
	uint32_t	 skip = length + 1 > ALERT_STEPS_MAX ?
	    length + 1 - ALERT_STEPS_MAX : 0;
	const size_t	 n = length + 1 - skip;
	size_t		 to = n;

	if (e->options.skip_steps)
		return 0;
	for (uint32_t from = length; head != 0; from--) {
		const struct step	*s = steps_at(e->steps, head);
		uint64_t		 nth = from <= STEPS_ENDS ? from :
		    total - (length - from) - 1;

		head = s->before;
		if (from >= STEPS_ENDS && from < STEPS_ENDS + skip)
			continue;	/* the middle, not cut out yet */
		e->alert_steps[--to] = (struct alert_step){
			.state = state_of_step(r, nth), .source = s->source,
			.offset = s->offset,
			.quality = (enum frame_quality)s->quality };
	}
	e->alert_steps[0] = (struct alert_step){ .state = 1,
	    .source = i->source, .offset = i->first_at,
	    .quality = (enum frame_quality)i->quality };
	return n;
}

static void
complete(struct engine *e, const struct instance *i, uint64_t hash)
{
	const struct rule	*r = &e->program->rules[i->rule];
	const struct origin	 o = { .first_s = i->first_s,
	    .first_ms = i->first_ms };
	const uint64_t		 records = records_of(r, i);

	(void)raise_alert(e, &(struct complete){ .rule = i->rule,
	    .origin = &o, .hash = hash, .records = records,
	    .nsteps = list_steps(e, r, i, records), .key = i->id });
}

/* Living. */

static void __attribute__((noinline))
add_step(struct engine *e, struct instance *i)
{
	uint32_t	 head = i->steps;

	if (!steps_push(e->steps, &head, kept_step(e)))
		e->stats.steps_lost++;
	i->steps = head & (STEPS_MAX - 1);
}

/* Most often there is nobody to tell. */
static inline void
matched(struct engine *e)
{
	if (e->timed != NULL || e->out.matched != NULL)
		raise_matched(e);
}

static inline void
trigger(struct engine *e, const struct rule *r, const struct state *s)
{
	if (s->trigger != NULL)
		raise_trigger(e, r, s, NULL);
}

/* The state it waited for has been met as often as it has to be. */
static void __attribute__((noinline))
go_on(struct engine *e, uint32_t number)
{
	struct instance		*i = seqs_at(e->seqs, number);
	const struct rule	*r = &e->program->rules[i->rule];
	const uint32_t		 before = i->state;

	if (before + 1 == r->nstates) {
		e->completed[i->rule] = e->ordinal;
		complete(e, i, seqs_hash(e->seqs, number));
		classic_end(e, number);
		return;
	}
	--*waiting(e, i);
	i->state++;
	i->count = 0;
	++*waiting(e, i);
	seqs_advanced(e->seqs, number, before);
	tracing_instance(e, TRACE_MET, number);
	trigger(e, r, &r->states[before]);
}

static inline void
advance(struct engine *e, struct instance *i, uint32_t rule, uint32_t number)
{
	const struct rule	*r = &e->program->rules[rule];
	const struct state	*s = &r->states[i->state];

	matched(e);
	if (!e->options.skip_steps)
		add_step(e, i);
	if (++i->count >= s->multiplier) {
		go_on(e, number);
		return;
	}
	tracing_instance(e, TRACE_COUNTED, number);
	trigger(e, r, s);
}

/* It may have had to go for one of the new life, just now. */
void
classic_advance(struct engine *e, const struct touched *t)
{
	struct instance	*i = seqs_at(e->seqs, t->number);

	if (i->rule == t->rule && i->start == t->start)
		advance(e, i, t->rule, t->number);
}

/* What the plan could not know. */
static bool __attribute__((noinline))
meets_rest(struct engine *e, const struct entry *en)
{
	return met_entry(e, en) && !met_excepted(e, en->rule);
}

/* Most often it knows all. */
static inline bool
meets(struct engine *e, const struct entry *en, const struct key_part *part)
{
	return (part->open && en->patterns == PROGRAM_NONE) ||
	    meets_rest(e, en);
}

/* Who asks for `new` wants to know in any case. */
static void __attribute__((noinline))
note_new(struct engine *e, const struct entry *en, const struct entry *end)
{
	for (; en < end; en++)
		if (met_fresh(e, en) && !met_excepted(e, en->rule))
			(void)met_entry(e, en);
}

static void __attribute__((noinline))
add_touched(struct engine *e, uint32_t rule, uint32_t number)
{
	if (e->ntouched == e->touched_cap)
		e->touched = mem_grow(e->touched, &e->touched_cap,
		    e->ntouched + 1, sizeof(*e->touched));
	e->touched[e->ntouched++] = (struct touched){
	    seqs_at(e->seqs, number)->start, rule, number, false };
}

/*
 * The first of these entries, all that are of one rule. Returns those behind
 * them.
 */
static inline const struct entry *
touch(struct engine *e, const struct entry *en, const struct entry *end,
    bool alone)
{
	const uint32_t		 rule = en->rule;
	const struct key_part	*part = &e->key_parts[rule];
	const uint32_t		*waiting = &e->waiting[e->first_state[rule]];
	const struct entry	*next = en;
	struct instance		*i;
	uint32_t		 any = 0, number;

	engine_rule(e, rule, true);
	do
		any |= waiting[next->state];
	while (++next < end && next->rule == rule);
	if (!part->open)
		note_new(e, en, next);
	if (any == 0 || (number = instance_of(e, rule, part)) == SEQ_NONE)
		return next;
	i = seqs_at(e->seqs, number);
	while (en->state != i->state || !meets(e, en, part))
		if (++en == next)
			return next;
	if (alone && next == end && e->ntouched == 0)
		advance(e, i, rule, number);
	else
		add_touched(e, rule, number);
	return next;
}

/* Of more than one, those begun last come first. */
void
classic_touch(struct engine *e, const struct entries *l, bool alone)
{
	const struct entry	*en = l->v, *const end = l->v + l->n;

	while (en < end)
		en = touch(e, en, end, alone);
	engine_no_rule(e);
}

/* An instance that begins with the record being read. */
static struct instance
beginning(struct engine *e, uint32_t rule)
{
	const struct rule	*r = &e->program->rules[rule];
	const int64_t		 ms = e->millis % 1000;
	const bool		 more = r->states[0].multiplier > 1;
	struct step		 first = { 0 };

	if (!e->options.skip_steps)
		first = kept_step(e);
	return (struct instance){
		.id = key_of(e, rule), .rule = rule & RULE_MASK,
		.start = e->ordinal & START_MASK, .first_s = e->seconds,
		.first_ms = (unsigned)(ms < 0 ? ms + 1000 : ms) & 0x3ff,
		.first_at = first.offset, .quality = first.quality,
		.source = (uint16_t)e->source,
		.state = more ? 0 : 1, .count = more ? 1 : 0,
	};
}

static void __attribute__((noinline))
begin(struct engine *e, uint32_t rule)
{
	const struct rule	*r = &e->program->rules[rule];
	struct instance		 i = beginning(e, rule);
	uint64_t		 hash = 0;
	uint32_t		 number;

	if (e->options.want_uid || r->window_s != 0)
		hash = uids_hash(e->record->bytes);
	if (i.state == r->nstates) {	/* a single state: nothing to keep */
		complete(e, &i, hash);
		return;
	}
	sweep(e);
	age_make_room(e);
	i.epoch = age_begin(e, &e->sources[e->source].watch, i.first_s) &
	    TIMER_EPOCHS;
	number = seqs_add(e->seqs, &i, hash);
	tracing_instance(e, i.count > 0 ? TRACE_COUNTED : TRACE_MET, number);
	++*waiting(e, &i);
	e->stats.started++;
	trigger(e, r, &r->states[0]);
}

/* What neither the plan nor the rule tells. */
static bool __attribute__((noinline))
begins(struct engine *e, const struct entry *en)
{
	return eval_zone(&e->program->rules[en->rule],
	    e->has_zone ? &e->zone : NULL) &&
	    met_entry(e, en) && !met_excepted(e, en->rule);
}

void
classic_begin(struct engine *e, const struct entry *en)
{
	const struct key_part	*part = &e->key_parts[en->rule];
	uint32_t		 number;

	if ((!part->open || en->patterns != PROGRAM_NONE) &&
	    !begins(e, en))
		return;
	matched(e);
	if (e->completed[en->rule] == e->ordinal)
		return;
	if (part->lasts &&
	    (number = instance_of(e, en->rule, part)) != SEQ_NONE) {
		tracing_instance(e, TRACE_IGNORED, number);
		return;
	}
	begin(e, en->rule);
}
