/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_build.c - values to bytes, and back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bsm/build.h"
#include "bsm/status.h"

#include "draw.h"

static void
assert_same_strings(const struct strings *a, const struct strings *b)
{
	assert_int_equal(a->claimed, b->claimed);
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->counted, b->counted);
	assert_true(slice_eq(a->bytes, b->bytes));
	assert_true(slice_eq(a->padding, b->padding));
}

static void
assert_same_token(const struct token *a, const struct token *b)
{
	assert_ptr_equal(a->layout, b->layout);
	for (const struct field *f = a->layout->fields; f->name != NULL; f++)
		if (wire_is_number(f->wire))
			assert_true(token_number(a, f) == token_number(b, f));
		else if (f->wire == W_STRINGS || f->wire == W_STRS16)
			assert_same_strings(token_strings(a, f),
			    token_strings(b, f));
		else
			assert_true(slice_eq(token_slice(a, f),
			    token_slice(b, f)));
}

/* Build a token into a record of this version, take that apart, compare. */
static void
there_and_back(const struct token *t, uint8_t version)
{
	struct buf	 b = { 0 };
	struct tokens	 w;
	struct token	 back;
	struct token	 head = { .layout = layout_find(TOK_HEADER32) };
	struct slice	 s;

	head.header.version = version;
	assert_int_equal(build_token(&b, &head), 0);
	assert_int_equal(build_token(&b, t), 0);
	build_finish(&b, 0);
	s = exact(buf_bytes(&b));
	tokens_begin(&w, s);
	assert_int_equal(tokens_next(&w, &back), 1);
	assert_int_equal(back.header.size, s.n);
	assert_int_equal(tokens_next(&w, &back), 1);
	assert_same_token(t, &back);
	assert_int_equal(tokens_next(&w, &back), 1);
	assert_int_equal(back.trailer.size, s.n);
	assert_int_equal(tokens_next(&w, &back), 0);
	exact_free(s);
	buf_fini(&b);
}

static void
what_is_built_is_decoded_to_the_same_for_every_layout(void **state)
{
	size_t			 n;
	const struct layout	*all = token_layouts(&n);
	struct lot		*l = malloc(sizeof(*l));

	(void)state;
	assert_non_null(l);
	lot_seed(l, 1);
	for (unsigned run = lot_runs(100); run > 0; run--)
		for (size_t i = 0; i < n; i++) {
			struct token	 t;

			l->used = 0;
			lot_token(l, &all[i], &t);
			if (all[i].id == TOK_SOCKET_EX &&
			    all[i].first_for == FOR_NOBODY)
				t.sock.domain = 1;	/* no addresses */
			if (strcmp(all[i].name, "use_of_authorization_upriv")
			    == 0)
				t.str.number = 1;
			there_and_back(&t,
			    all[i].first_for == FOR_SOLARIS ||
			    all[i].first_for == FOR_NOBODY ? 2 : 11);
		}
	free(l);
}

static void
headers_of_all_kinds_come_back(void **state)
{
	static const uint8_t	 ids[] = { TOK_HEADER32, TOK_HEADER32_EX,
	    TOK_HEADER64, TOK_HEADER64_EX, TOK_FILE32, TOK_FILE64 };
	struct lot		*l = malloc(sizeof(*l));

	(void)state;
	assert_non_null(l);
	lot_seed(l, 2);
	for (unsigned i = 0; i < 600; i++) {
		struct buf	 b = { 0 };
		struct token	 t, back;
		struct tokens	 w;

		l->used = 0;
		lot_token(l, layout_find(ids[i % 6]), &t);
		assert_int_equal(build_token(&b, &t), 0);
		tokens_begin(&w, buf_bytes(&b));
		assert_int_equal(tokens_next(&w, &back), 1);
		assert_same_token(&t, &back);
		buf_fini(&b);
	}
	free(l);
}

/* Is the token refused, and what was in the buffer left as it was? */
static void
assert_refused(const struct token *t)
{
	struct buf	 b = { 0 };

	buf_str(&b, "before");
	assert_int_equal(build_token(&b, t), BSM_ERANGE);
	assert_int_equal(b.n, 6);
	assert_memory_equal(b.p, "before", 6);
	buf_fini(&b);
}

