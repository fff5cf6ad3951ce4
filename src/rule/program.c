/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program.c - the program: its memory, its look-ups, and a listing of it.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <arpa/inet.h>

#include "base/arena.h"
#include "base/buf.h"
#include "rule/compile.h"
#include "rule/fields.h"
#include "rule/program.h"

/* A program as it stands in its arena. */
struct owned {
	struct program	 program;	/* comes first */
	struct arena	*arena;
};

struct program *
program_new(struct arena *arena)
{
	struct owned	*o = arena_alloc(arena, sizeof(*o));

	o->arena = arena;
	return &o->program;
}

void
program_free(struct program *p)
{
	if (p != NULL)
		arena_free(((struct owned *)(void *)p)->arena);
}

const char *
program_field_word(enum rule_field field)
{
	return field_rows[field].word;
}

bool
event_set_has(const struct event_set *set, enum dialect d, uint16_t number)
{
	const uint16_t	*numbers = set->numbers[d];
	size_t		 from = 0, to = set->n[d];

	while (from < to) {
		const size_t	middle = from + (to - from) / 2;

		if (numbers[middle] == number)
			return true;
		if (numbers[middle] < number)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}

bool
id_set_has(const struct id_set *set, uint32_t id)
{
	size_t	from = 0, to = set->n;

	while (from < to) {
		const size_t	middle = from + (to - from) / 2;

		if (set->ids[middle] == id)
			return true;
		if (set->ids[middle] < id)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}

static const char *const subjects[] = {
	"auid", "euid", "egid", "ruid", "rgid"
};
static const char *const statuses[] = { "any", "success", "failure" };
static const char *const scopes[] = { "global", "process", "session" };
static const char *const zones[] = { "free", "none", "any", "pattern" };
static const char *const channels[] = { "stderr", "syslog", "bsm" };
static const char *const variables[] = {
	"$subject", "$esubject", "$object", "$rule", "$priority", "$pid",
	"$session", "$address", "$zone", "$host", "$time", "$evidence", "$uid"
};

static void
put_quoted(struct buf *out, const char *key, const char *value)
{
	if (value == NULL)
		return;
	if (out->n > 0 && out->p[out->n - 1] != '\n')
		buf_char(out, ' ');
	buf_printf(out, "%s \"", key);
	buf_escape(out, slice_str(value));
	buf_char(out, '"');
}

static void
put_trigger(struct buf *out, const struct trigger *t)
{
	buf_str(out, "\t\ttrigger");
	for (size_t i = 0; i < t->n; i++) {
		buf_str(out, " [");
		for (size_t j = 0; j < t->words[i].n; j++) {
			const struct piece	*p = &t->words[i].pieces[j];

			if (p->kind == PIECE_VARIABLE)
				buf_str(out, variables[p->variable]);
			else
				buf_escape(out, slice_str(p->text));
		}
		buf_char(out, ']');
	}
	buf_char(out, '\n');
}

static void
put_fields(struct buf *out, const char *word, const enum rule_field *fields,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s", i == 0 ? word : ",",
		    field_rows[fields[i]].word);
}

static void
put_numbers(struct buf *out, const char *word, const uint32_t *numbers,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%lu", i == 0 ? word : " ",
		    (unsigned long)numbers[i]);
}

static void
put_part(struct buf *out, enum rule_field field, uint32_t part)
{
	buf_str(out, field_rows[field].word);
	if (part != PART_ALL)
		buf_printf(out, "[%lu]", (unsigned long)part);
}

/* What is asked of one record. */
static void
put_block(struct buf *out, const char *word, const struct state *s)
{
	buf_printf(out, "\t%s %s", word, statuses[s->status]);
	if (s->never)
		buf_str(out, " never");
	else if (s->any_event)
		buf_str(out, " any event");
	else if (s->nalerts > 0)
		put_numbers(out, " alerts ", s->alerts, s->nalerts);
	else
		buf_printf(out, " %sevents %lu", s->not_event ? "not " : "",
		    (unsigned long)s->events);
	if (s->objects != PROGRAM_NONE)
		buf_printf(out, " %sobjects %lu", s->not_object ? "not " : "",
		    (unsigned long)s->objects);
	put_numbers(out, " predicates ", s->predicates, s->npredicates);
}

