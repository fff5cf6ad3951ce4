/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_reduce.c - `bsmtrace reduce`, and auditreduce(1): the records that are
 * wanted.
 *
 * The letters are those of OpenBSM's auditreduce, and where that has none those
 * of Solaris'. Under the name `auditreduce` it behaves like OpenBSM's: trails
 * one after another, each token of a kind has to fit, status 64 for wrong use.
 */
#include <sys/stat.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/cli.h"
#include "cli/image.h"
#include "cli/wanted.h"
#include "rule/program.h"
#include "run/figures.h"
#include "run/sieve.h"
#include "run/threads.h"

#define EXIT_CLASSIC_USAGE 64	/* of auditreduce: EX_USAGE of sysexits(3) */

enum { OPT_EVERY = CLI_LONG, OPT_ANY, OPT_CONCAT, OPT_MERGE, OPT_WHERE,
	OPT_EXCLUSIVE, OPT_OWNERS, OPT_THREADS };

static const struct cli_option options[] = {
	{ 'A', "all", NULL, "every record, whatever its time; no file tokens" },
	{ 'a', "after", "TIME", "records from this second on" },
	{ 'b', "before", "TIME",
	    "records up to this second; +2h: so long from -a on" },
	{ 'd', "date", "DAY", "records of this day" },
	{ OPT_EXCLUSIVE, "exclusive", NULL,
	    "the second of -b itself is not wanted" },
	{ 'c', "class", "FLAGS", "events of these audit classes: lo,+ex,^-fc" },
	{ 'm', "event", "EVENT", "this event, by name or number; repeatable" },
	{ 'u', "audit-user", "USER", "audit user, by name or number" },
	{ 'e', "effective-user", "USER", "effective user" },
	{ 'r', "real-user", "USER", "real user" },
	{ 'f', "effective-group", "GROUP", "effective group" },
	{ 'g', "real-group", "GROUP", "real group" },
	{ 'j', "subject-pid", "PID", "process of the subject" },
	{ 's', "session", "ID", "audit session of the subject" },
	{ 'z', "zone", "PATTERN", "zone or jail; * ? [...] but no /" },
	{ 'l', "label", "RANGE", "not possible (see the manual)" },
	{ 'o', "object", "KIND=VALUE",
	    "an object: file, sock, pid, msgqid, ... (see the manual)" },
	{ OPT_WHERE, "where", "PREDICATES",
	    "what a state of bsmtrace.conf(5) would ask" },
	{ 'v', "invert", NULL, "the records that do not fit" },
	{ OPT_ANY, "any", NULL, "one fitting token will do (the default)" },
	{ OPT_EVERY, "every", NULL, "every token of the kind has to fit" },
	{ 'N', "subjects-only", NULL,
	    "-u -e -r -f -g: subject tokens, not processes" },
	{ OPT_OWNERS, "owners", NULL,
	    "-e -f -g: also owners of files and IPC objects" },
	{ OPT_MERGE, "merge", NULL,
	    "all trails by the time of their records (the default)" },
	{ OPT_CONCAT, "concat", NULL, "one trail after another" },
	{ 'R', "audit-root", "DIR", "trails of all hosts below DIR" },
	{ 'S', "server", "HOST", "those of this server below the root" },
	{ 'M', "machine", "NAME", "trails whose name ends in .NAME" },
	{ 'C', "complete", NULL, "no trails that are not terminated" },
	{ 'O', "output", "PLACE",
	    "[DIR/]SUFFIX: write the trail [DIR/]START.END.SUFFIX" },
	{ 'D', "delete", "PLACE",
	    "as -A -C -O; then remove what was read" },
	{ OPT_THREADS, "threads", "N",
	    "to read and judge with (as many as there are processors)" },
	{ 'Q', "quiet", NULL, "say nothing about damaged trails" },
	{ 'V', "verbose", NULL, "name each trail, and count what is written" },
	{ 0 }
};

static const char *const examples[] = {
	"bsmtrace reduce -u alice -a yesterday /var/audit | bsmtrace print -",
	"bsmtrace reduce --where 'object <path> { /etc; }; status failure;' t",
	NULL
};

static const struct cli_usage usage = {
	"reduce", "[TRAIL | DIRECTORY]...",
	"Select audit records and write them as a trail.", options, examples,
	CLI_NAMES | CLI_USERS | CLI_TIMES | CLI_DAMAGE
};

