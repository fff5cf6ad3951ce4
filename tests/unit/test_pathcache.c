/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_pathcache.c - device and inode to path.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/pathcache.h"

#include "draw.h"

static struct inode
inode(struct pathcache *p, uint32_t source, uint32_t fsid,
    uint64_t node)
{
	struct inode	 i = { .source = source, .fsid = fsid, .node = node };

	pathcache_key(p, &i);
	return i;
}

static void
put(struct pathcache *p, uint32_t source, uint32_t fsid, uint64_t node,
    const char *path)
{
	const struct inode	 i = inode(p, source, fsid, node);

	pathcache_put(p, &i, slice_str(path));
}

static bool
holds(struct pathcache *p, uint32_t source, uint32_t fsid,
    uint64_t node, const char *path)
{
	const struct inode	 i = inode(p, source, fsid, node);
	struct slice		 s;

	if (!pathcache_find(p, &i, &s))
		return path == NULL;
	return path != NULL && slice_is(s, path);
}

static void
many_are_put_in_their_order(void **state)
{
	struct pathcache	*p = pathcache_new();
	const struct inode_path	 v[] = {
		{ inode(p, 0, 1, 2), slice_str("/first") },
		{ inode(p, 0, 1, 3), slice_str("/other") },
		{ inode(p, 0, 1, 2), slice_str("/second") },
		{ inode(p, 1, 1, 2), slice_str("/elsewhere") },
	};

	(void)state;
	pathcache_put_many(p, v, 0);
	assert_true(holds(p, 0, 1, 2, NULL));
	pathcache_put_many(p, v, sizeof(v) / sizeof(v[0]));
	assert_true(holds(p, 0, 1, 2, "/first"));
	assert_true(holds(p, 0, 1, 3, "/other"));
	assert_true(holds(p, 1, 1, 2, "/elsewhere"));
	pathcache_free(p);
}

static void
the_first_path_stays(void **state)
{
	struct pathcache	*p = pathcache_new();

	(void)state;
	assert_true(holds(p, 0, 1, 2, NULL));
	put(p, 0, 1, 2, "/first");
	put(p, 0, 1, 2, "/second");
	assert_true(holds(p, 0, 1, 2, "/first"));
	pathcache_free(p);
	pathcache_free(NULL);
}

static void
a_pair_that_is_forgotten_may_have_another_path(void **state)
{
	struct pathcache	*p = pathcache_new();
	const struct inode	 i = inode(p, 0, 1, 2);
	const struct slice	 other = slice_str("/other");
	const struct slice	 first = slice_str("/first");

	(void)state;
	pathcache_forget(p, &i, NULL);		/* it is not there */
	put(p, 0, 1, 2, "/first");
	pathcache_forget(p, &i, &other);
	assert_true(holds(p, 0, 1, 2, "/first"));
	pathcache_forget(p, &i, &first);
	assert_true(holds(p, 0, 1, 2, NULL));
	put(p, 0, 1, 2, "/second");
	assert_true(holds(p, 0, 1, 2, "/second"));
	pathcache_free(p);
}

static void
what_is_forgotten_is_no_matter_when_room_is_made(void **state)
{
	struct pathcache	*p = pathcache_new();
	static char		 path[4000];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	for (uint64_t n = 1; n < 2 * PATHCACHE_MAX / sizeof(path); n++) {
		const struct inode	 i = inode(p, 0, 1, n);

		put(p, 0, 1, n, path);
		if (n % 3 == 0)
			pathcache_forget(p, &i, NULL);
		assert_true(holds(p, 0, 1, n, n % 3 == 0 ? NULL : path));
	}
	pathcache_free(p);
}

static void
source_file_system_and_node_are_told_apart(void **state)
{
	struct pathcache	*p = pathcache_new();

	(void)state;
	put(p, 0, 1, 2, "/a");
	put(p, 1, 1, 2, "/b");
	put(p, 0, 2, 2, "/c");
	put(p, 0, 1, (uint64_t)2 << 32, "/d");
	put(p, 1, 0, 2, "/e");
	assert_true(holds(p, 0, 1, 2, "/a"));
	assert_true(holds(p, 1, 1, 2, "/b"));
	assert_true(holds(p, 0, 2, 2, "/c"));
	assert_true(holds(p, 0, 1, (uint64_t)2 << 32, "/d"));
	assert_true(holds(p, 1, 0, 2, "/e"));
	assert_true(holds(p, 1, 2, 2, NULL));
	pathcache_free(p);
}

static void
an_empty_path_is_a_path(void **state)
{
	struct pathcache	*p = pathcache_new();

	const struct inode	 i = inode(p, 0, 1, 2);

	(void)state;
	pathcache_put(p, &i, (struct slice){ NULL, 0 });
	put(p, 0, 1, 2, "/late");
	assert_true(holds(p, 0, 1, 2, ""));
	pathcache_free(p);
}

