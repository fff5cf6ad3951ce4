/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * discard.c - a file that goes with the process when a signal ends it.
 *
 * A thread waits for the signals, which are blocked in all others. So nothing
 * that a handler could not do has to be avoided, and no read or write is
 * interrupted. Once the file is removed the signal is let through, and whoever
 * waits for the process learns what ended it.
 */
#include "run/discard.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

struct discard {
	const char	*path;
	pthread_t	 thread;
	sigset_t	 signals;
	sigset_t	 before;	/* what was blocked */
	int		 stop;		/* the signal that wakes the thread */
	bool		 holds;		/* signals are blocked */
	bool		 waits;		/* the thread is there */
	atomic_bool	 done;
};

/* Those that end the process, as long as nobody has asked to ignore them. */
static int
choose_signals(sigset_t *set)
{
	static const int	 all[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction	 now;
	int			 one = 0;

	(void)sigemptyset(set);			/* never fails */
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (sigaction(all[i], NULL, &now) == 0 &&
		    now.sa_handler == SIG_DFL) {
			(void)sigaddset(set, all[i]);	/* nor does this */
			one = all[i];
		}
	return one;
}

static void *
wait_for(void *arg)
{
	struct discard	*d = arg;
	sigset_t	 one;
	int		 which;

	if (sigwait(&d->signals, &which) != 0 || atomic_load(&d->done))
		return NULL;
	(void)unlink(d->path);			/* as well as we can */
	(void)sigemptyset(&one);
	(void)sigaddset(&one, which);
	(void)kill(getpid(), which);
	(void)pthread_sigmask(SIG_UNBLOCK, &one, NULL);	/* the end */
	return NULL;
}

struct discard *
discard_new(void)
{
	struct discard	*d = xcalloc(1, sizeof(*d));

	d->stop = choose_signals(&d->signals);
	d->holds = d->stop != 0 &&
	    pthread_sigmask(SIG_BLOCK, &d->signals, &d->before) == 0;
	return d;
}

static void
let_go(struct discard *d)
{
	if (d->holds)
		(void)pthread_sigmask(SIG_SETMASK, &d->before, NULL);
	d->holds = false;
}

bool
discard_file(struct discard *d, const char *path)
{
	d->path = path;
	d->waits = d->holds &&
	    pthread_create(&d->thread, NULL, wait_for, d) == 0;
	if (!d->waits)
		let_go(d);
	return d->waits;
}

void
discard_free(struct discard *d)
{
	if (d == NULL)
		return;
	if (d->waits) {
		atomic_store(&d->done, true);
		(void)pthread_kill(d->thread, d->stop);	/* it is there */
		(void)pthread_join(d->thread, NULL);
	}
	let_go(d);
	free(d);
}
