/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program.c - the program: its memory, its look-ups, and a listing of it.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "rule/compile.h"
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
put_state(struct buf *out, const struct state *s)
{
	buf_printf(out, "\tstate %s", statuses[s->status]);
	if (s->never)
		buf_str(out, " never");
	else if (s->any_event)
		buf_str(out, " any event");
	else
		buf_printf(out, " %sevents %lu", s->not_event ? "not " : "",
		    (unsigned long)s->events);
	if (s->objects != PROGRAM_NONE)
		buf_printf(out, " %sobjects %lu", s->not_object ? "not " : "",
		    (unsigned long)s->objects);
	buf_printf(out, " times %lu\n", (unsigned long)s->multiplier);
	if (s->trigger != NULL)
		put_trigger(out, s->trigger);
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
	for (size_t i = 0; i < r->nstates; i++)
		put_state(out, &r->states[i]);
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
	put_sets(out, p);
	for (size_t i = 0; i < p->nchannels; i++) {
		const struct channel	*c = &p->channels[i];

		buf_printf(out, "channel %zu %s", i, channels[c->type]);
		put_quoted(out, "name", c->name);
		buf_printf(out, " priority %d", c->priority);
		put_quoted(out, "directory", c->directory);
		buf_char(out, '\n');
	}
}