static void
a_number_too_large_for_its_wire_form_is_refused(void **state)
{
	static const unsigned	 widths[] = { 1, 2, 3, 4 };
	size_t			 n;
	const struct layout	*all = token_layouts(&n);
	struct lot		*l = malloc(sizeof(*l));

	(void)state;
	assert_non_null(l);
	lot_seed(l, 3);
	for (size_t i = 0; i < n; i++)
		for (const struct field *f = all[i].fields; f->name != NULL;
		    f++) {
			struct token	 t;

			if (f->wire > W_U32)
				continue;
			l->used = 0;
			lot_token(l, &all[i], &t);
			*(uint64_t *)(void *)((char *)&t + f->at) =
			    (uint64_t)1 << 8 * widths[f->wire];
			assert_refused(&t);
		}
	free(l);
}

static void
lengths_that_do_not_fit_are_refused(void **state)
{
	static uint8_t	 many[70000];
	struct token	 t = { .layout = layout_find(TOK_PATH) };

	(void)state;
	t.str.text = (struct slice){ many, 65536 };
	assert_refused(&t);
	t = (struct token){ .layout = layout_find(TOK_SUBJECT32) };
	t.subject.address = (struct slice){ many, 5 };
	assert_refused(&t);
	t = (struct token){ .layout = layout_find(TOK_SUBJECT32_EX) };
	t.subject.address = (struct slice){ many, 6 };
	assert_refused(&t);
	t = (struct token){ .layout = layout_by_name(slice_str("groups")) };
	t.groups = (struct slice){ many, 6 };
	assert_refused(&t);
	t = (struct token){ .layout = layout_find(TOK_DATA) };
	t.data.unit = 2;
	t.data.items = (struct slice){ many, 4 * 256 };
	assert_refused(&t);
	t.data.items = (struct slice){ many, 3 };
	assert_refused(&t);
	t.data.items = (struct slice){ many, 4 };
	t.data.unit = 4;
	assert_refused(&t);
	t = (struct token){ .layout = layout_by_name(slice_str("sockunix")) };
	t.sock.laddr = (struct slice){ many, 109 };
	assert_refused(&t);
	t = (struct token){ .layout = layout_by_name(slice_str("cmd")) };
	t.list.list.claimed = 65536;
	assert_refused(&t);
	t = (struct token){ .layout = layout_by_name(slice_str("label")) };
	t.num.v[1] = 2;
	t.num.a = (struct slice){ many, 4 };
	assert_refused(&t);
}

static void
kinds_that_nobody_could_decode_are_refused(void **state)
{
	static uint8_t	 bytes[16];
	struct token	 t = { .layout = layout_find(TOK_SOCKET_EX) };

	(void)state;
	t.sock.atype = 5;
	t.sock.laddr = t.sock.raddr = (struct slice){ bytes, 5 };
	assert_refused(&t);
	t = (struct token){ .layout = layout_by_name(slice_str("tid")) };
	t.num.v[0] = 2;
	t.num.a = (struct slice){ bytes, 4 };
	assert_refused(&t);
}

static void
sizes_are_filled_in_where_they_belong(void **state)
{
	struct buf	 b = { 0 };
	struct token	 t = { .layout = layout_find(TOK_HEADER32) };

	(void)state;
	buf_str(&b, "another record");
	assert_int_equal(build_token(&b, &t), 0);
	build_sizes(&b, 14);
	assert_int_equal(be32(b.p + 15), 18);
	build_finish(&b, 14);
	assert_int_equal(b.n, 14 + 25);
	assert_int_equal(be32(b.p + 15), 25);
	assert_memory_equal(b.p + 32, "\x13\xb1\x05\0\0\0\x19", 7);
	assert_memory_equal(b.p, "another record", 14);
	buf_clear(&b);
	buf_str(&b, "no header at all, but long enough");
	build_sizes(&b, 0);
	assert_memory_equal(b.p, "no header at all, but long enough", 33);
	buf_fini(&b);
}

static void
a_c_string_has_its_nul(void **state)
{
	struct slice	 s = build_cstr("ab");

	(void)state;
	assert_int_equal(s.n, 3);
	assert_memory_equal(s.p, "ab", 3);
	assert_int_equal(build_cstr("").n, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_is_built_is_decoded_to_the_same_for_every_layout),
		cmocka_unit_test(headers_of_all_kinds_come_back),
		cmocka_unit_test(
		    a_number_too_large_for_its_wire_form_is_refused),
		cmocka_unit_test(lengths_that_do_not_fit_are_refused),
		cmocka_unit_test(kinds_that_nobody_could_decode_are_refused),
		cmocka_unit_test(sizes_are_filled_in_where_they_belong),
		cmocka_unit_test(a_c_string_has_its_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
