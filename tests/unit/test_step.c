/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_step.c - chains of the records that took part.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/step.h"

#include "draw.h"

/* Are these the offsets of the chain, the first and the last of 0 to N-1? */
static void
assert_chain(const struct steps *s, uint32_t head, uint64_t n)
{
	uint64_t	 want = n;
	uint32_t	 length = 0;

	if (head != 0)
		length = steps_at(s, head)->length;
	if (n < 2 * STEPS_ENDS)
		assert_true(length == n);
	assert_true(length < 3 * STEPS_ENDS);
	for (uint32_t left = length; left > 0; left--) {
		const struct step	*one = steps_at(s, head);

		want--;
		if (left == STEPS_ENDS)		/* the first ones begin */
			want = STEPS_ENDS - 1;
		assert_true(one->offset == want);
		head = one->before;
	}
	assert_int_equal(head, 0);
}

static void
a_step_takes_sixteen_bytes(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct step), 16);
}

static void
a_chain_runs_from_the_newest_to_the_oldest(void **state)
{
	struct steps	*s = steps_new();
	uint32_t	 head = 0;

	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		assert_true(steps_push(s, &head, (struct step){ .offset = i,
		    .source = 65535, .quality = 2 }));
	assert_chain(s, head, 3);
	assert_int_equal(steps_at(s, head)->source, 65535);
	assert_int_equal(steps_at(s, head)->quality, 2);
	steps_release(s, head);
	steps_release(s, 0);
	steps_free(s);
	steps_free(NULL);
}

static void
of_a_long_chain_the_first_and_the_last_are_kept(void **state)
{
	struct steps	*s = steps_new();
	uint32_t	 head = 0;

	(void)state;
	for (uint64_t i = 0; i < 20 * STEPS_ENDS; i++) {
		assert_true(steps_push(s, &head, (struct step){
		    .offset = i }));
		if (i % 7 == 0 || (i % STEPS_ENDS) < 3 ||
		    i % STEPS_ENDS > STEPS_ENDS - 3)
			assert_chain(s, head, i + 1);
	}
	steps_release(s, head);
	steps_free(s);
}

static void
chains_grow_and_go_without_disturbing_each_other(void **state)
{
	enum { CHAINS = 30 };
	uint32_t	 heads[CHAINS] = { 0 };
	uint64_t	 n[CHAINS] = { 0 };
	struct lot	*l = malloc(sizeof(*l));
	struct steps	*s = steps_new();

	(void)state;
	assert_non_null(l);
	lot_seed(l, 11);
	for (unsigned i = 0; i < 3000; i++) {
		unsigned	 c = lot_below(l, CHAINS);

		for (uint32_t k = lot_below(l, 200); k > 0; k--)
			assert_true(steps_push(s, &heads[c], (struct step){
			    .offset = n[c]++ }));
		if (lot_below(l, 20) == 0) {
			steps_release(s, heads[c]);
			heads[c] = 0;
			n[c] = 0;
		}
		c = lot_below(l, CHAINS);
		assert_chain(s, heads[c], n[c]);
	}
	/* What was given back is used again: all that were ever at once. */
	for (unsigned c = 0; c < CHAINS; c++) {
		assert_true(heads[c] < CHAINS * 3 * STEPS_ENDS);
		steps_release(s, heads[c]);
	}
	steps_free(s);
	free(l);
}

static void
without_room_a_chain_stays_as_it_is(void **state)
{
	struct steps	*s = steps_new();
	uint32_t	 head = 0, full, n = 1;

	(void)state;
	for (; n < STEPS_MAX; n++) {		/* one chain for each */
		head = 0;
		if (!steps_push(s, &head, (struct step){ .offset = n }))
			break;
	}
	assert_int_equal(n, STEPS_MAX);
	full = head;
	assert_false(steps_push(s, &head, (struct step){ .offset = 1 }));
	assert_int_equal(head, full);
	assert_int_equal(steps_at(s, head)->length, 1);
	steps_release(s, head);
	head = 0;
	assert_true(steps_push(s, &head, (struct step){ .offset = 1 }));
	assert_int_equal(head, full);
	steps_free(s);
}

static void
steps_are_made_again_under_their_numbers(void **state)
{
	struct steps	*s = steps_new(), *t = steps_new();
	uint32_t	 a = 0, b = 0;

	(void)state;
	for (uint64_t i = 0; i < 3; i++) {
		assert_true(steps_push(s, &a, (struct step){ .offset = i }));
		assert_true(steps_push(s, &b, (struct step){ .offset = i }));
	}
	steps_release(s, a);
	assert_false(steps_in_use(s, a));
	for (uint32_t i = 1; i < steps_size(s); i++)
		if (steps_in_use(s, i))
			assert_true(steps_restore(t, i, steps_at(s, i)));
	steps_restored(t);
	assert_chain(t, b, 3);
	for (uint64_t i = 3; i < 6; i++)	/* where the others were */
		assert_true(steps_push(t, &b, (struct step){ .offset = i }));
	assert_chain(t, b, 6);
	assert_int_equal(steps_size(t), 7);
	assert_false(steps_in_use(t, 0));
	assert_false(steps_in_use(t, 7));
	steps_free(s);
	steps_free(t);
}

static void
a_step_that_cannot_be_is_not_made_again(void **state)
{
	struct steps	*s = steps_new();
	struct step	 one = { .length = 1 }, none = { .length = 0 },
	    late = { .length = STEPS_CHAIN + 1 };

	(void)state;
	assert_false(steps_restore(s, 0, &one));
	assert_false(steps_restore(s, STEPS_MAX, &one));
	assert_false(steps_restore(s, 1, &none));
	assert_false(steps_restore(s, 1, &late));
	assert_true(steps_restore(s, 5000, &one));
	assert_false(steps_restore(s, 5000, &one));
	assert_false(steps_restore(s, 4999, &one));
	steps_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_takes_sixteen_bytes),
		cmocka_unit_test(a_chain_runs_from_the_newest_to_the_oldest),
		cmocka_unit_test(
		    of_a_long_chain_the_first_and_the_last_are_kept),
		cmocka_unit_test(
		    chains_grow_and_go_without_disturbing_each_other),
		cmocka_unit_test(without_room_a_chain_stays_as_it_is),
		cmocka_unit_test(steps_are_made_again_under_their_numbers),
		cmocka_unit_test(a_step_that_cannot_be_is_not_made_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
