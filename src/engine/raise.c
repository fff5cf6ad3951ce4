/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * raise.c - what the engine tells of a rule: matches, triggers, alerts.
 *
 * Everything is about the record being read. Behind an absence that is a copy
 * of the last one that took part; the times are then those of its end.
 */
#include "engine/raise.h"

#include "base/arena.h"
#include "engine/inside.h"
#include "engine/key.h"
#include "engine/tracing.h"

#define NSEC_PER_MSEC	1000000u

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

void
raise_matched(struct engine *e)
{
	if (e->timed != NULL)
		profile_matched(e->timed);
	if (e->out.matched != NULL)
		e->out.matched(e->out.arg, e->record, e->source);
}

static void
trigger(struct engine *e, const struct rule *r, const struct state *s,
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

	describe(r, &about);
	e->out.trigger(e->out.arg, &t);
}

bool
raise_hears(const struct engine *e, const struct state *s)
{
	return e->timed != NULL || e->out.matched != NULL ||
	    (s->trigger != NULL && e->out.trigger != NULL);
}

void
raise_trigger(struct engine *e, const struct rule *r, const struct state *s,
    const struct alert *alert)
{
	if (s->trigger != NULL && e->out.trigger != NULL)
		trigger(e, r, s, alert);
}

/* A value as alerts show it. What it borrows is copied to the arena. */
static struct alert_value
shown(struct arena *arena, const char *name, struct value v)
{
	/* How values hold an IPv4 address. */
	static const uint8_t	 ipv4[12] = { [10] = 0xff, 0xff };
	const struct slice	 mapped = { ipv4, sizeof(ipv4) };
	struct alert_value	 a = { .name = name };

	value_cut(&v);
	a.is_number = v.kind == VALUE_NUMBER;
	a.is_address = v.kind == VALUE_ADDRESS;
	a.number = v.number;
	a.cut = v.cut;
	a.bytes = v.bytes;
	if (a.is_address && slice_has_prefix(v.bytes, mapped))
		a.bytes = (struct slice){ v.bytes.p + mapped.n, 4 };
	if (!v.cut && a.bytes.n > 0)
		a.bytes.p = arena_copy(arena, a.bytes.p, a.bytes.n);
	return a;
}

/* What `scope` and `by` say. */
static void
show_key(struct engine *e, const struct rule *r, struct arena *arena,
    struct alert *a)
{
	struct alert_value	*key;
	struct value		 v = { .kind = VALUE_NUMBER };

	if (r->scope != SCOPE_GLOBAL) {
		a->has_scope = true;
		a->scope = key_scope(e, r);
	}
	if (r->scope == SCOPE_GLOBAL && r->nby == 0)
		return;
	key = arena_array(arena, r->nby + 1, sizeof(*key));
	if (a->has_scope) {
		v.number = a->scope;
		key[a->nkey++] = shown(arena, r->scope == SCOPE_PROCESS ?
		    "pid" : "session", v);
	}
	for (size_t i = 0; i < r->nby; i++)
		if (ask_value(e->ask, r->by[i], PART_ALL, &v))
			key[a->nkey++] = shown(arena,
			    program_field_word(r->by[i]), v);
	a->key = key;
}

static void
show_bound(const struct rule *r, const struct value *bound,
    struct arena *arena, struct alert *a)
{
	struct alert_value	*values;

	if (bound == NULL || r->nvariables == 0)
		return;
	values = arena_array(arena, r->nvariables, sizeof(*values));
	for (size_t i = 0; i < r->nvariables && i < VARIABLES_MAX; i++)
		if (bound[i].kind != VALUE_NOTHING)
			values[a->nbound++] = shown(arena,
			    r->variables[i].name, bound[i]);
	a->bound = values;
}

/* The times of an absence, whose record is a copy and older. */
static void
show_end(const struct engine *e, struct alert *a)
{
	const uint8_t	 version = e->record->version;

	a->absence = true;
	a->millis = e->millis;
	a->seconds = e->seconds;
	a->fraction = (uint64_t)(e->millis - e->seconds * 1000);
	if (version >= 2 && version <= 4)		/* Solaris */
		a->fraction *= NSEC_PER_MSEC;
}

static int64_t
first_millis(const struct origin *o)
{
	return record_time_millis(0, (uint64_t)o->first_s, o->first_ms);
}

static void
tell(struct engine *e, const struct complete *c, struct alert *a,
    struct arena *arena)
{
	const struct rule	*r = &e->program->rules[c->rule];
	const struct origin	*o = c->origin;

	describe(r, &a->rule);
	show_key(e, r, arena, a);
	show_bound(r, c->bound, arena, a);
	if (e->absent)
		show_end(e, a);
	a->records = c->records;
	a->steps = e->alert_steps;
	a->nsteps = c->nsteps;
	a->duration_s = (int64_t)((uint64_t)a->seconds -
	    (uint64_t)o->first_s);
	a->first_millis = first_millis(o);
	if (e->options.want_uid)
		uids_make(e->uids, r->id, a, c->hash);
	if (e->out.alert != NULL)
		e->out.alert(e->out.arg, a);
	raise_trigger(e, r, &r->states[r->nstates - 1], a);
}

bool
raise_alert(struct engine *e, const struct complete *c)
{
	const struct rule	*r = &e->program->rules[c->rule];
	const struct record	*rec = e->record;
	struct alert		 a = {
		.seconds = rec->seconds, .fraction = rec->fraction,
		.millis = record_millis(rec),
		.has_subject = rec->at[REC_SUBJECT] != 0,
		.subject = key_subject(e, r),
		.has_zone = e->has_zone, .zone = e->zone,
		.source = e->source, .last = rec,
	};
	struct arena		*arena = NULL;
	enum profile_stage	 before;

	if (r->cooldown_ms > 0 && cooldowns_hold(e->cooldowns, c->key,
	    e->millis, r->cooldown_ms, &a.held_back)) {
		e->stats.held_back++;
		tracing_alert(e, TRACE_HELD_BACK, c->rule, c->key, c->bound,
		    first_millis(c->origin));
		return false;
	}
	e->stats.alerts++;
	tracing_alert(e, TRACE_ALERT, c->rule, c->key, c->bound,
	    first_millis(c->origin));
	if (r->nby > 0 || r->nvariables > 0 || r->scope != SCOPE_GLOBAL)
		arena = arena_new();
	before = engine_enter(e, PROFILE_ALERTS);
	tell(e, c, &a, arena);
	(void)engine_enter(e, before);
	arena_free(arena);
	if (r->awaited) {
		e->alerted = mem_grow(e->alerted, &e->alerted_cap,
		    e->nalerted + 1, sizeof(*e->alerted));
		e->alerted[e->nalerted++] = c->rule;
	}
	return true;
}
