/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_watch.c - `bsmtrace [watch]`: run rules over trails or a live feed.
 *
 * The options of bsmtrace 3.1 and what they do stay as they were. Everything
 * that can fail at the start fails before the program goes into the
 * background: the directory for logs, the rules, the trails, the pid file, in
 * this order.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "rule/priority.h"
#include "run/daemon.h"
#include "run/loader.h"
#include "run/logdir.h"
#include "run/metrics.h"
#include "run/pipeline.h"
#include "run/threads.h"
#include "select/dates.h"

#define SYSLOG_USUAL	"auth.notice"	/* of --syslog without a word */
#define INSTANCES_LIMIT	1000000000u	/* of --max-instances */
#define STATS_MAX_S	86400u		/* of --stats */

enum {
	OPT_FORMAT = CLI_LONG, OPT_SYSLOG, OPT_NO_TRIGGERS, OPT_TIME_LIMIT,
	OPT_MAX_RUNNING, OPT_PER_MINUTE, OPT_MAX_INSTANCES, OPT_EXIT_CODE,
	OPT_STATS, OPT_METRICS, OPT_STORE, OPT_FOLLOW, OPT_SINCE,
	OPT_FROM_START, OPT_THREADS, OPT_PROFILE
};

static const struct cli_option options[] = {
	{ 'a', "trail", "SOURCE", "read a trail, the trails of a directory, "
	    "- or a pipe; may be repeated "
	    "(" INPUT_AUDITPIPE ")" },
	{ OPT_FOLLOW, "follow", NULL,
	    "go on with a directory as its trails grow and change" },
	{ OPT_SINCE, "since", "TIME",
	    "--follow from the records of this second on" },
	{ OPT_FROM_START, "from-start", NULL,
	    "--follow from the first trail that is there" },
	{ 'f', "rules", "FILE", "the rules (" BSMTRACE_CONF ")" },
	{ 'F', "foreground", NULL, "stay in the foreground" },
	{ 'l', "log-dir", "DIR", "write alerts to files in this directory" },
	{ 'B', "evidence", NULL, "keep the records of each alert below -l" },
	{ 'b', "records", NULL, "write records that match to standard output" },
	{ OPT_FORMAT, "format", "text|long|json",
	    "what alerts look like; text is the classic line" },
	{ OPT_SYSLOG, "syslog", "[=FACILITY.LEVEL]",
	    "alerts to syslog, too (" SYSLOG_USUAL ")" },
	{ OPT_STORE, "store", "FILE",
	    "keep alerts in this database, for `bsmtrace alerts`" },
	{ 'n', "check", NULL, "read the rules, report errors, and end" },
	{ 'p', "pidfile", "FILE", "of the daemon (" BSMTRACE_PID ")" },
	{ OPT_NO_TRIGGERS, "no-triggers", NULL, "run no triggers" },
	{ OPT_TIME_LIMIT, "trigger-time-limit", "SECONDS",
	    "that a trigger may take (30)" },
	{ OPT_MAX_RUNNING, "trigger-max-running", "N",
	    "triggers at once (8)" },
	{ OPT_PER_MINUTE, "trigger-per-minute", "N",
	    "triggers a minute for each rule (10)" },
	{ OPT_STATS, "stats", "SECONDS", "a line of figures so often" },
	{ OPT_METRICS, "metrics", "ADDRESS:PORT",
	    "figures over HTTP, for Prometheus, on this machine" },
	{ OPT_MAX_INSTANCES, "max-instances", "N",
	    "sequences that wait at once (1000000)" },
	{ OPT_THREADS, "threads", "N",
	    "processors to use; 1: no more than one (as many as are of use)" },
	{ OPT_PROFILE, "profile", NULL,
	    "say at the end where the time went" },
	{ OPT_EXIT_CODE, "exit-code", NULL,
	    "exit with 3 when an alert was raised" },
	{ 'd', "debug", NULL, "say more" },
	{ 'v', "version", NULL, "show the version" },
	{ 0 }
};

static const char *const examples[] = {
	"bsmtrace -F -a /var/audit/current -f my.conf",
	"bsmtrace watch -f /etc/bsmtrace.conf -l /var/log/bsmtrace -B",
	NULL
};

static const struct cli_usage usage = {
	"watch", "", "Run rules over finished trails or a live feed, and "
	    "raise alerts.\nWithout -F it goes into the background.",
	options, examples, CLI_NAMES | CLI_DAMAGE
};

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
	bool			 follow;
	enum following_from	 from;
	int64_t			 since_ms;
	unsigned		 stats_s;
	const char		*metrics;
	uint32_t		 max_instances;
	unsigned		 threads;
	struct triggers_options	 triggers;

	struct logdir		 dir;
	struct names		*names;
	struct diags		*diags;
	struct program		*program;
	struct sink_channel	*channels;
	struct sinks		*sinks;
	char			*store_file;	/* absolute; or NULL */
	struct store		*store;
	struct inputs		 inputs;
	struct pidfile		 pid;
	bool			 failed;
};

