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

/* With memory of its own. */
struct lone {
	struct slabs	 memory;
	struct inodes	 t;
};

static struct inodes *
begin(struct lone *l)
{
	inodes_memory(&l->memory);
	inodes_init(&l->t, &key, &l->memory);
	return &l->t;
}

static void
end(struct lone *l)
{
	inodes_fini(&l->t);
	slabs_fini(&l->memory);
}

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
take(struct inodes *t, uint32_t fsid, uint64_t node, uint32_t number)
{
	inodes_remove(t, inodes_key(t, fsid, node), number);
}

static void
nothing_is_found_in_an_empty_one(void **state)
{
	struct lone	 lone;
	struct inodes	*t = begin(&lone);

	(void)state;
	assert_int_equal(find(t, 1, 0), INODES_NONE);
	assert_int_equal(find(t, 1, 1), INODES_NONE);
	assert_non_null(inodes_home(t, inodes_key(t, 1, 1)));
	end(&lone);
}

static void
device_and_node_are_both_compared(void **state)
{
	struct lone	 lone;
	struct inodes	*t = begin(&lone);

	(void)state;
	add(t, 1, 2, 7);
	add(t, 2, 1, 0);
	add(t, 3, 0, INODES_MAX - 1);
	assert_int_equal(find(t, 1, 2), 7);
	assert_int_equal(find(t, 2, 1), 0);
	assert_int_equal(find(t, 3, 0), INODES_MAX - 1);
	assert_int_equal(find(t, 1, 1), INODES_NONE);
	end(&lone);
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
	struct lone	 lone;
	struct inodes	*t = begin(&lone);
	size_t		 n = 0;

	(void)state;
	assert_non_null(keys);
	for (uint32_t d = 1; d <= DEVICES; d++)
		for (uint64_t i = 0; i < NODES; i++)
			keys[n++] = inodes_key(t, d, i % 2 == 0 ? i :
			    (UINT64_C(1) << INODES_NODE_BITS) - i);
	qsort(keys, n, sizeof(*keys), by_value);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(keys[i] & 0x1ffff, 0);
		assert_true(keys[i] != 0);
		assert_true(i == 0 || keys[i] != keys[i - 1]);
	}
	end(&lone);
	free(keys);
}

static void
what_does_not_fit_is_hashed(void **state)
{
	const uint64_t	 large = UINT64_C(1) << INODES_NODE_BITS;
	struct lone	 lone;
	struct inodes	*t = begin(&lone);

	(void)state;
	assert_int_equal(inodes_key(t, 1, large - 1) & INODES_WIDE, 0);
	assert_int_equal(inodes_key(t, 1, large) & 0x1ffff, INODES_WIDE);
	add(t, 1, large, 1);
	add(t, 1, UINT64_MAX, 2);
	add(t, 2, large, 3);
	assert_int_equal(find(t, 1, large), 1);
	assert_int_equal(find(t, 1, UINT64_MAX), 2);
	assert_int_equal(find(t, 2, large), 3);
	assert_int_equal(find(t, 1, 0), INODES_NONE);
	end(&lone);
}

static void
devices_beyond_those_that_have_room_are_told_apart(void **state)
{
	struct lone	 lone;
	struct inodes	*t = begin(&lone);

	(void)state;
	for (uint32_t i = 1; i <= 1000; i++) {
		assert_int_equal(find(t, i, 5), INODES_NONE);
		add(t, i, 5, i);
	}
	for (uint32_t i = 1; i <= 1000; i++)
		assert_int_equal(find(t, i, 5), i);
	assert_int_equal(inodes_key(t, 1, 5) & INODES_WIDE, 0);
	assert_int_not_equal(inodes_key(t, 1000, 5) & INODES_WIDE, 0);
	end(&lone);
}

/* The one whose key would be 0 is hashed, too. */
static void
no_key_is_0(void **state)
{
	struct lone	 lone;
	struct inodes	*t = begin(&lone);
	uint32_t	 fsid = 1;
	uint64_t	 k;

	(void)state;
	while (inodes_place(t, fsid) != 0)
		fsid++;
	assert_int_equal(inodes_mix(t, 0, 0), 0);
	assert_int_not_equal(inodes_key(t, fsid, 0) & INODES_WIDE, 0);
	assert_false(inodes_key_at_once(t, fsid, 0, &k));
	assert_int_equal(inodes_key(t, fsid, 1) & INODES_WIDE, 0);
	assert_true(inodes_key_at_once(t, fsid, 1, &k));
	assert_int_equal(k, inodes_key(t, fsid, 1));
	end(&lone);
}

static void
only_what_has_the_number_is_removed(void **state)
{
	struct lone	 lone;
	struct inodes	*t = begin(&lone);

	(void)state;
	add(t, 1, 2, 7);
	take(t, 1, 2, 8);
	take(t, 1, 3, 7);
	assert_int_equal(find(t, 1, 2), 7);
	take(t, 1, 2, 7);
	assert_int_equal(find(t, 1, 2), INODES_NONE);
	end(&lone);
}

