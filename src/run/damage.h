/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * damage.h - what is said of a trail that is not whole.
 */
#ifndef RUN_DAMAGE_H
#define RUN_DAMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "bsm/cursor.h"
#include "bsm/frame.h"

#define DAMAGE_SAID 20	/* places of each trail that are told one by one */

struct damage {
	const char	*trail;		/* borrowed */
	uint64_t	 gaps;
	uint64_t	 skipped;	/* bytes */
	uint64_t	 recovered;	/* records found after damage */
	uint64_t	 quiet;		/* places beyond DAMAGE_SAID */
	uint64_t	 gap_n;		/* of a gap that goes on, so far */
	struct damage_before {		/* what an earlier process counted */
		uint64_t gaps, skipped, recovered;
	}		 before;
};

/* A gap, or a piece of one. Returns true when it was the last piece. */
bool	damage_gap(struct damage *, const struct frame_record *,
	    const char *why);
void	damage_recovered(struct damage *, const struct frame_record *);
void	damage_end(const struct damage *);	/* the count; once */

/*
 * As bytes, and back: what was said is not said again, and what was counted is
 * only told at the end. False when the cursor has failed.
 */
void	damage_put(struct buf *, const struct damage *);
bool	damage_take(struct cursor *, struct damage *);

#endif
