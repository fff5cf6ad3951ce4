/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parcel.c - an alert as bytes: to be put aside, or given to another process.
 *
 * Tables say which members of a struct are written, and in what order; the
 * same rows write and read. Numbers are big-endian in the size they have in
 * memory, texts end in a NUL that their size counts, so that they can be used
 * where they lie. Of the last record only its bytes are written: what its
 * header says is read again, and not believed.
 *
 *	magic, version
 *	the rule, its tags, its channels
 *	the alert, its key, what was bound, its steps, its last record
 *	source, host
 */
#include "run/parcel.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bsm/cursor.h"
#include "bsm/status.h"

#define MAGIC		0x616c7274u	/* "alrt" */
#define VALUE_LEAST	10u		/* bytes: name, kind and contents */
#define STEP_LEAST	24u

enum kind { NUMBER, FLAG, TEXT, OPTIONAL, BYTES };

struct row {
	enum kind	 kind;
	size_t		 at, size;	/* in memory; of a number: 4 or 8 */
};

#define SIZE(type, member) sizeof(((struct type *)NULL)->member)
#define ROW(kind, type, member) \
	{ kind, offsetof(struct type, member), SIZE(type, member) + \
	    0 * sizeof(char[kind != NUMBER || SIZE(type, member) == 4 || \
	    SIZE(type, member) == 8 ? 1 : -1]) }

static const struct row	rule_rows[] = {
	ROW(TEXT, alert_rule, label),
	ROW(TEXT, alert_rule, file),
	ROW(NUMBER, alert_rule, line),
	ROW(NUMBER, alert_rule, priority),
	ROW(NUMBER, alert_rule, serial),
	ROW(TEXT, alert_rule, subject_type),
	ROW(OPTIONAL, alert_rule, description),
	ROW(OPTIONAL, alert_rule, reference),
	ROW(OPTIONAL, alert_rule, remedy),
	ROW(OPTIONAL, alert_rule, logfile),
	ROW(OPTIONAL, alert_rule, scope),
};

static const struct row	alert_rows[] = {
	ROW(NUMBER, alert, uid[0]),
	ROW(NUMBER, alert, uid[1]),
	ROW(NUMBER, alert, seconds),
	ROW(NUMBER, alert, fraction),
	ROW(NUMBER, alert, millis),
	ROW(NUMBER, alert, first_millis),
	ROW(NUMBER, alert, duration_s),
	ROW(FLAG, alert, has_subject),
	ROW(NUMBER, alert, subject),
	ROW(FLAG, alert, has_scope),
	ROW(NUMBER, alert, scope),
	ROW(FLAG, alert, has_zone),
	ROW(BYTES, alert, zone),
	ROW(NUMBER, alert, source),
	ROW(NUMBER, alert, held_back),
	ROW(FLAG, alert, absence),
	ROW(NUMBER, alert, records),
};

static const struct row	step_rows[] = {
	ROW(NUMBER, alert_step, state),
	ROW(NUMBER, alert_step, source),
	ROW(NUMBER, alert_step, offset),
	ROW(NUMBER, alert_step, quality),
	ROW(BYTES, alert_step, bytes),
};

/* Of the last record. */
struct last {
	uint64_t	 offset;
	uint32_t	 quality;
	struct slice	 bytes;
};

static const struct row	last_rows[] = {
	ROW(NUMBER, last, offset),
	ROW(NUMBER, last, quality),
	ROW(BYTES, last, bytes),
};

static const struct row	view_rows[] = {
	ROW(TEXT, sink_view, source),
	ROW(OPTIONAL, sink_view, host),
};

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])

/* What a value is; a long text has only its length. */
enum what { WHAT_NUMBER, WHAT_ADDRESS, WHAT_TEXT, WHAT_LENGTH };

/* Writing. */

static void
put_bytes(struct buf *b, struct slice s)
{
	buf_u32(b, (uint32_t)s.n);
	buf_slice(b, s);
}

