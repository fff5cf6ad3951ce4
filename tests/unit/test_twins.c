/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_twins.c - which of many things is equal to this one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/twins.h"

#define THINGS 5000u

/* Things that are numbers; WANTED is the one that is looked for. */
struct things {
	uint64_t	 all[THINGS];
	uint64_t	 wanted;
};

static bool
same(const void *arg, uint32_t number)
{
	const struct things	*t = arg;

	return t->all[number] == t->wanted;
}

/* Add each of the values under the hash that HASH makes of it, twice. */
static void
all_are_found_again(uint64_t (*hash)(uint64_t))
{
	static struct things	 t;
	struct twins		*twins = twins_new();

	for (uint32_t i = 0; i < THINGS; i++) {
		t.all[i] = t.wanted = i * UINT64_C(0x9e3779b97f4a7c15);
		assert_int_equal(twins_add(twins, hash(t.wanted), i, same, &t),
		    i);
	}
	for (uint32_t i = 0; i < THINGS; i++) {
		t.wanted = t.all[i];
		assert_int_equal(twins_add(twins, hash(t.wanted), THINGS,
		    same, &t), i);
	}
	twins_free(twins);
}

static uint64_t
itself(uint64_t v)
{
	return v;
}

static uint64_t
one_of_sixteen(uint64_t v)
{
	return v >> 60;
}

static uint64_t
the_high_half(uint64_t v)
{
	return v & ~(uint64_t)UINT32_MAX;
}

static void
equal_things_have_one_number(void **state)
{
	(void)state;
	all_are_found_again(itself);
}

static void
things_of_one_hash_are_told_apart(void **state)
{
	(void)state;
	all_are_found_again(one_of_sixteen);
	all_are_found_again(the_high_half);
}

static void
looking_ahead_changes_nothing(void **state)
{
	struct things	*t = calloc(1, sizeof(*t));
	struct twins	*twins = twins_new();

	(void)state;
	twins_near(twins, UINT64_MAX);		/* in a table of any size */
	for (uint32_t i = 0; i < THINGS; i++) {
		t->all[i] = t->wanted = i;
		twins_near(twins, UINT64_MAX - i);
		assert_int_equal(twins_add(twins, UINT64_MAX - i, i, same, t),
		    i);
	}
	twins_free(twins);
	free(t);
}

static void
nothing_can_be_freed(void **state)
{
	(void)state;
	twins_free(NULL);
	twins_free(twins_new());
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(equal_things_have_one_number),
		cmocka_unit_test(things_of_one_hash_are_told_apart),
		cmocka_unit_test(looking_ahead_changes_nothing),
		cmocka_unit_test(nothing_can_be_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
