/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli.c - options and help from one table for each command.
 *
 * getopt_long(3) does the parsing; what it needs is made from the table at
 * each call, so that nothing is kept between calls but its own state. Rows that
 * several commands have in common stand here, and are read here, so that they
 * mean the same everywhere.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/nearest.h"
#include "cli/cli.h"

#define OPTIONS_MAX	64	/* of one command; the largest has about 45 */
#define HELP_COLUMN	28	/* where the text of an option begins */

/* Behind any value that a command has for its own. */
enum { OPT_UTC = 1024, OPT_LOCAL, OPT_ROOT, OPT_AUDIT_DIR, OPT_PLATFORM,
	OPT_STRICT };

static const struct {
	unsigned		 rows;		/* 0: every command has it */
	struct cli_option	 option;
} shared_options[] = {
	{ CLI_TIMES, { OPT_UTC, "utc", NULL, "times in UTC" } },
	{ CLI_TIMES, { OPT_LOCAL, "local", NULL,
	    "times in the local zone (the default)" } },
	{ CLI_USERS, { OPT_ROOT, "root", "DIR",
	    "users and groups from DIR/etc/passwd and DIR/etc/group" } },
	{ CLI_NAMES, { OPT_AUDIT_DIR, "audit-dir", "DIR",
	    "take audit_event and audit_class from here" } },
	{ CLI_NAMES, { OPT_PLATFORM, "platform", "freebsd|macos|solaris",
	    "whose names and numbers the events have" } },
	{ CLI_DAMAGE, { OPT_STRICT, "strict", NULL,
	    "exit with 1 when a trail is damaged" } },
	{ 0, { 'h', "help", NULL, "show this help" } },
};

const struct cli_option *
cli_option_at(const struct cli_usage *u, size_t i)
{
	const struct cli_option	*o = u->options;

	while (o->name != NULL && i > 0) {
		o++;
		i--;
	}
	if (o->name != NULL)
		return o;
	for (size_t k = 0; k < sizeof(shared_options) /
	    sizeof(shared_options[0]); k++)
		if ((shared_options[k].rows & ~u->shared) == 0 && i-- == 0)
			return &shared_options[k].option;
	return NULL;
}

static bool
takes_optional(const struct cli_option *o)
{
	return o->arg != NULL && o->arg[0] == '[';
}

