/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet.c - a stretch of what is printed.
 *
 * Parts point into the bytes of their sheet, which therefore never move: they
 * are given their room at the start, and what needs more gets a sheet of its
 * own. Intact records come in runs, which are cut here once more: finding where
 * they end costs less than noting it down.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "print/lossless.h"
#include "run/sheet.h"

#define OUT_KEPT	16u	/* times its size: output that is kept for
				 * the next time */
#define REMARKS_KEPT	256u

struct formatter {
	struct text	*text;		/* one of these three */
	struct lossless	*lossless;
	struct columns	*columns;
};

struct sheet_trail *
sheet_trail_new(const char *name, const char *label)
{
	struct sheet_trail	*t = xcalloc(1, sizeof(*t));
	struct buf	 shown = { 0 };

	t->name = xstrdup(name);
	buf_escape(&shown, slice_str(label));
	t->label = xstrdup(buf_cstr(&shown));
	buf_fini(&shown);
	return t;
}

void
sheet_trail_free(struct sheet_trail *t)
{
	if (t == NULL)
		return;
	free(t->name);
	free(t->label);
	free(t);
}

/* Sheets. */

void
sheet_init(struct sheet *s, size_t size)
{
	*s = (struct sheet){ .size = size };
	(void)buf_room(&s->bytes, size);	/* there is no limit */
}

void
sheet_fini(struct sheet *s)
{
	free(s->parts);
	free(s->remarks);
	buf_fini(&s->bytes);
	buf_fini(&s->out);
}

void
sheet_clear(struct sheet *s)
{
	buf_clear(&s->bytes);
	buf_clear(&s->out);
	s->nparts = s->nremarks = s->used = 0;
	s->bsd = false;
	if (s->bytes.cap > 2 * s->size) {
		buf_fini(&s->bytes);
		(void)buf_room(&s->bytes, s->size);
	}
	if (s->out.cap > OUT_KEPT * s->size)
		buf_fini(&s->out);
	if (s->remarks_cap > REMARKS_KEPT) {
		free(s->remarks);
		s->remarks = NULL;
		s->remarks_cap = 0;
	}
}

size_t
sheet_room(const struct sheet *s)
{
	if (s->nparts == 0)
		return SIZE_MAX;
	return s->used < s->size ? s->size - s->used : 0;
}

void
sheet_put(struct sheet *s, const struct part *p, bool lent)
{
	struct slice	*bytes;

	s->parts = mem_grow(s->parts, &s->parts_cap, s->nparts + 1,
	    sizeof(*s->parts));
	s->parts[s->nparts] = *p;
	bytes = &s->parts[s->nparts++].frame.bytes;
	s->used += bytes->n;
	if (lent || bytes->n == 0)
		return;
	buf_slice(&s->bytes, *bytes);
	bytes->p = s->bytes.p + s->bytes.n - bytes->n;
}

/* Formatting. */

struct formatter *
formatter_new(const struct formatter_options *o, struct slice *bad)
{
	struct formatter	*f = xcalloc(1, sizeof(*f));

	if (o->json)
		f->lossless = lossless_new(o->names);
	else if (o->columns == NULL)
		f->text = text_new(o->style, o->names, o->accounts);
	else if ((f->columns = columns_new(o->columns, o->columns_as, o->style,
	    o->names, o->accounts, bad)) == NULL) {
		free(f);
		return NULL;
	}
	return f;
}

void
formatter_free(struct formatter *f)
{
	if (f == NULL)
		return;
	text_free(f->text);
	lossless_free(f->lossless);
	columns_free(f->columns);
	free(f);
}

void
formatter_begin(const struct formatter *f, struct buf *out)
{
	if (f->text != NULL)
		text_begin(f->text, out);
	if (f->columns != NULL)
		columns_head(f->columns, out);
}

void
formatter_end(const struct formatter *f, struct buf *out)
{
	if (f->text != NULL)
		text_end(f->text, out);
}

static struct remark *
remark(struct sheet *s, enum remark_kind kind, const struct part *p)
{
	struct remark	*r;

	s->remarks = mem_grow(s->remarks, &s->remarks_cap, s->nremarks + 1,
	    sizeof(*s->remarks));
	r = &s->remarks[s->nremarks++];
	*r = (struct remark){ .kind = kind, .at = s->out.n, .part = p,
	    .offset = p->frame.offset, .number = p->number };
	return r;
}

static inline void
put_record(struct formatter *f, struct sheet *s, const struct part *p,
    const struct frame_record *rec, uint64_t number)
{
	struct remark	*r;
	size_t		 at = 0;
	int		 status = 0;

	if (rec->kind == FRAME_RECORD)
		s->bsd |= rec->bytes.p[5] < 2 || rec->bytes.p[5] > 4;
	if (f->lossless != NULL)
		lossless_frame(f->lossless, rec, slice_str(p->trail->name),
		    &s->out);
	else if (f->text != NULL)
		status = text_record(f->text, rec->bytes, &s->out, &at);
	else if (rec->kind == FRAME_RECORD)
		status = columns_record(f->columns, rec->bytes, &s->out, &at);
	if (status == 0)
		return;
	r = remark(s, REMARK_PARTIAL, p);
	r->offset = rec->offset + at;
	r->number = number;
	r->status = status;
}

static void
put_run(struct formatter *f, struct sheet *s, const struct part *p)
{
	struct frame_record	 rec = p->frame;
	const uint8_t		*end = rec.bytes.p + rec.bytes.n;

	for (uint64_t number = p->number; rec.bytes.p < end; number++) {
		rec.bytes.n = be32(rec.bytes.p + 1);
		put_record(f, s, p, &rec, number);
		rec.offset += rec.bytes.n;
		rec.bytes.p += rec.bytes.n;
	}
}

static void
put_gap(struct formatter *f, struct sheet *s, const struct part *p)
{
	if (f->lossless != NULL)
		lossless_frame(f->lossless, &p->frame,
		    slice_str(p->trail->name), &s->out);
	(void)remark(s, REMARK_GAP, p);
}

static void
put_frame(struct formatter *f, struct sheet *s, const struct part *p)
{
	if (p->frame.kind == FRAME_GAP) {
		put_gap(f, s, p);
		return;
	}
	if (p->frame.quality == FRAME_RECOVERED)
		(void)remark(s, REMARK_RECOVERED, p);
	put_record(f, s, p, &p->frame, p->number);
}

void
formatter_run(struct formatter *f, struct sheet *s)
{
	for (size_t i = 0; i < s->nparts; i++) {
		const struct part	*p = &s->parts[i];

		switch (p->kind) {
		case PART_RUN:
			put_run(f, s, p);
			break;
		case PART_FRAME:
			put_frame(f, s, p);
			break;
		case PART_OUTPUT:
			buf_slice(&s->out, p->frame.bytes);
			break;
		case PART_WORDS:
			(void)remark(s, REMARK_WORDS, p);
			break;
		case PART_END:
			(void)remark(s, REMARK_END, p);
			break;
		}
	}
}
