/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_check.c - `bsmtrace check`: everything that is wrong with rule files.
 *
 * Diagnostics go to standard error, where a compiler's go; a line of counts
 * for each file goes to standard output.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "cli/cli.h"
#include "run/loader.h"

enum { OPT_AUDIT_DIR = CLI_LONG, OPT_PLATFORM };

static const struct cli_option options[] = {
	{ OPT_AUDIT_DIR, "audit-dir", "DIR",
	    "take audit_event and audit_class from here" },
	{ OPT_PLATFORM, "platform", "NAME",
	    "whose records: freebsd, macos, solaris" },
	{ 0 }
};

static const char *const examples[] = {
	"bsmtrace check /etc/bsmtrace.conf",
	"bsmtrace check --audit-dir image/etc/security rules/*.conf",
	NULL
};

static const struct cli_usage usage = {
	"check", "FILE...", "Report every error and warning in rule files.",
	options, examples
};

static void
print_counts(const char *path, const struct program *p, const struct diags *d)
{
	struct buf	 text = { 0 };

	buf_escape(&text, slice_str(path));
	buf_str(&text, ": ");
	if (p != NULL)
		buf_printf(&text, "%zu rule%s, ", p->nrules,
		    p->nrules == 1 ? "" : "s");
	buf_printf(&text, "%zu error%s, %zu warning%s", diags_errors(d),
	    diags_errors(d) == 1 ? "" : "s", diags_warnings(d),
	    diags_warnings(d) == 1 ? "" : "s");
	puts(buf_cstr(&text));
	buf_fini(&text);
}

/* Returns whether the file is good. */
static bool
check_file(const struct rules_env *env, const char *path)
{
	struct diags	*d = diags_new();
	struct program	*p = rules_load(env, path, d);
	struct buf	 text = { 0 };
	const bool	 good = p != NULL;

	diags_print(d, &text);
	(void)fputs(buf_cstr(&text), stderr);	/* nobody else to be told */
	print_counts(path, p, d);
	(void)fflush(stdout);		/* looked at once, at the end */
	buf_fini(&text);
	program_free(p);
	diags_free(d);
	return good;
}

int
cmd_check(int argc, char **argv)
{
	const char		*audit_dir = NULL, *platform = NULL;
	struct names		*names;
	struct rules_env	 env;
	bool			 good = true;
	int			 c;

	while ((c = cli_getopt(&usage, argc, argv)) > 0) {
		switch (c) {
		case OPT_AUDIT_DIR:
			audit_dir = optarg;
			break;
		case OPT_PLATFORM:
			platform = optarg;
			break;
		default:
			return EXIT_USAGE;
		}
	}
	if (c == 0)
		return EXIT_DONE;
	if (optind == argc)
		return cli_usage_error(&usage, "no rule file is named");
	if ((names = cli_names(audit_dir, platform)) == NULL)
		return EXIT_FAILED;
	env = loader_env(names, cli_accounts());
	for (int i = optind; i < argc; i++)
		good &= check_file(&env, argv[i]);
	names_free(names);
	if (ferror(stdout)) {
		log_warn_errno("standard output");
		good = false;
	}
	return good ? EXIT_DONE : EXIT_FAILED;
}
