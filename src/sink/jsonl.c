/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonl.c - an alert as one JSON object on one line.
 *
 * The members and their order are a promise to whoever parses them: a new one
 * may be added, none changes its meaning. What a trail or its writer put there
 * (paths, arguments, texts, zones) is lossless: bytes that are not UTF-8 are
 * {"hex":"..."}. At most the first and the last fifty steps are shown.
 */
#include "base/json.h"
#include "sink/facts.h"
#include "sink/format.h"
#include "sink/jsonfacts.h"

#define STEPS_SHOWN 50		/* at each end */

static void
put_uid(struct json *j, const uint64_t uid[2])
{
	struct buf	 text = { 0 };

	buf_printf(&text, "%016llx%016llx", (unsigned long long)uid[0],
	    (unsigned long long)uid[1]);
	json_key(j, "uid");
	json_text(j, buf_bytes(&text));
	buf_fini(&text);
}

static void
put_rule(struct json *j, const struct alert_rule *r)
{
	struct buf	 place = { 0 };

	jsonfacts_cstr(j, "rule", r->label);
	json_key(j, "serial");
	json_uint(j, r->serial);
	json_key(j, "priority");
	json_int(j, r->priority);
	jsonfacts_cstr(j, "description", r->description);
	json_key(j, "tags");
	json_begin_array(j);
	for (size_t i = 0; r->tags != NULL && r->tags[i] != NULL; i++)
		json_text(j, slice_str(r->tags[i]));
	json_end_array(j);
	buf_printf(&place, "%s:%u", r->file, r->line);
	jsonfacts_cstr(j, "defined", buf_cstr(&place));
	buf_fini(&place);
}

static void
put_subject(struct json *j, const struct alert *a, const struct accounts *who)
{
	json_key(j, "subject");
	if (a->has_subject)
		jsonfacts_subject(j, a->rule.subject_type, a->subject, who);
	else
		json_nil(j);
}

/* What tells sequences of the rule apart; what they have bound. */
static void
put_values(struct json *j, const char *key, const struct alert_value *v,
    size_t n)
{
	json_key(j, key);
	json_begin_object(j);
	for (size_t i = 0; i < n; i++) {
		json_key(j, v[i].name);
		jsonfacts_value(j, &v[i]);
	}
	json_end_object(j);
}

/* A step whose record is gone has nulls, so that members stay in place. */
static void
put_step(struct json *j, const struct alert_step *s,
    const struct sink_world *world)
{
	struct facts	 f;

	facts_read(&f, world->names, s->bytes);
	json_begin_object(j);
	json_key(j, "state");
	json_uint(j, s->state);
	jsonfacts_record(j, &f, s->offset);
	if (s->quality == FRAME_RECOVERED) {
		json_key(j, "recovered");
		json_bool(j, true);
	}
	json_end_object(j);
}

void
jsonl_put(struct buf *out, const struct sink_view *v,
    const struct sink_world *world)
{
	const struct alert	*a = v->alert;
	struct json		 j;

	json_init(&j, out);
	json_begin_object(&j);
	jsonfacts_time(&j, "time", a->millis);
	put_uid(&j, a->uid);
	put_rule(&j, &a->rule);
	put_subject(&j, a, world->accounts);
	put_values(&j, "key", a->key, a->nkey);
	jsonfacts_cstr(&j, "host", v->host);
	jsonfacts_bytes(&j, "zone", a->has_zone, a->zone);
	jsonfacts_cstr(&j, "source", v->source);
	jsonfacts_time(&j, "first", a->first_millis);
	jsonfacts_time(&j, "last", a->millis);
	json_key(&j, "duration_s");
	json_millis(&j, a->millis - a->first_millis);
	json_key(&j, "records");
	json_uint(&j, a->records);
	json_key(&j, "held_back");
	json_uint(&j, a->held_back);
	put_values(&j, "bound", a->bound, a->nbound);
	if (a->absence) {
		json_key(&j, "absence");
		json_bool(&j, true);
	}
	json_key(&j, "steps");
	json_begin_array(&j);
	for (size_t i = 0; i < a->nsteps; i++)
		if (i < STEPS_SHOWN || a->nsteps - i <= STEPS_SHOWN)
			put_step(&j, &a->steps[i], world);
	json_end_array(&j);
	json_end_object(&j);
	buf_char(out, '\n');
}
