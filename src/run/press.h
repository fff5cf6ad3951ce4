/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * press.h - records to output, on one thread or several.
 *
 * What is put into a press comes out of it in the same order, and what is to be
 * said of it on standard error is said at its place among it. The
 * result is the same for any number of threads. One thread puts and asks; only
 * press_new() and press_free() may be called before press_start().
 */
#ifndef RUN_PRESS_H
#define RUN_PRESS_H

#include "run/sheet.h"

#define PRESS_THREADS_MAX 16	/* beyond, reading and writing are slower */

struct press;

/* NULL and *BAD as columns_new() has them. All is borrowed. */
struct press	*press_new(const struct formatter_options *,
		    struct slice *bad);
void		 press_free(struct press *);		/* NULL is allowed */

struct press_start {
	int		 fd;		/* where it comes out */
	unsigned	 threads;	/* below 2: none but the caller's */
	bool		 partial;	/* the first record of a trail is found
					 * by searching, as it should be */
	int		 bar_fd;	/* for a progress bar; -1: none */
	uint64_t	 total;		/* of what press_took() tells */
};

/* Begin: what stands before the first record. */
void		 press_begin(struct press *, const struct press_start *);

/*
 * End: what stands behind the last. All has been written then. False when it
 * could not be, which was said; that somebody reads no more is no failure.
 */
bool		 press_end(struct press *);

/* Where it comes out: whoever waits for input may watch it, too. */
int		 press_fd(const struct press *);

/* Nothing can be written any more: stop reading. */
bool		 press_stopped(const struct press *);

/* Somebody has noticed that nobody will read what could be written. */
void		 press_stop(struct press *);

/*
 * A trail; it belongs to the press until press_trail_end(). NAME is as it was
 * given, LABEL is for messages.
 */
struct sheet_trail *press_trail(struct press *, const char *name,
		    const char *label);

/*
 * Put what frame_next() gave, for which nothing else has to stay. With
 * PARTIAL, file tokens before the first record are left out.
 */
void		 press_frame(struct press *, struct sheet_trail *,
		    const struct frame_record *);

/*
 * Put the intact records at the front of what frame_ahead() gave; returns how
 * many bytes. LENT: they stay until press_release(), and need not be copied.
 */
size_t		 press_ahead(struct press *, struct sheet_trail *,
		    struct slice, bool lent);

/* What was lent is about to go. */
void		 press_release(struct press *);

/* "NAME: WHY", said when its time comes; neither is escaped. */
void		 press_words(struct press *, const char *name, const char *why);

/* The trail has ended: sum up what was wrong with it. */
void		 press_trail_end(struct press *, struct sheet_trail *);

/* Let nothing wait that was put so far. */
void		 press_flush(struct press *);

/* The same, and wait until it is out. Forgets trails that have ended. */
void		 press_finish(struct press *);

/* So many more bytes of trails, as they are on disk, have been read. */
void		 press_took(struct press *, uint64_t);

/* After press_end(): was any trail damaged; were there records of such? */
bool		 press_damaged(const struct press *);
bool		 press_bsd(const struct press *);

#endif