/* Options. */

static bool
set_syslog(struct watch *w)
{
	const char	*word = optarg == NULL ? SYSLOG_USUAL : optarg;

	if (priority_find(slice_str(word), &w->syslog))
		return true;
	(void)cli_usage_error(&usage, "--syslog needs a facility and a level "
	    "such as " SYSLOG_USUAL);
	return false;
}

static bool
set_since(struct watch *w)
{
	const struct dates	 now = { (int64_t)time(NULL), false };
	struct buf		 why = { 0 }, shown = { 0 };
	int64_t			 t;
	const bool		 good = dates_parse(&now, optarg, &t, &why);

	if (good) {
		w->follow = true;
		w->from = FOLLOWING_SINCE;
		w->since_ms = t * 1000;
	} else {
		buf_escape(&shown, slice_str(optarg));
		(void)cli_usage_error(&usage, "--since '%s': %s; " DATES_FORMS
		    " are understood", buf_cstr(&shown), buf_cstr(&why));
	}
	buf_fini(&why);
	buf_fini(&shown);
	return good;
}

static bool
set_metrics(struct watch *w)
{
	struct buf	 why = { 0 }, shown = { 0 };
	const bool	 good = metrics_check(optarg, &why);

	w->metrics = optarg;
	if (!good) {
		buf_escape(&shown, slice_str(optarg));
		(void)cli_usage_error(&usage, "--metrics '%s' %s",
		    buf_cstr(&shown), buf_cstr(&why));
	}
	buf_fini(&why);
	buf_fini(&shown);
	return good;
}

static void
add_trail(struct watch *w, const char *trail)
{
	w->trails = mem_grow(w->trails, &w->trails_cap, w->ntrails + 1,
	    sizeof(*w->trails));
	w->trails[w->ntrails++] = trail;
}

/* Take one option; false when its argument is wrong, which was said. */
static bool
take(struct watch *w, int c)
{
	switch (c) {
	case 'a': add_trail(w, optarg); return true;
	case 'b': w->records = true; return true;
	case 'B': w->evidence = true; return true;
	case 'd': log_set_debug(true); return true;
	case 'f': w->rules = optarg; return true;
	case 'F': w->foreground = true; return true;
	case 'l': w->log_dir = optarg; return true;
	case 'n': w->check_only = true; return true;
	case 'p': w->pid_file = optarg; return true;
	case OPT_FORMAT:
		w->format = sink_format_find(slice_str(optarg));
		return w->format != NULL;
	case OPT_SYSLOG: return set_syslog(w);
	case OPT_NO_TRIGGERS: w->no_triggers = true; return true;
	case OPT_TIME_LIMIT:
		return cli_number(&usage, c, TRIGGERS_TIME_MAX_S,
		    &w->triggers.time_s);
	case OPT_MAX_RUNNING:
		return cli_number(&usage, c, TRIGGERS_RUNNING_MAX,
		    &w->triggers.running);
	case OPT_PER_MINUTE:
		return cli_number(&usage, c, TRIGGERS_PER_MINUTE_MAX,
		    &w->triggers.per_minute);
	case OPT_MAX_INSTANCES:
		return cli_number(&usage, c, INSTANCES_LIMIT,
		    &w->max_instances);
	case OPT_THREADS:
		return cli_number(&usage, c, THREADS_MAX, &w->threads);
	case OPT_FOLLOW: w->follow = true; return true;
	case OPT_SINCE: return set_since(w);
	case OPT_FROM_START:
		w->follow = true;
		w->from = FOLLOWING_ALL;
		return true;
	case OPT_STATS:
		return cli_number(&usage, c, STATS_MAX_S, &w->stats_s);
	case OPT_METRICS: return set_metrics(w);
	case OPT_STORE: w->store_path = optarg; return true;
	case OPT_PROFILE: w->profile = true; return true;
	case OPT_EXIT_CODE: w->exit_code = true; return true;
	default: return false;
	}
}

