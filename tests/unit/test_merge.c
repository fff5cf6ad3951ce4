/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "bsm/cursor.h"
#include "select/merge.h"

#include "draw.h"

/* A trail in memory, given in pieces of a few bytes. */
struct tape {
	struct buf	 bytes;
	size_t		 at, piece;	/* 0: all at once */
	bool		 open;
	bool		 breaks;	/* fails at its end */
	unsigned	 opened;
	uint8_t		*lent;		/* of exact length */
	struct deck	*deck;
};

#define TAPES 600

struct deck {
	struct tape	 tapes[TAPES];
	size_t		 n;
	unsigned	 open, most;	/* at once */
	struct merge	*merge;
	struct buf	 out;		/* "0:100 1:101 ..." */
	struct lot	*lot;		/* take of what is ahead, or NULL */
};

static struct tape *
tape(struct deck *d)
{
	struct tape	*t = &d->tapes[d->n++];

	t->deck = d;
	return t;
}

static void
put_header(struct tape *t, uint8_t version, uint32_t seconds, uint32_t frac)
{
	buf_u8(&t->bytes, 0x14);
	buf_u32(&t->bytes, 25);
	buf_u8(&t->bytes, version);
	buf_u16(&t->bytes, 1);
	buf_u16(&t->bytes, 0);
	buf_u32(&t->bytes, seconds);
	buf_u32(&t->bytes, frac);
	buf_u8(&t->bytes, 0x13);
	buf_u16(&t->bytes, 0xb105);
	buf_u32(&t->bytes, 25);
}

/* A record of FreeBSD, whose fraction is in milliseconds. */
static void
milli(struct tape *t, uint32_t seconds, uint32_t ms)
{
	put_header(t, 11, seconds, ms);
}

/* One of Solaris, in nanoseconds. */
static void
nano(struct tape *t, uint32_t seconds, uint32_t ns)
{
	put_header(t, 2, seconds, ns);
}

static void
file_token(struct tape *t, uint32_t seconds)
{
	buf_u8(&t->bytes, 0x11);
	buf_u32(&t->bytes, seconds);
	buf_u32(&t->bytes, 0);
	buf_u16(&t->bytes, 3);
	buf_put(&t->bytes, "/t", 3);
}

static int
tape_more(void *arg, struct slice *bytes)
{
	struct tape	*t = arg;
	size_t		 n = t->bytes.n - t->at;

	if (!t->open) {
		t->open = true;
		t->opened++;
		if (++t->deck->open > t->deck->most)
			t->deck->most = t->deck->open;
	}
	if (n == 0)
		return t->breaks ? -1 : 0;
	if (t->piece > 0 && n > t->piece)
		n = t->piece;
	free(t->lent);
	t->lent = xmemdup(t->bytes.p + t->at, n);
	t->at += n;
	*bytes = (struct slice){ t->lent, n };
	return 1;
}

static void
tape_close(void *arg)
{
	struct tape	*t = arg;

	assert_true(t->open);
	t->open = false;
	t->deck->open--;
	free(t->lent);
	t->lent = NULL;
	t->at = 0;
}

/* Spools in memory, of which NSPOOLS were made. */
struct shelf {
	unsigned	 spools;
	bool		 breaks;
};

struct spool {
	struct shelf	*shelf;
	struct buf	 bytes;
	size_t		 at;
};

static void *
shelf_begin(void *arg)
{
	struct spool	*s = xcalloc(1, sizeof(*s));

	s->shelf = arg;
	s->shelf->spools++;
	return s;
}

static bool
shelf_write(void *spool, const void *bytes, size_t n)
{
	struct spool	*s = spool;

	buf_put(&s->bytes, bytes, n);
	return !s->shelf->breaks;
}

static bool
shelf_rewind(void *spool)
{
	(void)spool;
	return true;
}

static int
shelf_more(void *spool, struct slice *bytes)
{
	struct spool	*s = spool;
	const size_t	 left = s->bytes.n - s->at, n = left > 11 ? 11 : left;

	*bytes = (struct slice){ s->bytes.p + s->at, n };
	s->at += n;
	return n > 0;
}

static void
shelf_close(void *spool)
{
	struct spool	*s = spool;

	buf_fini(&s->bytes);
	free(s);
}

static struct merge_spools
spools(struct shelf *shelf)
{
	return (struct merge_spools){ shelf_begin, shelf_write, shelf_rewind,
	    shelf_more, shelf_close, shelf };
}

static void
add(struct deck *d, struct tape *t, int64_t start)
{
	const struct merge_input	 in = { .more = tape_more,
		.close = tape_close, .arg = t, .start = start, .weight = 1 };

	assert_int_equal(merge_add(d->merge, &in), t - d->tapes);
}

