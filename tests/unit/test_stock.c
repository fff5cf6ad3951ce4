/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stock.c - a pool as rows: its items by number, and its free numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/stock.h"

#define KIND	3u

/* The last row that was told, and how many there were. */
struct told {
	uint32_t	 page;
	struct buf	 bytes;
	unsigned	 n;
};

static bool
tell(void *arg, const struct row *row)
{
	struct told	*t = arg;

	t->page = row->page;
	buf_clear(&t->bytes);
	buf_slice(&t->bytes, row->bytes);
	t->n++;
	return true;
}

static void
free_numbers_are_told_from_the_one_that_goes_last(void **state)
{
	static const uint8_t	 bytes[] = { 0, 0, 0, 2, 0, 0, 0, 7 };
	struct told		 t = { 0 };
	struct rows		 r = { .fn = tell, .arg = &t };
	struct stock		 s = { 0 };
	struct pool		 p;

	(void)state;
	pool_init(&p, 8);
	for (unsigned i = 0; i < 9; i++)
		(void)pool_take(&p);
	pool_give(&p, 2);
	pool_give(&p, 7);
	stock_save(&r, KIND, &p);
	assert_true(rows_end(&r));
	assert_int_equal(t.n, 1);
	assert_int_equal(t.page, KIND << STOCK_BITS);
	assert_int_equal(t.bytes.n, sizeof(bytes));
	assert_memory_equal(t.bytes.p, bytes, sizeof(bytes));
	assert_true(stock_row(&s, &(struct row){ .page = t.page,
	    .bytes = buf_bytes(&t.bytes) }));
	assert_int_equal(s.nfree, 2);
	assert_int_equal(s.free[1], 7);
	assert_false(stock_row(&s, &(struct row){ .page = t.page,
	    .bytes = { bytes, 5 } }));
	stock_fini(&s);
	buf_fini(&t.bytes);
	pool_fini(&p);
}

static void
many_free_numbers_take_several_rows(void **state)
{
	struct told	 t = { 0 };
	struct rows	 r = { .fn = tell, .arg = &t };
	struct pool	 p;

	(void)state;
	pool_init(&p, 8);
	for (uint32_t i = 0; i < 2 * STOCK_FREE + 1; i++)
		(void)pool_take(&p);
	for (uint32_t i = 1; i <= 2 * STOCK_FREE + 1; i++)
		pool_give(&p, i);
	stock_save(&r, KIND, &p);
	assert_true(rows_end(&r));
	assert_int_equal(t.n, 3);
	assert_int_equal(t.page, KIND << STOCK_BITS | 2);
	assert_int_equal(t.bytes.n, 4);
	buf_fini(&t.bytes);
	pool_fini(&p);
}

/* Does an item with this number come next, in a row of this page? */
static bool
comes(struct stock *s, uint32_t page, uint8_t number)
{
	const uint8_t	 bytes[4] = { 0, 0, 0, number };
	const struct row row = { .page = KIND << STOCK_BITS | page,
	    .bytes = { bytes, sizeof(bytes) } };
	struct cursor	 c = { .in = row.bytes };
	uint32_t	 n;

	return stock_next(s, &row, &c, &n) && n == number;
}

static void
a_number_must_be_in_its_place(void **state)
{
	static const uint8_t	 unused[] = { 0, 0, 0, 2, 0, 0, 0, 3 };
	struct stock		 s = { 0 };

	(void)state;
	assert_false(comes(&s, 0, 0));
	assert_false(comes(&s, 0, 2));		/* 1 is nowhere */
	assert_true(comes(&s, 0, 1));
	assert_false(comes(&s, 0, 1));
	assert_true(stock_row(&s, &(struct row){ .page = 0,
	    .bytes = { unused, sizeof(unused) } }));
	assert_false(comes(&s, 1, 4));		/* of page 0 */
	assert_false(comes(&s, 0, 5));
	assert_true(comes(&s, 0, 4));
	assert_false(comes(&s, 0, 3));
	stock_fini(&s);
}

static void
the_page_of_an_item_begins_with_its_number(void **state)
{
	struct told	 t = { 0 };
	struct rows	 r = { .fn = tell, .arg = &t };

	(void)state;
	buf_u8(stock_item(&r, KIND, 63), 9);
	buf_u8(stock_item(&r, KIND, 65), 8);
	assert_true(rows_end(&r));
	assert_int_equal(t.n, 2);
	assert_int_equal(t.page, KIND << STOCK_BITS | 1);
	assert_int_equal(t.bytes.n, 5);
	assert_memory_equal(t.bytes.p, "\0\0\0\x41\x8", 5);
	buf_fini(&t.bytes);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(
		    free_numbers_are_told_from_the_one_that_goes_last),
		cmocka_unit_test(many_free_numbers_take_several_rows),
		cmocka_unit_test(a_number_must_be_in_its_place),
		cmocka_unit_test(the_page_of_an_item_begins_with_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
