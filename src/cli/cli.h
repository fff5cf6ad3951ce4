/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli.h - what the commands share: the table, usage, and options in common.
 *
 * A command gets argc and argv with its own name as argv[0] and returns the
 * exit status: 0 done, 1 something failed (said on stderr), 2 wrong usage.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"
#include "bsm/names.h"

enum exit_status { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2,
	EXIT_ALERTED = 3 };

/*
 * An option of a command: getopt_long(3), the help and completion.c work from
 * these rows. ARG tells people and completion what is wanted: words with bars
 * between them are all that there are (cli_getopt() refuses others), DIR is a
 * directory, EVENT an audit event and so on; in brackets it may be left out.
 */
struct cli_option {
	int		 letter;	/* or a value from CLI_LONG up */
	const char	*name;		/* long name; never NULL */
	const char	*arg;		/* name of its argument, or NULL */
	const char	*help;
};
#define CLI_LONG 256		/* first value without a letter */

/* Rows that several commands have in common: cli.c has them, and reads them. */
enum cli_rows {
	CLI_NAMES	= 1 << 0,	/* --audit-dir, --platform */
	CLI_USERS	= 1 << 1,	/* --root */
	CLI_TIMES	= 1 << 2,	/* --utc, --local */
	CLI_DAMAGE	= 1 << 3	/* --strict */
};

/* What they said. */
struct cli_shared {
	const char	*audit_dir, *platform, *root;	/* or NULL */
	bool		 utc, strict;
};

/* What a command takes; the table of options ends with a NULL name. */
struct cli_usage {
	const char		*name;
	const char		*args;		/* operands, "" if none */
	const char		*about;		/* one sentence */
	const struct cli_option	*options;
	const char *const	*examples;	/* two, ends with NULL */
	unsigned		 shared;	/* CLI_NAMES | ... */
};

/* A row of the table in main.c; the command's own file has it. */
struct command {
	const char		*name;
	int			(*run)(int argc, char **argv);
	const struct cli_usage	*usage;
	const char		*summary;	/* half a line; NULL: a link */
};

extern const struct command	command_watch, command_check, command_test,
				command_print, command_reduce, command_make,
				command_graph, command_explain, command_alerts;

/* What links to the program, of these names, do. */
extern const struct command	command_praudit, command_auditreduce;

/* Take the next word of an ARG with bars between them; false: no more. */
bool			 cli_word(const char **arg, struct slice *word);

/* The I-th option: the command's own, those in common, --help; or NULL. */
const struct cli_option	*cli_option_at(const struct cli_usage *, size_t i);

/*
 * The next option of the command's own: its letter or value with `optarg` set;
 * -1 at the end, with `optind` at the first operand; '?' after a wrong option,
 * which has been reported with the nearest known one: return EXIT_USAGE. Those
 * in common go to *SHARED, which may be NULL for a command that takes none.
 * `--help` is printed on standard output here and yields 0: return EXIT_DONE.
 */
int		 cli_getopt(const struct cli_usage *, struct cli_shared *,
		    int argc, char **argv);

/* Report wrong usage and what to type for help; returns EXIT_USAGE. */
int		 cli_usage_error(const struct cli_usage *, const char *, ...)
		    __attribute__((format(printf, 2, 3)));

/*
 * The argument of option C as a whole number from 1 to MAX. False when it is
 * none, which has been reported.
 */
bool		 cli_number(const struct cli_usage *, int c, unsigned max,
		    unsigned *value);

/*
 * Event and class names: the built-in tables, this system's own, or those of
 * --audit-dir, for the system of --platform. Returns NULL after reporting what
 * is wrong.
 */
struct names	*cli_names(const struct cli_shared *);

/*
 * Trails of FreeBSD and macOS look alike. When there were any, and nobody has
 * said whose names to use: tell a terminal once whose were used.
 */
void		 cli_say_bsd(const struct cli_shared *);

/* Users and groups of this machine, with a cache. Never NULL. */
const struct accounts	*cli_accounts(void);

#endif
