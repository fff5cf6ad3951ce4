/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cost.c - what rules ask of the machine, and of the audit policy.
 *
 * Everything is read off the compiled program: an event that is in no table of
 * the dialect costs nothing, since no rule of classes hears of it.
 */
#include "run/cost.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "rule/fields.h"

#define NAMES_SHOWN	6u		/* of events, before "and N more" */

/* Does any state, or block that cancels, of the rule wait for the event? */
static bool
waits_for(const struct program *p, const struct state *s, enum dialect d,
    uint16_t event)
{
	if (s->never || s->nalerts > 0)
		return false;
	return s->any_event || event_set_has(&p->event_sets[s->events], d,
	    event) != s->not_event;
}

static bool
listens_to(const struct program *p, const struct rule *r, enum dialect d,
    uint16_t event)
{
	for (size_t i = 0; i < r->nstates; i++)
		if (waits_for(p, &r->states[i], d, event))
			return true;
	for (size_t i = 0; i < r->ncancels; i++)
		if (waits_for(p, &r->cancels[i], d, event))
			return true;
	return r->strict;
}

static void
tell_events(const struct program *p, const struct rule *r,
    const struct names *names, enum dialect d, struct buf *out)
{
	size_t				 n, heard = 0;
	const struct event_name		*rows = names_events(names, d, &n);

	buf_str(out, "    listens to  ");
	for (size_t i = 0; i < n; i++) {
		if (names_event(names, d, rows[i].number) != &rows[i] ||
		    !listens_to(p, r, d, rows[i].number))
			continue;
		if (heard++ >= NAMES_SHOWN)
			continue;
		buf_str(out, heard == 1 ? "" : ", ");
		buf_str(out, rows[i].name);
	}
	if (heard > NAMES_SHOWN)
		buf_printf(out, " and %zu more", heard - NAMES_SHOWN);
	if (heard == 0)
		buf_str(out, "no event of this system");
	buf_printf(out, " (%zu of %zu)\n", heard, n);
}

/* What is asked of a record besides what the index answers. */
struct asked {
	size_t	 patterns;	/* regular expressions */
	size_t	 others;	/* tables, ranges, fields */
	size_t	 bound;		/* variables */
	size_t	 fresh;		/* `new` */
};

static void	 count_asked(const struct program *, const struct state *,
		    struct asked *);

static void
count_predicate(const struct program *p, const struct predicate *q,
    struct asked *a)
{
	if (q->kind == PRED_EITHER)
		for (size_t i = 0; i < q->nblocks; i++)
			count_asked(p, &q->blocks[i], a);
	else if (q->kind == PRED_BOUND)
		a->bound++;
	else if (q->kind == PRED_NEW)
		a->fresh++;
	else if (q->kind == PRED_SET &&
	    p->match_sets[q->set].type == MATCH_PCRE)
		a->patterns += p->match_sets[q->set].n;
	else
		a->others++;
}

static void
count_asked(const struct program *p, const struct state *s, struct asked *a)
{
	if (s->objects != PROGRAM_NONE &&
	    p->object_sets[s->objects].type == OBJECT_PCRE)
		a->patterns += p->object_sets[s->objects].n;
	for (size_t i = 0; i < s->npredicates; i++)
		count_predicate(p, &p->predicates[s->predicates[i]], a);
}

static void
tell_count(struct buf *out, size_t n, const char *one, const char *many,
    const char **before)
{
	if (n == 0)
		return;
	buf_printf(out, "%s%zu %s", *before, n, n == 1 ? one : many);
	*before = ", ";
}

static void
tell_asked(const struct program *p, const struct rule *r, struct buf *out)
{
	struct asked	 a = { 0 };
	const char	*before = "then asks ";

	for (size_t i = 0; i < r->nstates; i++)
		count_asked(p, &r->states[i], &a);
	for (size_t i = 0; i < r->ncancels; i++)
		count_asked(p, &r->cancels[i], &a);
	for (size_t i = 0; i < r->nexcepts; i++)
		count_asked(p, &r->excepts[i], &a);
	buf_str(out, "    decides by  ");
	if (a.patterns + a.others + a.bound + a.fresh + r->nexcepts == 0) {
		buf_str(out, "the index alone: event, outcome, id and path in "
		    "one look\n");
		return;
	}
	buf_str(out, "the index (event, outcome, id, path), ");
	tell_count(out, a.others, "predicate", "predicates", &before);
	tell_count(out, a.patterns, "regular expression",
	    "regular expressions", &before);
	tell_count(out, a.bound, "bound value", "bound values", &before);
	tell_count(out, a.fresh, "table of what was seen",
	    "tables of what was seen", &before);
	tell_count(out, r->nexcepts, "exception", "exceptions", &before);
	buf_char(out, '\n');
}

static void
tell_key(const struct rule *r, struct buf *out)
{
	static const char *const	 subjects[] = { "auid", "euid", "egid",
	    "ruid", "rgid" };

	if (r->by_none && r->nby == 0 && r->scope == SCOPE_GLOBAL) {
		buf_str(out, r->across_hosts ? "all hosts" : "each host");
		return;
	}
	buf_str(out, "each ");
	if (!r->by_none)
		buf_str(out, subjects[r->subject]);
	if (r->scope != SCOPE_GLOBAL)
		buf_printf(out, "%s%s", r->by_none ? "" : " and ",
		    r->scope == SCOPE_PROCESS ? "process" : "session");
	for (size_t i = 0; i < r->nby; i++)
		buf_printf(out, "%s%s", i == 0 && r->by_none &&
		    r->scope == SCOPE_GLOBAL ? "" : " and ",
		    field_rows[r->by[i]].word);
	buf_str(out, r->across_hosts ? "" : " of each host");
}

