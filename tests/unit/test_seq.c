/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_seq.c - live sequences, against a list.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/slots.h"
#include "engine/seq.h"

#include "draw.h"

#define SEQS_MAX	1000000u

/* An instance whose id is spread as a hash would be. */
static uint64_t
spread(uint64_t id)
{
	return hash_word(&(struct hash_key){ 1, 2 }, id);
}

static uint32_t
add(struct seqs *s, uint64_t id)
{
	return seqs_add(s, &(struct instance){ .id = spread(id), .state = 1 },
	    id + 1);
}

static uint32_t
find(struct seqs *s, uint64_t id)
{
	return seqs_find(s, spread(id));
}

static void
advance(struct seqs *s, uint32_t number, uint32_t state)
{
	const unsigned	 before = seqs_at(s, number)->state;

	seqs_at(s, number)->state = state & (SEQ_STATES_MAX - 1);
	seqs_advanced(s, number, before);
}

static void
an_instance_is_found_by_its_id(void **state)
{
	struct seqs	*s = seqs_new(SEQS_MAX, true);
	uint32_t	 a = add(s, 7), b = add(s, 8);

	(void)state;
	assert_int_equal(find(s, 7), a);
	assert_int_equal(find(s, 8), b);
	assert_int_equal(find(s, 9), SEQ_NONE);
	assert_int_equal(seqs_hash(s, a), 8);
	assert_int_equal(seqs_hash(s, b), 9);
	assert_true(seqs_in_use(s, a));
	seqs_remove(s, a);
	assert_int_equal(find(s, 7), SEQ_NONE);
	assert_false(seqs_in_use(s, a));
	assert_int_equal(seqs_count(s), 1);
	seqs_free(s);
	seqs_free(NULL);
}

static void
before_the_first_one_nobody_is_found(void **state)
{
	struct seqs	*s = seqs_new(SEQS_MAX, true);

	(void)state;
	assert_int_equal(find(s, 7), SEQ_NONE);
	assert_int_equal(seqs_find(s, 0), SEQ_NONE);
	assert_int_equal(seqs_count(s), 0);
	assert_int_equal(seqs_size(s), 0);
	assert_null(seqs_restored(s, NULL, 0));
	assert_int_equal(find(s, 7), SEQ_NONE);
	seqs_free(s);
}

static void
what_was_found_is_there_until_it_is_removed(void **state)
{
	struct seqs	*s = seqs_new(SEQS_MAX, false);
	const uint32_t	 a = add(s, 7);

	(void)state;
	assert_int_equal(find(s, 7), a);
	assert_int_equal(find(s, 8), SEQ_NONE);
	seqs_remove(s, a);
	assert_int_equal(find(s, 7), SEQ_NONE);
	assert_int_equal(seqs_find(s, 0), SEQ_NONE);
	assert_int_equal(add(s, 8), a);		/* used again */
	assert_int_equal(find(s, 7), SEQ_NONE);
	assert_int_equal(find(s, 8), a);
	seqs_free(s);
}

static void
looking_ahead_finds_the_same(void **state)
{
	struct seqs	*s = seqs_new(SEQS_MAX, false);
	const uint32_t	 a = add(s, 7), b = add(s, 8);

	(void)state;
	for (unsigned all = 0; all < 2; all++) {
		seqs_ahead(s, spread(8));
		assert_int_equal(seqs_ahead_more(s, spread(8), all != 0), b);
		assert_int_equal(find(s, 8), b);
		assert_int_equal(seqs_ahead_more(s, spread(9), all != 0),
		    SEQ_NONE);
		assert_int_equal(find(s, 9), SEQ_NONE);
		assert_int_equal(seqs_ahead_more(s, spread(7), all != 0), a);
	}
	seqs_remove(s, a);			/* meanwhile */
	assert_int_equal(find(s, 7), SEQ_NONE);
	assert_int_equal(seqs_ahead_more(s, spread(9), true), SEQ_NONE);
	assert_int_equal(add(s, 9), a);
	assert_int_equal(find(s, 9), a);
	seqs_free(s);
}

