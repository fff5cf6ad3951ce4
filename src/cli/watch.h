/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch.h - what the files of `bsmtrace watch` share: what the command line
 * asks for, and the steps of the start.
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "cli/cli.h"
#include "run/bundle.h"
#include "run/daemon.h"
#include "run/delivery.h"
#include "run/logdir.h"
#include "run/pipeline.h"
#include "run/privilege.h"
#include "run/station.h"
#include "run/worker.h"

/* What the command line asks for, and what was made of it. */
struct watch {
	const char		**trails;
	size_t			 ntrails, trails_cap;
	const char		*rules, *log_dir, *pid_file, *store_path;
	struct cli_shared	 shared;
	const struct sink_format *format;
	int			 syslog;
	bool			 foreground, evidence, records, check_only;
	bool			 no_triggers, exit_code, profile;
	bool			 no_preselect;
	bool			 follow;
	bool			 sandbox, no_sandbox;
	const char		*user;		/* of the worker */
	enum following_from	 from;
	int64_t			 since_ms;
	unsigned		 stats_s;
	const char		*metrics, *state;
	unsigned		 state_every_s;
	struct retention_limits	 retention;
	uint32_t		 max_instances;
	unsigned		 threads;
	struct triggers_options	 triggers;

	struct logdir		 dir;
	struct names		*names;
	int			 cwd;		/* where names begin; -1 */
	const struct program	*program;
	struct sink_channel	*channels;
	struct sinks		*sinks;
	char			*store_file;	/* absolute; or NULL */
	struct store		*store;
	struct inputs		 inputs;
	char			*state_dir;	/* the same */
	const char		*backfill;
	char			*backfill_dir;	/* the same */
	int			 state_lock;	/* -1: not taken */
	struct pidfile		 pid;
	bool			 failed;

	char			**argv;
	struct bundle		*bundle;	/* the rules as they are */
	struct privilege	 privilege;
	bool			 apart;		/* in several processes */
	struct station		*station;	/* we are a role; or NULL */
	struct delivery		*delivery;	/* of the courier */
	struct spill		*lines;		/* its queue for syslog */
	struct worker		*worker;	/* of the worker */
	bool			 outlined;	/* all we have of the rules */
};

/* Options: watchopts.c. */
extern const struct cli_usage	watch_usage;
/* Returns -1 to go on, or the exit status. */
int	watch_parse(struct watch *, int argc, char **argv);
void	watch_add_trail(struct watch *, const char *);

/* The start, step by step: watchstart.c. Those that fail say what is wrong. */
bool	watch_open_log_dir(struct watch *);
bool	watch_load_rules(struct watch *);
bool	watch_open_inputs(struct watch *);
bool	watch_may_go_on(const struct watch *);	/* with a checkpoint */
bool	watch_may_backfill(struct watch *);
bool	watch_open_sinks(struct watch *);
bool	watch_try_store(struct watch *);
bool	watch_try_state(struct watch *);
bool	watch_note_directory(struct watch *);
bool	watch_go_to_background(struct watch *);
bool	watch_use_store(struct watch *);
bool	watch_use_state(struct watch *);

/* Lines for people; a daemon has only its log for that. */
void	watch_say_lines(const struct watch *, struct buf *);

/* Several processes: watchapart.c. */

/* Does it go on, with records that somebody may have made for us? */
bool	watch_is_live(const struct watch *);
bool	watch_reopens(const struct watch *);
/* Read the rules, or have them read. False with what is wrong said. */
bool	watch_start_rules(struct watch *);
/* With trails open: several? False when what is asked for cannot be. */
bool	watch_decide_apart(struct watch *);
void	watch_run_apart(struct watch *, struct pipeline_result *);
void	watch_read_for_parent(struct watch *) __attribute__((noreturn));

/* The rules as they are now; NULL with errors, in lines. The caller's. */
struct program	*watch_read_rules(const struct watch *, bool warnings,
	    struct buf *errors);
/* What sinks are to know of rules: their channels, the caller's; log files. */
struct sink_channel *watch_channels(const struct program *);
bool	watch_open_logs(const struct watch *, const struct program *);
bool	watch_shows_uid(const struct program *);
bool	watch_is_worker(const struct watch *);

#endif
