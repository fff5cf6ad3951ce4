/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outlet.h - a file to which texts are appended, and which may fail.
 *
 * Texts are gathered and written many at once. One that cannot be written is
 * lost here, and the next one tries again with a file opened anew, since the
 * disk may have room again and the directory may be back.
 */
#ifndef SINK_OUTLET_H
#define SINK_OUTLET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct outlet {
	const char	*name;		/* what OPEN is asked for; borrowed */
	int		 fd;		/* -1: not open */
	bool		 fixed;		/* a descriptor of the caller's */
	bool		 torn;		/* the last text is not whole */
	uint64_t	 lost;		/* texts */
	/* Open NAME for appending; -1 with errno. Not for a fixed one. */
	int		(*open)(void *arg, const char *name);
	void		*arg;

	struct buf	 waiting;	/* texts to be written */
	size_t		*ends;		/* where each ends */
	size_t		 n, cap;	/* texts */
	size_t		 done;		/* those that are out, or lost */
};

/* Append the text, sooner or later. */
void		 outlet_put(struct outlet *, struct slice text);

/* How many bytes wait to be written. */
size_t		 outlet_waiting(const struct outlet *);

/*
 * Write what waits. Returns 0 when all is out, or the errno for which the first
 * that was left is lost; then it is in *LOST, until the next call, and the
 * others go on waiting. A file that was removed from its directory is opened
 * again first.
 */
int		 outlet_flush(struct outlet *, struct slice *lost);

/*
 * Close, and open again: somebody has renamed the file. 0, or an errno. What
 * waits will be in the new one.
 */
int		 outlet_reopen(struct outlet *);

void		 outlet_fini(struct outlet *);	/* what waits is dropped */

#endif
