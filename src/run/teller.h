/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * teller.h - where a run that does not speak for itself brings what it has to
 * tell: to whoever speaks, at once, or in blocks if that is another thread.
 */
#ifndef RUN_TELLER_H
#define RUN_TELLER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/relay.h"
#include "run/tidings.h"

struct stream;

/*
 * So many blocks wait to be told at most, and each is passed on at so many
 * bytes, but takes one tiding whole: an alert with the records of its steps may
 * be many MB. So nothing is put into another block while more than TELLER_HELD
 * bytes wait. No more is held than these, a block, and one such alert.
 */
#define TELLER_BLOCKS	8u
#define TELLER_BYTES	((size_t)512 << 10)
#define TELLER_HELD	(TELLER_BLOCKS * TELLER_BYTES)

struct teller {
	/* On the thread that speaks: tell this, at once; let others have a
	 * turn, and say whether to go on. */
	void		(*tell)(void *arg, const struct tiding *);
	bool		(*turn)(void *arg);
	void		*arg;

	/* On another thread: not NULL, and the block at hand. */
	struct relay	*relay;
	struct tidings	*block;
	bool		 lost;		/* nobody will hear it */
	unsigned	 turns;		/* since the last block */

	/* For the other side, at any time. */
	_Atomic uint64_t taken;		/* of files, bytes */
	_Atomic uint64_t records;
	atomic_bool	 asked;		/* count what waits */
};

/* Begin with this block of a relay; all that was in it has been told. */
void	teller_begin(struct teller *, struct tidings *);

void	teller_tell(struct teller *, const struct tiding *);

/* The stream was read so far, and so much of files. False: that was all. */
bool	teller_turn(struct teller *, const struct stream *, uint64_t taken);

/* Nothing comes of it any more: WHY says what went wrong, or is NULL. */
void	teller_end(struct teller *, const struct stream *, const char *why);

#endif
