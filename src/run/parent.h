/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parent.h - the process that was started: it has the privileges, and looks at
 * nothing that comes from a record.
 *
 * It starts worker and courier, hands out descriptors, turns signals into
 * words, and runs triggers: those of the rules, as a reader told them that had
 * seen no record, and no others.
 */
#ifndef RUN_PARENT_H
#define RUN_PARENT_H

#include <stdbool.h>

#include "run/bundle.h"
#include "run/lectern.h"
#include "run/pipeline.h"

/* All of it is the caller's. */
struct parent_options {
	char *const		*argv;		/* of the command */
	int			 here;	/* directory of the start; or -1 */
	struct bundle		*bundle;
	/* SIGHUP: how rules are read, and where lines about them go. */
	const struct lectern_options *reading;
	void			(*say)(void *arg, struct buf *lines);
	void			*arg;
	const struct program	*program;	/* an outline is enough */
	const struct accounts	*accounts;
	struct input		*inputs;	/* open */
	size_t			 ninputs;
	const struct triggers_options *triggers;	/* NULL: none run */
	bool			 reopen;	/* SIGHUP: log files anew */
	bool			 keeps;		/* a state: see below */
	const char		*keep_dir;	/* for records that kill the
						 * worker; NULL: not kept */
};

/*
 * Until all inputs have ended, or SIGTERM or SIGINT. With a state, a role that
 * dies takes the other one with it, and both go on from the last checkpoint.
 * Without one, what the courier had not written is written by the next, and the
 * worker begins anew.
 */
void	parent_run(const struct parent_options *, struct pipeline_result *);

#endif
