/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watchopts.c - the options of `bsmtrace watch`.
 *
 * Those of bsmtrace 3.1 and what they do stay as they were.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cli/watch.h"
#include "rule/priority.h"
#include "run/checkpoint.h"
#include "run/metrics.h"
#include "run/threads.h"
#include "select/dates.h"

#define SYSLOG_USUAL	"auth.notice"	/* of --syslog without a word */
#define INSTANCES_LIMIT	1000000000u	/* of --max-instances */
#define STATS_MAX_S	86400u		/* of --stats */

enum {
	OPT_FORMAT = CLI_LONG, OPT_SYSLOG, OPT_NO_TRIGGERS, OPT_TIME_LIMIT,
	OPT_MAX_RUNNING, OPT_PER_MINUTE, OPT_MAX_INSTANCES, OPT_EXIT_CODE,
	OPT_STATS, OPT_METRICS, OPT_STORE, OPT_FOLLOW, OPT_SINCE,
	OPT_FROM_START, OPT_THREADS, OPT_PROFILE, OPT_NO_PRESELECT,
	OPT_STATE, OPT_STATE_EVERY, OPT_BACKFILL, OPT_SANDBOX, OPT_NO_SANDBOX,
	OPT_USER,
	OPT_STORE_KEEP, OPT_STORE_MAX
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
	{ OPT_STORE_KEEP, "store-keep", "AGE",
	    "remove alerts from it that are older, such as 90d" },
	{ OPT_STORE_MAX, "store-max", "SIZE",
	    "remove the oldest when it takes more, such as 1g" },
	{ OPT_STATE, "state", "DIR",
	    "remember in this directory, and go on after an interruption" },
	{ OPT_STATE_EVERY, "state-every", "SECONDS",
	    "what is remembered is written so often (5)" },
	{ OPT_BACKFILL, "backfill", "DIR",
	    "trails of a live source, for what came during an interruption" },
	{ 'n', "check", NULL, "read the rules, report errors, and end" },
	{ 'p', "pidfile", "FILE", "of the daemon (" BSMTRACE_PID ")" },
	{ OPT_NO_PRESELECT, "no-preselect", NULL,
	    "leave it to the audit pipe which records it gives" },
	{ OPT_SANDBOX, "sandbox", NULL,
	    "read records in a process that can do nothing else" },
	{ OPT_NO_SANDBOX, "no-sandbox", NULL, "all in one process" },
	{ OPT_USER, "user", "NAME",
	    "that process is this user's (_bsmtrace, or nobody)" },
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

const struct cli_usage	watch_usage = {
	"watch", "", "Run rules over finished trails or a live feed, and "
	    "raise alerts.\nWithout -F it goes into the background.",
	options, examples, CLI_NAMES | CLI_DAMAGE
};

static bool
set_syslog(struct watch *w)
{
	const char	*word = optarg == NULL ? SYSLOG_USUAL : optarg;

	if (priority_find(slice_str(word), &w->syslog))
		return true;
	(void)cli_usage_error(&watch_usage,
	    "--syslog needs a facility and a level "
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
		(void)cli_usage_error(&watch_usage,
		    "--since '%s': %s; " DATES_FORMS
		    " are understood", buf_cstr(&shown), buf_cstr(&why));
	}
	buf_fini(&why);
	buf_fini(&shown);
	return good;
}

static bool
set_store_keep(struct watch *w)
{
	struct buf	 why = { 0 }, shown = { 0 };
	bool		 good = dates_length(optarg, &w->retention.keep_s,
	    &why);

	if (good && w->retention.keep_s <= 0) {
		buf_str(&why, "nothing would stay");
		good = false;
	}
	if (!good) {
		buf_escape(&shown, slice_str(optarg));
		(void)cli_usage_error(&watch_usage, "--store-keep '%s': %s",
		    buf_cstr(&shown), buf_cstr(&why));
	}
	buf_fini(&why);
	buf_fini(&shown);
	return good;
}

static bool
set_store_max(struct watch *w)
{
	if (retention_size(optarg, &w->retention.max))
		return true;
	(void)cli_usage_error(&watch_usage, "--store-max needs a size such as "
	    RETENTION_SIZES);
	return false;
}

static bool
set_metrics(struct watch *w)
{
	struct buf	 why = { 0 }, shown = { 0 };
	const bool	 good = metrics_check(optarg, &why);

	w->metrics = optarg;
	if (!good) {
		buf_escape(&shown, slice_str(optarg));
		(void)cli_usage_error(&watch_usage, "--metrics '%s' %s",
		    buf_cstr(&shown), buf_cstr(&why));
	}
	buf_fini(&why);
	buf_fini(&shown);
	return good;
}

void
watch_add_trail(struct watch *w, const char *trail)
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
	case 'a': watch_add_trail(w, optarg); return true;
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
	case OPT_SANDBOX: w->sandbox = true; return true;
	case OPT_NO_SANDBOX: w->no_sandbox = true; return true;
	case OPT_USER: w->user = optarg; return true;
	case OPT_NO_PRESELECT: w->no_preselect = true; return true;
	case OPT_NO_TRIGGERS: w->no_triggers = true; return true;
	case OPT_TIME_LIMIT:
		return cli_number(&watch_usage, c, TRIGGERS_TIME_MAX_S,
		    &w->triggers.time_s);
	case OPT_MAX_RUNNING:
		return cli_number(&watch_usage, c, TRIGGERS_RUNNING_MAX,
		    &w->triggers.running);
	case OPT_PER_MINUTE:
		return cli_number(&watch_usage, c, TRIGGERS_PER_MINUTE_MAX,
		    &w->triggers.per_minute);
	case OPT_MAX_INSTANCES:
		return cli_number(&watch_usage, c, INSTANCES_LIMIT,
		    &w->max_instances);
	case OPT_THREADS:
		return cli_number(&watch_usage, c, THREADS_MAX, &w->threads);
	case OPT_FOLLOW: w->follow = true; return true;
	case OPT_SINCE: return set_since(w);
	case OPT_FROM_START:
		w->follow = true;
		w->from = FOLLOWING_ALL;
		return true;
	case OPT_STATS:
		return cli_number(&watch_usage, c, STATS_MAX_S, &w->stats_s);
	case OPT_METRICS: return set_metrics(w);
	case OPT_STORE: w->store_path = optarg; return true;
	case OPT_STORE_KEEP: return set_store_keep(w);
	case OPT_STORE_MAX: return set_store_max(w);
	case OPT_STATE: w->state = optarg; return true;
	case OPT_BACKFILL: w->backfill = optarg; return true;
	case OPT_STATE_EVERY:
		return cli_number(&watch_usage, c, CHECKPOINT_EVERY_MAX_S,
		    &w->state_every_s);
	case OPT_PROFILE: w->profile = true; return true;
	case OPT_EXIT_CODE: w->exit_code = true; return true;
	default: return false;
	}
}