static void
those_who_share_a_near_place_are_told_apart(void **state)
{
	const uint64_t	 id = spread(7);
	struct seqs	*s = seqs_new(SEQS_MAX, false);
	uint32_t	 n[3];

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		n[i] = seqs_add(s, &(struct instance){ .state = 1,
		    .id = id + (uint64_t)i * SEQ_NEAR }, 0);
	for (unsigned i = 0; i < 9; i++)
		assert_int_equal(seqs_find(s, id +
		    (uint64_t)(i % 3) * SEQ_NEAR), n[i % 3]);
	assert_int_equal(seqs_find(s, id), n[0]);	/* it is near, */
	seqs_remove(s, n[0]);				/* and goes */
	assert_int_equal(seqs_find(s, id), SEQ_NONE);
	assert_int_equal(seqs_find(s, id + SEQ_NEAR), n[1]);
	seqs_remove(s, n[2]);				/* it is not near */
	assert_int_equal(seqs_find(s, id + SEQ_NEAR), n[1]);
	assert_int_equal(seqs_find(s, id + 2 * SEQ_NEAR), SEQ_NONE);
	assert_int_equal(seqs_find(s, 0), SEQ_NONE);
	seqs_free(s);
}

static void
without_hashes_each_is_zero(void **state)
{
	struct seqs	*s = seqs_new(SEQS_MAX, false);

	(void)state;
	assert_int_equal(seqs_hash(s, add(s, 7)), 0);
	seqs_free(s);
}

static void
the_victim_is_the_oldest_of_the_least_advanced(void **state)
{
	struct seqs	*s = seqs_new(SEQS_MAX, true);
	uint32_t	 n[4];

	(void)state;
	assert_int_equal(seqs_victim(s), SEQ_NONE);
	for (uint32_t i = 0; i < 4; i++)
		n[i] = add(s, i);
	assert_int_equal(seqs_victim(s), n[0]);
	advance(s, n[0], 2);
	assert_int_equal(seqs_victim(s), n[1]);
	advance(s, n[2], 2);
	advance(s, n[1], 3);
	assert_int_equal(seqs_victim(s), n[3]);
	advance(s, n[3], 2);		/* has waited shortest in 2 */
	assert_int_equal(seqs_victim(s), n[0]);
	advance(s, n[0], 3);
	advance(s, n[2], 3);
	advance(s, n[3], 3);
	assert_int_equal(seqs_victim(s), n[1]);
	seqs_remove(s, n[1]);
	assert_int_not_equal(seqs_victim(s), n[1]);
	seqs_free(s);
}

static void
late_states_share_a_place_in_the_order(void **state)
{
	struct seqs	*s = seqs_new(SEQS_MAX, true);
	uint32_t	 a = add(s, 0), b = add(s, 1);

	(void)state;
	advance(s, b, 40);
	advance(s, a, 50);
	advance(s, b, 100);
	assert_int_equal(seqs_victim(s), b);	/* there the longest */
	seqs_free(s);
}

/* The judge: one row for each pair of rule and value. */
struct row {
	bool		 live;
	uint32_t	 number, state;
	unsigned	 since;		/* when it came to its state */
};

enum { ROWS = 300 };

static uint32_t
victim_of(const struct row *rows)
{
	const struct row	*v = NULL;

	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].live && (v == NULL || rows[i].state < v->state ||
		    (rows[i].state == v->state && rows[i].since < v->since)))
			v = &rows[i];
	return v == NULL ? SEQ_NONE : v->number;
}

