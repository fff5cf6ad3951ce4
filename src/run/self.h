/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * self.h - which records are our own doing.
 *
 * On a live source of this machine bsmtrace and its triggers read what they
 * cause themselves; a rule that such a record matches would start a trigger
 * whose records match again, for ever. In a trail from elsewhere the same
 * numbers are somebody else's, so this is asked only there.
 */
#ifndef RUN_SELF_H
#define RUN_SELF_H

#include <sys/types.h>

#include "bsm/record.h"
#include "run/triggers.h"

struct self {
	pid_t		 pid;
	bool		 has_session;	/* of our own */
	uint32_t	 session;
	uint64_t	 passed;	/* records passed over */
};

/*
 * Before any trigger runs: move to an audit session of our own where the
 * system has such calls and lets us; the triggers inherit it.
 */
void	self_init(struct self *);

/* Is the record ours? Needs record_index(). Counts. */
bool	self_own(struct self *, const struct triggers *,
	    const struct record *);

#endif
