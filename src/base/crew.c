/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crew.c - jobs done by several threads, delivered in order.
 *
 * The jobs stand in a ring. Three counters go round it and never overtake each
 * other: jobs delivered, jobs begun, jobs given. One lock guards them; it is
 * never held while somebody works or delivers.
 */
#include "base/crew.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

struct worker {
	struct crew	*crew;
	unsigned	 number;
	pthread_t	 thread;
};

struct crew {
	struct crew_work	 how;
	void			*const *jobs;
	bool			*done;		/* each job */
	size_t			 n;
	struct worker		*workers;
	unsigned		 nworkers;

	pthread_mutex_t		 lock;
	pthread_cond_t		 work;		/* a job was given, or stop */
	pthread_cond_t		 progress;	/* one was delivered, or stop */
	uint64_t		 given, begun, delivered;
	bool			 delivering;	/* somebody is */
	bool			 stopped;
};

/* These fail only where they are misused. */

static void
lock(struct crew *c)
{
	if (pthread_mutex_lock(&c->lock) != 0)
		mem_end("a lock is broken");
}

static void
unlock(struct crew *c)
{
	if (pthread_mutex_unlock(&c->lock) != 0)
		mem_end("a lock is broken");
}

static void
await(struct crew *c, pthread_cond_t *what)
{
	if (pthread_cond_wait(what, &c->lock) != 0)
		mem_end("a lock is broken");
}

/* The functions below that say "locked" are called with the lock held. */

static void
stop_locked(struct crew *c)
{
	c->stopped = true;
	(void)pthread_cond_broadcast(&c->work);		/* never fails */
	(void)pthread_cond_broadcast(&c->progress);
}

/*
 * Deliver what is done, as far as it goes. One thread at a time; another that
 * finishes a job meanwhile leaves it to that one, which looks again.
 */
static void
deliver_locked(struct crew *c)
{
	if (c->delivering)
		return;
	c->delivering = true;
	while (!c->stopped && c->done[c->delivered % c->n]) {
		const size_t	 at = c->delivered % c->n;
		bool		 good;

		unlock(c);
		good = c->how.deliver(c->how.arg, c->jobs[at]);
		lock(c);
		c->done[at] = false;
		c->delivered++;
		if (!good)
			stop_locked(c);
		(void)pthread_cond_signal(&c->progress);
	}
	c->delivering = false;
	if (c->stopped)			/* the owner may wait for this */
		(void)pthread_cond_signal(&c->progress);
}

static void *
run_worker(void *arg)
{
	const struct worker	*w = arg;
	struct crew		*c = w->crew;

	lock(c);
	for (;;) {
		size_t	 at;

		while (!c->stopped && c->begun == c->given)
			await(c, &c->work);
		if (c->stopped)
			break;
		at = c->begun++ % c->n;
		unlock(c);
		c->how.work(c->how.arg, w->number, c->jobs[at]);
		lock(c);
		c->done[at] = true;
		deliver_locked(c);
	}
	unlock(c);
	return NULL;
}

/* Signals are for the owner: it may be waiting for input. */
static void
start(struct crew *c, unsigned workers)
{
	sigset_t	 all, before;

	(void)sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
		return;
	c->workers = xcalloc(workers, sizeof(*c->workers));
	for (unsigned i = 0; i < workers; i++) {
		struct worker	*w = &c->workers[i];

		*w = (struct worker){ .crew = c, .number = i };
		if (pthread_create(&w->thread, NULL, run_worker, w) != 0)
			break;		/* those that are there will do */
		c->nworkers++;
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct crew *
crew_new(const struct crew_work *how, unsigned workers, void *const *jobs,
    size_t n)
{
	struct crew	*c = xcalloc(1, sizeof(*c));

	assert(n > 0);
	c->how = *how;
	c->jobs = jobs;
	c->n = n;
	c->done = xcalloc(n, sizeof(*c->done));
	if (pthread_mutex_init(&c->lock, NULL) != 0 ||
	    pthread_cond_init(&c->work, NULL) != 0 ||
	    pthread_cond_init(&c->progress, NULL) != 0)
		mem_end("there is no memory for a lock");
	if (workers > 0)
		start(c, workers);
	return c;
}

void
crew_free(struct crew *c)
{
	if (c == NULL)
		return;
	lock(c);
	stop_locked(c);
	unlock(c);
	for (unsigned i = 0; i < c->nworkers; i++)
		(void)pthread_join(c->workers[i].thread, NULL);
	(void)pthread_cond_destroy(&c->progress);
	(void)pthread_cond_destroy(&c->work);
	(void)pthread_mutex_destroy(&c->lock);
	free(c->workers);
	free(c->done);
	free(c);
}

unsigned
crew_workers(const struct crew *c)
{
	return c->nworkers;
}

void *
crew_take(struct crew *c)
{
	void	*job = NULL;

	lock(c);
	while (!c->stopped && c->given - c->delivered == c->n)
		await(c, &c->progress);
	if (!c->stopped)
		job = c->jobs[c->given % c->n];
	unlock(c);
	return job;
}

bool
crew_give(struct crew *c)
{
	size_t	 at;
	bool	 stopped;

	lock(c);
	at = c->given++ % c->n;
	stopped = c->stopped;
	(void)pthread_cond_signal(&c->work);
	unlock(c);
	if (c->nworkers > 0 || stopped)
		return !stopped;
	c->how.work(c->how.arg, 0, c->jobs[at]);
	lock(c);
	c->begun++;
	c->done[at] = true;
	deliver_locked(c);
	stopped = c->stopped;
	unlock(c);
	return !stopped;
}

bool
crew_finish(struct crew *c)
{
	bool	 good;

	lock(c);
	while (c->delivering || (!c->stopped && c->delivered < c->given))
		await(c, &c->progress);
	good = !c->stopped;
	unlock(c);
	return good;
}
