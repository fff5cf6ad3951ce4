/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_partial.c - the store of partial matches.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/partial.h"
#include "engine/tally.h"
#include "engine/waits.h"

/* A store with what it borrows. */
struct store {
	struct bounds	 bounds;
	struct pasts	 pasts;
	struct tallies	*tallies;
	struct partials	*s;
};

static struct partials *
store_new(struct store *st, uint32_t open)
{
	bounds_init(&st->bounds);
	pasts_init(&st->pasts, true);
	st->tallies = tallies_new(&st->pasts, 0);
	st->s = partials_new(&st->bounds, &st->pasts, st->tallies, open);
	return st->s;
}

static void
store_free(struct store *st)
{
	partials_free(st->s);
	tallies_free(st->tallies);
	pasts_fini(&st->pasts);
	bounds_fini(&st->bounds);
}

static uint32_t
add(struct partials *s, uint32_t group, uint16_t state)
{
	return partial_add(s, &(struct partial){ .group = group,
	    .state = state });
}

static void
one_value(struct value v[VARIABLES_MAX], uint64_t number)
{
	for (size_t i = 0; i < VARIABLES_MAX; i++)
		v[i] = (struct value){ 0 };
	v[0] = (struct value){ .kind = VALUE_NUMBER, .number = number };
}

static void
a_group_is_found_as_long_as_it_has_something(void **state)
{
	struct store	 st;
	struct partials	*s = store_new(&st, 0);
	uint32_t	 g, p, q;

	(void)state;
	assert_int_equal(group_find(s, 77, 3), 0);
	g = group_add(s, 77, 3);
	assert_int_equal(group_find(s, 77, 3), g);
	assert_int_equal(group_find(s, 77, 4), 0);
	assert_int_equal(group_root(s, g), g);
	assert_false(group_holds(s, g));
	assert_int_equal(partials_count(s), 0);
	p = add(s, g, 1);
	q = add(s, g, 2);
	assert_true(group_holds(s, g));
	assert_int_equal(partials_count(s), 1);
	assert_int_equal(partial_find(s, g, 1, false), p);
	assert_int_equal(partial_find(s, g, 2, false), q);
	assert_int_equal(partial_find(s, g, 2, true), 0);
	partial_remove(s, p);
	assert_int_equal(partial_find(s, g, 1, false), 0);
	assert_int_equal(group_find(s, 77, 3), g);
	partial_remove(s, q);
	assert_int_equal(group_find(s, 77, 3), 0);
	assert_false(group_in_use(s, g));
	assert_int_equal(partials_count(s), 0);
	store_free(&st);
	partials_free(NULL);
}

static void
combinations_are_told_apart_even_when_hashes_are_alike(void **state)
{
	struct value	 v[VARIABLES_MAX], w[VARIABLES_MAX];
	struct store	 st;
	struct partials	*s = store_new(&st, 0);
	uint32_t	 root, one, two;

	(void)state;
	root = group_add(s, 1, 0);
	one_value(v, 5);
	one_value(w, 6);
	one = group_add_bound(s, root, 99, v);
	two = group_add_bound(s, root, 99, w);
	assert_int_equal(group_find_bound(s, root, 99, v), one);
	assert_int_equal(group_find_bound(s, root, 99, w), two);
	assert_int_equal(group_find_bound(s, root, 98, v), 0);
	assert_int_equal(group_root(s, two), root);
	assert_int_equal(group_oldest(s, root), one);
	assert_int_equal(group_newest(s, root), two);
	assert_int_equal(group_count(s, root), 2);
	(void)add(s, one, 1);
	partial_remove(s, add(s, two, 1));
	assert_int_equal(group_count(s, root), 1);
	assert_int_equal(group_newest(s, root), one);
	/* The root stays for its last combination. */
	partial_remove(s, partial_find(s, one, 1, false));
	assert_int_equal(group_find(s, 1, 0), 0);
	assert_int_equal(st.bounds.bytes, 0);
	store_free(&st);
}