/* Returns -1 to go on, or the exit status. */
int
watch_parse(struct watch *w, int argc, char **argv)
{
	int	 c;

	while ((c = cli_getopt(&watch_usage, &w->shared, argc, argv)) > 0) {
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
		return cli_usage_error(&watch_usage,
		    "there is nothing to do with "
		    "'%s'; trails are named with -a", argv[optind]);
	if (w->store_path == NULL &&
	    (w->retention.keep_s != 0 || w->retention.max != 0))
		return cli_usage_error(&watch_usage,
		    "--store-keep and --store-max "
		    "need a store: --store FILE");
	if (w->state == NULL && w->state_every_s != CHECKPOINT_EVERY_S)
		return cli_usage_error(&watch_usage, "--state-every needs a "
		    "directory: --state DIR");
	if (w->backfill != NULL && w->state == NULL)
		return cli_usage_error(&watch_usage,
		    "--backfill needs to know what "
		    "was read before: --state DIR");
	if (w->sandbox && w->no_sandbox)
		return cli_usage_error(&watch_usage,
		    "--sandbox and --no-sandbox "
		    "contradict each other");
	if (w->evidence && w->log_dir == NULL)
		return cli_usage_error(&watch_usage, "-B needs a directory for "
		    "evidence: -l DIR");
	return -1;
}
