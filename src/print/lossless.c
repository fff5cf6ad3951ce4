/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lossless.c - records as JSON, a line each, that lose nothing.
 *
 * The usual record is written by jsonhop.c without being decoded. In any other,
 * each token is written by its row of the token table. Before that it is built
 * again from the values that were decoded, and compared: whatever would not
 * come back bit for bit is written as raw bytes instead, so that no odd
 * encoding needs a case of its own here.
 *
 * What stands before the tokens is put together from pieces that neighbouring
 * records share: a second, the name of an event, that of the trail.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "bsm/build.h"
#include "bsm/record.h"
#include "print/jsonform.h"
#include "print/jsonhop.h"
#include "print/lossless.h"
#include "print/spell.h"

#define EVENTS		512u		/* remembered names of events */
#define EVENT_BYTES	60u		/* of a name that is remembered */
#define SOURCE_BYTES	64u		/* of a trail's name: the usual */

/* "time":"2021-10-14T11:20:59.522Z", */
#define TIME_AT		8u		/* where the time begins */
#define MILLIS_AT	(TIME_AT + 20)
#define TIME_BYTES	(TIME_AT + SPELL_TIME_MAX + 2)

/* All else before the tokens, and what is moved beyond the end of a piece. */
#define HEAD_BYTES	256u

/* An event as JSON. */
struct event {
	uint16_t	 number;
	uint8_t		 version;	/* of the header: tells the dialect */
	uint8_t		 n;		/* bytes of text; 0: none yet */
	uint8_t		 text[EVENT_BYTES];
};

struct lossless {
	const struct names	*names;
	struct buf		 again;		/* a token, built again */
	struct jsonhop		*hop;
	struct buf		 source;	/* as it was given */
	struct buf		 shown;		/* "source":...,"offset": */
	struct event		 events[EVENTS];
	struct buf		 event;		/* the name of one more */
	int64_t			 second;	/* that `time` is in, ms */
	uint8_t			 time[TIME_BYTES];
	bool			 timed;		/* `time` is one */
};

struct lossless *
lossless_new(const struct names *names)
{
	struct lossless	*l = xcalloc(1, sizeof(*l));

	l->names = names;
	l->hop = jsonhop_new();
	memcpy(l->time, "\"time\":\"", TIME_AT);
	memcpy(l->time + TIME_BYTES - 2, "\",", 2);
	return l;
}

void
lossless_free(struct lossless *l)
{
	if (l == NULL)
		return;
	buf_fini(&l->again);
	buf_fini(&l->source);
	buf_fini(&l->shown);
	buf_fini(&l->event);
	jsonhop_free(l->hop);
	free(l);
}

/* ---------------------------------------------------------------- tokens */

static void
put_raw(struct json *j, struct slice bytes)
{
	json_begin_object(j);
	json_key(j, "token");
	json_cstr(j, "raw");
	json_key(j, "hex");
	json_hex(j, bytes);
	json_end_object(j);
}

/* Do the values that were decoded give the same bytes? */
static bool
comes_back(struct lossless *l, const struct token *t, struct slice bytes)
{
	buf_clear(&l->again);
	return build_token(&l->again, t) == 0 &&
	    slice_eq(buf_bytes(&l->again), bytes);
}

static void
put_token(struct lossless *l, struct json *j, const struct token *t,
    struct slice record)
{
	const struct slice	 bytes = { record.p + t->off, t->len };

	if (t->layout == NULL || !comes_back(l, t, bytes)) {
		put_raw(j, bytes);
		return;
	}
	json_begin_object(j);
	json_key(j, "token");
	json_cstr(j, t->layout->name);
	for (const struct field *f = t->layout->fields; f->name != NULL; f++)
		if (t->id != TOK_TRAILER || f->wire != W_U16 ||
		    t->trailer.magic != TRAILER_MAGIC)
			jsonform_field(j, t, f);
	json_end_object(j);
}

/* The tokens of a record, all bytes as one raw token if WHOLE. */
static void
put_tokens(struct lossless *l, struct slice record, bool whole,
    struct buf *out)
{
	const size_t	 start = out->n;
	struct tokens	 w;
	struct token	 t;
	struct json	 j;

	if (!whole && jsonhop_record(l->hop, record, out))
		return;
	out->n = start;
	json_init(&j, out);
	json_begin_array(&j);
	if (whole)
		put_raw(&j, record);
	else {
		tokens_begin(&w, record);
		while (tokens_next(&w, &t) != 0)
			put_token(l, &j, &t, record);
	}
	json_end_array(&j);
}

/* ------------------------------------------------------------ before them */

/* Move a text of our own, which needs no escaping. */
static inline uint8_t *
put_literal(uint8_t *o, const char *s)
{
	const size_t	 n = strlen(s);		/* the compiler knows it */

	memcpy(o, s, n);
	return o + n;
}

/* Move N bytes; N is nearly always at most USUAL, which can be read always. */
static inline uint8_t *
put_short(uint8_t *o, const uint8_t *p, size_t n, const size_t usual)
{
	if (n <= usual)
		memcpy(o, p, usual);
	else
		memcpy(o, p, n);
	return o + n;
}

