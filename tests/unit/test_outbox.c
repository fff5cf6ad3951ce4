/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_outbox.c - items that go to somebody slow.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "run/outbox.h"

/* Who is given the items: numbers in 4 bytes, at his own pace. */
struct taker {
	pthread_mutex_t	 gate;		/* held by the test: he is stuck */
	uint32_t	 got[4096];
	size_t		 n;
	unsigned	 rests;
	bool		 out_of_order;
};

static void
deliver(void *arg, struct slice item)
{
	struct taker	*t = arg;
	uint32_t	 number = 0;

	(void)pthread_mutex_lock(&t->gate);
	for (size_t i = 0; i < 4; i++)
		number = number << 8 | item.p[i];
	if (t->n > 0 && number <= t->got[t->n - 1])
		t->out_of_order = true;
	t->got[t->n++] = number;
	(void)pthread_mutex_unlock(&t->gate);
}

static void
rest(void *arg)
{
	struct taker	*t = arg;

	(void)pthread_mutex_lock(&t->gate);
	t->rests++;
	(void)pthread_mutex_unlock(&t->gate);
}

static bool
put(struct outbox *o, uint32_t number, bool must)
{
	const uint8_t	 bytes[4] = { (uint8_t)(number >> 24),
	    (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number };

	return outbox_put(o, (struct slice){ bytes, sizeof(bytes) }, must);
}

static struct outbox *
begin(struct taker *t, size_t memory, uint64_t disk)
{
	const struct outbox_to		 to = { deliver, rest, t, "tests" };
	const struct spill_limits	 limits = { memory, disk, NULL };
	struct outbox			*o;

	*t = (struct taker){ .n = 0 };
	assert_int_equal(pthread_mutex_init(&t->gate, NULL), 0);
	o = outbox_new(&to, spill_new(&limits));
	assert_non_null(o);
	return o;
}

static void
all_items_arrive_in_order(void **state)
{
	static struct taker	 t;
	struct outbox		*o = begin(&t, 100, 1u << 20);

	(void)state;
	for (uint32_t i = 1; i <= 4000; i++)
		assert_true(put(o, i, false));
	assert_true(outbox_drain(o, 60000));
	assert_int_equal(t.n, 4000);
	assert_false(t.out_of_order);
	assert_true(t.rests > 0);
	outbox_free(o);
}

static void
who_puts_in_never_waits_for_one_who_is_stuck(void **state)
{
	static struct taker	 t;
	struct outbox		*o = begin(&t, 80, 800);
	struct outbox_stats	 stats;
	size_t			 in = 0;

	(void)state;
	(void)pthread_mutex_lock(&t.gate);
	for (uint32_t i = 1; i <= 1000; i++)
		in += put(o, i, i % 100 == 0);
	assert_false(outbox_drain(o, 0));
	outbox_stats(o, &stats);
	assert_int_equal(stats.lost, 1000 - in);
	assert_in_range(in, 100, 130);		/* 880 bytes, and 10 musts */
	assert_true(stats.waiting.on_disk > 0);
	(void)pthread_mutex_unlock(&t.gate);
	assert_true(outbox_drain(o, 60000));
	assert_int_equal(t.n, in);
	assert_false(t.out_of_order);
	assert_int_equal(t.got[in - 1], 1000);	/* it had to arrive */
	outbox_free(o);
}

static void
what_was_not_delivered_is_dropped_at_the_end(void **state)
{
	static struct taker	 t;
	struct outbox		*o = begin(&t, 1000, 0);

	(void)state;
	(void)pthread_mutex_lock(&t.gate);
	for (uint32_t i = 1; i <= 50; i++)
		assert_true(put(o, i, false));
	(void)pthread_mutex_unlock(&t.gate);
	outbox_free(o);
	assert_true(t.n <= 50);
	assert_false(t.out_of_order);
}

static void
it_is_told_of_rest_after_items(void **state)
{
	static struct taker	 t;
	struct outbox		*o = begin(&t, 1000, 0);

	(void)state;
	for (uint32_t i = 1; i <= 3; i++) {
		assert_true(put(o, i, false));
		assert_true(outbox_drain(o, 60000));
		assert_int_equal(t.rests, i);
	}
	outbox_free(o);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(all_items_arrive_in_order),
		cmocka_unit_test(who_puts_in_never_waits_for_one_who_is_stuck),
		cmocka_unit_test(what_was_not_delivered_is_dropped_at_the_end),
		cmocka_unit_test(it_is_told_of_rest_after_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