/* With its NUL; nothing at all if there is no text. */
static void
put_text(struct buf *b, const char *s)
{
	if (s == NULL)
		buf_u32(b, 0);
	else
		put_bytes(b, (struct slice){ (const uint8_t *)s,
		    strlen(s) + 1 });
}

static void
put_number(struct buf *b, const void *from, size_t size)
{
	uint64_t	 wide;
	uint32_t	 narrow;

	if (size == sizeof(narrow)) {
		memcpy(&narrow, from, sizeof(narrow));
		buf_u32(b, narrow);
	} else {
		memcpy(&wide, from, sizeof(wide));
		buf_u64(b, wide);
	}
}

static void
put_rows(struct buf *b, const struct row *rows, size_t n, const void *from)
{
	for (size_t i = 0; i < n; i++) {
		const void	*p = (const char *)from + rows[i].at;

		switch (rows[i].kind) {
		case NUMBER:
			put_number(b, p, rows[i].size);
			break;
		case FLAG:
			buf_u8(b, *(const bool *)p);
			break;
		case TEXT:
		case OPTIONAL:
			put_text(b, *(const char *const *)p);
			break;
		case BYTES:
			put_bytes(b, *(const struct slice *)p);
			break;
		}
	}
}

static void
put_value(struct buf *b, const struct alert_value *v)
{
	const enum what	 what = v->is_number ? WHAT_NUMBER :
	    v->is_address ? WHAT_ADDRESS : v->cut ? WHAT_LENGTH : WHAT_TEXT;

	put_text(b, v->name);
	buf_u8(b, (uint8_t)what);
	if (what == WHAT_NUMBER || what == WHAT_LENGTH)
		buf_u64(b, what == WHAT_NUMBER ? v->number : v->bytes.n);
	else
		put_bytes(b, v->bytes);
}

