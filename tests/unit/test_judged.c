/* SPDX-License-Identifier: BSD-2-Clause */
/* test_judged.c - what is left of records that have been judged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/mem.h"
#include "bsm/cursor.h"
#include "bsm/record.h"
#include "select/judged.h"

#include "criteria_case.h"
#include "draw.h"

struct bench {
	struct names	*names;
	struct criteria	*c;
	struct buf	 trail;
	struct judged	 judged;
};

static int
set_up(void **state)
{
	struct bench	*b = xcalloc(1, sizeof(*b));

	b->names = names_new();
	b->c = criteria_new(b->names, &case_accounts);
	*state = b;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench	*b = *state;

	judged_fini(&b->judged);
	criteria_free(b->c);
	names_free(b->names);
	buf_fini(&b->trail);
	free(b);
	return 0;
}

static void
want(struct bench *b, enum criterion which, const char *text)
{
	struct buf	 why = { 0 };

	assert_true(criteria_add(b->c, which, text, &why));
	criteria_ready(b->c);
}

/* A record of this event and second, of 25 bytes. */
static void
put(struct bench *b, uint16_t event, uint32_t seconds)
{
	const size_t	 start = b->trail.n;

	case_header(&b->trail, event, seconds);
	build_finish(&b->trail, start);
}

/* The whole trail into one block, of so much room. */
static bool
judge(struct bench *b, size_t items, size_t bytes)
{
	const struct slice	 lent = exact(buf_bytes(&b->trail));
	struct frame		*f = frame_new();
	bool			 all;

	judged_init(&b->judged, items, bytes);
	assert_int_equal(frame_feed(f, lent.p, lent.n), 0);
	all = judged_fill(&b->judged, b->c, f);
	frame_free(f);
	exact_free(lent);		/* nothing of it is borrowed */
	return all;
}

static void
of_what_is_not_wanted_only_the_time_is_kept(void **state)
{
	struct bench		*b = *state;
	struct judged_at	 at;
	struct frame_record	 f;
	struct judgement	 j;
	struct judged_time	 time;
	bool			 timed;

	want(b, CRIT_EVENT, "7");
	put(b, 6, 100);
	put(b, 7, 101);
	put(b, 6, 102);
	assert_true(judge(b, 10, 1000));
	assert_int_equal(b->judged.n, 3);
	assert_int_equal(b->judged.bytes.n, 25);
	judged_begin(&at, &b->judged);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(judged_next(&at, &f, &j, &time, &timed));
		assert_true(timed);
		assert_int_equal(time.seconds, 100 + i);
		assert_false(time.nano);
		assert_int_equal(f.offset, 25 * i);
		assert_int_equal(f.bytes.n, i == 1 ? 25 : 0);
		assert_int_equal(j.as, i == 1 ? JUDGED_WANTED : JUDGED_PASSED);
	}
	assert_false(judged_next(&at, &f, &j, &time, &timed));
}

static void
a_full_block_says_that_there_is_more(void **state)
{
	struct bench	*b = *state;

	want(b, CRIT_EVENT, "7");
	put(b, 7, 100);
	put(b, 7, 101);
	put(b, 7, 102);
	assert_false(judge(b, 2, 1000));
	assert_int_equal(b->judged.n, 2);
	judged_fini(&b->judged);
	assert_false(judge(b, 1, 1000));
	judged_fini(&b->judged);
	assert_true(judge(b, 4, 1000));
}

static void
records_are_taken_together_up_to_a_second(void **state)
{
	struct bench		*b = *state;
	struct judged_at	 at;
	struct frame_record	 f;
	struct judgement	 j;
	struct judged_time	 time;
	bool			 timed;

	want(b, CRIT_EVENT, "7");
	put(b, 7, 100);
	put(b, 7, 101);
	put(b, 7, 102);
	put(b, 7, 101);
	put(b, 6, 103);
	assert_true(judge(b, 10, 1000));
	judged_begin(&at, &b->judged);
	assert_true(judged_next(&at, &f, &j, &time, &timed));
	judged_more(&at, &f, &j, &time, 102, false);
	assert_int_equal(j.records, 2);		/* 102 is too late */
	assert_int_equal(f.bytes.n, 50);
	assert_ptr_equal(j.last, f.bytes.p + 25);
	assert_int_equal(time.seconds, 101);
	assert_true(judged_next(&at, &f, &j, &time, &timed));
	judged_more(&at, &f, &j, &time, 200, false);
	assert_int_equal(j.records, 1);		/* then time falls */
	assert_true(judged_next(&at, &f, &j, &time, &timed));
	judged_more(&at, &f, &j, &time, 200, true);
	assert_int_equal(j.records, 1);		/* then one is not wanted */
	assert_int_equal(f.offset, 75);
}

