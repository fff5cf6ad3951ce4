/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * logdir.h - opens what sinks ask for, log files and evidence, and speaks for
 * them.
 */
#ifndef RUN_LOGDIR_H
#define RUN_LOGDIR_H

#include "sink/sink.h"

struct logdir {
	char		*path;	/* absolute, of -l; NULL without */
	struct scribe	*scribe; /* who writes to syslog; NULL: we do */
};

/*
 * Look at the directory of -l: it must be one, and readable, writable and
 * searchable. The default log file is made. Returns 0, or an errno; then
 * logdir_fini() is still needed.
 */
int	logdir_init(struct logdir *, const char *path);
void	logdir_fini(struct logdir *);

/* What sinks need from outside: opens below the directory, and speaks. */
struct sink_host	logdir_host(struct logdir *);

/* PATH as an absolute path, of the working directory as it is now. */
char	*logdir_absolute(const char *path);

#endif
