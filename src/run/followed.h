/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * followed.h - a directory of trails as a source that goes on.
 *
 * Joins who knows which trails there are (run/trailwatch.h) with who reads them
 * (run/following.h) and with streams, one for each host that turns up.
 */
#ifndef RUN_FOLLOWED_H
#define RUN_FOLLOWED_H

#include <stdbool.h>
#include <stdint.h>

#include "run/following.h"

struct followed;
struct stream;
struct input;
struct watching;

/*
 * Follow what the input names, once it is started; from when on, the options of
 * the run say. NULL when the event loop refuses.
 */
struct followed	*followed_new(struct watching *, const struct input *);
void		 followed_free(struct followed *);	/* NULL is allowed */
void		 followed_start(struct followed *);

/* What it remembers is told and loaded there, by stream. */
struct following *followed_following(const struct followed *);
/* Are the trails of this host wanted? */
bool		 followed_wants(const struct followed *, const char *host);
/* Is it one of its streams? */
bool		 followed_has(const struct followed *,
		    const struct stream *);

#endif
