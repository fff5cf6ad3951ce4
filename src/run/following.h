/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * following.h - the trails of a directory, read as they are written.
 *
 * Those of one host are read in the order in which they began. A trail that is
 * no longer written to is left when it has rested for some seconds, so that one
 * that is copied here slowly is read whole; the next one does not wait for
 * that. One that comes late is read when it comes. Nothing is read twice.
 *
 * Which trails there are others know (trailwatch.h), and what is in them is cut
 * into records elsewhere (stream.h): this is what comes between.
 */
#ifndef RUN_FOLLOWING_H
#define RUN_FOLLOWING_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "run/damage.h"
#include "run/trailwatch.h"

struct following;

#define FOLLOWING_OPEN_MAX	128u	/* trails of a host, at once */

enum following_from {
	FOLLOWING_NOW,		/* what is written from now on */
	FOLLOWING_SINCE,	/* and before, back to that time */
	FOLLOWING_ALL		/* and all there is */
};

/* A trail that is being read. */
struct following_trail {
	const char	*path;		/* when it was opened */
	struct frame	*frame;
	struct damage	 damage;
	uint32_t	 number;	/* of those of the directory, from 0 */
};

struct following_to {
	/* The trails of a host: what comes of them is told to the result. */
	void	*(*host)(void *arg, const char *host);
	/* What comes next is of this trail, which stays until it is left. */
	void	 (*turn)(void *stream, struct following_trail *);
	/* Bytes of it, lent for the call; they are to be given to its frame. */
	void	 (*bytes)(void *stream, const void *, size_t n);
	/* The first record, up to which all was skipped... */
	void	 (*record)(void *stream, const struct frame_record *);
	/* ...and what else its frame has already. */
	void	 (*ready)(void *stream);
	/* Nothing came of it for a while: told each second. */
	void	 (*quiet)(void *stream);
	/* Its frame has come to its end: the trail is left. */
	void	 (*left)(void *stream);
	/* Descriptor of a trail, the callee's to close; -1 with errno. */
	int	 (*open)(void *arg, uint32_t id);
	/* Something is wrong with a trail. */
	void	 (*say)(void *arg, const char *path, const char *why);
	void	*arg;
};

/* SINCE: milliseconds since 1970. NULL when the event loop refuses. */
struct following	*following_new(struct event_base *,
			    enum following_from, int64_t since,
			    const struct following_to *);
void			 following_free(struct following *);

/*
 * What trailwatch_to has: those of the first look were there before us. All
 * that is read is read in turns of the event loop.
 */
void			 following_begun(struct following *,
			    const struct trailwatch_trail *);
void			 following_ended(struct following *, uint32_t id);
void			 following_grown(struct following *);
void			 following_looked(struct following *);

#endif
