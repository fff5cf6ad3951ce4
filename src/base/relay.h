/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relay.h - blocks that one thread fills and another uses up, in order.
 *
 * There are only so many blocks: whoever fills them faster than they are used
 * up has to wait, and memory stays bounded. All waiting blocks, nothing spins.
 * What a block holds needs no lock: it belongs to one side at a time.
 */
#ifndef BASE_RELAY_H
#define BASE_RELAY_H

#include <stdbool.h>
#include <stddef.h>

struct relay;

struct relay_work {
	/*
	 * Fill a block: called by one thread, for one block after another,
	 * each as it was left when it was used up. False: it is the last.
	 */
	bool	(*fill)(void *arg, void *block);
	void	*arg;
};

/*
 * With a THREAD of its own that fills blocks ahead, if the system gives one;
 * else each is filled when it is taken. The N blocks, at least two, are
 * borrowed, and so is the array.
 */
struct relay	*relay_new(const struct relay_work *, bool thread,
		    void *const *blocks, size_t n);

/* The same; *WHERE is set before anything is filled, for whoever asks then. */
void		 relay_begin(struct relay **where, const struct relay_work *,
		    bool thread, void *const *blocks, size_t n);

/* Stop, wait until nobody fills any more, and free; NULL is allowed. */
void		 relay_free(struct relay *);

/*
 * Wait for the next block, which is the caller's until he takes another. NULL
 * when the last was taken.
 */
void		*relay_take(struct relay *);

/*
 * So many blocks are filled that nobody has taken yet: where there are some,
 * the one who fills may take his time. None without a thread.
 */
size_t		 relay_ready(struct relay *);

/*
 * Is there a thread? And has it filled its last block? What it did is seen by
 * whoever hears so.
 */
bool		 relay_threaded(const struct relay *);
bool		 relay_filled(struct relay *);

/* Whoever fills is asked to come to an end; what he fills is still taken. */
void		 relay_end(struct relay *);

/*
 * For a fill() that goes on from block to block by itself, if there is a
 * thread: the block at hand is filled and holds SIZE bytes; the next one, once
 * there is room, and no more than MOST bytes are in blocks not used up. NULL:
 * nobody will take it, and the block at hand stays his.
 */
void		*relay_next(struct relay *, size_t size, size_t most);
/* Does somebody wait for the block at hand? Is it time to come to an end? */
bool		 relay_awaited(struct relay *);
bool		 relay_ending(struct relay *);

#endif
