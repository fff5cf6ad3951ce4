/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tzif.h - time zones: how far local time is from UTC at a given second.
 *
 * Reads the bytes of a compiled zone file (RFC 8536, versions 1 to 3), as found
 * below /usr/share/zoneinfo, with the rule at its end for all later times. It
 * opens no files.
 */
#ifndef BASE_TZIF_H
#define BASE_TZIF_H

#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"

struct tzif;

#define TZIF_MAX	(1u << 20)	/* bytes; real ones: some 1000 */

/*
 * Any bytes at all. Everything is copied into the arena. NULL when they are no
 * zone file; then *WHY says what is wrong with them.
 */
const struct tzif	*tzif_read(struct arena *, struct slice,
			    const char **why);

/* From the one time until, but not at, the other the offset is the same. */
struct tzif_span {
	int64_t		 from, until;	/* seconds since 1970, UTC */
};

/*
 * Seconds to add to UTC for local time at this second. *SPAN, unless NULL, is
 * a time around it in which the answer stays: not always the longest.
 */
int32_t			 tzif_offset(const struct tzif *, int64_t seconds,
			    struct tzif_span *span);

#endif
