/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * herald.h - tells the worker of the trails of a directory, and opens them.
 *
 * The parent's half of run/followed.h: it knows names, and never looks at what
 * is in the files.
 */
#ifndef RUN_HERALD_H
#define RUN_HERALD_H

#include <stdint.h>

#include <event2/event.h>

#include "run/hand.h"
#include "run/input.h"

struct herald;

/*
 * Of this directory, which is the input of that number. Everything there is
 * told at once. NULL when the event loop refuses.
 */
struct herald	*herald_new(struct event_base *, struct hand *,
		    const struct input *, uint32_t number);
void		 herald_free(struct herald *);		/* NULL is allowed */

/* Answer the worker: a trail, opened; what stat(2) says. */
void		 herald_open(struct herald *, uint32_t id);
void		 herald_look(struct herald *, uint32_t id);

#endif
