/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_texthop.c - the fast way to print a record against the one that decodes
 * it: whatever the fast way takes upon itself must come out the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "draw.h"
#include "print/textform.h"

static bool
name_of(void *arg, uint32_t id, char *name, size_t n)
{
	(void)arg;
	if (id % 3 == 0)
		return false;
	memset(name, 'a' + (int)(id % 26), n);
	name[1 + id % (n - 1)] = '\0';
	return true;
}

static const struct accounts	accounts = {
	.user_of = name_of, .group_of = name_of
};

/* The same style twice; the second has to decode everything. */
static void
make_pair(const struct text_style *style, const struct names *names,
    struct text *pair[2])
{
	pair[0] = text_new(style, names, &accounts);
	pair[1] = text_new(style, names, &accounts);
	memset(pair[1]->rows, 0, sizeof(pair[1]->rows));
}

static void
assert_same(struct text *pair[2], struct slice record)
{
	struct slice	 copy = exact(record);
	struct buf	 out[2] = { { 0 }, { 0 } };
	size_t		 at[2] = { 0, 0 };
	int		 status[2];

	for (unsigned i = 0; i < 2; i++) {
		status[i] = text_record(pair[i], copy, &out[i], &at[i]);
		(void)buf_cstr(&out[i]);
	}
	assert_string_equal((char *)out[0].p, (char *)out[1].p);
	assert_int_equal(out[0].n, out[1].n);
	assert_int_equal(status[0], status[1]);
	assert_int_equal(at[0], at[1]);
	buf_fini(&out[0]);
	buf_fini(&out[1]);
	exact_free(copy);
}

/* Records by lot, some of them damaged. */
static void
compare(const struct text_style *style, uint64_t seed)
{
	struct lot	*l = calloc(1, sizeof(*l));
	struct names	*names = names_new();
	struct text	*pair[2];
	struct buf	 b = { 0 };

	assert_non_null(l);
	make_pair(style, names, pair);
	lot_seed(l, seed);
	for (unsigned i = 0; i < lot_runs(3000); i++) {
		buf_clear(&b);
		l->hostile = i % 3 == 0;
		lot_record(l, &b, i % 4 == 0 ? 2 : 11, 8, i % 7 != 0);
		assert_same(pair, buf_bytes(&b));
		b.p[lot_below(l, (uint32_t)b.n)] = (uint8_t)lot_u64(l);
		assert_same(pair, buf_bytes(&b));
	}
	text_free(pair[0]);
	text_free(pair[1]);
	names_free(names);
	buf_fini(&b);
	free(l);
}

/*
 * A few records that come again and again, some of them changed a little, so
 * that much of what they say is remembered.
 */
static void
compare_again(const struct text_style *style, uint64_t seed)
{
	struct lot	*l = calloc(1, sizeof(*l));
	struct names	*names = names_new();
	struct text	*pair[2];
	struct buf	 known[32] = { { 0 } };

	assert_non_null(l);
	make_pair(style, names, pair);
	lot_seed(l, seed);
	for (unsigned i = 0; i < 32; i++)
		lot_record(l, &known[i], i % 4 == 0 ? 2 : 11, 8, true);
	for (unsigned i = 0; i < lot_runs(3000); i++) {
		struct buf	*b = &known[lot_below(l, 32)];
		uint8_t		*byte = b->p + lot_below(l, (uint32_t)b->n);
		const uint8_t	 was = *byte;

		assert_same(pair, buf_bytes(b));
		*byte ^= (uint8_t)(1u << lot_below(l, 8));
		assert_same(pair, buf_bytes(b));
		*byte = was;
	}
	for (unsigned i = 0; i < 32; i++)
		buf_fini(&known[i]);
	text_free(pair[0]);
	text_free(pair[1]);
	names_free(names);
	free(l);
}

static void
what_is_remembered_prints_the_same(void **state)
{
	(void)state;
	compare_again(&(struct text_style){ .utc = true }, 21);
	compare_again(&(struct text_style){ .raw = true }, 22);
	compare_again(&(struct text_style){ .xml = true, .utc = true }, 23);
	compare_again(&(struct text_style){ .delimiter = "ab",
	    .numeric_ids = true, .one_line = true }, 24);
}

static void
both_ways_print_the_same_by_default(void **state)
{
	(void)state;
	compare(&(struct text_style){ .utc = true }, 11);
}

static void
both_ways_print_the_same_raw_in_one_line(void **state)
{
	(void)state;
	compare(&(struct text_style){ .raw = true, .one_line = true }, 12);
}

static void
both_ways_print_the_same_with_other_delimiters(void **state)
{
	(void)state;
	compare(&(struct text_style){ .delimiter = "", .utc = true }, 13);
	compare(&(struct text_style){ .delimiter = "12345678",
	    .numeric_ids = true, .event_names = true }, 14);
}

static void
both_ways_print_the_same_xml(void **state)
{
	(void)state;
	compare(&(struct text_style){ .xml = true, .utc = true }, 15);
	compare(&(struct text_style){ .xml = true, .raw = true,
	    .one_line = true }, 16);
	compare(&(struct text_style){ .xml = true, .event_names = true,
	    .numeric_ids = true, .classic = true }, 17);
}

