/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock.h - what a record's time is on the wall.
 *
 * In a given time zone, or that of the program. The offset from UTC is looked
 * up once for each stretch of time in which it cannot change.
 */
#ifndef ENGINE_CLOCK_H
#define ENGINE_CLOCK_H

#include <stdint.h>

#include "base/tzif.h"

struct clock {
	const struct tzif	*zone;	/* NULL: the program's own */
	struct tzif_span	 span;	/* for which OFFSET holds */
	int32_t			 offset; /* seconds to add to UTC */
};

struct wall {
	uint16_t	 minute;	/* of the day */
	uint8_t		 day;		/* of the week; 0 is Sunday */
};

struct clock	clock_in(const struct tzif *);

/* Seconds since 1970, UTC. */
struct wall	clock_at(struct clock *, int64_t seconds);

#endif
