/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * telling.c - the steps of a rule in words, for `explain`.
 */
#include "run/telling.h"

#include <inttypes.h>

#include "rule/fields.h"
#include "sink/facts.h"

/* "2026-01-01T00:00:00.000Z  t.bsm:99  AUE_EXECVE "/bin/sh", failure, EPERM" */
void
telling_record(const struct telling *x, const struct record *r,
    struct buf *out)
{
	struct facts	 f;

	facts_read(&f, x->names, r->bytes);
	facts_time(out, f.millis);
	buf_str(out, "  ");
	buf_escape(out, slice_str(x->trail));
	buf_printf(out, ":%" PRIu64 "  ", r->offset);
	if (f.event_name != NULL)
		buf_str(out, f.event_name);
	else
		buf_printf(out, "event %u", f.event);
	if (f.has_path) {
		buf_char(out, ' ');
		misses_value(x->misses, KIND_PATH, &(struct value){
		    .kind = VALUE_TEXT, .bytes = f.path }, out);
	}
	buf_str(out, f.failed ? ", failure" : "");
	if (f.error_name != NULL)
		buf_printf(out, ", %s", f.error_name);
	buf_char(out, '\n');
}

void
telling_state(const struct telling *x, uint32_t state, struct buf *out)
{
	buf_printf(out, "state %" PRIu32 " of %zu", state + 1,
	    x->rule->nstates);
}

void
telling_bound(const struct telling *x, const struct value *bound, bool all,
    uint32_t state, struct buf *out)
{
	for (size_t i = 0; bound != NULL && i < x->rule->nvariables; i++) {
		const struct variable	*v = &x->rule->variables[i];

		if (bound[i].kind == VALUE_NOTHING ||
		    (!all && v->state != state))
			continue;
		buf_str(out, ", $");
		buf_escape(out, slice_str(v->name));
		buf_str(out, " is ");
		misses_value(x->misses, v->kind, &bound[i], out);
	}
}

void
telling_begun(const struct trace_step *t, struct buf *out)
{
	buf_str(out, "begun ");
	facts_time(out, t->first_millis);
}

static void
put_time_of(int64_t ms, struct buf *out)
{
	if (ms % 1000 == 0)
		buf_printf(out, "%" PRId64 " seconds", ms / 1000);
	else
		buf_printf(out, "%" PRId64 " ms", ms);
}

void
telling_key(const struct telling *x, const struct trace_record *t,
    struct buf *out)
{
	const struct rule		*r = x->rule;
	const enum rule_field		 subject =
	    (enum rule_field)r->subject;
	struct value			 v = { .kind = VALUE_NUMBER };
	const char			*before = "";

	if (!r->new_life || !r->by_none) {
		v.number = record_id(t->record, (enum record_id)r->subject);
		buf_printf(out, "%s ", field_rows[subject].word);
		misses_value(x->misses, field_rows[subject].kind, &v, out);
		before = ", ";
	}
	if (r->scope != SCOPE_GLOBAL) {
		buf_printf(out, "%s%s %" PRIu32, before,
		    r->scope == SCOPE_PROCESS ? "pid" : "session",
		    r->scope == SCOPE_PROCESS ? record_pid(t->record) :
		    record_session(t->record));
		before = ", ";
	}
	for (size_t i = 0; i < r->nby; i++) {
		if (!ask_value(t->ask, r->by[i], PART_ALL, &v))
			continue;
		buf_printf(out, "%s%s ", before, field_rows[r->by[i]].word);
		misses_value(x->misses, field_rows[r->by[i]].kind, &v, out);
		before = ", ";
	}
	if (r->zone != ZONE_FREE && t->has_zone) {
		v = (struct value){ .kind = VALUE_TEXT, .bytes = t->zone };
		buf_printf(out, "%szone ", before);
		misses_value(x->misses, KIND_TEXT, &v, out);
		before = ", ";
	}
	if (before[0] == '\0')
		buf_str(out, "all subjects");
	if (x->sources && !(r->new_life && r->across_hosts)) {
		buf_str(out, ", in ");
		buf_escape(out, slice_str(x->trail));
	}
}