static void
both_ways_print_the_same_in_classic_style(void **state)
{
	(void)state;
	compare(&(struct text_style){ .classic = true }, 18);
}

/* The whole length of each list is at least as long as its strings. */
static void
many_short_strings_have_room(void **state)
{
	const struct text_style	 style = { .delimiter = "12345678" };
	struct names		*names = names_new();
	struct text		*pair[2];
	struct buf		 b = { 0 };
	struct token		 t = { .layout = layout_find(TOK_HEADER32),
		.header = { .version = 11 } };

	(void)state;
	make_pair(&style, names, pair);
	assert_int_equal(build_token(&b, &t), 0);
	buf_u8(&b, TOK_EXEC_ARGS);
	buf_u32(&b, 100000);
	memset(buf_room(&b, 100000), 0, 100000);
	b.n += 100000;
	build_finish(&b, 0);
	assert_same(pair, buf_bytes(&b));
	text_free(pair[0]);
	text_free(pair[1]);
	names_free(names);
	buf_fini(&b);
}

/* A header, one more token, and a trailer. */
static void
assert_same_with(struct text *pair[2], const struct token *t)
{
	const struct token	 header = {
		.layout = layout_find(TOK_HEADER32),
		.header = { .version = 11 }
	};
	struct buf		 b = { 0 };

	assert_int_equal(build_token(&b, &header), 0);
	assert_int_equal(build_token(&b, t), 0);
	build_finish(&b, 0);
	assert_same(pair, buf_bytes(&b));
	buf_fini(&b);
}

/* Do it with texts of each kind. */
static void
every_kind(void (*fn)(struct text *pair[2]))
{
	static const struct text_style	 styles[] = {
		{ .utc = true }, { .raw = true }, { .xml = true, .utc = true }
	};
	struct names			*names = names_new();
	struct text			*pair[2];

	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++) {
		make_pair(&styles[i], names, pair);
		fn(pair);
		text_free(pair[0]);
		text_free(pair[1]);
	}
	names_free(names);
}

/* A record that holds the header of another system, then an honest one of it. */
static void
print_header_within(struct text *pair[2])
{
	static const uint8_t	 versions[][2] = { { 11, 2 }, { 2, 11 } };

	for (size_t i = 0; i < 2; i++) {
		uint8_t	 within[] = { TOK_HEADER32, 0, 0, 0, 43,
			versions[i][0], 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
			TOK_HEADER32, 0, 0, 0, 25,
			versions[i][1], 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
			TOK_TRAILER, 0xb1, 0x05, 0, 0, 0, 43 };
		uint8_t	 honest[] = { TOK_HEADER32, 0, 0, 0, 25,
			versions[i][1], 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
			TOK_TRAILER, 0xb1, 0x05, 0, 0, 0, 25 };

		assert_same(pair, (struct slice){ within, sizeof(within) });
		assert_same(pair, (struct slice){ honest, sizeof(honest) });
	}
}

static void
a_header_within_names_no_later_events(void **state)
{
	(void)state;
	every_kind(print_header_within);
}

static void
print_errors(struct text *pair[2])
{
	for (unsigned i = 0; i < 2 * 256; i++)
		assert_same_with(pair, &(struct token){
		    .layout = layout_find(TOK_RETURN32),
		    .ret = { .error = i % 256, .value = i } });
}

static void
every_error_prints_the_same_both_times(void **state)
{
	(void)state;
	every_kind(print_errors);
}

/* Around each power of two, as a value and as an id. */
static void
print_numbers(struct text *pair[2])
{
	static const uint8_t	 ids[] = { TOK_ARGUMENT32, TOK_ARGUMENT64,
		TOK_RETURN32, TOK_RETURN64 };

	for (unsigned bit = 0; bit < 64; bit++)
		for (unsigned i = 0; i < 3 * sizeof(ids); i++) {
			struct token	 t = {
				.layout = layout_find(ids[i / 3]) };
			uint64_t	 v = (UINT64_C(1) << bit) - 1 + i % 3;

			if (ids[i / 3] == TOK_ARGUMENT32 ||
			    ids[i / 3] == TOK_RETURN32)
				v &= UINT32_MAX;
			if (ids[i / 3] == TOK_ARGUMENT32 ||
			    ids[i / 3] == TOK_ARGUMENT64)
				t.arg.value = v;
			else
				t.ret.value = v;
			assert_same_with(pair, &t);
		}
}

static void
numbers_of_every_length_print_the_same(void **state)
{
	(void)state;
	every_kind(print_numbers);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(both_ways_print_the_same_by_default),
		cmocka_unit_test(both_ways_print_the_same_raw_in_one_line),
		cmocka_unit_test(both_ways_print_the_same_with_other_delimiters),
		cmocka_unit_test(both_ways_print_the_same_xml),
		cmocka_unit_test(both_ways_print_the_same_in_classic_style),
		cmocka_unit_test(what_is_remembered_prints_the_same),
		cmocka_unit_test(a_header_within_names_no_later_events),
		cmocka_unit_test(many_short_strings_have_room),
		cmocka_unit_test(every_error_prints_the_same_both_times),
		cmocka_unit_test(numbers_of_every_length_print_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