static void
what_follows_a_nul_is_no_part_of_a_path(void **state)
{
	static const uint8_t	 bytes[] = "/bin/ls\0/etc";
	const struct slice	 whole = { bytes, sizeof(bytes) };
	const struct slice	 path = slice_str("/bin/ls");
	struct pathcache	*p = pathcache_new();
	const struct inode	 i = inode(p, 0, 1, 2);

	(void)state;
	pathcache_put(p, &i, (struct slice){ bytes, sizeof(bytes) });
	assert_true(holds(p, 0, 1, 2, "/bin/ls"));
	pathcache_forget(p, &i, &whole);
	assert_true(holds(p, 0, 1, 2, "/bin/ls"));
	pathcache_forget(p, &i, &path);
	assert_true(holds(p, 0, 1, 2, NULL));
	pathcache_free(p);
}

static void
what_follows_a_nul_takes_no_room(void **state)
{
	static const uint8_t	 bytes[60000] = "/bin/ls";
	struct pathcache	*p = pathcache_new();

	(void)state;
	for (uint64_t node = 0; node <= PATHCACHE_MAX / sizeof(bytes); node++) {
		const struct inode	 i = inode(p, 0, 1, node);

		pathcache_put(p, &i, (struct slice){ bytes, sizeof(bytes) });
	}
	assert_true(holds(p, 0, 1, 0, "/bin/ls"));
	pathcache_free(p);
}

static void
what_comes_ahead_changes_nothing(void **state)
{
	struct pathcache	*p = pathcache_new();
	const struct inode	 known = inode(p, 3, 1, 2);
	const struct inode	 unknown = inode(p, 3, 1, 3);

	(void)state;
	pathcache_ahead_more(p, &known);	/* of a source without any */
	put(p, 3, 1, 2, "/bin/ls");
	pathcache_ahead_more(p, &known);
	pathcache_ahead_more(p, &unknown);
	assert_true(holds(p, 3, 1, 2, "/bin/ls"));
	assert_true(holds(p, 3, 1, 3, NULL));
	pathcache_free(p);
}

static struct slice
long_path(uint8_t *bytes, uint32_t n)
{
	memset(bytes, (int)(1 + n % 255), 65535);
	return (struct slice){ bytes, 65535 - n % 7 };
}

static void
memory_is_bounded_and_the_oldest_go_first(void **state)
{
	enum { MANY = 2500 };		/* of 64 KiB: more than twice full */
	struct pathcache	*p = pathcache_new();
	uint8_t			*bytes = malloc(65535);
	struct slice		 s, want;
	uint32_t		 first = MANY;

	(void)state;
	assert_non_null(bytes);
	for (uint32_t i = 0; i < MANY; i++) {
		const struct inode	 one = inode(p, 0, 1, i + 1);

		pathcache_put(p, &one, long_path(bytes, i));
	}
	for (uint32_t i = MANY; i-- > 0;) {
		const struct inode	 one = inode(p, 0, 1, i + 1);

		if (pathcache_find(p, &one, &s)) {
			assert_int_equal(first, i + 1);	/* no holes */
			first = i;
			want = long_path(bytes, i);
			assert_true(slice_eq(s, want));
		}
	}
	assert_true(MANY - first <= PATHCACHE_MAX / 65535);
	assert_true(MANY - first > PATHCACHE_MAX / 65535 * 3 / 5);
	put(p, 0, 1, 1, "/again");
	assert_true(holds(p, 0, 1, 1, "/again"));
	free(bytes);
	pathcache_free(p);
}

static void
a_known_pair_takes_no_more_room(void **state)
{
	struct pathcache	*p = pathcache_new();
	const struct inode	 again = inode(p, 0, 1, 2);
	uint8_t			*bytes = malloc(65535);

	(void)state;
	assert_non_null(bytes);
	put(p, 0, 1, 1, "/keep");
	for (unsigned i = 0; i < 2500; i++)
		pathcache_put(p, &again, long_path(bytes, 0));
	assert_true(holds(p, 0, 1, 1, "/keep"));
	free(bytes);
	pathcache_free(p);
}

static void
many_short_paths_are_all_found(void **state)
{
	struct pathcache	*p = pathcache_new();
	char			 path[20];

	(void)state;
	for (unsigned i = 0; i < 30000; i++) {
		(void)snprintf(path, sizeof(path), "/%u", i);
		put(p, i % 3, i % 5 + 1, i + 1, path);
	}
	for (unsigned i = 0; i < 30000; i++) {
		(void)snprintf(path, sizeof(path), "/%u", i);
		assert_true(holds(p, i % 3, i % 5 + 1, i + 1, path));
	}
	pathcache_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_path_stays),
		cmocka_unit_test(many_are_put_in_their_order),
		cmocka_unit_test(a_pair_that_is_forgotten_may_have_another_path),
		cmocka_unit_test(what_is_forgotten_is_no_matter_when_room_is_made),
		cmocka_unit_test(source_file_system_and_node_are_told_apart),
		cmocka_unit_test(an_empty_path_is_a_path),
		cmocka_unit_test(what_follows_a_nul_is_no_part_of_a_path),
		cmocka_unit_test(what_follows_a_nul_takes_no_room),
		cmocka_unit_test(what_comes_ahead_changes_nothing),
		cmocka_unit_test(memory_is_bounded_and_the_oldest_go_first),
		cmocka_unit_test(a_known_pair_takes_no_more_room),
		cmocka_unit_test(many_short_paths_are_all_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
