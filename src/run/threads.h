/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * threads.h - how many threads a piece of work is worth.
 */
#ifndef RUN_THREADS_H
#define RUN_THREADS_H

#include <stdint.h>

#define THREADS_MAX	16u	/* more would wait for each other */

/*
 * ASKED is what --threads says, 0 if nothing: then as many as there are
 * processors, but 1 for less than some megabytes on disk.
 */
unsigned	threads_worth(unsigned asked, uint64_t bytes);

#endif
