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
		cmocka_unit_test(a_full_buffer_is_noticed_at_any_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