static void
add_all(struct deck *d)
{
	for (size_t i = 0; i < d->n; i++)
		add(d, &d->tapes[i], MERGE_NO_START);
}

static void
show_record(struct deck *d, uint32_t trail, const uint8_t *p)
{
	if (d->out.n > 0)
		buf_char(&d->out, ' ');
	buf_dec(&d->out, trail);
	buf_printf(&d->out, ":%u.%u", be32(p + 10), be32(p + 14));
}

/* All that is ahead, or some of it. */
static void
take_ahead(struct deck *d, uint32_t trail)
{
	const struct slice	 a = merge_ahead(d->merge);
	const bool		 all = lot_below(d->lot, 2) == 0;
	size_t			 n = 0;

	while (n < a.n && (all || lot_below(d->lot, 4) > 0)) {
		show_record(d, trail, a.p + n);
		n += be32(a.p + n + 1);
	}
	assert_true(n <= a.n);
	merge_took(d->merge, n);
}

/* Run it to its end: trail, kind of item, its time or size, any note. */
static const char *
run(struct deck *d)
{
	static const char *const	 notes[] = { "", "<", "!" };
	struct merge_record		 r;
	int				 got;

	while ((got = merge_next(d->merge, &r)) == 1) {
		if (r.frame.kind == FRAME_RECORD)
			show_record(d, r.trail, r.frame.bytes.p);
		else if (r.frame.kind == FRAME_GAP)
			buf_printf(&d->out, " %ug%zu", r.trail,
			    r.frame.bytes.n);
		else
			buf_printf(&d->out, " %uf", r.trail);
		buf_str(&d->out, notes[r.note]);
		if (d->lot != NULL)
			take_ahead(d, r.trail);
	}
	if (got == -1)
		buf_str(&d->out, " failed");
	return buf_cstr(&d->out);
}

static void
end(struct deck *d)
{
	merge_free(d->merge);
	assert_int_equal(d->open, 0);
	for (size_t i = 0; i < d->n; i++)
		buf_fini(&d->tapes[i].bytes);
	buf_fini(&d->out);
	free(d);
}

static struct deck *
deck(void)
{
	struct deck	*d = xcalloc(1, sizeof(*d));

	d->merge = merge_new(0, NULL);
	return d;
}

static struct deck *
deck_with(unsigned room, const struct merge_spools *s)
{
	struct deck	*d = xcalloc(1, sizeof(*d));

	d->merge = merge_new(room, s);
	return d;
}

static void
nothing_merges_to_nothing(void **state)
{
	struct deck	*d = deck();

	(void)state;
	assert_string_equal(run(d), "");
	end(d);
}

static void
smaller_times_go_first(void **state)
{
	struct deck	*d = deck();
	struct tape	*a = tape(d), *b = tape(d);

	(void)state;
	milli(a, 10, 5);
	milli(a, 12, 0);
	milli(b, 9, 900);
	milli(b, 10, 4);
	milli(b, 13, 1);
	a->piece = b->piece = 7;
	add_all(d);
	assert_string_equal(run(d), "1:9.900 1:10.4 0:10.5 0:12.0 1:13.1");
	end(d);
}

static void
ties_keep_the_order_of_trails(void **state)
{
	struct deck	*d = deck();
	struct tape	*a = tape(d), *b = tape(d), *c = tape(d);

	(void)state;
	milli(c, 10, 0);
	milli(a, 10, 0);
	milli(b, 10, 0);
	milli(a, 10, 0);
	add_all(d);
	assert_string_equal(run(d), "0:10.0 0:10.0 1:10.0 2:10.0");
	end(d);
}

static void
fractions_compare_only_in_the_same_unit(void **state)
{
	struct deck	*d = deck();
	struct tape	*a = tape(d), *b = tape(d), *c = tape(d), *e = tape(d);

	(void)state;
	milli(a, 10, 900);
	nano(b, 10, 100);
	milli(c, 10, 100);
	nano(e, 10, 99);
	nano(e, 9, 0);
	add_all(d);
	assert_string_equal(run(d), "2:10.100 0:10.900 3:10.99 3:9.0< 1:10.100");
	end(d);
}

static void
record_never_overtakes_one_of_its_own_trail(void **state)
{
	struct deck	*d = deck();
	struct tape	*a = tape(d), *b = tape(d);

	(void)state;
	milli(a, 20, 0);
	milli(a, 5, 0);
	milli(a, 4, 0);
	milli(a, 21, 0);
	milli(b, 10, 0);
	milli(b, 20, 500);
	milli(b, 20, 400);	/* a moment: not worth a word */
	add_all(d);
	assert_string_equal(run(d), "1:10.0 0:20.0 0:5.0< 0:4.0 1:20.500 "
	    "1:20.400 0:21.0");
	end(d);
}

