/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the table of commands.
 *
 * Without a command word bsmtrace is the daemon that it has always been, so
 * that every old rc script, cron job and habit goes on working.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/cli.h"
#include "rule/diag.h"

static const struct command commands[] = {	/* the order of the help */
	{ "watch", cmd_watch, "[-f RULES] [-a SOURCE]...",
	    "run rules over trails or a live feed (also without this word)" },
	{ "check", cmd_check, "FILE...", "report every error in rule files" },
	{ "test", cmd_test, "FILE...", "run the tests written beside rules" },
	{ "print", cmd_print, "TRAIL...",
	    "show records as text, XML or JSON lines" },
	{ "reduce", cmd_reduce, "[TRAIL | DIRECTORY]...",
	    "select records: by time, user, event, object..." },
	{ "make", cmd_make, "[FILE]...", "make records from JSON lines" },
	{ 0 }
};

/* Programs that a link to this one stands in for. */
static const struct command names[] = {
	{ "auditreduce", cmd_auditreduce, NULL, NULL },
	{ "praudit", cmd_praudit, NULL, NULL },
	{ 0 }
};

static int
help(void)
{
	printf("usage: bsmtrace [watch] [-BbdFhnv] [-a SOURCE]... [-f RULES] "
	    "[-l DIR] [-p PIDFILE]\n"
	    "       bsmtrace COMMAND [OPTION]... [OPERAND]...\n\n");
	for (const struct command *c = commands; c->name != NULL; c++)
		printf("  %-6s %-26s %s\n", c->name, c->args, c->summary);
	printf("\n`bsmtrace COMMAND --help` tells the options of each.\n");
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int
unknown(const char *word)
{
	struct buf	 text = { 0 };
	struct nearest	 near;

	nearest_init(&near, slice_str(word));
	for (const struct command *c = commands; c->name != NULL; c++)
		nearest_try(&near, slice_str(c->name));
	buf_escape(&text, slice_str(word));
	if (near.best.n > 0)
		log_warn("there is no command '%s'; did you mean '%.*s'?",
		    buf_cstr(&text), (int)near.best.n,
		    (const char *)near.best.p);
	else
		log_warn("there is no command '%s'; `bsmtrace --help` lists "
		    "them", buf_cstr(&text));
	buf_fini(&text);
	return EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	const char	*slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char	*name = slash != NULL ? slash + 1 : argv[0];

	for (const struct command *c = names; argc > 0 && c->name != NULL; c++)
		if (strcmp(name, c->name) == 0)
			return c->run(argc, argv);
	if (argc < 2)
		return cmd_watch(argc, argv);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return help();
	if (argv[1][0] == '-')
		return cmd_watch(argc, argv);
	for (const struct command *c = commands; c->name != NULL; c++)
		if (strcmp(argv[1], c->name) == 0)
			return c->run(argc - 1, argv + 1);
	return unknown(argv[1]);
}
