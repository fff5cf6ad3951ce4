/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spill.h - items that wait in the order they came: in memory, then on disk.
 *
 * Memory has a bound, and so has the file, which has no name and goes with the
 * process. Items are bytes of any kind, at most SPILL_ITEM_MAX of them.
 */
#ifndef RUN_SPILL_H
#define RUN_SPILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define SPILL_MEMORY	(8u << 20)	/* bytes: the usual bounds, */
#define SPILL_DISK	(UINT64_C(1) << 30)
#define SPILL_ITEM_MAX	(128u << 20)

struct spill;

struct spill_limits {
	size_t		 memory;	/* bytes; 0: SPILL_MEMORY */
	uint64_t	 disk;		/* the same; 0: nothing on disk */
	const char	*dir;		/* of the file, borrowed; NULL: of
					 * temporary files, $TMPDIR */
};

struct spill_stats {
	uint64_t	 items;		/* that wait, and their bytes */
	uint64_t	 bytes;
	uint64_t	 on_disk;	/* of these */
};

struct spill	*spill_new(const struct spill_limits *);
void		 spill_free(struct spill *);	/* NULL is allowed */

/*
 * Open the file now, for whoever will not be able to when it is needed. Returns
 * 0, or an errno: then it is tried again when it is.
 */
int		 spill_open(struct spill *);

/*
 * Add an item. Returns 0, or an errno when there is no room: ENOBUFS if both
 * bounds are reached, else why the file could not be written. Then it was not
 * added. One that MUST go in does, whatever the bounds are.
 */
int		 spill_put(struct spill *, struct slice, bool must);

/*
 * The oldest item replaces what is in the buffer. Returns 1; 0 when there is
 * none; or -1 with errno when the file cannot be read: then *LOST items that
 * were in it are gone, and what came after them is next.
 */
int		 spill_take(struct spill *, struct buf *, uint64_t *lost);

uint64_t	 spill_room(const struct spill *);	/* both bounds, bytes */
void		 spill_stats(const struct spill *, struct spill_stats *);

#endif
