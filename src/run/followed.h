/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * followed.h - a directory of trails as a source that goes on.
 *
 * Joins who knows which trails there are (run/trailwatch.h) with who reads them
 * (run/following.h) and with streams, one for each host that turns up.
 */
#ifndef RUN_FOLLOWED_H
#define RUN_FOLLOWED_H

struct followed;
struct input;
struct watching;

/*
 * Follow what the input names; from when on, the options of the run say. NULL
 * when the event loop refuses.
 */
struct followed	*followed_new(struct watching *, const struct input *);
void		 followed_free(struct followed *);	/* NULL is allowed */

#endif
