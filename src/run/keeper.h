/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keeper.h - the courier's part in what a run remembers: it has the database.
 *
 * The worker, who may be in other hands, gets its rows at the start, and tells
 * rows for each checkpoint; those of outputs are the courier's own. Before one
 * is taken the parent has noted all triggers that came with what it holds.
 */
#ifndef RUN_KEEPER_H
#define RUN_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "run/channel.h"
#include "sink/sink.h"

struct event_base;
struct keeper;

struct keeper_to {
	void	(*worker)(void *arg, uint32_t type, const struct buf *);
	void	(*parent)(void *arg, uint32_t type, const struct buf *);
	/* Tell the parent, and wait until it has marked its triggers. */
	void	(*mark)(void *arg, const struct buf *number);
	void	*arg;
};

/*
 * Take the directory's database, when a courier of before has let go of it.
 * NULL after saying why. DIR is absolute, and borrowed.
 */
struct keeper	*keeper_new(const char *dir, struct sinks *);

/* The loop is there, and whom to speak to. */
void		 keeper_begin(struct keeper *, struct event_base *,
		    const struct keeper_to *);

/* Is this message for the keeper? */
bool		 keeper_wants(uint32_t type);

/*
 * The worker has said it; a descriptor is taken. False when it was not its turn
 * to say that.
 */
bool		 keeper_take(struct keeper *, const struct message *);

#endif
