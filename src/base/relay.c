/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relay.c - blocks that one thread fills and another uses up, in order.
 *
 * The blocks stand in a ring. Two counters go round it: blocks filled, and
 * blocks used up, which never overtakes the other. One lock guards them; it is
 * never held while a block is filled or used. The one who fills sleeps on until
 * half of the blocks are free, since to be woken for each would cost more than
 * it brings; if it is their bytes that are too many, he looks again from then
 * on, and when none is left there are none.
 */
#include "base/relay.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

struct relay {
	struct relay_work	 how;
	void			*const *blocks;
	size_t			 n;
	bool			 threaded;
	pthread_t		 thread;

	pthread_mutex_t		 lock;
	pthread_cond_t		 room;		/* to fill, or stop */
	pthread_cond_t		 work;		/* one was filled */
	uint64_t		 filled, used;
	size_t			*sizes;		/* of blocks not used up */
	size_t			 held;		/* all of these */
	bool			 taken;		/* block `used` is lent */
	bool			 last;		/* no more will be filled */
	bool			 awaited;	/* somebody waits for `work` */
	bool			 ending;
	bool			 stopped;
};

/* These fail only where they are misused. */

static void
lock(struct relay *r)
{
	if (pthread_mutex_lock(&r->lock) != 0)
		mem_end("a lock is broken");
}

static void
unlock(struct relay *r)
{
	if (pthread_mutex_unlock(&r->lock) != 0)
		mem_end("a lock is broken");
}

static void
await(struct relay *r, pthread_cond_t *what)
{
	if (pthread_cond_wait(what, &r->lock) != 0)
		mem_end("a lock is broken");
}

/* Is there room for one more, now or later? Not if all of it was stopped. */
static bool
has_room(struct relay *r, size_t most)
{
	while (!r->stopped &&
	    (r->filled - r->used == r->n || r->held > most))
		await(r, &r->room);
	return !r->stopped;
}

static void *
fill_all(void *arg)
{
	struct relay	*r = arg;

	lock(r);
	while (!r->last && has_room(r, SIZE_MAX)) {
		void	*block = r->blocks[r->filled % r->n];
		bool	 more;

		unlock(r);
		more = r->how.fill(r->how.arg, block);
		lock(r);
		r->filled++;
		r->last = !more;
		(void)pthread_cond_signal(&r->work);	/* never fails */
	}
	unlock(r);
	return NULL;
}

/* Signals are for the one who uses the blocks: he may wait for other things. */
static bool
start(struct relay *r)
{
	sigset_t	 all, before;
	bool		 good;

	(void)sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
		return false;
	good = pthread_create(&r->thread, NULL, fill_all, r) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return good;
}

void
relay_begin(struct relay **where, const struct relay_work *how, bool thread,
    void *const *blocks, size_t n)
{
	struct relay	*r = xcalloc(1, sizeof(*r));

	assert(n > 1);
	r->how = *how;
	r->blocks = blocks;
	r->n = n;
	r->sizes = xcalloc(n, sizeof(*r->sizes));
	if (pthread_mutex_init(&r->lock, NULL) != 0 ||
	    pthread_cond_init(&r->room, NULL) != 0 ||
	    pthread_cond_init(&r->work, NULL) != 0)
		mem_end("there is no memory for a lock");
	*where = r;
	r->threaded = thread && start(r);
}

struct relay *
relay_new(const struct relay_work *how, bool thread, void *const *blocks,
    size_t n)
{
	struct relay	*r;

	relay_begin(&r, how, thread, blocks, n);
	return r;
}

void
relay_free(struct relay *r)
{
	if (r == NULL)
		return;
	lock(r);
	r->stopped = true;
	(void)pthread_cond_signal(&r->room);
	unlock(r);
	if (r->threaded)
		(void)pthread_join(r->thread, NULL);
	(void)pthread_cond_destroy(&r->work);
	(void)pthread_cond_destroy(&r->room);
	(void)pthread_mutex_destroy(&r->lock);
	free(r->sizes);
	free(r);
}

static void
give_back(struct relay *r)
{
	size_t	*size = &r->sizes[r->used % r->n];

	if (!r->taken)
		return;
	r->taken = false;
	r->used++;
	r->held -= *size;
	*size = 0;
	if (r->filled - r->used <= r->n / 2)
		(void)pthread_cond_signal(&r->room);
}

/* Without a thread: nobody else has a hand on it. */
static void *
fill_one(struct relay *r)
{
	void	*block = r->blocks[0];

	if (r->last)
		return NULL;
	r->last = !r->how.fill(r->how.arg, block);
	return block;
}

void *
relay_take(struct relay *r)
{
	void	*block = NULL;

	if (!r->threaded)
		return fill_one(r);
	lock(r);
	give_back(r);
	while (r->filled == r->used && !r->last) {
		r->awaited = true;
		await(r, &r->work);
	}
	r->awaited = false;
	if (r->filled > r->used) {
		block = r->blocks[r->used % r->n];
		r->taken = true;
	}
	unlock(r);
	return block;
}

size_t
relay_ready(struct relay *r)
{
	size_t	 n;

	lock(r);
	n = (size_t)(r->filled - r->used) - r->taken;
	unlock(r);
	return n;
}

bool
relay_threaded(const struct relay *r)
{
	return r->threaded;
}

bool
relay_filled(struct relay *r)
{
	bool	 last;

	lock(r);
	last = r->last;
	unlock(r);
	return last;
}

void
relay_end(struct relay *r)
{
	lock(r);
	r->ending = true;
	unlock(r);
}

/*
 * With all blocks but the one at hand in use there is no room for another until
 * one was used up, since this one becomes theirs.
 */
void *
relay_next(struct relay *r, size_t size, size_t most)
{
	void	*block = NULL;

	lock(r);
	if (!r->stopped) {
		r->sizes[r->filled % r->n] = size;
		r->held += size;
		r->filled++;
		(void)pthread_cond_signal(&r->work);	/* never fails */
		if (has_room(r, most))
			block = r->blocks[r->filled % r->n];
		else
			r->filled--;
	}
	unlock(r);
	return block;
}

bool
relay_awaited(struct relay *r)
{
	bool	 awaited;

	lock(r);
	awaited = r->awaited;
	unlock(r);
	return awaited;
}

bool
relay_ending(struct relay *r)
{
	bool	 ending;

	lock(r);
	ending = r->ending || r->stopped;
	unlock(r);
	return ending;
}