struct settings {
	bool			 classic;	/* called auditreduce */
	struct wanted		 wanted;
	bool			 concat, complete, delete, quiet, verbose;
	const char		*root, *server, *machine, *place;
	struct cli_shared	 shared;
	unsigned		 threads;
};

/* ----------------------------------------------------------------- options */

/* One that may be given once only. */
static bool
take_once(const char **where, int c)
{
	if (*where != NULL) {
		(void)cli_usage_error(&usage, "-%c is given twice", c);
		return false;
	}
	*where = optarg;
	return true;
}

static bool
take_time(struct settings *set, int c)
{
	struct wanted	*w = &set->wanted;

	if ((c == 'd' && (w->after != NULL || w->before != NULL)) ||
	    (c != 'd' && w->date != NULL)) {
		(void)cli_usage_error(&usage,
		    "-d stands for both -a and -b: give either");
		return false;
	}
	if (c == 'b' && optarg[0] == '+' && w->after == NULL) {
		(void)cli_usage_error(&usage,
		    "-b +... counts from -a, which has to stand before it");
		return false;
	}
	return take_once(c == 'a' ? &w->after : c == 'b' ? &w->before :
	    &w->date, c);
}

static bool
take_place(struct settings *set, int c)
{
	const char	*slash = strrchr(optarg, '/');

	if (*(slash == NULL ? optarg : slash + 1) == '\0') {
		(void)cli_usage_error(&usage, "-%c needs a suffix, such as "
		    "the name of a host, behind the directory", c);
		return false;
	}
	if (set->place != NULL) {
		(void)cli_usage_error(&usage, "-O and -D: give one of them, "
		    "once");
		return false;
	}
	set->place = optarg;
	if (c == 'D')
		set->delete = set->wanted.all = set->complete = true;
	return true;
}

/* Options that are a word and no more. False: not one of them. */
static bool
take_flag(struct settings *set, int c)
{
	switch (c) {
	case 'A':
		set->wanted.all = true;
		break;
	case 'v':
		set->wanted.invert = true;
		break;
	case 'N':
		set->wanted.ids = IDS_SUBJECTS;
		break;
	case OPT_OWNERS:
		set->wanted.ids = IDS_OWNERS;
		break;
	case 'C':
		set->complete = true;
		break;
	case 'Q':
		set->quiet = true;
		break;
	case 'V':
		set->verbose = true;
		break;
	case OPT_EXCLUSIVE:
		set->wanted.exclusive = true;
		break;
	case OPT_EVERY:
	case OPT_ANY:
		set->wanted.every = c == OPT_EVERY;
		break;
	case OPT_CONCAT:
	case OPT_MERGE:
		set->concat = c == OPT_CONCAT;
		break;
	default:
		return false;
	}
	return true;
}

/* Of Solaris' Trusted Extensions. */
static bool
no_labels(void)
{
	(void)cli_usage_error(&usage, "-l: what a label's name stands for is "
	    "known only to the label_encodings file of the machine that wrote "
	    "the trail; `bsmtrace print` shows labels as they stand in it");
	return false;
}

/* Options with an argument. False after a report. */
static bool
take_argument(struct settings *set, int c)
{
	switch (c) {
	case 'a':
	case 'b':
	case 'd':
		return take_time(set, c);
	case 'O':
	case 'D':
		return take_place(set, c);
	case 'l':
		return no_labels();
	case 'R':
		set->root = optarg;
		break;
	case 'S':
		set->server = optarg;
		break;
	case 'M':
		set->machine = optarg;
		break;
	case OPT_WHERE:
		set->wanted.where = optarg;
		break;
	case OPT_THREADS:
		return cli_number(&usage, c, THREADS_MAX, &set->threads);
	default:
		wanted_add(&set->wanted, c, optarg);
		break;
	}
	return true;
}

/* As cli_getopt(): -1 when all is well. */
static int
read_options(struct settings *set, int argc, char **argv)
{
	int	 c;

	while ((c = cli_getopt(&usage, &set->shared, argc, argv)) > 0)
		if (c == '?' ||
		    (!take_flag(set, c) && !take_argument(set, c)))
			return EXIT_USAGE;
	return c;
}

/* ------------------------------------------------------------------ trails */

