/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_trie.c - the trie against a search that looks at every prefix.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/trie.h"

struct row {
	struct slice	prefix;
	uint32_t	set;
};

static uint64_t
draw(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed >> 11;
}

/*
 * The class of the path, from a heap block of the exact length, and from one
 * with more behind it, which must not count.
 */
static uint32_t
walk(const struct trie *t, struct slice path)
{
	uint8_t		*p = xmemdup(path.p, path.n);
	uint8_t		*more = xmalloc(path.n + 16);
	const uint32_t	 class = trie_walk(t, (struct slice){ p, path.n }, 0);
	struct trie_path v[4];

	/* Of some of these tests, what follows is in the trie. */
	memset(more, path.n % 2 == 0 ? 'a' : 0, path.n + 16);
	if (path.n > 0)
		memcpy(more, path.p, path.n);
	v[0] = (struct trie_path){ .path = { p, path.n } };
	for (size_t i = 1; i < 4; i++)
		v[i] = (struct trie_path){ .path = { more, path.n },
		    .more = i == 3 ? 16 : 6 + i };
	for (size_t i = 1; i < 4; i++)
		assert_int_equal(trie_walk(t, v[i].path, v[i].more), class);
	trie_walk_together(t, v, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(v[i].class, class);
	free(p);
	free(more);
	return class;
}

static struct trie *
trie_of(const char *const *prefixes, size_t n)
{
	struct trie	*t = trie_new();

	for (size_t i = 0; i < n; i++)
		trie_add(t, slice_str(prefixes[i]), (uint32_t)i);
	trie_freeze(t);
	return t;
}

/* The only set of the class. */
static uint32_t
only_set(const struct trie *t, uint32_t class)
{
	size_t		 n;
	const uint32_t	*sets = trie_sets(t, class, &n);

	assert_int_equal(n, 1);
	return sets[0];
}

static void
an_empty_trie_knows_no_path(void **state)
{
	struct trie	*t = trie_new();
	size_t		 n = 1;

	(void)state;
	trie_freeze(t);
	assert_int_equal(trie_classes(t), 1);
	assert_int_equal(walk(t, slice_str("/etc")), 0);
	assert_int_equal(walk(t, (struct slice){ NULL, 0 }), 0);
	assert_int_equal(trie_parent(t, 0), 0);
	assert_null(trie_sets(t, 0, &n));
	assert_int_equal(n, 0);
	trie_free(t);
	trie_free(NULL);
	trie_free(trie_new());
}

static void
the_longest_prefix_wins_and_its_parents_follow(void **state)
{
	static const char	*prefixes[] = { "/usr/local/bin", "/usr",
				    "/usr/local", "/usr/lib" };
	struct trie		*t = trie_of(prefixes, 4);
	uint32_t		 c = walk(t, slice_str("/usr/local/bin/git"));

	(void)state;
	assert_int_equal(trie_classes(t), 5);
	assert_int_equal(only_set(t, c), 0);
	assert_int_equal(only_set(t, c = trie_parent(t, c)), 2);
	assert_int_equal(only_set(t, c = trie_parent(t, c)), 1);
	assert_int_equal(trie_parent(t, c), 0);
	assert_int_equal(only_set(t, walk(t, slice_str("/usr/loca"))), 1);
	assert_int_equal(only_set(t, walk(t, slice_str("/usr/libexec"))), 3);
	assert_int_equal(only_set(t, walk(t, slice_str("/usr"))), 1);
	assert_int_equal(walk(t, slice_str("/us")), 0);
	assert_int_equal(walk(t, slice_str("//usr")), 0);
	assert_int_equal(walk(t, slice_str("")), 0);
	trie_free(t);
}

static void
the_empty_prefix_begins_every_path(void **state)
{
	static const char	*prefixes[] = { "", "/etc" };
	struct trie		*t = trie_of(prefixes, 2);

	(void)state;
	assert_int_equal(only_set(t, walk(t, slice_str(""))), 0);
	assert_int_equal(only_set(t, walk(t, (struct slice){ NULL, 0 })), 0);
	assert_int_equal(only_set(t, walk(t, slice_str("x"))), 0);
	assert_int_equal(only_set(t, walk(t, slice_str("/etc/"))), 1);
	assert_int_equal(only_set(t,
	    trie_parent(t, walk(t, slice_str("/etc")))), 0);
	trie_free(t);
}

static void
sets_ascend_and_come_once(void **state)
{
	static const uint32_t	 added[] = { 7, UINT32_MAX, 3, 7, 0, 3, 100 };
	static const uint32_t	 want[] = { 0, 3, 7, 100, UINT32_MAX };
	struct trie		*t = trie_new();
	const uint32_t		*sets;
	size_t			 n;

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		trie_add(t, slice_str("/b"), added[i]);
		trie_add(t, slice_str(i % 2 == 0 ? "/a" : "/c"), 5);
	}
	trie_freeze(t);
	assert_int_equal(trie_classes(t), 4);
	sets = trie_sets(t, walk(t, slice_str("/b")), &n);
	assert_int_equal(n, 5);
	assert_memory_equal(sets, want, sizeof(want));
	assert_int_equal(only_set(t, walk(t, slice_str("/a"))), 5);
	assert_int_equal(only_set(t, walk(t, slice_str("/c"))), 5);
	trie_free(t);
}

