/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crew.h - jobs done by several threads and delivered in the order in which
 * they were given.
 *
 * The owner takes a job, fills it and gives it away. A worker does it. Then it
 * is delivered, one at a time, by whichever worker finds that the oldest one is
 * done, so that a slow delivery keeps neither the owner nor the other workers
 * from going on. There are only so many jobs: whoever fills them faster than
 * they are delivered has to wait, and memory stays bounded. All waiting blocks,
 * nothing spins.
 *
 * What a job holds needs no lock: it passes from the owner to a worker, to the
 * one who delivers, and back.
 */
#ifndef BASE_CREW_H
#define BASE_CREW_H

#include <stdbool.h>
#include <stddef.h>

struct crew;

struct crew_work {
	/*
	 * Do a job: called by many threads at once, each of which is another
	 * WORKER, from 0.
	 */
	void	(*work)(void *arg, unsigned worker, void *job);
	/*
	 * Deliver a job: called by one thread at a time, in the order in which
	 * jobs were given. False stops the crew: what has not been delivered
	 * never will be.
	 */
	bool	(*deliver)(void *arg, void *job);
	void	*arg;
};

/*
 * As many as WORKERS threads, fewer if the system refuses. Without any the
 * owner does and delivers each job when it is given, as worker 0. The N jobs,
 * at least one, are borrowed, and so is the array.
 */
struct crew	*crew_new(const struct crew_work *, unsigned workers,
		    void *const *jobs, size_t n);

/* Stop, wait for those who are at work, and free; NULL is allowed. */
void		 crew_free(struct crew *);

/* How many threads there are. */
unsigned	 crew_workers(const struct crew *);

/*
 * Wait for a job that nobody has: it is the owner's, as it was left when it was
 * delivered. NULL when the crew was stopped.
 */
void		*crew_take(struct crew *);

/* Give away what was taken last. False when the crew has been stopped. */
bool		 crew_give(struct crew *);

/* Wait until all is delivered. False when the crew was stopped instead. */
bool		 crew_finish(struct crew *);

#endif
