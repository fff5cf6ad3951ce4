/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_fold.c - a group of partial matches in little room.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/fold.h"

/* A group with partial matches in a row, as life.c makes them. */
struct row {
	struct pasts	 pasts;
	struct tallies	*tallies;
	struct folds	 folds;
	struct group	 g;
	struct partial	 p[FOLD_STATES + 1];
	unsigned	 low;
};

static const struct origin	beginning = { .start = 77, .first_s = 1000,
	.first_ms = 250, .offset = 4000, .epoch = 3, .source = 2, .state = 1,
	.quality = FRAME_RECOVERED, .all = 1 };

static void
give(struct row *r, struct partial *p)
{
	past_drop(&r->pasts, p->past);
	origin_drop(&r->pasts, p->origin);
}

/* The past with one more record; what it was is given back. */
static uint32_t
longer(struct row *r, uint32_t past, uint64_t offset, unsigned state)
{
	const uint32_t	 more = past_add(&r->pasts, past, (struct past){
	    .offset = offset, .source = 2, .state = (uint16_t)state,
	    .quality = FRAME_STRONG });

	past_drop(&r->pasts, past);
	return more;
}

/* From state LOW to TOP; a record a second. */
static void
row_begin(struct row *r, const struct origin *o, unsigned low, unsigned top)
{
	const int64_t	 ms = o->first_s * 1000 + o->first_ms;
	uint32_t	 origin, past = 0;

	pasts_init(&r->pasts, true);
	r->tallies = tallies_new(&r->pasts, 0);
	folds_init(&r->folds, &r->pasts, r->tallies);
	r->g = (struct group){ .id = 5, .rule = 9,
	    .top = top & GROUP_TOP_MAX };
	r->low = low;
	origin = origin_new(&r->pasts, o, 4711);
	past = past_of(&r->pasts, origin);
	for (unsigned i = 1; i <= top; i++) {
		if (i > 1)
			past = longer(r, past, 4000 + i, i);
		if (i >= low)
			r->p[i] = (struct partial){ .state = (uint16_t)i,
			    .last_ms = ms + 1000 * (int64_t)(i - 1),
			    .origin = origin_hold(&r->pasts, origin),
			    .past = past_hold(&r->pasts, past), .epoch = 6 };
	}
	past_drop(&r->pasts, past);
	origin_drop(&r->pasts, origin);
}

static bool
row_fold(struct row *r)
{
	struct partial	*by_state[FOLD_STATES + 1] = { NULL };
	uint64_t	 hash = 0;
	bool		 folded;

	for (unsigned i = r->low; i <= r->g.top; i++)
		by_state[i] = &r->p[i];
	folded = fold_put(&r->folds, &r->g, by_state, r->low, &hash);
	assert_true(!folded || hash == 4711);
	return folded;
}

/* Nothing may be left when all that it holds has been given back. */
static void
row_end(struct row *r)
{
	for (unsigned i = r->low; i <= r->g.top; i++)
		give(r, &r->p[i]);
	assert_int_equal(r->pasts.origins.used, 0);
	assert_int_equal(r->pasts.records.used, 0);
	assert_int_equal(r->folds.later.used, 0);
	folds_fini(&r->folds);
	tallies_free(r->tallies);
	pasts_fini(&r->pasts);
}

static void
is_as_it_was(const struct row *r, unsigned state)
{
	const struct partial	*p = &r->p[state];
	const struct origin	*o = origin_at(&r->pasts, p->origin);
	struct alert_step	 steps[ALERT_STEPS_MAX];

	assert_int_equal(p->state, state);
	assert_int_equal(p->last_ms, 1000250 + 1000 * (state - 1));
	assert_int_equal(p->epoch, 6);
	assert_false(p->counts || p->in_tally || p->deadline != 0);
	assert_int_equal(o->start, 77);
	assert_int_equal(o->first_s, 1000);
	assert_int_equal(o->first_ms, 250);
	assert_int_equal(o->epoch, 3);
	assert_int_equal(o->all, 1);
	assert_int_equal(origin_hash(&r->pasts, p->origin), 4711);
	assert_int_equal(past_list(&r->pasts, p->past, steps), state);
	assert_int_equal(steps[0].offset, 4000);
	for (unsigned i = 0; i < state; i++) {
		assert_int_equal(steps[i].state, i + 1);
		assert_int_equal(steps[i].source, 2);
		assert_int_equal(steps[i].quality, i == 0 ?
		    FRAME_RECOVERED : FRAME_STRONG);
		if (i > 0)
			assert_int_equal(steps[i].offset, 4001 + i);
	}
}

