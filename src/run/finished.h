/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * finished.h - a source that has an end: a file, or the trails of a directory.
 */
#ifndef RUN_FINISHED_H
#define RUN_FINISHED_H

struct stream;

/* Said of one that is shorter now than what was read of it. */
#define FINISHED_SHORT	"ends before the place up to which it had been read"

/*
 * Read it to its end, or until the run is to stop, giving the event loop a turn
 * now and then.
 */
void	finished_read(struct stream *);

#endif