static void
a_combination_is_the_root_of_its_key_as_long_as_it_is_alone(void **state)
{
	struct value	 v[VARIABLES_MAX], w[VARIABLES_MAX];
	struct store	 st;
	struct partials	*s = store_new(&st, 0);
	uint32_t	 root, one, two, p;

	(void)state;
	one_value(v, 5);
	one_value(w, 6);
	one = group_add_alone(s, 1, 3, 99, v);
	p = add(s, one, 1);
	assert_int_equal(group_find(s, 1, 3), one);
	assert_int_equal(group_root(s, one), one);
	assert_int_equal(group_count(s, one), 1);
	assert_int_equal(group_oldest(s, one), one);
	assert_int_equal(group_newest(s, one), one);
	assert_int_equal(group_older(s, one), 0);
	assert_int_equal(group_newer(s, one), 0);
	assert_int_equal(group_find_bound(s, one, 99, v), one);
	assert_int_equal(group_find_bound(s, one, 99, w), 0);
	assert_int_equal(group_find_bound(s, one, 98, v), 0);

	/* A second one: both have a root that holds nothing. */
	two = group_add_bound(s, one, 98, w);
	(void)add(s, two, 1);
	root = group_find(s, 1, 3);
	assert_int_equal(group_root(s, one), root);
	assert_int_equal(group_root(s, two), root);
	assert_int_equal(group_bound(s, root), 0);
	assert_int_equal(group_count(s, root), 2);
	assert_int_equal(group_oldest(s, root), one);
	assert_int_equal(group_newer(s, one), two);
	assert_int_equal(group_older(s, one), 0);
	assert_int_equal(group_find_bound(s, root, 99, v), one);
	assert_int_equal(group_find_bound(s, root, 98, w), two);
	assert_int_equal(partial_find(s, one, 1, false), p);
	partial_remove(s, p);
	partial_remove(s, partial_find(s, two, 1, false));
	assert_int_equal(group_find(s, 1, 3), 0);
	assert_false(group_in_use(s, root));
	assert_int_equal(st.bounds.bytes, 0);
	store_free(&st);
}

static void
what_binds_nothing_is_older_than_all_combinations(void **state)
{
	struct value	 v[VARIABLES_MAX];
	struct store	 st;
	struct partials	*s = store_new(&st, 0);
	uint32_t	 root, one;

	(void)state;
	one_value(v, 5);
	one = group_add_alone(s, 1, 3, 99, v);
	(void)add(s, one, 2);
	root = group_apart(s, one);
	assert_int_not_equal(root, one);
	assert_int_equal(group_apart(s, root), root);
	(void)add(s, root, 1);
	assert_int_equal(group_oldest(s, root), root);
	assert_int_equal(group_newer(s, root), one);
	assert_int_equal(group_newest(s, root), one);
	assert_int_equal(group_older(s, one), root);
	assert_int_equal(group_older(s, root), 0);
	partial_remove(s, group_first(s, one));
	assert_int_equal(group_newest(s, root), root);
	assert_int_equal(group_newer(s, root), 0);
	store_free(&st);
}

/* The second combination makes a root, where the walk has already been. */
static void
a_root_that_is_made_behind_a_walk_may_live_after_the_next(void **state)
{
	struct value	 v[VARIABLES_MAX], w[VARIABLES_MAX];
	struct store	 st;
	struct partials	*s = store_new(&st, 0);
	uint32_t	 low, one, two, p;

	(void)state;
	one_value(v, 5);
	one_value(w, 6);
	low = group_add(s, 2, 4);
	p = add(s, low, 1);
	one = group_add_alone(s, 1, 3, 99, v);
	(void)add(s, one, 1);
	partial_remove(s, p);
	partials_walk(s);
	two = group_add_bound(s, one, 98, w);
	(void)add(s, two, 1);
	assert_int_equal(group_find(s, 1, 3), low);
	partials_passed(s, one);
	partials_passed(s, two);
	partials_walk(s);
	assert_true(group_may_live(s, 1, 3));
	store_free(&st);
}

static void
who_waits_is_known_as_long_as_one_of_some_alike_is_there(void **state)
{
	static const struct waiter	 waiters[] = { { 0, 0, true } };
	struct waits			*waits = waits_new();
	struct value			 v[VARIABLES_MAX], w[VARIABLES_MAX];
	struct store			 st;
	struct partials			*s = store_new(&st, 0);
	uint64_t			 what;
	uint32_t			 root, one, two;

	(void)state;
	partials_tell(s, waits, waiters);
	root = group_add(s, 1, 0);
	one_value(v, 5);
	one_value(w, 6);
	one = add(s, group_add_bound(s, root, 99, v), 1);
	two = add(s, group_add_bound(s, root, 99, w), 1);
	what = partials_what(s, 1, 99);
	assert_int_equal(waits_word(waits, what, 0), 1);
	partial_remove(s, one);
	assert_int_equal(waits_word(waits, what, 0), 1);
	assert_int_equal(waits_word(waits, 1, 0), 1);
	partial_remove(s, two);
	assert_int_equal(waits_word(waits, what, 0), 0);
	assert_int_equal(waits_word(waits, 1, 0), 0);
	store_free(&st);
	waits_free(waits);
}

