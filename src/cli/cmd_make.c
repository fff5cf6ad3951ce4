/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_make.c - `bsmtrace make`: JSON lines to the bytes of a trail.
 *
 * Lines are cut out of what is read and handed to make/jsonin.c. The first
 * wrong one ends the run: what stood before it has been written, of it nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/cli.h"
#include "make/jsonin.h"

#define READ_SIZE	(256u << 10)	/* bytes */

static const struct cli_option options[] = {
	{ 'o', "output", "FILE", "write here, not to standard output" },
	{ 0 }
};

static const char *const examples[] = {
	"bsmtrace print -j trail | bsmtrace make > same.trail",
	"echo '{\"event\":\"AUE_su\",\"tokens\":[{\"token\":\"return32\"}]}' |"
	    " bsmtrace make -o su.trail",
	NULL
};

static const struct cli_usage usage = {
	"make", "[FILE...]", "Make audit records from JSON lines.",
	options, examples, CLI_NAMES
};

struct maker {
	struct jsonin	*json;
	struct buf	 in;		/* read, not yet used */
	struct buf	 out;
	int		 fd;		/* to write to */
	const char	*to;		/* its name */
	struct buf	 shown;		/* the input's name, escaped */
	uint64_t	 line;		/* of the input, from 1 */
};

static bool
flush(struct maker *m)
{
	size_t	 at = 0;

	while (at < m->out.n) {
		const ssize_t	 n = write(m->fd, m->out.p + at,
		    m->out.n - at);

		if (n >= 0)
			at += (size_t)n;
		else if (errno != EINTR) {
			if (errno != EPIPE)
				log_warn_errno("%s", m->to);
			return false;
		}
	}
	buf_clear(&m->out);
	return true;
}

static bool
is_blank(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ' && s.p[i] != '\t' && s.p[i] != '\r')
			return false;
	return true;
}

static bool
make_line(struct maker *m, struct slice line)
{
	m->line++;
	if (is_blank(line) || jsonin_line(m->json, line, &m->out) == 0)
		return true;
	log_warn("%s:%llu: %s", buf_cstr(&m->shown),
	    (unsigned long long)m->line, jsonin_error(m->json));
	return false;
}

/*
 * Use the lines that are whole, and at the END the last one too. FROM: no
 * newline stands before it. A line that grows too long is handed on to be
 * refused.
 */
static bool
use_lines(struct maker *m, size_t from, bool end)
{
	struct slice	 left = buf_bytes(&m->in);
	const uint8_t	*nl;

	while (left.n > from &&
	    (nl = memchr(left.p + from, '\n', left.n - from)) != NULL) {
		const size_t	 n = (size_t)(nl - left.p);

		if (!make_line(m, (struct slice){ left.p, n }))
			return false;
		left.p += n + 1;
		left.n -= n + 1;
		from = 0;
	}
	if (left.n > (end ? 0 : JSONIN_LINE_MAX)) {
		if (!make_line(m, left))
			return false;
		left.n = 0;
	}
	if (left.n > 0)
		memmove(m->in.p, left.p, left.n);
	m->in.n = left.n;
	return true;
}

/* False after a failure that has been reported. */
static bool
make_from(struct maker *m, int fd)
{
	bool	 good;

	m->line = 0;
	buf_clear(&m->in);
	for (;;) {
		const size_t	 held = m->in.n;
		const ssize_t	 n = read(fd, buf_room(&m->in, READ_SIZE),
		    READ_SIZE);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			log_warn_errno("%s", buf_cstr(&m->shown));
			return false;
		}
		m->in.n += (size_t)n;
		good = use_lines(m, held, n == 0);
		if (!flush(m) || !good)
			return false;
		if (n == 0)
			return true;
	}
}

static bool
make_file(struct maker *m, const char *name)
{
	const bool	 standard = strcmp(name, "-") == 0;
	int		 fd = STDIN_FILENO;
	bool		 good;

	buf_clear(&m->shown);
	buf_escape(&m->shown, slice_str(standard ? "standard input" : name));
	if (!standard &&
	    (fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1) {
		log_warn_errno("%s", buf_cstr(&m->shown));
		return false;
	}
	good = make_from(m, fd);
	if (!standard)
		(void)close(fd);	/* it was only read */
	return good;
}

/* Where to write. False after a failure that has been reported. */
static bool
open_output(struct maker *m, const char *name)
{
	m->fd = STDOUT_FILENO;
	m->to = "standard output";
	if (name == NULL)
		return true;
	m->to = name;
	/* what trails hold is not for everybody to read */
	m->fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (m->fd == -1)
		log_warn_errno("%s", name);
	return m->fd != -1;
}

static bool
close_output(struct maker *m)
{
	if (m->fd == STDOUT_FILENO || close(m->fd) == 0)
		return true;
	log_warn_errno("%s", m->to);
	return false;
}

/* Operands to records, FILES being those that are left of argv. */
static bool
make_all(struct maker *m, char **files, const char *output)
{
	bool	 good = true;

	if (!open_output(m, output))
		return false;
	if (files[0] == NULL)
		good = make_file(m, "-");
	for (; *files != NULL && good; files++)
		good = make_file(m, *files);
	return close_output(m) && good;
}

static int
cmd_make(int argc, char **argv)
{
	const char		*output = NULL;
	struct cli_shared	 shared = { 0 };
	struct maker		 m = { 0 };
	struct names		*names;
	bool			 good;
	int			 c;

	while ((c = cli_getopt(&usage, &shared, argc, argv)) == 'o')
		output = optarg;
	if (c == '?')
		return EXIT_USAGE;
	if (c == 0)
		return EXIT_DONE;
	if (output == NULL && isatty(STDOUT_FILENO))
		return cli_usage_error(&usage, "a trail is not for a terminal: "
		    "name a file with -o");
	if (argv[optind] == NULL && isatty(STDIN_FILENO))
		return cli_usage_error(&usage, "no file is named");
	if ((names = cli_names(&shared)) == NULL)
		return EXIT_FAILED;
	m.json = jsonin_new(names);
	good = make_all(&m, argv + optind, output);
	jsonin_free(m.json);
	names_free(names);
	buf_fini(&m.in);
	buf_fini(&m.out);
	buf_fini(&m.shown);
	return good ? EXIT_DONE : EXIT_FAILED;
}

const struct command	command_make = {
	"make", cmd_make, &usage, "make records from JSON lines"
};
