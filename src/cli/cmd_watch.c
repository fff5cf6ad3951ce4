/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_watch.c - `bsmtrace [watch]`: run rules over trails or a live feed.
 *
 * The run, in this process or as one of several (watchapart.c), with rules
 * that may be read again, and what it comes to. The start is told in
 * watchstart.c.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cli/watch.h"
#include "run/checkpoint.h"
#include "run/keeper.h"
#include "run/ledger.h"
#include "run/scribe.h"

/* The rules again, on SIGHUP. */

static bool
keeps_evidence(const struct watch *w, const struct program *p)
{
	for (size_t i = 0; i < p->nchannels; i++)
		if (p->channels[i].type == CHANNEL_BSM)
			return true;
	return w->evidence;
}

/* When a run goes on, evidence that is there is known by it. */
static bool
wants_uid(const struct watch *w, const struct program *p)
{
	return w->format->uid || w->store_path != NULL ||
	    (w->state != NULL && keeps_evidence(w, p)) ||
	    watch_shows_uid(p);
}

static const struct program *
on_read(void *arg, bool *want_uid)
{
	const struct watch	*w = arg;
	const int		 here = open(".", O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	struct buf		 errors = { 0 };
	const struct program	*p = NULL;

	if (w->station != NULL)
		p = watch_read_rules(w, false, &errors);
	else if (here == -1 || fchdir(w->cwd) == -1)
		log_warn_errno("the directory of the rules");
	else
		p = watch_read_rules(w, false, &errors);
	if (here != -1 && (fchdir(here) == -1 || close(here) == -1))
		log_warn_errno("the current directory");
	watch_say_lines(w, &errors);
	buf_fini(&errors);
	if (p != NULL)
		*want_uid = wants_uid(w, p);
	return p;
}

static void
on_use(void *arg, const struct program *p)
{
	struct watch		*w = arg;
	struct sink_channel	*before = w->channels;

	w->program = p;
	w->channels = watch_channels(p);
	sinks_use_channels(w->sinks, w->channels, p->nchannels);
	free(before);
	(void)watch_open_logs(w, p);	/* it is opened when it can be */
	if (w->worker != NULL)
		worker_rules(w->worker, p);
}

static void
on_drop(void *arg, const struct program *p)
{
	(void)arg;
	program_free((struct program *)(uintptr_t)p);
}

/* Of a run that goes on: nobody who reads records waits for syslog. */
static void
start_scribe(struct watch *w)
{
	if (w->station != NULL || !watch_is_live(w))
		return;			/* the parent has it; or no need */
	w->dir.scribe = scribe_new(scribe_queue());
	if (w->dir.scribe != NULL)
		log_syslog_by(scribe_send, w->dir.scribe);
}

/* It takes what is said from here on as well, if it is stuck. */
static void
end_scribe(struct watch *w)
{
	if (w->dir.scribe == NULL || !scribe_leave(w->dir.scribe))
		return;
	w->dir.scribe = NULL;
	log_syslog_by(NULL, NULL);
}

static int
run(struct watch *w)
{
	const struct pipeline_rules	 rules = { on_read, on_use, on_drop,
	    w };
	struct buf			 spent = { 0 };
	struct pipeline_options		 o = {
		.program = w->program,
		.names = w->names,
		.accounts = cli_accounts(),
		.inputs = w->inputs.v,
		.ninputs = w->inputs.n,
		.sinks = w->sinks,
		.triggers = w->no_triggers ? NULL : &w->triggers,
		.records = w->records,
		.records_again = w->records && w->log_dir != NULL,
		.reopen = watch_reopens(w),
		.want_uid = wants_uid(w, w->program),
		.rules = &rules,
		.summary = !watch_is_worker(w) && isatty(STDERR_FILENO) == 1,
		.keep_preselection = w->no_preselect,
		.from = w->from,
		.state_dir = w->state_dir,
		.backfill = w->backfill_dir,
		.state_every_s = w->state_every_s,
		.retention = w->retention,
		.stats_s = w->stats_s,
		.metrics = w->metrics,
		.since_ms = w->since_ms,
		.max_instances = w->max_instances,
		.threads = w->threads,
		.spent = w->profile ? &spent : NULL
	};
	struct pipeline_result		 result;

	start_scribe(w);
	o.scribe = w->dir.scribe;
	if (watch_is_worker(w))
		o.worker = w->worker = worker_new(w->station, &w->privilege,
		    &o);
	if (w->apart)
		watch_run_apart(w, &result);
	else
		pipeline_run(&o, &result);
	if (w->profile && !w->apart)
		watch_say_lines(w, &spent);
	buf_fini(&spent);
	if (watch_is_worker(w))
		worker_end(o.worker, &result);
	end_scribe(w);
	if (result.bsd)
		cli_say_bsd(&w->shared);
	if (w->failed || result.failed || (w->shared.strict && result.gaps > 0))
		return EXIT_FAILED;
	return w->exit_code && result.alerts > 0 ? EXIT_ALERTED : EXIT_DONE;
}

static void
release(struct watch *w)
{
	inputs_fini(&w->inputs);
	sinks_free(w->sinks);
	store_close(w->store);
	free(w->store_file);
	ledger_close(w->triggers.ledger);
	free(w->state_dir);
	free(w->backfill_dir);
	if (w->state_lock != -1)
		(void)close(w->state_lock);	/* others may have it */
	free(w->channels);
	program_free((struct program *)(uintptr_t)w->program);
	if (w->cwd != -1)
		(void)close(w->cwd);	/* only a place */
	names_free(w->names);
	logdir_fini(&w->dir);
	pidfile_close(&w->pid);
	bundle_free(w->bundle);
	free(w->trails);
}

/* As one of those processes: it does not return. */

/* Where sinks write: what is above a file, and directories as they are. */
static void
add_dir(char **dirs, size_t *n, const char *path, bool file)
{
	char	*dir = logdir_absolute(path);
	char	*slash = strrchr(dir, '/');

	if (file && slash != NULL)
		slash[slash == dir] = '\0';	/* "/" stays */
	dirs[(*n)++] = dir;
}

/* Of the courier: the rules have come anew. */
static size_t
on_deliver(void *arg)
{
	struct watch		*w = arg;
	const struct program	*before = w->program;
	struct buf		 errors = { 0 };
	const struct program	*p = watch_read_rules(w, false, &errors);

	watch_say_lines(w, &errors);
	buf_fini(&errors);
	if (p == NULL)
		return DELIVERY_NONE;
	on_use(w, p);
	on_drop(w, before);
	return p->nchannels;
}

/* Of a run that goes on, or not: the courier waits for syslog in neither. */
static void
on_begin(void *arg)
{
	struct watch	*w = arg;

	w->dir.scribe = scribe_new(w->lines);
}

static void __attribute__((noreturn))
deliver(struct watch *w)
{
	const size_t		 nchannels = w->program->nchannels;
	char			**dirs = xcalloc(nchannels + 3, sizeof(*dirs));
	struct delivery_options	 o = { .sinks = w->sinks,
	    .nchannels = nchannels, .use = on_deliver, .arg = w,
	    .begin = on_begin, .scribe = &w->dir.scribe,
	    .metrics = w->metrics };
	int			 error;

	w->lines = scribe_queue();	/* its file, while it can be opened */
	if ((error = spill_open(w->lines)) != 0)
		log_warn("a file for lines that wait for syslog: %s",
		    strerror(error));

	if (w->state_dir != NULL) {
		add_dir(dirs, &o.ndirs, w->state_dir, false);
		o.keeper = keeper_new(w->state_dir, w->sinks);
		if (o.keeper == NULL)
			station_exit(EXIT_FAILED);
	}
	if (w->dir.path != NULL)
		add_dir(dirs, &o.ndirs, w->dir.path, false);
	if (w->store_file != NULL)
		add_dir(dirs, &o.ndirs, w->store_file, true);
	for (size_t i = 0; i < nchannels; i++)
		if (w->channels[i].directory != NULL)
			add_dir(dirs, &o.ndirs, w->channels[i].directory,
			    false);
	o.dirs = (const char *const *)dirs;
	delivery_run(w->delivery, &o);
}

static void __attribute__((noreturn))
take_role(struct watch *w, enum role role)
{
	w->station = station_new(role);
	if (w->state != NULL)
		w->state_dir = logdir_absolute(w->state);
	if (role == ROLE_READER)
		watch_read_for_parent(w);
	if (role == ROLE_WORKER) {
		(void)privilege_find(&w->privilege, w->user);
		if (watch_load_rules(w) && watch_open_sinks(w) &&
		    chdir("/") == 0)
			(void)run(w);
	} else {
		w->delivery = delivery_new(w->station);
		if (w->store_path != NULL)
			w->store_file = logdir_absolute(w->store_path);
		if (watch_open_log_dir(w) && watch_load_rules(w) &&
		    watch_open_sinks(w) && watch_use_store(w) &&
		    chdir("/") == 0)
			deliver(w);
	}
	station_exit(EXIT_FAILED);
}

static int
cmd_watch(int argc, char **argv)
{
	struct watch	 w = {
		.rules = BSMTRACE_CONF,
		.pid_file = BSMTRACE_PID,
		.format = sink_formats(),
		.syslog = SINK_NO_SYSLOG,
		.triggers = { TRIGGERS_TIME_S, TRIGGERS_RUNNING,
		    TRIGGERS_PER_MINUTE, false, NULL },
		.cwd = -1,
		.state_every_s = CHECKPOINT_EVERY_S,
		.state_lock = -1,
		.pid = { NULL, -1 }
	};
	const enum role	 role = argc > 0 ? roles_of(argv[0]) : ROLE_PARENT;
	int		 status = watch_parse(&w, argc, argv);

	if (status != -1)
		goto out;
	status = EXIT_FAILED;
	w.argv = argv;
	if (role != ROLE_PARENT)
		take_role(&w, role);
	if (!w.check_only) {
		daemon_close_on_exec();
		daemon_not_yet(watch_reopens(&w));
	}
	log_open(w.check_only ? LOG_TO_STDERR : LOG_TO_BOTH, NULL);
	if (!watch_open_log_dir(&w) || !watch_start_rules(&w))
		goto out;
	if (w.check_only) {
		status = EXIT_DONE;
		goto out;
	}
	w.triggers.keep_stdout = w.records;
	if (watch_open_inputs(&w) && watch_may_go_on(&w) &&
	    watch_may_backfill(&w) && watch_decide_apart(&w) &&
	    watch_open_sinks(&w) && watch_try_store(&w) &&
	    watch_try_state(&w) && watch_note_directory(&w) &&
	    watch_go_to_background(&w) &&
	    (w.apart || watch_use_store(&w)) && watch_use_state(&w))
		status = run(&w);
out:
	release(&w);
	return status;
}

const struct command	command_watch = {
	"watch", cmd_watch, &watch_usage,
	"run rules over trails or a live feed (also without this word)"
};
