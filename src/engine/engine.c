/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine.c - the folder's face: feed a record, take what comes out.
 *
 * For each record, in the order that bsmtrace has always had: first the live
 * instances that it advances, the most recently begun first; then the rules
 * whose first state it meets, last defined first. A record advances an instance
 * by one state, never one it has just begun, and one that completes an instance
 * begins no other of the same rule and key.
 */
#include "engine/engine.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/patterns.h"
#include "base/ring.h"
#include "engine/eval.h"
#include "engine/index.h"
#include "engine/pathcache.h"
#include "engine/seq.h"
#include "engine/step.h"
#include "engine/timer.h"
#include "engine/uid.h"

#define KEPT_BLOCK	(2 * FRAME_RECORD_MAX)	/* the largest fits */
#define SWEEP		2u		/* instances looked at for each begun */
#define EPOCHS_SPARE	65536u		/* before a look for unused ones */

struct source {
	struct timer	 timer;
	bool		 live;
};

/* Before each record of a live source that is kept. */
struct kept {
	uint64_t	 offset;	/* in its source */
	uint32_t	 n;		/* bytes of the record */
};

/* An instance that the record advances. */
struct touched {
	uint64_t	 start;
	uint32_t	 rule;
	uint32_t	 number;
};

/* What a set of patterns says of a path. */
enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

struct engine {
	const struct program	*program;
	const struct names	*names;
	struct engine_options	 options;
	struct alert_out	 out;
	struct index		*index;
	struct patterns		*patterns;
	struct pathcache	*paths;		/* NULL: nobody asks */
	struct seqs		*seqs;
	struct steps		*steps;
	struct ring		*kept;		/* records of live sources */
	struct uids		*uids;
	struct hash_key		 seed;
	struct source		*sources;
	size_t			 nsources, sources_cap;
	uint32_t		*first_state;	/* of each rule, in `waiting` */
	uint32_t		*waiting;	/* instances in each state */
	uint64_t		 ordinal;	/* of the record being read */
	uint32_t		 sweep_at;
	struct engine_stats	 stats;
	void			(*on_unknown)(void *, uint16_t);
	void			*unknown_arg;

	/* Of the record being read. */
	struct record		*record;
	uint32_t		 source;
	struct object		 object;
	bool			 has_zone;
	struct slice		 zone;
	uint64_t		 zone_hash;	/* 0: not made yet */
	uint64_t		 kept_at;	/* where the ring has it */
	bool			 is_kept;
	uint64_t		*asked;		/* per object set: ordinal */
	enum answer		*answered;	/* and the answer */
	struct touched		*touched;
	size_t			 ntouched, touched_cap;
	uint32_t		*completed;	/* rules, ascending */
	size_t			 ncompleted, completed_cap;
	struct alert_step	*alert_steps;
};

/* Life. */

static struct patterns *
compile_patterns(const struct program *p)
{
	struct patterns	*patterns = patterns_new();
	size_t		 at;
	char		 why[1];

	for (size_t i = 0; i < p->nobject_sets; i++) {
		const struct object_set	*set = &p->object_sets[i];

		/* The front end has refused those that do not compile. */
		for (size_t j = 0; set->type == OBJECT_PCRE && j < set->n; j++)
			(void)patterns_add(patterns, set->entries[j],
			    (uint32_t)i, &at, why, sizeof(why));
	}
	return patterns;
}

struct engine *
engine_new(const struct program *p, const struct names *names,
    const struct engine_options *options, const struct alert_out *out)
{
	struct engine	*e = xcalloc(1, sizeof(*e));
	uint32_t	 n = 0;

	e->program = p;
	e->names = names;
	e->options = *options;
	if (e->options.max_instances == 0)
		e->options.max_instances = ENGINE_INSTANCES_MAX;
	e->out = *out;
	e->index = index_new(p, names);
	e->patterns = compile_patterns(p);
	if (index_wants_objects(e->index))
		e->paths = pathcache_new();
	e->seqs = seqs_new(e->options.max_instances);
	e->steps = steps_new();
	e->uids = uids_new();
	e->seed = hash_key_random();
	e->first_state = xcalloc(p->nrules + 1, sizeof(*e->first_state));
	for (size_t i = 0; i < p->nrules; i++) {
		e->first_state[i] = n;
		n += (uint32_t)p->rules[i].nstates;
	}
	e->waiting = xcalloc(n + 1, sizeof(*e->waiting));
	e->asked = xcalloc(p->nobject_sets + 1, sizeof(*e->asked));
	e->answered = xcalloc(p->nobject_sets + 1, sizeof(*e->answered));
	e->alert_steps = xcalloc(ALERT_STEPS_MAX, sizeof(*e->alert_steps));
	return e;
}

