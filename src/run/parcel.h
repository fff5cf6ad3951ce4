/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parcel.h - an alert as bytes: to be put aside, or given to another process.
 *
 * A parcel holds all that a sink may ask of an alert, the records of its steps
 * included, and nothing else. It is opened by whoever has neither the rules nor
 * the trails. Its bytes are as hostile as those of a record: whoever made them
 * may have been taken over.
 */
#ifndef RUN_PARCEL_H
#define RUN_PARCEL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "sink/format.h"

#define PARCEL_VERSION	1u	/* of the bytes; another is not understood */

/* Append the alert. */
void	parcel_put(struct buf *, const struct sink_view *);

/*
 * The same in no more than MAX bytes: records of steps are left out, from the
 * middle on, until there is room, and their number is added to *GONE. False,
 * with nothing appended, when there is no room for the rest.
 */
bool	parcel_put_within(struct buf *, const struct sink_view *, size_t max,
	    size_t *gone);

/* One that was opened: VIEW and all it leads to borrows from the bytes. */
struct parcel {
	struct sink_view	 view;
	struct alert		 alert;
	struct record		 last;
	struct arena		*arena;		/* lists that it holds */
};

/*
 * Open the parcel that these bytes are, no more and no less. A rule's channels
 * must be below NCHANNELS. False, with nothing to be freed, when it is none.
 */
bool	parcel_init(struct parcel *, struct slice bytes, size_t nchannels);
void	parcel_fini(struct parcel *);

#endif
