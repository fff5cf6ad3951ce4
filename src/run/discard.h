/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * discard.h - a file that goes with the process when a signal ends it.
 */
#ifndef RUN_DISCARD_H
#define RUN_DISCARD_H

#include <stdbool.h>

struct discard;

/*
 * From now on SIGHUP, SIGINT and SIGTERM, those that are not ignored, have to
 * wait: for a file that is just being made. Before other threads begin.
 */
struct discard	*discard_new(void);

/*
 * The file of this name, which is borrowed, has been made: these signals first
 * remove it. False when that could not be arranged: then they end the process
 * as before.
 */
bool		 discard_file(struct discard *, const char *path);

/* The file is complete, gone, or was never made. NULL is allowed. */
void		 discard_free(struct discard *);

#endif