static void
tell_kept(const struct rule *r, struct buf *out)
{
	uint64_t	 records = 0;
	bool		 counts = false;

	for (size_t i = 0; i < r->nstates; i++) {
		records += r->states[i].absent_ms >= 0 ? 0 :
		    r->states[i].multiplier;
		counts |= r->new_life && r->states[i].multiplier > 1;
	}
	buf_str(out, "    keeps       ");
	if (records < 2 && r->nstates < 2) {
		buf_str(out, r->cooldown_ms == 0 ? "nothing\n" :
		    "the time of the last alert, for ");
		if (r->cooldown_ms == 0)
			return;
	} else {
		buf_printf(out, "%u bytes", ENGINE_INSTANCE_BYTES);
		if (r->nstates > 1)
			buf_printf(out, ", %u more for each further state of "
			    "%zu", ENGINE_STATE_BYTES, r->nstates);
		if (counts)
			buf_printf(out, ", %u more for each record that is "
			    "counted", ENGINE_COUNTED_BYTES);
		buf_str(out, r->nvariables > 0 ? ", and what is bound, for " :
		    ", for ");
	}
	tell_key(r, out);
	buf_str(out, r->timeout_s == 0 && r->window_s == 0 && records > 1 ?
	    ", for ever\n" : "\n");
}

void
cost_tell(const struct program *p, size_t rule, const struct names *names,
    enum dialect d, struct buf *out)
{
	const struct rule	*r = &p->rules[rule];

	buf_escape(out, slice_str(r->label));
	buf_printf(out, " (");
	buf_escape(out, slice_str(r->file));
	buf_printf(out, ":%u)%s\n", r->line, r->enabled ? "" : ", not enabled");
	tell_events(p, r, names, d, out);
	tell_asked(p, r, out);
	tell_kept(r, out);
}

/* The policy. */

/* Take the next line, without its newline. */
static bool
take_line(struct slice *text, struct slice *line)
{
	const uint8_t	*end;

	if (text->n == 0)
		return false;
	end = memchr(text->p, '\n', text->n);
	*line = (struct slice){ text->p, end == NULL ? text->n :
	    (size_t)(end - text->p) };
	text->p += line->n + (end != NULL);
	text->n -= line->n + (end != NULL);
	return true;
}

static bool
take_word(struct slice *line, const char *word)
{
	if (!slice_has_prefix(*line, slice_str(word)))
		return false;
	line->p += strlen(word);
	line->n -= strlen(word);
	return true;
}

bool
policy_read(const struct names *names, struct slice text,
    struct flags all[DIALECTS], struct buf *why)
{
	struct slice	 line, bad;
	bool		 any = false;

	memset(all, 0, DIALECTS * sizeof(all[0]));
	while (take_line(&text, &line)) {
		struct flags	 one[DIALECTS];

		while (line.n > 0 && strchr(" \t\r", line.p[line.n - 1]))
			line.n--;
		if (!take_word(&line, "flags:") &&
		    !take_word(&line, "naflags:"))
			continue;
		any = true;
		if (!flags_parse(names, line, one, &bad)) {
			buf_str(why, "no audit class is called '");
			buf_escape(why, bad);
			buf_char(why, '\'');
			return false;
		}
		for (enum dialect d = 0; d < DIALECTS; d++) {
			all[d].success |= one[d].success;
			all[d].failure |= one[d].failure;
		}
	}
	if (!any)
		buf_str(why, "has neither a 'flags:' nor a 'naflags:' line");
	return any;
}

/* Is an event audited that the state waits for, with its outcome? */
static bool
can_be_met(const struct program *p, const struct state *s,
    const struct names *names, enum dialect d, const struct flags *flags)
{
	size_t				 n;
	const struct event_name		*rows = names_events(names, d, &n);

	if (s->nalerts > 0)
		return true;		/* told of the rule it waits for */
	for (size_t i = 0; i < n; i++) {
		if (names_event(names, d, rows[i].number) != &rows[i] ||
		    !waits_for(p, s, d, rows[i].number))
			continue;
		if ((s->status != STATUS_FAILURE &&
		    flags_preselect(flags, rows[i].classes, true)) ||
		    (s->status != STATUS_SUCCESS &&
		    flags_preselect(flags, rows[i].classes, false)))
			return true;
	}
	return false;
}

/* The first event that the state waits for and why nobody audits it. */
static void
tell_unmet(const struct program *p, const struct state *s,
    const struct names *names, enum dialect d, struct buf *out)
{
	size_t				 n;
	const struct event_name		*rows = names_events(names, d, &n);

	for (size_t i = 0; i < n; i++) {
		if (names_event(names, d, rows[i].number) != &rows[i] ||
		    !waits_for(p, s, d, rows[i].number))
			continue;
		buf_str(out, rows[i].name);
		buf_str(out, rows[i].classes == 0 ?
		    ", which is in no audit class" :
		    ", whose classes are not audited with this outcome");
		return;
	}
	buf_str(out, "an event that this system does not have");
}

bool
policy_tell(const struct program *p, size_t rule, const struct names *names,
    enum dialect d, const struct flags *flags, struct buf *out)
{
	const struct rule	*r = &p->rules[rule];
	bool			 fires = true;

	for (size_t i = 0; i < r->nstates; i++) {
		const struct state	*s = &r->states[i];

		if (s->absent_ms >= 0 || can_be_met(p, s, names, d, flags))
			continue;
		fires = false;
		buf_escape(out, slice_str(r->file));
		buf_printf(out, ":%u: ", r->line);
		buf_escape(out, slice_str(r->label));
		buf_printf(out, " can never fire: state %zu waits for ", i + 1);
		tell_unmet(p, s, names, d, out);
		buf_char(out, '\n');
	}
	return fires;
}
