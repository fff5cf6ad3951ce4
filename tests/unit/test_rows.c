/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_rows.c - what is remembered, as rows of bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/rows.h"

/* Rows in words: "1/0:6162 2/7:ff". */
struct told {
	struct buf	 text;
	unsigned	 wanted;	/* rows until no more are; 0: all */
};

static bool
tell(void *arg, const struct row *row)
{
	struct told	*t = arg;

	buf_printf(&t->text, "%s%u/%u:", t->text.n > 0 ? " " : "",
	    row->section, row->page);
	buf_hexbytes(&t->text, row->bytes);
	return t->wanted == 0 || --t->wanted > 0;
}

static void
a_page_goes_out_when_another_begins(void **state)
{
	struct told	 t = { .wanted = 0 };
	struct rows	 r = { .fn = tell, .arg = &t };

	(void)state;
	rows_section(&r, 1);
	buf_u8(rows_page(&r, 0), 1);
	buf_u8(rows_page(&r, 0), 2);
	assert_int_equal(t.text.n, 0);
	buf_u8(rows_page(&r, 5), 3);
	assert_string_equal(buf_cstr(&t.text), "1/0:0102");
	rows_section(&r, 2);
	assert_string_equal(buf_cstr(&t.text), "1/0:0102 1/5:03");
	buf_u8(rows_page(&r, 5), 4);
	assert_true(rows_end(&r));
	assert_string_equal(buf_cstr(&t.text), "1/0:0102 1/5:03 2/5:04");
	buf_fini(&t.text);
}

static void
a_page_that_stays_empty_is_none(void **state)
{
	struct told	 t = { .wanted = 0 };
	struct rows	 r = { .fn = tell, .arg = &t };

	(void)state;
	rows_section(&r, 1);
	(void)rows_page(&r, 0);
	(void)rows_page(&r, 1);
	rows_section(&r, 2);
	assert_true(rows_end(&r));
	assert_int_equal(t.text.n, 0);
	buf_fini(&t.text);
}

static void
sixty_four_items_make_a_page_by_their_numbers(void **state)
{
	struct told	 t = { .wanted = 0 };
	struct rows	 r = { .fn = tell, .arg = &t };

	(void)state;
	rows_section(&r, 3);
	buf_u8(rows_item(&r, 1), 0xaa);
	buf_u8(rows_item(&r, 63), 0xbb);
	buf_u8(rows_item(&r, 64), 0xcc);
	assert_true(rows_end(&r));
	assert_string_equal(buf_cstr(&t.text),
	    "3/0:00000001aa0000003fbb 3/1:00000040cc");
	buf_fini(&t.text);
}

static void
who_wants_no_more_rows_gets_none(void **state)
{
	struct told	 t = { .wanted = 1 };
	struct rows	 r = { .fn = tell, .arg = &t };

	(void)state;
	rows_section(&r, 1);
	for (uint32_t page = 0; page < 4; page++)
		buf_u8(rows_page(&r, page), 9);
	assert_true(r.stopped);
	assert_false(rows_end(&r));
	assert_string_equal(buf_cstr(&t.text), "1/0:09");
	buf_fini(&t.text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_goes_out_when_another_begins),
		cmocka_unit_test(a_page_that_stays_empty_is_none),
		cmocka_unit_test(
		    sixty_four_items_make_a_page_by_their_numbers),
		cmocka_unit_test(who_wants_no_more_rows_gets_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
