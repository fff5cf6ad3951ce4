/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view.c - a record as rules see it: fields and their values.
 *
 * A field that has one value at the most is read where it stands. The others
 * are lists that one walk makes: of all kinds that were ever asked for, so that
 * there is seldom a second walk. A record that lacks the token has no value.
 */
#include "engine/view.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "bsm/errors.h"
#include "engine/procs.h"

void
view_fini(struct view *v)
{
	parts_fini(&v->parts);
	buf_fini(&v->command);
}

void
view_record(struct view *v, const struct asked *asked)
{
	v->asked = *asked;
	v->read = 0;
	v->joined = v->spelled = v->met = false;
}

/* Values. */

static bool
number(struct value *to, uint64_t n)
{
	*to = (struct value){ .kind = VALUE_NUMBER, .number = n };
	return true;
}

static bool
text(struct value *to, struct slice bytes)
{
	*to = (struct value){ .kind = VALUE_TEXT, .bytes = bytes };
	return true;
}

/* 4 or 16 bytes; IPv4 in the form in which IPv6 carries it. */
static bool
address(struct view *v, struct value *to, struct slice bytes)
{
	if (bytes.n == 4) {
		memset(v->mapped, 0, 10);
		v->mapped[10] = v->mapped[11] = 0xff;
		memcpy(v->mapped + 12, bytes.p, 4);
		bytes = (struct slice){ v->mapped, 16 };
	}
	*to = (struct value){ .kind = VALUE_ADDRESS, .bytes = bytes };
	return bytes.n == 16;
}

/* Lists. */

/* Which list a field is taken from; PART_KINDS: from none. */
static enum part_kind
list_of(const struct aspect *a)
{
	switch (a->field) {
	case FIELD_OBJECT:
		return a->every_path ? PART_PATH : PART_KINDS;
	case FIELD_ADDRESS:
		return PART_ADDRESS;
	case FIELD_PORT:
		return PART_PORT;
	case FIELD_TEXT:
		return PART_TEXT;
	case FIELD_COMMAND:
		return PART_ARGS;
	case FIELD_ENVIRONMENT:
		return PART_ENV;
	case FIELD_ARGUMENT:
		return PART_ARGUMENT;
	default:
		return PART_KINDS;
	}
}

static void
need(struct view *v, enum part_kind kind)
{
	if ((v->read & PART_BIT(kind)) != 0)
		return;
	v->wanted |= PART_BIT(kind);
	parts_read(&v->parts, v->asked.record, v->asked.dialect, v->wanted);
	v->read = v->wanted;
}

/* The exec arguments with one space between them. */
static struct slice
command(struct view *v)
{
	const struct part	*args = v->parts.of[PART_ARGS].p;

	if (!v->joined) {
		buf_clear(&v->command);
		for (size_t i = 0; i < v->parts.of[PART_ARGS].n; i++) {
			if (i > 0)
				buf_char(&v->command, ' ');
			buf_slice(&v->command,
			    part_bytes(v->asked.record, &args[i]));
		}
		v->joined = true;
	}
	return buf_bytes(&v->command);
}

static bool
is_argument(const struct view *v, const struct part *p,
    const struct aspect *a)
{
	if (a->argument == NULL)
		return p->position == a->position;
	return slice_is(part_bytes(v->asked.record, p), a->argument);
}

static bool
value_of_part(struct view *v, const struct aspect *a, enum part_kind kind,
    size_t i, struct value *to)
{
	const struct part	*p = &v->parts.of[kind].p[i];

	switch (kind) {
	case PART_ARGUMENT:
		return is_argument(v, p, a) && number(to, p->number);
	case PART_PORT:
		return number(to, p->number);
	case PART_ADDRESS:
		return address(v, to, part_bytes(v->asked.record, p));
	case PART_ARGS:
		if (a->part == PART_ALL)
			return text(to, command(v));
		break;
	default:
		break;
	}
	return text(to, part_bytes(v->asked.record, p));
}

/* Of the process. */

/* The process that made the record, or PROCS_NONE. */
static uint32_t
process(struct view *v)
{
	const struct record	*r = v->asked.record;

	if (!v->met) {
		v->met = true;
		v->process = v->asked.procs == NULL ||
		    r->at[REC_SUBJECT] == 0 ? PROCS_NONE :
		    procs_find(v->asked.procs, v->asked.source, record_pid(r));
	}
	return v->process;
}

/* The image of the process N generations up. */
static bool
image(struct view *v, size_t n, struct value *to)
{
	uint32_t	 p = process(v);

	while (p != PROCS_NONE && n-- > 0)
		p = procs_parent(v->asked.procs, p);
	to->kind = VALUE_TEXT;
	return p != PROCS_NONE && procs_image(v->asked.procs, p, &to->bytes);
}

static size_t
generations(struct view *v)
{
	uint32_t	 p = process(v);
	size_t		 n = 0;

	while (p != PROCS_NONE && n <= PROCS_DEPTH) {
		p = procs_parent(v->asked.procs, p);
		n++;
	}
	return n == 0 ? 0 : n - 1;
}

static bool
value_of_process(struct view *v, enum rule_field field, struct value *to)
{
	const uint32_t	 p = process(v);
	uint32_t	 ppid;

	*to = (struct value){ .kind = VALUE_NOTHING };
	if (p == PROCS_NONE)
		return false;
	switch (field) {
	case FIELD_PPID:
		return procs_ppid(v->asked.procs, p, &ppid) &&
		    number(to, ppid);
	case FIELD_IMAGE:
		return image(v, 0, to);
	case FIELD_PARENT:
		return image(v, 1, to);
	default:
		return number(to, procs_lineage(v->asked.procs, p));
	}
}

