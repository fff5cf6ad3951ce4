/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poison.h - places in trails that workers have died at, and what the next one
 * is to do there.
 *
 * After the first death at a place the next worker goes through it in single
 * steps, so that another death tells the very record, which the one after that
 * leaves out. Only faults count: whom somebody else has ended did not die of
 * what it read. What was learnt is forgotten when nobody has died for an hour.
 */
#ifndef RUN_POISON_H
#define RUN_POISON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/spot.h"

#define POISON_PLACES	64u		/* the oldest makes room */
#define POISON_QUIET_S	3600		/* seconds without a death */

enum poison_what {
	POISON_NEAR,		/* somewhere here: single steps */
	POISON_RECORD,		/* this record: leave it out */
	POISON_BYTES,		/* no record is found here: go on behind it */
	POISON_END		/* the trail cannot be read from here on */
};

struct poison_place {
	uint64_t	 id;		/* of the trail, as in a spot */
	uint64_t	 from, until;	/* offsets in it */
	enum poison_what what;
	int		 fd;		/* for its bytes; -1: none, or done */
	char		*name;		/* of that file; or NULL */
};

struct poison {
	struct poison_place	 v[POISON_PLACES];
	size_t			 n;
	int64_t			 last;	/* death, seconds */
};

/* Does one that ended with this status of waitpid(2) count? */
bool	 poison_counts(int status);

/*
 * A worker has died there, NOW by a clock that never steps back. The result is
 * a place that was learnt, the next death at the latest; or NULL.
 */
struct poison_place	*poison_died(struct poison *, const struct spot *,
			    int64_t now);

/* The one that begins there; NULL if there is none. */
struct poison_place	*poison_find(struct poison *, uint64_t id,
			    enum poison_what, uint64_t from);
/* Its bytes are kept: its descriptor is closed. */
void	 poison_kept(struct poison_place *);
void	 poison_fini(struct poison *);

#endif
