/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_tally.c - the records that a state with a multiplier has met last.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/tally.h"

struct store {
	struct pasts	 pasts;
	struct tallies	*tallies;
};

static const struct tally_way	 three = { .wanted = 3, .window_ms = 100 };

static void
open_store(struct store *s)
{
	pasts_init(&s->pasts, false);
	s->tallies = tallies_new(&s->pasts, 0);
}

static void
close_store(struct store *s)
{
	tallies_free(s->tallies);
	pasts_fini(&s->pasts);
}

/* A record at this time, which begins something, or not. */
static struct counted
at(struct store *s, int64_t ms, bool begins)
{
	struct counted	 c = { .ms = ms, .past = past_add(&s->pasts, 0,
	    (struct past){ .offset = (uint64_t)ms, .state = 1 }) };

	if (begins)
		c.origin = origin_new(&s->pasts, &(struct origin){
		    .start = (uint64_t)ms, .first_s = ms }, 0);
	return c;
}

static void
add(struct store *s, uint32_t number, const struct tally_way *way, int64_t ms,
    bool begins)
{
	const struct counted	 c = at(s, ms, begins);

	tally_add(s->tallies, number, way, &c);
}

/* Would a record at this time make N? Then when the first of them was. */
static int64_t
first_of(struct store *s, uint32_t number, const struct tally_way *way,
    int64_t ms)
{
	const struct counted	 c = { .ms = ms };
	struct counted		 first;

	return tally_completes(s->tallies, number, way, &c, &first) ?
	    first.ms : -1;
}

static void
the_last_n_records_are_kept(void **state)
{
	struct store	 s;
	uint32_t	 n;

	(void)state;
	open_store(&s);
	n = tally_new(s.tallies);
	for (int64_t ms = 10; ms <= 50; ms += 10) {
		assert_int_equal(first_of(&s, n, &three, ms),
		    ms < 30 ? -1 : ms - 20);
		add(&s, n, &three, ms, true);
	}
	assert_int_equal(tally_count(s.tallies, n), 3);
	assert_int_equal(tally_oldest(s.tallies, n).ms, 30);
	assert_int_equal(tally_newest(s.tallies, n).ms, 50);
	assert_int_equal(first_of(&s, n, &three, 140), 40);
	assert_int_equal(first_of(&s, n, &three, 141), -1);
	close_store(&s);
}

static void
a_record_that_begins_nothing_stands_for_the_one_before(void **state)
{
	struct store	 s;
	uint32_t	 n;

	(void)state;
	open_store(&s);
	n = tally_new(s.tallies);
	add(&s, n, &three, 10, true);
	add(&s, n, &three, 20, false);
	add(&s, n, &three, 30, false);
	/* The first of them is gone, what began with it is not. */
	add(&s, n, &three, 40, false);
	assert_int_equal(tally_oldest(s.tallies, n).ms, 20);
	assert_int_equal(first_of(&s, n, &three, 50), 10);
	assert_int_equal(first_of(&s, n, &three, 111), -1);
	close_store(&s);
}

static void
a_dropped_tally_holds_nothing(void **state)
{
	struct tally_way	 distinct = { .wanted = 3, .window_ms = -1,
	    .distinct = true };
	struct store		 s;
	uint32_t		 n;

	(void)state;
	open_store(&s);
	n = tally_new(s.tallies);
	for (int64_t ms = 0; ms < 10; ms++) {
		struct counted	 c = at(&s, ms, ms % 3 == 0);

		c.value = (uint64_t)ms % 4;
		tally_value_ahead(s.tallies, n, c.value);
		tally_add(s.tallies, n, &distinct, &c);
	}
	tally_ahead(s.tallies, n);
	tally_ahead_more(s.tallies, n);
	tally_drop(s.tallies, n);
	assert_int_equal(tallies_used(s.tallies), 0);
	assert_int_equal(s.pasts.origins.used, 0);
	assert_int_equal(s.pasts.records.used, 0);
	close_store(&s);
}

/* Tell all of one store and make it again in another, over the same pasts. */
static void
told_again(const struct store *from, struct store *to)
{
	const uint32_t		 n = tallies_records(from->tallies)->n;
	struct tally_record	 r;
	struct tally_told	 told;

	assert_true(tally_tell(from->tallies, 1, &told));
	tally_restore(to->tallies, 1, &told);
	for (uint32_t i = 1; i < n; i++) {
		assert_true(tally_tell_record(from->tallies, i, &r));
		tally_restore_record(to->tallies, i, &r);
	}
	assert_true(tally_records_restored(to->tallies, NULL, 0));
	assert_null(tallies_restored(to->tallies, NULL, 0));
	assert_true(tally_own(to->tallies, 1));
}

static void
what_a_record_stands_for_is_told_and_made_again(void **state)
{
	struct store		 s, again;
	struct tally_record	 was, is;

	(void)state;
	open_store(&s);
	assert_int_equal(tally_new(s.tallies), 1);
	add(&s, 1, &three, 10, true);
	add(&s, 1, &three, 20, false);
	add(&s, 1, &three, 30, true);
	again.tallies = tallies_new(&s.pasts, 0);
	told_again(&s, &again);
	for (uint32_t i = 1; i <= 3; i++) {
		assert_true(tally_tell_record(s.tallies, i, &was));
		assert_true(tally_tell_record(again.tallies, i, &is));
		assert_int_equal(is.start_ms, i == 3 ? 30 : 10);
		assert_int_equal(was.start_ms, is.start_ms);
		assert_int_equal(was.start_past, is.start_past);
		assert_int_equal(was.origin, is.origin);
		assert_int_equal(was.newer, is.newer);
	}
	tally_drop(s.tallies, 1);
	tally_drop(again.tallies, 1);
	assert_int_equal(s.pasts.origins.used, 0);
	assert_int_equal(s.pasts.records.used, 0);
	tallies_free(again.tallies);
	close_store(&s);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(the_last_n_records_are_kept),
		cmocka_unit_test(
		    a_record_that_begins_nothing_stands_for_the_one_before),
		cmocka_unit_test(a_dropped_tally_holds_nothing),
		cmocka_unit_test(
		    what_a_record_stands_for_is_told_and_made_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
