/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watchstart.c - the start of `bsmtrace watch`, step by step.
 *
 * Everything that can fail at the start fails before the program goes into the
 * background: the directory for logs, the rules, the trails, the pid file, in
 * this order. Each step says what is wrong.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cli/watch.h"
#include "run/ledger.h"
#include "run/loader.h"
#include "run/statedir.h"

bool
watch_open_log_dir(struct watch *w)
{
	int	 error;

	if (w->log_dir == NULL ||
	    (error = logdir_init(&w->dir, w->log_dir)) == 0)
		return true;
	log_warn("%s: %s", w->log_dir, strerror(error));
	return false;
}

void
watch_say_lines(const struct watch *w, struct buf *text)
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

/* Warnings are for whoever checks; an old file may have many. */
struct program *
watch_read_rules(const struct watch *w, bool warnings, struct buf *errors)
{
	const struct rules_env	 files = loader_env(w->names, cli_accounts());
	const struct rules_env	 env = w->station != NULL ?
	    bundle_giving(w->station->bundle, &files) : files;
	struct diags		*diags = diags_new();
	struct program		*p = rules_load(&env, w->rules, diags);

	if (p == NULL || warnings)
		diags_print(diags, errors);
	diags_free(diags);
	return p;
}

bool
watch_load_rules(struct watch *w)
{
	struct buf	 errors = { 0 };

	w->names = cli_names(&w->shared);
	if (w->names == NULL)
		return false;
	w->program = watch_read_rules(w, w->check_only, &errors);
	(void)fputs(buf_cstr(&errors), stderr);
	buf_fini(&errors);
	if (w->program != NULL)
		log_debug("%zu rules", w->program->nrules);
	return w->program != NULL;
}

bool
watch_is_worker(const struct watch *w)
{
	return w->station != NULL && w->station->role == ROLE_WORKER;
}

struct sink_channel *
watch_channels(const struct program *p)
{
	static const enum sink_kind	 kinds[] = {
		[CHANNEL_STDERR] = SINK_STDERR,
		[CHANNEL_SYSLOG] = SINK_SYSLOG,
		[CHANNEL_BSM] = SINK_EVIDENCE,
	};
	struct sink_channel		*v = xcalloc(p->nchannels + 1,
	    sizeof(*v));

	for (size_t i = 0; i < p->nchannels; i++)
		v[i] = (struct sink_channel){
			kinds[p->channels[i].type], p->channels[i].priority,
			p->channels[i].directory
		};
	return v;
}

/* False when a file cannot be opened, which is said. */
bool
watch_open_logs(const struct watch *w, const struct program *p)
{
	const char	*name;
	int		 error;

	if (w->log_dir == NULL || watch_is_worker(w))
		return true;
	name = sinks_open(w->sinks, p->logfiles, p->nlogfiles, &error);
	if (name != NULL)
		log_warn("%s/%s: %s", w->dir.path, name, strerror(error));
	return name == NULL;
}

bool
watch_open_sinks(struct watch *w)
{
	struct sinks_options	 o = {
		.format = w->format,
		.world = { w->names, w->delivery == NULL ? cli_accounts() :
		    delivery_accounts(w->delivery) },
		.host = logdir_host(&w->dir),
		.to_stderr = w->foreground && w->log_dir == NULL,
		.files = w->log_dir != NULL,
		.evidence = w->evidence,
		.syslog = w->syslog,
		.nchannels = w->program->nchannels,
		.stderr_fd = STDERR_FILENO
	};

	o.channels = w->channels = watch_channels(w->program);
	w->sinks = sinks_new(&o);
	return watch_open_logs(w, w->program);
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
bool
watch_try_store(struct watch *w)
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

bool
watch_use_store(struct watch *w)
{
	if (w->store_file == NULL)
		return true;
	w->store = open_store(w);
	sinks_use_store(w->sinks, w->store);
	return w->store != NULL;
}

/* Nobody else has the directory, and it can be written to. */
bool
watch_try_state(struct watch *w)
{
	struct buf	 why = { 0 };
	bool		 good;

	if (w->state == NULL)
		return true;
	w->state_dir = logdir_absolute(w->state);
	good = statedir_try(w->state_dir, &why);
	if (!good)
		log_warn("%s: %s", w->state, buf_cstr(&why));
	buf_fini(&why);
	return good;
}

bool
watch_use_state(struct watch *w)
{
	struct buf	 why = { 0 };

	if (w->state_dir == NULL)
		return true;
	w->state_lock = statedir_lock(w->state_dir, &why);
	if (w->state_lock != -1 && !w->no_triggers)
		w->triggers.ledger = ledger_open(w->state_dir, &why);
	if (why.n > 0)
		log_warn("%s: %s", w->state_dir, buf_cstr(&why));
	buf_fini(&why);
	return w->state_lock != -1 &&
	    (w->no_triggers || w->triggers.ledger != NULL);
}

/* Of many trails as one there is no place to go on from. */
bool
watch_may_go_on(const struct watch *w)
{
	for (size_t i = 0; w->state != NULL && i < w->inputs.n; i++) {
		const struct input	*in = &w->inputs.v[i];

		if (in->set == NULL)
			continue;
		log_warn("%s: --state cannot go on within a directory that is "
		    "read to its end: use --follow, with --from-start or "
		    "--since TIME for what is there", in->path);
		return false;
	}
	return true;
}

/* Whose trails they are has to be clear. */
bool
watch_may_backfill(struct watch *w)
{
	struct stat	 st;
	size_t		 live = 0;

	if (w->backfill == NULL)
		return true;
	for (size_t i = 0; i < w->inputs.n; i++)
		live += !w->inputs.v[i].finished && !w->inputs.v[i].followed;
	if (live != 1) {
		log_warn("--backfill is for one live source; %s here",
		    live == 0 ? "there is none" : "there are more");
		return false;
	}
	if (stat(w->backfill, &st) == -1 || !S_ISDIR(st.st_mode)) {
		log_warn("--backfill %s: is not a directory", w->backfill);
		return false;
	}
	w->backfill_dir = logdir_absolute(w->backfill);
	return true;
}

/* At least one has to be there; what is wrong with others was said. */
bool
watch_open_inputs(struct watch *w)
{
	if (w->ntrails == 0 && access(INPUT_AUDITPIPE, F_OK) == -1) {
		log_warn("there is no " INPUT_AUDITPIPE " here: name a trail "
		    "with -a FILE, or give records on standard input with "
		    "-a -");
		return false;
	}
	if (w->ntrails == 0)
		watch_add_trail(w, INPUT_AUDITPIPE);
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

bool
watch_shows_uid(const struct program *p)
{
	return any_trigger(p, shows_uid);
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

/* Rules may be asked for again when the daemon is in another directory. */
bool
watch_note_directory(struct watch *w)
{
	w->cwd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->cwd == -1)
		log_warn_errno("the current directory");
	return w->cwd != -1;
}

/* Into the background, unless we stay. */
bool
watch_go_to_background(struct watch *w)
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
