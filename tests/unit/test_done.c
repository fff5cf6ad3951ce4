/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "run/done.h"

#define MANY	(DONE_MAX + 100)

/* Rows are loaded as they are told. */
struct other {
	struct done	*done;
	uint32_t	 first;
	size_t		 pages;
	uint32_t	 changed;	/* pages that are not as before */
	struct buf	 before[DONE_PAGES];
};

static bool
on_row(void *arg, const struct row *row)
{
	struct other	*o = arg;
	const uint32_t	 page = row->page - o->first;

	assert_true(page < DONE_PAGES);
	assert_true(done_page(o->done, page, row->bytes));
	o->pages++;
	if (!slice_eq(row->bytes, buf_bytes(&o->before[page])))
		o->changed++;
	buf_clear(&o->before[page]);
	buf_slice(&o->before[page], row->bytes);
	return true;
}

static void
pass_on(const struct done *d, struct other *o)
{
	struct rows	 rows = { .fn = on_row, .arg = o };

	done_free(o->done);
	o->done = done_new();
	o->first = 7 << 10;
	o->pages = o->changed = 0;
	rows_section(&rows, 38);
	done_save(d, &rows, o->first);
	assert_true(rows_end(&rows));
	assert_true(done_loaded(o->done));
}

static void
release(struct done *d, struct other *o)
{
	for (size_t i = 0; i < DONE_PAGES; i++)
		buf_fini(&o->before[i]);
	done_free(o->done);
	free(o);
	done_free(d);
}

static void
only_what_was_added_is_done(void **state)
{
	struct done	*d = done_new();
	struct other	*o = calloc(1, sizeof(*o));

	(void)state;
	for (int64_t i = 0; i < 200; i++)
		done_add(d, (i * 73) % 200 * 2);
	pass_on(d, o);
	assert_int_equal(done_count(o->done), 200);
	for (int64_t i = -2; i < 402; i++)
		assert_int_equal(done_has(o->done, i),
		    i >= 0 && i < 400 && i % 2 == 0);
	release(d, o);
}

static void
none_is_remembered_as_none(void **state)
{
	struct done	*d = done_new();
	struct other	*o = calloc(1, sizeof(*o));

	(void)state;
	pass_on(d, o);
	assert_false(done_has(o->done, 0));
	assert_false(done_has(o->done, INT64_MAX));
	release(d, o);
}

static void
oldest_give_way_and_stay_done(void **state)
{
	struct done	*d = done_new();
	struct other	*o = calloc(1, sizeof(*o));

	(void)state;
	for (int64_t i = 0; i < MANY; i++)
		done_add(d, 10 * i);
	pass_on(d, o);
	assert_int_equal(done_count(o->done), DONE_MAX);
	assert_int_equal(o->pages, DONE_PAGES);
	assert_true(done_has(o->done, 0));
	assert_true(done_has(o->done, 3));
	assert_true(done_is_before_all(o->done, 990));
	assert_false(done_is_before_all(o->done, 1000));
	assert_true(done_has(o->done, 1000));
	assert_false(done_has(o->done, 1001));
	assert_true(done_has(o->done, 10 * (MANY - 1)));
	/* The floor is on the first page; one more changes one page more. */
	done_add(d, 10 * MANY);
	pass_on(d, o);
	assert_true(o->changed <= 2);
	done_add(d, 5);
	assert_true(done_has(d, 5));
	assert_int_equal(done_count(d), DONE_MAX);
	release(d, o);
}

static void
pages_that_cannot_be_are_refused(void **state)
{
	struct done	*d = done_new();
	uint8_t		 page[8 + 8 * (ROWS_ITEMS + 1)] = { 0x80 };

	(void)state;
	assert_false(done_page(d, 1, (struct slice){ page, 8 }));
	assert_false(done_page(d, 0, (struct slice){ page, 7 }));
	assert_false(done_page(d, 0, (struct slice){ page, 12 }));
	assert_false(done_page(d, 0, (struct slice){ page, sizeof(page) }));
	assert_true(done_page(d, 0, (struct slice){ page, 8 + 16 }));
	assert_false(done_loaded(d));		/* the same twice */
	done_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_was_added_is_done),
		cmocka_unit_test(none_is_remembered_as_none),
		cmocka_unit_test(oldest_give_way_and_stay_done),
		cmocka_unit_test(pages_that_cannot_be_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
