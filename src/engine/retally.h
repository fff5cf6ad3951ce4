/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * retally.h - tallies told, and made again in a store that is new.
 */
#ifndef ENGINE_RETALLY_H
#define ENGINE_RETALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "engine/tally.h"

/*
 * Numbers of both pools are below their `n`; telling is false where a number is
 * free. A record knows its tally and the next newer one there.
 */
struct tally_told {
	bool		 unordered;	/* clocks have stepped back in it */
	uint32_t	 first_past;	/* of what came out last */
	uint64_t	 first_value;
};
struct tally_record {
	int64_t		 ms, start_ms;
	uint64_t	 value, start_value;
	uint32_t	 past, start_past;
	uint32_t	 origin;	/* of the start; 0: there is none */
	uint32_t	 tally, newer;
};
const struct pool *retally_pool(const struct tallies *);
const struct pool *retally_records(const struct tallies *);
bool		 retally_tell(const struct tallies *, uint32_t,
		    struct tally_told *);
bool		 retally_tell_record(const struct tallies *, uint32_t,
		    struct tally_record *);

/*
 * Numbers ascend; pasts and origins are there, and held here. Then say which
 * are free (pool.h); returns NULL, or what is wrong. Each is to be owned by one
 * that retally_own() was called for; false: it is not there, or owned already.
 * In the end the others are dropped.
 */
void		 retally_restore(struct tallies *, uint32_t,
		    const struct tally_told *);
void		 retally_restore_record(struct tallies *, uint32_t,
		    const struct tally_record *);
const char	*retally_end(struct tallies *, const uint32_t *unused,
		    size_t n);
bool		 retally_records_end(struct tallies *,
		    const uint32_t *unused, size_t n);
bool		 retally_own(struct tallies *, uint32_t);
void		 retally_let_go(struct tallies *);

#endif
