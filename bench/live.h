/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live.h - what live sequences cost beside time: memory, and the one record
 * that has to wait for all others.
 */
#ifndef BENCH_LIVE_H
#define BENCH_LIVE_H

#include "measure.h"

/* Bytes for each live sequence; less than 0 where no system tells. */
struct weight {
	double		 settled;	/* at the end of the trail */
	double		 growing;	/* at most, on the way */
};

/*
 * Feed the trail in a process of its own and see how its memory grows with its
 * live sequences.
 */
struct weight	 live_weigh(const struct trail *, const struct program *,
		    const struct names *);

/*
 * Feed one trail and then the other, a few times, and find the record that
 * takes longest, of which the least time counts. In nanoseconds of processor
 * time, those of asking for the time included.
 */
double		 live_worst(const struct trail *, const struct trail *,
		    const struct program *, const struct names *);

#endif
