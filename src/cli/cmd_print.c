/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_print.c - `bsmtrace print`, and praudit(1): trails as text, XML, JSON
 * lines or a table.
 *
 * Under the name `praudit` it decodes what OpenBSM's praudit decodes, and takes
 * wrong usage as that does.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/cli.h"
#include "cli/image.h"
#include "cli/pager.h"
#include "run/printer.h"

#define CLASSIC_USAGE							\
	"usage: praudit [-lnpx] [-r | -s] [-d del] [file ...]"

enum { OPT_COLUMNS = CLI_LONG, OPT_CSV, OPT_TSV, OPT_FOLLOW, OPT_NO_PAGER,
	OPT_THREADS };

static const struct cli_option options[] = {
	{ 'd', "delimiter", "TEXT", "between fields, instead of a comma" },
	{ 'j', "json", NULL, "JSON lines; `make` gives the same bytes back" },
	{ 'l', "one-line", NULL, "a line for each record" },
	{ 'n', "numeric", NULL, "users and groups as numbers" },
	{ 'p', "partial", NULL, "the trail may begin inside a record" },
	{ 'r', "raw", NULL, "ids, events, times and errors as numbers" },
	{ 's', "short", NULL, "events by name, without their description" },
	{ 'x', "xml", NULL, "XML" },
	{ OPT_COLUMNS, "columns", "LIST",
	    "a table of these fields, as in time,auid,path" },
	{ OPT_CSV, "csv", NULL, "the table as CSV (as is usual)" },
	{ OPT_TSV, "tsv", NULL, "the table with tabs between its columns" },
	{ OPT_FOLLOW, "follow", NULL,
	    "wait for what is added to the trail, or to the directory" },
	{ OPT_NO_PAGER, "no-pager", NULL, "do not page on a terminal" },
	{ OPT_THREADS, "threads", "N",
	    "format on so many processors (as many as are of use)" },
	{ 0 }
};

static const char *const examples[] = {
	"bsmtrace print /var/audit/current",
	"bsmtrace print -j trail | grep AUE_su | bsmtrace make > su.trail",
	NULL
};

static const struct cli_usage usage = {
	"print", "[TRAIL | DIRECTORY]...",
	"Print audit records as text, XML, JSON lines or a table.",
	options, examples, CLI_NAMES | CLI_USERS | CLI_TIMES | CLI_DAMAGE
};

struct settings {
	struct text_style	 style;
	struct printer_options	 print;
	bool			 no_pager;
	struct cli_shared	 shared;
};

/* False when the argument is wrong, which was said. */
static bool
set_option(struct settings *set, int c)
{
	switch (c) {
	case 'd':
		set->style.delimiter = optarg;
		break;
	case 'j':
		set->print.form.json = true;
		break;
	case 'l':
		set->style.one_line = true;
		break;
	case 'n':
		set->style.numeric_ids = true;
		break;
	case 'p':
		set->print.partial = true;
		break;
	case 'r':
		set->style.raw = true;
		break;
	case 's':
		set->style.event_names = true;
		break;
	case 'x':
		set->style.xml = true;
		break;
	case OPT_COLUMNS:
		set->print.form.columns = optarg;
		break;
	case OPT_CSV:
	case OPT_TSV:
		set->print.form.columns_as = c == OPT_TSV ? COLUMNS_TSV :
		    COLUMNS_CSV;
		if (set->print.form.columns == NULL)
			set->print.form.columns = COLUMNS_USUAL;
		break;
	case OPT_FOLLOW:
		set->print.follow = true;
		break;
	case OPT_THREADS:
		return cli_number(&usage, c, PRESS_THREADS_MAX,
		    &set->print.threads);
	default:			/* OPT_NO_PAGER */
		set->no_pager = true;
		break;
	}
	return true;
}