/* One line of the options in the help. */
static void
print_option(const struct cli_option *o)
{
	struct buf	 left = { 0 };

	if (o->letter < CLI_LONG)
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

/* False when it could not be written, which has been reported. */
static bool
print_help(const struct cli_usage *u)
{
	const struct cli_option	*o;

	printf("usage: bsmtrace %s [OPTION]...%s%s\n%s\n\n", u->name,
	    u->args[0] == '\0' ? "" : " ", u->args, u->about);
	for (size_t i = 0; (o = cli_option_at(u, i)) != NULL; i++)
		print_option(o);
	printf("\nexamples:\n");
	for (const char *const *e = u->examples; *e != NULL; e++)
		printf("  %s\n", *e);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	log_warn_errno("standard output");
	return false;
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

/* ------------------------------------------------------ what was not liked */

/* The long option that was meant, as "; did you mean --format?"; or nothing. */
static void
suggest_long(const struct cli_usage *u, struct slice name, struct buf *out)
{
	const struct cli_option	*o;
	struct nearest		 near;

	nearest_init(&near, name);
	for (size_t i = 0; (o = cli_option_at(u, i)) != NULL; i++)
		nearest_try(&near, slice_str(o->name));
	if (near.best.n == 0)
		return;
	buf_str(out, "; did you mean --");
	buf_slice(out, near.best);
	buf_char(out, '?');
}

/* The beginning of several: name them. False when it is of none. */
static bool
list_beginnings(const struct cli_usage *u, struct slice name, struct buf *out)
{
	const struct cli_option	*o;
	const char		*between = "; did you mean ";

	for (size_t i = 0; (o = cli_option_at(u, i)) != NULL; i++) {
		if (!slice_has_prefix(slice_str(o->name), name))
			continue;
		buf_printf(out, "%s--%s", between, o->name);
		between = " or ";
	}
	if (between[0] == ';')
		return false;
	buf_char(out, '?');
	return true;
}

/* A long option that does not exist, or several that begin so. */
static void
unknown_long(const struct cli_usage *u, const char *word)
{
	struct buf	 text = { 0 };
	struct slice	 name = slice_str(word + 2);
	const uint8_t	*equals = memchr(name.p, '=', name.n);
	size_t		 n;

	if (equals != NULL)
		name.n = (size_t)(equals - name.p);
	buf_str(&text, "there is no option --");
	buf_escape(&text, name);
	n = text.n;
	if (name.n == 0 || !list_beginnings(u, name, &text))
		suggest_long(u, name, &text);
	if (text.n > n)
		log_warn("%s", buf_cstr(&text));
	else
		(void)cli_usage_error(u, "%s", buf_cstr(&text));
	buf_fini(&text);
}

/* A letter that is none: meant may be its other case, or WORD as a long one. */
static void
unknown_letter(const struct cli_usage *u, char letter, const char *word)
{
	const struct cli_option	*o;
	struct buf		 text = { 0 };
	size_t			 n;

	buf_str(&text, "there is no option -");
	buf_escape(&text, (struct slice){ (const uint8_t *)&letter, 1 });
	n = text.n;
	if (strlen(word) > 2)
		suggest_long(u, slice_str(word + 1), &text);
	for (size_t i = 0; text.n == n && (o = cli_option_at(u, i)) != NULL;
	    i++)
		if (o->letter < CLI_LONG && (o->letter ^ letter) == ' ')
			buf_printf(&text, "; did you mean -%c?", o->letter);
	if (text.n > n)
		log_warn("%s", buf_cstr(&text));
	else
		(void)cli_usage_error(u, "%s", buf_cstr(&text));
	buf_fini(&text);
}

static const struct cli_option *
by_value(const struct cli_usage *u, int value)
{
	const struct cli_option	*o;

	for (size_t i = 0; (o = cli_option_at(u, i)) != NULL; i++)
		if (o->letter == value)
			return o;
	return NULL;
}

/* What getopt_long(3) did not like in WORD, in our words. */
static void
explain(const struct cli_usage *u, int result, const char *word)
{
	const struct cli_option	*o = optopt == 0 ? NULL : by_value(u, optopt);

	if (result == ':' && o != NULL)
		(void)cli_usage_error(u, "--%s needs %s", o->name, o->arg);
	else if (strncmp(word, "--", 2) != 0)
		unknown_letter(u, (char)optopt, word);
	else if (o != NULL)
		(void)cli_usage_error(u, "--%s takes no argument", o->name);
	else
		unknown_long(u, word);
}

/*
 * The word that getopt_long(3) stopped at. It may have passed over operands,
 * and stays at a word of letters until it is through with it.
 */
static const char *
word_at_fault(int argc, char **argv)
{
	const char	*last = argv[optind - 1];
	const char	*next = optind < argc ? argv[optind] : "";
	const char	*letter = strrchr(last, optopt);

	if (next[0] == '-' && next[1] != '-' &&
	    (letter == NULL || letter[1] != '\0') &&
	    strchr(next, optopt) != NULL)
		return next;
	return last;
}

bool
cli_word(const char **list, struct slice *word)
{
	if (**list == '\0')
		return false;
	*word = (struct slice){ (const uint8_t *)*list, strcspn(*list, "|") };
	*list += word->n;
	*list += **list == '|';
	return true;
}

/* Is the argument one of "text|long|json", if no other will do? */
static bool
fits(const struct cli_usage *u, const struct cli_option *o)
{
	const char	*list = o == NULL ? NULL : o->arg;
	struct buf	 shown = { 0 };
	struct slice	 word;

	if (list == NULL || strchr(list, '|') == NULL)
		return true;
	while (cli_word(&list, &word))
		if (slice_is(word, optarg))
			return true;
	buf_escape(&shown, slice_str(optarg));
	(void)cli_usage_error(u, "--%s is one of %s, not '%s'", o->name,
	    o->arg, buf_cstr(&shown));
	buf_fini(&shown);
	return false;
}

bool
cli_number(const struct cli_usage *u, int c, unsigned max, unsigned *value)
{
	char		*end;
	unsigned long	 n;

	errno = 0;
	n = strtoul(optarg, &end, 10);
	if (optarg[0] < '0' || optarg[0] > '9' || *end != '\0' ||
	    errno != 0 || n < 1 || n > max) {
		(void)cli_usage_error(u, "--%s needs a number from 1 to %u",
		    by_value(u, c)->name, max);
		return false;
	}
	*value = (unsigned)n;
	return true;
}

/* -------------------------------------------------------------- the options */

/* An option in common; false when it is the command's own. */
static bool
take_shared(struct cli_shared *shared, int c)
{
	switch (c) {
	case OPT_UTC:
	case OPT_LOCAL:
		shared->utc = c == OPT_UTC;
		return true;
	case OPT_ROOT:
		shared->root = optarg;
		return true;
	case OPT_AUDIT_DIR:
		shared->audit_dir = optarg;
		return true;
	case OPT_PLATFORM:
		shared->platform = optarg;
		return true;
	case OPT_STRICT:
		shared->strict = true;
		return true;
	default:
		return false;
	}
}

/* What getopt_long(3) wants to know; LONGS and SHORTS begin as zeros. */
static void
describe(const struct cli_usage *u, struct option *longs, char *shorts)
{
	const struct cli_option	*o;

	*shorts++ = ':';
	for (size_t i = 0; i < OPTIONS_MAX &&
	    (o = cli_option_at(u, i)) != NULL; i++) {
		longs[i] = (struct option){ .name = o->name,
		    .has_arg = o->arg == NULL ? no_argument :
		    takes_optional(o) ? optional_argument : required_argument,
		    .val = o->letter };
		if (o->letter >= CLI_LONG)
			continue;
		*shorts++ = (char)o->letter;
		if (o->arg != NULL)
			*shorts++ = ':';
		if (takes_optional(o))
			*shorts++ = ':';
	}
}

int
cli_getopt(const struct cli_usage *u, struct cli_shared *shared, int argc,
    char **argv)
{
	struct option	 longs[OPTIONS_MAX + 1] = { 0 };
	char		 shorts[3 * OPTIONS_MAX + 2] = { 0 };
	int		 c;

	describe(u, longs, shorts);
	opterr = 0;
	do {
		c = getopt_long(argc, argv, shorts, longs, NULL);
		if (c == '?' || c == ':')
			explain(u, c, word_at_fault(argc, argv));
		if (c == '?' || c == ':' ||
		    (c != -1 && !fits(u, by_value(u, c))))
			return '?';
	} while (take_shared(shared, c));
	if (c == 'h' && !print_help(u))
		exit(EXIT_FAILED);	/* there was nothing else to do */
	return c == 'h' ? 0 : c;
}
