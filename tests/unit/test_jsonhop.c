/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_jsonhop.c - tokens as JSON without decoding, against the token table:
 * whatever is taken on must come out as the table has it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "draw.h"
#include "print/jsonform.h"
#include "print/jsonhop.h"

/* The same array by the table; false when a token cannot be decoded. */
static bool
by_table(struct slice record, struct buf *out)
{
	struct tokens	 w;
	struct token	 t;
	struct json	 j;
	int		 status;

	json_init(&j, out);
	json_begin_array(&j);
	tokens_begin(&w, record);
	while ((status = tokens_next(&w, &t)) > 0) {
		json_begin_object(&j);
		json_key(&j, "token");
		json_cstr(&j, t.layout->name);
		for (const struct field *f = t.layout->fields;
		    f->name != NULL; f++)
			if (t.id != TOK_TRAILER || f->wire != W_U16)
				jsonform_field(&j, &t, f);
		json_end_object(&j);
	}
	json_end_array(&j);
	return status == 0;
}

/* Returns whether the record was taken on. */
static bool
compare(const struct jsonhop *hop, struct slice record)
{
	struct slice	 copy = exact(record);
	struct buf	 fast = { 0 }, slow = { 0 };
	bool		 taken = jsonhop_record(hop, copy, &fast);

	if (taken) {
		assert_true(by_table(copy, &slow));
		assert_string_equal(buf_cstr(&fast), buf_cstr(&slow));
		assert_int_equal(fast.n, slow.n);
	}
	exact_free(copy);
	buf_fini(&fast);
	buf_fini(&slow);
	return taken;
}

static void
both_ways_write_the_same(void **state)
{
	struct jsonhop	*hop = jsonhop_new();
	struct lot	*l = calloc(1, sizeof(*l));
	struct buf	 b = { 0 };
	unsigned	 taken = 0;

	(void)state;
	assert_non_null(l);
	lot_seed(l, 31);
	for (unsigned i = 0; i < lot_runs(5000); i++) {
		buf_clear(&b);
		l->hostile = i % 2 == 0;
		lot_record(l, &b, i % 4 == 0 ? 2 : 11, 5, i % 7 != 0);
		taken += compare(hop, buf_bytes(&b));
		b.p[lot_below(l, (uint32_t)b.n)] = (uint8_t)lot_u64(l);
		(void)compare(hop, buf_bytes(&b));
	}
	assert_true(taken > 500);
	jsonhop_free(hop);
	buf_fini(&b);
	free(l);
}

/* A header, a text of N bytes with ODD at AT, and what comes behind. */
static void
text_record(struct buf *b, size_t n, size_t at, uint8_t odd, unsigned behind)
{
	const struct token	 header = {
		.layout = layout_find(TOK_HEADER32), .header.version = 11
	};

	buf_clear(b);
	assert_int_equal(build_token(b, &header), 0);
	buf_u8(b, TOK_TEXT);
	buf_u16(b, (uint16_t)(n + 1));
	for (size_t i = 0; i < n; i++)
		buf_u8(b, i == at ? odd : (uint8_t)('a' + i % 26));
	buf_u8(b, 0);
	if (behind == 1)
		buf_put(b, "\x27\0\0\0\0\7", 6);		/* return32 */
	if (behind == 2)
		build_finish(b, 0);
	else
		build_sizes(b, 0);
}

/* Moved eight bytes at a time: whichever bytes these are, and wherever. */
static void
every_byte_is_seen_at_every_place(void **state)
{
	struct jsonhop	*hop = jsonhop_new();
	struct buf	 b = { 0 };

	(void)state;
	for (unsigned behind = 0; behind < 3; behind++)
		for (size_t n = 0; n < 20; n++)
			for (size_t at = 0; at <= n; at++)
				for (unsigned c = 0; c < 256; c += n < 10 ? 1 :
				    3) {
					text_record(&b, n, at, (uint8_t)c,
					    behind);
					assert_true(compare(hop,
					    buf_bytes(&b)));
				}
	jsonhop_free(hop);
	buf_fini(&b);
}

/* A name that is too long would quietly send its token the slow way. */
static void
whatever_has_a_size_is_taken_on(void **state)
{
	struct jsonhop		*hop = jsonhop_new();
	struct lot		*l = calloc(1, sizeof(*l));
	struct buf		 b = { 0 };
	size_t			 n;
	const struct layout	*all = token_layouts(&n);

	(void)state;
	assert_non_null(l);
	lot_seed(l, 33);
	for (size_t i = 0; i < n; i++) {
		struct token	 t;

		assert_non_null(all[i].fields[0].name);
		if (token_sizings[all[i].id].how == TOKEN_DECODE)
			continue;
		buf_clear(&b);
		l->used = 0;
		lot_header(l, &b, 11);
		lot_token(l, &all[i], &t);
		if (all[i].id == TOK_TRAILER)
			t.trailer.magic = TRAILER_MAGIC;
		assert_int_equal(build_token(&b, &t), 0);
		if (!compare(hop, buf_bytes(&b)))
			fail_msg("%s", all[i].name);
	}
	jsonhop_free(hop);
	buf_fini(&b);
	free(l);
}

/* All of a number's widths, values of all lengths, the last in the record. */
static void
numbers_of_every_length_are_written(void **state)
{
	struct jsonhop	*hop = jsonhop_new();
	struct buf	 b = { 0 };

	(void)state;
	for (unsigned shift = 0; shift < 64; shift++)
		for (int less = -1; less <= 1; less++) {
			struct token	 t = { .ret.value =
			    (UINT64_C(1) << shift) + (uint64_t)less };

			for (unsigned wide = 0; wide < 2; wide++) {
				text_record(&b, 1, 1, 0, 0);
				t.layout = layout_find(wide ? TOK_RETURN64 :
				    TOK_RETURN32);
				if (!wide)
					t.ret.value &= UINT32_MAX;
				t.ret.error = t.ret.value & 255;
				assert_int_equal(build_token(&b, &t), 0);
				assert_true(compare(hop, buf_bytes(&b)));
			}
		}
	jsonhop_free(hop);
	buf_fini(&b);
}

static void
a_full_buffer_is_noticed_at_any_place(void **state)
{
	struct jsonhop	*hop = jsonhop_new();
	struct lot	*l = calloc(1, sizeof(*l));
	struct buf	 b = { 0 };

	(void)state;
	assert_non_null(l);
	lot_seed(l, 32);
	lot_record(l, &b, 11, 0, true);
	for (size_t max = 1; max < 600; max++) {
		struct buf	 out;

		buf_init(&out, max);
		if (jsonhop_record(hop, buf_bytes(&b), &out))
			assert_false(out.full);
		else
			assert_true(out.full);
		assert_true(out.n <= max);
		buf_fini(&out);
	}
	jsonhop_free(hop);
	buf_fini(&b);
	free(l);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(both_ways_write_the_same),
		cmocka_unit_test(every_byte_is_seen_at_every_place),
		cmocka_unit_test(whatever_has_a_size_is_taken_on),
		cmocka_unit_test(numbers_of_every_length_are_written),
		cmocka_unit_test(a_full_buffer_is_noticed_at_any_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