static void
damage_and_file_tokens_are_kept_whole(void **state)
{
	struct bench		*b = *state;
	struct judged_at	 at;
	struct frame_record	 f;
	struct judgement	 j;
	struct judged_time	 time;
	bool			 timed;

	want(b, CRIT_EVENT, "7");
	buf_put(&b->trail, "\x11\0\0\0\1\0\0\0\0\0\3/t", 14);
	put(b, 6, 100);
	buf_str(&b->trail, "junk");
	put(b, 7, 100);
	put(b, 7, 100);
	assert_true(judge(b, 10, 1000));
	judged_begin(&at, &b->judged);
	assert_true(judged_next(&at, &f, &j, &time, &timed));
	assert_false(timed);
	assert_int_equal(f.kind, FRAME_FILE);
	assert_memory_equal(f.bytes.p, b->trail.p, 14);
	assert_true(judged_passes(&f, &j));
	assert_true(judged_next(&at, &f, &j, &time, &timed));
	assert_true(timed);
	assert_true(judged_next(&at, &f, &j, &time, &timed));
	assert_int_equal(f.kind, FRAME_GAP);
	assert_int_equal(f.bytes.n, 4);
	assert_int_equal(f.offset, 39);
	assert_false(judged_passes(&f, &j));
	assert_true(judged_next(&at, &f, &j, &time, &timed));
	assert_int_equal(f.quality, FRAME_RECOVERED);
	assert_int_equal(j.as, JUDGED_WANTED);
	assert_memory_equal(f.bytes.p, b->trail.p + 43, 25);
	assert_true(judged_next(&at, &f, &j, &time, &timed));
	assert_true(timed);
	assert_int_equal(f.offset, 68);
}

/* One line for each item, of which more than the sizes can be seen. */
static void
show(struct buf *out, const struct frame_record *f, bool wanted,
    const struct criteria_note *n)
{
	struct record	 r;

	if (f->kind == FRAME_GAP || f->quality == FRAME_RECOVERED ||
	    n->status != 0)
		buf_printf(out, "%d %d %llu %zu %d@%zu\n", f->kind, f->quality,
		    (unsigned long long)f->offset, f->bytes.n, n->status,
		    n->at);
	if (!wanted || f->kind == FRAME_GAP)
		return;
	if (record_head(&r, f) != 0)
		r.seconds = -1;
	buf_printf(out, "%lld %zu\n", (long long)r.seconds, f->bytes.n);
	buf_slice(out, f->bytes);
}

static void
one_by_one(struct bench *b, struct slice trail, struct buf *out)
{
	struct frame		*f = frame_new();
	struct frame_record	 rec;
	struct criteria_note	 note;
	bool			 wanted;

	(void)frame_feed(f, trail.p, trail.n);
	frame_end(f);
	while (frame_next(f, &rec) == 1) {
		note = (struct criteria_note){ 0 };
		wanted = rec.kind != FRAME_GAP &&
		    criteria_want(b->c, &rec, &note);
		show(out, &rec, wanted, &note);
	}
	frame_free(f);
}

static void
in_blocks(struct bench *b, struct lot *l, struct slice trail, struct buf *out)
{
	struct frame		*f = frame_new();
	struct judged_at	 at;
	struct frame_record	 rec;
	struct judgement	 j;
	struct judged_time	 time;
	bool			 timed, all;

	judged_init(&b->judged, 1 + lot_below(l, 9), 1 + lot_below(l, 4000));
	(void)frame_feed(f, trail.p, trail.n);
	frame_end(f);
	do {
		judged_clear(&b->judged);
		all = judged_fill(&b->judged, b->c, f);
		judged_begin(&at, &b->judged);
		while (judged_next(&at, &rec, &j, &time, &timed))
			show(out, &rec, j.as == JUDGED_WANTED, &j.note);
	} while (!all);
	judged_fini(&b->judged);
	frame_free(f);
}

static void
what_comes_out_is_what_is_wanted_one_by_one(void **state)
{
	struct bench	*b = *state;
	struct lot	*l = xcalloc(1, sizeof(*l));
	struct buf	 one = { 0 }, many = { 0 };

	lot_seed(l, 77);
	want(b, CRIT_AUID, "1001");
	want(b, CRIT_FILE, "a");
	for (unsigned i = lot_runs(400); i > 0; i--) {
		struct slice	 trail;

		buf_clear(&b->trail);
		buf_clear(&one);
		buf_clear(&many);
		criteria_invert(b->c, i % 2 == 0);
		criteria_ready(b->c);
		for (unsigned n = lot_below(l, 20); n > 0; n--)
			lot_record(l, &b->trail, lot_below(l, 2) == 0 ? 2 : 11,
			    6, true);
		for (unsigned n = lot_below(l, 4); n > 0 && b->trail.n > 0;
		    n--)
			b->trail.p[lot_below(l, (uint32_t)b->trail.n)] =
			    (uint8_t)lot_below(l, 256);
		trail = exact(buf_bytes(&b->trail));
		one_by_one(b, trail, &one);
		in_blocks(b, l, trail, &many);
		assert_int_equal(one.n, many.n);
		if (one.n > 0)
			assert_memory_equal(one.p, many.p, one.n);
		exact_free(trail);
	}
	buf_fini(&one);
	buf_fini(&many);
	free(l);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		TEST(of_what_is_not_wanted_only_the_time_is_kept),
		TEST(a_full_block_says_that_there_is_more),
		TEST(records_are_taken_together_up_to_a_second),
		TEST(damage_and_file_tokens_are_kept_whole),
		TEST(what_comes_out_is_what_is_wanted_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
