/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_bound.c - what the variables of a partial match hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/bound.h"

#include "draw.h"

static void
draw_values(struct lot *l, struct value v[VARIABLES_MAX])
{
	l->used = 0;
	for (size_t i = 0; i < VARIABLES_MAX; i++) {
		v[i] = (struct value){ .kind = (enum value_kind)lot_below(l,
		    4) };
		if (v[i].kind == VALUE_NUMBER)
			v[i].number = lot_u64(l);
		else if (v[i].kind == VALUE_ADDRESS)
			v[i].bytes = lot_bytes(l, 16);
		else if (v[i].kind == VALUE_TEXT)
			v[i].bytes = lot_bytes(l, lot_below(l, 2) ?
			    lot_below(l, 40) : lot_below(l, 1500));
		value_cut(&v[i]);
	}
}

static void
values_come_back_as_they_were(void **state)
{
	struct lot	*l = malloc(sizeof(*l));
	struct bounds	 b;
	uint32_t	 numbers[20] = { 0 };

	(void)state;
	assert_non_null(l);
	lot_seed(l, 3);
	bounds_init(&b);
	for (unsigned i = 0; i < lot_runs(5000); i++) {
		struct value	 in[VARIABLES_MAX], out[VARIABLES_MAX];
		uint32_t	*at = &numbers[lot_below(l, 20)];

		bound_drop(&b, *at);
		draw_values(l, in);
		*at = bound_new(&b, in);
		bound_values(&b, *at, out);
		assert_true(bound_agrees(in, out));
		assert_true(bound_agrees(out, in));
	}
	for (size_t i = 0; i < 20; i++)
		bound_drop(&b, numbers[i]);
	assert_int_equal(b.bytes, 0);
	bounds_fini(&b);
	free(l);
}

static void
nothing_bound_is_no_combination(void **state)
{
	const struct value	 nothing[VARIABLES_MAX] = { { 0 } };
	struct value		 out[VARIABLES_MAX];
	struct bounds		 b;

	(void)state;
	bounds_init(&b);
	assert_int_equal(bound_new(&b, nothing), 0);
	bound_values(&b, 0, out);
	for (size_t i = 0; i < VARIABLES_MAX; i++)
		assert_int_equal(out[i].kind, VALUE_NOTHING);
	bound_drop(&b, bound_hold(&b, 0));
	bounds_fini(&b);
}

static void
some_agree_with_all_that_have_the_same(void **state)
{
	struct value	 a[VARIABLES_MAX] = { { 0 } };
	struct value	 b[VARIABLES_MAX] = { { 0 } };

	(void)state;
	b[2] = (struct value){ .kind = VALUE_NUMBER, .number = 4 };
	assert_true(bound_agrees(a, b));
	assert_false(bound_agrees(b, a));
	a[2] = b[2];
	assert_true(bound_agrees(a, b));
	a[2].number = 5;
	assert_false(bound_agrees(a, b));
}

static void
room_has_a_limit(void **state)
{
	struct value	 v[VARIABLES_MAX] = { { 0 } };
	static uint8_t	 text[VALUE_TEXT_MAX];
	struct bounds	 b;
	uint32_t	 first, n = 1;

	(void)state;
	bounds_init(&b);
	for (size_t i = 0; i < VARIABLES_MAX; i++)
		v[i] = (struct value){ .kind = VALUE_TEXT,
		    .bytes = { text, sizeof(text) } };
	first = bound_new(&b, v);
	assert_int_not_equal(first, 0);
	while (bound_new(&b, v) != 0)
		n++;
	assert_true(b.bytes <= BOUNDS_MAX);
	assert_true(n > 1000);
	bound_drop(&b, first);
	assert_int_equal(bound_new(&b, v), first);
	bounds_fini(&b);
}

