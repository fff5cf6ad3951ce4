/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spool.h - what a merge puts aside: records with their trail and place.
 *
 * For merge.c alone. The form is this machine's own and lives no longer than
 * the process.
 */
#ifndef SELECT_SPOOL_H
#define SELECT_SPOOL_H

#include "base/buf.h"
#include "select/merge.h"

/* In what the fraction of a second is counted. */
enum merge_unit { MERGE_MILLI, MERGE_NANO, MERGE_UNITS };

struct merge_key {
	int64_t		 seconds;
	uint64_t	 fraction;
	enum merge_unit	 unit;
};

bool	spool_put(const struct merge_spools *, void *spool,
	    const struct merge_record *, const struct merge_key *);

struct spool_reader {
	const struct merge_spools	*spools;
	void				*spool;
	struct slice			 rest;	/* lent, not used yet */
	struct buf			 buf;	/* the item at hand */
};

/*
 * The next item: 1, borrowed until the next call; 0 at the end; -1 when what
 * was put in does not come out, which has been reported.
 */
int	spool_next(struct spool_reader *, struct merge_record *,
	    struct merge_key *);

#endif
