/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outbox.h - items on their way to somebody slow, who has a thread of his own.
 *
 * Whoever puts an item in never waits: what is not delivered yet is queued in
 * memory, then on disk (spill.h), and what then still has no room is lost, said
 * and counted. Items arrive in the order in which they were put in, one at a
 * time.
 */
#ifndef RUN_OUTBOX_H
#define RUN_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "run/spill.h"

struct outbox;

struct outbox_to {
	/* An item, lent for the call; in the thread of the outbox. */
	void		(*deliver)(void *arg, struct slice item);
	/* There is nothing more for now; the same. May be NULL. */
	void		(*rest)(void *arg);
	void		*arg;
	const char	*name;		/* "alerts": for messages; borrowed */
};

struct outbox_stats {
	struct spill_stats	 waiting;
	uint64_t		 lost;		/* items */
};

/* NULL when the system gives no thread. The queue is taken in any case. */
struct outbox	*outbox_new(const struct outbox_to *, struct spill *);
/* What was not delivered is dropped; the item at hand is waited for. */
void		 outbox_free(struct outbox *);	/* NULL is allowed */

/*
 * The same at the end of the program, after so many MS in which all may be
 * delivered. Whoever is still stuck then is left alone, with what is
 * his, and false is returned.
 */
bool		 outbox_leave(struct outbox *, unsigned ms);

/* False: it was lost. One that MUST arrive is never lost for want of room. */
bool		 outbox_put(struct outbox *, struct slice, bool must);

/*
 * Wait until all is delivered and rest() has returned, MS at the longest.
 * False when it took longer.
 */
bool		 outbox_drain(struct outbox *, unsigned ms);

void		 outbox_stats(struct outbox *, struct outbox_stats *);

#endif
