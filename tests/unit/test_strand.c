/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_strand.c - trails of a merge, and whether it matters who has judged.
 *
 * The judge is the merge itself: all records in order, and then each is asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/mem.h"
#include "bsm/cursor.h"
#include "select/strand.h"

#include "criteria_case.h"
#include "draw.h"

#define TRAILS	6

/* A trail in memory, given as bytes, or as what was judged of them. */
struct tape {
	struct buf	 bytes;
	size_t		 at, piece;
	int64_t		 start;
	bool		 once, breaks;
	struct criteria	*by;		/* or NULL */
	struct frame	*frame;
	struct judged	 judged;
	size_t		 items, room;	/* of a block */
	bool		 fed, ended;
};

struct deck {
	struct tape	 tapes[TRAILS];
	size_t		 n;
	struct lot	*lot;
	struct names	*names;
	struct criteria	*c;
};

/* Events are from 1 on; modifiers count, so that each record is known. */
static void
put_record(struct tape *t, struct lot *l, uint32_t seconds, unsigned number)
{
	static const uint8_t	 versions[] = { 11, 11, 11, 2, 2, 3 };
	const uint8_t		 version = versions[lot_below(l, 6)];

	buf_u8(&t->bytes, 0x14);
	buf_u32(&t->bytes, 25);
	buf_u8(&t->bytes, version);
	buf_u16(&t->bytes, (uint16_t)(1 + lot_below(l, 4)));
	buf_u16(&t->bytes, (uint16_t)number);
	buf_u32(&t->bytes, seconds);
	buf_u32(&t->bytes, lot_below(l, version == 2 ? 1000000000 : 1000));
	buf_u8(&t->bytes, 0x13);
	buf_u16(&t->bytes, 0xb105);
	buf_u32(&t->bytes, 25);
}

static void
put_file_token(struct tape *t, uint32_t seconds)
{
	buf_u8(&t->bytes, 0x11);
	buf_u32(&t->bytes, seconds);
	buf_u32(&t->bytes, 0);
	buf_u16(&t->bytes, 3);
	buf_put(&t->bytes, "/t", 3);
}

/* A trail whose clock mostly goes on, and sometimes back. */
static void
draw_tape(struct tape *t, struct lot *l)
{
	const unsigned	 n = lot_below(l, 60), back = 2 + lot_below(l, 40);
	const bool	 wild = lot_below(l, 3) == 0;
	uint32_t	 now = 1000 + lot_below(l, 20);

	if (lot_below(l, 2) == 0)
		put_file_token(t, now);
	for (unsigned i = 0; i < n; i++) {
		now += lot_below(l, 2 + lot_below(l, 3));
		if (wild && lot_below(l, back) == 0)
			now -= lot_below(l, 15);
		put_record(t, l, now, i);
		if (lot_below(l, 25) == 0)
			buf_str(&t->bytes, "no record");
	}
	if (lot_below(l, 4) == 0)	/* a record is cut */
		buf_put(&t->bytes, "\x14\0\0\0\x19\x0b", lot_below(l, 7));
	t->start = lot_below(l, 2) == 0 ? MERGE_NO_START :
	    990 + (int64_t)lot_below(l, 25);
	t->once = lot_below(l, 8) == 0;
	t->breaks = lot_below(l, 8) == 0;
	t->piece = 1 + lot_below(l, 400);
	t->items = 1 + lot_below(l, 12);
	t->room = 1 + lot_below(l, 100);
}

static int
more_bytes(struct tape *t, struct slice *bytes)
{
	size_t	 n = t->bytes.n - t->at;

	if (n == 0)
		return t->breaks ? -1 : 0;
	n = n < t->piece ? n : t->piece;
	*bytes = (struct slice){ t->bytes.p + t->at, n };
	t->at += n;
	return 1;
}

static int
more(void *arg, struct slice *bytes)
{
	struct tape	*t = arg;
	bool		 all;

	if (t->by == NULL)
		return more_bytes(t, bytes);
	if (t->frame == NULL)
		t->frame = frame_new();
	judged_clear(&t->judged);
	while ((all = judged_fill(&t->judged, t->by, t->frame)) &&
	    t->judged.n == 0 && !t->ended) {
		t->ended = more_bytes(t, bytes) != 1;
		if (t->ended)
			frame_end(t->frame);
		else
			(void)frame_feed(t->frame, bytes->p, bytes->n);
	}
	return t->judged.n > 0 ? MERGE_JUDGED : t->breaks ? -1 : 0;
}

static const struct judged *
judged(void *arg)
{
	const struct tape	*t = arg;

	return &t->judged;
}

static void
shut(void *arg)
{
	struct tape	*t = arg;

	frame_free(t->frame);
	t->frame = NULL;
	t->ended = false;
	t->at = 0;
}

/* Spools in memory. */
struct spool {
	struct buf	 bytes;
	size_t		 at;
};

static void *
spool_begin(void *arg)
{
	(void)arg;
	return xcalloc(1, sizeof(struct spool));
}

