/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exec.c - what a trigger asks for: the values of its variables.
 */
#include "base/buf.h"
#include "sink/exec.h"
#include "sink/facts.h"

static const char *
keep(struct arena *a, struct buf *text)
{
	const char	*s = arena_str(a, buf_bytes(text));

	buf_clear(text);
	return s;
}

static const char *
user(struct arena *a, const struct accounts *who, uint32_t id)
{
	char	 name[256];

	if (!who->user_of(who->arg, id, name, sizeof(name)))
		return EXEC_NOBODY;
	return arena_str(a, slice_str(name));
}

static const char *
or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

/* Who, from the subject token; all empty when there is none. */
static void
subject_values(struct exec_values *v, struct arena *a,
    const struct record *record)
{
	struct buf	 text = { 0 };

	v->pid = v->session = v->address = "";
	if (record->at[REC_SUBJECT] == 0)
		return;
	buf_dec(&text, record_pid(record));
	v->pid = keep(a, &text);
	buf_dec(&text, record_session(record));
	v->session = keep(a, &text);
	facts_address(&text, record_address(record));
	v->address = keep(a, &text);
	buf_fini(&text);
}

void
exec_values(struct exec_values *v, struct arena *a,
    const struct alert_trigger *t, const struct accounts *accounts,
    const struct exec_place *place)
{
	struct record	 record = *t->record;
	struct buf	 text = { 0 };
	struct slice	 s;

	record_index(&record);
	*v = (struct exec_values){ 0 };
	v->subject = user(a, accounts, t->auid);
	v->esubject = user(a, accounts, t->euid);
	if (t->has_object)
		v->object = arena_str(a, slice_until_nul(t->object));
	else if (record_path(&record, &s))
		v->object = arena_str(a, slice_until_nul(s));
	v->rule = t->rule->label;
	buf_sdec(&text, t->rule->priority);
	v->priority = keep(a, &text);
	subject_values(v, a, &record);
	v->zone = record_zone(&record, &s) ?
	    arena_str(a, slice_until_nul(s)) : "";
	v->host = or_empty(place->host);
	facts_time(&text, record_millis(&record));
	v->time = keep(a, &text);
	v->evidence = or_empty(place->evidence);
	v->uid = "";
	if (t->alert != NULL) {
		buf_printf(&text, "%016llx%016llx",
		    (unsigned long long)t->alert->uid[0],
		    (unsigned long long)t->alert->uid[1]);
		v->uid = keep(a, &text);
	}
	buf_fini(&text);
}
