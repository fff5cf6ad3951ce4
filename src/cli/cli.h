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

#include "bsm/names.h"

enum exit_status { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2,
	EXIT_ALERTED = 3 };

struct command {
	const char	*name;
	int		(*run)(int argc, char **argv);
	const char	*args;		/* "FILE..." */
	const char	*summary;	/* half a line, for the help */
};

int	cmd_watch(int argc, char **argv);
int	cmd_check(int argc, char **argv);
int	cmd_test(int argc, char **argv);
int	cmd_print(int argc, char **argv);
int	cmd_praudit(int argc, char **argv);	/* by that name */
int	cmd_make(int argc, char **argv);
int	cmd_reduce(int argc, char **argv);
int	cmd_auditreduce(int argc, char **argv);	/* by that name */

/* An option of a command: getopt_long(3) and the help come from these rows. */
struct cli_option {
	int		 letter;	/* or a value from CLI_LONG up */
	const char	*name;		/* long name; never NULL */
	const char	*arg;		/* name of its argument, or NULL */
	const char	*help;
};
#define CLI_LONG 256		/* first value without a letter */

/* What a command takes; the table ends with a NULL name. */
struct cli_usage {
	const char		*name;
	const char		*args;
	const char		*about;		/* one sentence */
	const struct cli_option	*options;
	const char *const	*examples;	/* two, ends with NULL */
};

/*
 * The next option: its letter or value with `optarg` set; -1 at the end, with
 * `optind` at the first operand; '?' after a wrong option, which has been
 * reported with the nearest known one: return EXIT_USAGE. `--help` is printed
 * on standard output here and yields 0: return EXIT_DONE.
 */
int		 cli_getopt(const struct cli_usage *, int argc, char **argv);

/* Report wrong usage and what to type for help; returns EXIT_USAGE. */
int		 cli_usage_error(const struct cli_usage *, const char *, ...)
		    __attribute__((format(printf, 2, 3)));

/*
 * Event and class names: the built-in tables, this system's own, or those of
 * AUDIT_DIR. PLATFORM is "freebsd", "macos", "solaris" or NULL. Returns NULL
 * after reporting what is wrong.
 */
struct names	*cli_names(const char *audit_dir, const char *platform);

/* Users and groups of this machine, with a cache. Never NULL. */
const struct accounts	*cli_accounts(void);

#endif
