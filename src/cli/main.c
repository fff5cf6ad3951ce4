/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the table of commands.
 *
 * Without a command word bsmtrace is the daemon that it has always been, so
 * that every old rc script, cron job and habit goes on working.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/nearest.h"
#include "cli/cli.h"
#include "cli/completion.h"
#include "run/roles.h"

/* In the order of the help; the first is meant when none is named. */
static const struct command *const commands[] = {
	&command_watch, &command_check, &command_test, &command_explain,
	&command_graph, &command_print, &command_reduce, &command_make,
	&command_alerts, NULL
};

/* Programs that a link to this one stands in for. */
static const struct command *const links[] = {
	&command_auditreduce, &command_praudit, NULL
};

static int
help(void)
{
	printf("usage: bsmtrace [watch] [-BbdFhnv] [-a SOURCE]... [-f RULES]\n"
	    "           [-l DIR] [-p PIDFILE] [LONG OPTION]...\n"
	    "       bsmtrace COMMAND [OPTION]... [OPERAND]...\n\n");
	for (const struct command *const *c = commands; *c != NULL; c++)
		printf("  %-9s%s\n", (*c)->name, (*c)->summary);
	printf("\n`bsmtrace COMMAND --help` tells the options of each.\n");
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int
unknown(const char *word)
{
	struct buf	 text = { 0 };
	struct nearest	 near;

	nearest_init(&near, slice_str(word));
	for (const struct command *const *c = commands; *c != NULL; c++)
		nearest_try(&near, slice_str((*c)->name));
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

static const struct command *
find(const struct command *const *c, const char *name)
{
	while (*c != NULL && strcmp(name, (*c)->name) != 0)
		c++;
	return *c;
}

/* For the shell, while somebody types: the words, the last one unfinished. */
static int
complete(const struct command *link, const char *const *words)
{
	struct buf	 answer = { 0 };

	completion_answer(commands, link, words, &answer);
	(void)fputs(buf_cstr(&answer), stdout);
	buf_fini(&answer);
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

int
main(int argc, char **argv)
{
	const char		*slash = argc > 0 ? strrchr(argv[0], '/') :
	    NULL;
	const struct command	*link = argc == 0 ? NULL :
	    find(links, slash != NULL ? slash + 1 : argv[0]);
	const struct command	*c = commands[0];	/* watch */

	if (argc > 1 && strcmp(argv[1], "--completion") == 0)
		return complete(link, (const char *const *)argv + 2);
	if (link != NULL)
		return link->run(argc, argv);
	if (argc > 0 && roles_of(argv[0]) != ROLE_PARENT)
		return c->run(argc, argv);	/* started by another one */
	if (argc < 2)
		return c->run(argc, argv);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return help();
	if (argv[1][0] == '-')
		return c->run(argc, argv);
	c = find(commands, argv[1]);
	return c != NULL ? c->run(argc - 1, argv + 1) : unknown(argv[1]);
}
