/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_graph.c - `bsmtrace graph`: the state machines of rules as pictures.
 */
#include <stdio.h>

#include "base/log.h"
#include "cli/cli.h"
#include "run/loader.h"

enum { OPT_SVG = CLI_LONG };

static const struct cli_option options[] = {
	{ OPT_SVG, "svg", NULL, "a picture, instead of text for dot(1)" },
	{ 0 }
};

static const char *const examples[] = {
	"bsmtrace graph --svg /etc/bsmtrace.conf login.guessed >login.svg",
	"bsmtrace graph /etc/bsmtrace.conf | dot -Tpdf >rules.pdf",
	NULL
};

static const struct cli_usage usage = {
	"graph", "FILE [RULE]", "Draw the state machine of a rule, or of all "
	"rules of a file.", options, examples, CLI_NAMES
};

static int
draw(const struct rules_env *env, const char *path, const char *label,
    bool svg)
{
	struct diags	*d = diags_new();
	struct buf	 out = { 0 }, said = { 0 };
	const int	 n = rules_graph(env, path, label, svg, d, &out);
	bool		 good = n > 0;

	if (n == -1) {
		diags_print(d, &said);
		(void)fputs(buf_cstr(&said), stderr);
	} else if (n == 0) {
		buf_escape(&said, slice_str(label == NULL ? path : label));
		log_warn(label == NULL ? "%s: no sequence is defined there" :
		    "no sequence is called '%s'", buf_cstr(&said));
	} else if (fwrite(out.p, 1, out.n, stdout) != out.n ||
	    fflush(stdout) != 0) {
		log_warn_errno("standard output");
		good = false;
	}
	buf_fini(&out);
	buf_fini(&said);
	diags_free(d);
	return good ? EXIT_DONE : EXIT_FAILED;
}

static int
cmd_graph(int argc, char **argv)
{
	struct cli_shared	 shared = { 0 };
	struct names		*names;
	struct rules_env	 env;
	bool			 svg = false;
	int			 c, status;

	while ((c = cli_getopt(&usage, &shared, argc, argv)) > 0) {
		if (c == '?')
			return EXIT_USAGE;
		svg = true;
	}
	if (c == 0)
		return EXIT_DONE;
	if (optind == argc || argc - optind > 2)
		return cli_usage_error(&usage, optind == argc ?
		    "no rule file is named" : "more than one rule is named");
	if ((names = cli_names(&shared)) == NULL)
		return EXIT_FAILED;
	env = loader_env(names, cli_accounts());
	status = draw(&env, argv[optind], argv[optind + 1], svg);
	names_free(names);
	return status;
}

const struct command	command_graph = {
	"graph", cmd_graph, &usage, "draw the state machines of rules"
};