/* A new store with the same in it. */
static struct seqs *
made_again(const struct seqs *s)
{
	struct seqs	*t = seqs_new(SEQS_MAX, true);
	const uint32_t	 n = seqs_size(s) - seqs_count(s);
	uint32_t	*unused = calloc(n + (size_t)1, sizeof(*unused));

	assert_non_null(unused);
	seqs_unused(s, unused);
	for (uint32_t i = 0; i < seqs_size(s); i++)
		if (seqs_in_use(s, i))
			seqs_restore(t, i, seqs_at(s, i), seqs_hash(s, i));
	assert_null(seqs_restored(t, unused, n));
	free(unused);
	return t;
}

static void
assert_alike(const struct seqs *a, struct seqs *b)
{
	assert_int_equal(seqs_size(a), seqs_size(b));
	assert_int_equal(seqs_count(a), seqs_count(b));
	for (uint32_t i = 0; i < seqs_size(a); i++) {
		assert_int_equal(seqs_in_use(a, i), seqs_in_use(b, i));
		if (!seqs_in_use(a, i))
			continue;
		assert_memory_equal(seqs_at(a, i), seqs_at(b, i),
		    sizeof(struct instance));
		assert_int_equal(seqs_hash(a, i), seqs_hash(b, i));
		assert_int_equal(seqs_find(b, seqs_at(a, i)->id), i);
	}
}

/* Whatever both do from here on, they do alike. */
static void
made_again_it_goes_on_as_it_would_have(void **state)
{
	struct lot	*l = malloc(sizeof(*l));

	(void)state;
	assert_non_null(l);
	lot_seed(l, 3);
	for (unsigned run = 0; run < lot_runs(200); run++) {
		struct seqs	*s = seqs_new(SEQS_MAX, true), *t = NULL;
		uint64_t	 next = 0;

		for (unsigned i = 0; i < 100; i++) {
			const uint32_t	 what = lot_below(l, 4);
			uint32_t	 number;

			if (i == 60)
				t = made_again(s);
			if (what < 2 || seqs_count(s) == 0) {
				number = add(s, ++next);
				if (t != NULL)
					assert_int_equal(add(t, next),
					    number);
				continue;
			}
			number = lot_below(l, seqs_size(s));
			if (what == 2 || !seqs_in_use(s, number)) {
				number = seqs_victim(s);
				seqs_remove(s, number);
				if (t != NULL)
					seqs_remove(t, number);
				continue;
			}
			advance(s, number, seqs_at(s, number)->state + 1);
			if (t != NULL)
				advance(t, number,
				    seqs_at(t, number)->state + 1);
		}
		assert_alike(s, t);
		while (seqs_count(s) > 0) {
			assert_int_equal(seqs_victim(s), seqs_victim(t));
			seqs_remove(s, seqs_victim(s));
			seqs_remove(t, seqs_victim(t));
		}
		seqs_free(s);
		seqs_free(t);
	}
	free(l);
}

static void
more_than_there_may_be_can_be_made_again(void **state)
{
	struct seqs	*s = seqs_new(SEQS_MAX, false), *t = seqs_new(2, false);

	(void)state;
	for (uint64_t i = 0; i < 5000; i++)
		(void)add(s, i);
	for (uint32_t i = 0; i < 5000; i++)
		seqs_restore(t, i, seqs_at(s, i), 0);
	assert_null(seqs_restored(t, NULL, 0));
	assert_alike(s, t);
	seqs_free(s);
	seqs_free(t);
}

static void
numbers_that_are_not_in_use_are_named_once_each(void **state)
{
	static const uint32_t	 bad[][3] = { { 0, 1, 2 }, { 0, 0, 2 },
	    { 0, 2, 5 }, { 0, 1, 1 } }, good[] = { 3, 0, 2 };

	(void)state;
	for (size_t i = 0; i <= sizeof(bad) / sizeof(bad[0]); i++) {
		struct seqs	*s = seqs_new(SEQS_MAX, false);

		seqs_restore(s, 1, &(struct instance){ .id = 1,
		    .older = SEQ_NONE }, 0);
		if (i < sizeof(bad) / sizeof(bad[0])) {
			assert_non_null(seqs_restored(s, bad[i], 3));
		} else {
			assert_null(seqs_restored(s, good, 3));
			assert_int_equal(add(s, 7), 2);
			assert_int_equal(add(s, 8), 0);
			assert_int_equal(add(s, 9), 3);
			assert_int_equal(add(s, 10), 4);
		}
		seqs_free(s);
	}
}