static void
put_state(struct buf *out, const struct state *s)
{
	put_block(out, "state", s);
	buf_printf(out, " times %lu%s", (unsigned long)s->multiplier,
	    s->or_more ? " or more" : "");
	if (s->distinct != FIELDS)
		put_fields(out, " distinct ", &s->distinct, 1);
	if (s->window_ms >= 0)
		buf_printf(out, " in %lld", (long long)s->window_ms);
	if (s->within_ms >= 0)
		buf_printf(out, " within %lld", (long long)s->within_ms);
	if (s->absent_ms >= 0)
		buf_printf(out, " absent %lld", (long long)s->absent_ms);
	for (size_t i = 0; i < s->nbinds; i++) {
		buf_printf(out, " bind %lu %s",
		    (unsigned long)s->binds[i].variable,
		    s->binds[i].which == WHICH_ANY ? "any " : "");
		put_part(out, s->binds[i].field, s->binds[i].part);
	}
	buf_char(out, '\n');
	if (s->trigger != NULL)
		put_trigger(out, s->trigger);
}

/* What the second edition adds to a rule; of an old one nothing. */
static void
put_life(struct buf *out, const struct rule *r)
{
	if (r->new_life || r->cooldown_ms > 0 || r->awaited)
		buf_printf(out, "\tlife %s%s%s%s%s", r->new_life ? "new" :
		    "old", r->strict ? " strict" : "",
		    r->any_order ? " any order" : "",
		    r->across_hosts ? " across hosts" : "",
		    r->by_none ? " by none" : "");
	put_fields(out, " by ", r->by, r->nby);
	if (r->cooldown_ms > 0)
		buf_printf(out, " cooldown %lld", (long long)r->cooldown_ms);
	if (r->awaited)
		buf_str(out, " awaited");
	if (r->new_life || r->cooldown_ms > 0 || r->awaited)
		buf_char(out, '\n');
	for (size_t i = 0; i < r->nvariables; i++)
		buf_printf(out, "\tvariable %zu %s is %s of state %lu\n", i,
		    r->variables[i].name, field_kind_name(r->variables[i].kind),
		    (unsigned long)r->variables[i].state);
}

static void
put_rule(struct buf *out, const struct rule *r)
{
	put_quoted(out, "rule", r->label);
	buf_printf(out, " priority %ld serial %lu scope %s%s\n",
	    (long)r->priority, (unsigned long)r->serial, scopes[r->scope],
	    r->enabled ? "" : " disabled");
	buf_printf(out, "\tsubject %s", subjects[r->subject]);
	if (r->any_subject)
		buf_str(out, " any");
	else
		buf_printf(out, " %sids %lu", r->not_subject ? "not " : "",
		    (unsigned long)r->subjects);
	buf_printf(out, " timeout %lld window %lld/%u zone %s",
	    (long long)r->timeout_s, (long long)r->window_s, r->window_prob,
	    zones[r->zone]);
	put_quoted(out, "is", r->zone_pattern);
	put_quoted(out, "logfile", r->logfile);
	for (size_t i = 0; i < r->nchannels; i++)
		buf_printf(out, " channel %lu", (unsigned long)r->channels[i]);
	buf_char(out, '\n');
	put_life(out, r);
	for (size_t i = 0; i < r->nstates; i++)
		put_state(out, &r->states[i]);
	for (size_t i = 0; i < r->ncancels; i++) {
		put_block(out, "cancel", &r->cancels[i]);
		buf_char(out, '\n');
	}
	for (size_t i = 0; i < r->nexcepts; i++) {
		put_block(out, "except", &r->excepts[i]);
		buf_char(out, '\n');
	}
}

static const char *const compares[] = { "==", "!=", "<", ">", "&", "in" };
static const char *const whichs[] = { "", "any ", "all " };

static void
put_compare(struct buf *out, const struct predicate *p)
{
	buf_printf(out, " %s ", compares[p->compare]);
	if (p->kind == PRED_NUMBER)
		buf_printf(out, "%llu", (unsigned long long)p->number);
	else if (p->kind == PRED_FIELD)
		buf_str(out, field_rows[p->other].word);
	else
		buf_printf(out, "variable %lu", (unsigned long)p->variable);
}

static void
put_predicate(struct buf *out, const struct predicate *p)
{
	if (p->negated)
		buf_str(out, "not ");
	if (p->kind != PRED_EITHER) {
		buf_str(out, whichs[p->which]);
		put_part(out, p->field, p->part);
	}
	if (p->argument != NULL) {
		buf_str(out, " \"");
		buf_escape(out, slice_str(p->argument));
		buf_char(out, '"');
	} else if (p->field == FIELD_ARGUMENT)
		buf_printf(out, " %lu", (unsigned long)p->position);
	switch (p->kind) {
	case PRED_SET:
	case PRED_RANGES:
		buf_printf(out, " set %lu", (unsigned long)p->set);
		break;
	case PRED_NUMBER:
	case PRED_FIELD:
	case PRED_BOUND:
		put_compare(out, p);
		break;
	case PRED_CLOCK:
		buf_printf(out, " minutes %u..%u", p->from, p->until);
		break;
	case PRED_DAY:
		buf_printf(out, " bits %llx", (unsigned long long)p->number);
		break;
	case PRED_NONE:
		buf_str(out, " none");
		break;
	case PRED_NEW:
		put_fields(out, " by ", p->by, p->nby);
		buf_printf(out, " new in %lld learning %lld",
		    (long long)p->window_ms, (long long)p->learning_ms);
		break;
	case PRED_EITHER:
		buf_str(out, "either");
		break;
	}
	if (p->bound)
		buf_str(out, " bound");
	buf_char(out, '\n');
	for (size_t i = 0; i < p->nblocks; i++) {
		put_block(out, "or", &p->blocks[i]);
		buf_char(out, '\n');
	}
}