/* A NUL in a label must not look like the end of the path, nor the reverse. */
static void
zero_bytes_are_bytes(void **state)
{
	struct trie	*t = trie_new();

	(void)state;
	trie_add(t, (struct slice){ (const uint8_t *)"a\0\0", 3 }, 1);
	trie_add(t, (struct slice){ (const uint8_t *)"a\0\0\0b", 5 }, 2);
	trie_freeze(t);
	assert_int_equal(walk(t, slice_str("a")), 0);
	assert_int_equal(walk(t, (struct slice){ (const uint8_t *)"a\0", 2 }),
	    0);
	assert_int_equal(only_set(t, walk(t,
	    (struct slice){ (const uint8_t *)"a\0\0\0", 4 })), 1);
	assert_int_equal(only_set(t, walk(t,
	    (struct slice){ (const uint8_t *)"a\0\0\0bc", 6 })), 2);
	trie_free(t);
}

/* From one child to 256 of them, next to each other or far apart. */
static void
a_node_may_have_any_number_of_children(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 256; n++)
		for (unsigned step = 1; step * n <= 256; step += 5) {
			struct trie	*t = trie_new();
			uint8_t		 b[256][2];

			for (unsigned i = 0; i < n; i++) {
				b[i][0] = '/';
				b[i][1] = (uint8_t)(i * step);
				trie_add(t, (struct slice){ b[i], 2 }, i);
			}
			trie_freeze(t);
			for (unsigned c = 0; c < 256; c++) {
				const uint8_t	 p[3] = { '/', (uint8_t)c, 1 };
				const uint32_t	 got = walk(t,
						    (struct slice){ p, 3 });

				if (c % step != 0 || c / step >= n)
					assert_int_equal(got, 0);
				else
					assert_int_equal(only_set(t, got),
					    c / step);
			}
			trie_free(t);
		}
}

/* Labels about the length of a word and of two, left at every byte. */
static void
labels_may_end_anywhere(void **state)
{
	(void)state;
	for (size_t n = 1; n < 40; n++) {
		uint8_t		 b[64];
		struct trie	*t = trie_new();

		for (size_t i = 0; i < sizeof(b); i++)
			b[i] = (uint8_t)('A' + i);
		trie_add(t, (struct slice){ b, n }, 1);
		trie_add(t, (struct slice){ b, n + 9 }, 2);
		trie_freeze(t);
		for (size_t m = 0; m < sizeof(b); m++) {
			uint32_t	 c = walk(t, (struct slice){ b, m });

			assert_int_equal(c == 0 ? 0 : only_set(t, c),
			    m < n ? 0 : m < n + 9 ? 1 : 2);
			if (m == 0)
				continue;
			b[m - 1] ^= 1;
			c = walk(t, (struct slice){ b, sizeof(b) });
			assert_int_equal(c == 0 ? 0 : only_set(t, c),
			    m <= n ? 0 : m <= n + 9 ? 1 : 2);
			b[m - 1] ^= 1;
		}
		trie_free(t);
	}
}

