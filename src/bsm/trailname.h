/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trailname.h - start.end.host, the names of trail files.
 *
 *	name := STAMP "." (STAMP | "not_terminated" | "crash_recovery")
 *	    ["." HOST]
 *
 * A stamp is YYYYMMDDhhmmss in UTC, on every system; a host may have dots.
 */
#ifndef BSM_TRAILNAME_H
#define BSM_TRAILNAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

/* How a trail ended, as far as its name tells. */
enum trailname_end {
	TRAIL_CLOSED,		/* `end` is known */
	TRAIL_NOT_TERMINATED,	/* being written, or never finished */
	TRAIL_CRASHED		/* found so when auditing began again */
};

struct trailname {
	int64_t			 start, end;	/* seconds since 1970 */
	enum trailname_end	 how;
	struct slice		 host;		/* borrowed; empty: none */
};

/*
 * Read the last component of a path. False when it is not such a name, or a
 * stamp is no date.
 */
bool	trailname_parse(struct slice name, struct trailname *);

/*
 * The order of trails: by start, the one that ends first before the other, and
 * by host, so that it does not depend on the directory. Less than, equal to or
 * greater than 0.
 */
int	trailname_cmp(const struct trailname *, const struct trailname *);

/*
 * Could the trail hold records of this period, both ends included? A record may
 * have waited in the kernel while trails changed, so that some seconds beyond
 * the name are allowed for.
 */
#define TRAILNAME_SLACK_S 60
bool	trailname_overlaps(const struct trailname *, int64_t from,
	    int64_t until);

/* Append START.END.HOST; without the last dot when HOST is empty. */
void	trailname_put(struct buf *, int64_t start, int64_t end,
	    struct slice host);

#endif
