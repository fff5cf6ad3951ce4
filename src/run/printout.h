/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printout.h - where sheets end: a descriptor, and what is said beside it.
 */
#ifndef RUN_PRINTOUT_H
#define RUN_PRINTOUT_H

#include "run/progress.h"
#include "run/sheet.h"

struct printout {
	int		 fd;
	bool		 partial;	/* damage before the first record of a
					 * trail is as it should be */
	struct progress	 progress;
	bool		 stopped;	/* nothing can be written any more, */
	bool		 failed;	/* and not because the reader has gone;
					 * which was said */
	bool		 damaged;	/* any trail */
	bool		 bsd;		/* any record of FreeBSD or macOS */
};

/*
 * Write a formatted sheet, and say what there is to say where it belongs: what
 * stands before it is written first, so that a terminal shows the order. False
 * when nothing can be written any more.
 */
bool	printout_sheet(struct printout *, const struct sheet *);

#endif
