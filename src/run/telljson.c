/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * telljson.c - the steps of a rule as lines of JSON, for `explain`.
 *
 * The members and their order are a promise to whoever parses them: a new one
 * may be added, none changes its meaning.
 */
#include "run/telljson.h"

#include "rule/fields.h"
#include "sink/facts.h"
#include "sink/jsonfacts.h"

static const char *const	whats[] = {
	[TRACE_COUNTED] = "counted", [TRACE_MET] = "met",
	[TRACE_RENEWED] = "renewed", [TRACE_IGNORED] = "ignored",
	[TRACE_ALERT] = "alert", [TRACE_HELD_BACK] = "held_back",
	[TRACE_TIMED_OUT] = "timed_out", [TRACE_LATE] = "late",
	[TRACE_CANCELLED] = "cancelled", [TRACE_BROKEN] = "broken",
	[TRACE_PREVENTED] = "prevented", [TRACE_EVICTED] = "evicted",
	[TRACE_WAITS] = "waits",
};

static void
put_uint(struct json *j, const char *key, uint64_t v)
{
	json_key(j, key);
	json_uint(j, v);
}

static void
put_value(struct json *j, const char *name, struct value v)
{
	/* How values hold an IPv4 address. */
	static const uint8_t	 ipv4[12] = { [10] = 0xff, 0xff };
	const struct slice	 mapped = { ipv4, sizeof(ipv4) };
	struct alert_value	 a;

	value_cut(&v);
	a = (struct alert_value){ .is_number = v.kind == VALUE_NUMBER,
	    .is_address = v.kind == VALUE_ADDRESS, .number = v.number,
	    .bytes = v.bytes, .cut = v.cut };
	if (a.is_address && slice_has_prefix(v.bytes, mapped))
		a.bytes = (struct slice){ v.bytes.p + mapped.n, 4 };
	json_key(j, name);
	jsonfacts_value(j, &a);
}

/* What `scope` and `by` say. */
static void
put_key(struct json *j, const struct rule *r, const struct trace_record *t)
{
	struct value	 v = { .kind = VALUE_NUMBER };

	json_key(j, "key");
	json_begin_object(j);
	v.number = r->scope == SCOPE_PROCESS ? record_pid(t->record) :
	    record_session(t->record);
	if (r->scope != SCOPE_GLOBAL)
		put_value(j, r->scope == SCOPE_PROCESS ? "pid" : "session",
		    v);
	for (size_t i = 0; i < r->nby; i++)
		if (ask_value(t->ask, r->by[i], PART_ALL, &v))
			put_value(j, field_rows[r->by[i]].word, v);
	json_end_object(j);
}

static void
put_subject(struct json *j, const struct telling *x,
    const struct trace_record *t)
{
	const struct rule	*r = x->rule;

	json_key(j, "subject");
	if (t->record->at[REC_SUBJECT] == 0 || (r->new_life && r->by_none))
		json_nil(j);
	else
		jsonfacts_subject(j,
		    field_rows[(enum rule_field)r->subject].word,
		    record_id(t->record, (enum record_id)r->subject),
		    x->accounts);
}

void
telljson_key(const struct telling *x, uint64_t number,
    const struct trace_record *t, struct buf *out)
{
	const bool	 zone = x->rule->zone != ZONE_FREE && t->has_zone;
	struct json	 j;

	json_init(&j, out);
	json_begin_object(&j);
	put_uint(&j, "story", number);
	jsonfacts_cstr(&j, "rule", x->rule->label);
	put_subject(&j, x, t);
	put_key(&j, x->rule, t);
	jsonfacts_bytes(&j, "zone", zone, t->zone);
	json_end_object(&j);
}

static void
begin(struct json *j, const char *what, struct slice key, struct buf *out)
{
	json_init(j, out);
	json_begin_object(j);
	jsonfacts_cstr(j, "what", what);
	json_members(j, key);
}

static void
end(struct json *j)
{
	json_end_object(j);
	buf_char(j->out, '\n');
}

static void
put_record(struct json *j, const struct telling *x, const struct record *r)
{
	struct facts	 f;

	json_key(j, "record");
	if (r == NULL) {
		json_nil(j);
		return;
	}
	facts_read(&f, x->names, r->bytes);
	json_begin_object(j);
	jsonfacts_record(j, &f, r->offset);
	jsonfacts_cstr(j, "source", x->trail);
	json_end_object(j);
}

void
telljson_bound(struct json *j, const struct rule *r, const struct value *bound)
{
	json_key(j, "bound");
	json_begin_object(j);
	for (size_t i = 0; bound != NULL && i < r->nvariables; i++)
		if (bound[i].kind != VALUE_NOTHING)
			put_value(j, r->variables[i].name, bound[i]);
	json_end_object(j);
}

