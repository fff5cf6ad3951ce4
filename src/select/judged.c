/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * judged.c - records of a trail that have been judged: what is left of them.
 *
 * Nearly every record is an item of a few bytes: time, size, wanted or not.
 * Intact ones are judged many at a time, a stretch that stays in the nearest
 * cache while it is gone through twice, for times and for criteria. What an
 * item has no room for is special: damage, file tokens, records with something
 * to be said, or with a strange header or time. Items and specials stand in
 * the order of the trail, and so do the bytes.
 */
#include "select/judged.h"

#include <stdlib.h>

#include "base/mem.h"
#include "bsm/cursor.h"
#include "bsm/record.h"

#define STRETCH		(32u << 10)	/* bytes judged in one go */

/* Of `what`: how many bytes the record has, and what it is. */
#define ITEM_SIZE	0x00ffffffu
#define ITEM_NANO	(1u << 24)
#define ITEM_WANTED	(1u << 25)
#define ITEM_SPECIAL	(1u << 26)	/* see there; no more is known */

struct judged_item {
	int64_t		 seconds;
	uint32_t	 fraction;
	uint32_t	 what;
};

_Static_assert(sizeof(struct judged_item) == JUDGED_ITEM, "as it is told");
_Static_assert(FRAME_RECORD_MAX <= ITEM_SIZE, "a record has to fit");

struct judged_special {
	struct frame_record	 frame;		/* its bytes: only how many */
	struct criteria_note	 note;
	bool			 wanted;
};

void
judged_init(struct judged *j, size_t items, size_t bytes)
{
	*j = (struct judged){ .max = items, .bytes_max = bytes };
}

void
judged_fini(struct judged *j)
{
	free(j->items);
	free(j->specials);
	buf_fini(&j->bytes);
	*j = (struct judged){ 0 };
}

void
judged_clear(struct judged *j)
{
	j->n = j->nspecials = 0;
	buf_clear(&j->bytes);
}

/* Judging. */

static bool
full(const struct judged *j)
{
	return j->n == j->max || j->bytes.n >= j->bytes_max;
}

static void
add_special(struct judged *j, const struct frame_record *f,
    const struct criteria_note *note, bool wanted)
{
	j->specials = mem_grow(j->specials, &j->cap, j->nspecials + 1,
	    sizeof(*j->specials));
	j->specials[j->nspecials++] = (struct judged_special){ *f, *note,
	    wanted };
	j->items[j->n++] = (struct judged_item){ .what = ITEM_SPECIAL };
	buf_slice(&j->bytes, f->bytes);
	j->end = f->offset + f->bytes.n;
}

/* The item of a record; false when it has no room for it. */
static bool
make_item(struct judged_item *item, const uint8_t *p, size_t n)
{
	const struct frame_record	 f = { .bytes = { p, n } };
	struct record			 r;
	const uint32_t			 nano = p[5] == 2 ? ITEM_NANO : 0;

	if (n < HEADER_MIN || p[5] == 3 || p[5] == 4)
		return false;			/* no system writes these */
	if (p[0] == TOK_HEADER32) {		/* nearly always */
		*item = (struct judged_item){ be32(p + 10), be32(p + 14),
		    (uint32_t)n | nano };
		return true;
	}
	if (record_head(&r, &f) != 0 || r.fraction > UINT32_MAX)
		return false;
	*item = (struct judged_item){ r.seconds, (uint32_t)r.fraction,
	    (uint32_t)n | nano };
	return true;
}

/* What was scanned, and how far its records have been noted. */
struct scanned {
	struct judged	*to;
	const uint8_t	*p;		/* of the item */
	size_t		 item;
};

static void
on_run(void *arg, const struct criteria_run *run)
{
	struct scanned		*s = arg;
	struct judged_item	*items = s->to->items;

	for (; s->p < run->bytes.p; s->item++)
		s->p += items[s->item].what & ITEM_SIZE;
	for (; s->p <= run->last; s->item++) {
		s->p += items[s->item].what & ITEM_SIZE;
		items[s->item].what |= ITEM_WANTED;
	}
	buf_slice(&s->to->bytes, run->bytes);
}

/* Items of the intact records in BYTES that there is room for; how many
 * bytes these are. */
static size_t
make_items(struct judged *j, struct slice bytes)
{
	const size_t	 most = bytes.n < STRETCH ? bytes.n : STRETCH;
	size_t		 at = 0, n;

	while (at < most && j->n < j->max &&
	    (n = frame_intact(bytes.p + at, bytes.n - at)) > 0 &&
	    make_item(&j->items[j->n], bytes.p + at, n)) {
		frame_fetch(bytes.p + at, bytes.n - at);
		j->n++;
		at += n;
	}
	return at;
}