static void
comes_back(unsigned low, unsigned top)
{
	struct row	 r;

	row_begin(&r, &beginning, low, top);
	assert_true(row_fold(&r));
	assert_true(r.g.folded);
	/* The first record lies in the group, each other takes 16 bytes. */
	assert_int_equal(r.folds.later.used, top - 1);
	assert_int_equal(r.pasts.origins.used, 0);
	assert_int_equal(r.pasts.records.used, 0);
	assert_int_equal(fold_last_ms(&r.folds, &r.g),
	    1000250 + 1000 * (top - 1));
	memset(r.p, 0xee, sizeof(r.p));
	assert_int_equal(fold_take(&r.folds, &r.g, 4711, r.p), low);
	assert_false(r.g.folded);
	for (unsigned i = low; i <= top; i++)
		is_as_it_was(&r, i);
	row_end(&r);
}

static void
what_is_opened_is_as_it_was(void **state)
{
	(void)state;
	comes_back(1, 1);
	comes_back(1, 2);
	comes_back(1, 7);
	comes_back(1, FOLD_STATES);
	/* `strict`: those before the last are gone. */
	comes_back(2, 2);
	comes_back(5, 7);
}

static void
where_nobody_asks_for_pasts_there_are_none_again(void **state)
{
	struct row	 r;

	(void)state;
	row_begin(&r, &beginning, 1, 3);
	for (unsigned i = 1; i <= 3; i++) {
		past_drop(&r.pasts, r.p[i].past);
		r.p[i].past = 0;
	}
	assert_true(row_fold(&r));
	assert_int_equal(fold_take(&r.folds, &r.g, 4711, r.p), 1);
	for (unsigned i = 1; i <= 3; i++) {
		assert_int_equal(r.p[i].past, 0);
		assert_int_equal(r.p[i].last_ms, 1000250 + 1000 * (i - 1));
	}
	row_end(&r);
}

static void
a_clock_may_step_back_between_its_records(void **state)
{
	struct row	 r;

	(void)state;
	row_begin(&r, &beginning, 1, 2);
	r.p[2].last_ms = -5;
	assert_true(row_fold(&r));
	assert_int_equal(fold_last_ms(&r.folds, &r.g), -5);
	assert_int_equal(fold_take(&r.folds, &r.g, 4711, r.p), 1);
	assert_int_equal(r.p[2].last_ms, -5);
	row_end(&r);
}

/* Of this origin, at its own time; never open before. */
static bool
begins(struct group *g, const struct origin *o)
{
	return fold_begin(g, o, (int64_t)((uint64_t)o->first_s * 1000 +
	    o->first_ms), 6, false);
}

static void
a_beginning_lies_there_as_if_it_had_been_open(void **state)
{
	struct row	 r;
	struct group	 g;

	(void)state;
	row_begin(&r, &beginning, 1, 1);
	assert_true(row_fold(&r));
	assert_true(begins(&g, &beginning));
	assert_true(g.folded && g.f_low == 1 && g.top == 1 && !g.f_bare);
	r.g = g;
	assert_int_equal(fold_take(&r.folds, &r.g, 4711, r.p), 1);
	is_as_it_was(&r, 1);
	row_end(&r);
	/* Its record is of another time, or it began further on. */
	assert_false(fold_begin(&g, &beginning, 1000251, 6, false));
	assert_false(begins(&g, &(struct origin){ .first_s = 1, .state = 2 }));
}

