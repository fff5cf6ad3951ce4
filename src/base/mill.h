/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mill.h - several rows of blocks, each filled in order, by whichever of a few
 * threads has nothing else to do.
 *
 * A row is what relay.h has: one fills blocks, another uses them up, and there
 * are only so many. Here many rows share the threads: each is filled by one
 * thread at a time, and first those of which least is ready, so that whoever
 * waits for one does not wait for the others. All waiting blocks, nothing
 * spins. What a block holds, and what fill() works on, needs no lock: it
 * belongs to one side at a time.
 */
#ifndef BASE_MILL_H
#define BASE_MILL_H

#include <stdbool.h>
#include <stddef.h>

struct mill;
struct mill_row;

struct mill_work {
	/*
	 * Fill a block of a row: called for one block after another, each as
	 * it was left when it was used up, by any of the threads, of which this
	 * is WORKER, from 0. False: it is the last.
	 */
	bool	(*fill)(void *arg, unsigned worker, void *block);
	void	*arg;
};

/*
 * As many THREADS, fewer if the system refuses. Without any a block is filled
 * when it is taken, by whoever takes it, as worker 0.
 */
struct mill	*mill_new(unsigned threads);
void		 mill_free(struct mill *);	/* NULL; no row is left */

/*
 * A row of N blocks, at least two, which are borrowed. Begins at once.
 */
struct mill_row	*mill_add(struct mill *, const struct mill_work *,
		    void *const *blocks, size_t n);

/* Wait until nobody fills it any more, and free; NULL is allowed. */
void		 mill_remove(struct mill_row *);

/*
 * Wait for the next block, which is the caller's until he takes another of this
 * row. NULL when the last was taken.
 */
void		*mill_take(struct mill_row *);

#endif