/* -1 when all is well; else the exit status. */
static int
read_options(struct settings *set, int argc, char **argv)
{
	int	 c;

	while ((c = cli_getopt(&usage, &set->shared, argc, argv)) > 0) {
		if (c == '?' || !set_option(set, c))
			return EXIT_USAGE;
	}
	if (c == -1 && set->style.raw && set->style.event_names)
		return cli_usage_error(&usage, "-r and -s exclude each other");
	if (c == -1 && (set->print.form.json + set->style.xml +
	    (set->print.form.columns != NULL)) > 1)
		return cli_usage_error(&usage, "XML, JSON lines and a table "
		    "exclude each other");
	if (c == -1 && !set->style.classic && argv[optind] == NULL &&
	    isatty(STDIN_FILENO))
		return cli_usage_error(&usage, "no trail is named");
	return c;
}

static int
wrong_columns(struct slice bad)
{
	struct buf	 name = { 0 };

	if (bad.n == 0)
		return cli_usage_error(&usage, "a column has no name, or there "
		    "are more than %d", COLUMNS_MAX);
	buf_escape(&name, bad);
	(void)cli_usage_error(&usage, "no token has a field '%s'",
	    buf_cstr(&name));
	buf_fini(&name);
	return EXIT_USAGE;
}

/* Names of events that could be another system's: say whose they are. */
static void
say_dialect(const struct settings *set)
{
	if (!set->style.classic && (!set->style.raw || set->print.form.json))
		cli_say_bsd(&set->shared);
}

static int
print_with(struct settings *set, const struct names *names,
    const struct accounts *accounts, char **trails)
{
	const bool		 terminal = isatty(STDOUT_FILENO);
	struct printer_result	 result;
	struct printer		*p;
	struct slice		 bad;
	bool			 paged;

	set->style.utc = set->shared.utc;
	set->style.escape = terminal;
	set->style.colour = pager_colours();
	set->print.form.style = &set->style;
	set->print.form.names = names;
	set->print.form.accounts = accounts;
	set->print.fd = STDOUT_FILENO;
	set->print.classic = set->style.classic;
	set->print.watched = terminal;
	if ((p = printer_new(&set->print, &bad)) == NULL)
		return wrong_columns(bad);
	paged = terminal && !set->no_pager && !set->print.follow &&
	    pager_open();
	(void)signal(SIGPIPE, SIG_IGN);	/* `| head`: a failed write, no end */
	result = printer_run(p, trails);
	if (paged)
		pager_close();
	printer_free(p);
	if (result.bsd)
		say_dialect(set);
	return result.failed || (set->shared.strict && result.damaged) ?
	    EXIT_FAILED : EXIT_DONE;
}

static int
print(struct settings *set, char **trails)
{
	struct names	*names = cli_names(&set->shared);
	struct image	*image = NULL;
	int		 status = EXIT_FAILED;

	if (names == NULL)
		return EXIT_FAILED;
	if (set->shared.root == NULL)
		status = print_with(set, names, cli_accounts(), trails);
	else if ((image = image_new(set->shared.root)) != NULL)
		status = print_with(set, names, image_accounts(image), trails);
	image_free(image);
	names_free(names);
	return status;
}

static int
cmd_print(int argc, char **argv)
{
	struct settings	 set = { 0 };
	const int	 c = read_options(&set, argc, argv);

	return c != -1 ? c : print(&set, argv + optind);
}

static int
cmd_praudit(int argc, char **argv)
{
	struct settings	 set = { .style.classic = true };
	int		 c = read_options(&set, argc, argv);

	if (c == -1)
		c = print(&set, argv + optind);
	if (c != EXIT_USAGE)
		return c;
	log_warn("%s", CLASSIC_USAGE);
	return EXIT_FAILED;
}

const struct command	command_print = {
	"print", cmd_print, &usage,
	"show records as text, XML, JSON lines or a table"
};

const struct command	command_praudit = {
	"praudit", cmd_praudit, &usage, NULL
};