/* The first rule is asked for by its key, too; the second is not. */
static void
who_waits_is_known_of_one_that_is_alone_and_of_one_no_more(void **state)
{
	static const struct waiter	 waiters[] = {
		{ 0, 0, true }, { 0, 1, false } };
	struct waits			*waits = waits_new();
	struct value			 v[VARIABLES_MAX], w[VARIABLES_MAX];
	struct store			 st;
	struct partials			*s = store_new(&st, 0);
	uint64_t			 what;

	(void)state;
	partials_tell(s, waits, waiters);
	what = partials_what(s, 1, 99);
	one_value(v, 5);
	one_value(w, 6);
	for (uint32_t rule = 0; rule < 2; rule++) {
		const uint64_t	 bit = UINT64_C(1) << rule;
		uint32_t	 one = group_add_alone(s, 1, rule, 99, v), two;

		one = add(s, one, 1);
		assert_true(group_may_live(s, 1, rule));
		assert_int_equal(waits_word(waits, 1, 0), rule == 0 ? 1 : 0);
		assert_int_equal(waits_word(waits, what, 0), bit);
		two = add(s, group_add_bound(s, group_find(s, 1, rule), 98,
		    w), 1);
		assert_int_equal(waits_word(waits, what, 0), bit);
		partial_remove(s, one);
		assert_int_equal(waits_word(waits, what, 0), 0);
		assert_int_equal(waits_word(waits, 1, 0), rule == 0 ? 1 : 0);
		partial_remove(s, two);
		assert_int_equal(waits_word(waits, 1, 0), 0);
		assert_int_equal(waits_word(waits, partials_what(s, 1, 98), 0),
		    0);
		partial_remove(s, add(s, group_add_alone(s, 1, rule, 99, v),
		    1));
		assert_int_equal(waits_word(waits, what, 0), 0);
		assert_int_equal(waits_word(waits, 1, 0), 0);
	}
	store_free(&st);
	waits_free(waits);
}

static void
a_group_that_was_not_used_can_be_tidied_away(void **state)
{
	struct store	 st;
	struct partials	*s = store_new(&st, 0);

	(void)state;
	group_tidy(s, group_add(s, 1, 0));
	assert_int_equal(group_find(s, 1, 0), 0);
	store_free(&st);
}

static void
the_victim_is_the_oldest_of_the_least_advanced(void **state)
{
	struct store	 st;
	struct partials	*s = store_new(&st, 0);
	uint32_t	 far, first, second, p, q;

	(void)state;
	assert_int_equal(partials_victim(s), 0);
	far = group_add(s, 1, 0);
	first = group_add(s, 2, 0);
	second = group_add(s, 3, 0);
	p = add(s, far, 2);
	(void)add(s, far, 1);
	q = add(s, first, 1);
	(void)add(s, second, 1);
	assert_int_equal(partials_victim(s), first);
	partial_renewed(s, q);
	assert_int_equal(partials_victim(s), second);
	partial_remove(s, partial_find(s, second, 1, false));
	assert_int_equal(partials_victim(s), first);
	partial_remove(s, q);
	assert_int_equal(partials_victim(s), far);
	partial_remove(s, p);
	assert_int_equal(partials_victim(s), far);
	assert_int_equal(partials_count(s), 1);
	store_free(&st);
}

/* A group that waits for state 1, with what it needs to be folded. */
static uint32_t
plain(struct store *st, uint64_t id)
{
	const uint32_t	 g = group_add(st->s, id, 7);
	const uint32_t	 o = origin_new(&st->pasts, &(struct origin){
	    .start = id, .first_s = 5, .offset = 1000 + id, .state = 1 },
	    id * id);

	(void)partial_add(st->s, &(struct partial){ .group = g, .state = 1,
	    .last_ms = 5000, .origin = o, .past = past_of(&st->pasts, o) });
	return g;
}

