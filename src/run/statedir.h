/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * statedir.h - the directory in which a run keeps what it remembers.
 */
#ifndef RUN_STATEDIR_H
#define RUN_STATEDIR_H

#include <stdbool.h>

#include "base/buf.h"

#define STATEDIR_LOCK	"state.lock"
#define STATEDIR_COURIER "courier.lock"

/*
 * Make the directory if it is not there, for nobody else to read, and take it:
 * as long as the descriptor that is returned is open in this process, nobody
 * else can. -1 with words for what is wrong appended to WHY.
 */
int	 statedir_lock(const char *dir, struct buf *why);

/*
 * The same for the courier of a run that has it, which waits until that of a
 * run before has ended: one may live on for a moment.
 */
int	 statedir_wait(const char *dir, struct buf *why);

/* Could it be taken, and its database be written? */
bool	 statedir_try(const char *dir, struct buf *why);

/*
 * A damaged database gives way to a new one: it becomes DIR/state.db.bad-N. The
 * name is appended to NAME. False with errno.
 */
bool	 statedir_set_aside(const char *dir, struct buf *name);

/* The names in a directory go to the disk. Returns 0 or an errno. */
int	 statedir_sync(const char *dir);

/* Append DIR/NAME. */
void	 statedir_path(struct buf *, const char *dir, const char *name);

#endif