/* Of the record. */

/* The trail's host, or the address in an extended header, as text. */
static bool
host(struct view *v, struct value *to)
{
	const struct slice	 a = record_host(v->asked.record);

	if (v->asked.has_host)
		return text(to, v->asked.host);
	if (!v->spelled) {
		v->spelled = true;
		v->host[0] = '\0';
		if (a.n > 0)
			(void)inet_ntop(a.n == 4 ? AF_INET : AF_INET6, a.p,
			    v->host, sizeof(v->host));
		v->nhost = strlen(v->host);
	}
	return v->nhost > 0 && text(to, (struct slice){
	    (const uint8_t *)v->host, v->nhost });
}

/* A BSM number; what succeeded has none. */
static bool
error(const struct record *r, struct value *to)
{
	const uint8_t	 e = record_error(r);

	if (e == 0)
		return false;
	return number(to, r->version == 1 || r->version == 10 ?
	    errors_from_bsd(e) : e);
}

static bool
value_of_subject(struct view *v, enum rule_field field, struct value *to)
{
	const struct record	*r = v->asked.record;

	if (r->at[REC_SUBJECT] == 0)
		return false;
	switch (field) {
	case FIELD_PID:
		return number(to, record_pid(r));
	case FIELD_SESSION:
		return number(to, record_session(r));
	case FIELD_TERMINAL:
		return address(v, to, record_address(r));
	default:
		return number(to, record_id(r, (enum record_id)field));
	}
}

static bool
value_of_attribute(const struct view *v, enum rule_field field,
    struct value *to)
{
	const struct record	*r = v->asked.record;
	uint64_t		 fsid, node;

	if (r->at[REC_ATTR] == 0)
		return false;
	record_inode(r, &fsid, &node);
	switch (field) {
	case FIELD_OWNER:
		return number(to, record_attr(r, REC_OWNER));
	case FIELD_GROUP:
		return number(to, record_attr(r, REC_GROUP));
	case FIELD_MODE:
		return number(to, record_attr(r, REC_MODE));
	case FIELD_DEVICE:
		return number(to, fsid);
	default:
		return number(to, node);
	}
}

/* Of a field that has one value at the most. */
static bool
only_value(struct view *v, const struct aspect *a, struct value *to)
{
	const struct record	*r = v->asked.record;
	uint64_t		 n;

	switch (a->field) {
	case FIELD_AUID: case FIELD_EUID: case FIELD_EGID: case FIELD_RUID:
	case FIELD_RGID: case FIELD_PID: case FIELD_SESSION:
	case FIELD_TERMINAL:
		return value_of_subject(v, a->field, to);
	case FIELD_OWNER: case FIELD_GROUP: case FIELD_MODE:
	case FIELD_DEVICE: case FIELD_INODE:
		return value_of_attribute(v, a->field, to);
	case FIELD_ERRNO:
		return error(r, to);
	case FIELD_RETURN:
		return record_return(r, &n) && number(to, n);
	case FIELD_OBJECT:
		return view_object(v, to);
	case FIELD_EVENT:
		return number(to, r->event);
	case FIELD_ZONE:
		return v->asked.has_zone && text(to, v->asked.zone);
	case FIELD_HOST:
		return host(v, to);
	case FIELD_PPID: case FIELD_IMAGE: case FIELD_PARENT:
	case FIELD_LINEAGE:
		return value_of_process(v, a->field, to);
	case FIELD_ADDRESS: case FIELD_PORT: case FIELD_TEXT:
	case FIELD_COMMAND: case FIELD_ENVIRONMENT: case FIELD_ARGUMENT:
	case FIELD_ANCESTOR: case FIELD_TIME: case FIELD_DAY: case FIELDS:
		break;
	}
	return false;
}

size_t
view_count(struct view *v, const struct aspect *a)
{
	const enum part_kind	 kind = list_of(a);
	size_t			 n;

	if (kind == PART_KINDS)
		return a->field == FIELD_ANCESTOR ? generations(v) : 1;
	need(v, kind);
	n = v->parts.of[kind].n;
	if (kind == PART_ARGS)		/* all words, or one, are one value */
		return a->part == PART_ALL ? n > 0 : a->part < n;
	return n;
}

bool
view_value(struct view *v, const struct aspect *a, size_t i, struct value *to)
{
	const enum part_kind	 kind = list_of(a);

	*to = (struct value){ .kind = VALUE_NOTHING };
	if (kind == PART_KINDS)
		return a->field == FIELD_ANCESTOR ? image(v, i + 1, to) :
		    only_value(v, a, to);
	if (kind == PART_ARGS && a->part != PART_ALL)
		i = a->part;
	return value_of_part(v, a, kind, i, to);
}

bool
view_last(struct view *v, const struct aspect *a, struct value *to)
{
	size_t	 n;

	if (list_of(a) == PART_KINDS && a->field != FIELD_ANCESTOR) {
		*to = (struct value){ .kind = VALUE_NOTHING };
		return only_value(v, a, to);
	}
	n = view_count(v, a);
	while (n > 0)
		if (view_value(v, a, --n, to))
			return true;
	return false;
}
