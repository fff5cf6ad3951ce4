/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * retention.h - how long alerts stay in the store, and how many.
 */
#ifndef RUN_RETENTION_H
#define RUN_RETENTION_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "sink/sink.h"

#define RETENTION_EVERY_S	3600	/* a look is taken so often */
#define RETENTION_PAUSE_MS	100	/* between two steps of one look */
#define RETENTION_SIZE_MIN	(UINT64_C(1) << 20)	/* of a store */
#define RETENTION_SIZES		"500m or 2g, and 1m at least"

struct retention_limits {
	int64_t		 keep_s;	/* 0: for ever */
	uint64_t	 max;		/* bytes; 0: as many as there are */
};

struct retention;

/*
 * From now on the store of the sinks is kept within the limits, a few alerts at
 * a time. NULL without limits, or when the system gives no timer, which is
 * said.
 */
struct retention	*retention_new(struct event_base *, struct sinks *,
			    const struct retention_limits *);
void			 retention_free(struct retention *);	/* or NULL */

/* "500m" in bytes, of 1024 times 1024; false when it is no size. */
bool			 retention_size(const char *text, uint64_t *bytes);

#endif
