/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonfacts.c - what a record says, and values of alerts, as members of JSON.
 *
 * The members and their order are a promise to whoever parses them: a new one
 * may be added, none changes its meaning.
 */
#include "sink/jsonfacts.h"

#include <stdio.h>

void
jsonfacts_time(struct json *j, const char *key, int64_t millis)
{
	struct buf	 text = { 0 };

	json_key(j, key);
	facts_time(&text, millis);
	json_text(j, buf_bytes(&text));
	buf_fini(&text);
}

void
jsonfacts_cstr(struct json *j, const char *key, const char *s)
{
	json_key(j, key);
	if (s == NULL)
		json_nil(j);
	else
		json_text(j, slice_str(s));
}

void
jsonfacts_bytes(struct json *j, const char *key, bool has, struct slice s)
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

void
jsonfacts_subject(struct json *j, const char *type, uint32_t id,
    const struct accounts *who)
{
	char	 name[256];

	json_begin_object(j);
	jsonfacts_cstr(j, "type", type);
	put_uint(j, "id", true, id);
	jsonfacts_cstr(j, "name", facts_subject(who, type, id, name,
	    sizeof(name)) ? name : NULL);
	json_end_object(j);
}

void
jsonfacts_value(struct json *j, const struct alert_value *v)
{
	struct buf	 address = { 0 };

	if (v->is_number) {
		json_uint(j, v->number);
	} else if (v->is_address) {
		facts_address(&address, v->bytes);
		json_text(j, buf_bytes(&address));
	} else if (v->cut) {		/* too long to be kept */
		json_begin_object(j);
		put_uint(j, "length", true, v->bytes.n);
		json_end_object(j);
	} else {
		json_bytes(j, v->bytes);
	}
	buf_fini(&address);
}

static void
put_outcome(struct json *j, const struct facts *f)
{
	char	 number[4];

	jsonfacts_cstr(j, "status", !f->known ? NULL :
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

void
jsonfacts_record(struct json *j, const struct facts *f, uint64_t offset)
{
	struct buf	 address = { 0 };

	if (f->known)
		jsonfacts_time(j, "time", f->millis);
	else
		jsonfacts_cstr(j, "time", NULL);
	jsonfacts_cstr(j, "event", f->event_name);
	put_uint(j, "number", f->known, f->event);
	put_outcome(j, f);
	put_uint(j, "pid", f->has_subject, f->pid);
	put_uint(j, "session", f->has_subject, f->session);
	facts_address(&address, f->address);
	jsonfacts_bytes(j, "address", address.n > 0, buf_bytes(&address));
	jsonfacts_bytes(j, "path", f->has_path, f->path);
	put_args(j, f);
	jsonfacts_bytes(j, "text", f->has_text, f->text);
	put_uint(j, "offset", true, offset);
	put_uint(j, "length", f->known, f->length);
	buf_fini(&address);
}
