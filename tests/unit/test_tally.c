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

/* A record of this value; is it counted for itself? */
static bool
counts(struct store *s, uint32_t number, const struct tally_way *way,
    uint64_t value)
{
	const uint32_t	 n = tally_count(s->tallies, number);
	struct counted	 c = at(s, (int64_t)n, true);

	c.value = value;
	tally_add(s->tallies, number, way, &c);
	assert_int_equal(tally_newest(s->tallies, number).value, value);
	return tally_count(s->tallies, number) > n;
}

static void
values_are_told_apart_among_few_and_among_many(void **state)
{
	const struct tally_way	 way = { .wanted = 40, .window_ms = -1,
	    .distinct = true };
	struct store		 s;
	uint32_t		 a, b;

	(void)state;
	open_store(&s);
	a = tally_new(s.tallies);
	b = tally_new(s.tallies);
	for (uint64_t n = 1; n < 40; n++) {
		assert_true(counts(&s, a, &way, n));
		for (uint64_t old = 1; old <= n; old++)
			assert_false(counts(&s, a, &way, old));
		assert_true(counts(&s, b, &way, n));
	}
	tally_drop(s.tallies, a);
	for (uint64_t n = 1; n < 40; n++)
		assert_false(counts(&s, b, &way, n));
	tally_drop(s.tallies, b);
	assert_int_equal(tallies_used(s.tallies), 0);
	close_store(&s);
}

static void
values_that_made_room_are_forgotten(void **state)
{
	const struct tally_way	 way = { .wanted = 10, .window_ms = -1,
	    .distinct = true };
	struct store		 s;
	uint32_t		 n;

	(void)state;
	open_store(&s);
	n = tally_new(s.tallies);
	for (uint64_t v = 1; v <= 30; v++)
		(void)counts(&s, n, &way, v);
	assert_int_equal(tally_count(s.tallies, n), 10);
	assert_int_equal(tally_oldest(s.tallies, n).value, 21);
	/* The oldest of ten makes room for one that was forgotten. */
	(void)counts(&s, n, &way, 1);
	assert_int_equal(tally_oldest(s.tallies, n).value, 22);
	(void)counts(&s, n, &way, 22);
	assert_int_equal(tally_oldest(s.tallies, n).value, 23);
	tally_drop(s.tallies, n);
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
		    values_are_told_apart_among_few_and_among_many),
		cmocka_unit_test(values_that_made_room_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