/* What became of it, as a clause. */
void
telling_end(const struct telling *x, const struct trace_step *t,
    struct buf *out)
{
	switch (t->what) {
	case TRACE_TIMED_OUT:
		buf_str(out, "timed out: ");
		break;
	case TRACE_LATE:
		buf_str(out, "not within ");
		put_time_of(x->rule->states[t->state].within_ms, out);
		buf_str(out, ": ");
		break;
	case TRACE_CANCELLED:
		buf_str(out, "cancelled: ");
		break;
	case TRACE_BROKEN:
		buf_str(out, "strict, and no state is met: it ends, ");
		break;
	case TRACE_PREVENTED:
		buf_str(out, "came before its time was over: it ends, ");
		break;
	case TRACE_EVICTED:
		buf_str(out, "had to make room for others: ");
		break;
	case TRACE_COUNTED:
	case TRACE_MET:
	case TRACE_RENEWED:
	case TRACE_IGNORED:
	case TRACE_ALERT:
	case TRACE_HELD_BACK:
	case TRACE_WAITS:
		return;
	}
	telling_begun(t, out);
	buf_str(out, x->rule->any_order ? ", of " : ", it waited for ");
	telling_state(x, t->state, out);
	telling_bound(x, t->bound, true, 0, out);
}

void
telling_spread(const struct state *s, const struct trace_step *t,
    struct buf *out)
{
	if (s->window_ms < 0 || t->spread_ms <= s->window_ms)
		return;
	buf_str(out, ", but over ");
	put_time_of(t->spread_ms, out);
	buf_str(out, " where ");
	put_time_of(s->window_ms, out);
	buf_str(out, " are given");
}

static void
put_met(const struct telling *x, const struct trace_step *t, struct buf *out)
{
	const struct state	*s = &x->rule->states[t->state];

	/* The state that a record meets is told before. */
	if (x->rule->any_order && (t->what == TRACE_ALERT ||
	    t->what == TRACE_HELD_BACK)) {
		buf_str(out, "all states are met");
		return;
	}
	buf_str(out, t->absent && s->absent_ms >= 0 ? "nothing came: " :
	    "meets ");
	telling_state(x, t->state, out);
	if (t->what == TRACE_COUNTED && s->multiplier > 1)
		buf_printf(out, ", %" PRIu64 " of %" PRIu32 "%s", t->count <
		    s->multiplier ? t->count : s->multiplier, s->multiplier,
		    s->distinct != FIELDS ? " different ones" : "");
	else if (s->multiplier > 1)
		buf_printf(out, ", the last of %" PRIu32, s->multiplier);
	telling_spread(s, t, out);
	telling_bound(x, t->bound, false, t->state, out);
	if (t->what == TRACE_RENEWED)
		buf_str(out, "; takes the place of an older one");
}

void
telling_step(const struct telling *x, const struct trace_step *t,
    struct buf *out)
{
	switch (t->what) {
	case TRACE_COUNTED:
	case TRACE_MET:
	case TRACE_RENEWED:
		put_met(x, t, out);
		break;
	case TRACE_IGNORED:
		buf_str(out, "meets state 1 again and is ignored: one is "
		    "under way, ");
		telling_begun(t, out);
		break;
	case TRACE_ALERT:
	case TRACE_HELD_BACK:
		put_met(x, t, out);
		buf_str(out, t->what == TRACE_ALERT ? ": ALERT, " :
		    ": an alert, held back by cooldown, ");
		telling_begun(t, out);
		break;
	case TRACE_TIMED_OUT:
	case TRACE_LATE:
	case TRACE_CANCELLED:
	case TRACE_BROKEN:
	case TRACE_PREVENTED:
	case TRACE_EVICTED:
		telling_end(x, t, out);
		break;
	case TRACE_WAITS:
		break;
	}
	buf_char(out, '\n');
}

/* Why nothing has begun. */

void
telling_count(uint64_t n, const char *word, struct buf *out)
{
	buf_printf(out, "%" PRIu64 " %s%s", n, word, n == 1 ? "" : "s");
}

void
telling_first(const struct telling *x, const struct first *f,
    struct buf *out)
{
	buf_str(out, "\nno record has met state 1\n");
	if (x->rule->states[0].nalerts > 0) {
		buf_str(out, "  it waits for the alert of another rule: "
		    "explain that one\n");
		return;
	}
	buf_str(out, "  ");
	misses_event_words(x->misses, 0, out);
	buf_str(out, ": ");
	telling_count(f->events, "record", out);
	buf_str(out, f->events == 1 ? " has" : " have");
	buf_printf(out, " it%s\n", f->events == 0 ? "" : "; of these");
	for (unsigned i = 0; i < MISSES_MAX; i++) {
		if (f->failed[i] == 0)
			continue;
		buf_str(out, "  ");
		misses_words(x->misses, 0, i, out);
		buf_printf(out, ": fails for %" PRIu64 ", at last: ",
		    f->failed[i]);
		buf_slice(out, buf_bytes(&f->last[i]));
		buf_char(out, '\n');
	}
	if (f->excepted > 0)
		buf_printf(out, "  an except fits %" PRIu64 "\n", f->excepted);
}
