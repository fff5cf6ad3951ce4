/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backfill.h - what a live source brought while nobody listened, from the
 * trails to which it was written as well.
 */
#ifndef RUN_BACKFILL_H
#define RUN_BACKFILL_H

struct watching;

/*
 * Before the loop has its first turn: of live sources that go on where an
 * earlier process was, let what comes wait, if the options of the run name a
 * directory of trails.
 */
void	backfill_hold(struct watching *);

/*
 * Read these trails from there on, and then what has come meanwhile. What comes
 * both ways is fed once.
 */
void	backfill_read(struct watching *);

#endif
