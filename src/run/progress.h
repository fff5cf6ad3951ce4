/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * progress.h - how far a long piece of work is, on a terminal only.
 */
#ifndef RUN_PROGRESS_H
#define RUN_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define PROGRESS_AFTER_MS 2000	/* shorter work shows no bar */
#define PROGRESS_EVERY_MS 250

struct progress {
	int		 fd;		/* the terminal; -1: show nothing */
	uint64_t	 total;		/* bytes of work */
	int64_t		 start_ms, shown_ms;
	size_t		 width;		/* columns on the screen now */
};

/* FD is shown to if it is a terminal. TOTAL may be 0: then there is no bar. */
void	progress_init(struct progress *, int fd, uint64_t total);

/* Called now and then with what is done so far. */
void	progress_step(struct progress *, uint64_t bytes, uint64_t records);

/* Take the bar away: something else is about to be written. */
void	progress_hide(struct progress *);

/* The bar after this many milliseconds of work, without line end. */
void	progress_line(struct buf *, uint64_t total, uint64_t bytes,
	    uint64_t records, int64_t ms);

/* 1.2 GB, 512 bytes */
void	progress_bytes(struct buf *, uint64_t);

int64_t	progress_clock(void);		/* milliseconds, monotonic */

#endif
