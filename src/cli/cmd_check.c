/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_check.c - `bsmtrace check`: everything that is wrong with rule files.
 *
 * Diagnostics go to standard error, where a compiler's go; a line of counts
 * for each file goes to standard output, or what was asked for instead: the
 * canonical text, what the rules cost, which of them the policy keeps silent.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cli/cli.h"
#include "run/cost.h"
#include "run/loader.h"
#include "run/ruletest.h"

enum { OPT_PRINT = CLI_LONG, OPT_COST, OPT_POLICY };

static const struct cli_option options[] = {
	{ OPT_PRINT, "print", NULL,
	    "print the file in canonical form: the same rules" },
	{ OPT_COST, "cost", NULL,
	    "tell what each rule listens to, asks and keeps" },
	{ OPT_POLICY, "policy", "FILE",
	    "tell which rules this audit_control(5) keeps silent" },
	{ 0 }
};

static const char *const examples[] = {
	"bsmtrace check /etc/bsmtrace.conf",
	"bsmtrace check --policy /etc/security/audit_control rules/*.conf",
	NULL
};

/* Of the headers whose events a policy is about: those of this system. */
#define BSD_VERSION	11
#define POLICY_MAX	(1u << 20)	/* bytes of the file */

/* What is told of a file besides its mistakes. */
struct wish {
	bool		 print, cost;
	const char	*policy;		/* a file, or NULL */
	struct flags	 flags[DIALECTS];
	const struct names *names;
	enum dialect	 dialect;
};

static const struct cli_usage usage = {
	"check", "FILE...", "Report every error and warning in rule files.",
	options, examples, CLI_NAMES
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

/* Rules that can never fire are told, and are no error. */
static void
print_wishes(const struct wish *w, const struct program *p)
{
	struct buf	 text = { 0 };
	size_t		 silent = 0;

	for (size_t i = 0; i < p->nrules; i++) {
		if (w->cost)
			cost_tell(p, i, w->names, w->dialect, &text);
		if (w->policy != NULL)
			silent += !policy_tell(p, i, w->names, w->dialect,
			    &w->flags[w->dialect], &text);
	}
	if (w->policy != NULL)
		buf_printf(&text, "%zu of %zu rules can never fire under this "
		    "policy\n", silent, p->nrules);
	(void)fwrite(text.p, 1, text.n, stdout);	/* looked at later */
	buf_fini(&text);
}

/* Returns whether the file is good. */
static bool
print_file(const struct rules_env *env, const char *path)
{
	struct diags	*d = diags_new();
	struct buf	 text = { 0 }, said = { 0 };
	const bool	 good = rules_print(env, path, d, &text);

	diags_print(d, &said);
	(void)fputs(buf_cstr(&said), stderr);
	if (good)
		(void)fwrite(text.p, 1, text.n, stdout);
	buf_fini(&text);
	buf_fini(&said);
	diags_free(d);
	return good;
}

/* Could the tests be run, as far as their words tell? */
static void
check_tests(const struct wish *w, const struct tests *all, struct diags *d)
{
	const struct words_env	 words = { w->names, cli_accounts(), d };
	struct buf		 trail = { 0 };

	for (size_t i = 0; all != NULL && i < all->n; i++) {
		(void)ruletest_trail(&words, &all->tests[i], &trail);
		buf_clear(&trail);
	}
	buf_fini(&trail);
}

/* Returns whether the file is good. */
static bool
check_file(const struct rules_env *env, const struct wish *w,
    const char *path)
{
	struct diags	*d = diags_new();
	struct tests	*tests;
	struct program	*p = rules_load_tests(env, path, d, &tests);
	struct buf	 text = { 0 };
	bool		 good;

	check_tests(w, tests, d);
	good = diags_errors(d) == 0;
	diags_print(d, &text);
	(void)fputs(buf_cstr(&text), stderr);	/* nobody else to be told */
	print_counts(path, p, d);
	if (good)
		print_wishes(w, p);
	(void)fflush(stdout);		/* looked at once, at the end */
	buf_fini(&text);
	tests_free(tests);
	program_free(p);
	diags_free(d);
	return good;
}

/* False after saying why. */
static bool
read_policy(struct wish *w)
{
	struct buf	 text = { 0 }, why = { 0 }, name = { 0 };
	const int	 error = loader_read(w->policy, POLICY_MAX,
	    &text);
	const bool	 good = error == 0 && policy_read(w->names,
	    buf_bytes(&text), w->flags, &why);

	if (!good) {
		buf_escape(&name, slice_str(w->policy));
		log_warn("%s: %s", buf_cstr(&name), error != 0 ?
		    strerror(error) : buf_cstr(&why));
	}
	buf_fini(&text);
	buf_fini(&name);
	buf_fini(&why);
	return good;
}

/* False after a wrong option. */
static bool
set_wish(struct wish *w, int c)
{
	switch (c) {
	case OPT_PRINT:
		w->print = true;
		return true;
	case OPT_COST:
		w->cost = true;
		return true;
	case OPT_POLICY:
		w->policy = optarg;
		return true;
	default:
		return false;
	}
}

static int
cmd_check(int argc, char **argv)
{
	struct cli_shared	 shared = { 0 };
	struct wish		 wish = { 0 };
	struct names		*names;
	struct rules_env	 env;
	bool			 good = true;
	int			 c;

	while ((c = cli_getopt(&usage, &shared, argc, argv)) > 0)
		if (!set_wish(&wish, c))
			return EXIT_USAGE;
	if (c == 0)
		return EXIT_DONE;
	if (optind == argc)
		return cli_usage_error(&usage, "no rule file is named");
	if (wish.print && (wish.cost || wish.policy != NULL))
		return cli_usage_error(&usage, "--print stands alone");
	if ((names = cli_names(&shared)) == NULL)
		return EXIT_FAILED;
	wish.names = names;
	wish.dialect = names_dialect(names, BSD_VERSION);
	env = loader_env(names, cli_accounts());
	if (wish.policy != NULL && !read_policy(&wish)) {
		names_free(names);
		return EXIT_FAILED;
	}
	for (int i = optind; i < argc; i++)
		good &= wish.print ? print_file(&env, argv[i]) :
		    check_file(&env, &wish, argv[i]);
	names_free(names);
	if (ferror(stdout)) {
		log_warn_errno("standard output");
		good = false;
	}
	return good ? EXIT_DONE : EXIT_FAILED;
}

const struct command	command_check = {
	"check", cmd_check, &usage, "report every error in rule files"
};
