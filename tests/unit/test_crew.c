/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_crew.c - jobs done by several threads and delivered in order.
 *
 * Also to be run under -fsanitize=thread.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "base/crew.h"

#define JOBS 5

struct job {
	unsigned	 number, square, worker;
};

struct scene {
	struct job	 jobs[JOBS];
	void		*list[JOBS];
	unsigned	 delivered;	/* jobs, all in order so far */
	unsigned	 stop_at;	/* deliver so many; 0: all */
	unsigned	 wrong;
	unsigned	 nap;		/* each so many naps for a while */
	int		 inside;	/* who is delivering */
};

static void
doze(void)
{
	const struct timespec	 t = { .tv_nsec = 200000 };

	(void)nanosleep(&t, NULL);
}

static void
square(void *arg, unsigned worker, void *job)
{
	const struct scene	*s = arg;
	struct job		*j = job;

	if (s->nap > 0 && j->number % s->nap == 0)
		doze();
	j->square = j->number * j->number;
	j->worker = worker;
}

/* No lock: the crew promises that one thread at a time is here. */
static bool
deliver(void *arg, void *job)
{
	struct scene	*s = arg;
	const struct job *j = job;

	s->wrong += s->inside++ != 0;
	s->wrong += j->number != s->delivered;
	s->wrong += j->square != j->number * j->number;
	s->delivered++;
	s->inside--;
	return s->delivered != s->stop_at;
}

static struct crew *
begin(struct scene *s, unsigned workers)
{
	const struct crew_work	 how = { square, deliver, s };

	for (size_t i = 0; i < JOBS; i++)
		s->list[i] = &s->jobs[i];
	return crew_new(&how, workers, s->list, JOBS);
}

/* Give N jobs; returns how many were taken. */
static unsigned
give(struct crew *c, unsigned n)
{
	struct job	*j;
	unsigned	 i = 0;

	for (; i < n && (j = crew_take(c)) != NULL; i++) {
		j->number = i;
		(void)crew_give(c);	/* told by crew_take(), too */
	}
	return i;
}

static void
jobs_are_delivered_in_the_order_in_which_they_were_given(void **state)
{
	(void)state;
	for (unsigned workers = 0; workers < 5; workers++) {
		struct scene	 s = { .nap = 7 };
		struct crew	*c = begin(&s, workers);

		assert_int_equal(crew_workers(c), workers);
		assert_int_equal(give(c, 300), 300);
		assert_true(crew_finish(c));
		assert_int_equal(s.delivered, 300);
		assert_int_equal(s.wrong, 0);
		crew_free(c);
	}
}

static void
a_slow_job_does_not_let_later_ones_pass(void **state)
{
	struct scene	 s = { .nap = JOBS };
	struct crew	*c = begin(&s, 3);

	(void)state;
	assert_int_equal(give(c, 4 * JOBS), 4 * JOBS);
	assert_true(crew_finish(c));
	assert_int_equal(s.wrong, 0);
	crew_free(c);
}

static void
one_can_finish_and_go_on(void **state)
{
	struct scene	 s = { 0 };
	struct crew	*c = begin(&s, 2);
	struct job	*j;

	(void)state;
	assert_true(crew_finish(c));		/* nothing was given */
	for (unsigned i = 0; i < 40; i++) {
		assert_non_null(j = crew_take(c));
		j->number = i;
		assert_true(crew_give(c));
		assert_true(crew_finish(c));
		assert_int_equal(s.delivered, i + 1);
	}
	crew_free(c);
}

static void
a_delivery_that_fails_stops_everything(void **state)
{
	(void)state;
	for (unsigned workers = 0; workers < 4; workers++) {
		struct scene	 s = { .stop_at = 10 };
		struct crew	*c = begin(&s, workers);

		assert_in_range(give(c, 1000), 10, 10 + JOBS);
		assert_null(crew_take(c));
		assert_false(crew_finish(c));
		assert_int_equal(s.delivered, 10);
		assert_int_equal(s.wrong, 0);
		crew_free(c);
	}
}