/* Where no child is, nothing that stands there is taken for one. */
static void
no_byte_leads_from_a_leaf(void **state)
{
	static const char	*prefixes[] = { "", "/a", "/b/\377",
				    "\1", "/labels of up to" };
	static const size_t	 found[] = { 0, 1, 2, 3, 4 };

	(void)state;
	for (size_t n = 1; n <= 5; n++) {
		struct trie	*t = trie_of(prefixes, n);

		for (unsigned c = 0; c < 256 * n; c++) {
			const struct slice	 p = slice_str(prefixes[c / 256]);
			uint8_t			 b[32];

			memset(b, c % 2 == 0 ? 0xff : 0, sizeof(b));
			memcpy(b, p.p, p.n);
			b[p.n] = (uint8_t)c;
			if (c < 256 && (c == '/' || c == 1))
				continue;	/* others begin so */
			assert_int_equal(only_set(t, walk(t,
			    (struct slice){ b, sizeof(b) })), found[c / 256]);
		}
		trie_free(t);
	}
}

static void
prefixes_may_be_megabytes_long(void **state)
{
	const size_t	 n = 3u << 20;
	uint8_t		*b = xmalloc(n);
	struct trie	*t = trie_new();

	(void)state;
	memset(b, 'x', n);
	trie_add(t, (struct slice){ b, n }, 1);
	trie_add(t, (struct slice){ b, n - 1 }, 2);
	trie_add(t, (struct slice){ b, n / 2 }, 3);
	trie_freeze(t);
	assert_int_equal(only_set(t, walk(t, (struct slice){ b, n })), 1);
	assert_int_equal(only_set(t, walk(t, (struct slice){ b, n - 1 })), 2);
	assert_int_equal(only_set(t, walk(t, (struct slice){ b, n - 2 })), 3);
	assert_int_equal(walk(t, (struct slice){ b, n / 2 - 1 }), 0);
	b[n - 1] = 'y';
	assert_int_equal(only_set(t, walk(t, (struct slice){ b, n })), 2);
	trie_free(t);
	free(b);
}

/* Each prefix the next one's beginning: as deep as a tree can be. */
static void
a_chain_of_prefixes_needs_no_recursion(void **state)
{
	enum { N = 2000 };
	uint8_t		 b[N];
	struct trie	*t = trie_new();
	uint32_t	 c;

	(void)state;
	memset(b, '/', N);
	for (size_t n = N + 1; n > 0; n--)
		trie_add(t, (struct slice){ b, n - 1 }, (uint32_t)(n - 1));
	trie_freeze(t);
	c = walk(t, (struct slice){ b, N });
	for (uint32_t n = N; n > 0; n--) {
		assert_int_equal(only_set(t, c), n);
		c = trie_parent(t, c);
	}
	assert_int_equal(only_set(t, c), 0);
	assert_int_equal(trie_parent(t, c), 0);
	trie_free(t);
}

/* A text of few letters, so that prefixes meet; the last is rarely a mark. */
static struct slice
draw_text(uint64_t *seed, size_t max, unsigned letters)
{
	const size_t	 n = draw(seed) % (max + 1);
	uint8_t		*p = xmalloc(n);

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(draw(seed) % letters * 5);
	return (struct slice){ p, n };
}

/* All sets of the path by the trie must be those by looking at every row. */
static void
check_path(const struct trie *t, struct slice path, const struct row *rows,
    size_t nrows)
{
	size_t		 found = 0, longest = 0;
	const uint32_t	 class = walk(t, path);
	bool		 any = false;
	uint32_t	 last = class + 1;

	for (uint32_t c = class; c != 0; c = trie_parent(t, c)) {
		size_t		 n;
		const uint32_t	*sets = trie_sets(t, c, &n);

		assert_true(n > 0 && c < trie_classes(t) && c != last);
		last = c;
		for (size_t i = 0; i < n; i++) {
			bool	 there = false;

			for (size_t r = 0; r < nrows && !there; r++)
				there = rows[r].set == sets[i] &&
				    slice_has_prefix(path, rows[r].prefix);
			assert_true(there);
			assert_true(i == 0 || sets[i - 1] < sets[i]);
		}
		found += n;
	}
	for (size_t r = 0; r < nrows; r++) {
		bool	 before = false;

		if (!slice_has_prefix(path, rows[r].prefix))
			continue;
		any = true;
		if (rows[r].prefix.n > longest)
			longest = rows[r].prefix.n;
		for (size_t k = 0; k < r && !before; k++)
			before = rows[k].set == rows[r].set &&
			    slice_eq(rows[k].prefix, rows[r].prefix);
		found -= !before;
	}
	assert_int_equal(found, 0);
	assert_int_equal(any, class != 0);
	/* The class is that of the longest prefix itself. */
	if (any)
		assert_int_equal(walk(t, (struct slice){ path.p, longest }),
		    class);
}

