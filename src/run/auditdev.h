/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * auditdev.h - what an audit pipe is asked and told, besides being read.
 *
 * The requests of auditpipe(4) as a table, so that a device of the tests can
 * stand in for the kernel's. Where there are no audit pipes, the real one
 * answers ENOTTY, as any other device does.
 */
#ifndef RUN_AUDITDEV_H
#define RUN_AUDITDEV_H

#include <stdint.h>

enum auditdev_request {
	AUDITDEV_LIMIT,		/* of the queue, in records */
	AUDITDEV_LIMIT_LEAST, AUDITDEV_LIMIT_MOST,
	AUDITDEV_DROPS,		/* records, since it was opened */
	AUDITDEV_TRUNCATES,	/* the same; only on old systems */
	AUDITDEV_SET_LIMIT,
	AUDITDEV_SET_FLAGS,	/* for those who have an audit id */
	AUDITDEV_SET_NAFLAGS,	/* for those who have none */
	AUDITDEV_SET_MODE,
	AUDITDEV_REQUESTS
};

/* Whose preselection decides what comes: values of AUDITDEV_SET_MODE. */
#define AUDITDEV_MODE_TRAIL	1	/* that of the trail */
#define AUDITDEV_MODE_LOCAL	2	/* that of this pipe */

struct auditdev_value {
	uint64_t	 number;		/* but for flags: */
	uint32_t	 success, failure;	/* masks of classes */
};

/* Returns 0, or -1 with errno. The value is taken, or filled in. */
struct auditdev {
	int	(*ask)(const struct auditdev *, enum auditdev_request,
		    struct auditdev_value *);
	int	  fd;
	void	 *arg;
};

/* The kernel's, of a descriptor that stays the caller's. */
struct auditdev	auditdev_of(int fd);

#endif
