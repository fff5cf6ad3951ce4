/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_inodes.c - an index from device and inode to a small number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/inodes.h"

#include "draw.h"

static const struct hash_key	key = {
	0x0123456789abcdef, 0xfedcba9876543210
};

static uint32_t
find(struct inodes *t, uint32_t fsid, uint64_t node)
{
	return inodes_find(t, inodes_key(t, fsid, node));
}

static void
add(struct inodes *t, uint32_t fsid, uint64_t node, uint32_t number)
{
	inodes_add(t, inodes_key(t, fsid, node), number);
}

static void
take(struct inodes *t, uint32_t fsid, uint64_t node)
{
	inodes_remove(t, inodes_key(t, fsid, node));
}

static void
nothing_is_found_in_an_empty_one(void **state)
{
	struct inodes	 t;

	(void)state;
	inodes_init(&t, &key);
	assert_int_equal(find(&t, 1, 0), INODES_NONE);
	assert_int_equal(find(&t, 1, 1), INODES_NONE);
	assert_non_null(inodes_first(&t, inodes_key(&t, 1, 1)));
	inodes_fini(&t);
}

static void
device_and_node_are_both_compared(void **state)
{
	struct inodes	 t;

	(void)state;
	inodes_init(&t, &key);
	add(&t, 1, 2, 7);
	add(&t, 2, 1, 0);
	add(&t, 3, 0, INODES_MAX - 1);
	assert_int_equal(find(&t, 1, 2), 7);
	assert_int_equal(find(&t, 2, 1), 0);
	assert_int_equal(find(&t, 3, 0), INODES_MAX - 1);
	assert_int_equal(find(&t, 1, 1), INODES_NONE);
	assert_non_null(inodes_first(&t, inodes_key(&t, 1, 2)));
	inodes_fini(&t);
}

static int
by_value(const void *va, const void *vb)
{
	const uint64_t	 a = *(const uint64_t *)va, b = *(const uint64_t *)vb;

	return (a > b) - (a < b);
}

static void
no_two_that_fit_have_one_key(void **state)
{
	enum { NODES = 20000, DEVICES = 3 };
	uint64_t	*keys = calloc(DEVICES * NODES, sizeof(*keys));
	struct inodes	 t;
	size_t		 n = 0;

	(void)state;
	assert_non_null(keys);
	inodes_init(&t, &key);
	for (uint32_t d = 1; d <= DEVICES; d++)
		for (uint64_t i = 0; i < NODES; i++)
			keys[n++] = inodes_key(&t, d, i % 2 == 0 ? i :
			    (UINT64_C(1) << INODES_NODE_BITS) - i);
	qsort(keys, n, sizeof(*keys), by_value);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(keys[i] & 0xffff, 0);
		assert_true(i == 0 || keys[i] != keys[i - 1]);
	}
	inodes_fini(&t);
	free(keys);
}

static void
what_does_not_fit_is_hashed(void **state)
{
	const uint64_t	 large = UINT64_C(1) << INODES_NODE_BITS;
	struct inodes	 t;

	(void)state;
	inodes_init(&t, &key);
	assert_int_equal(inodes_key(&t, 1, large - 1) & INODES_WIDE, 0);
	assert_int_equal(inodes_key(&t, 1, large) & 0xffff, INODES_WIDE);
	add(&t, 1, large, 1);
	add(&t, 1, UINT64_MAX, 2);
	add(&t, 2, large, 3);
	assert_int_equal(find(&t, 1, large), 1);
	assert_int_equal(find(&t, 1, UINT64_MAX), 2);
	assert_int_equal(find(&t, 2, large), 3);
	assert_int_equal(find(&t, 1, 0), INODES_NONE);
	inodes_fini(&t);
}

static void
devices_beyond_those_that_have_room_are_told_apart(void **state)
{
	struct inodes	 t;

	(void)state;
	inodes_init(&t, &key);
	for (uint32_t i = 1; i <= 1000; i++) {
		assert_int_equal(find(&t, i, 5), INODES_NONE);
		add(&t, i, 5, i);
	}
	for (uint32_t i = 1; i <= 1000; i++)
		assert_int_equal(find(&t, i, 5), i);
	assert_int_equal(inodes_key(&t, 1, 5) & INODES_WIDE, 0);
	assert_int_not_equal(inodes_key(&t, 1000, 5) & INODES_WIDE, 0);
	inodes_fini(&t);
}

/* Against an array: so many nodes that tables grow, and lines are full. */
static void
what_was_added_and_not_removed_is_there(void **state)
{
	enum { NODES = 90000, TURNS = 600000 };
	struct lot	*l = malloc(sizeof(*l));
	uint32_t	*want = calloc(NODES, sizeof(*want));
	struct inodes	 t;
	uint32_t	 full = 0;

	(void)state;
	assert_non_null(l);
	assert_non_null(want);
	lot_seed(l, 5);
	inodes_init(&t, &key);
	for (uint32_t i = 1; i <= TURNS; i++) {
		const uint32_t	 at = lot_below(l, NODES);

		assert_int_equal(find(&t, 1 + at % 3, at),
		    want[at] == 0 ? INODES_NONE : want[at]);
		if (want[at] == 0)
			add(&t, 1 + at % 3, at, i);
		else
			take(&t, 1 + at % 3, at);
		want[at] = want[at] == 0 ? i : 0;
	}
	for (uint32_t i = 0; i < INODES_SHARDS; i++)
		for (uint32_t k = 0; k < t.shard[i].n; k++)
			full += t.shard[i].lines[k].bytes >> INODES_COUNT ==
			    INODES_SLOTS;
	assert_true(full > 100);	/* else nothing was sent on */
	for (uint32_t i = 0; i < NODES; i++)
		assert_int_equal(find(&t, 1 + i % 3, i),
		    want[i] == 0 ? INODES_NONE : want[i]);
	for (uint32_t i = 0; i < NODES; i++)
		if (want[i] != 0)
			take(&t, 1 + i % 3, i);
	for (uint32_t i = 0; i < INODES_SHARDS; i++) {
		assert_int_equal(t.shard[i].room,
		    t.shard[i].n * INODES_SLOTS / 4 * 3);
		for (uint32_t k = 0; k < t.shard[i].n; k++)
			assert_int_equal(t.shard[i].lines[k].bytes, 0);
	}
	inodes_fini(&t);
	free(want);
	free(l);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(nothing_is_found_in_an_empty_one),
		cmocka_unit_test(device_and_node_are_both_compared),
		cmocka_unit_test(no_two_that_fit_have_one_key),
		cmocka_unit_test(what_does_not_fit_is_hashed),
		cmocka_unit_test(
		    devices_beyond_those_that_have_room_are_told_apart),
		cmocka_unit_test(what_was_added_and_not_removed_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