static void
put_values(struct buf *b, const struct alert_value *v, size_t n)
{
	buf_u32(b, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		put_value(b, &v[i]);
}

static void
put_rule(struct buf *b, const struct alert_rule *r)
{
	put_rows(b, ROWS(rule_rows), r);
	for (size_t i = 0; r->tags != NULL && r->tags[i] != NULL; i++)
		put_text(b, r->tags[i]);
	put_text(b, NULL);			/* the end of the tags */
	buf_u32(b, (uint32_t)r->nchannels);
	for (size_t i = 0; i < r->nchannels; i++)
		buf_u32(b, r->channels[i]);
}

void
parcel_put(struct buf *b, const struct sink_view *v)
{
	const struct alert	*a = v->alert;
	const struct last	 last = { a->last->offset,
		a->last->quality, a->last->bytes };

	buf_u32(b, MAGIC);
	buf_u32(b, PARCEL_VERSION);
	put_rule(b, &a->rule);
	put_rows(b, ROWS(alert_rows), a);
	put_values(b, a->key, a->nkey);
	put_values(b, a->bound, a->nbound);
	buf_u32(b, (uint32_t)a->nsteps);
	for (size_t i = 0; i < a->nsteps; i++)
		put_rows(b, ROWS(step_rows), &a->steps[i]);
	put_rows(b, ROWS(last_rows), &last);
	put_rows(b, ROWS(view_rows), v);
}

/* Leave out records from the middle on, of WHOLE bytes or more. */
static size_t
leave_out(struct alert_step *steps, size_t n, size_t whole)
{
	size_t	 gone = 0, bytes = 0;

	for (size_t i = 0; i < n && bytes < whole; i++) {
		const size_t	 aside = (i + 1) / 2;
		struct alert_step *s = &steps[i % 2 == 0 ?
		    n / 2 + aside : n / 2 - aside];

		gone += s->bytes.n > 0;
		bytes += s->bytes.n;
		s->bytes = (struct slice){ NULL, 0 };
	}
	return gone;
}

bool
parcel_put_within(struct buf *b, const struct sink_view *v, size_t max,
    size_t *gone)
{
	const size_t	 start = b->n;
	struct alert	 a = *v->alert;
	struct sink_view less = *v;

	parcel_put(b, v);
	if (b->n - start <= max)
		return true;
	less.alert = &a;
	a.steps = xcalloc(a.nsteps + 1, sizeof(*a.steps));
	if (a.nsteps > 0)
		memcpy(a.steps, v->alert->steps, a.nsteps * sizeof(*a.steps));
	*gone += leave_out(a.steps, a.nsteps, b->n - start - max);
	b->n = start;
	parcel_put(b, &less);
	free(a.steps);
	if (b->n - start <= max)
		return true;
	b->n = start;
	return false;
}

/* Reading: the first error sticks to the cursor, and all else is zero. */

static struct slice
take_bytes(struct cursor *c)
{
	return cursor_take(c, (size_t)cursor_uint(c, 4));
}

/* NULL when there is none, or an error. */
static const char *
take_text(struct cursor *c)
{
	const struct slice	 s = take_bytes(c);

	if (s.n == 0)
		return NULL;
	if (memchr(s.p, '\0', s.n) != s.p + s.n - 1) {
		(void)cursor_fail(c, BSM_ENUL);
		return NULL;
	}
	return (const char *)s.p;
}

static const char *
take_some_text(struct cursor *c)
{
	const char	*s = take_text(c);

	if (s == NULL)
		(void)cursor_fail(c, BSM_ETRUNC);
	return s;
}

static void
take_number(struct cursor *c, void *to, size_t size)
{
	const uint64_t	 wide = cursor_uint(c, (unsigned)size);
	const uint32_t	 narrow = (uint32_t)wide;

	if (size == sizeof(narrow))
		memcpy(to, &narrow, sizeof(narrow));
	else
		memcpy(to, &wide, sizeof(wide));
}

static bool
take_flag(struct cursor *c)
{
	const uint64_t	 v = cursor_uint(c, 1);

	if (v > 1)
		(void)cursor_fail(c, BSM_ERANGE);
	return v == 1;
}

static void
take_rows(struct cursor *c, const struct row *rows, size_t n, void *to)
{
	for (size_t i = 0; i < n; i++) {
		void	*p = (char *)to + rows[i].at;

		switch (rows[i].kind) {
		case NUMBER:
			take_number(c, p, rows[i].size);
			break;
		case FLAG:
			*(bool *)p = take_flag(c);
			break;
		case TEXT:
			*(const char **)p = take_some_text(c);
			break;
		case OPTIONAL:
			*(const char **)p = take_text(c);
			break;
		case BYTES:
			*(struct slice *)p = take_bytes(c);
			break;
		}
	}
}

/* How many follow, of which each takes at least so many bytes. */
static size_t
take_count(struct cursor *c, size_t least)
{
	const uint64_t	 n = cursor_uint(c, 4);

	if (n > cursor_left(c) / least) {
		(void)cursor_fail(c, BSM_ETRUNC);
		return 0;
	}
	return (size_t)n;
}

/* A list has no more tags than a size for each of them has room. */
static const char *const *
take_tags(struct cursor *c, struct arena *arena)
{
	struct cursor	 look = *c;
	const char	**tags;
	size_t		 n = 0;

	while (take_text(&look) != NULL)
		n++;
	if (n == 0) {
		(void)take_text(c);
		return NULL;
	}
	tags = arena_array(arena, n + 1, sizeof(*tags));
	for (size_t i = 0; i <= n; i++)
		tags[i] = take_text(c);		/* the last one is NULL */
	return tags;
}

static void
take_rule(struct cursor *c, struct arena *arena, struct alert_rule *r,
    size_t nchannels)
{
	uint32_t	*channels;

	take_rows(c, ROWS(rule_rows), r);
	r->tags = take_tags(c, arena);
	if ((r->nchannels = take_count(c, sizeof(*channels))) == 0)
		return;
	channels = arena_array(arena, r->nchannels, sizeof(*channels));
	for (size_t i = 0; i < r->nchannels; i++) {
		channels[i] = (uint32_t)cursor_uint(c, sizeof(*channels));
		if (channels[i] >= nchannels)
			(void)cursor_fail(c, BSM_ERANGE);
	}
	r->channels = channels;
}

static void
take_value(struct cursor *c, struct alert_value *v)
{
	v->name = take_some_text(c);
	switch (cursor_uint(c, 1)) {
	case WHAT_NUMBER:
		v->is_number = true;
		v->number = cursor_uint(c, 8);
		break;
	case WHAT_ADDRESS:
		v->is_address = true;
		v->bytes = take_bytes(c);
		if (v->bytes.n != 4 && v->bytes.n != 16)
			(void)cursor_fail(c, BSM_EADDR);
		break;
	case WHAT_TEXT:
		v->bytes = take_bytes(c);
		break;
	case WHAT_LENGTH:
		v->cut = true;
		v->bytes.n = (size_t)cursor_uint(c, 8);
		break;
	default:
		(void)cursor_fail(c, BSM_ERANGE);
	}
}

static const struct alert_value *
take_values(struct cursor *c, struct arena *arena, size_t *n)
{
	struct alert_value	*v;

	if ((*n = take_count(c, VALUE_LEAST)) == 0)
		return NULL;
	v = arena_array(arena, *n, sizeof(*v));
	for (size_t i = 0; i < *n; i++)
		take_value(c, &v[i]);
	return v;
}

static void
check_quality(struct cursor *c, uint32_t quality)
{
	if (quality > FRAME_RECOVERED)
		(void)cursor_fail(c, BSM_ERANGE);
}

static void
take_steps(struct cursor *c, struct arena *arena, struct alert *a)
{
	a->nsteps = take_count(c, STEP_LEAST);
	if (a->nsteps > ALERT_STEPS_MAX)
		(void)cursor_fail(c, BSM_ERANGE);
	if (c->err != 0 || a->nsteps == 0)
		return;
	a->steps = arena_array(arena, a->nsteps, sizeof(*a->steps));
	for (size_t i = 0; i < a->nsteps; i++) {
		take_rows(c, ROWS(step_rows), &a->steps[i]);
		check_quality(c, a->steps[i].quality);
	}
}

static void
take_last(struct cursor *c, struct record *r)
{
	struct frame_record	 f = { .kind = FRAME_RECORD };
	struct last		 last;
	int			 status;

	take_rows(c, ROWS(last_rows), &last);
	check_quality(c, last.quality);
	if (c->err != 0)
		return;
	f.bytes = last.bytes;
	f.offset = last.offset;
	f.quality = (enum frame_quality)last.quality;
	if ((status = record_head(r, &f)) != 0)
		(void)cursor_fail(c, status);
	else
		record_index(r);
}

bool
parcel_init(struct parcel *p, struct slice bytes, size_t nchannels)
{
	struct cursor	 c = { .in = bytes };
	struct alert	*a = &p->alert;

	*p = (struct parcel){ .arena = arena_new() };
	if (cursor_uint(&c, 4) != MAGIC ||
	    cursor_uint(&c, 4) != PARCEL_VERSION)
		(void)cursor_fail(&c, BSM_EUNKNOWN);
	take_rule(&c, p->arena, &a->rule, nchannels);
	take_rows(&c, ROWS(alert_rows), a);
	a->key = take_values(&c, p->arena, &a->nkey);
	a->bound = take_values(&c, p->arena, &a->nbound);
	take_steps(&c, p->arena, a);
	take_last(&c, &p->last);
	take_rows(&c, ROWS(view_rows), &p->view);
	if (cursor_left(&c) > 0)
		(void)cursor_fail(&c, BSM_ELEFT);
	if (c.err != 0) {
		parcel_fini(p);
		return false;
	}
	a->last = &p->last;
	p->view.alert = a;
	return true;
}

void
parcel_fini(struct parcel *p)
{
	arena_free(p->arena);
	p->arena = NULL;
}
