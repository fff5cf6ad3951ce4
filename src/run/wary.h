/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wary.h - the worker's part of setting records aside that kill it: what the
 * parent has learnt from the deaths of others.
 */
#ifndef RUN_WARY_H
#define RUN_WARY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"
#include "run/poison.h"

struct wary;

struct wary	*wary_new(void);
void		 wary_free(struct wary *);		/* NULL is allowed */

/*
 * Take a place as the parent tells it, with a descriptor or -1. False when that
 * makes no sense; the descriptor is taken in any case.
 */
bool		 wary_take(struct wary *, struct slice bytes, int fd);

/* Is a place known in these bytes? Without them: in this trail. */
bool		 wary_near(const struct wary *, uint64_t id, uint64_t from,
		    uint64_t until);
bool		 wary_of(const struct wary *, uint64_t id);

/* The first such place that begins in these bytes; NULL if there is none. */
struct poison_place	*wary_find(struct wary *, enum poison_what,
			    uint64_t id, uint64_t from, uint64_t until);

/*
 * Write these bytes to the file of the place, unread. True when there is one,
 * and it went well: it is done when SAY has been told to the parent.
 */
bool		 wary_keep(struct poison_place *, struct slice bytes);
void		 wary_say(struct buf *say, const struct poison_place *);

#endif
