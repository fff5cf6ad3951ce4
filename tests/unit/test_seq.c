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
find(const struct seqs *s, uint64_t id)
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_instance_is_found_by_its_id),
		cmocka_unit_test(without_hashes_each_is_zero),
		cmocka_unit_test(
		    the_victim_is_the_oldest_of_the_least_advanced),
		cmocka_unit_test(late_states_share_a_place_in_the_order),
		cmocka_unit_test(
		    whatever_is_done_it_is_as_a_list_would_have_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