static void
what_was_not_touched_of_late_is_folded_until_it_is_asked_for(void **state)
{
	struct store		 st;
	struct partials		*s = store_new(&st, 2);
	uint32_t		 g[4], one;
	const struct partial	*p;

	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		g[i] = plain(&st, i + 1);
	partials_settle(s);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(group_at(s, g[i])->folded, i < 2);
	assert_int_equal(st.pasts.origins.used, 2);
	assert_int_equal(group_hash(s, g[1]), 4);
	assert_int_equal(group_last_ms(s, g[1]), 5000);
	assert_int_equal(partials_count(s), 4);
	assert_int_equal(partials_victim(s), g[0]);

	/* For what it has not, it is not opened. */
	assert_int_equal(partial_find(s, g[1], 2, false), 0);
	assert_int_equal(partial_find(s, g[1], 1, true), 0);
	assert_true(group_at(s, g[1])->folded);
	one = partial_find(s, g[1], 1, false);
	assert_int_not_equal(one, 0);
	assert_false(group_at(s, g[1])->folded);
	assert_int_equal(group_first(s, g[1]), one);
	p = partial_at(s, one);
	assert_int_equal(p->group, g[1]);
	assert_int_equal(p->last_ms, 5000);
	assert_int_equal(origin_at(&st.pasts, p->origin)->offset, 1002);
	assert_int_equal(origin_hash(&st.pasts, p->origin), 4);
	store_free(&st);
}

static void
a_beginning_is_folded_at_once_and_takes_the_place_of_another(void **state)
{
	const struct group	 as = { .folded = true, .f_low = 1, .top = 1,
	    .f_start = 9, .f_millis = 7000, .f_offset = 55 };
	struct store		 st;
	struct partials		*s = store_new(&st, 1);
	const uint32_t		 one = group_add(s, 1, 3);
	const uint32_t		 two = group_add(s, 2, 3);
	const uint64_t		 added = partials_added(s);
	uint32_t		 p;

	(void)state;
	group_begin_folded(s, one, &as, 41);
	group_begin_folded(s, two, &as, 42);
	assert_int_equal(partials_count(s), 2);
	assert_int_equal(partials_victim(s), one);
	assert_int_equal(group_find(s, 1, 3), one);
	group_begin_folded(s, one, &as, 43);
	assert_int_equal(partials_count(s), 2);
	assert_int_equal(partials_victim(s), two);
	assert_int_equal(group_hash(s, one), 43);
	assert_int_equal(partials_added(s), added);
	/* No partial match, until it is asked for. */
	assert_int_equal(st.pasts.origins.used, 0);
	p = partial_find(s, one, 1, false);
	assert_int_equal(partial_at(s, p)->last_ms, 7000);
	assert_int_equal(origin_at(&st.pasts, partial_at(s, p)->origin)->
	    offset, 55);
	assert_int_equal(group_first(s, one), p);
	group_end_folded(s, two);
	assert_false(group_in_use(s, two));
	assert_int_equal(partials_victim(s), one);
	assert_int_equal(group_add(s, 2, 3), two);
	assert_int_not_equal(partials_added(s), added);
	store_free(&st);
}

static void
a_count_is_folded_until_it_is_asked_for(void **state)
{
	const struct group	 as = { .folded = FOLDED_COUNT, .f_start = 9,
	    .f_millis = 7000, .f_value = UINT64_MAX };
	struct store		 st;
	struct partials		*s = store_new(&st, 1);
	const uint32_t		 one = group_add(s, 1, 3);
	const uint32_t		 two = group_add(s, 2, 3);
	uint32_t		 p;

	(void)state;
	group_begin_folded(s, one, &as, 41);
	group_begin_folded(s, two, &as, 42);
	assert_true(group_holds(s, one));
	assert_int_equal(partials_count(s), 2);
	assert_int_equal(partials_victim(s), one);
	assert_int_equal(group_last_ms(s, one), 7000);
	assert_int_equal(group_late(group_at(s, one)), 0);
	partial_ahead(s, one);
	/* It waits for nothing, and counts for no other state. */
	assert_int_equal(partial_find(s, one, 0, false), 0);
	assert_int_equal(partial_find(s, one, 1, true), 0);
	assert_int_equal(tallies_used(st.tallies), 0);
	p = partial_find(s, one, 0, true);
	assert_int_equal(partial_at(s, p)->group, one);
	assert_int_equal(tally_newest(st.tallies, partial_at(s, p)->tally).
	    value, UINT64_MAX);
	assert_int_equal(group_first(s, one), p);
	assert_int_equal(partial_at(s, p)->next, 0);
	group_end_folded(s, two);
	assert_false(group_in_use(s, two));
	assert_int_equal(partials_count(s), 1);
	store_free(&st);
}