static bool
spool_write(void *spool, const void *bytes, size_t n)
{
	struct spool	*s = spool;

	buf_put(&s->bytes, bytes, n);
	return true;
}

static bool
spool_rewind(void *spool)
{
	(void)spool;
	return true;
}

static int
spool_more(void *spool, struct slice *bytes)
{
	struct spool	*s = spool;
	const size_t	 left = s->bytes.n - s->at, n = left > 70 ? 70 : left;

	*bytes = (struct slice){ s->bytes.p + s->at, n };
	s->at += n;
	return n > 0;
}

static void
spool_close(void *spool)
{
	struct spool	*s = spool;

	buf_fini(&s->bytes);
	free(s);
}

/* What is to be seen of an item, which may be several records. */
static void
show(struct buf *out, const struct merge_record *r, bool wanted)
{
	const uint8_t	*p = r->frame.bytes.p;

	if (r->note != MERGE_FINE)
		buf_printf(out, " %u%c@%llu", r->trail,
		    r->note == MERGE_EARLY ? '<' : '!',
		    (unsigned long long)r->frame.offset);
	if (r->frame.kind == FRAME_GAP)
		buf_printf(out, " %ugap%zu@%llu%s", r->trail, r->frame.bytes.n,
		    (unsigned long long)r->frame.offset,
		    r->frame.more ? "+" : "");
	else if (r->frame.quality == FRAME_RECOVERED)
		buf_printf(out, " %u?%llu", r->trail,
		    (unsigned long long)r->frame.offset);
	if (!wanted || r->frame.kind == FRAME_GAP)
		return;
	if (r->frame.kind == FRAME_FILE)
		buf_printf(out, " %ufile", r->trail);
	else for (size_t at = 0; at < r->frame.bytes.n; at += 25)
		buf_printf(out, " %u:%u", r->trail, be16(p + at + 8));
}

/* Merge them, judged before or after; what comes out. */
static void
run(struct deck *d, bool before, unsigned room, struct buf *out)
{
	static const struct merge_spools	 spools = { spool_begin,
	    spool_write, spool_rewind, spool_more, spool_close, NULL };
	struct merge				*m = merge_new(room,
	    room == 0 ? NULL : &spools);
	struct merge_record			 r;
	struct criteria_note			 note;
	bool					 wanted;

	for (size_t i = 0; i < d->n; i++) {
		struct tape			*t = &d->tapes[i];
		const struct merge_input	 in = { more, judged, shut, t,
		    t->start, t->once, 1 };

		t->at = 0;
		t->by = before ? d->c : NULL;
		judged_init(&t->judged, t->items, t->room);
		(void)merge_add(m, &in);
	}
	while (merge_next(m, &r) == 1) {
		assert_int_equal(r.judged.as != JUDGED_NOT, before);
		wanted = before ? r.judged.as == JUDGED_WANTED :
		    criteria_want(d->c, &r.frame, &note);
		if (before && wanted && r.frame.kind == FRAME_RECORD) {
			assert_int_equal(r.judged.records * 25,
			    r.frame.bytes.n);
			assert_ptr_equal(r.judged.last, r.frame.bytes.p +
			    r.frame.bytes.n - 25);
		}
		show(out, &r, wanted);
	}
	merge_free(m);
	for (size_t i = 0; i < d->n; i++)
		judged_fini(&d->tapes[i].judged);
}

static void
try_once(struct deck *d, const char *events, unsigned room)
{
	struct buf	 after = { 0 }, before = { 0 }, why = { 0 };

	d->c = criteria_new(d->names, &case_accounts);
	for (const char *e = events; *e != '\0'; e++)
		assert_true(criteria_add(d->c, CRIT_EVENT,
		    (const char[]){ *e, '\0' }, &why));
	criteria_invert(d->c, lot_below(d->lot, 4) == 0);
	criteria_ready(d->c);
	run(d, false, room, &after);
	run(d, true, room, &before);
	assert_string_equal(buf_cstr(&before), buf_cstr(&after));
	buf_fini(&after);
	buf_fini(&before);
	criteria_free(d->c);
}

static void
judged_before_or_after_the_merge_is_the_same(void **state)
{
	static const char *const	 events[] = { "1", "12", "", "7" };
	struct lot			*l = xcalloc(1, sizeof(*l));
	struct deck			 d = { .lot = l,
	    .names = names_new() };

	(void)state;
	lot_seed(l, 4711);
	for (unsigned i = lot_runs(2000); i > 0; i--) {
		d.n = 1 + lot_below(l, TRAILS);
		for (size_t t = 0; t < d.n; t++) {
			d.tapes[t] = (struct tape){ 0 };
			draw_tape(&d.tapes[t], l);
		}
		try_once(&d, events[lot_below(l, 4)], lot_below(l, 2) *
		    (2 + lot_below(l, 3)));
		for (size_t t = 0; t < d.n; t++)
			buf_fini(&d.tapes[t].bytes);
	}
	names_free(d.names);
	free(l);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(judged_before_or_after_the_merge_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
