/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonl.c - an alert as one JSON object on one line.
 *
 * The members and their order are a promise to whoever parses them: a new one
 * may be added, none changes its meaning. What a trail or its writer put there
 * (paths, arguments, texts, zones) is lossless: bytes that are not UTF-8 are
 * {"hex":"..."}. At most the first and the last fifty steps are shown.
 */
#include <stdio.h>

#include "base/json.h"
#include "sink/facts.h"
#include "sink/format.h"

#define STEPS_SHOWN 50		/* at each end */

static void
put_time(struct json *j, const char *key, int64_t millis)
{
	struct buf	 text = { 0 };

	json_key(j, key);
	facts_time(&text, millis);
	json_text(j, buf_bytes(&text));
	buf_fini(&text);
}

static void
put_cstr(struct json *j, const char *key, const char *s)
{
	json_key(j, key);
	if (s == NULL)
		json_nil(j);
	else
		json_text(j, slice_str(s));
}

static void
put_bytes(struct json *j, const char *key, bool has, struct slice s)
{
	json_key(j, key);
	if (has)
		json_bytes(j, s);
	else
		json_nil(j);
}

static void
put_uint(struct json *j, const char *key, bool has, uint64_t v)
{
	json_key(j, key);
	if (has)
		json_uint(j, v);
	else
		json_nil(j);
}

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

	put_cstr(j, "rule", r->label);
	json_key(j, "serial");
	json_uint(j, r->serial);
	json_key(j, "priority");
	json_int(j, r->priority);
	put_cstr(j, "description", r->description);
	json_key(j, "tags");
	json_begin_array(j);
	for (size_t i = 0; r->tags != NULL && r->tags[i] != NULL; i++)
		json_text(j, slice_str(r->tags[i]));
	json_end_array(j);
	buf_printf(&place, "%s:%u", r->file, r->line);
	put_cstr(j, "defined", buf_cstr(&place));
	buf_fini(&place);
}

static void
put_subject(struct json *j, const struct alert *a, const struct accounts *who)
{
	char	 name[256];

	json_key(j, "subject");
	if (!a->has_subject) {
		json_nil(j);
		return;
	}
	json_begin_object(j);
	put_cstr(j, "type", a->rule.subject_type);
	json_key(j, "id");
	json_uint(j, a->subject);
	put_cstr(j, "name", facts_subject(who, a->rule.subject_type,
	    a->subject, name, sizeof(name)) ? name : NULL);
	json_end_object(j);
}

static void
put_value(struct json *j, const struct alert_value *v)
{
	struct buf	 address = { 0 };

	json_key(j, v->name);
	if (v->is_number) {
		json_uint(j, v->number);
	} else if (v->is_address) {
		facts_address(&address, v->bytes);
		json_text(j, buf_bytes(&address));
	} else if (v->cut) {		/* too long to be kept */
		json_begin_object(j);
		json_key(j, "length");
		json_uint(j, v->bytes.n);
		json_end_object(j);
	} else {
		json_bytes(j, v->bytes);
	}
	buf_fini(&address);
}

/* What tells sequences of the rule apart; what they have bound. */
static void
put_values(struct json *j, const char *key, const struct alert_value *v,
    size_t n)
{
	json_key(j, key);
	json_begin_object(j);
	for (size_t i = 0; i < n; i++)
		put_value(j, &v[i]);
	json_end_object(j);
}

static void
put_outcome(struct json *j, const struct facts *f)
{
	char	 number[4];

	put_cstr(j, "status", !f->known ? NULL :
	    f->failed ? "failure" : "success");
	json_key(j, "error");
	if (!f->failed) {
		json_nil(j);
	} else if (f->error_name != NULL) {
		json_cstr(j, f->error_name);
	} else {
		(void)snprintf(number, sizeof(number), "%u", f->error);
		json_cstr(j, number);
	}
}

static void
put_args(struct json *j, const struct facts *f)
{
	struct slice	 one;
	size_t		 at = 0;

	json_key(j, "args");
	if (!f->has_args) {
		json_nil(j);
		return;
	}
	json_begin_array(j);
	while (strings_next(&f->args, &at, &one))
		json_bytes(j, one);
	json_end_array(j);
}

/* A step whose record is gone has nulls, so that members stay in place. */
static void
put_step(struct json *j, const struct alert_step *s,
    const struct sink_world *world)
{
	struct facts	 f;
	struct buf	 address = { 0 };

	facts_read(&f, world->names, s->bytes);
	json_begin_object(j);
	json_key(j, "state");
	json_uint(j, s->state);
	if (f.known)
		put_time(j, "time", f.millis);
	else
		put_cstr(j, "time", NULL);
	put_cstr(j, "event", f.event_name);
	put_uint(j, "number", f.known, f.event);
	put_outcome(j, &f);
	put_uint(j, "pid", f.has_subject, f.pid);
	put_uint(j, "session", f.has_subject, f.session);
	facts_address(&address, f.address);
	put_bytes(j, "address", address.n > 0, buf_bytes(&address));
	put_bytes(j, "path", f.has_path, f.path);
	put_args(j, &f);
	put_bytes(j, "text", f.has_text, f.text);
	json_key(j, "offset");
	json_uint(j, s->offset);
	put_uint(j, "length", f.known, f.length);
	if (s->quality == FRAME_RECOVERED) {
		json_key(j, "recovered");
		json_bool(j, true);
	}
	json_end_object(j);
	buf_fini(&address);
}

void
jsonl_put(struct buf *out, const struct sink_view *v,
    const struct sink_world *world)
{
	const struct alert	*a = v->alert;
	struct json		 j;

	json_init(&j, out);
	json_begin_object(&j);
	put_time(&j, "time", a->millis);
	put_uid(&j, a->uid);
	put_rule(&j, &a->rule);
	put_subject(&j, a, world->accounts);
	put_values(&j, "key", a->key, a->nkey);
	put_cstr(&j, "host", v->host);
	put_bytes(&j, "zone", a->has_zone, a->zone);
	put_cstr(&j, "source", v->source);
	put_time(&j, "first", a->first_millis);
	put_time(&j, "last", a->millis);
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
