/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mill.c - several rows of blocks, filled in order by a few threads.
 *
 * The blocks of a row are in three places: filled ones in a queue, one with
 * whoever fills and one with whoever uses, and the rest on a stack, so that the
 * next to be filled is the one that was used up last and may be in a cache.
 * One lock guards them all; it is never held while a block is filled or used.
 * Who sleeps is woken when half of a row is free: more often would cost more
 * than it brings.
 */
#include "base/mill.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

struct mill_row {
	struct mill		*mill;
	struct mill_work	 how;
	size_t			 n;
	void			**free;		/* a stack */
	size_t			 nfree;
	void			**queue;	/* a ring: filled in order */
	uint64_t		 filled, used;
	void			*taken;		/* by who uses; or NULL */
	bool			 awaited;	/* somebody stands and waits */
	bool			 busy;		/* a thread is filling */
	bool			 last;		/* no more will be filled */
};

struct worker {
	struct mill	*mill;
	unsigned	 number;
	pthread_t	 thread;
};

struct mill {
	struct worker	*workers;
	unsigned	 nworkers, idle;
	struct mill_row	**rows;
	size_t		 nrows, cap;
	bool		 stopped;

	pthread_mutex_t	 lock;
	pthread_cond_t	 room;		/* something to fill, or stop */
	pthread_cond_t	 work;		/* a block was filled */
};

/* These fail only where they are misused. */

static void
lock(struct mill *m)
{
	if (pthread_mutex_lock(&m->lock) != 0)
		mem_end("a lock is broken");
}

static void
unlock(struct mill *m)
{
	if (pthread_mutex_unlock(&m->lock) != 0)
		mem_end("a lock is broken");
}

static void
await(struct mill *m, pthread_cond_t *what)
{
	if (pthread_cond_wait(what, &m->lock) != 0)
		mem_end("a lock is broken");
}

static size_t
ready(const struct mill_row *r)
{
	return (size_t)(r->filled - r->used);
}

/* Is A in more of a hurry? */
static bool
before(const struct mill_row *a, const struct mill_row *b)
{
	return a->awaited != b->awaited ? a->awaited : ready(a) < ready(b);
}

/* The row that is filled next; NULL when none can be. */
static struct mill_row *
choose_locked(const struct mill *m)
{
	struct mill_row	*best = NULL;

	for (size_t i = 0; i < m->nrows; i++) {
		struct mill_row	*r = m->rows[i];

		if (!r->busy && !r->last && r->nfree > 0 &&
		    (best == NULL || before(r, best)))
			best = r;
	}
	return best;
}

static void
fill_locked(struct mill *m, unsigned worker, struct mill_row *r)
{
	void	*block = r->free[--r->nfree];
	bool	 more;

	r->busy = true;
	unlock(m);
	more = r->how.fill(r->how.arg, worker, block);
	lock(m);
	r->busy = false;
	r->queue[r->filled++ % r->n] = block;
	r->last |= !more;		/* it may be about to be removed */
	if (r->awaited)
		(void)pthread_cond_broadcast(&m->work); /* never fails */
}

static void *
run_worker(void *arg)
{
	const struct worker	*w = arg;
	struct mill		*m = w->mill;
	struct mill_row		*r;

	lock(m);
	while (!m->stopped) {
		if ((r = choose_locked(m)) != NULL) {
			fill_locked(m, w->number, r);
			continue;
		}
		m->idle++;
		await(m, &m->room);
		m->idle--;
	}
	unlock(m);
	return NULL;
}

/* Signals are for the others: they may wait for other things. */
static void
start(struct mill *m, unsigned threads)
{
	sigset_t	 all, old;

	(void)sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &old) != 0)
		return;
	m->workers = xcalloc(threads, sizeof(*m->workers));
	for (unsigned i = 0; i < threads; i++) {
		struct worker	*w = &m->workers[i];

		*w = (struct worker){ .mill = m, .number = i };
		if (pthread_create(&w->thread, NULL, run_worker, w) != 0)
			break;		/* those that are there will do */
		m->nworkers++;
	}
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
}

struct mill *
mill_new(unsigned threads)
{
	struct mill	*m = xcalloc(1, sizeof(*m));

	if (pthread_mutex_init(&m->lock, NULL) != 0 ||
	    pthread_cond_init(&m->room, NULL) != 0 ||
	    pthread_cond_init(&m->work, NULL) != 0)
		mem_end("there is no memory for a lock");
	if (threads > 0)
		start(m, threads);
	return m;
}

void
mill_free(struct mill *m)
{
	if (m == NULL)
		return;
	assert(m->nrows == 0);
	lock(m);
	m->stopped = true;
	(void)pthread_cond_broadcast(&m->room);
	unlock(m);
	for (unsigned i = 0; i < m->nworkers; i++)
		(void)pthread_join(m->workers[i].thread, NULL);
	(void)pthread_cond_destroy(&m->work);
	(void)pthread_cond_destroy(&m->room);
	(void)pthread_mutex_destroy(&m->lock);
	free(m->workers);
	free(m->rows);
	free(m);
}

/* There is more to fill: whoever sleeps may do so. */
static void
wake_locked(struct mill *m)
{
	if (m->idle > 0)
		(void)pthread_cond_signal(&m->room);
}

struct mill_row *
mill_add(struct mill *m, const struct mill_work *how, void *const *blocks,
    size_t n)
{
	struct mill_row	*r = xcalloc(1, sizeof(*r));

	assert(n > 1);
	r->mill = m;
	r->how = *how;
	r->n = r->nfree = n;
	r->free = xcalloc(n, sizeof(*r->free));
	r->queue = xcalloc(n, sizeof(*r->queue));
	for (size_t i = 0; i < n; i++)
		r->free[i] = blocks[i];
	lock(m);
	m->rows = mem_grow(m->rows, &m->cap, m->nrows + 1,
	    sizeof(struct mill_row *));
	m->rows[m->nrows++] = r;
	wake_locked(m);
	unlock(m);
	return r;
}

void
mill_remove(struct mill_row *r)
{
	struct mill	*m;
	size_t		 kept = 0;

	if (r == NULL)
		return;
	m = r->mill;
	lock(m);
	r->last = true;			/* nobody begins to fill it */
	r->awaited = true;
	while (r->busy)
		await(m, &m->work);
	for (size_t i = 0; i < m->nrows; i++)
		if (m->rows[i] != r)
			m->rows[kept++] = m->rows[i];
	m->nrows = kept;
	unlock(m);
	free(r->free);
	free(r->queue);
	free(r);
}

static void
give_back_locked(struct mill_row *r)
{
	if (r->taken == NULL)
		return;
	r->free[r->nfree++] = r->taken;
	r->taken = NULL;
	if (!r->busy && !r->last && ready(r) <= r->n / 2)
		wake_locked(r->mill);
}

void *
mill_take(struct mill_row *r)
{
	struct mill	*m = r->mill;

	lock(m);
	give_back_locked(r);
	if (m->nworkers == 0 && !r->last)
		fill_locked(m, 0, r);
	r->awaited = true;
	while (ready(r) == 0 && !r->last)
		await(m, &m->work);
	r->awaited = false;
	if (ready(r) > 0)
		r->taken = r->queue[r->used++ % r->n];
	unlock(m);
	return r->taken;
}