static void
without_threads_a_stop_is_known_at_once(void **state)
{
	struct scene	 s = { .stop_at = 1 };
	struct crew	*c = begin(&s, 0);

	(void)state;
	s.jobs[0].number = 0;
	assert_non_null(crew_take(c));
	assert_false(crew_give(c));
	crew_free(c);
}

static void
a_crew_may_be_freed_while_it_works(void **state)
{
	struct scene	 s = { .nap = 1 };
	struct crew	*c = begin(&s, 2);

	(void)state;
	assert_int_equal(give(c, JOBS), JOBS);
	crew_free(c);
	assert_in_range(s.delivered, 0, JOBS);
	assert_int_equal(s.wrong, 0);
	crew_free(NULL);
}

static void
without_threads_a_job_is_delivered_when_it_is_given(void **state)
{
	struct scene	 s = { 0 };
	struct crew	*c = begin(&s, 0);

	(void)state;
	assert_int_equal(give(c, 1), 1);
	assert_int_equal(s.delivered, 1);
	assert_int_equal(s.jobs[0].worker, 0);
	crew_free(c);
}

/* A delivery that lasts: all other jobs can be given and done meanwhile. */
struct gate {
	pthread_mutex_t	 lock;
	pthread_cond_t	 moved;
	unsigned	 worked, delivered;
	bool		 open;
};

static void
count_work(void *arg, unsigned worker, void *job)
{
	struct gate	*g = arg;

	(void)worker;
	(void)job;
	(void)pthread_mutex_lock(&g->lock);
	g->worked++;
	(void)pthread_cond_broadcast(&g->moved);
	(void)pthread_mutex_unlock(&g->lock);
}

static bool
wait_at_gate(void *arg, void *job)
{
	struct gate	*g = arg;

	(void)job;
	(void)pthread_mutex_lock(&g->lock);
	while (!g->open)
		(void)pthread_cond_wait(&g->moved, &g->lock);
	g->delivered++;
	(void)pthread_mutex_unlock(&g->lock);
	return true;
}

static void
a_delivery_that_waits_keeps_nobody_from_working(void **state)
{
	struct gate		 g = { PTHREAD_MUTEX_INITIALIZER,
	    PTHREAD_COND_INITIALIZER, 0, 0, false };
	const struct crew_work	 how = { count_work, wait_at_gate, &g };
	int			 jobs[JOBS];
	void			*list[JOBS];
	struct crew		*c;

	(void)state;
	for (size_t i = 0; i < JOBS; i++)
		list[i] = &jobs[i];
	c = crew_new(&how, 2, list, JOBS);
	for (size_t i = 0; i < JOBS; i++) {
		assert_ptr_equal(crew_take(c), list[i]);
		assert_true(crew_give(c));
	}
	(void)pthread_mutex_lock(&g.lock);
	while (g.worked < JOBS)		/* or hang, which is a failure */
		(void)pthread_cond_wait(&g.moved, &g.lock);
	assert_int_equal(g.delivered, 0);
	g.open = true;
	(void)pthread_cond_broadcast(&g.moved);
	(void)pthread_mutex_unlock(&g.lock);
	assert_true(crew_finish(c));
	assert_int_equal(g.delivered, JOBS);
	crew_free(c);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(
		    jobs_are_delivered_in_the_order_in_which_they_were_given),
		cmocka_unit_test(a_slow_job_does_not_let_later_ones_pass),
		cmocka_unit_test(one_can_finish_and_go_on),
		cmocka_unit_test(a_delivery_that_fails_stops_everything),
		cmocka_unit_test(without_threads_a_stop_is_known_at_once),
		cmocka_unit_test(a_crew_may_be_freed_while_it_works),
		cmocka_unit_test(
		    without_threads_a_job_is_delivered_when_it_is_given),
		cmocka_unit_test(
		    a_delivery_that_waits_keeps_nobody_from_working),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
