/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "caught.h"
#include "cli/cli.h"

enum { OPT_FORMAT = CLI_LONG };

static const struct cli_option options[] = {
	{ 'a', "trail", "FILE", "a trail" },
	{ 'F', "foreground", NULL, "stay" },
	{ OPT_FORMAT, "format", "FORMAT", "text" },
	{ 's', "syslog", "[=WHAT]", "syslog, too" },
	{ 0 }
};
static const char *const examples[] = { "bsmtrace some -F", NULL };
static const struct cli_usage usage = {
	"some", "FILE...", "Does something.", options, examples
};

/* Parse one line of words; the letters go to GOT, in a row. */
static int
parse(const char *const *words, char *got)
{
	char	*argv[8] = { (char[]){ "some" } };
	int	 argc = 1, c;

	for (; words[argc - 1] != NULL; argc++)
		argv[argc] = strdup(words[argc - 1]);
	optind = 0;			/* glibc: begin anew */
	while ((c = cli_getopt(&usage, argc, argv)) > 0 && c != '?')
		*got++ = c == OPT_FORMAT ? '#' : (char)c;
	*got = '\0';
	for (int i = 1; i < argc; i++)
		free(argv[i]);
	return c;
}
#define WORDS(...) (const char *const []){ __VA_ARGS__, NULL }

static void
letters_and_long_names_are_the_same(void **state)
{
	char	 got[8];

	(void)state;
	assert_int_equal(parse(WORDS("-Fa", "x", "--trail=y", "--foreground",
	    "--format", "json"), got), -1);
	assert_string_equal(got, "FaaF#");
}

static void
options_end_at_two_dashes(void **state)
{
	char	 got[8];

	(void)state;
	assert_int_equal(parse(WORDS("-F", "--", "-a"), got), -1);
	assert_string_equal(got, "F");
	assert_int_equal(optind, 3);
}

static void
optional_argument_needs_the_equals_sign(void **state)
{
	char	 got[8];

	(void)state;
	assert_int_equal(parse(WORDS("--syslog", "x"), got), -1);
	assert_null(optarg);
	assert_int_equal(parse(WORDS("--syslog=x"), got), -1);
	assert_string_equal(got, "s");
}

static void
says(const char *const *words, const char *expected)
{
	struct caught	 c;
	char		 got[8];

	catch_stderr(&c);
	assert_int_equal(parse(words, got), '?');
	assert_string_equal(caught_text(&c), expected);
}

static void
unknown_option_is_named_with_its_nearest(void **state)
{
	(void)state;
	says(WORDS("--formt=x"), "bsmtrace: there is no option --formt; did "
	    "you mean --format?\n");
	says(WORDS("--nothing-like-it"), "bsmtrace: there is no option "
	    "--nothing-like-it; see `bsmtrace some --help`\n");
	says(WORDS("-x"), "bsmtrace: there is no option -x; see `bsmtrace some "
	    "--help`\n");
	says(WORDS("-Fx"), "bsmtrace: there is no option -x; see `bsmtrace "
	    "some --help`\n");
	says(WORDS("--f\033[2J"), "bsmtrace: there is no option --f\\x1b[2J; "
	    "see `bsmtrace some --help`\n");
}

static void
arguments_must_fit(void **state)
{
	(void)state;
	says(WORDS("-a"), "bsmtrace: --trail needs FILE; see `bsmtrace some "
	    "--help`\n");
	says(WORDS("--format"), "bsmtrace: --format needs FORMAT; see "
	    "`bsmtrace some --help`\n");
	says(WORDS("--foreground=1"), "bsmtrace: --foreground takes no "
	    "argument; see `bsmtrace some --help`\n");
}

static void
wrong_usage_is_one_line(void **state)
{
	struct caught	 c;

	(void)state;
	catch_stderr(&c);
	assert_int_equal(cli_usage_error(&usage, "%s is missing", "FILE"),
	    EXIT_USAGE);
	assert_string_equal(caught_text(&c), "bsmtrace: FILE is missing; see "
	    "`bsmtrace some --help`\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_and_long_names_are_the_same),
		cmocka_unit_test(options_end_at_two_dashes),
		cmocka_unit_test(optional_argument_needs_the_equals_sign),
		cmocka_unit_test(unknown_option_is_named_with_its_nearest),
		cmocka_unit_test(arguments_must_fit),
		cmocka_unit_test(wrong_usage_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
