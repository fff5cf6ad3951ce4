/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_inodes.c - a hash index from device and inode to a small number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/inodes.h"

#include "draw.h"

static const struct hash_key	key = { 1, 2 };

static uint32_t
find(const struct inodes *t, uint32_t fsid, uint64_t node)
{
	return inodes_find(t, inodes_hash(&key, fsid, node), fsid, node);
}

static void
add(struct inodes *t, uint32_t fsid, uint64_t node, uint32_t number)
{
	inodes_add(t, inodes_hash(&key, fsid, node), fsid, node, number);
}

static void
take(struct inodes *t, uint32_t fsid, uint64_t node)
{
	inodes_remove(t, inodes_hash(&key, fsid, node), fsid, node);
}

static void
nothing_is_found_in_an_empty_one(void **state)
{
	struct inodes	 t;

	(void)state;
	inodes_init(&t, &key);
	assert_int_equal(find(&t, 0, 0), INODES_NONE);
	assert_int_equal(find(&t, 1, 1), INODES_NONE);
	assert_null(inodes_first(&t, inodes_hash(&key, 1, 1)));
	inodes_fini(&t);
}

static void
device_and_node_are_both_compared(void **state)
{
	struct inodes	 t;

	(void)state;
	inodes_init(&t, &key);
	add(&t, 1, 2, 7);
	add(&t, 2, 1, 8);
	add(&t, 0, 0, 9);
	assert_int_equal(find(&t, 1, 2), 7);
	assert_int_equal(find(&t, 2, 1), 8);
	assert_int_equal(find(&t, 0, 0), 9);
	assert_int_equal(find(&t, 1, 1), INODES_NONE);
	assert_non_null(inodes_first(&t, inodes_hash(&key, 1, 2)));
	inodes_fini(&t);
}

/* Against an array: so many nodes that tables grow, and runs of them meet. */
static void
what_was_added_and_not_removed_is_there(void **state)
{
	enum { NODES = 9000, TURNS = 60000 };
	struct lot	*l = malloc(sizeof(*l));
	uint32_t	*want = calloc(NODES, sizeof(*want));
	struct inodes	 t;

	(void)state;
	assert_non_null(l);
	assert_non_null(want);
	lot_seed(l, 5);
	inodes_init(&t, &key);
	for (uint32_t i = 1; i <= TURNS; i++) {
		const uint32_t	 at = lot_below(l, NODES);

		assert_int_equal(find(&t, at % 3, at),
		    want[at] == 0 ? INODES_NONE : want[at]);
		if (want[at] == 0)
			add(&t, at % 3, at, i);
		else
			take(&t, at % 3, at);
		want[at] = want[at] == 0 ? i : 0;
	}
	for (uint32_t i = 0; i < NODES; i++)
		assert_int_equal(find(&t, i % 3, i),
		    want[i] == 0 ? INODES_NONE : want[i]);
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
		cmocka_unit_test(what_was_added_and_not_removed_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
