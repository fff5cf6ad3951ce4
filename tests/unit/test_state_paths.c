/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_state_paths.c - the path cache, saved and loaded.
 */
#include "section_case.h"

#include <stdio.h>

#define NSOURCES	3u

static struct engine *
fresh(void *arg)
{
	struct engine	*e = xcalloc(1, sizeof(*e));

	(void)arg;
	e->nsources = NSOURCES;
	e->paths = pathcache_new();
	return e;
}

static void
end(struct engine *e)
{
	pathcache_free(e->paths);
	free(e);
}

static struct inode
inode(const struct engine *e, uint32_t source, uint64_t node)
{
	struct inode	 i = { .source = source, .fsid = 7, .node = node };

	pathcache_key(e->paths, &i);
	return i;
}

static void
put(struct engine *e, uint32_t source, uint64_t node, struct slice path)
{
	const struct inode	 i = inode(e, source, node);

	pathcache_put(e->paths, &i, path);
}

static void
forget(struct engine *e, uint32_t source, uint64_t node)
{
	const struct inode	 i = inode(e, source, node);

	pathcache_forget(e->paths, &i, NULL);
}

static struct slice
path_of(const struct engine *e, uint32_t source, uint64_t node)
{
	const struct inode	 i = inode(e, source, node);
	struct slice		 s;

	return pathcache_find(e->paths, &i, &s) ? s :
	    (struct slice){ NULL, 0 };
}

static void
use(struct engine *e)
{
	for (uint32_t i = 0; i < 40; i++) {
		(void)path_of(e, i % NSOURCES, i);
		put(e, i % NSOURCES, i, slice_str("/used"));
		forget(e, i % NSOURCES, i);
	}
}

static const struct section_case	sc = {
	{ &section_paths, NULL }, fresh, use, end, NULL
};

static void
paths_are_known_again(void **state)
{
	struct engine	*a = fresh(NULL), *b;

	(void)state;
	put(a, 0, 5, slice_str("/a"));
	put(a, 1, 5, slice_str("/b"));
	put(a, 0, 6, slice_str(""));
	put(a, 0, 7, (struct slice){ (const uint8_t *)"/c\0d", 4 });
	put(a, 0, 8, slice_str("/gone"));
	forget(a, 0, 8);
	b = section_copy(&sc, a);
	assert_true(slice_is(path_of(b, 0, 5), "/a"));
	assert_true(slice_is(path_of(b, 1, 5), "/b"));
	assert_non_null(path_of(b, 0, 6).p);
	assert_true(slice_is(path_of(b, 0, 7), "/c"));
	assert_null(path_of(b, 2, 5).p);
	assert_null(path_of(b, 0, 8).p);
	put(b, 0, 5, slice_str("/second"));
	assert_true(slice_is(path_of(b, 0, 5), "/a"));
	end(a);
	end(b);
}

static void
who_does_not_ask_for_paths_passes_over_them(void **state)
{
	struct engine	*a = fresh(NULL), *b = fresh(NULL);
	struct saved	 s;

	(void)state;
	put(a, 0, 5, slice_str("/a"));
	s = section_saved(&sc, a);
	pathcache_free(b->paths);
	b->paths = NULL;
	assert_true(section_loaded(&sc, &s, b, NULL));
	saved_free(&s);
	s = section_saved(&sc, b);
	assert_int_equal(s.n, 0);
	end(a);
	end(b);
}

/* No record has one; the index could not find it again. */
static void
a_path_of_no_device_is_refused(void **state)
{
	static const uint8_t	 seven[] = { 0, 0, 0, 7 };
	struct engine		*a = fresh(NULL), *b = fresh(NULL);
	struct saved		 s;
	struct slice		 row;
	uint8_t			*fsid;

	(void)state;
	put(a, 0, 5, slice_str("/a"));
	s = section_saved(&sc, a);
	row = s.v[s.n - 1].bytes;
	fsid = memmem((void *)(uintptr_t)row.p, row.n, seven, sizeof(seven));
	assert_non_null(fsid);
	fsid[3] = 0;
	assert_false(section_loaded(&sc, &s, b, NULL));
	saved_free(&s);
	end(a);
	end(b);
}

/* Up to three times as much as there is room for. */
static void
the_same_paths_go_when_there_is_no_room(void **state)
{
	enum { NODES = 20000, PUTS = 50000 };
	static struct lot	 l;
	static uint8_t		 path[9000];
	struct engine		*a = fresh(NULL), *b = NULL;

	(void)state;
	lot_seed(&l, 7);
	memset(path, 'p', sizeof(path));
	for (unsigned i = 0; i < PUTS; i++) {
		const uint64_t	 node = lot_below(&l, NODES);
		const uint32_t	 source = lot_below(&l, NSOURCES);
		const size_t	 n = lot_below(&l, sizeof(path));
		const bool	 forgets = lot_below(&l, 8) == 0;

		if (i == 10000 || i == 30000) {
			if (b != NULL)
				end(b);
			b = section_copy(&sc, a);
		}
		for (unsigned k = 0; k < (b == NULL ? 1u : 2u); k++) {
			struct engine	*e = k == 0 ? a : b;

			if (forgets)
				forget(e, source, node);
			else
				put(e, source, node,
				    (struct slice){ path, n });
		}
	}
	for (uint32_t i = 0; i < NSOURCES * NODES; i++)
		assert_true(slice_eq(path_of(a, i % NSOURCES, i / NSOURCES),
		    path_of(b, i % NSOURCES, i / NSOURCES)));
	end(a);
	end(b);
}

static void
another_path_changes_one_row(void **state)
{
	static uint8_t	 path[1000];
	struct engine	*e = fresh(NULL);
	struct saved	 was, is;

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		put(e, 0, i, (struct slice){ path, sizeof(path) });
	memset(path, 'p', sizeof(path));
	for (unsigned i = 1000; i < 5000; i++)
		put(e, 0, i, (struct slice){ path, sizeof(path) });
	was = section_saved(&sc, e);
	assert_true(was.n > 40);
	put(e, 0, 5000, slice_str("/one"));
	is = section_saved(&sc, e);
	assert_int_equal(rows_new(&was, &is), 1);
	saved_free(&is);
	forget(e, 0, 1000);
	forget(e, 0, 1001);
	is = section_saved(&sc, e);
	assert_int_equal(rows_new(&was, &is), 2);
	saved_free(&was);
	saved_free(&is);
	end(e);
}

static void
damage_is_refused_or_does_no_harm(void **state)
{
	struct engine	*e = fresh(NULL);
	char		 path[20];

	(void)state;
	for (uint32_t i = 0; i < 12; i++) {
		(void)snprintf(path, sizeof(path), "/path/%u", i * i);
		put(e, i % NSOURCES, i, slice_str(path));
	}
	forget(e, 1, 1);
	section_damage(&sc, e);
	end(e);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(paths_are_known_again),
		cmocka_unit_test(who_does_not_ask_for_paths_passes_over_them),
		cmocka_unit_test(a_path_of_no_device_is_refused),
		cmocka_unit_test(the_same_paths_go_when_there_is_no_room),
		cmocka_unit_test(another_path_changes_one_row),
		cmocka_unit_test(damage_is_refused_or_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