void
engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < e->nsources; i++)
		timer_fini(&e->sources[i].timer);
	free(e->sources);
	index_free(e->index);
	patterns_free(e->patterns);
	pathcache_free(e->paths);
	seqs_free(e->seqs);
	steps_free(e->steps);
	ring_free(e->kept);
	uids_free(e->uids);
	free(e->first_state);
	free(e->waiting);
	free(e->asked);
	free(e->answered);
	free(e->touched);
	free(e->completed);
	free(e->alert_steps);
	free(e);
}

uint32_t
engine_source(struct engine *e, bool live)
{
	struct source	*s;

	e->sources = mem_grow(e->sources, &e->sources_cap, e->nsources + 1,
	    sizeof(*e->sources));
	s = &e->sources[e->nsources];
	timer_init(&s->timer);
	s->live = live;
	if (live && e->kept == NULL)
		e->kept = ring_new(KEPT_BLOCK, ENGINE_KEPT_MAX / KEPT_BLOCK,
		    NULL, NULL);
	return (uint32_t)e->nsources++;
}

void
engine_on_unknown(struct engine *e, void (*fn)(void *, uint16_t), void *arg)
{
	e->on_unknown = fn;
	e->unknown_arg = arg;
}

/* Age. */

/* How long an instance may live, in seconds; 0: for ever. */
static uint64_t
lifetime(const struct engine *e, const struct instance *i)
{
	const struct rule	*r = &e->program->rules[i->rule];
	uint64_t		 t = (uint64_t)r->timeout_s, half, draw;

	if (r->window_s == 0)
		return t;
	/* Drawn from what is the same in every run over the same records. */
	draw = hash_word(&(struct hash_key){ r->id, i->value }, i->first_hash);
	half = (uint64_t)r->window_s / 2;
	if (draw % 100 < r->window_prob)
		t += (draw >> 8) % (half + 1);
	else
		t += half + (draw >> 8) % ((uint64_t)r->window_s - half) + 1;
	return t > 0 ? t : 1;		/* 0 would be for ever */
}

static bool
over_age(const struct engine *e, const struct instance *i)
{
	uint64_t	 may = lifetime(e, i);
	int64_t		 latest;

	if (may == 0)
		return false;
	latest = timer_latest(&e->sources[i->source].timer, i->epoch);
	return latest > i->first_s &&
	    (uint64_t)latest - (uint64_t)i->first_s > may;
}

static uint32_t *
waiting(struct engine *e, const struct instance *i)
{
	return &e->waiting[e->first_state[i->rule] + i->state];
}

static void
end_instance(struct engine *e, uint32_t number)
{
	struct instance	*i = seqs_at(e->seqs, number);

	--*waiting(e, i);
	steps_release(e->steps, i->steps);
	seqs_remove(e->seqs, number);
}

static void
expire(struct engine *e, uint32_t number)
{
	end_instance(e, number);
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
		if (seqs_in_use(e->seqs, number) &&
		    over_age(e, seqs_at(e->seqs, number)))
			expire(e, number);
	}
}