/*
 * A name, or a number where none is known. EVENT_BYTES of it can be read.
 */
static struct slice
event_text(struct lossless *l, const struct record *r)
{
	struct event		*e = &l->events[r->event % EVENTS];
	const struct event_name	*name;
	struct json		 j;

	if (e->n > 0 && e->number == r->event && e->version == r->version)
		return (struct slice){ e->text, e->n };
	name = names_event(l->names, names_dialect(l->names, r->version),
	    r->event);
	buf_clear(&l->event);
	json_init(&j, &l->event);
	if (name != NULL)
		json_cstr(&j, name->name);
	else
		json_uint(&j, r->event);
	if (l->event.n > EVENT_BYTES)
		return buf_bytes(&l->event);
	e->number = r->event;
	e->version = r->version;
	e->n = (uint8_t)l->event.n;
	memcpy(e->text, l->event.p, e->n);
	return (struct slice){ e->text, e->n };
}

/* Where the bytes were; the name of a trail is escaped only once. */
static void
show_source(struct lossless *l, struct slice source)
{
	struct json	 j;

	if (l->shown.n > 0 && slice_eq(source, buf_bytes(&l->source)))
		return;
	buf_clear(&l->source);
	buf_slice(&l->source, source);
	buf_clear(&l->shown);
	buf_str(&l->shown, "\"source\":");
	json_init(&j, &l->shown);
	json_text(&j, source);
	buf_str(&l->shown, ",\"offset\":");
	(void)buf_room(&l->shown, SOURCE_BYTES);	/* for put_short() */
}

/* A time, of which neighbouring records share all but the milliseconds. */
static uint8_t *
put_time(struct lossless *l, uint8_t *o, int64_t millis)
{
	uint8_t		*at = l->time + MILLIS_AT;

	if (!l->timed || millis < l->second || millis >= l->second + 1000) {
		l->timed = spell_rfc3339(l->time + TIME_AT, millis) > 0;
		if (!l->timed)
			return o;
		l->second = millis - (at[0] - '0') * 100 -
		    (at[1] - '0') * 10 - (at[2] - '0');
	}
	millis -= l->second;
	at[0] = (uint8_t)('0' + millis / 100);
	spell_two(at + 1, (uint64_t)millis % 100);
	memcpy(o, l->time, TIME_BYTES);
	return o + TIME_BYTES;
}

/* When and what: for readers, since the header says it again. */
static uint8_t *
put_summary(struct lossless *l, uint8_t *o, const struct record *r,
    struct slice event)
{
	o = put_time(l, o, record_millis(r));
	o = put_literal(o, "\"event\":");
	o = put_short(o, event.p, event.n, EVENT_BYTES);
	*o++ = ',';
	return o;
}

/* All that stands before the tokens, or the bytes of a gap. */
static void
put_head(struct lossless *l, const struct frame_record *f, struct slice source,
    struct buf *out)
{
	struct record	 r;
	struct slice	 event = { NULL, 0 }, reason = { NULL, 0 };
	uint8_t		*o;

	show_source(l, source);
	if (f->kind == FRAME_GAP)
		reason = slice_str(frame_strreason(f->reason));
	if (f->kind == FRAME_RECORD && record_head(&r, f) == 0)
		event = event_text(l, &r);
	o = buf_room(out, l->shown.n + event.n + reason.n + HEAD_BYTES);
	if (o == NULL)
		return;
	*o++ = '{';
	if (reason.n > 0) {
		o = put_literal(o, "\"gap\":\"");
		o = put_short(o, reason.p, reason.n, 0);
		o = put_literal(o, "\",");
	}
	if (event.n > 0)
		o = put_summary(l, o, &r, event);
	o = put_short(o, l->shown.p, l->shown.n, SOURCE_BYTES);
	o = jsonform_number(o, f->offset);
	if (f->quality == FRAME_RECOVERED && f->kind != FRAME_GAP)
		o = put_literal(o, ",\"recovered\":true");
	o = reason.n > 0 ? put_literal(o, ",\"hex\":") :
	    put_literal(o, ",\"tokens\":");
	out->n = (size_t)(o - out->p);
}

/* The line, with all bytes as one raw token if WHOLE. */
static void
put_line(struct lossless *l, const struct frame_record *f, struct slice source,
    bool whole, struct buf *out)
{
	struct json	 j;

	put_head(l, f, source, out);
	if (f->kind == FRAME_GAP) {
		json_init(&j, out);
		json_hex(&j, f->bytes);
	} else
		put_tokens(l, f->bytes, whole, out);
	buf_put(out, "}\n", 2);
}

void
lossless_frame(struct lossless *l, const struct frame_record *f,
    struct slice source, struct buf *out)
{
	const size_t	 start = out->n;

	out->max = start + LOSSLESS_LINE_MAX;
	put_line(l, f, source, false, out);
	if (out->full) {
		out->n = start;
		out->full = false;
		put_line(l, f, source, true, out);
	}
	out->max = 0;
}