/* Of a record that is counted; its tally has just that. */
static void
counts_again(uint64_t value, bool bare)
{
	const struct tally_way	 way = { .wanted = 5, .window_ms = -1,
	    .distinct = true };
	struct counted		 one = { .ms = 1000250, .value = value };
	struct alert_step	 steps[ALERT_STEPS_MAX];
	struct row		 r;
	struct partial		*p = &r.p[0];

	row_begin(&r, &beginning, 1, 0);
	assert_true(fold_count(&r.g, &beginning, 1000250, value, bare));
	assert_int_equal(r.g.folded, FOLDED_COUNT);
	assert_int_equal(fold_last_ms(&r.folds, &r.g), 1000250);
	assert_int_equal(tallies_used(r.tallies), 0);
	assert_int_equal(r.pasts.origins.used, 0);
	assert_int_equal(fold_take(&r.folds, &r.g, 4711, r.p), 0);
	assert_true(!r.g.folded && r.g.first == 0);
	assert_true(p->counts && p->state == 0 && p->made == 77);
	assert_int_equal(p->last_ms, 1000250);
	assert_int_equal(origin_hash(&r.pasts, p->origin), 4711);
	assert_int_equal(tally_count(r.tallies, p->tally), 1);
	one = tally_newest(r.tallies, p->tally);
	assert_int_equal(one.origin, p->origin);
	assert_true(one.ms == 1000250 && one.value == value);
	assert_int_equal(past_list(&r.pasts, one.past, steps), !bare);
	assert_true(bare || steps[0].offset == 4000);
	/* One of the same value takes its place. */
	one.past = 0;
	one.origin = origin_hold(&r.pasts, p->origin);
	tally_add(r.tallies, p->tally, &way, &one);
	assert_int_equal(tally_count(r.tallies, p->tally), value == 0 ? 2 : 1);
	tally_drop(r.tallies, p->tally);
	origin_drop(&r.pasts, p->origin);
	row_end(&r);
}

static void
a_count_of_one_record_has_its_tally_again(void **state)
{
	(void)state;
	counts_again(0, false);
	counts_again(0, true);
	counts_again(UINT64_C(5) << 32, false);
	counts_again(UINT64_MAX, true);
}

static void
of_a_count_that_is_dropped_nothing_is_left(void **state)
{
	struct row	 r;

	(void)state;
	row_begin(&r, &beginning, 1, 0);
	assert_true(fold_count(&r.g, &beginning, 1000250, UINT64_MAX, true));
	fold_ahead(&r.folds, &r.g);
	fold_drop(&r.folds, &r.g);
	assert_int_equal(r.g.first, 0);
	row_end(&r);
}

static void
refuses(struct row *r)
{
	assert_false(row_fold(r));
	assert_false(r->g.folded);
	row_end(r);
}

/* The partial match of a state gets another first record. */
static void
part(struct row *r, unsigned state, const struct origin *o)
{
	give(r, &r->p[state]);
	r->p[state].origin = origin_new(&r->pasts, o, 4711);
	r->p[state].past = past_of(&r->pasts, r->p[state].origin);
}

static void
what_has_parted_stays_as_it_is(void **state)
{
	struct row	 r;
	uint32_t	 other;

	(void)state;
	/* The first record was renewed. */
	row_begin(&r, &beginning, 1, 2);
	part(&r, 1, &beginning);
	refuses(&r);
	/* The second was, and the third is still of the old one. */
	row_begin(&r, &beginning, 1, 3);
	other = longer(&r, past_hold(&r.pasts, r.p[1].past), 9, 2);
	past_drop(&r.pasts, r.p[2].past);
	r.p[2].past = other;
	refuses(&r);
	/* Of the first nothing is remembered. */
	row_begin(&r, &beginning, 1, 2);
	past_drop(&r.pasts, r.p[1].past);
	r.p[1].past = 0;
	refuses(&r);
	/* The clock stepped back: they ask for different latest times. */
	row_begin(&r, &beginning, 1, 2);
	r.p[2].epoch++;
	refuses(&r);
}