static bool
is_directory(const char *path)
{
	struct stat	 st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Solaris kept its trails elsewhere than the others once. */
static const char *
usual_root(void)
{
	static const char	 solaris[] = "/etc/security/audit";

	return is_directory(solaris) ? solaris : "/var/audit";
}

static void
on_opened(void *arg, const char *trail)
{
	struct buf	 shown = { 0 };

	(void)arg;
	buf_escape(&shown, slice_str(trail));
	log_info("reading %s", buf_cstr(&shown));
	buf_fini(&shown);
}

static void
on_bad_trail(void *arg, const char *trail, const char *why)
{
	(void)arg;
	(void)trail;
	(void)why;			/* -Q: the exit status tells */
}

/* What is to be read, when it is not operands. */
static bool
add_servers(struct trailset *trails, const struct settings *set)
{
	const char	*root = set->root == NULL ? usual_root() : set->root;
	struct buf	 path = { 0 };
	bool		 good;

	if (set->server == NULL)
		return trailset_add(trails, root);
	if (strchr(set->server, '/') == NULL)
		buf_printf(&path, "%s/%s", root, set->server);
	else
		buf_str(&path, set->server);
	buf_str(&path, "/files");
	good = trailset_add(trails, buf_cstr(&path));
	buf_fini(&path);
	return good;
}

/* Add the operands; false when one is missing, which was said. */
static bool
add_operands(struct trailset *trails, const struct settings *set,
    char **operands)
{
	static const char	*standard_input[] = { "-", NULL };
	const char *const	*o = operands[0] == NULL ? standard_input :
	    (const char *const *)operands;
	bool			 good = true;

	if (set->root != NULL || set->server != NULL || set->machine != NULL)
		return add_servers(trails, set);
	for (; *o != NULL && (good || !set->concat); o++)
		good &= trailset_add(trails, set->classic && operands[0] !=
		    NULL && strcmp(*o, "-") == 0 ? "./-" : *o);
	return good;
}

static struct trailset *
make_set(const struct settings *set, const struct criteria *c, bool merged)
{
	struct trailset_options	 o = {
		.order = merged ? TRAILSET_MERGED : TRAILSET_IN_TURN,
		.from = INT64_MIN, .until = INT64_MAX,
		.operands_too = !set->classic, .empty_too = set->classic,
		.closed_only = set->complete,
		.host = set->machine, .say = set->quiet ? on_bad_trail : NULL,
		.opened = set->verbose ? on_opened : NULL,
	};

	if (!set->wanted.invert)	/* else what lies outside is wanted */
		criteria_period(c, &o.from, &o.until);
	return trailset_new(&o);
}

/* What the operands are, and whether the options go with them. */
static int
check_operands(struct settings *set, char **operands)
{
	const bool	 search = set->root != NULL || set->server != NULL ||
	    set->machine != NULL;
	bool		 directory = search;

	for (char **o = operands; *o != NULL; o++)
		directory |= is_directory(*o);
	if (search && operands[0] != NULL)
		return cli_usage_error(&usage, "-R, -S and -M look for trails "
		    "themselves: no operands go with them");
	if (set->delete && !wanted_everything(&set->wanted))
		return cli_usage_error(&usage, "-D removes what it has read, "
		    "so it takes every record: select with -O");
	if (set->complete && !set->delete && !directory)
		return cli_usage_error(&usage, "-C chooses among the trails "
		    "of a directory, and none is named");
	if (operands[0] == NULL && !search && isatty(STDIN_FILENO))
		return cli_usage_error(&usage, "no trail is named");
	if (set->place == NULL && isatty(STDOUT_FILENO))
		return cli_usage_error(&usage, "audit records are no text for "
		    "a terminal: use -O, a file, or `| bsmtrace print -`");
	if (set->classic && directory)
		set->concat = false;
	return -1;
}

/* --------------------------------------------------------------------- run */

/* -D: what was read whole is in the new trail, and may go. */
static bool
delete_trails(const struct trailset *trails, const struct sieve *s)
{
	bool	 good = true;

	for (size_t i = 0; i < trailset_count(trails); i++) {
		const struct trail	*t = trailset_trail(trails, i);
		struct buf		 shown = { 0 };

		if (strcmp(t->path, "-") == 0)
			continue;
		buf_escape(&shown, slice_str(t->path));
		if (!t->ended || t->failed || sieve_damaged(s, i)) {
			log_warn("%s is kept: it was not read whole",
			    buf_cstr(&shown));
		} else if (unlink(t->path) == -1) {
			log_warn_errno("%s", buf_cstr(&shown));
			good = false;
		}
		buf_fini(&shown);
	}
	return good;
}

static bool
overwrites(const struct trailset *trails, const struct trailout *out)
{
	for (size_t i = 0; i < trailset_count(trails); i++) {
		const char	*path = trailset_trail(trails, i)->path;
		struct buf	 shown = { 0 };

		if (!trailout_is(out, path))
			continue;
		buf_escape(&shown, slice_str(strcmp(path, "-") == 0 ?
		    "standard input" : path));
		log_warn("%s is the output, too", buf_cstr(&shown));
		buf_fini(&shown);
		return true;
	}
	return false;
}

static void
say_written(const struct trailout *out, const char *name)
{
	struct buf	 text = { 0 };

	figures_count(&text, trailout_records(out), "record");
	buf_str(&text, " written");
	if (name != NULL) {
		buf_str(&text, " to ");
		buf_escape(&text, slice_str(name));
	}
	log_info("%s", buf_cstr(&text));
	buf_fini(&text);
}

static bool
sift(const struct settings *set, struct criteria *c, struct trailset *trails)
{
	const struct sieve_options	 o = { set->quiet, set->concat,
	    threads_worth(set->threads, trailset_size(trails)) };
	struct trailout			*out = set->place == NULL ?
	    trailout_standard() : trailout_file(set->place);
	struct sieve			*s;
	const char			*name = NULL;
	bool				 good;

	(void)signal(SIGXFSZ, SIG_IGN);	/* a limit is a failed write */
	(void)signal(SIGPIPE, SIG_IGN);	/* `| head`, too: no sudden end */
	if (out == NULL || overwrites(trails, out)) {
		trailout_free(out);
		return false;
	}
	s = sieve_new(&o, c, trails, out);
	good = sieve_run(s);
	good &= trailout_finish(out, set->delete, &name);
	if (set->verbose)
		say_written(out, name);
	if (good && set->delete)
		good = delete_trails(trails, s);
	if (set->shared.strict && sieve_damaged_any(s))
		good = false;
	sieve_free(s);
	trailout_free(out);
	return good;
}

/* With the names that records and options are to be understood by. */
static int
reduce_with(struct settings *set, const struct names *names,
    const struct accounts *accounts, char **operands)
{
	struct trailset	*trails;
	struct program	*where;
	struct criteria	*c = wanted_criteria(&set->wanted, names, accounts,
	    &usage, &where);
	bool		 good;

	if (c == NULL)
		return EXIT_USAGE;
	trails = make_set(set, c, !set->concat);
	good = add_operands(trails, set, operands);
	good &= sift(set, c, trails);
	if (criteria_unsure(c) && !set->classic && !set->quiet)
		cli_say_bsd(&set->shared);
	trailset_free(trails);
	criteria_free(c);
	program_free(where);
	return good ? EXIT_DONE : EXIT_FAILED;
}

static int
reduce(struct settings *set, char **operands)
{
	const struct cli_shared	*s = &set->shared;
	struct names		*names = cli_names(s);
	struct image		*image = s->root == NULL ? NULL :
	    image_new(s->root);
	int			 status = EXIT_FAILED;

	set->wanted.utc = s->utc;
	if (names != NULL && (image != NULL || s->root == NULL))
		status = reduce_with(set, names, image == NULL ?
		    cli_accounts() : image_accounts(image), operands);
	image_free(image);
	names_free(names);
	return status;
}

static int
run(struct settings *set, int argc, char **argv)
{
	int	 c = read_options(set, argc, argv);

	if (c == -1)
		c = check_operands(set, argv + optind);
	if (c == -1)
		c = reduce(set, argv + optind);
	wanted_fini(&set->wanted);
	return c;
}

static int
cmd_reduce(int argc, char **argv)
{
	struct settings	 set = { .wanted.ids = IDS_PROCESSES };

	return run(&set, argc, argv);
}

static int
cmd_auditreduce(int argc, char **argv)
{
	struct settings	 set = { .classic = true, .concat = true,
	    .wanted.ids = IDS_PROCESSES, .wanted.every = true };
	const int	 status = run(&set, argc, argv);

	return status == EXIT_USAGE ? EXIT_CLASSIC_USAGE : status;
}

const struct command	command_reduce = {
	"reduce", cmd_reduce, &usage,
	"select records: by time, user, event, object..."
};

const struct command	command_auditreduce = {
	"auditreduce", cmd_auditreduce, &usage, NULL
};
