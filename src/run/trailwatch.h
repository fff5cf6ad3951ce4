/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trailwatch.h - which trails there are in a directory, now and from now on.
 *
 * auditd closes a trail by renaming it, and begins another; hosts send theirs
 * late; finished ones are compressed, expire and vanish. A trail is known by
 * its host and the time at which it began, whatever it is called by now, so
 * that none is told of twice while it is there. One that is gone is forgotten,
 * and new if it comes back: what was read of it, who reads it knows. What is in
 * them nobody looks at here.
 *
 * Heard of at once where the system tells (notify.h); in any case a look is
 * taken each second, which costs a stat(2) for each directory while nothing
 * changes.
 */
#ifndef RUN_TRAILWATCH_H
#define RUN_TRAILWATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "bsm/trailname.h"

struct trailwatch;

struct trailwatch_trail {
	uint32_t		 id;	/* from 0, for all that follows; no
					 * other one ever has it */
	const char		*path;	/* as it is called now */
	const char		*host;	/* of name or directory; NULL: none */
	struct trailname	 stamps; /* without a host */
};

struct trailwatch_to {
	/* There is a trail. In one look, in the order in which they began. */
	void	(*begun)(void *arg, const struct trailwatch_trail *);
	/*
	 * Nothing will be added to it: it was closed, or is gone. Told once
	 * of an id.
	 */
	void	(*ended)(void *arg, uint32_t id);
	/* Something may have been written to those that have not ended. */
	void	(*grown)(void *arg);
	/* A look is over, with whatever it told. */
	void	(*looked)(void *arg);
	/* A directory that cannot be read, or a file that is left out. */
	void	(*say)(void *arg, const char *path, const char *why);
	void	*arg;
};

/*
 * Watch a directory as traildir_read() has it. Nothing is told before
 * trailwatch_look(). PATH is borrowed. NULL when the event loop refuses.
 */
struct trailwatch	*trailwatch_new(struct event_base *, const char *path,
			    const struct trailwatch_to *);
void			 trailwatch_free(struct trailwatch *);

/*
 * Look now, and from now on by itself. False when the directory cannot be read,
 * which was said; it is looked for again all the same.
 */
bool			 trailwatch_look(struct trailwatch *);

/*
 * Open a trail by whatever name it has now. Returns a descriptor of the
 * caller's, or -1 with errno; ENOENT: it is gone.
 */
int			 trailwatch_open(struct trailwatch *, uint32_t id);

/* Borrowed until the next look; NULL: it is gone. */
const char		*trailwatch_path(const struct trailwatch *,
			    uint32_t id);

/* Those that take memory: all that are there, and some that are gone. */
size_t			 trailwatch_count(const struct trailwatch *);

#endif
