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
	uint32_t		 max_instances;	/* 0: the usual ceiling */
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