/* Returns -1 to go on, or the exit status. */
static int
parse(struct watch *w, int argc, char **argv)
{
	int	 c;

	while ((c = cli_getopt(&usage, &w->shared, argc, argv)) > 0) {
		if (c == 'v') {
			puts("bsmtrace " BSMTRACE_VERSION);
			return fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
		}
		if (!take(w, c))
			return EXIT_USAGE;
	}
	if (c == 0)
		return EXIT_DONE;
	if (optind < argc)
		return cli_usage_error(&usage, "there is nothing to do with "
		    "'%s'; trails are named with -a", argv[optind]);
	if (w->evidence && w->log_dir == NULL)
		return cli_usage_error(&usage, "-B needs a directory for "
		    "evidence: -l DIR");
	return -1;
}

/* The start, step by step; each says what is wrong. */

static bool
open_log_dir(struct watch *w)
{
	int	 error;

	if (w->log_dir == NULL ||
	    (error = logdir_init(&w->dir, w->log_dir)) == 0)
		return true;
	log_warn("%s: %s", w->log_dir, strerror(error));
	return false;
}

static bool
load_rules(struct watch *w)
{
	struct rules_env	 env;
	struct buf		 text = { 0 };

	w->names = cli_names(&w->shared);
	if (w->names == NULL)
		return false;
	env = loader_env(w->names, cli_accounts());
	w->diags = diags_new();
	w->program = rules_load(&env, w->rules, w->diags);
	/* Warnings are for whoever checks; an old file may have many. */
	if (w->program == NULL || w->check_only) {
		diags_print(w->diags, &text);
		(void)fputs(buf_cstr(&text), stderr);
	}
	buf_fini(&text);
	if (w->program != NULL)
		log_debug("%zu rules", w->program->nrules);
	return w->program != NULL;
}

static void
make_channels(struct watch *w)
{
	static const enum sink_kind	 kinds[] = {
		[CHANNEL_STDERR] = SINK_STDERR,
		[CHANNEL_SYSLOG] = SINK_SYSLOG,
		[CHANNEL_BSM] = SINK_EVIDENCE,
	};
	const struct program		*p = w->program;

	w->channels = xcalloc(p->nchannels + 1, sizeof(*w->channels));
	for (size_t i = 0; i < p->nchannels; i++)
		w->channels[i] = (struct sink_channel){
			kinds[p->channels[i].type], p->channels[i].priority,
			p->channels[i].directory
		};
}

static bool
open_sinks(struct watch *w)
{
	struct sinks_options	 o = {
		.format = w->format,
		.world = { w->names, cli_accounts() },
		.host = logdir_host(&w->dir),
		.to_stderr = w->foreground && w->log_dir == NULL,
		.files = w->log_dir != NULL,
		.evidence = w->evidence,
		.syslog = w->syslog,
		.nchannels = w->program->nchannels,
		.stderr_fd = STDERR_FILENO
	};
	const char		*name;
	int			 error;

	make_channels(w);
	o.channels = w->channels;
	w->sinks = sinks_new(&o);
	if (w->log_dir == NULL)
		return true;
	name = sinks_open(w->sinks, w->program->logfiles,
	    w->program->nlogfiles, &error);
	if (name != NULL)
		log_warn("%s/%s: %s", w->dir.path, name, strerror(error));
	return name == NULL;
}

static struct store *
open_store(const struct watch *w)
{
	struct buf	 why = { 0 };
	struct store	*s = store_open(w->store_file, true, &why);

	if (s == NULL)
		log_warn("%s: %s", w->store_path, buf_cstr(&why));
	buf_fini(&why);
	return s;
}

/*
 * Make it, for nobody else to read, and see that it can be opened. It is opened
 * for good behind the fork, which a database does not live through.
 */
static bool
try_store(struct watch *w)
{
	struct store	*s;
	int		 fd;

	if (w->store_path == NULL)
		return true;
	w->store_file = logdir_absolute(w->store_path);
	fd = open(w->store_file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd == -1) {
		log_warn_errno("%s", w->store_path);
		return false;
	}
	(void)close(fd);		/* nothing was written */
	s = open_store(w);
	store_close(s);
	return s != NULL;
}

static bool
use_store(struct watch *w)
{
	if (w->store_file == NULL)
		return true;
	w->store = open_store(w);
	sinks_use_store(w->sinks, w->store);
	return w->store != NULL;
}

/* At least one has to be there; what is wrong with others was said. */
static bool
open_inputs(struct watch *w)
{
	if (w->ntrails == 0 && access(INPUT_AUDITPIPE, F_OK) == -1) {
		log_warn("there is no " INPUT_AUDITPIPE " here: name a trail "
		    "with -a FILE, or give records on standard input with "
		    "-a -");
		return false;
	}
	if (w->ntrails == 0)
		add_trail(w, INPUT_AUDITPIPE);
	for (size_t i = 0; i < w->ntrails; i++)
		if (!inputs_add(&w->inputs, w->trails[i], w->follow ?
		    INPUT_FOLLOW : w->foreground ? INPUT_TO_END :
		    INPUT_FOLLOW_DIRECTORY))
			w->failed = true;
	return w->inputs.n > 0;
}