static void
what_a_count_made_stays_as_it_is(void **state)
{
	struct row	 r;

	(void)state;
	/* Two records met the second state. */
	row_begin(&r, &beginning, 2, 2);
	r.p[2].past = longer(&r, r.p[2].past, 9, 2);
	refuses(&r);
	/* It began in another state: `order any`. */
	row_begin(&r, &(struct origin){ .first_s = 1000, .first_ms = 250,
	    .state = 2 }, 1, 1);
	refuses(&r);
}

/* The furthest alone may wait for one, and then nothing is ever too late. */
static void
an_absence_is_folded_with_its_deadline(void **state)
{
	struct row	 r;

	(void)state;
	row_begin(&r, &beginning, 1, 2);
	r.p[1].epoch = r.p[2].epoch = 0;
	r.p[2].deadline = 4712;
	assert_true(row_fold(&r));
	assert_int_equal(r.g.folded, FOLDED_ABSENCE);
	assert_int_equal(r.g.f_deadline, 4712);
	assert_int_equal(group_late(&r.g), 0);
	memset(r.p, 0xee, sizeof(r.p));
	assert_int_equal(fold_take(&r.folds, &r.g, 4711, r.p), 1);
	assert_int_equal(r.p[1].deadline, 0);
	assert_int_equal(r.p[2].deadline, 4712);
	assert_int_equal(r.p[2].epoch, 0);
	row_end(&r);
	row_begin(&r, &beginning, 1, 2);
	r.p[1].epoch = r.p[2].epoch = 0;
	r.p[1].deadline = 4712;
	refuses(&r);
	row_begin(&r, &beginning, 1, 2);
	r.p[2].deadline = 4712;
	refuses(&r);
}

static void
what_is_too_large_stays_as_it_is(void **state)
{
	static const struct origin	 large[] = {
		{ .start = UINT64_C(1) << 40, .state = 1, .first_s = 1 },
		{ .offset = UINT64_C(1) << 48, .state = 1, .first_s = 1 },
		{ .first_s = -1, .state = 1 },
		{ .first_s = INT64_MAX, .state = 1 },
		{ .first_s = INT64_C(1) << 43, .state = 1 },
	};
	struct row			 r;

	(void)state;
	for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
		row_begin(&r, &beginning, 1, 1);
		part(&r, 1, &large[i]);
		r.p[1].last_ms = (int64_t)((uint64_t)large[i].first_s * 1000);
		refuses(&r);
		assert_false(begins(&r.g, &large[i]));
		assert_false(fold_count(&r.g, &large[i], r.p[1].last_ms, 0,
		    false));
	}
	/* Years between its records, either way. */
	for (int i = 0; i < 2; i++) {
		row_begin(&r, &beginning, 1, 2);
		r.p[2].last_ms = i == 0 ? INT64_MAX : INT64_MIN;
		refuses(&r);
	}
	/* A later record further on than there is room for. */
	row_begin(&r, &beginning, 2, 2);
	part(&r, 2, &beginning);
	r.p[2].past = longer(&r, r.p[2].past, UINT64_MAX, 2);
	refuses(&r);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(what_is_opened_is_as_it_was),
		cmocka_unit_test(
		    where_nobody_asks_for_pasts_there_are_none_again),
		cmocka_unit_test(a_clock_may_step_back_between_its_records),
		cmocka_unit_test(a_beginning_lies_there_as_if_it_had_been_open),
		cmocka_unit_test(a_count_of_one_record_has_its_tally_again),
		cmocka_unit_test(of_a_count_that_is_dropped_nothing_is_left),
		cmocka_unit_test(what_has_parted_stays_as_it_is),
		cmocka_unit_test(what_a_count_made_stays_as_it_is),
		cmocka_unit_test(an_absence_is_folded_with_its_deadline),
		cmocka_unit_test(what_is_too_large_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
