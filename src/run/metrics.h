/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics.h - figures for whoever collects them over HTTP.
 *
 * The text format of Prometheus, version 0.0.4, at /metrics; names and units as
 * its guide has them (https://prometheus.io/docs/practices/naming/).
 */
#ifndef RUN_METRICS_H
#define RUN_METRICS_H

#include <stdint.h>

#include <event2/event.h>

#include "base/buf.h"
#include "run/figures.h"

struct metrics;

/*
 * Listen at "ADDRESS:PORT", of this machine only: 127.0.0.1, [::1] or
 * localhost. PUT is called for each question, to append all figures. NULL with
 * words for what is wrong appended to WHY.
 */
struct metrics	*metrics_new(struct event_base *, const char *where,
		    void (*put)(void *arg, struct buf *), void *arg,
		    struct buf *why);
void		 metrics_free(struct metrics *);	/* NULL is allowed */

/* The port that was taken: for a `where` with port 0. */
uint16_t	 metrics_port(const struct metrics *);

/* Does WHERE make sense? What is wrong goes to WHY. Nothing is opened. */
bool		 metrics_check(const char *where, struct buf *why);

/* Append what figures there are. */
void		 metrics_figures(struct buf *, const struct figures *);

/* Those of what is remembered. */
void		 metrics_checkpoint(struct buf *,
		    const struct checkpoint_stats *);

/* Records by event. */
struct census;
void		 metrics_events(struct buf *, const struct census *);

/* Append one: "# HELP", "# TYPE" and the value. A KIND of NULL is a counter. */
void		 metrics_put(struct buf *, const char *name, const char *help,
		    const char *kind, uint64_t value);

/* Append a label's value, quoted. */
void		 metrics_label(struct buf *, const char *name,
		    const char *value);

#endif
