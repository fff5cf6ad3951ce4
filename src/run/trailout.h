/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trailout.h - where selected records go: standard output, or a trail that gets
 * its name when it is complete.
 */
#ifndef RUN_TRAILOUT_H
#define RUN_TRAILOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "select/criteria.h"

struct trailout;

/* Whole records to standard output. */
struct trailout	*trailout_standard(void);

/*
 * A new file for PLACE, "DIR/SUFFIX" or "SUFFIX". It is written beside its
 * place under a name that is no trail's, and called DIR/START.END.SUFFIX, by
 * the times of its first and last record, by trailout_finish(). NULL after a
 * report.
 */
struct trailout	*trailout_file(const char *place);

/* Without trailout_finish() before it an unnamed file is removed. */
void		 trailout_free(struct trailout *);	/* NULL is allowed */

/* Take records; the bytes are written or copied. For criteria_scan(), too. */
void		 trailout_put(void *trailout, const struct criteria_run *);

/* Write what was only copied so far. */
void		 trailout_flush(struct trailout *);

/*
 * Is there no point in going on? A write failed, or nobody reads any more,
 * which is no error of ours and not reported.
 */
bool		 trailout_stopped(const struct trailout *);

/* Did a write fail? It has been reported. */
bool		 trailout_failed(const struct trailout *);

uint64_t	 trailout_records(const struct trailout *);

/* Is it this file? `-`: what standard input is. */
bool		 trailout_is(const struct trailout *, const char *path);

/*
 * All has been put: write it and give the file its name, which is borrowed;
 * NULL for standard output. DURABLE: wait until it is on the disk. False after
 * a report. A file that has the name already is left alone: that is an error.
 */
bool		 trailout_finish(struct trailout *, bool durable,
		    const char **name);

#endif
