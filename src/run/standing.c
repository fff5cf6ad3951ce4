/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * standing.c - what lives now, read from the checkpoint of a run.
 *
 * Its rows make an engine that never reads a record, and what lives in that is
 * told (living.h). The database is closed before: whoever writes the next
 * checkpoint waits no longer than this one is read.
 */
#include "run/standing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "engine/living.h"
#include "engine/state.h"
#include "run/explain.h"
#include "run/figures.h"
#include "run/misses.h"
#include "run/positions.h"
#include "run/statedb.h"
#include "run/telling.h"
#include "run/telljson.h"
#include "sink/facts.h"
#include "sink/jsonfacts.h"

/* A source, as the rows of positions call it. */
struct origin_name {
	char	*path, *host;		/* or NULL */
	bool	 followed;
};

/* What a rule has. */
struct census_of {
	uint64_t	*waiting;	/* by state; with `order any` by how
					 * many are met */
	uint64_t	 n, over;	/* alive, over age */
};

struct standing {
	const struct standing_options	*o;
	struct statedb_about		 about;
	struct state_loaded		 told;
	struct engine			*engine;
	struct origin_name		*names;		/* by source */
	size_t				 nnames, names_cap;
	struct census_of		*rules;
	struct living			*v;	/* those to be shown */
	size_t				 n, cap;
	struct telling			 words;	/* of the rule */
	struct buf			*out;
};

/* Reading the checkpoint. */

static void
on_name(void *arg, const struct position_name *p)
{
	struct standing	*s = arg;

	while (s->nnames <= p->number) {
		s->names = mem_grow(s->names, &s->names_cap, s->nnames + 1,
		    sizeof(*s->names));
		s->names[s->nnames++] = (struct origin_name){ .path = NULL };
	}
	if (s->names[p->number].path != NULL)
		return;			/* twice: the first one counts */
	s->names[p->number] = (struct origin_name){ xstrdup(p->path),
	    p->host == NULL ? NULL : xstrdup(p->host), p->followed };
}

static bool
on_position(void *arg, const struct row *row)
{
	return positions_names(row, on_name, arg);
}

static bool
on_state(void *arg, const struct row *row)
{
	return state_loading_row(arg, row);
}

static bool
load_engine(struct standing *s, struct statedb *db, struct buf *why)
{
	struct state_loading	*l = state_loading_new(s->engine);
	bool			 good;

	state_loading_sources(l);
	good = statedb_rows(db, 0, STATE_SECTIONS - 1, on_state, l) &&
	    state_loading_end(l, &s->told);
	if (!good)
		buf_str(why, statedb_why(db)[0] != '\0' ? statedb_why(db) :
		    state_loading_why(l));
	state_loading_free(l);
	return good;
}

static bool
load_names(struct standing *s, struct statedb *db, struct buf *why)
{
	if (statedb_rows(db, POSITIONS_STREAMS, POSITIONS_STREAMS,
	    on_position, s))
		return true;
	buf_str(why, statedb_why(db)[0] != '\0' ? statedb_why(db) :
	    "sources: one that cannot be");
	return false;
}

/* False after saying why. */
static bool
load(struct standing *s)
{
	const struct engine_options	 options = { .want_uid = true,
	    .max_instances = UINT32_MAX - 1 };
	const struct alert_out		 nobody = { .arg = NULL };
	struct statedb			*db;
	struct buf			 why = { 0 };
	bool				 good;

	s->engine = engine_new(s->o->program, s->o->names, &options, &nobody);
	good = statedb_look(s->o->dir, &db, &why) == STATEDB_GOOD;
	if (good) {
		statedb_about(db, &s->about);
		good = load_engine(s, db, &why) && load_names(s, db, &why);
	}
	statedb_close(db);
	if (!good)
		log_warn("%s/" STATEDB_FILE ": %s", s->o->dir, buf_cstr(&why));
	buf_fini(&why);
	return good;
}

static void
say_differences(const struct standing *s)
{
	struct buf	 text = { 0 };

	if (s->told.rules_gone > 0) {
		buf_printf(&text, "%" PRIu64 " %s not there, with ",
		    s->told.rules_gone,
		    s->told.rules_gone == 1 ? "is" : "are");
		figures_count(&text, s->told.dropped, "item");
	}
	if (s->told.rules_new > 0)
		buf_printf(&text, "%s%" PRIu64 " %s new",
		    text.n > 0 ? "; " : "", s->told.rules_new,
		    s->told.rules_new == 1 ? "is" : "are");
	if (text.n > 0)
		log_warn("%s: the rules differ from those of the checkpoint: "
		    "%s", s->o->dir, buf_cstr(&text));
	buf_fini(&text);
}

/* What there is. */

