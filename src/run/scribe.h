/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scribe.h - who writes to syslog, while others go on.
 *
 * syslog(3) waits when the daemon that listens stands still. Lines wait here,
 * in memory, then on disk, and beyond that they are lost, said and counted.
 */
#ifndef RUN_SCRIBE_H
#define RUN_SCRIBE_H

#include <stdbool.h>

#include "run/outbox.h"

struct scribe;

/*
 * What lines wait in. Whoever can open no file later opens that of the queue
 * first, by spill_open().
 */
struct spill	*scribe_queue(void);

/*
 * NULL when the system gives no thread: then everybody writes himself. The
 * queue is taken in any case.
 */
struct scribe	*scribe_new(struct spill *);

/*
 * At the end of the program: lines have two seconds more. False when that was
 * not enough: then it is still there, and takes lines that nobody will read.
 * NULL is allowed.
 */
bool		 scribe_leave(struct scribe *);

/* A line of this facility and level; SCRIBE is one. */
void		 scribe_send(void *scribe, int priority, const char *line);

/* What waits now; nothing at all for NULL. */
void		 scribe_stats(struct scribe *, struct outbox_stats *);

/* Is all out? A moment is waited for that. */
bool		 scribe_done(struct scribe *);

#endif
