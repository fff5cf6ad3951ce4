/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bsm/names.h"
#include "caught.h"
#include "cli/cli.h"
#include "sink/format.h"

enum { OPT_FORMAT = CLI_LONG, OPT_FORM };

static const struct cli_option options[] = {
	{ 'a', "trail", "FILE", "a trail" },
	{ 'F', "foreground", NULL, "stay" },
	{ OPT_FORMAT, "format", "FORMAT", "text" },
	{ OPT_FORM, "form", "round|square", "how it looks" },
	{ 's', "syslog", "[=WHAT]", "syslog, too" },
	{ 0 }
};
static const char *const examples[] = { "bsmtrace some -F", NULL };
static const struct cli_usage usage = {
	"some", "FILE...", "Does something.", options, examples,
	CLI_NAMES | CLI_DAMAGE
};

static struct cli_shared	shared;

/* Parse one line of words; the letters go to GOT, in a row. */
static int
parse(const char *const *words, char *got)
{
	char	*argv[8] = { (char[]){ "some" } };
	int	 argc = 1, c;

	for (; words[argc - 1] != NULL; argc++)
		argv[argc] = strdup(words[argc - 1]);
	optind = 0;			/* glibc: begin anew */
	shared = (struct cli_shared){ 0 };
	while ((c = cli_getopt(&usage, &shared, argc, argv)) > 0 && c != '?')
		*got++ = c >= CLI_LONG ? '#' : (char)c;
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
options_in_common_are_read_for_the_command(void **state)
{
	char	 got[8];

	(void)state;
	assert_int_equal(parse(WORDS("--strict", "-F", "--platform=macos"),
	    got), -1);
	assert_string_equal(got, "F");
	assert_true(shared.strict);
	assert_null(shared.audit_dir);
}

static void
options_are_the_own_the_shared_and_help(void **state)
{
	static const char *const	 names[] = { "trail", "foreground",
	    "format", "form", "syslog", "audit-dir", "platform", "strict",
	    "help" };
	size_t				 i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_string_equal(cli_option_at(&usage, i)->name, names[i]);
	assert_null(cli_option_at(&usage, i));
	assert_null(cli_option_at(&usage, i + 1));
}

/* The words of a row are those of a table elsewhere. */
static void
assert_words(const struct cli_usage *u, const char *option,
    const char *expected)
{
	const struct cli_option	*o;

	for (size_t i = 0; (o = cli_option_at(u, i)) != NULL; i++)
		if (strcmp(o->name, option) == 0)
			break;
	assert_non_null(o);
	assert_string_equal(o->arg, expected);
}

static void
closed_sets_are_those_of_their_tables(void **state)
{
	struct buf	 platforms = { 0 }, formats = { 0 };

	(void)state;
	for (int d = 0; d < DIALECTS; d++)
		buf_printf(&platforms, "%s%s", d > 0 ? "|" : "",
		    names_dialect_name((enum dialect)d));
	assert_words(&usage, "platform", buf_cstr(&platforms));
	for (const struct sink_format *f = sink_formats(); f->name != NULL;
	    f++)
		buf_printf(&formats, "%s%s", formats.n > 0 ? "|" : "",
		    f->name);
	assert_words(command_watch.usage, "format", buf_cstr(&formats));
	buf_fini(&platforms);
	buf_fini(&formats);
}

static void
letters_and_names_of_options_are_unique(void **state)
{
	static const struct command *const	 all[] = {
		&command_watch, &command_check, &command_test,
		&command_print, &command_reduce, &command_make, NULL
	};
	const struct cli_option			*o, *before;

	(void)state;
	for (const struct command *const *c = all; *c != NULL; c++)
		for (size_t i = 0; (o = cli_option_at((*c)->usage, i)) != NULL;
		    i++)
			for (size_t k = 0; k < i; k++) {
				before = cli_option_at((*c)->usage, k);
				assert_int_not_equal(o->letter,
				    before->letter);
				assert_string_not_equal(o->name, before->name);
			}
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
	says(WORDS("-A"), "bsmtrace: there is no option -A; did you mean "
	    "-a?\n");
	says(WORDS("-Fxyz"), "bsmtrace: there is no option -x; see "
	    "`bsmtrace some --help`\n");
	says(WORDS("-foreground"), "bsmtrace: there is no option -f; did you "
	    "mean --foreground?\n");
	says(WORDS("operand", "", "-xF"), "bsmtrace: there is no option -x; "
	    "see `bsmtrace some --help`\n");
	says(WORDS("--fo"), "bsmtrace: there is no option --fo; did you mean "
	    "--foreground or --format or --form?\n");
	says(WORDS("--="), "bsmtrace: there is no option --; see `bsmtrace "
	    "some --help`\n");
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
	says(WORDS("--form=oval"), "bsmtrace: --form is one of round|square, "
	    "not 'oval'; see `bsmtrace some --help`\n");
	says(WORDS("--platform", "\033"), "bsmtrace: --platform is one of "
	    "freebsd|macos|solaris, not '\\x1b'; see `bsmtrace some --help`\n");
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
		cmocka_unit_test(options_in_common_are_read_for_the_command),
		cmocka_unit_test(options_are_the_own_the_shared_and_help),
		cmocka_unit_test(closed_sets_are_those_of_their_tables),
		cmocka_unit_test(letters_and_names_of_options_are_unique),
		cmocka_unit_test(unknown_option_is_named_with_its_nearest),
		cmocka_unit_test(arguments_must_fit),
		cmocka_unit_test(wrong_usage_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