static int
furthest_first(const void *va, const void *vb)
{
	const struct living	*a = va, *b = vb;

	if (a->state != b->state)
		return a->state > b->state ? -1 : 1;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->group < b->group ? -1 : a->group > b->group;
}

/* In order, and none that is not shown. */
static void
choose(struct standing *s)
{
	if (s->n > 1)
		qsort(s->v, s->n, sizeof(*s->v), furthest_first);
	if (s->n > s->o->limit)
		s->n = s->o->limit;
}

static void
on_living(void *arg, const struct living *l)
{
	struct standing		*s = arg;
	struct census_of	*c = &s->rules[l->rule];

	if (l->over) {
		c->over++;
		return;
	}
	c->n++;
	c->waiting[l->state]++;
	if (l->rule != s->o->rule)
		return;
	/* Of very many the half is thrown away now and then. */
	if (s->n / 2 > s->o->limit)
		choose(s);
	s->v = mem_grow(s->v, &s->cap, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = *l;
}

static int64_t
now_ms(void)
{
	struct timespec	 now;

	(void)clock_gettime(CLOCK_REALTIME, &now);	/* all have it */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static uint64_t
age_s(const struct standing *s)
{
	const int64_t	 now = now_ms();

	return s->about.millis < 0 || s->about.millis > now ? 0 :
	    (uint64_t)(now - s->about.millis) / 1000;
}

static const struct rule *
rule_at(const struct standing *s, uint32_t rule)
{
	return &s->o->program->rules[rule];
}

/* In words. */

static void
put_head(const struct standing *s)
{
	static const struct {
		uint64_t	 from, unit;	/* seconds */
		const char	*word;
	}			 units[] = {
		{ 2 * 86400, 86400, "day" }, { 2 * 3600, 3600, "hour" },
		{ 2 * 60, 60, "minute" }, { 0, 1, "second" },
	};
	const uint64_t		 age = age_s(s);
	struct engine_stats	 stats;
	size_t			 i = 0;

	engine_stats(s->engine, &stats);
	while (age < units[i].from)
		i++;
	buf_printf(s->out, "checkpoint %" PRIu64 " of ", s->about.number);
	facts_time(s->out, s->about.millis);
	buf_str(s->out, ", ");
	figures_count(s->out, age / units[i].unit, units[i].word);
	buf_str(s->out, " old\n");
	figures_count(s->out, stats.records, "record");
	buf_str(s->out, " seen, ");
	figures_count(s->out, s->told.instances, "sequence");
	buf_char(s->out, '\n');
}

static void
put_rule(const struct standing *s, uint32_t rule)
{
	const struct rule	*r = rule_at(s, rule);
	const struct census_of	*c = &s->rules[rule];
	bool			 any = false;

	buf_escape(s->out, slice_str(r->label));
	buf_str(s->out, " (");
	buf_escape(s->out, slice_str(r->file));
	buf_printf(s->out, ":%u): ", r->line);
	if (c->n == 0)
		buf_str(s->out, "nothing waits");
	for (uint32_t i = 0; i < r->nstates; i++) {
		if (c->waiting[i] == 0)
			continue;
		buf_printf(s->out, "%s%" PRIu64, any ? ", " : "",
		    c->waiting[i]);
		if (!any)
			buf_str(s->out, r->any_order ? " under way" :
			    c->waiting[i] == 1 ? " waits" : " wait");
		if (r->any_order)
			buf_printf(s->out, " with %" PRIu32 " of %zu states",
			    i, r->nstates);
		else
			buf_printf(s->out, " for state %" PRIu32 " of %zu",
			    i + 1, r->nstates);
		any = true;
	}
	if (c->over > 0)
		buf_printf(s->out, "; %" PRIu64 " over age", c->over);
	buf_char(s->out, '\n');
}

/* What is met, and what is not, of states in any order. */
static void
put_under_way(const struct standing *s, const struct living *l)
{
	const struct rule	*r = s->words.rule;
	const char		*before = "; lacks ";

	buf_printf(s->out, "under way: %" PRIu32 " of %zu states", l->state,
	    r->nstates);
	for (uint32_t i = 0; i < r->nstates; i++) {
		const uint64_t	 n = engine_living_count(s->engine, l, i);

		if (n >= r->states[i].multiplier)
			continue;
		buf_printf(s->out, "%sstate %" PRIu32, before, i + 1);
		if (r->states[i].multiplier > 1)
			buf_printf(s->out, " (%" PRIu64 " of %" PRIu32 ")", n,
			    r->states[i].multiplier);
		before = ", ";
	}
}

static void
put_waits(const struct standing *s, const struct living *l)
{
	const struct state	*state = &s->words.rule->states[l->state];

	buf_str(s->out, "waits for ");
	telling_state(&s->words, l->state, s->out);
	if (l->count > 0 && state->multiplier > 1)
		buf_printf(s->out, " with %" PRIu64 " of %" PRIu32, l->count,
		    state->multiplier);
}

static void
put_end(const struct standing *s, const struct living *l)
{
	static const char *const	words[] = {
		[LIVING_FOREVER] = "  for ever\n",
		[LIVING_TIMEOUT] = ", by timeout\n",
		[LIVING_WITHIN] = ", by within\n",
		[LIVING_ABSENT] = ", when nothing will have come\n",
	};

	if (l->end != LIVING_FOREVER) {
		buf_str(s->out, "  until ");
		facts_time(s->out, l->end_ms);
	}
	buf_str(s->out, words[l->end]);
}

static const struct origin_name *
name_of(const struct standing *s, uint32_t source)
{
	static const struct origin_name	 unknown = { .path = NULL };

	return source < s->nnames ? &s->names[source] : &unknown;
}

static void
put_source(const struct standing *s, const struct living *l)
{
	const struct origin_name	*name = name_of(s, l->source);

	buf_str(s->out, "  in ");
	if (name->path == NULL)
		buf_printf(s->out, "source %" PRIu32, l->source);
	else
		buf_escape(s->out, slice_str(name->path));
	if (name->host != NULL) {
		buf_str(s->out, ", host ");
		buf_escape(s->out, slice_str(name->host));
	}
	if (l->has_place)
		buf_printf(s->out, ": first record at %" PRIu64 "%s",
		    l->offset, name->followed ? " of its trail" : "");
	buf_char(s->out, '\n');
}

static void
put_living(const struct standing *s, const struct living *l)
{
	struct value	 values[VARIABLES_MAX];

	buf_char(s->out, '\n');
	if (s->words.rule->any_order)
		put_under_way(s, l);
	else
		put_waits(s, l);
	engine_living_values(s->engine, l, values);
	telling_bound(&s->words, values, true, 0, s->out);
	buf_str(s->out, "\n  begun ");
	facts_time(s->out, l->first_ms);
	buf_str(s->out, ", ");
	figures_count(s->out, l->records, "record");
	if (l->has_last && l->records > 1) {
		buf_str(s->out, ", the last one ");
		facts_time(s->out, l->last_ms);
	}
	buf_char(s->out, '\n');
	put_end(s, l);
	put_source(s, l);
}

static void
tell_text(const struct standing *s)
{
	const uint32_t	 rule = s->o->rule;
	uint64_t	 idle = 0;

	put_head(s);
	buf_char(s->out, '\n');
	for (uint32_t i = 0; i < s->o->program->nrules; i++) {
		if (rule == PROGRAM_NONE && s->rules[i].n +
		    s->rules[i].over == 0)
			idle++;
		else if (rule == PROGRAM_NONE || rule == i)
			put_rule(s, i);
	}
	if (idle > 0) {
		figures_count(s->out, idle, "rule");
		buf_str(s->out, idle == 1 ? " has" : " have");
		buf_str(s->out, " nothing that waits\n");
	}
	for (size_t i = 0; i < s->n; i++)
		put_living(s, &s->v[i]);
	if (rule != PROGRAM_NONE && s->rules[rule].n > s->n)
		buf_printf(s->out, "\n%" PRIu64 " more that came less far, or "
		    "began later; --all shows everything\n",
		    s->rules[rule].n - s->n);
}

/* As JSON. */

static void
put_uint(struct json *j, const char *key, uint64_t v)
{
	json_key(j, key);
	json_uint(j, v);
}

static void
put_time(struct json *j, const char *key, bool has, int64_t millis)
{
	if (has)
		jsonfacts_time(j, key, millis);
	else
		jsonfacts_cstr(j, key, NULL);
}

static void
begin(struct json *j, const struct standing *s, const char *what)
{
	json_init(j, s->out);
	json_begin_object(j);
	jsonfacts_cstr(j, "what", what);
}

static void
end(struct json *j)
{
	json_end_object(j);
	buf_char(j->out, '\n');
}

static void
json_head(const struct standing *s)
{
	struct engine_stats	 stats;
	struct json		 j;

	engine_stats(s->engine, &stats);
	begin(&j, s, "checkpoint");
	put_uint(&j, "number", s->about.number);
	jsonfacts_time(&j, "time", s->about.millis);
	put_uint(&j, "age_s", age_s(s));
	jsonfacts_cstr(&j, "version", s->about.program);
	put_uint(&j, "records", stats.records);
	put_uint(&j, "sequences", s->told.instances);
	put_uint(&j, "rules_gone", s->told.rules_gone);
	put_uint(&j, "rules_new", s->told.rules_new);
	put_uint(&j, "dropped", s->told.dropped);
	end(&j);
}

static void
json_rule(const struct standing *s, uint32_t rule)
{
	const struct rule	*r = rule_at(s, rule);
	const struct census_of	*c = &s->rules[rule];
	struct buf		 place = { 0 };
	struct json		 j;

	begin(&j, s, "rule");
	jsonfacts_cstr(&j, "rule", r->label);
	buf_printf(&place, "%s:%u", r->file, r->line);
	jsonfacts_cstr(&j, "defined", buf_cstr(&place));
	put_uint(&j, "sequences", c->n);
	json_key(&j, r->any_order ? "met" : "waiting");
	json_begin_array(&j);
	for (uint32_t i = 0; i < r->nstates; i++)
		json_uint(&j, c->waiting[i]);
	json_end_array(&j);
	put_uint(&j, "over_age", c->over);
	if (rule == s->o->rule)
		put_uint(&j, "left_out", c->n - s->n);
	end(&j);
	buf_fini(&place);
}

/* Which state is waited for; with `order any`, what each of them has. */
static void
json_state(struct json *j, const struct standing *s, const struct living *l)
{
	const struct rule	*r = s->words.rule;

	put_uint(j, "states", r->nstates);
	if (r->any_order) {
		put_uint(j, "met", l->state);
		json_key(j, "counts");
		json_begin_array(j);
		for (uint32_t i = 0; i < r->nstates; i++)
			json_uint(j, engine_living_count(s->engine, l, i));
		json_end_array(j);
		return;
	}
	put_uint(j, "state", (uint64_t)l->state + 1);
	put_uint(j, "count", l->count);
	put_uint(j, "multiplier", r->states[l->state].multiplier);
}

static void
json_living(const struct standing *s, const struct living *l)
{
	static const char *const	 ends[] = {
		[LIVING_FOREVER] = NULL, [LIVING_TIMEOUT] = "timeout",
		[LIVING_WITHIN] = "within", [LIVING_ABSENT] = "absent",
	};
	const struct origin_name	*name = name_of(s, l->source);
	struct value			 values[VARIABLES_MAX];
	struct json			 j;

	begin(&j, s, "waits");
	jsonfacts_cstr(&j, "rule", s->words.rule->label);
	json_state(&j, s, l);
	jsonfacts_time(&j, "first", l->first_ms);
	put_time(&j, "last", l->has_last, l->last_ms);
	put_time(&j, "until", l->end != LIVING_FOREVER, l->end_ms);
	jsonfacts_cstr(&j, "until_by", ends[l->end]);
	put_uint(&j, "records", l->records);
	engine_living_values(s->engine, l, values);
	telljson_bound(&j, s->words.rule, values);
	jsonfacts_cstr(&j, "source", name->path);
	jsonfacts_cstr(&j, "host", name->host);
	json_key(&j, "offset");
	if (l->has_place)
		json_uint(&j, l->offset);
	else
		json_nil(&j);
	end(&j);
}

static void
tell_json(const struct standing *s)
{
	json_head(s);
	for (uint32_t i = 0; i < s->o->program->nrules; i++)
		if (s->o->rule == PROGRAM_NONE || s->o->rule == i)
			json_rule(s, i);
	for (size_t i = 0; i < s->n; i++)
		json_living(s, &s->v[i]);
}

/* All. */

static void
take_census(struct standing *s)
{
	const struct program	*p = s->o->program;

	s->rules = xcalloc(p->nrules + 1, sizeof(*s->rules));
	for (uint32_t i = 0; i < p->nrules; i++)
		s->rules[i].waiting = xcalloc(p->rules[i].nstates + 1,
		    sizeof(*s->rules[i].waiting));
	engine_living(s->engine, s->o->rule, on_living, s);
	choose(s);
}

static void
tell(struct standing *s)
{
	const struct standing_options	*o = s->o;
	struct misses			*misses = NULL;

	if (o->rule != PROGRAM_NONE) {
		misses = misses_new(o->program, rule_at(s, o->rule),
		    explain_item(o->tree, o->rule), o->accounts);
		s->words = (struct telling){ .names = o->names,
		    .accounts = o->accounts, .rule = rule_at(s, o->rule),
		    .misses = misses };
	}
	take_census(s);
	if (o->json)
		tell_json(s);
	else
		tell_text(s);
	misses_free(misses);
}

static void
fini(struct standing *s)
{
	for (size_t i = 0; i < s->nnames; i++) {
		free(s->names[i].path);
		free(s->names[i].host);
	}
	for (size_t i = 0; s->rules != NULL && i < s->o->program->nrules; i++)
		free(s->rules[i].waiting);
	free(s->names);
	free(s->rules);
	free(s->v);
	engine_free(s->engine);
}

bool
standing_tell(const struct standing_options *o, struct buf *out)
{
	struct standing	 s = { .o = o, .out = out };
	const bool	 good = load(&s);

	if (good) {
		say_differences(&s);
		tell(&s);
	}
	fini(&s);
	return good;
}