static void
gaps_and_file_tokens_travel_with_their_trail(void **state)
{
	struct deck	*d = deck();
	struct tape	*a = tape(d), *b = tape(d);

	(void)state;
	file_token(a, 10);
	milli(a, 10, 0);
	buf_put(&a->bytes, "noise", 5);
	milli(a, 30, 0);
	file_token(a, 1);
	milli(b, 5, 0);
	milli(b, 20, 0);
	milli(b, 40, 0);
	add_all(d);
	assert_string_equal(run(d), "1:5.0 0f 0:10.0 0g5 1:20.0 0:30.0 0f "
	    "1:40.0");
	end(d);
}

static void
trail_that_fails_gives_what_it_had(void **state)
{
	struct deck	*d = deck();
	struct tape	*a = tape(d), *b = tape(d);

	(void)state;
	milli(a, 10, 0);
	milli(a, 12, 0);
	a->bytes.n -= 3;
	a->breaks = true;
	milli(b, 11, 0);
	add_all(d);
	assert_string_equal(run(d), "0:10.0 0g22 1:11.0");
	end(d);
}

static void
trail_is_opened_when_its_time_has_come(void **state)
{
	struct deck	*d = deck();

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct tape	*t = tape(d);

		milli(t, 100 * i, 0);
		milli(t, 100 * i + 99, 0);
		add(d, t, 100 * i);
	}
	(void)run(d);
	assert_int_equal(d->most, 1);
	assert_int_equal(d->tapes[19].opened, 1);
	end(d);
}

static void
trail_that_begins_before_it_was_said_to_is_told(void **state)
{
	struct deck	*d = deck();
	struct tape	*a = tape(d), *b = tape(d);

	(void)state;
	milli(a, 10, 0);
	milli(a, 30, 0);
	milli(b, 5, 0);
	add(d, a, 10);
	add(d, b, 20);
	assert_string_equal(run(d), "0:10.0 1:5.0! 0:30.0");
	end(d);
}

/* Sixty trails that overlap by half of each, with some of equal times. */
static void
weave(struct deck *d, unsigned trails)
{
	for (unsigned i = 0; i < trails; i++) {
		struct tape	*t = tape(d);

		t->piece = 30;
		for (unsigned k = 0; k < 10; k++)
			(i % 7 == 3 ? nano : milli)(t, 10 * i + 2 * k,
			    i * 37 % 11);
		if (i % 5 == 0)
			buf_put(&t->bytes, "noise", 5);
	}
}

static char *
woven(unsigned trails, unsigned room, struct shelf *shelf)
{
	const struct merge_spools	 s = spools(shelf);
	struct deck			*d = deck_with(room, room == 0 ?
	    NULL : &s);
	char				*out;

	weave(d, trails);
	add_all(d);
	out = xstrdup(run(d));
	if (room > 0)
		assert_in_range(d->most, 1, room);
	end(d);
	return out;
}

static void
order_does_not_depend_on_the_room(void **state)
{
	struct shelf	 shelf = { 0 };
	char		*all = woven(60, 0, &shelf), *few;

	(void)state;
	for (unsigned room = 3; room < 60; room += 8) {
		few = woven(60, room, &shelf);
		assert_string_equal(few, all);
		free(few);
	}
	free(all);
}

static void
trails_that_follow_each_other_need_no_spool(void **state)
{
	struct shelf			 shelf = { 0 };
	const struct merge_spools	 s = spools(&shelf);
	struct deck			*d = deck_with(4, &s);

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		struct tape	*t = tape(d);

		milli(t, 100 * (99 - i), 0);
		milli(t, 100 * (99 - i) + 99, 0);
	}
	add_all(d);
	(void)run(d);
	assert_int_equal(shelf.spools, 0);
	assert_in_range(d->most, 1, 4);
	end(d);
}

/* All at the same time: nothing can be closed again. */
static void
more_trails_than_room_go_through_spools(void **state)
{
	struct shelf			 shelf = { 0 };
	const struct merge_spools	 s = spools(&shelf);
	struct deck			*d = deck_with(8, &s);
	const char			*out;

	(void)state;
	for (unsigned i = 0; i < TAPES; i++) {
		struct tape	*t = tape(d);

		milli(t, 7, 0);
		milli(t, 8, 0);
	}
	add_all(d);
	out = run(d);
	assert_in_range(d->most, 1, 8);
	assert_in_range(shelf.spools, 2, TAPES);
	assert_memory_equal(out, "0:7.0 1:7.0 2:7.0 3:7.0 4:7.0 ", 30);
	assert_non_null(strstr(out, " 599:7.0 0:8.0 1:8.0 "));
	end(d);
}