/* What the rules ask for, seen from here. */
static bool
any_trigger(const struct program *p, bool (*wanted)(const struct trigger *))
{
	for (size_t i = 0; i < p->nrules; i++)
		for (size_t k = 0; k < p->rules[i].nstates; k++) {
			const struct trigger *t = p->rules[i].states[k].trigger;

			if (t != NULL && wanted(t))
				return true;
		}
	return false;
}

static bool
is_trigger(const struct trigger *t)
{
	(void)t;
	return true;
}

static bool
shows_uid(const struct trigger *t)
{
	return triggers_uses(t, VAR_UID);
}

/* A daemon whose alerts nobody would see is a mistake, most likely. */
static void
warn_of_silence(const struct watch *w)
{
	const struct program	*p = w->program;

	if (w->foreground || w->log_dir != NULL || w->records ||
	    w->syslog != SINK_NO_SYSLOG || w->store_path != NULL ||
	    (!w->no_triggers && any_trigger(p, is_trigger)))
		return;
	for (size_t i = 0; i < p->nrules; i++)
		if (p->rules[i].nchannels > 0)
			return;
	log_warn("alerts will go nowhere: a daemon needs -l DIR, --syslog, or "
	    "rules with log channels");
}

/* Into the background, unless we stay. */
static bool
go_to_background(struct watch *w)
{
	const char	*why;

	if (w->foreground)
		return true;
	warn_of_silence(w);
	if ((why = pidfile_open(&w->pid, w->pid_file)) != NULL) {
		log_warn("%s: %s", w->pid_file, why);
		return false;
	}
	return daemon_start(&w->pid, w->records);
}

/* The run, and what it comes to. */

/* A table for people; a daemon has only its log for that. */
static void
say_spent(const struct watch *w, struct buf *text)
{
	const char	*line = buf_cstr(text);

	if (w->foreground) {
		(void)fputs(line, stderr);
		return;
	}
	while (*line != '\0') {
		const size_t	 n = strcspn(line, "\n");

		if (n > 0)
			log_info("%.*s", (int)n, line);
		line += n + (line[n] == '\n');
	}
}

static int
run(struct watch *w)
{
	struct buf			 spent = { 0 };
	const struct pipeline_options	 o = {
		.program = w->program,
		.names = w->names,
		.accounts = cli_accounts(),
		.inputs = w->inputs.v,
		.ninputs = w->inputs.n,
		.sinks = w->sinks,
		.triggers = w->no_triggers ? NULL : &w->triggers,
		.records = w->records,
		.records_again = w->records && w->log_dir != NULL,
		.reopen = !w->foreground || w->log_dir != NULL,
		.want_uid = w->format->uid || w->store != NULL ||
		    any_trigger(w->program, shows_uid),
		.summary = isatty(STDERR_FILENO) == 1,
		.from = w->from,
		.stats_s = w->stats_s,
		.metrics = w->metrics,
		.since_ms = w->since_ms,
		.max_instances = w->max_instances,
		.threads = w->threads,
		.spent = w->profile ? &spent : NULL
	};
	struct pipeline_result		 result;

	pipeline_run(&o, &result);
	if (w->profile)
		say_spent(w, &spent);
	buf_fini(&spent);
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
	free(w->channels);
	program_free(w->program);
	diags_free(w->diags);
	names_free(w->names);
	logdir_fini(&w->dir);
	pidfile_close(&w->pid);
	free(w->trails);
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
		    TRIGGERS_PER_MINUTE, false },
		.pid = { NULL, -1 }
	};
	int		 status = parse(&w, argc, argv);

	if (status != -1)
		goto out;
	status = EXIT_FAILED;
	if (!w.check_only)
		daemon_close_on_exec();
	log_open(w.check_only ? LOG_TO_STDERR : LOG_TO_BOTH, NULL);
	if (!open_log_dir(&w) || !load_rules(&w))
		goto out;
	if (w.check_only) {
		status = EXIT_DONE;
		goto out;
	}
	w.triggers.keep_stdout = w.records;
	if (open_inputs(&w) && open_sinks(&w) && try_store(&w) &&
	    go_to_background(&w) && use_store(&w))
		status = run(&w);
out:
	release(&w);
	return status;
}

const struct command	command_watch = {
	"watch", cmd_watch, &usage,
	"run rules over trails or a live feed (also without this word)"
};