static void
put_values(struct buf *out, const struct match_set *m)
{
	char	text[INET6_ADDRSTRLEN];

	for (size_t i = 0; i < m->n; i++)
		if (m->type == MATCH_ID)
			buf_printf(out, " %lu", (unsigned long)m->ids[i]);
		else if (m->type == MATCH_RANGE)
			buf_printf(out, " %llu..%llu",
			    (unsigned long long)m->ranges[i].low,
			    (unsigned long long)m->ranges[i].high);
		else if (m->type == MATCH_ADDRESS) {
			(void)inet_ntop(AF_INET6, m->networks[i].bytes, text,
			    sizeof(text));
			buf_printf(out, " %s/%u", text, m->networks[i].bits);
		} else {
			buf_str(out, " \"");
			buf_escape(out, m->entries[i]);
			buf_char(out, '"');
		}
	for (enum dialect d = 0; d < DIALECTS && m->type == MATCH_ERRNO; d++) {
		buf_printf(out, " %s", names_dialect_name(d));
		for (size_t i = 0; i < m->nerrors[d]; i++)
			buf_printf(out, " %u", m->errors[d][i]);
	}
}

static void
put_match_sets(struct buf *out, const struct program *p)
{
	static const char *const	types[] = {
		"ids", "prefix", "pcre", "exact", "dir", "glob", "text",
		"address", "range", "errno"
	};

	for (size_t i = 0; i < p->nmatch_sets; i++) {
		buf_printf(out, "set %zu %s:", i, types[p->match_sets[i].type]);
		put_values(out, &p->match_sets[i]);
		buf_char(out, '\n');
	}
}

static void
put_sets(struct buf *out, const struct program *p)
{
	for (size_t i = 0; i < p->nid_sets; i++) {
		buf_printf(out, "ids %zu:", i);
		for (size_t j = 0; j < p->id_sets[i].n; j++)
			buf_printf(out, " %lu",
			    (unsigned long)p->id_sets[i].ids[j]);
		buf_char(out, '\n');
	}
	for (size_t i = 0; i < p->nevent_sets; i++)
		for (enum dialect d = 0; d < DIALECTS; d++) {
			const struct event_set	*e = &p->event_sets[i];

			buf_printf(out, "events %zu%s %s:", i,
			    e->classes ? " of classes" : "",
			    names_dialect_name(d));
			for (size_t j = 0; j < e->n[d]; j++)
				buf_printf(out, " %u", e->numbers[d][j]);
			buf_char(out, '\n');
		}
	for (size_t i = 0; i < p->nobject_sets; i++) {
		const struct object_set	*o = &p->object_sets[i];

		buf_printf(out, "objects %zu %s:", i,
		    o->type == OBJECT_PATH ? "path" : "pcre");
		for (size_t j = 0; j < o->n; j++) {
			buf_str(out, " \"");
			buf_escape(out, o->entries[j]);
			buf_char(out, '"');
		}
		buf_char(out, '\n');
	}
}

void
program_list(const struct program *p, struct buf *out)
{
	for (size_t i = 0; i < p->nrules; i++)
		put_rule(out, &p->rules[i]);
	for (size_t i = 0; i < p->npredicates; i++) {
		buf_printf(out, "predicate %zu ", i);
		put_predicate(out, &p->predicates[i]);
	}
	put_sets(out, p);
	put_match_sets(out, p);
	if (p->path_cache != PATH_CACHE_CLASSIC)
		buf_printf(out, "path-cache %s\n",
		    p->path_cache == PATH_CACHE_OFF ? "off" : "follow");
	for (size_t i = 0; i < p->nchannels; i++) {
		const struct channel	*c = &p->channels[i];

		buf_printf(out, "channel %zu %s", i, channels[c->type]);
		put_quoted(out, "name", c->name);
		buf_printf(out, " priority %d", c->priority);
		put_quoted(out, "directory", c->directory);
		buf_char(out, '\n');
	}
}
