/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_mill.c - rows of blocks that a few threads fill.
 *
 * Also to be run under -fsanitize=thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "base/mill.h"

#define ROWS	5
#define BLOCKS	3

struct scene {
	struct mill_row	*row;
	unsigned	 blocks[BLOCKS];
	void		*list[BLOCKS];
	unsigned	 filled;	/* so far */
	unsigned	 last;		/* the number of the last one */
	unsigned	 nap;		/* before each so many; 0: never */
	bool		 within;	/* somebody is filling */
};

static void
doze(unsigned n, unsigned every)
{
	const struct timespec	 t = { .tv_nsec = 100000 };

	if (every > 0 && n % every == 0)
		(void)nanosleep(&t, NULL);
}

static bool
fill(void *arg, unsigned worker, void *block)
{
	struct scene	*s = arg;

	assert_true(worker < 4);
	assert_false(s->within);
	s->within = true;
	doze(s->filled, s->nap);
	*(unsigned *)block = s->filled++;
	s->within = false;
	return s->filled <= s->last;
}

static void
add(struct mill *m, struct scene *s, unsigned last, unsigned nap)
{
	const struct mill_work	 how = { fill, s };

	*s = (struct scene){ .last = last, .nap = nap };
	for (unsigned i = 0; i < BLOCKS; i++)
		s->list[i] = &s->blocks[i];
	s->row = mill_add(m, &how, s->list, BLOCKS);
}

/* The next block is of this number, and stays so. */
static void
take(struct scene *s, unsigned number, unsigned nap)
{
	const unsigned	*block = mill_take(s->row);

	assert_non_null(block);
	assert_int_equal(*block, number);
	doze(number, nap);
	assert_int_equal(*block, number);	/* nobody has touched it */
}

static void
try_rows(unsigned threads, unsigned nap_fill, unsigned nap_take)
{
	struct mill	*m = mill_new(threads);
	struct scene	 rows[ROWS];

	for (unsigned r = 0; r < ROWS; r++)
		add(m, &rows[r], 40 + r, nap_fill);
	for (unsigned n = 0; n < 41; n++)
		for (unsigned r = 0; r < ROWS; r++)
			take(&rows[r], n, nap_take);
	for (unsigned r = 0; r < ROWS; r++) {
		for (unsigned n = 41; n < 41 + r; n++)
			take(&rows[r], n, 0);
		assert_null(mill_take(rows[r].row));
		assert_null(mill_take(rows[r].row));
		mill_remove(rows[r].row);
	}
	mill_free(m);
}

static void
each_row_comes_out_in_its_order(void **state)
{
	(void)state;
	for (unsigned threads = 0; threads <= 4; threads++) {
		try_rows(threads, 0, 0);
		try_rows(threads, 3, 0);
		try_rows(threads, 0, 3);
	}
}

/* Each is used up before the next is asked for, however far that is ahead. */
static void
rows_that_nobody_takes_from_keep_nobody_waiting(void **state)
{
	struct mill	*m = mill_new(2);
	struct scene	 rows[ROWS];

	(void)state;
	for (unsigned r = 0; r < ROWS; r++)
		add(m, &rows[r], 100, 0);
	for (unsigned r = ROWS; r-- > 0;) {
		for (unsigned n = 0; n <= 100; n++)
			take(&rows[r], n, 0);
		mill_remove(rows[r].row);
	}
	mill_free(m);
}

static void
a_row_is_removed_while_it_is_filled(void **state)
{
	struct mill	*m = mill_new(2);
	struct scene	 s;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		add(m, &s, UINT32_MAX - 1, 1);
		if (i % 2 == 0)
			take(&s, 0, 0);
		mill_remove(s.row);
		assert_false(s.within);
	}
	mill_free(m);
}

static void
nothing_may_be_removed_or_freed(void **state)
{
	(void)state;
	mill_remove(NULL);
	mill_free(NULL);
	mill_free(mill_new(3));
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(each_row_comes_out_in_its_order),
		cmocka_unit_test(
		    rows_that_nobody_takes_from_keep_nobody_waiting),
		cmocka_unit_test(a_row_is_removed_while_it_is_filled),
		cmocka_unit_test(nothing_may_be_removed_or_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
