/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outlet.h - a file to which lines are appended, and which may fail.
 *
 * A line is one write(2). When it cannot be written the line is lost here, and
 * the next one tries again with a file opened anew, since the disk may have
 * room again and the directory may be back.
 */
#ifndef SINK_OUTLET_H
#define SINK_OUTLET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct outlet {
	const char	*name;		/* what OPEN is asked for; borrowed */
	int		 fd;		/* -1: not open */
	bool		 fixed;		/* a descriptor of the caller's */
	bool		 torn;		/* the last line is not whole */
	uint64_t	 lost;		/* lines */
	/* Open NAME for appending; -1 with errno. Not for a fixed one. */
	int		(*open)(void *arg, const char *name);
	void		*arg;
};

/*
 * Append the text. Returns 0, or the errno for which it was lost. A file that
 * was removed from its directory is opened again first.
 */
int		 outlet_write(struct outlet *, struct slice text);

/* Close, and open again: somebody has renamed the file. 0, or an errno. */
int		 outlet_reopen(struct outlet *);

void		 outlet_close(struct outlet *);

#endif
