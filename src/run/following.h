/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * following.h - the trails of a directory, read as they are written.
 *
 * Those of one host are read in the order in which they began. A trail that is
 * no longer written to is left when it has rested for some seconds, so that one
 * that is copied here slowly is read whole; the next one does not wait for
 * that. One that comes late is read when it comes. Nothing is read twice, also
 * of a trail that was gone for a while and is told of again, as a new one:
 * those that are done are remembered (done.h).
 *
 * Which trails there are others know (trailwatch.h), and what is in them is cut
 * into records elsewhere (stream.h): this is what comes between.
 */
#ifndef RUN_FOLLOWING_H
#define RUN_FOLLOWING_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "base/rows.h"
#include "run/damage.h"
#include "run/trailwatch.h"

struct following;
struct stat;

#define FOLLOWING_OPEN_MAX	128u	/* trails of a host, at once */
#define FOLLOWING_PAGES		1024u	/* of rows, of a host, at most */

/* Said of a trail that nobody could read without dying. */
#define FOLLOWING_UNREADABLE \
	"cannot be read on: the worker has died of it twice"

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
	int64_t		 start;		/* by its name: seconds since 1970 */
};

struct following_to {
	/* The trails of a host: what comes of them is told to the result. */
	void	*(*host)(void *arg, const char *host);
	/* What comes next is of this trail, which stays until it is left. */
	void	 (*turn)(void *stream, struct following_trail *);
	/*
	 * NOW: bytes of it are about to be read; false: who tried has died, so
	 * it is to be left. Else that is over for now. May be NULL.
	 */
	bool	 (*reads)(void *stream, bool now);
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
	/* A trail is gone of which so many bytes had been read before. */
	void	 (*gone)(void *stream, const char *path, uint64_t taken);
	/* Descriptor of a trail, the callee's to close; -1 with errno. */
	int	 (*open)(void *arg, uint32_t id);
	/* Size and time of a trail; false: it is gone. NULL: see for yourself,
	 * by its path. */
	bool	 (*look)(void *arg, uint32_t id, struct stat *);
	/* Is what was read more than others can take? Then we wait, too. May
	 * be NULL. */
	bool	 (*behind)(void *arg);
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

/*
 * What is remembered, between two turns: of the host with this stream, the
 * trails that are not done, and those that are not to be read again. Each is
 * told as pages from FIRST on, FOLLOWING_PAGES at most.
 */
void			 following_save_trails(const struct following *,
			    const void *stream, struct rows *,
			    uint32_t first);
void			 following_save_done(const struct following *,
			    const void *stream, struct rows *,
			    uint32_t first);
/* Is the first look over? */
bool			 following_has_begun(const struct following *);

/*
 * Before the first look, go on with what another one remembered that had begun:
 * what it did not know is new. Each host, the result being its stream; then its
 * pages, numbered from 0, in order; false when one makes no sense.
 */
void			 following_go_on(struct following *);
void			*following_host(struct following *, const char *host);
bool			 following_load_trails(struct following *,
			    const void *stream, struct slice page);
bool			 following_load_done(struct following *,
			    const void *stream, uint32_t number,
			    struct slice page);
bool			 following_loaded(struct following *);

#endif