/* In room they count one by one, as they would if they were made again. */
static void
the_same_again_is_kept_once(void **state)
{
	struct value		 v[VARIABLES_MAX] = { { 0 } };
	struct value		 out[VARIABLES_MAX];
	struct bounds		 b;
	uint32_t		 first, other;
	size_t			 one;

	(void)state;
	bounds_init(&b);
	v[1] = (struct value){ .kind = VALUE_TEXT,
	    .bytes = slice_str("/etc/passwd") };
	v[4] = (struct value){ .kind = VALUE_NUMBER, .number = 7 };
	first = bound_new(&b, v);
	one = b.bytes;
	assert_int_equal(bound_new(&b, v), first);
	assert_int_equal(b.bytes, 2 * one);
	assert_int_equal(bound_hold(&b, first), first);
	bound_drop(&b, first);
	bound_drop(&b, first);
	assert_int_equal(b.bytes, one);
	bound_values(&b, first, out);
	assert_true(bound_agrees(v, out) && bound_agrees(out, v));
	v[4].number = 8;
	other = bound_new(&b, v);
	assert_int_not_equal(other, first);
	bound_drop(&b, first);
	bound_drop(&b, other);
	assert_int_equal(b.bytes, 0);
	/* What is gone is nobody's newest. */
	first = bound_new(&b, v);
	assert_int_equal(b.bytes, one);
	bound_values(&b, first, out);
	assert_int_equal(out[4].number, 8);
	bound_drop(&b, first);
	bounds_fini(&b);
}

/* More variables, fewer, or the same text elsewhere are something else. */
static void
what_differs_is_kept_by_itself(void **state)
{
	struct value	 v[VARIABLES_MAX] = { { 0 } };
	struct bounds	 b;
	uint32_t	 n[6];

	(void)state;
	bounds_init(&b);
	v[1] = (struct value){ .kind = VALUE_TEXT,
	    .bytes = slice_str("abcdefgh") };
	n[0] = bound_new(&b, v);
	v[2] = v[1];
	n[1] = bound_new(&b, v);
	v[1].kind = VALUE_NOTHING;
	n[2] = bound_new(&b, v);
	v[2].bytes = slice_str("abcdefgi");
	n[3] = bound_new(&b, v);
	v[2].bytes = slice_str("abcdefg");
	n[4] = bound_new(&b, v);
	v[2].kind = VALUE_ADDRESS;
	n[5] = bound_new(&b, v);
	for (size_t i = 0; i < 6; i++) {
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(n[i], n[j]);
	}
	for (size_t i = 0; i < 6; i++)
		bound_drop(&b, n[i]);
	assert_int_equal(b.bytes, 0);
	bounds_fini(&b);
}

/* Of what is not bound nothing is set, not even to what its type can be. */
static void
what_is_not_bound_is_not_looked_at(void **state)
{
	struct value	 v[VARIABLES_MAX];
	struct bounds	 b;
	uint32_t	 first, other;

	(void)state;
	bounds_init(&b);
	memset(v, 0xe0, sizeof(v));
	bound_nothing(v);
	v[3] = (struct value){ .kind = VALUE_NUMBER, .number = 7 };
	first = bound_new(&b, v);
	memset(v, 0xe0, sizeof(v));
	bound_nothing(v);
	v[4] = (struct value){ .kind = VALUE_NUMBER, .number = 7 };
	other = bound_new(&b, v);
	assert_int_not_equal(other, first);
	bound_drop(&b, first);
	bound_drop(&b, other);
	assert_int_equal(b.bytes, 0);
	bounds_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(values_come_back_as_they_were),
		cmocka_unit_test(nothing_bound_is_no_combination),
		cmocka_unit_test(some_agree_with_all_that_have_the_same),
		cmocka_unit_test(room_has_a_limit),
		cmocka_unit_test(the_same_again_is_kept_once),
		cmocka_unit_test(what_differs_is_kept_by_itself),
		cmocka_unit_test(what_is_not_bound_is_not_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
