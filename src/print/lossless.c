/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lossless.c - records as JSON, a line each, that lose nothing.
 *
 * The usual record is written by jsonhop.c without being decoded. In any other,
 * each token is written by its row of the token table. Before that it is built
 * again from the values that were decoded, and compared: whatever would not
 * come back bit for bit is written as raw bytes instead, so that no odd
 * encoding needs a case of its own here.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "bsm/build.h"
#include "bsm/record.h"
#include "print/jsonform.h"
#include "print/jsonhop.h"
#include "print/lossless.h"
#include "print/spell.h"

#define EVENTS 512u		/* remembered names of events */

/* An event as JSON. */
struct event {
	uint16_t	 number;
	uint8_t		 version;	/* of the header: tells the dialect */
	uint8_t		 n;		/* bytes of text; 0: none yet */
	uint8_t		 text[60];
};

struct lossless {
	const struct names	*names;
	struct buf		 line;
	struct buf		 again;		/* a token, built again */
	struct json		 j;		/* within the line */
	struct jsonhop		*hop;
	struct buf		 source;	/* as it was given */
	struct buf		 shown;		/* and as JSON */
	struct event		 events[EVENTS];
	int64_t			 second;	/* that `time` is in, ms */
	uint8_t			 time[SPELL_TIME_MAX];
	size_t			 time_n;	/* 0: nothing to go by */
};

struct lossless *
lossless_new(const struct names *names)
{
	struct lossless	*l = xcalloc(1, sizeof(*l));

	l->names = names;
	l->hop = jsonhop_new();
	buf_init(&l->line, LOSSLESS_LINE_MAX);
	buf_init(&l->again, 0);
	return l;
}

void
lossless_free(struct lossless *l)
{
	if (l == NULL)
		return;
	buf_fini(&l->line);
	buf_fini(&l->again);
	buf_fini(&l->source);
	buf_fini(&l->shown);
	jsonhop_free(l->hop);
	free(l);
}

/* Text of our own, which needs no escaping. */
static inline void
put_literal(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));	/* the compiler knows how long */
}

static void
put_raw(struct lossless *l, struct slice bytes)
{
	json_begin_object(&l->j);
	json_key(&l->j, "token");
	json_cstr(&l->j, "raw");
	json_key(&l->j, "hex");
	json_hex(&l->j, bytes);
	json_end_object(&l->j);
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
put_token(struct lossless *l, const struct token *t, struct slice record)
{
	const struct slice	 bytes = { record.p + t->off, t->len };

	if (t->layout == NULL || !comes_back(l, t, bytes)) {
		put_raw(l, bytes);
		return;
	}
	json_begin_object(&l->j);
	json_key(&l->j, "token");
	json_cstr(&l->j, t->layout->name);
	for (const struct field *f = t->layout->fields; f->name != NULL; f++)
		if (t->id != TOK_TRAILER || f->wire != W_U16 ||
		    t->trailer.magic != TRAILER_MAGIC)
			jsonform_field(&l->j, t, f);
	json_end_object(&l->j);
}

static void
put_tokens(struct lossless *l, struct slice record)
{
	const size_t	 start = l->line.n;
	struct tokens	 w;
	struct token	 t;

	if (jsonhop_record(l->hop, record, &l->line))
		return;
	l->line.n = start;
	json_init(&l->j, &l->line);
	json_begin_array(&l->j);
	tokens_begin(&w, record);
	while (tokens_next(&w, &t) != 0)
		put_token(l, &t, record);
	json_end_array(&l->j);
}

/* A name, or a number where none is known. */
static void
put_event(struct lossless *l, const struct record *r)
{
	struct event		*e = &l->events[r->event % EVENTS];
	const size_t		 start = l->line.n;
	const struct event_name	*name;
	struct json		 j;

	if (e->n > 0 && e->number == r->event && e->version == r->version) {
		buf_put(&l->line, e->text, e->n);
		return;
	}
	name = names_event(l->names, names_dialect(l->names, r->version),
	    r->event);
	json_init(&j, &l->line);
	if (name != NULL)
		json_cstr(&j, name->name);
	else
		json_uint(&j, r->event);
	if (l->line.full || l->line.n - start > sizeof(e->text))
		return;
	e->number = r->event;
	e->version = r->version;
	e->n = (uint8_t)(l->line.n - start);
	memcpy(e->text, l->line.p + start, e->n);
}

/* A time, of which neighbouring records share all but the milliseconds. */
static void
put_time(struct lossless *l, int64_t millis)
{
	if (l->time_n == 0 || millis < l->second ||
	    millis >= l->second + 1000) {
		l->time_n = spell_rfc3339(l->time, millis);
		if (l->time_n == 0)
			return;
		l->second = millis - (l->time[20] - '0') * 100 -
		    (l->time[21] - '0') * 10 - (l->time[22] - '0');
	}
	millis -= l->second;
	l->time[20] = (uint8_t)('0' + millis / 100);
	spell_two(l->time + 21, (uint64_t)millis % 100);
	put_literal(&l->line, "\"time\":\"");
	buf_put(&l->line, l->time, l->time_n);
	put_literal(&l->line, "\",");
}

/* When and what: for readers, since the header says it again. */
static void
put_summary(struct lossless *l, const struct frame_record *f)
{
	struct record	 r;

	if (f->kind != FRAME_RECORD || record_head(&r, f) != 0)
		return;
	put_time(l, record_millis(&r));
	put_literal(&l->line, "\"event\":");
	put_event(l, &r);
	buf_char(&l->line, ',');
}

/* Where the bytes were; the name of a trail is escaped only once. */
static void
put_place(struct lossless *l, const struct frame_record *f, struct slice source)
{
	struct json	 j;

	if (l->shown.n == 0 || !slice_eq(source, buf_bytes(&l->source))) {
		buf_clear(&l->source);
		buf_slice(&l->source, source);
		buf_clear(&l->shown);
		json_init(&j, &l->shown);
		json_text(&j, source);
	}
	put_literal(&l->line, "\"source\":");
	buf_slice(&l->line, buf_bytes(&l->shown));
	put_literal(&l->line, ",\"offset\":");
	json_init(&j, &l->line);
	json_uint(&j, f->offset);
}

/* The line, with all bytes as one raw token if WHOLE. */
static void
put_line(struct lossless *l, const struct frame_record *f, struct slice source,
    bool whole)
{
	struct buf	*line = &l->line;

	buf_clear(line);
	buf_char(line, '{');
	json_init(&l->j, line);
	if (f->kind == FRAME_GAP) {
		put_literal(line, "\"gap\":");
		json_cstr(&l->j, frame_strreason(f->reason));
		buf_char(line, ',');
	}
	put_summary(l, f);
	put_place(l, f, source);
	if (f->kind == FRAME_GAP) {
		put_literal(line, ",\"hex\":");
		json_hex(&l->j, f->bytes);
	} else {
		if (f->quality == FRAME_RECOVERED)
			put_literal(line, ",\"recovered\":true");
		put_literal(line, ",\"tokens\":");
		if (!whole)
			put_tokens(l, f->bytes);
		else {
			json_begin_array(&l->j);
			put_raw(l, f->bytes);
			json_end_array(&l->j);
		}
	}
	put_literal(line, "}\n");
}

void
lossless_frame(struct lossless *l, const struct frame_record *f,
    struct slice source, struct buf *out)
{
	put_line(l, f, source, false);
	if (l->line.full)
		put_line(l, f, source, true);
	buf_slice(out, buf_bytes(&l->line));
}
