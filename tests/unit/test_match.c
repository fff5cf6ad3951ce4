/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_match.c - sets of all sizes against looking at each entry.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/match.h"

#include "draw.h"

#define ENTRIES_MAX	40u

/* A program of one predicate over one set. */
struct one {
	struct match_set	 set;
	struct predicate	 predicate;
	struct program		 program;
	struct matches		*matches;
};

static void
one_begin(struct one *o, enum match_type type, enum rule_field field)
{
	o->set.type = type;
	o->predicate = (struct predicate){ .kind = PRED_SET, .field = field };
	o->program = (struct program){ .match_sets = &o->set,
	    .nmatch_sets = 1, .predicates = &o->predicate,
	    .npredicates = 1 };
	o->matches = matches_new(&o->program);
}

static int
has_text(struct one *o, struct slice s)
{
	const struct value	 v = { .kind = VALUE_TEXT, .bytes = s };

	return matches_has(o->matches, &o->predicate, DIALECT_FREEBSD, &v,
	    s.n);
}

static bool
find_in(struct slice text, struct slice part)
{
	for (size_t i = 0; i + part.n <= text.n; i++)
		if (part.n == 0 || memcmp(text.p + i, part.p, part.n) == 0)
			return true;
	return false;
}

/* Literal entries, so that patterns and globs mean the same. */
static bool
plainly(enum match_type type, struct slice v, struct slice e)
{
	switch (type) {
	case MATCH_PREFIX:
		return slice_has_prefix(v, e);
	case MATCH_EXACT:
	case MATCH_GLOB:
		return slice_eq(v, e);
	case MATCH_PCRE:
	case MATCH_TEXT:
		return find_in(v, e);
	case MATCH_DIR:
		while (e.n > 1 && e.p[e.n - 1] == '/')
			e.n--;
		if (slice_is(e, "/"))
			return v.n > 0 && v.p[0] == '/';
		return slice_eq(v, e) || (e.n > 0 && v.n > e.n &&
		    memcmp(v.p, e.p, e.n) == 0 && v.p[e.n] == '/');
	default:
		return false;
	}
}

static void
sets_of_names_hold_what_an_entry_says(void **state)
{
	static const enum match_type	 types[] = { MATCH_PREFIX, MATCH_EXACT,
	    MATCH_GLOB, MATCH_PCRE, MATCH_TEXT, MATCH_DIR };
	static struct lot		 l;
	unsigned			 yes = 0;

	(void)state;
	for (unsigned i = 0; i < lot_runs(6000); i++) {
		struct slice	 entries[ENTRIES_MAX];
		struct one	 o = { .set.entries = entries };
		uint8_t		 pool[ENTRIES_MAX][8], text[12];

		lot_seed(&l, i);
		o.set.n = 1 + lot_below(&l, ENTRIES_MAX);
		for (size_t k = 0; k < o.set.n; k++) {
			entries[k] = (struct slice){ pool[k],
			    lot_below(&l, 8) };
			for (size_t j = 0; j < entries[k].n; j++)
				pool[k][j] = (uint8_t)"/ab"[lot_below(&l, 3)];
		}
		one_begin(&o, types[i % 6], FIELD_OBJECT);
		for (int t = 0; t < 10; t++) {
			const struct slice	 v = { text,
			    lot_below(&l, 12) };
			bool			 want = false;

			for (size_t j = 0; j < v.n; j++)
				text[j] = (uint8_t)"/abc"[lot_below(&l, 4)];
			for (size_t k = 0; k < o.set.n; k++)
				want |= plainly(types[i % 6], v, entries[k]);
			if (has_text(&o, v) != want)
				fail_msg("seed %u: %.*s", i, (int)v.n,
				    (const char *)v.p);
			yes += want;
		}
		matches_free(o.matches);
	}
	assert_true(yes > 5000);
}

static bool
in_network(const uint8_t *a, const struct network *n)
{
	for (unsigned i = 0; i < n->bits; i++)
		if ((a[i / 8] >> (7 - i % 8) & 1) !=
		    (n->bytes[i / 8] >> (7 - i % 8) & 1))
			return false;
	return true;
}

static void
networks_hold_what_their_bits_say(void **state)
{
	static struct lot	 l;
	unsigned		 yes = 0;

	(void)state;
	for (unsigned i = 0; i < lot_runs(3000); i++) {
		struct network	 networks[ENTRIES_MAX];
		struct one	 o = { .set.networks = networks };
		uint8_t		 a[16];

		lot_seed(&l, i);
		o.set.n = 1 + lot_below(&l, ENTRIES_MAX);
		for (size_t k = 0; k < o.set.n; k++) {
			networks[k].bits = (uint8_t)lot_below(&l, 129);
			for (int j = 0; j < 16; j++)
				networks[k].bytes[j] = (uint8_t)
				    (lot_below(&l, 16) == 0 ?
				    lot_below(&l, 256) : 0);
		}
		one_begin(&o, MATCH_ADDRESS, FIELD_ADDRESS);
		for (int t = 0; t < 20; t++) {
			const struct value	 v = { .kind = VALUE_ADDRESS,
			    .bytes = { a, 16 } };
			bool			 want = false;

			for (int j = 0; j < 16; j++)
				a[j] = (uint8_t)(lot_below(&l, 8) == 0 ?
				    lot_below(&l, 256) : 0);
			for (size_t k = 0; k < o.set.n; k++)
				want |= in_network(a, &networks[k]);
			assert_int_equal(matches_has(o.matches, &o.predicate,
			    DIALECT_FREEBSD, &v, 0), want);
			yes += want;
		}
		matches_free(o.matches);
	}
	assert_true(yes > 1000);
}

