/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_retally.c - tallies told, and made again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/retally.h"

static const struct tally_way	 three = { .wanted = 3, .window_ms = 100 };
static const struct tally_way	 values = { .wanted = 30, .window_ms = -1,
    .distinct = true };

/* One tally, and another store over the same pasts. */
struct case_ {
	struct pasts	 pasts;
	struct tallies	*was, *is;
};

static void
open_case(struct case_ *c)
{
	pasts_init(&c->pasts, false);
	c->was = tallies_new(&c->pasts, 0);
	c->is = tallies_new(&c->pasts, 0);
	assert_int_equal(tally_new(c->was), 1);
}

static void
close_case(struct case_ *c)
{
	tallies_free(c->was);
	tallies_free(c->is);
	pasts_fini(&c->pasts);
}

/* A record at this time, which begins something, or not. */
static void
add(struct case_ *c, struct tallies *t, const struct tally_way *way,
    int64_t ms, bool begins)
{
	struct counted	 one = { .ms = ms, .value = (uint64_t)ms,
	    .past = past_add(&c->pasts, 0, (struct past){
	    .offset = (uint64_t)ms, .state = 1 }) };

	if (begins)
		one.origin = origin_new(&c->pasts, &(struct origin){
		    .start = (uint64_t)ms, .first_s = ms }, 0);
	tally_add(t, 1, way, &one);
}

/* Tell all; records are of this value from then on, if it is not 0. */
static const char *
make_again(struct case_ *c, uint64_t value)
{
	const uint32_t		 n = retally_records(c->was)->n;
	struct tally_record	 r;
	struct tally_told	 told;

	assert_true(retally_tell(c->was, 1, &told));
	retally_restore(c->is, 1, &told);
	for (uint32_t i = 1; i < n; i++) {
		assert_true(retally_tell_record(c->was, i, &r));
		if (value != 0)
			r.value = r.start_value = value;
		retally_restore_record(c->is, i, &r);
	}
	assert_true(retally_records_end(c->is, NULL, 0));
	return retally_end(c->is, NULL, 0);
}

static void
what_a_record_stands_for_is_told_and_made_again(void **state)
{
	struct case_		 c;
	struct tally_record	 was, is;

	(void)state;
	open_case(&c);
	add(&c, c.was, &three, 10, true);
	add(&c, c.was, &three, 20, false);
	add(&c, c.was, &three, 30, true);
	assert_null(make_again(&c, 0));
	assert_true(retally_own(c.is, 1));
	assert_false(retally_own(c.is, 1));
	for (uint32_t i = 1; i <= 3; i++) {
		assert_true(retally_tell_record(c.was, i, &was));
		assert_true(retally_tell_record(c.is, i, &is));
		assert_int_equal(is.start_ms, i == 3 ? 30 : 10);
		assert_int_equal(was.start_ms, is.start_ms);
		assert_int_equal(was.start_past, is.start_past);
		assert_int_equal(was.origin, is.origin);
		assert_int_equal(was.newer, is.newer);
	}
	close_case(&c);
}

static void
values_are_known_again_whether_few_or_many(void **state)
{
	(void)state;
	for (int64_t n = 1; n < 20; n++) {
		struct case_	 c;

		open_case(&c);
		for (int64_t v = 1; v <= n; v++)
			add(&c, c.was, &values, v, true);
		assert_null(make_again(&c, 0));
		assert_true(retally_own(c.is, 1));
		for (int64_t v = 1; v <= n; v++)
			add(&c, c.is, &values, v, true);
		assert_int_equal(tally_count(c.is, 1), n);
		add(&c, c.is, &values, n + 1, true);
		assert_int_equal(tally_count(c.is, 1), n + 1);
		close_case(&c);
	}
}

static void
a_tally_that_nobody_owns_is_let_go(void **state)
{
	struct case_	 c;

	(void)state;
	open_case(&c);
	for (int64_t v = 1; v <= 12; v++)
		add(&c, c.was, &values, v, true);
	assert_null(make_again(&c, 0));
	tally_drop(c.was, 1);
	assert_int_equal(c.pasts.origins.used, 12);
	retally_let_go(c.is);
	assert_false(retally_own(c.is, 1));
	assert_int_equal(tallies_used(c.is), 0);
	assert_int_equal(c.pasts.origins.used, 0);
	assert_int_equal(c.pasts.records.used, 0);
	close_case(&c);
}

static void
a_value_is_not_there_twice(void **state)
{
	struct case_	 c;

	(void)state;
	open_case(&c);
	add(&c, c.was, &values, 1, true);
	add(&c, c.was, &values, 2, true);
	assert_string_equal(make_again(&c, 7), "a value twice in a tally");
	close_case(&c);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(
		    what_a_record_stands_for_is_told_and_made_again),
		cmocka_unit_test(values_are_known_again_whether_few_or_many),
		cmocka_unit_test(a_tally_that_nobody_owns_is_let_go),
		cmocka_unit_test(a_value_is_not_there_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
