/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child.h - whole programs: what they take, in time, memory and instructions.
 */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include <sys/types.h>

#include "measure.h"

struct ran {
	struct taken	 taken;
	int		 status;	/* of its exit; -1: it did not run */
	double		 peak;		/* bytes it held at most */
};

/*
 * Start it with these arguments and wait for its end. What it writes goes to
 * TO, or with -1 to /dev/null, as what it says does. A peak below that of this
 * process is that of this process.
 */
struct ran	 child_run(char *const *arguments, int to);

/*
 * A new file in DIR that is gone when it is closed, so that its pages are new
 * each time; -1 on failure.
 */
int		 child_target(const char *dir);

/*
 * Start it under valgrind, which counts instructions, those of its start
 * included; then ask how many they were: 0 when it did not end well. Several
 * may run at once.
 */
struct counting {
	pid_t		 pid;
	int		 log;
};
struct counting	 child_count(const char *const *arguments);
uint64_t	 child_counted(struct counting);
bool		 child_counts(void);	/* is there valgrind? */

#endif