/* Tables each once: where one stands at several places, they are in a row. */
static struct inodes_line *
table(const struct inodes *t, size_t i)
{
	return i > 0 && t->tables[i] == t->tables[i - 1] ? NULL : t->tables[i];
}

static size_t
places(const struct inodes *t)
{
	return (size_t)1 << (64 - t->shift);
}

/* Lines that are full, slots that are free but not 0, and marks of passing. */
struct tally {
	uint32_t	 tables, full, dirty, passed;
};

static void
count_lines(const struct inodes_line *lines, struct tally *n)
{
	for (uint32_t i = 0; i < INODES_LINES; i++) {
		const unsigned	 used = inodes_count(&lines[i]);

		n->full += used == INODES_SLOTS;
		n->passed += (lines[i].bytes >> INODES_PASSED & 0xf) != 0;
		for (unsigned k = used; k < INODES_SLOTS; k++)
			n->dirty += lines[i].slots[k] != 0 ||
			    (lines[i].bytes >> 8 * k & 0xff) != 0;
	}
}

static struct tally
count_all(const struct inodes *t)
{
	struct tally	 n = { 0, 0, 0, 0 };

	for (size_t i = 0; i < places(t); i++)
		if (table(t, i) != NULL) {
			n.tables++;
			count_lines(table(t, i), &n);
		}
	return n;
}

/* The bits of a key that pick line and table are the same for all of these. */
static uint64_t
crowded(uint64_t i)
{
	return (UINT64_C(5) << 57 | i << 17);
}

static void
keys_that_no_split_tells_apart_fill_one_table(void **state)
{
	enum { SLOTS = INODES_LINES * INODES_SLOTS };
	struct lone	 lone;
	struct inodes	*t = begin(&lone);
	struct tally	 n;

	(void)state;
	for (uint32_t i = 0; i < SLOTS + 100; i++)
		inodes_add(t, crowded(i), i);
	for (uint32_t i = 0; i < SLOTS; i++)
		assert_int_equal(inodes_find(t, crowded(i)), i);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(inodes_find(t, crowded(SLOTS + i)),
		    INODES_NONE);
	assert_int_equal(places(t), 1u << INODES_DEPTH_MAX);
	n = count_all(t);
	assert_int_equal(n.full, INODES_LINES);
	assert_int_equal(n.tables, INODES_DEPTH_MAX + 1);
	for (uint32_t i = 0; i < SLOTS + 100; i++)
		inodes_remove(t, crowded(i), i);
	n = count_all(t);
	assert_int_equal(n.full + n.dirty + n.passed, 0);
	end(&lone);
}

/* Against an array: so many nodes that tables grow, and lines are full. */
static void
what_was_added_and_not_removed_is_there(void **state)
{
	enum { NODES = 90000, TURNS = 600000 };
	struct lot	*l = malloc(sizeof(*l));
	uint32_t	*want = calloc(NODES, sizeof(*want));
	struct lone	 lone;
	struct inodes	*t = begin(&lone);
	struct tally	 n;

	(void)state;
	assert_non_null(l);
	assert_non_null(want);
	lot_seed(l, 5);
	for (uint32_t i = 1; i <= TURNS; i++) {
		const uint32_t	 at = lot_below(l, NODES);

		assert_int_equal(find(t, 1 + at % 3, at),
		    want[at] == 0 ? INODES_NONE : want[at]);
		if (want[at] == 0)
			add(t, 1 + at % 3, at, i);
		else
			take(t, 1 + at % 3, at, want[at]);
		want[at] = want[at] == 0 ? i : 0;
	}
	n = count_all(t);
	assert_true(n.full > 100 && n.passed > 100);	/* some were sent on */
	assert_int_equal(n.dirty, 0);
	for (uint32_t i = 0; i < NODES; i++)
		assert_int_equal(find(t, 1 + i % 3, i),
		    want[i] == 0 ? INODES_NONE : want[i]);
	for (uint32_t i = 0; i < NODES; i++)
		if (want[i] != 0)
			take(t, 1 + i % 3, i, want[i]);
	n = count_all(t);
	assert_int_equal(n.full + n.dirty + n.passed, 0);
	end(&lone);
	free(want);
	free(l);
}

/* Slots are used well: tables are split when they are rather full. */
static void
many_take_little_room(void **state)
{
	enum { NODES = 200000 };
	struct lone	 lone;
	struct inodes	*t = begin(&lone);
	uint32_t	 slots;

	(void)state;
	for (uint32_t i = 0; i < NODES; i++) {
		add(t, 1, i, i);
		if (i % 10000 != 9999)
			continue;
		slots = count_all(t).tables * INODES_LINES * INODES_SLOTS;
		assert_in_range(i + 1, slots * 7 / 20, slots * 4 / 5);
	}
	for (uint32_t i = 0; i < NODES; i++)
		assert_int_equal(find(t, 1, i), i);
	end(&lone);
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
		cmocka_unit_test(no_key_is_0),
		cmocka_unit_test(only_what_has_the_number_is_removed),
		cmocka_unit_test(keys_that_no_split_tells_apart_fill_one_table),
		cmocka_unit_test(what_was_added_and_not_removed_is_there),
		cmocka_unit_test(many_take_little_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
