/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_timer.c - the latest time since an instance began, against a scan.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/timer.h"

#include "draw.h"

static void
while_time_goes_forward_there_is_one_epoch(void **state)
{
	struct timer	 t;

	(void)state;
	timer_init(&t);
	for (int64_t s = -5; s < 100; s++) {
		timer_feed(&t, s);
		assert_int_equal(timer_begin(&t, s), 0);
	}
	assert_int_equal(t.n, 1);
	assert_int_equal(timer_latest(&t, 0), 99);
	timer_fini(&t);
}

static void
a_step_back_does_not_age_what_begins_after_it(void **state)
{
	struct timer	 t;
	uint32_t	 before, after;

	(void)state;
	timer_init(&t);
	timer_feed(&t, 100);
	before = timer_begin(&t, 100);
	timer_feed(&t, 50);
	after = timer_begin(&t, 50);
	assert_int_equal(timer_latest(&t, before), 100);
	assert_int_equal(timer_latest(&t, after), 50);
	timer_feed(&t, 70);
	assert_int_equal(timer_latest(&t, before), 100);
	assert_int_equal(timer_latest(&t, after), 70);
	timer_feed(&t, 100);			/* overtaken: joined */
	assert_int_equal(timer_latest(&t, before), 100);
	assert_int_equal(timer_latest(&t, after), 100);
	assert_int_equal(t.n, 1);
	timer_fini(&t);
}

static void
epochs_are_numbered_to_the_last_number_and_shared_then(void **state)
{
	struct timer	 t;

	(void)state;
	timer_init(&t);
	timer_feed(&t, 100);
	t.now = TIMER_EPOCHS - 1;
	t.epochs[0].last = TIMER_EPOCHS - 1;
	timer_feed(&t, 90);
	assert_int_equal(timer_begin(&t, 90), TIMER_EPOCHS);
	timer_feed(&t, 80);
	assert_int_equal(timer_begin(&t, 80), TIMER_EPOCHS);
	assert_int_equal(timer_latest(&t, TIMER_EPOCHS), 90);
	assert_int_equal(timer_latest(&t, 5), 100);
	timer_fini(&t);
}

/* An instance, and what a scan of all records since says. */
struct begun {
	uint32_t	 epoch;
	int64_t		 first, latest;
	bool		 live;
};

enum { BEGUN = 60 };

/* The judge: what began at FIRST counts only what is later than that. */
static void
assert_as_scanned(const struct timer *t, const struct begun *b, uint64_t seed)
{
	int64_t	 latest;

	if (!b->live)
		return;
	latest = timer_latest(t, b->epoch);
	if (latest < b->first)
		latest = b->first;
	if (latest != b->latest)
		fail_msg("seed %llu", (unsigned long long)seed);
	for (uint64_t limit = 0; limit < 64; limit += 9)
		if (timer_over(t, b->epoch, b->first, limit) !=
		    (b->latest - b->first > (int64_t)limit))
			fail_msg("seed %llu: over %llu",
			    (unsigned long long)seed,
			    (unsigned long long)limit);
}

static int
by_number(const void *va, const void *vb)
{
	const uint32_t	*a = va, *b = vb;

	return *a < *b ? -1 : *a > *b;
}

static void
keep_only(struct timer *t, const struct begun *b)
{
	uint32_t	 used[BEGUN];
	size_t		 n = 0;

	for (size_t i = 0; i < BEGUN; i++)
		if (b[i].live)
			used[n++] = b[i].epoch;
	qsort(used, n, sizeof(*used), by_number);
	timer_keep(t, used, n);
	assert_true(t->n <= n + 1);
}

static void
maxima_are_those_of_a_scan_whatever_the_clock_does(void **state)
{
	struct lot	*l = malloc(sizeof(*l));
	unsigned	 runs = lot_runs(300);

	(void)state;
	assert_non_null(l);
	for (uint64_t seed = 1; seed <= runs; seed++) {
		struct begun	 b[BEGUN] = { { 0 } };
		struct timer	 t;
		int64_t		 s = 0;

		timer_init(&t);
		lot_seed(l, seed);
		for (unsigned i = 0; i < 300; i++) {
			struct begun	*one = &b[lot_below(l, BEGUN)];

			s += lot_below(l, 10);
			if (lot_below(l, 1 + (uint32_t)seed % 8) == 0)
				s -= lot_below(l, 60);
			timer_feed(&t, s);
			for (unsigned k = 0; k < BEGUN; k++)
				if (b[k].latest < s)
					b[k].latest = s;
			*one = (struct begun){ 0, s, s, lot_below(l, 5) != 0 };
			if (one->live)
				one->epoch = timer_begin(&t, s);
			if (lot_below(l, 20) == 0)
				keep_only(&t, b);
			for (unsigned k = 0; k < BEGUN; k++)
				assert_as_scanned(&t, &b[k], seed);
			for (size_t k = 1; k < t.n; k++) {
				assert_true(t.epochs[k - 1].latest >
				    t.epochs[k].latest);
				assert_true(t.epochs[k - 1].last <
				    t.epochs[k].last);
			}
		}
		timer_fini(&t);
	}
	free(l);
}

static void
a_timer_is_made_again_from_its_epochs(void **state)
{
	struct timer	 t, u;

	(void)state;
	timer_init(&t);
	timer_init(&u);
	assert_true(timer_is_new(&t));
	timer_feed(&t, 100);
	assert_false(timer_is_new(&t));
	timer_feed(&t, 50);
	assert_int_equal(timer_begin(&t, 50), 1);
	timer_feed(&t, 60);
	for (size_t i = 0; i < t.n; i++)
		assert_true(timer_restore(&u, t.epochs[i]));
	assert_int_equal(u.n, 2);
	assert_int_equal(u.now, t.now);
	assert_int_equal(timer_latest(&u, 0), 100);
	assert_int_equal(timer_latest(&u, 1), 60);
	timer_feed(&u, 10);
	assert_int_equal(timer_begin(&u, 10), 2);
	timer_fini(&t);
	timer_fini(&u);
}

static void
epochs_that_cannot_be_are_not_made_again(void **state)
{
	struct timer	 t;

	(void)state;
	timer_init(&t);
	assert_false(timer_restore(&t, (struct epoch){ 0, INT64_MIN }));
	assert_false(timer_restore(&t, (struct epoch){
	    (uint32_t)TIMER_EPOCHS + 1, 0 }));
	assert_true(timer_is_new(&t));
	assert_true(timer_restore(&t, (struct epoch){ 7, 100 }));
	assert_false(timer_restore(&t, (struct epoch){ 7, 90 }));
	assert_false(timer_restore(&t, (struct epoch){ 8, 100 }));
	assert_true(timer_restore(&t, (struct epoch){ TIMER_EPOCHS, 99 }));
	assert_int_equal(t.now, TIMER_EPOCHS);
	timer_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(while_time_goes_forward_there_is_one_epoch),
		cmocka_unit_test(a_step_back_does_not_age_what_begins_after_it),
		cmocka_unit_test(
		    epochs_are_numbered_to_the_last_number_and_shared_then),
		cmocka_unit_test(
		    maxima_are_those_of_a_scan_whatever_the_clock_does),
		cmocka_unit_test(a_timer_is_made_again_from_its_epochs),
		cmocka_unit_test(epochs_that_cannot_be_are_not_made_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