static int
has_number(struct one *o, enum dialect d, uint64_t n)
{
	const struct value	 v = { .kind = VALUE_NUMBER, .number = n };

	return matches_has(o->matches, &o->predicate, d, &v, 0);
}

static void
numbers_are_found_in_ids_ranges_and_errors(void **state)
{
	static const uint32_t		 ids[] = { 0, 7, 4294967295 };
	static const struct range	 ranges[] = { { 0, 0 }, { 5, 9 },
	    { 100, UINT64_MAX } };
	static const uint8_t		 bsd[] = { 2, 13 }, sun[] = { 1 };
	struct one			 o = { .set = { .ids = ids, .n = 3 } };

	(void)state;
	one_begin(&o, MATCH_ID, FIELD_AUID);
	assert_int_equal(has_number(&o, 0, 0), 1);
	assert_int_equal(has_number(&o, 0, 4294967295), 1);
	assert_int_equal(has_number(&o, 0, 8), 0);
	assert_int_equal(has_number(&o, 0, UINT64_C(1) << 32 | 7), 0);
	matches_free(o.matches);
	o.set = (struct match_set){ .ranges = ranges, .n = 3 };
	one_begin(&o, MATCH_RANGE, FIELD_PORT);
	assert_int_equal(has_number(&o, 0, 0), 1);
	assert_int_equal(has_number(&o, 0, 4), 0);
	assert_int_equal(has_number(&o, 0, 5), 1);
	assert_int_equal(has_number(&o, 0, 9), 1);
	assert_int_equal(has_number(&o, 0, 10), 0);
	assert_int_equal(has_number(&o, 0, UINT64_MAX), 1);
	matches_free(o.matches);
	o.set = (struct match_set){
	    .errors = { [DIALECT_FREEBSD] = bsd, [DIALECT_SOLARIS] = sun },
	    .nerrors = { [DIALECT_FREEBSD] = 2, [DIALECT_SOLARIS] = 1 } };
	one_begin(&o, MATCH_ERRNO, FIELD_ERRNO);
	assert_int_equal(has_number(&o, DIALECT_FREEBSD, 13), 1);
	assert_int_equal(has_number(&o, DIALECT_FREEBSD, 1), 0);
	assert_int_equal(has_number(&o, DIALECT_SOLARIS, 1), 1);
	assert_int_equal(has_number(&o, DIALECT_MACOS, 2), 0);
	assert_int_equal(has_text(&o, slice_str("x")), 0);
	matches_free(o.matches);
	matches_free(NULL);
}

static void
stars_end_at_slashes_only_in_paths_and_zones(void **state)
{
	static const struct slice	 entry = { (const uint8_t *)"/a*", 3 };
	static const struct {
		enum rule_field	 field;
		bool		 stops;
	}				 of[] = {
		{ FIELD_OBJECT, true }, { FIELD_IMAGE, true },
		{ FIELD_PARENT, true }, { FIELD_ANCESTOR, true },
		{ FIELD_ZONE, true }, { FIELD_HOST, false },
		{ FIELD_COMMAND, false }, { FIELD_TEXT, false },
		{ FIELD_ENVIRONMENT, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		struct one	 o = { .set = { .entries = &entry, .n = 1 } };

		one_begin(&o, MATCH_GLOB, of[i].field);
		assert_int_equal(has_text(&o, slice_str("/ab")), 1);
		assert_int_equal(has_text(&o, slice_str("/a/b")),
		    !of[i].stops);
		matches_free(o.matches);
	}
}

static void
a_pattern_at_its_limit_is_neither(void **state)
{
	static const struct slice	 entry = {
	    (const uint8_t *)"(*NO_JIT)^(a+)+$", 16 };
	static uint8_t			 text[60];
	struct one			 o = { .set = { .entries = &entry,
	    .n = 1 } };

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = 'b';
	one_begin(&o, MATCH_PCRE, FIELD_TEXT);
	assert_int_equal(has_text(&o, (struct slice){ text, 60 }),
	    MATCHES_ELIMIT);
	assert_int_equal(has_text(&o, (struct slice){ text, 59 }), 1);
	matches_free(o.matches);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(sets_of_names_hold_what_an_entry_says),
		cmocka_unit_test(networks_hold_what_their_bits_say),
		cmocka_unit_test(numbers_are_found_in_ids_ranges_and_errors),
		cmocka_unit_test(stars_end_at_slashes_only_in_paths_and_zones),
		cmocka_unit_test(a_pattern_at_its_limit_is_neither),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
