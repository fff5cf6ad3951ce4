/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli.c - options and help from one table for each command.
 *
 * getopt_long(3) does the parsing; what it needs is made from the table at
 * each call, so that nothing is kept between calls but its own state.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "cli/cli.h"
#include "rule/diag.h"

#define OPTIONS_MAX	64	/* of one command; the largest has about 30 */
#define HELP_COLUMN	28	/* where the text of an option begins */

static const struct cli_option	help_option = {
	'h', "help", NULL, "show this help"
};

static bool
has_letter(const struct cli_usage *u, int letter)
{
	for (const struct cli_option *o = u->options; o->name != NULL; o++)
		if (o->letter == letter)
			return true;
	return false;
}

/* The I-th option, the one for help behind those of the table; or NULL. */
static const struct cli_option *
option_at(const struct cli_usage *u, size_t i)
{
	size_t	 n = 0;

	while (u->options[n].name != NULL)
		n++;
	return i < n ? &u->options[i] : i == n ? &help_option : NULL;
}

static bool
takes_optional(const struct cli_option *o)
{
	return o->arg != NULL && o->arg[0] == '[';
}

/* One line of the options in the help. */
static void
print_option(const struct cli_usage *u, const struct cli_option *o)
{
	struct buf	 left = { 0 };

	if (o->letter < CLI_LONG &&
	    (o != &help_option || !has_letter(u, 'h')))
		buf_printf(&left, "  -%c, ", o->letter);
	else
		buf_str(&left, "      ");
	buf_printf(&left, "--%s", o->name);
	if (takes_optional(o))
		buf_str(&left, o->arg);		/* "[=WHAT]" */
	else if (o->arg != NULL)
		buf_printf(&left, " %s", o->arg);
	if (left.n + 2 > HELP_COLUMN)
		printf("%s\n%*s%s\n", buf_cstr(&left), HELP_COLUMN, "",
		    o->help);
	else
		printf("%-*s%s\n", HELP_COLUMN, buf_cstr(&left), o->help);
	buf_fini(&left);
}

static void
print_help(const struct cli_usage *u)
{
	const struct cli_option	*o;

	printf("usage: bsmtrace %s [OPTION]...%s%s\n%s\n\n", u->name,
	    u->args[0] == '\0' ? "" : " ", u->args, u->about);
	for (size_t i = 0; (o = option_at(u, i)) != NULL; i++)
		print_option(u, o);
	printf("\nexamples:\n");
	for (const char *const *e = u->examples; *e != NULL; e++)
		printf("  %s\n", *e);
	(void)fflush(stdout);	/* nobody is left to be told */
}

int
cli_usage_error(const struct cli_usage *u, const char *fmt, ...)
{
	struct buf	 text = { 0 };
	va_list		 ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	log_warn("%s; see `bsmtrace %s --help`", buf_cstr(&text), u->name);
	buf_fini(&text);
	return EXIT_USAGE;
}

/* A long option that does not exist: name the nearest. */
static void
unknown_long(const struct cli_usage *u, const char *word)
{
	const struct cli_option	*o;
	struct buf		 text = { 0 };
	struct nearest		 near;
	struct slice		 name = slice_str(word + 2);
	const uint8_t		*equals = memchr(name.p, '=', name.n);

	if (equals != NULL)
		name.n = (size_t)(equals - name.p);
	nearest_init(&near, name);
	for (size_t i = 0; (o = option_at(u, i)) != NULL; i++)
		nearest_try(&near, slice_str(o->name));
	buf_escape(&text, name);
	if (near.best.n > 0)
		log_warn("there is no option --%s; did you mean --%.*s?",
		    buf_cstr(&text), (int)near.best.n,
		    (const char *)near.best.p);
	else
		(void)cli_usage_error(u, "there is no option --%s",
		    buf_cstr(&text));
	buf_fini(&text);
}

/* What getopt_long(3) did not like, in our words. */
static void
explain(const struct cli_usage *u, int result, const char *word)
{
	const struct cli_option	*o;
	struct buf		 text = { 0 };
	char			 letter = (char)optopt;

	if (result == ':') {
		for (size_t i = 0; (o = option_at(u, i)) != NULL; i++)
			if (o->letter == optopt)
				(void)cli_usage_error(u, "--%s needs %s",
				    o->name, o->arg);
		return;
	}
	if (word != NULL && strncmp(word, "--", 2) == 0) {
		buf_escape(&text, slice_str(word));
		for (size_t i = 0; (o = option_at(u, i)) != NULL; i++)
			if (optopt != 0 && o->letter == optopt)
				(void)cli_usage_error(u,
				    "--%s takes no argument", o->name);
		if (optopt == 0)
			unknown_long(u, word);
		buf_fini(&text);
		return;
	}
	buf_escape(&text, (struct slice){ (const uint8_t *)&letter, 1 });
	(void)cli_usage_error(u, "there is no option -%s", buf_cstr(&text));
	buf_fini(&text);
}

int
cli_getopt(const struct cli_usage *u, int argc, char **argv)
{
	struct option		 longs[OPTIONS_MAX + 1] = { 0 };
	char			 shorts[2 * OPTIONS_MAX + 2] = ":";
	const struct cli_option	*o;
	const int		 before = optind;
	int			 result;

	for (size_t i = 0; i < OPTIONS_MAX && (o = option_at(u, i)) != NULL;
	    i++) {
		const size_t	 n = strlen(shorts);

		longs[i] = (struct option){ .name = o->name,
		    .has_arg = o->arg == NULL ? no_argument :
		    takes_optional(o) ? optional_argument : required_argument,
		    .val = o == &help_option ? CLI_LONG - 1 : o->letter };
		if (o->letter >= CLI_LONG ||
		    (o == &help_option && has_letter(u, 'h')))
			continue;
		shorts[n] = (char)o->letter;
		shorts[n + 1] = o->arg == NULL ? '\0' : ':';
	}
	opterr = 0;
	result = getopt_long(argc, argv, shorts, longs, NULL);
	if (result == CLI_LONG - 1 || (result == 'h' && !has_letter(u, 'h'))) {
		print_help(u);
		return 0;
	}
	if (result == '?' || result == ':') {
		explain(u, result, argv[optind > before ? optind - 1 :
		    before]);
		return '?';
	}
	return result;
}
