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
#include "run/retention.h"
#include "run/triggers.h"
#include "sink/sink.h"

/* Where rules come from when they are to be read again. */
struct pipeline_rules {
	/*
	 * The rules as they are now; NULL when something is wrong with them,
	 * which was said. *WANT_UID: as in the options.
	 */
	const struct program	*(*read)(void *arg, bool *want_uid);
	/* Whoever deals with alerts is to know these from now on. */
	void			 (*use)(void *arg, const struct program *);
	/* These run no more, or never did. */
	void			 (*drop)(void *arg, const struct program *);
	void			*arg;
};

struct scribe;
struct worker;

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
	const struct pipeline_rules *rules;	/* SIGHUP: these, too;
						 * or NULL */
	bool			 summary;	/* a line for each trail */
	bool			 keep_preselection; /* of audit pipes */
	enum following_from	 from;		/* of what is followed */
	int64_t			 since_ms;	/* FOLLOWING_SINCE */
	const char		*backfill;	/* trails of a live source, to
						 * be read if records of it
						 * were missed; or NULL */
	const char		*state_dir;	/* what is remembered is there;
						 * absolute, and taken by the
						 * caller; or NULL */
	unsigned		 state_every_s;	/* it is written so often */
	unsigned		 stats_s;	/* a line so often; 0: none */
	const char		*metrics;	/* where to tell figures */
	struct retention_limits	 retention;	/* of the store */
	uint32_t		 max_instances;	/* 0: the usual ceiling */
	struct scribe		*scribe; /* who writes to syslog; or NULL */
	struct worker		*worker; /* we are one, with what it needs
					  * of the parent; or NULL */
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
