/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_textrow.c - which tokens have a row of hops, and whether it adds up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "print/textrow.h"

static const struct accounts	nobody;

static const uint8_t	usual[] = {
	TOK_HEADER32, TOK_HEADER32_EX, TOK_HEADER64, TOK_SUBJECT32,
	TOK_SUBJECT32_EX, TOK_SUBJECT64_EX, TOK_RETURN32, TOK_RETURN64,
	TOK_PATH, TOK_TEXT, TOK_ATTR32, TOK_EXEC_ARGS, TOK_EXIT, TOK_ZONENAME,
	TOK_FILE32, TOK_TRAILER
};

static void
each_row(const struct text_style *style,
    void (*fn)(const struct text *, uint8_t id))
{
	struct names	*names = names_new();
	struct text	*t = text_new(style, names, &nobody);

	for (unsigned id = 0; id < 256; id++)
		fn(t, (uint8_t)id);
	text_free(t);
	names_free(names);
}

static void
every_style(void (*fn)(const struct text *, uint8_t id))
{
	each_row(&(struct text_style){ 0 }, fn);
	each_row(&(struct text_style){ .raw = true, .one_line = true }, fn);
	each_row(&(struct text_style){ .delimiter = "12345678" }, fn);
	each_row(&(struct text_style){ .xml = true }, fn);
	each_row(&(struct text_style){ .xml = true, .raw = true }, fn);
}

static void
has_row(const struct text *t, uint8_t id)
{
	if (memchr(usual, id, sizeof(usual)) != NULL)
		assert_non_null(t->rows[id]);
}

static void
usual_tokens_have_rows_in_every_style(void **state)
{
	(void)state;
	every_style(has_row);
}

static void
has_none(const struct text *t, uint8_t id)
{
	assert_null(t->rows[id]);
}

static void
what_has_to_be_escaped_has_no_rows(void **state)
{
	(void)state;
	each_row(&(struct text_style){ .escape = true }, has_none);
	each_row(&(struct text_style){ .colour = true }, has_none);
	each_row(&(struct text_style){ .delimiter = "123456789" }, has_none);
}

/* What the hops of a row read, if that is always as much, is the token. */
static void
adds_up(const struct text *t, uint8_t id)
{
	size_t	 bytes = 1;		/* the id */

	if (t->rows[id] == NULL || t->rows[id]->size == 0)
		return;
	for (const struct hop *h = t->rows[id]; h->way != H_END; h++)
		if (h->way != H_RUN)
			bytes += h->bytes;
	assert_int_equal(bytes, t->rows[id]->size);
}

static void
rows_of_a_fixed_size_read_the_whole_token(void **state)
{
	(void)state;
	every_style(adds_up);
}

/* What the hops between H_RUN and H_KEEP read is the run. */
static void
runs_add_up(const struct text *t, uint8_t id)
{
	for (const struct hop *h = t->rows[id]; h != NULL && h->way != H_END;
	    h++) {
		size_t	 bytes = 0;

		if (h->way != H_RUN)
			continue;
		assert_int_not_equal(h->run, 0);
		assert_int_equal(h[h->hops].way, H_KEEP);
		for (unsigned i = 1; i < h->hops; i++)
			bytes += h[i].bytes;
		assert_int_equal(bytes, h->bytes);
		assert_memory_equal(h->before, h[1].before, BLOCK);
	}
}

static void
runs_read_what_their_hops_read(void **state)
{
	(void)state;
	every_style(runs_add_up);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(usual_tokens_have_rows_in_every_style),
		cmocka_unit_test(what_has_to_be_escaped_has_no_rows),
		cmocka_unit_test(rows_of_a_fixed_size_read_the_whole_token),
		cmocka_unit_test(runs_read_what_their_hops_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
