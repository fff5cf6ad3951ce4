/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * discard.h - a file that goes with the process when a signal ends it.
 */
#ifndef RUN_DISCARD_H
#define RUN_DISCARD_H

struct discard;

/*
 * From now on SIGHUP, SIGINT and SIGTERM, those that are not ignored, first
 * remove the file of this name, which is borrowed. Before other threads begin.
 * NULL when that could not be arranged: then they end the process as before.
 */
struct discard	*discard_new(const char *path);

/* The file is complete, or gone. NULL is allowed. */
void		 discard_free(struct discard *);

#endif
