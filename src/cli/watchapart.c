/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watchapart.c - `bsmtrace watch` as several processes: whether, and what is
 * else in each of them.
 *
 * The parent reads no rule: a reader does, and the parent gets an outline of
 * them. What there is to be read decides whether there are several processes,
 * and it is opened when the rules are known to be good; so who reads them is
 * decided by what the trails look like from outside. If that was wrong, as when
 * a file has changed meanwhile, they are read once more.
 */
#include <sys/stat.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/watch.h"
#include "run/loader.h"
#include "run/parent.h"
#include "run/reader.h"
#include "run/spawn.h"

/* Whether. */

/* Is SIGHUP for the log files and the rules, and not the end? */
bool
watch_reopens(const struct watch *w)
{
	return !w->foreground || w->log_dir != NULL;
}

bool
watch_is_live(const struct watch *w)
{
	for (size_t i = 0; i < w->inputs.n; i++)
		if (!w->inputs.v[i].finished)
			return true;
	return !w->foreground;
}

/* What keeps us in one process; NULL: nothing. */
static const char *
why_together(const struct watch *w)
{
	if (!spawn_possible())
		return "this system does not tell which program we are";
	if (w->backfill != NULL)
		return "--backfill needs one process";
	for (size_t i = 0; i < w->inputs.n; i++)
		if (w->inputs.v[i].set != NULL)
			return "a directory that is read to its end needs one "
			    "process: name its trails, or use --follow";
	return NULL;
}

/* Whom the worker is to be; false when that cannot be, which is said. */
static bool
find_user(struct watch *w)
{
	const char	*why = privilege_find(&w->privilege, w->user);

	if (why != NULL)
		log_warn("--user%s%s: %s", w->user == NULL ? "" : " ",
		    w->user == NULL ? "" : w->user, why);
	return why == NULL;
}

static bool
load_outline(struct watch *w)
{
	const struct rules_env		 files = loader_env(NULL,
	    cli_accounts());
	const struct lectern_options	 o = { .argv = w->argv,
		.files = &files, .here = -1 };
	struct lectern_told		 told;

	lectern_read(&o, &told);
	(void)fputs(buf_cstr(&told.faults), stderr);
	buf_fini(&told.faults);
	w->program = told.outline;
	if (w->program == NULL)
		return false;
	bundle_free(w->bundle);
	w->bundle = told.bundle;
	w->names = names_new();
	w->outlined = true;
	return true;
}

/*
 * The rules as they were expected to be needed, whole or as an outline, may not
 * be what is needed now: then they are read again.
 */
static bool
have_rules(struct watch *w, bool outlined)
{
	if (w->outlined == outlined)
		return true;
	program_free((struct program *)(uintptr_t)w->program);
	names_free(w->names);
	w->program = NULL;
	w->outlined = false;
	return outlined ? load_outline(w) : watch_load_rules(w);
}

bool
watch_decide_apart(struct watch *w)
{
	const char	*why;

	w->apart = w->sandbox ||
	    (!w->no_sandbox && geteuid() == 0 && watch_is_live(w));
	if (!w->apart)
		return have_rules(w, false);
	if ((why = why_together(w)) != NULL) {
		w->apart = false;
		if (w->sandbox)
			log_warn("--sandbox: %s", why);
		else
			log_debug("no sandbox: %s", why);
		return !w->sandbox && have_rules(w, false);
	}
	if (!find_user(w) || !have_rules(w, true))
		return false;
	log_debug("sandbox: %s; the worker is %s", sandbox_kind() == NULL ?
	    "none on this system" : sandbox_kind(), w->privilege.drop ?
	    w->privilege.name : "who started it");
	return true;
}

/* The rules, of the parent. */

/* What watch_is_live() and why_together() will say, before trails are open. */
static bool
expects_apart(const struct watch *w)
{
	bool	 live = !w->foreground || w->follow || w->ntrails == 0;

	if (w->no_sandbox || w->check_only || w->backfill != NULL ||
	    (!w->sandbox && geteuid() != 0) || !spawn_possible())
		return false;
	for (size_t i = 0; i < w->ntrails; i++) {
		struct stat	 st;
		const int	 status = strcmp(w->trails[i], "-") == 0 ?
		    fstat(STDIN_FILENO, &st) : stat(w->trails[i], &st);

		if (status == -1)
			continue;		/* said when it is opened */
		if (S_ISDIR(st.st_mode) && w->foreground && !w->follow)
			return false;		/* read to its end */
		live |= !S_ISREG(st.st_mode);
	}
	return w->sandbox || live;
}

bool
watch_start_rules(struct watch *w)
{
	if (!expects_apart(w))
		return watch_load_rules(w);
	return find_user(w) && load_outline(w);
}

/* As the parent. */

static void
on_lines(void *arg, struct buf *lines)
{
	watch_say_lines(arg, lines);
}

void
watch_run_apart(struct watch *w, struct pipeline_result *result)
{
	const struct rules_env		 files = loader_env(NULL,
	    cli_accounts());
	const struct lectern_options	 reading = {
		.argv = w->argv,
		.files = &files,
		.here = w->cwd
	};
	const struct parent_options	 o = {
		.argv = w->argv,
		.here = w->cwd,
		.bundle = w->bundle,
		.reading = &reading,
		.say = on_lines,
		.arg = w,
		.program = w->program,
		.accounts = cli_accounts(),
		.inputs = w->inputs.v,
		.ninputs = w->inputs.n,
		.triggers = w->no_triggers ? NULL : &w->triggers,
		.reopen = watch_reopens(w),
		.keeps = w->state_dir != NULL,
		.keep_dir = w->state_dir != NULL ? w->state_dir : w->dir.path
	};

	parent_run(&o, result);
}

/* As the reader. */

void
watch_read_for_parent(struct watch *w)
{
	struct buf	 faults = { 0 };
	struct diags	*diags = diags_new();
	struct program	*p = NULL;
	struct rules_env env;
	struct reader	*r;

	/* The parent has asked the same, and would have said what is wrong. */
	if (privilege_find(&w->privilege, w->user) != NULL)
		station_exit(EXIT_FAILED);
	w->names = cli_names(&w->shared);
	if (chdir("/") == -1)
		station_exit(EXIT_FAILED);
	r = reader_new(w->station, &w->privilege);
	if (w->names != NULL) {
		env = reader_env(r, w->names);
		p = rules_load(&env, w->rules, diags);
	}
	if (p == NULL)
		diags_print(diags, &faults);
	else
		log_debug("%zu rules", p->nrules);
	reader_end(r, p, &faults);
}