static void
spool_that_fails_ends_the_merge(void **state)
{
	struct shelf			 shelf = { .breaks = true };
	const struct merge_spools	 s = spools(&shelf);
	struct deck			*d = deck_with(3, &s);

	(void)state;
	for (unsigned i = 0; i < 9; i++)
		milli(tape(d), 7, 0);
	add_all(d);
	assert_string_equal(run(d), " failed");
	end(d);
}

static void
merge_may_be_left_in_the_middle(void **state)
{
	struct shelf			 shelf = { 0 };
	const struct merge_spools	 s = spools(&shelf);
	struct deck			*d = deck_with(5, &s);
	struct merge_record		 r;

	(void)state;
	weave(d, 30);
	add_all(d);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(merge_next(d->merge, &r), 1);
	end(d);
}

/* A trail of any kind: what SEED says. */
static void
draw_trail(struct lot *lot, struct tape *t)
{
	uint32_t	 now = 1000 + lot_below(lot, 60);

	t->piece = lot_below(lot, 3) == 0 ? 0 : 1 + lot_below(lot, 400);
	for (unsigned n = lot_below(lot, 60); n > 0; n--) {
		(lot_below(lot, 9) == 0 ? nano : milli)(t, now,
		    lot_below(lot, 1000));
		if (lot_below(lot, 3) > 0)
			now += lot_below(lot, 4);
		if (lot_below(lot, 40) == 0)
			now -= lot_below(lot, 5);
		if (lot_below(lot, 40) == 0)
			file_token(t, now);
		if (lot_below(lot, 40) == 0)
			buf_put(&t->bytes, "noise", 5);
	}
}

static char *
drawn(unsigned seed, bool ahead)
{
	struct shelf			 shelf = { 0 };
	const struct merge_spools	 s = spools(&shelf);
	struct lot			*lot = calloc(1, sizeof(*lot));
	struct deck			*d;
	char				*out;

	lot_seed(lot, seed);
	d = lot_below(lot, 2) == 0 ? deck() :
	    deck_with(3 + lot_below(lot, 4), &s);
	for (unsigned n = 1 + lot_below(lot, 8); n > 0; n--) {
		draw_trail(lot, tape(d));
		add(d, &d->tapes[d->n - 1], lot_below(lot, 3) == 0 ?
		    1010 : MERGE_NO_START);
	}
	d->lot = ahead ? lot : NULL;
	out = xstrdup(run(d));
	end(d);
	free(lot);
	return out;
}

static void
what_is_ahead_is_what_would_come_next(void **state)
{
	size_t	 records = 0;

	(void)state;
	for (unsigned seed = 0; seed < lot_runs(2000); seed++) {
		char	*one = drawn(seed, false), *two = drawn(seed, true);

		assert_string_equal(one, two);
		records += strlen(one);
		free(one);
		free(two);
	}
	assert_true(records > 10000);
}

/* Nothing else may come next before the time of the second trail. */
static void
what_is_ahead_ends_where_another_trail_may_begin(void **state)
{
	struct deck		*d = deck();
	struct tape		*a = tape(d), *b = tape(d);
	struct merge_record	 r;

	(void)state;
	for (unsigned i = 10; i < 30; i++)
		milli(a, i, 0);
	milli(b, 20, 0);
	add(d, a, MERGE_NO_START);
	add(d, b, 20);
	assert_int_equal(merge_ahead(d->merge).n, 0);
	assert_int_equal(merge_next(d->merge, &r), 1);
	assert_int_equal(merge_ahead(d->merge).n, 9 * 25);
	merge_took(d->merge, 9 * 25);
	assert_false(b->open);
	assert_string_equal(run(d), "0:20.0 1:20.0 0:21.0 0:22.0 0:23.0 "
	    "0:24.0 0:25.0 0:26.0 0:27.0 0:28.0 0:29.0");
	end(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_ahead_is_what_would_come_next),
		cmocka_unit_test(
		    what_is_ahead_ends_where_another_trail_may_begin),
		cmocka_unit_test(nothing_merges_to_nothing),
		cmocka_unit_test(smaller_times_go_first),
		cmocka_unit_test(ties_keep_the_order_of_trails),
		cmocka_unit_test(fractions_compare_only_in_the_same_unit),
		cmocka_unit_test(record_never_overtakes_one_of_its_own_trail),
		cmocka_unit_test(gaps_and_file_tokens_travel_with_their_trail),
		cmocka_unit_test(trail_that_fails_gives_what_it_had),
		cmocka_unit_test(trail_is_opened_when_its_time_has_come),
		cmocka_unit_test(
		    trail_that_begins_before_it_was_said_to_is_told),
		cmocka_unit_test(order_does_not_depend_on_the_room),
		cmocka_unit_test(trails_that_follow_each_other_need_no_spool),
		cmocka_unit_test(more_trails_than_room_go_through_spools),
		cmocka_unit_test(spool_that_fails_ends_the_merge),
		cmocka_unit_test(merge_may_be_left_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
