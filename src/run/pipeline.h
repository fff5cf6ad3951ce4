/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipeline.h - source to frame to engine to sinks.
 */
#ifndef RUN_PIPELINE_H
#define RUN_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "bsm/names.h"
#include "rule/program.h"
#include "run/following.h"
#include "run/input.h"
#include "run/triggers.h"
#include "sink/sink.h"

/* All of it is the caller's and must outlive the run. */
struct pipeline_options {
	const struct program	*program;
	const struct names	*names;
	const struct accounts	*accounts;
	struct input		*inputs;	/* open */
	size_t			 ninputs;
	struct sinks		*sinks;
	const struct triggers_options *triggers;	/* NULL: none run */
	bool			 records;	/* -b */
	bool			 records_again;	/* at each alert, too */
	bool			 reopen;	/* SIGHUP: log files anew */
	bool			 want_uid;
	bool			 summary;	/* a line for each trail */
	enum following_from	 from;		/* of what is followed */
	int64_t			 since_ms;	/* FOLLOWING_SINCE */
	unsigned		 stats_s;	/* a line so often; 0: none */
	const char		*metrics;	/* where to tell figures */
	uint32_t		 max_instances;	/* 0: the usual ceiling */
	struct buf		*spent;		/* where the time went is
						 * told there; or NULL */
	unsigned		 threads;	/* 1: no other; 0: as many as
						 * are of use */
};

struct pipeline_result {
	bool		 failed;	/* something was not done, and said */
	uint64_t	 gaps;
	uint64_t	 alerts;
	bool		 bsd;		/* records of FreeBSD or macOS */
};

/*
 * Read all inputs to their end, or until SIGTERM or SIGINT: finished files one
 * after another, the others as they come.
 */
void	pipeline_run(const struct pipeline_options *,
	    struct pipeline_result *);

#endif
