/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outbox.c - items on their way to somebody slow, who has a thread of his own.
 *
 * One lock guards the queue; it is held while an item is copied in or out, or
 * written to the file of the queue, and never while one is delivered. The
 * thread says nothing itself: who puts items in has the program's voice.
 */
#include "run/outbox.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "run/losing.h"

struct outbox {
	struct outbox_to	 to;
	pthread_t		 thread;
	struct buf		 item;		/* of the thread alone */

	pthread_mutex_t		 lock;
	pthread_cond_t		 work;		/* there is some; or stop */
	pthread_cond_t		 done;		/* nothing is left to do */
	struct spill		*queue;
	bool			 busy;		/* the thread has something */
	bool			 stopped;
	struct losing		 losing;
	uint64_t		 unread;	/* which is to be said */
	int			 unread_error;
};

/* These fail only where they are misused. */

static void
lock(struct outbox *o)
{
	if (pthread_mutex_lock(&o->lock) != 0)
		mem_end("a lock is broken");
}

static void
unlock(struct outbox *o)
{
	if (pthread_mutex_unlock(&o->lock) != 0)
		mem_end("a lock is broken");
}

/* The next item, if any; of what cannot be read again others have to speak. */
static bool
next_item(struct outbox *o)
{
	uint64_t	 gone = 0;
	int		 got;

	while ((got = spill_take(o->queue, &o->item, &gone)) == -1) {
		o->unread_error = errno;
		o->unread += gone;
		o->losing.lost += gone;
	}
	return got == 1;
}

/* With the lock; once nothing is left, until more comes. */
static void
rest(struct outbox *o)
{
	struct spill_stats	 left;

	if (o->busy) {
		unlock(o);
		if (o->to.rest != NULL)
			o->to.rest(o->to.arg);
		lock(o);
		spill_stats(o->queue, &left);
		if (left.items > 0 || o->stopped)
			return;
		o->busy = false;
		(void)pthread_cond_broadcast(&o->done);	/* never fails */
	}
	if (pthread_cond_wait(&o->work, &o->lock) != 0)
		mem_end("a lock is broken");
}

static void *
deliver_all(void *arg)
{
	struct outbox	*o = arg;

	lock(o);
	while (!o->stopped) {
		if (!next_item(o)) {
			rest(o);
			continue;
		}
		o->busy = true;
		unlock(o);
		o->to.deliver(o->to.arg, buf_bytes(&o->item));
		lock(o);
	}
	unlock(o);
	return NULL;
}

/* Signals are for the one who reads records. */
static bool
start(struct outbox *o)
{
	sigset_t	 all, before;
	bool		 good;

	(void)sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
		return false;
	good = pthread_create(&o->thread, NULL, deliver_all, o) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return good;
}

static void
release(struct outbox *o)
{
	(void)pthread_cond_destroy(&o->done);
	(void)pthread_cond_destroy(&o->work);
	(void)pthread_mutex_destroy(&o->lock);
	spill_free(o->queue);
	buf_fini(&o->item);
	free(o);
}

struct outbox *
outbox_new(const struct outbox_to *to, struct spill *queue)
{
	struct outbox	*o = xcalloc(1, sizeof(*o));

	o->to = *to;
	o->queue = queue;
	if (pthread_mutex_init(&o->lock, NULL) != 0 ||
	    pthread_cond_init(&o->work, NULL) != 0 ||
	    pthread_cond_init(&o->done, NULL) != 0)
		mem_end("there is no memory for a lock");
	if (start(o))
		return o;
	release(o);
	return NULL;
}

void
outbox_free(struct outbox *o)
{
	if (o == NULL)
		return;
	lock(o);
	o->stopped = true;
	(void)pthread_cond_signal(&o->work);
	unlock(o);
	(void)pthread_join(o->thread, NULL);
	release(o);
}

static void
say_unread(const struct outbox *o, uint64_t lost, int error)
{
	if (lost > 0)
		log_warn("the queue of %s: %s: %llu are lost", o->to.name,
		    strerror(error), (unsigned long long)lost);
}

bool
outbox_put(struct outbox *o, struct slice item, bool must)
{
	struct losing	 losing;
	uint64_t	 unread;
	bool		 tell;
	int		 error, unread_error;

	lock(o);
	error = spill_put(o->queue, item, must);
	tell = losing_note(&o->losing, error, o->queue);
	losing = o->losing;
	unread = o->unread;
	unread_error = o->unread_error;
	o->unread = 0;
	if (error == 0)
		(void)pthread_cond_signal(&o->work);
	unlock(o);
	say_unread(o, unread, unread_error);
	if (tell)
		losing_say(&losing, error, o->to.name);
	return error == 0;
}

bool
outbox_drain(struct outbox *o, unsigned ms)
{
	struct spill_stats	 left;
	struct timespec		 until;
	int			 error = 0;

	(void)clock_gettime(CLOCK_REALTIME, &until);	/* all have it */
	until.tv_sec += (time_t)(ms / 1000);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	lock(o);
	spill_stats(o->queue, &left);
	while (error == 0 && (left.items > 0 || o->busy)) {
		error = pthread_cond_timedwait(&o->done, &o->lock, &until);
		spill_stats(o->queue, &left);
	}
	error = left.items > 0 || o->busy;
	unlock(o);
	return error == 0;
}

bool
outbox_leave(struct outbox *o, unsigned ms)
{
	if (!outbox_drain(o, ms))
		return false;
	outbox_free(o);
	return true;
}

void
outbox_stats(struct outbox *o, struct outbox_stats *s)
{
	lock(o);
	spill_stats(o->queue, &s->waiting);
	s->lost = o->losing.lost;
	unlock(o);
}
