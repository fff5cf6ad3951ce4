/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_print.c - `bsmtrace print`: trails as text or as JSON lines.
 *
 * A trail is read in large pieces, cut into records by bsm/frame.c and printed
 * into one buffer, which is written when it is large, before anything is said
 * about damage, and whenever the input may keep us waiting.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "bsm/frame.h"
#include "bsm/status.h"
#include "cli/cli.h"
#include "print/lossless.h"
#include "print/text.h"

#define READ_SIZE	(256u << 10)	/* bytes */
#define WRITE_SIZE	(256u << 10)	/* bytes that are worth a write */
#define QUIET_MS	500		/* a pipe that is silent so long */

enum { OPT_AUDIT_DIR = CLI_LONG, OPT_PLATFORM, OPT_STRICT, OPT_UTC,
	OPT_LOCAL };

static const struct cli_option options[] = {
	{ 'd', "delimiter", "TEXT", "between fields, instead of a comma" },
	{ 'j', "json", NULL, "JSON lines, from which make(1) gives the bytes" },
	{ 'l', "one-line", NULL, "a line for each record" },
	{ 'n', "numeric", NULL, "users and groups as numbers" },
	{ 'p', "partial", NULL, "the trail may begin inside a record" },
	{ 'r', "raw", NULL, "ids, events, times and errors as numbers" },
	{ 's', "short", NULL, "events by name, without their description" },
	{ OPT_UTC, "utc", NULL, "times in UTC" },
	{ OPT_LOCAL, "local", NULL, "times in the local zone (the default)" },
	{ OPT_AUDIT_DIR, "audit-dir", "DIR",
	    "take audit_event and audit_class from here" },
	{ OPT_PLATFORM, "platform", "NAME",
	    "whose event numbers: freebsd, macos, solaris" },
	{ OPT_STRICT, "strict", NULL, "damage makes the exit status 1" },
	{ 0 }
};

static const char *const examples[] = {
	"bsmtrace print /var/audit/current",
	"bsmtrace print -j trail | grep AUE_su | bsmtrace make > su.trail",
	NULL
};

static const struct cli_usage usage = {
	"print", "TRAIL...", "Print audit records as text or JSON lines.",
	options, examples
};

struct settings {
	struct text_style	 style;
	bool			 json;
	bool			 partial;
	bool			 strict;
	const char		*audit_dir, *platform;
};

struct printer {
	const struct settings	*set;
	struct text		*text;		/* one of these two */
	struct lossless		*lossless;
	struct buf		 out;
	struct buf		 shown;		/* the trail's name, escaped */
	uint8_t			*piece;
	bool			 write_failed;
	bool			 damaged;	/* any trail */

	/* of the trail at hand */
	const char		*name;
	uint64_t		 records, gaps, skipped, partly;
	uint64_t		 gap_at, gap_n;	/* a gap that goes on */
};

/* ------------------------------------------------------------------ output */

static void
flush(struct printer *p)
{
	size_t	 at = 0;

	while (at < p->out.n && !p->write_failed) {
		const ssize_t	 n = write(STDOUT_FILENO, p->out.p + at,
		    p->out.n - at);

		if (n >= 0) {
			at += (size_t)n;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EPIPE)	/* nobody reads on: that is no error */
			log_warn_errno("standard output");
		p->write_failed = true;
	}
	buf_clear(&p->out);
}

/* What stands before is written first, so that a terminal shows the order. */
static void
say(struct printer *p, uint64_t offset, const char *what)
{
	flush(p);
	log_warn("%s:%llu: %s", buf_cstr(&p->shown),
	    (unsigned long long)offset, what);
}

static void
on_gap(struct printer *p, const struct frame_record *f)
{
	struct buf	 what = { 0 };

	if (p->gap_n == 0)
		p->gap_at = f->offset;
	p->gap_n += f->bytes.n;
	if (f->more)
		return;
	if (!p->set->partial || p->gap_at > 0) {
		p->gaps++;
		p->skipped += p->gap_n;
		buf_printf(&what, "%llu bytes skipped: %s",
		    (unsigned long long)p->gap_n, frame_strreason(f->reason));
		say(p, p->gap_at, buf_cstr(&what));
		buf_fini(&what);
	}
	p->gap_n = 0;
}

/* A record of which not every token could be decoded. */
static void
on_partial(struct printer *p, uint64_t offset, int status)
{
	struct buf	 what = { 0 };

	p->partly++;
	buf_printf(&what, "record %llu: %s", (unsigned long long)p->records,
	    bsm_strstatus(status));
	say(p, offset, buf_cstr(&what));
	buf_fini(&what);
}

static void
on_frame(struct printer *p, const struct frame_record *f)
{
	size_t	 at = 0;
	int	 status;

	if (p->set->partial && p->records == 0 && f->kind == FRAME_FILE)
		return;			/* what is wanted begins later */
	if (f->kind != FRAME_GAP) {
		p->records++;
		if (f->quality == FRAME_RECOVERED &&
		    !(p->set->partial && p->records == 1)) {
			p->damaged = true;
			say(p, f->offset, "a record found or mended after "
			    "damage, which may be forged");
		}
	}
	if (p->lossless != NULL)
		lossless_frame(p->lossless, f, slice_str(p->name), &p->out);
	else if (f->kind != FRAME_GAP &&
	    (status = text_record(p->text, f->bytes, &p->out, &at)) != 0)
		on_partial(p, f->offset + at, status);
	if (f->kind == FRAME_GAP)
		on_gap(p, f);
	if (p->out.n >= WRITE_SIZE)
		flush(p);
}