static void
whatever_is_done_it_is_as_a_list_would_have_it(void **state)
{
	enum { MAX = 100 };
	static struct row	 rows[ROWS];
	struct lot		*l = malloc(sizeof(*l));
	struct seqs		*s = seqs_new(SEQS_MAX, true);
	unsigned		 steps = lot_runs(40000);
	uint32_t		 live = 0;

	(void)state;
	assert_non_null(l);
	lot_seed(l, 2);
	for (unsigned i = 0; i < steps; i++) {
		uint32_t	 which = lot_below(l, ROWS);
		struct row	*r = &rows[which];

		assert_int_equal(find(s, which),
		    r->live ? r->number : SEQ_NONE);
		assert_int_equal(seqs_victim(s), victim_of(rows));
		if (!r->live && live < MAX) {
			*r = (struct row){ true, add(s, which), 1, i };
			live++;
		} else if (r->live && lot_below(l, 3) == 0) {
			seqs_remove(s, r->number);
			r->live = false;
			live--;
		} else if (r->live && r->state < 10) {
			advance(s, r->number, ++r->state);
			r->since = i;
		}
		assert_int_equal(seqs_count(s), live);
		assert_true(seqs_size(s) <= MAX);
	}
	seqs_free(s);
	free(l);
}

/* Each would have to pass all those before it. */
static void
ids_that_crowd_in_one_place_are_refused(void **state)
{
	struct seqs	*s = seqs_new(SEQS_MAX, false);

	(void)state;
	for (uint32_t i = 0; i < 2 * SLOTS_CROWD; i++)
		seqs_restore(s, i, &(struct instance){
		    .id = (uint64_t)i << 32, .state = 1,
		    .older = i == 0 ? SEQ_NONE : i - 1 }, 0);
	assert_string_equal(seqs_restored(s, NULL, 0),
	    "keys that are no hashes");
	seqs_free(s);
}

/* Rules in new words may look ahead before any in old words has one. */
static void
nobody_is_ahead_before_the_first(void **state)
{
	struct seqs	*s = seqs_new(SEQS_MAX, false);

	(void)state;
	seqs_ahead(s, spread(7));
	assert_int_equal(seqs_ahead_more(s, spread(7), true), SEQ_NONE);
	assert_int_equal(seqs_find(s, spread(7)), SEQ_NONE);
	seqs_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_instance_is_found_by_its_id),
		cmocka_unit_test(before_the_first_one_nobody_is_found),
		cmocka_unit_test(what_was_found_is_there_until_it_is_removed),
		cmocka_unit_test(looking_ahead_finds_the_same),
		cmocka_unit_test(those_who_share_a_near_place_are_told_apart),
		cmocka_unit_test(without_hashes_each_is_zero),
		cmocka_unit_test(
		    the_victim_is_the_oldest_of_the_least_advanced),
		cmocka_unit_test(late_states_share_a_place_in_the_order),
		cmocka_unit_test(made_again_it_goes_on_as_it_would_have),
		cmocka_unit_test(more_than_there_may_be_can_be_made_again),
		cmocka_unit_test(
		    numbers_that_are_not_in_use_are_named_once_each),
		cmocka_unit_test(
		    whatever_is_done_it_is_as_a_list_would_have_it),
		cmocka_unit_test(ids_that_crowd_in_one_place_are_refused),
		cmocka_unit_test(nobody_is_ahead_before_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