/* How much of a multiplier there is; null where nothing is counted. */
static void
put_count(struct json *j, const struct state *s, const struct trace_step *t)
{
	const bool	 counts = t->count > 0;

	json_key(j, "count");
	if (counts)
		json_uint(j, t->count);
	else
		json_nil(j);
	put_uint(j, "multiplier", s->multiplier);
	json_key(j, "spread_s");
	if (counts)
		json_millis(j, t->spread_ms);
	else
		json_nil(j);
}

void
telljson_step(const struct telling *x, struct slice key,
    const struct trace_step *t, bool of_record, struct buf *out)
{
	struct json	 j;

	begin(&j, whats[t->what], key, out);
	jsonfacts_time(&j, "time", t->millis);
	put_uint(&j, "state", (uint64_t)t->state + 1);
	jsonfacts_time(&j, "first", t->first_millis);
	put_count(&j, &x->rule->states[t->state], t);
	telljson_bound(&j, x->rule, t->bound);
	if (t->absent) {
		json_key(&j, "absence");
		json_bool(&j, true);
	}
	put_record(&j, x, of_record ? t->now.record : NULL);
	end(&j);
}

void
telljson_excepted(const struct telling *x, struct slice key,
    const struct trace_record *t, struct buf *out)
{
	struct json	 j;

	begin(&j, "excepted", key, out);
	jsonfacts_time(&j, "time", record_millis(t->record));
	put_record(&j, x, t->record);
	end(&j);
}

/* A clause, and what the record has instead, in words. */
static void
begin_miss(struct json *j, const struct telling *x, uint32_t state,
    unsigned clause)
{
	struct buf	 words = { 0 };

	misses_words(x->misses, state, clause, &words);
	json_begin_object(j);
	json_key(j, "clause");
	json_text(j, buf_bytes(&words));
	buf_fini(&words);
}

void
telljson_nearest(const struct telling *x, struct slice key,
    const struct trace_step *t, uint64_t missed,
    const struct trace_record *at, struct buf *out)
{
	struct buf	 has = { 0 };
	struct json	 j;

	begin(&j, "nearest", key, out);
	jsonfacts_time(&j, "time", record_millis(at->record));
	put_uint(&j, "state", (uint64_t)t->state + 1);
	telljson_bound(&j, x->rule, t->bound);
	json_key(&j, "misses");
	json_begin_array(&j);
	for (unsigned i = 0; i < MISSES_MAX; i++) {
		if ((missed >> i & 1) == 0)
			continue;
		begin_miss(&j, x, t->state, i);
		buf_clear(&has);
		misses_has(x->misses, t->state, i, at, t->bound, &has);
		json_key(&j, "has");
		json_text(&j, buf_bytes(&has));
		json_end_object(&j);
	}
	json_end_array(&j);
	put_record(&j, x, at->record);
	end(&j);
	buf_fini(&has);
}

void
telljson_first(const struct telling *x, const struct first *f,
    struct buf *out)
{
	struct buf	 event = { 0 };
	struct json	 j;

	begin(&j, "nothing_begun", slice_str("{}"), out);
	jsonfacts_cstr(&j, "rule", x->rule->label);
	put_uint(&j, "state", 1);
	misses_event_words(x->misses, 0, &event);
	json_key(&j, "clause");
	json_text(&j, buf_bytes(&event));
	put_uint(&j, "records", f->events);
	put_uint(&j, "excepted", f->excepted);
	json_key(&j, "misses");
	json_begin_array(&j);
	for (unsigned i = 0; i < MISSES_MAX; i++) {
		if (f->failed[i] == 0)
			continue;
		begin_miss(&j, x, 0, i);
		put_uint(&j, "records", f->failed[i]);
		json_key(&j, "has");
		json_text(&j, buf_bytes(&f->last[i]));
		json_end_object(&j);
	}
	json_end_array(&j);
	end(&j);
	buf_fini(&event);
}

void
telljson_summary(const struct telling *x, const struct telljson_sum *s,
    struct buf *out)
{
	struct buf	 place = { 0 };
	struct json	 j;

	begin(&j, "summary", slice_str("{}"), out);
	jsonfacts_cstr(&j, "rule", x->rule->label);
	buf_printf(&place, "%s:%u", x->rule->file, x->rule->line);
	jsonfacts_cstr(&j, "defined", buf_cstr(&place));
	json_key(&j, "enabled");
	json_bool(&j, s->enabled);
	put_uint(&j, "records", s->records);
	put_uint(&j, "keys", s->keys);
	put_uint(&j, "alerts", s->alerts);
	put_uint(&j, "held_back", s->held_back);
	put_uint(&j, "left_out", s->left_out);
	end(&j);
	buf_fini(&place);
}