static int
by_number(const void *va, const void *vb)
{
	const uint32_t	*a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

/* A clock that steps back again and again: forget epochs nobody is in. */
static void
sweep_epochs(struct engine *e)
{
	struct timer	*t = &e->sources[e->source].timer;
	uint32_t	*used;
	size_t		 n = 0;

	if (t->n < EPOCHS_SPARE + 2 * (size_t)seqs_count(e->seqs))
		return;
	used = xreallocarray(NULL, seqs_count(e->seqs) + (size_t)1,
	    sizeof(*used));
	for (uint32_t i = 0; i < seqs_size(e->seqs); i++)
		if (seqs_in_use(e->seqs, i) &&
		    seqs_at(e->seqs, i)->source == e->source)
			used[n++] = seqs_at(e->seqs, i)->epoch;
	qsort(used, n, sizeof(*used), by_number);
	timer_keep(t, used, n);
	free(used);
}

/* What of the record makes the key of a rule. */

static uint64_t
zone_hash(struct engine *e)
{
	if (e->zone_hash == 0)
		e->zone_hash = e->has_zone ?
		    hash_bytes(&e->seed, e->zone) | 2 : 1;
	return e->zone_hash;
}

static uint32_t
scope_value(const struct engine *e, const struct rule *r)
{
	return r->scope == SCOPE_PROCESS ? record_pid(e->record) :
	    record_session(e->record);
}

static uint64_t
key_of(struct engine *e, const struct rule *r)
{
	uint64_t	 key = e->source;

	/* Mixed before each addition: source 1 and pid 0 are not 0 and 1. */
	if (r->zone != ZONE_FREE)
		key = hash_word(&e->seed, key) + zone_hash(e);
	if (r->scope != SCOPE_GLOBAL)
		key = hash_word(&e->seed, key) + scope_value(e, r);
	return key;
}

static uint32_t
subject_of(const struct engine *e, const struct rule *r)
{
	return record_id(e->record, (enum record_id)r->subject);
}

/* The live instance of this rule that the record belongs to, or SEQ_NONE. */
static uint32_t
instance_of(struct engine *e, uint32_t rule)
{
	const struct rule	*r = &e->program->rules[rule];
	uint32_t		 number = seqs_find(e->seqs, rule,
	    subject_of(e, r), key_of(e, r));

	if (number != SEQ_NONE && over_age(e, seqs_at(e->seqs, number))) {
		expire(e, number);
		return SEQ_NONE;
	}
	return number;
}

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
 * Does what the plan left open hold? Each set is asked at most once for each
 * record. One that gave up at its limit holds neither way.
 */
static bool
patterns_hold(struct engine *e, const struct entry *en)
{
	const struct state	*s;

	if (en->patterns == PROGRAM_NONE)
		return true;
	s = &e->program->rules[en->rule].states[en->state];
	if (e->asked[en->patterns] != e->ordinal) {
		e->asked[en->patterns] = e->ordinal;
		e->answered[en->patterns] = ask_patterns(e, s);
	}
	return e->answered[en->patterns] ==
	    (s->not_object ? ANSWER_NO : ANSWER_YES);
}

/* Coming out. */

static void
describe(const struct rule *r, struct alert_rule *a)
{
	static const char *const	 types[] = { "auid", "euid", "egid",
	    "ruid", "rgid" };

	*a = (struct alert_rule){
		.label = r->label, .file = r->file, .line = r->line,
		.priority = r->priority, .serial = r->serial,
		.subject_type = types[r->subject],
		.description = r->description, .tags = r->tags,
		.reference = r->reference, .remedy = r->remedy,
		.logfile = r->logfile, .channels = r->channels,
		.nchannels = r->nchannels,
		.scope = r->scope == SCOPE_PROCESS ? "process" :
		    r->scope == SCOPE_SESSION ? "session" : NULL,
	};
}

static void
tell_match(struct engine *e)
{
	if (e->out.matched != NULL)
		e->out.matched(e->out.arg, e->record, e->source);
}

static void
tell_trigger(struct engine *e, const struct rule *r, const struct state *s,
    const struct alert *alert)
{
	struct alert_rule	 about;
	struct alert_trigger	 t = {
		.trigger = s->trigger, .rule = &about, .record = e->record,
		.source = e->source, .alert = alert,
		.has_subject = e->record->at[REC_SUBJECT] != 0,
		.auid = record_id(e->record, REC_AUID),
		.euid = record_id(e->record, REC_EUID),
		.has_object = e->object.known, .object = e->object.path,
	};

	if (s->trigger == NULL || e->out.trigger == NULL)
		return;
	describe(r, &about);
	e->out.trigger(e->out.arg, &t);
}

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

/* Copy a chain of LENGTH steps behind ALREADY others, which end at TOTAL. */
static void
list_steps(struct engine *e, const struct rule *r, uint32_t head,
    struct alert *a)
{
	uint32_t	 length = head == 0 ? 0 : steps_at(e->steps,
	    head)->length;
	uint64_t	 total = a->records;
	uint32_t	 skip = length > ALERT_STEPS_MAX ?
	    length - ALERT_STEPS_MAX : 0;
	size_t		 n = length - skip, i = n;

	for (uint32_t from = length; head != 0; from--) {
		const struct step	*s = steps_at(e->steps, head);
		uint64_t		 nth = from <= STEPS_ENDS ? from - 1 :
		    total - (length - from) - 1;

		head = s->before;
		if (from > STEPS_ENDS && from <= STEPS_ENDS + skip)
			continue;	/* the middle, not cut out yet */
		e->alert_steps[--i] = (struct alert_step){
			.state = state_of_step(r, nth), .source = s->source,
			.offset = s->offset,
			.quality = (enum frame_quality)s->quality };
	}
	a->steps = e->alert_steps;
	a->nsteps = n;
}

/* What an alert says of a sequence that this record completes. */
static void
raise(struct engine *e, uint32_t rule, const struct instance *i)
{
	const struct rule	*r = &e->program->rules[rule];
	const struct record	*rec = e->record;
	struct alert		 a = {
		.seconds = rec->seconds, .fraction = rec->fraction,
		.millis = record_millis(rec),
		.has_subject = rec->at[REC_SUBJECT] != 0,
		.subject = subject_of(e, r),
		.has_zone = e->has_zone, .zone = e->zone,
		.source = e->source, .last = rec,
		.records = i->nsteps,
		.duration_s = (int64_t)((uint64_t)rec->seconds -
		    (uint64_t)i->first_s),
		.first_millis = record_time_millis(0, (uint64_t)i->first_s,
		    i->first_ms),
	};

	e->stats.alerts++;
	describe(r, &a.rule);
	if (r->scope != SCOPE_GLOBAL) {
		a.has_scope = true;
		a.scope = scope_value(e, r);
	}
	list_steps(e, r, i->steps, &a);
	if (e->options.want_uid)
		uids_make(e->uids, r->id, &a, i->first_hash);
	if (e->out.alert != NULL)
		e->out.alert(e->out.arg, &a);
	tell_trigger(e, r, &r->states[r->nstates - 1], &a);
}

/* Living. */

/* The step of the record being read; keeps it when it cannot be read again. */
static struct step
this_step(struct engine *e)
{
	const struct record	*r = e->record;

	if (!e->sources[e->source].live)
		return (struct step){ .offset = r->offset,
		    .source = (uint16_t)e->source,
		    .quality = (unsigned)r->quality & 3u };
	if (!e->is_kept) {
		struct kept	 k = { r->offset, (uint32_t)r->bytes.n };
		uint8_t		*p = ring_put(e->kept, sizeof(k) + k.n,
		    &e->kept_at);

		memcpy(p, &k, sizeof(k));
		memcpy(p + sizeof(k), r->bytes.p, k.n);
		e->is_kept = true;
	}
	return (struct step){ .offset = e->kept_at,
	    .source = (uint16_t)e->source,
	    .quality = (unsigned)r->quality & 3u };
}

static void
add_step(struct engine *e, uint32_t *head)
{
	if (!e->options.skip_steps &&
	    !steps_push(e->steps, head, this_step(e)))
		e->stats.steps_lost++;
}

/* The record meets the state that the instance waits in. */
static void
advance(struct engine *e, const struct touched *t)
{
	struct instance		*i = seqs_at(e->seqs, t->number);
	const struct rule	*r = &e->program->rules[t->rule];
	const struct state	*s = &r->states[i->state];
	uint32_t		 before = i->state;

	tell_match(e);
	add_step(e, &i->steps);
	i->nsteps++;
	if (++i->count < s->multiplier) {
		tell_trigger(e, r, s, NULL);
		return;
	}
	if (before + 1 == r->nstates) {
		raise(e, t->rule, i);
		end_instance(e, t->number);
		e->completed = mem_grow(e->completed, &e->completed_cap,
		    e->ncompleted + 1, sizeof(*e->completed));
		e->completed[e->ncompleted++] = t->rule;
		return;
	}
	--*waiting(e, i);
	i->state++;
	i->count = 0;
	++*waiting(e, i);
	seqs_advanced(e->seqs, t->number, before);
	tell_trigger(e, r, s, NULL);
}

/* Most recently begun first; of those begun by one record, first defined. */
static int
by_start(const void *va, const void *vb)
{
	const struct touched	*a = va, *b = vb;

	if (a->start != b->start)
		return a->start > b->start ? -1 : 1;
	return a->rule < b->rule ? -1 : a->rule > b->rule;
}

/* Does this entry speak of the state that the instance waits in? */
static bool
fits(struct engine *e, const struct entry *en, const struct instance *i)
{
	return en->state == i->state && patterns_hold(e, en);
}

static void
advance_all(struct engine *e, const struct plan *plan)
{
	const struct entry	*en = plan->advance, *end;

	e->ntouched = 0;
	for (end = en + plan->nadvance; en < end;) {
		uint32_t		 rule = en->rule, number = SEQ_NONE;
		const struct entry	*first = en;
		bool			 any = false;

		for (; en < end && en->rule == rule; en++)
			any |= e->waiting[e->first_state[rule] +
			    en->state] != 0;
		if (any)
			number = instance_of(e, rule);
		if (number == SEQ_NONE)
			continue;
		for (; first < en; first++) {
			const struct instance	*i = seqs_at(e->seqs, number);

			if (!fits(e, first, i))
				continue;
			e->touched = mem_grow(e->touched, &e->touched_cap,
			    e->ntouched + 1, sizeof(*e->touched));
			e->touched[e->ntouched++] = (struct touched){
				i->start, rule, number };
			break;
		}
	}
	if (e->ntouched > 1)
		qsort(e->touched, e->ntouched, sizeof(*e->touched), by_start);
	for (size_t i = 0; i < e->ntouched; i++)
		advance(e, &e->touched[i]);
	if (e->ncompleted > 1)
		qsort(e->completed, e->ncompleted, sizeof(*e->completed),
		    by_number);
}

static bool
just_completed(const struct engine *e, uint32_t rule)
{
	return e->ncompleted > 0 && bsearch(&rule, e->completed,
	    e->ncompleted, sizeof(rule), by_number) != NULL;
}

/* An instance that begins with the record being read. */
static struct instance
beginning(struct engine *e, uint32_t rule)
{
	const struct rule	*r = &e->program->rules[rule];
	int64_t			 ms = record_millis(e->record) % 1000;
	struct instance		 i = {
		.key = key_of(e, r), .start = e->ordinal,
		.first_s = e->record->seconds, .rule = rule,
		.value = subject_of(e, r), .count = 1, .nsteps = 1,
		.source = (uint16_t)e->source,
		.first_ms = (uint16_t)(ms < 0 ? 0 : ms),
	};

	if (e->options.want_uid || r->window_s != 0)
		i.first_hash = uids_hash(e->record->bytes);
	add_step(e, &i.steps);
	if (r->states[0].multiplier == 1) {
		i.state = 1;
		i.count = 0;
	}
	return i;
}

static void
begin(struct engine *e, uint32_t rule)
{
	const struct rule	*r = &e->program->rules[rule];
	struct instance		 i = beginning(e, rule);
	uint32_t		 victim;

	if (i.state == r->nstates) {	/* a single state: nothing to keep */
		raise(e, rule, &i);
		steps_release(e->steps, i.steps);
		return;
	}
	sweep(e);
	if ((victim = seqs_victim(e->seqs)) != SEQ_NONE) {
		end_instance(e, victim);
		e->stats.evicted++;
	}
	sweep_epochs(e);
	i.epoch = timer_begin(&e->sources[e->source].timer, i.first_s);
	(void)seqs_add(e->seqs, &i);
	++*waiting(e, &i);
	e->stats.started++;
	tell_trigger(e, r, &r->states[0], NULL);
}

static void
begin_all(struct engine *e, const struct plan *plan)
{
	const struct slice	*zone = e->has_zone ? &e->zone : NULL;

	for (uint32_t n = 0; n < plan->nstart; n++) {
		const struct entry	*en = &plan->start[n];
		const struct rule	*r = &e->program->rules[en->rule];

		if (!eval_zone(r, zone) || !patterns_hold(e, en))
			continue;
		tell_match(e);
		if (just_completed(e, en->rule))
			continue;
		if ((r->nstates > 1 || r->states[0].multiplier > 1) &&
		    instance_of(e, en->rule) != SEQ_NONE)
			continue;
		begin(e, en->rule);
	}
}

/* The device and inode that the record tells, if it does. */
static bool
inode_of(const struct engine *e, struct inode *i)
{
	uint64_t	 fsid;

	i->source = e->source;
	record_inode(e->record, &fsid, &i->node);
	i->fsid = (uint32_t)fsid;
	return i->fsid != 0 && i->node != 0;
}

/* The record's path, or the one remembered for its device and inode. */
static void
find_object(struct engine *e, uint32_t slot)
{
	struct object	*o = &e->object;
	struct inode	 i;

	o->known = record_path(e->record, &o->path);
	if (e->paths == NULL || !inode_of(e, &i))
		return;
	if (o->known)
		pathcache_put(e->paths, &i, o->path);
	else if (slot != INDEX_NOBODY && index_slot_object(e->index, slot))
		o->known = pathcache_find(e->paths, &i, &o->path);
}

static uint32_t
slot_of(struct engine *e)
{
	const struct record	*r = e->record;
	bool			 unknown;
	uint32_t		 slot = index_slot(e->index,
	    names_dialect(e->names, r->version), r->event, &unknown);

	if (unknown && e->on_unknown != NULL)
		e->on_unknown(e->unknown_arg, r->event);
	return slot;
}

/* What a record that is still to be fed will look up. */
struct lookup {
	uint64_t	 path;		/* of pathcache_ahead() */
	bool		 lasting;
	uint64_t	 instance;	/* of seqs_ahead() */
	uint32_t	 number;
};

/*
 * The instance of one rule stands for all: where there are many, much else is
 * to be done for each record. A record without an inode looks for inode 0:
 * that costs less than a branch which cannot be foreseen.
 */
static void
look_ahead(struct engine *e, struct record *r, struct lookup *l)
{
	const uint32_t	 slot = index_slot_known(e->index,
	    names_dialect(e->names, r->version), r->event);
	const uint32_t	 rule = index_slot_lasting(e->index, slot);
	struct inode	 inode;

	*l = (struct lookup){ .number = SEQ_NONE };
	if (slot == INDEX_NOBODY && e->paths == NULL)
		return;
	record_index(r);
	e->record = r;
	if (e->paths != NULL) {
		(void)inode_of(e, &inode);
		l->path = pathcache_ahead(e->paths, &inode);
	}
	l->lasting = rule != PROGRAM_NONE;
	if (l->lasting)
		l->instance = seqs_ahead(e->seqs, rule,
		    subject_of(e, &e->program->rules[rule]),
		    key_of(e, &e->program->rules[rule]));
}

void
engine_expect(struct engine *e, uint32_t source, struct record *r, size_t n)
{
	struct lookup	 l[ENGINE_AHEAD];

	e->source = source;
	for (size_t i = 0; i < n; i++)
		look_ahead(e, &r[i], &l[i]);
	for (size_t i = 0; i < n; i++) {
		if (e->paths != NULL)
			pathcache_ahead_more(e->paths, l[i].path);
		if (l[i].lasting)
			l[i].number = seqs_ahead_more(e->seqs, l[i].instance);
	}
	for (size_t i = 0; i < n && !e->options.skip_steps; i++)
		if (l[i].number != SEQ_NONE)
			steps_ahead(e->steps,
			    seqs_at(e->seqs, l[i].number)->steps);
}

void
engine_feed(struct engine *e, uint32_t source, struct record *r)
{
	const struct plan	*plan;
	uint32_t		 slot;

	e->ordinal++;
	e->stats.records++;
	e->record = r;
	e->source = source;
	slot = slot_of(e);
	if (slot != INDEX_NOBODY || e->paths != NULL) {
		record_index(r);
		e->stats.partial += r->error != 0;
		if (r->at[REC_HEADER] != 0)	/* a header within: it counts */
			slot = slot_of(e);
		find_object(e, slot);
	}
	timer_feed(&e->sources[source].timer, r->seconds);
	if (slot == INDEX_NOBODY)
		return;
	plan = index_plan(e->index, slot, r, &e->object);
	if (plan->nadvance + plan->nstart == 0)
		return;
	e->has_zone = record_zone(r, &e->zone);
	e->zone_hash = 0;
	e->is_kept = false;
	e->ncompleted = 0;
	advance_all(e, plan);
	begin_all(e, plan);
}

void
engine_kept(const struct engine *e, struct alert_step *s)
{
	const uint8_t	*p = e->kept == NULL ? NULL :
	    ring_at(e->kept, s->offset);
	struct kept	 k = { 0 };

	s->offset = 0;
	if (p == NULL)
		return;
	memcpy(&k, p, sizeof(k));
	s->offset = k.offset;
	s->bytes = (struct slice){ p + sizeof(k), k.n };
}

void
engine_stats(const struct engine *e, struct engine_stats *s)
{
	*s = e->stats;
	s->instances = seqs_count(e->seqs);
}

uint64_t
engine_waiting(const struct engine *e, uint32_t source)
{
	uint64_t	 n = 0;

	for (uint32_t i = 0; i < seqs_size(e->seqs); i++)
		n += seqs_in_use(e->seqs, i) &&
		    seqs_at(e->seqs, i)->source == source &&
		    !over_age(e, seqs_at(e->seqs, i));
	return n;
}
