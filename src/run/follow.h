/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * follow.h - trails that grow while they are printed.
 *
 * Both look once a second, and go on until the process ends, nobody reads what
 * is printed, or nothing can come any more.
 */
#ifndef RUN_FOLLOW_H
#define RUN_FOLLOW_H

#include <stdbool.h>

#include "run/press.h"
#include "run/trailset.h"

/*
 * A trail, which may be a link to the one that is being written: where the name
 * leads to another file, that one is followed. False when something failed,
 * which was said.
 */
bool	follow_trail(struct press *, const char *path);

/*
 * The trails of a directory that are being written now, or begin later: one
 * behind the other, those of several hosts side by side. What is in DONE has
 * been printed; NULL: nothing was. False when something failed.
 */
bool	follow_directory(struct press *, const char *path,
	    const struct trailset *done);

#endif