static void
one_drawn_trie(uint64_t *seed)
{
	const size_t	 nrows = draw(seed) % 60;
	const unsigned	 letters = 1 + (unsigned)(draw(seed) % 50);
	const size_t	 max = 1 + draw(seed) % 30;
	struct row	*rows = xcalloc(nrows, sizeof(rows[0]));
	struct trie	*t = trie_new();

	for (size_t i = 0; i < nrows; i++) {
		rows[i].prefix = draw_text(seed, max, letters);
		rows[i].set = (uint32_t)(draw(seed) % 5);
		trie_add(t, rows[i].prefix, rows[i].set);
	}
	trie_freeze(t);
	for (size_t i = 0; i < 20 + nrows; i++) {
		struct slice	 path = draw_text(seed, max + 10, letters);

		/* Half of them begin with a prefix, so that they get deep. */
		if (nrows > 0 && i % 2 == 0) {
			const struct slice	 from =
			    rows[draw(seed) % nrows].prefix;
			uint8_t			*p = xmalloc(from.n + path.n);

			if (from.n > 0)
				memcpy(p, from.p, from.n);
			if (path.n > 0)
				memcpy(p + from.n, path.p, path.n);
			free((void *)(uintptr_t)path.p);
			path = (struct slice){ p, from.n + path.n };
		}
		check_path(t, path, rows, nrows);
		free((void *)(uintptr_t)path.p);
	}
	trie_free(t);
	for (size_t i = 0; i < nrows; i++)
		free((void *)(uintptr_t)rows[i].prefix.p);
	free(rows);
}

static void
drawn_tries_agree_with_a_plain_search(void **state)
{
	uint64_t	 seed = 20210614;

	(void)state;
	for (int i = 0; i < 1500; i++)
		one_drawn_trie(&seed);
}

/* Large enough that children look for gaps in vain and bytes get buckets. */
static void
a_large_trie_agrees_with_a_table_of_its_prefixes(void **state)
{
	enum { N = 20000 };
	uint64_t	 seed = 19700101;
	struct map	*m = map_new();
	struct trie	*t = trie_new();
	uint32_t	*sets = xcalloc(N, sizeof(sets[0]));

	(void)state;
	for (uint32_t i = 0; i < N; i++) {
		const struct slice	 p = draw_text(&seed, 8,
		    i % 3 == 0 ? 51 : 3);
		struct slice		 kept;

		sets[i] = i;
		if (map_find(m, p) == NULL) {
			(void)map_put(m, p, &sets[i]);	/* was not there */
			(void)map_at(m, map_count(m) - 1, &kept);
			trie_add(t, kept, i);
		}
		free((void *)(uintptr_t)p.p);
	}
	trie_freeze(t);
	assert_int_equal(trie_classes(t), map_count(m) + 1);
	for (size_t i = 0; i < N; i++) {
		const struct slice	 p = draw_text(&seed, 12,
		    i % 2 == 0 ? 51 : 3);
		const uint32_t		 class = walk(t, p);
		const uint32_t		*want = NULL;

		for (size_t n = 0; n <= p.n; n++) {
			const uint32_t	*set = map_find(m,
			    (struct slice){ p.p, n });

			if (set != NULL)
				want = set;
		}
		if (want == NULL)
			assert_int_equal(class, 0);
		else
			assert_int_equal(only_set(t, class), *want);
		free((void *)(uintptr_t)p.p);
	}
	trie_free(t);
	map_free(m);
	free(sets);
}