static void
a_deadline_is_known_to_who_waits_folded_or_not(void **state)
{
	const struct group	 as = { .folded = FOLDED_ABSENCE, .f_low = 1,
	    .top = 1, .f_deadline = 70 };
	struct store		 st;
	struct partials		*s = store_new(&st, 1);
	const uint32_t		 g = group_add(s, 1, 3);
	uint32_t		 p;

	(void)state;
	group_begin_folded(s, g, &as, 0);
	group_waits_at(s, g, 1, 71);
	assert_int_equal(group_at(s, g)->f_deadline, 71);
	p = partial_find(s, g, 1, false);
	assert_int_equal(partial_at(s, p)->deadline, 71);
	group_waits_at(s, g, 1, 72);
	assert_int_equal(partial_at(s, p)->deadline, 72);
	store_free(&st);
}

/* It waits in vain: what it had is gone, and another one is folded there. */
static void
a_folded_beginning_in_a_group_that_is_queued_is_folded_again(void **state)
{
	const struct group	 as = { .folded = true, .f_low = 1, .top = 1,
	    .f_millis = 7000 };
	struct value		 v[VARIABLES_MAX];
	struct store		 st;
	struct partials		*s = store_new(&st, 1);
	const uint32_t		 g = group_add(s, 1, 3);
	uint32_t		 p = add(s, g, 1);

	(void)state;
	one_value(v, 5);
	/* It stays a root. */
	(void)partial_add(s, &(struct partial){ .counts = true,
	    .group = group_add_bound(s, g, 99, v) });
	partial_remove(s, p);
	assert_true(group_in_use(s, g) && !group_holds(s, g));
	group_begin_folded(s, g, &as, 0);
	for (uint32_t i = 0; i < 2; i++) {
		partials_settle(s);
		assert_true(group_at(s, g)->folded);
		p = partial_find(s, g, 1, false);	/* opens it */
		assert_false(group_at(s, g)->folded);
		for (uint32_t k = 0; k < 2; k++)
			(void)plain(&st, 100 + 2 * i + k);
	}
	partials_settle(s);
	assert_true(group_at(s, g)->folded);
	store_free(&st);
}

static void
what_goes_while_it_waits_to_be_folded_is_forgotten(void **state)
{
	struct store		 st;
	struct partials		*s = store_new(&st, 1);
	struct partial		 gone;
	uint32_t		 g;

	(void)state;
	for (uint32_t i = 0; i < 100; i++) {	/* more than it has room for */
		g = plain(&st, i + 1);
		gone = *partial_at(s, group_first(s, g));
		past_drop(&st.pasts, gone.past);
		origin_drop(&st.pasts, gone.origin);
		partial_remove(s, group_first(s, g));
	}
	g = plain(&st, 200);
	partials_settle(s);
	assert_int_equal(partials_count(s), 1);
	assert_int_equal(group_find(s, 200, 7), g);
	(void)plain(&st, 201);
	partials_settle(s);
	assert_true(group_at(s, g)->folded);
	store_free(&st);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(a_group_is_found_as_long_as_it_has_something),
		cmocka_unit_test(
		    combinations_are_told_apart_even_when_hashes_are_alike),
		cmocka_unit_test(
		    a_combination_is_the_root_of_its_key_as_long_as_it_is_alone),
		cmocka_unit_test(
		    what_binds_nothing_is_older_than_all_combinations),
		cmocka_unit_test(
		    a_root_that_is_made_behind_a_walk_may_live_after_the_next),
		cmocka_unit_test(
		    who_waits_is_known_as_long_as_one_of_some_alike_is_there),
		cmocka_unit_test(
		    who_waits_is_known_of_one_that_is_alone_and_of_one_no_more),
		cmocka_unit_test(a_group_that_was_not_used_can_be_tidied_away),
		cmocka_unit_test(
		    the_victim_is_the_oldest_of_the_least_advanced),
		cmocka_unit_test(
		    what_was_not_touched_of_late_is_folded_until_it_is_asked_for),
		cmocka_unit_test(
		    a_beginning_is_folded_at_once_and_takes_the_place_of_another),
		cmocka_unit_test(
		    a_deadline_is_known_to_who_waits_folded_or_not),
		cmocka_unit_test(a_count_is_folded_until_it_is_asked_for),
		cmocka_unit_test(
		    a_folded_beginning_in_a_group_that_is_queued_is_folded_again),
		cmocka_unit_test(
		    what_goes_while_it_waits_to_be_folded_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
