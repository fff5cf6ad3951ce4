/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_relay.c - blocks that one thread fills and another uses up.
 *
 * Also to be run under -fsanitize=thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "base/relay.h"

#define BLOCKS 4

struct scene {
	unsigned	 blocks[BLOCKS];
	void		*list[BLOCKS];
	unsigned	 filled;	/* so far */
	unsigned	 last;		/* the number of the last one */
	unsigned	 nap;		/* before each so many; 0: never */
};

static void
doze(unsigned n, unsigned every)
{
	const struct timespec	 t = { .tv_nsec = 200000 };

	if (every > 0 && n % every == 0)
		(void)nanosleep(&t, NULL);
}

static bool
fill(void *arg, void *block)
{
	struct scene	*s = arg;

	doze(s->filled, s->nap);
	*(unsigned *)block = s->filled++;
	return s->filled <= s->last;
}

static struct relay *
start(struct scene *s, unsigned last, bool thread, unsigned nap)
{
	const struct relay_work	 how = { fill, s };

	*s = (struct scene){ .last = last, .nap = nap };
	for (unsigned i = 0; i < BLOCKS; i++)
		s->list[i] = &s->blocks[i];
	return relay_new(&how, thread, s->list, BLOCKS);
}

/* Take all, and see that they are the numbers up to the last. */
static void
take_all(struct scene *s, struct relay *r, unsigned nap)
{
	const unsigned	*block;
	unsigned	 n = 0;

	while ((block = relay_take(r)) != NULL) {
		assert_int_equal(*block, n);
		doze(n, nap);
		assert_int_equal(*block, n++);	/* nobody has touched it */
	}
	assert_int_equal(n, s->last + 1);
	assert_null(relay_take(r));
}

static void
blocks_come_in_the_order_in_which_they_were_filled(void **state)
{
	struct scene	 s;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct relay	*r = start(&s, 1000, i == 1, 0);

		take_all(&s, r, 0);
		relay_free(r);
	}
}

static void
slow_filling_is_waited_for(void **state)
{
	struct scene	 s;
	struct relay	*r = start(&s, 300, true, 7);

	(void)state;
	take_all(&s, r, 0);
	relay_free(r);
}

static void
slow_use_keeps_the_blocks_bounded(void **state)
{
	struct scene	 s;
	struct relay	*r = start(&s, 300, true, 0);

	(void)state;
	take_all(&s, r, 5);
	relay_free(r);
}

static void
only_block_is_the_last_one(void **state)
{
	struct scene	 s;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct relay	*r = start(&s, 0, i == 1, 0);

		take_all(&s, r, 0);
		relay_free(r);
	}
}

static void
without_a_thread_nothing_is_filled_before_it_is_taken(void **state)
{
	struct scene	 s;
	struct relay	*r = start(&s, 10, false, 0);

	(void)state;
	assert_int_equal(s.filled, 0);
	assert_non_null(relay_take(r));
	assert_non_null(relay_take(r));
	assert_int_equal(s.filled, 2);
	relay_free(r);
	assert_int_equal(s.filled, 2);
}

/* Also while the one who fills waits for room, or has just begun. */
static void
it_may_be_stopped_at_any_time(void **state)
{
	struct scene	 s;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		struct relay	*r = start(&s, UINT32_MAX, true, 0);

		for (unsigned k = 0; k < i % 9; k++)
			assert_non_null(relay_take(r));
		doze(i, 3);
		relay_free(r);
		assert_in_range(s.filled, i % 9, i % 9 + BLOCKS);
	}
	relay_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    blocks_come_in_the_order_in_which_they_were_filled),
		cmocka_unit_test(slow_filling_is_waited_for),
		cmocka_unit_test(slow_use_keeps_the_blocks_bounded),
		cmocka_unit_test(only_block_is_the_last_one),
		cmocka_unit_test(
		    without_a_thread_nothing_is_filled_before_it_is_taken),
		cmocka_unit_test(it_may_be_stopped_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
