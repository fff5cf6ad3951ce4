/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * threads.c - how many threads a piece of work is worth.
 */
#include <unistd.h>

#include "run/threads.h"

#define SMALL	(4u << 20)	/* bytes, read before a thread has begun */

unsigned
threads_worth(unsigned asked, uint64_t bytes)
{
	const long	 cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (asked > 0)
		return asked;
	if (bytes < SMALL || cores < 2)
		return 1;
	return cores < (long)THREADS_MAX ? (unsigned)cores : THREADS_MAX;
}