/* ------------------------------------------------------------------- input */

static void
drain(struct printer *p, struct frame *frame)
{
	struct frame_record	 f;

	while (!p->write_failed && frame_next(frame, &f) == 1)
		on_frame(p, &f);
}

/*
 * Wait for a source that may be slow. While it is silent, show what there is
 * and decide on damage without it.
 */
static void
wait_for(struct printer *p, struct frame *frame, int fd)
{
	struct pollfd	 one = { .fd = fd, .events = POLLIN };

	if (poll(&one, 1, QUIET_MS) != 0)
		return;
	frame_quiet(frame);
	drain(p, frame);
	flush(p);
	(void)poll(&one, 1, -1);	/* read(2) says what is wrong */
}

/* Read to the end. False after a failed read, which has been reported. */
static bool
print_bytes(struct printer *p, int fd)
{
	struct frame	*frame = frame_new();
	struct stat	 st;
	const bool	 slow = fstat(fd, &st) == -1 || !S_ISREG(st.st_mode);
	ssize_t		 n = 0;

	for (;;) {
		if (slow) {
			flush(p);
			wait_for(p, frame, fd);
		}
		if (p->write_failed)
			break;
		if ((n = read(fd, p->piece, READ_SIZE)) == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		(void)frame_feed(frame, p->piece, (size_t)n); /* drained */
		drain(p, frame);
	}
	if (!p->write_failed) {
		if (n == -1)
			log_warn_errno("%s", buf_cstr(&p->shown));
		frame_end(frame);
		drain(p, frame);
	}
	frame_free(frame);
	return p->write_failed || n == 0;
}

/* Sum up what was wrong with a trail. */
static void
report(struct printer *p)
{
	if (p->gaps == 0 && p->partly == 0)
		return;
	p->damaged = true;
	flush(p);
	log_warn("%s: %llu bytes skipped in %llu places, %llu records shown "
	    "in part", buf_cstr(&p->shown), (unsigned long long)p->skipped,
	    (unsigned long long)p->gaps, (unsigned long long)p->partly);
}

static bool
print_trail(struct printer *p, const char *name)
{
	const bool	 standard = strcmp(name, "-") == 0;
	int		 fd = STDIN_FILENO;
	bool		 good;

	p->name = name;
	p->records = p->gaps = p->skipped = p->partly = p->gap_n = 0;
	buf_clear(&p->shown);
	buf_escape(&p->shown, slice_str(standard ? "standard input" : name));
	if (!standard &&
	    (fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1) {
		flush(p);
		log_warn_errno("%s", buf_cstr(&p->shown));
		return false;
	}
	good = print_bytes(p, fd);
	report(p);
	if (!standard)
		(void)close(fd);	/* it was only read */
	return good;
}

/* ----------------------------------------------------------------- options */

static int
read_options(struct settings *set, int argc, char **argv)
{
	int	 c;

	while ((c = cli_getopt(&usage, argc, argv)) > 0) {
		switch (c) {
		case 'd':
			set->style.delimiter = optarg;
			break;
		case 'j':
			set->json = true;
			break;
		case 'l':
			set->style.one_line = true;
			break;
		case 'n':
			set->style.numeric_ids = true;
			break;
		case 'p':
			set->partial = true;
			break;
		case 'r':
			set->style.raw = true;
			break;
		case 's':
			set->style.event_names = true;
			break;
		case OPT_UTC:
		case OPT_LOCAL:
			set->style.utc = c == OPT_UTC;
			break;
		case OPT_AUDIT_DIR:
			set->audit_dir = optarg;
			break;
		case OPT_PLATFORM:
			set->platform = optarg;
			break;
		case OPT_STRICT:
			set->strict = true;
			break;
		default:
			return EXIT_USAGE;
		}
	}
	return c;
}

int
cmd_print(int argc, char **argv)
{
	char		*standard_input[] = { (char[]){ "-" }, NULL };
	struct settings	 set = { 0 };
	struct printer	 p = { .set = &set };
	struct names	*names;
	bool		 good = true;
	int		 c = read_options(&set, argc, argv);

	if (c != -1)
		return c;
	if (set.style.raw && set.style.event_names)
		return cli_usage_error(&usage, "-r and -s exclude each other");
	argv += optind;
	if (argv[0] == NULL) {
		if (isatty(STDIN_FILENO))
			return cli_usage_error(&usage, "no trail is named");
		argv = standard_input;
	}
	if ((names = cli_names(set.audit_dir, set.platform)) == NULL)
		return EXIT_FAILED;
	set.style.escape = isatty(STDOUT_FILENO);
	if (set.json)
		p.lossless = lossless_new(names);
	else
		p.text = text_new(&set.style, names, cli_accounts());
	p.piece = xmalloc(READ_SIZE);
	for (; *argv != NULL && !p.write_failed; argv++)
		good &= print_trail(&p, *argv);
	flush(&p);
	free(p.piece);
	buf_fini(&p.out);
	buf_fini(&p.shown);
	text_free(p.text);
	lossless_free(p.lossless);
	names_free(names);
	return good && !p.write_failed && !(set.strict && p.damaged) ?
	    EXIT_DONE : EXIT_FAILED;
}
