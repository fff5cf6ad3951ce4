/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring.h - bytes kept until newer ones need their room.
 *
 * Memory comes in blocks as it is needed, up to a fixed number; then the oldest
 * block is emptied and used again. What is kept has a position that is never
 * used twice, so a position of something that is gone is noticed.
 */
#ifndef BASE_RING_H
#define BASE_RING_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slabs.h"
#include "base/slice.h"

/* Told before a block is emptied: its bytes, and the position of the first. */
typedef void	 (*ring_drop_fn)(void *arg, const uint8_t *, size_t n,
		    uint64_t at);

/*
 * Declared here, so that what is put with each record is put inline. Only
 * ring.c changes it else.
 */
struct ring {
	uint8_t		 *next;		/* room in the newest block, */
	size_t		  left;		/* so many bytes, */
	uint64_t	  at;		/* from this position on */
	uint64_t	  newest;	/* block being filled */
	uint8_t		**blocks;
	struct slabs	  memory;	/* of these */
	size_t		  size;		/* bytes of a block */
	unsigned	  shift;	/* the size as a power of two */
	size_t		  nblocks;
	size_t		 *filled;	/* bytes of each older block */
	ring_drop_fn	  drop;
	void		 *arg;
};

/* BLOCK bytes, a power of two; BLOCKS of them at the most. DROP may be NULL. */
struct ring	*ring_new(size_t block, size_t blocks, ring_drop_fn, void *arg);
void		 ring_free(struct ring *);		/* NULL is allowed */

/* Go on in the next block; or begin with the first. */
void		 ring_turn(struct ring *);

/*
 * Room for N bytes, at least one and at most a block, in one piece; *AT is
 * their position. The caller fills them in at once.
 */
static inline uint8_t *
ring_put(struct ring *r, size_t n, uint64_t *at)
{
	uint8_t	*to;

	assert(n > 0 && n <= r->size);
	if (r->left < n)
		ring_turn(r);
	to = r->next;
	*at = r->at;
	r->next += n;
	r->at += n;
	r->left -= n;
	return to;
}

/* What was put at this position; NULL when it is gone. */
const uint8_t	*ring_at(const struct ring *, uint64_t at);

/*
 * The same by the position modulo the size of the whole ring, for an index
 * that forgets what is dropped.
 */
uint8_t		*ring_slot(const struct ring *, uint64_t at);

/*
 * For a position that nobody vouches for: the bytes from there to the end of
 * what its block has; none when there is nothing.
 */
struct slice	 ring_from(const struct ring *, uint64_t at);

/*
 * Blocks are counted from 0; the newest is being filled, and as many as the
 * ring has are there. What was put into one, borrowed; none when it is gone.
 */
uint64_t	 ring_newest(const struct ring *);
struct slice	 ring_block(const struct ring *, uint64_t block);

/*
 * To put all of it back into a ring that is new: room for N bytes behind what
 * was put back into this block, or NULL when it has none; how much that is; and
 * in the end ring_restored() makes NEWEST the newest block, unless one that has
 * to be there is empty. All are then where they were, if they came in their
 * order and none is of a block that was gone.
 */
uint8_t		*ring_restore(struct ring *, uint64_t block, size_t n);
size_t		 ring_restored_bytes(const struct ring *, uint64_t block);
bool		 ring_restored(struct ring *, uint64_t newest);

#endif