/* Some go on for long after others have ended. */
static void
paths_are_walked_together_as_each_alone(void **state)
{
	static const char *const	 prefixes[] = { "/", "/usr", "/usr/lib",
	    "/usr/local", "/usr/local/lib", "/var/log/messages.of.old",
	    "/var/log/m" };
	struct trie			*t = trie_of(prefixes, 7);
	uint64_t			 seed = 20261122;

	(void)state;
	assert_false(trie_is_large(t));
	for (unsigned turn = 0; turn < 2000; turn++) {
		const size_t	 n = draw(&seed) % (TRIE_TOGETHER + 1);
		struct trie_path v[TRIE_TOGETHER];
		struct buf	 texts[TRIE_TOGETHER] = { { 0 } };

		for (size_t i = 0; i < n; i++) {
			buf_str(&texts[i], prefixes[draw(&seed) % 7]);
			texts[i].n -= draw(&seed) % texts[i].n;
			buf_str(&texts[i], draw(&seed) % 2 == 0 ? "/" : "x");
			v[i] = (struct trie_path){
			    .path = buf_bytes(&texts[i]),
			    .more = 8 * (draw(&seed) % 2) };
			buf_str(&texts[i], "/local/l");	/* behind it */
			v[i].path.p = texts[i].p;
		}
		trie_walk_together(t, v, n);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(v[i].class, walk(t, v[i].path));
			buf_fini(&texts[i]);
		}
	}
	trie_free(t);
}

/* Prefixes of N directories, each with three names far apart. */
static struct trie *
trie_of_names(uint32_t n)
{
	static const char	*names[] = { "+", "a.out", "~long file name" };
	struct trie		*t = trie_new();
	struct arena		*kept = arena_new();
	struct buf		 text = { 0 };

	for (uint32_t i = 0; i < 3 * n; i++) {
		text.n = 0;
		buf_printf(&text, "/tmp/d%05u/%s", i / 3, names[i % 3]);
		trie_add(t, (struct slice){ arena_copy(kept, text.p, text.n),
		    text.n }, i);
	}
	trie_freeze(t);
	arena_free(kept);	/* what is frozen borrows nothing */
	buf_fini(&text);
	return t;
}

static void
a_trie_of_many_prefixes_is_large(void **state)
{
	struct trie	*t = trie_of_names(5000);

	(void)state;
	assert_true(trie_is_large(t));
	assert_int_equal(only_set(t, walk(t, slice_str("/tmp/d01234/a.out"))),
	    3703);
	trie_free(t);
}

/* Children far from each other leave no room between them. */
static void
gaps_between_children_are_used(void **state)
{
	struct trie	*t = trie_of_names(2500);

	(void)state;
	assert_false(trie_is_large(t));
	for (uint32_t i = 0; i < 2500; i += 99) {
		char	 path[40];

		(void)snprintf(path, sizeof(path), "/tmp/d%05u/+x", i);
		assert_int_equal(only_set(t, walk(t, slice_str(path))), 3 * i);
	}
	trie_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_trie_knows_no_path),
		cmocka_unit_test(
		    the_longest_prefix_wins_and_its_parents_follow),
		cmocka_unit_test(the_empty_prefix_begins_every_path),
		cmocka_unit_test(sets_ascend_and_come_once),
		cmocka_unit_test(zero_bytes_are_bytes),
		cmocka_unit_test(a_node_may_have_any_number_of_children),
		cmocka_unit_test(labels_may_end_anywhere),
		cmocka_unit_test(no_byte_leads_from_a_leaf),
		cmocka_unit_test(prefixes_may_be_megabytes_long),
		cmocka_unit_test(a_chain_of_prefixes_needs_no_recursion),
		cmocka_unit_test(drawn_tries_agree_with_a_plain_search),
		cmocka_unit_test(
		    a_large_trie_agrees_with_a_table_of_its_prefixes),
		cmocka_unit_test(paths_are_walked_together_as_each_alone),
		cmocka_unit_test(a_trie_of_many_prefixes_is_large),
		cmocka_unit_test(gaps_between_children_are_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
