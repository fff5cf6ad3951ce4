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

#include <stddef.h>
#include <stdint.h>

struct ring;

/* Told before a block is emptied: its bytes, and the position of the first. */
typedef void	 (*ring_drop_fn)(void *arg, const uint8_t *, size_t n,
		    uint64_t at);

/* BLOCK bytes, a power of two; BLOCKS of them at the most. DROP may be NULL. */
struct ring	*ring_new(size_t block, size_t blocks, ring_drop_fn, void *arg);
void		 ring_free(struct ring *);		/* NULL is allowed */

/*
 * Room for N bytes, at most a block, in one piece; *AT is their position. The
 * caller fills them in at once.
 */
uint8_t		*ring_put(struct ring *, size_t n, uint64_t *at);

/* What was put at this position; NULL when it is gone. */
const uint8_t	*ring_at(const struct ring *, uint64_t at);

/*
 * The same by the position modulo the size of the whole ring, for an index
 * that forgets what is dropped.
 */
const uint8_t	*ring_slot(const struct ring *, uint64_t at);

#endif
