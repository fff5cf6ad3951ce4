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

static void
what_is_ready_has_been_filled_and_not_taken(void **state)
{
	struct scene	 s;
	struct relay	*r = start(&s, 2, true, 0);

	(void)state;
	assert_true(relay_threaded(r));
	while (!relay_filled(r))
		doze(0, 1);
	assert_int_equal(relay_ready(r), 3);
	for (unsigned n = 3; n-- > 0;) {
		assert_non_null(relay_take(r));
		assert_int_equal(relay_ready(r), n);
	}
	assert_null(relay_take(r));
	assert_int_equal(relay_ready(r), 0);
	relay_free(r);
	r = start(&s, 2, false, 0);
	assert_non_null(relay_take(r));
	assert_int_equal(relay_ready(r), 0);
	relay_free(r);
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

/* One who goes on from block to block by himself. */
struct walker {
	struct scene	 s;
	struct relay	*r;
	size_t		 most;		/* bytes; a block is worth ten */
	bool		 lost;		/* nobody takes any more */
};

static bool
walk(void *arg, void *block)
{
	struct walker	*w = arg;
	unsigned	*at = block;

	for (*at = 0; *at < w->s.last && !relay_ending(w->r);) {
		const unsigned	 n = *at + 1;

		w->s.filled++;
		if ((at = relay_next(w->r, 10, w->most)) == NULL) {
			w->lost = true;
			return false;
		}
		*at = n;
	}
	w->s.filled++;
	return false;
}

static void
start_walk(struct walker *w, unsigned last, size_t most)
{
	const struct relay_work	 how = { walk, w };

	*w = (struct walker){ .s = { .last = last }, .most = most };
	for (unsigned i = 0; i < BLOCKS; i++)
		w->s.list[i] = &w->s.blocks[i];
	relay_begin(&w->r, &how, true, w->s.list, BLOCKS);
	assert_true(relay_threaded(w->r));
}

static void
one_fill_may_go_on_from_block_to_block(void **state)
{
	struct walker	 w;

	(void)state;
	for (unsigned nap = 0; nap < 9; nap += 4) {
		start_walk(&w, 1000, SIZE_MAX);
		take_all(&w.s, w.r, nap);
		assert_true(relay_filled(w.r));
		assert_false(w.lost);
		relay_free(w.r);
	}
}

static void
whoever_fills_is_asked_to_end_and_nothing_is_lost(void **state)
{
	struct walker	 w;
	const unsigned	*block;

	(void)state;
	for (unsigned i = 0; i < 50; i++) {
		unsigned	 n = 0;

		start_walk(&w, UINT32_MAX, SIZE_MAX);
		for (; n < i; n++)
			assert_int_equal(*(unsigned *)relay_take(w.r), n);
		relay_end(w.r);
		while ((block = relay_take(w.r)) != NULL)
			assert_int_equal(*block, n++);
		assert_int_equal(n, w.s.filled);
		assert_false(w.lost);
		relay_free(w.r);
	}
}

static void
whoever_is_stopped_hears_that_nobody_takes_any_more(void **state)
{
	struct walker	 w;

	(void)state;
	for (unsigned i = 0; i < 50; i++) {
		start_walk(&w, UINT32_MAX, SIZE_MAX);
		for (unsigned n = 0; n < i % 7; n++)
			assert_non_null(relay_take(w.r));
		doze(i, 3);
		relay_free(w.r);
		assert_in_range(w.s.filled, i % 7, i % 7 + BLOCKS);
	}
}

static void
whoever_fills_waits_while_too_many_bytes_wait(void **state)
{
	struct walker	 w;

	(void)state;
	for (unsigned i = 0; i < 50; i++) {
		start_walk(&w, UINT32_MAX, 15);
		for (unsigned n = 0; n < i % 7; n++)
			assert_non_null(relay_take(w.r));
		doze(0, 1);
		relay_free(w.r);
		assert_in_range(w.s.filled, i % 7, i % 7 + 2);
	}
	for (size_t most = 0; most < 40; most += 13) {
		start_walk(&w, 1000, most);
		take_all(&w.s, w.r, 0);
		assert_false(w.lost);
		relay_free(w.r);
	}
}

static bool
wait_to_be_awaited(void *arg, void *block)
{
	struct walker	*w = arg;

	*(unsigned *)block = 0;
	while (!relay_awaited(w->r))
		doze(0, 1);
	return false;
}

static void
it_is_known_when_somebody_waits(void **state)
{
	struct walker		 w = { .lost = false };
	const struct relay_work	 how = { wait_to_be_awaited, &w };

	(void)state;
	for (unsigned i = 0; i < BLOCKS; i++)
		w.s.list[i] = &w.s.blocks[i];
	relay_begin(&w.r, &how, true, w.s.list, BLOCKS);
	assert_false(relay_awaited(w.r));
	assert_false(relay_filled(w.r));
	assert_non_null(relay_take(w.r));
	assert_null(relay_take(w.r));
	relay_free(w.r);
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
		cmocka_unit_test(what_is_ready_has_been_filled_and_not_taken),
		cmocka_unit_test(it_may_be_stopped_at_any_time),
		cmocka_unit_test(one_fill_may_go_on_from_block_to_block),
		cmocka_unit_test(
		    whoever_fills_is_asked_to_end_and_nothing_is_lost),
		cmocka_unit_test(
		    whoever_is_stopped_hears_that_nobody_takes_any_more),
		cmocka_unit_test(
		    whoever_fills_waits_while_too_many_bytes_wait),
		cmocka_unit_test(it_is_known_when_somebody_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