/* Judge a stretch of intact records. False when none comes next. */
static bool
judge_ahead(struct judged *j, struct criteria *c, struct frame *f)
{
	const struct slice	 ahead = frame_ahead(f);
	struct scanned		 s = { j, ahead.p, j->n };
	const size_t		 first = j->n, n = make_items(j, ahead);
	size_t			 judged;

	if (n == 0 || j->end != frame_offset(f)) {
		j->n = first;
		return false;
	}
	judged = criteria_scan(c, (struct slice){ ahead.p, n }, on_run, &s);
	if (judged < n)			/* criteria_want() has to look */
		for (j->n = first, s.p = ahead.p; s.p < ahead.p + judged;
		    j->n++)
			s.p += j->items[j->n].what & ITEM_SIZE;
	frame_took(f, judged);
	j->end += judged;
	return judged > 0;
}

static void
judge_one(struct judged *j, struct criteria *c, const struct frame_record *f)
{
	struct criteria_note	 note = { 0 };
	const bool		 wanted = f->kind != FRAME_GAP &&
	    criteria_want(c, f, &note);
	struct judged_item	 item;

	if (f->kind != FRAME_RECORD || f->quality == FRAME_RECOVERED ||
	    note.status != 0 || note.limit || f->offset != j->end ||
	    !make_item(&item, f->bytes.p, f->bytes.n)) {
		add_special(j, f, &note, wanted);
		return;
	}
	if (wanted) {
		item.what |= ITEM_WANTED;
		buf_slice(&j->bytes, f->bytes);
	}
	j->items[j->n++] = item;
	j->end += f->bytes.n;
}

bool
judged_fill(struct judged *j, struct criteria *c, struct frame *f)
{
	struct frame_record	 rec;

	if (j->items == NULL)
		j->items = xreallocarray(NULL, j->max, sizeof(*j->items));
	if (j->n == 0)
		j->offset = j->end = frame_offset(f);
	while (!full(j)) {
		if (judge_ahead(j, c, f))
			continue;
		if (frame_next(f, &rec) != 1)
			return true;
		judge_one(j, c, &rec);
	}
	return false;
}

/* The way through. */

bool
judged_passes(const struct frame_record *f, const struct judgement *j)
{
	return j->as == JUDGED_PASSED && f->kind != FRAME_GAP &&
	    f->quality != FRAME_RECOVERED && j->note.status == 0 &&
	    !j->note.limit;
}

void
judged_begin(struct judged_at *at, const struct judged *j)
{
	*at = (struct judged_at){ .in = j, .offset = j->offset };
}

static void
next_special(struct judged_at *at, struct frame_record *f,
    struct judgement *judged)
{
	const struct judged_special	*s = &at->in->specials[at->special++];

	*f = s->frame;
	f->bytes.p = at->in->bytes.p + at->byte;
	*judged = (struct judgement){ s->wanted ? JUDGED_WANTED :
	    JUDGED_PASSED, s->note, 1, f->bytes.p };
	at->byte += f->bytes.n;
	at->offset = f->offset + f->bytes.n;
}

static struct judged_time
time_of(const struct judged_item *item)
{
	return (struct judged_time){ item->seconds, item->fraction,
	    (item->what & ITEM_NANO) != 0 };
}

bool
judged_next(struct judged_at *at, struct frame_record *f,
    struct judgement *judged, struct judged_time *time, bool *timed)
{
	const struct judged_item	*item;
	size_t				 n;

	if (at->in == NULL || at->item == at->in->n)
		return false;
	item = &at->in->items[at->item++];
	*timed = (item->what & ITEM_SPECIAL) == 0;
	if (!*timed) {
		next_special(at, f, judged);
		return true;
	}
	n = item->what & ITEM_SIZE;
	*time = time_of(item);
	*f = (struct frame_record){ .offset = at->offset };
	*judged = (struct judgement){ .as = JUDGED_PASSED, .records = 1 };
	at->offset += n;
	if ((item->what & ITEM_WANTED) == 0)
		return true;
	f->bytes = (struct slice){ at->in->bytes.p + at->byte, n };
	judged->as = JUDGED_WANTED;
	judged->last = f->bytes.p;
	at->byte += n;
	return true;
}

void
judged_more(struct judged_at *at, struct frame_record *f,
    struct judgement *judged, struct judged_time *time, int64_t until,
    bool any)
{
	const struct judged_item	*item = at->in->items + at->item;
	const struct judged_item	*end = at->in->items + at->in->n;
	const struct judged_item	*begin = item;
	const uint32_t			 kind = judged->as == JUDGED_WANTED ?
	    ITEM_WANTED : 0;
	int64_t				 last = time->seconds;
	size_t				 bytes = 0, n = 0;

	for (; item < end && (item->what & (ITEM_WANTED | ITEM_SPECIAL)) ==
	    kind && item->seconds < until && (item->seconds >= last || any);
	    item++) {
		last = item->seconds;
		n = item->what & ITEM_SIZE;
		bytes += n;
	}
	if (item == begin)
		return;
	*time = time_of(item - 1);
	at->item += (size_t)(item - begin);
	at->offset += bytes;
	judged->records += (uint64_t)(item - begin);
	if (kind == 0)
		return;
	f->bytes.n += bytes;
	judged->last = f->bytes.p + f->bytes.n - n;
	at->byte += bytes;
}
