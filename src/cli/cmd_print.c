/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_print.c - `bsmtrace print`, and praudit(1): trails as text, XML, JSON
 * lines or a table.
 *
 * A trail is read in large pieces, cut into records by bsm/frame.c and printed
 * into one buffer, which is written when it is large, before anything is said
 * about damage, and whenever the input may keep us waiting.
 *
 * Under the name `praudit` it decodes what OpenBSM's praudit decodes, and takes
 * wrong usage as that does.
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
#include "cli/image.h"
#include "cli/pager.h"
#include "print/columns.h"
#include "print/lossless.h"
#include "print/text.h"
#include "run/figures.h"
#include "run/progress.h"
#include "run/trailset.h"
#include "source/source.h"

#define READ_SIZE	(256u << 10)	/* bytes */
#define WRITE_SIZE	(256u << 10)	/* bytes that are worth a write */
#define STEP_RECORDS	1024u		/* of a directory, between looks at
					 * the clock */
#define QUIET_MS	500		/* a pipe that is silent so long */
#define LOOK_MS		1000		/* has a file grown that is followed? */

#define CLASSIC_USAGE							\
	"usage: praudit [-lnpx] [-r | -s] [-d del] [file ...]"

enum { OPT_AUDIT_DIR = CLI_LONG, OPT_PLATFORM, OPT_STRICT, OPT_UTC,
	OPT_LOCAL, OPT_ROOT, OPT_COLUMNS, OPT_CSV, OPT_TSV, OPT_FOLLOW,
	OPT_NO_PAGER };

static const struct cli_option options[] = {
	{ 'd', "delimiter", "TEXT", "between fields, instead of a comma" },
	{ 'j', "json", NULL, "JSON lines, from which make(1) gives the bytes" },
	{ 'l', "one-line", NULL, "a line for each record" },
	{ 'n', "numeric", NULL, "users and groups as numbers" },
	{ 'p', "partial", NULL, "the trail may begin inside a record" },
	{ 'r', "raw", NULL, "ids, events, times and errors as numbers" },
	{ 's', "short", NULL, "events by name, without their description" },
	{ 'x', "xml", NULL, "XML" },
	{ OPT_COLUMNS, "columns", "LIST",
	    "a table of these fields, as in time,auid,path" },
	{ OPT_CSV, "csv", NULL, "the table as CSV (as is usual)" },
	{ OPT_TSV, "tsv", NULL, "the table with tabs between its columns" },
	{ OPT_FOLLOW, "follow", NULL, "wait for what is added to the trail" },
	{ OPT_ROOT, "root", "DIR",
	    "users and groups from DIR/etc/passwd and DIR/etc/group" },
	{ OPT_NO_PAGER, "no-pager", NULL, "do not page on a terminal" },
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
	"print", "TRAIL...",
	"Print audit records as text, XML, JSON lines or a table.",
	options, examples
};

struct settings {
	struct text_style	 style;
	bool			 json;
	bool			 partial;
	bool			 strict;
	bool			 follow;
	bool			 no_pager;
	bool			 tsv;
	const char		*columns;	/* or NULL */
	const char		*audit_dir, *platform, *root;
};

/* What is remembered of a trail. */
struct tally {
	const char		*name;
	const char		*label;		/* in messages */
	uint64_t		 records, gaps, skipped, partly;
	uint64_t		 gap_at, gap_n;	/* a gap that goes on */
};

struct printer {
	const struct settings	*set;
	struct text		*text;		/* one of these three */
	struct lossless		*lossless;
	struct columns		*columns;
	struct progress		 progress;
	uint64_t		 done;		/* bytes of all trails */
	uint64_t		 shown_records;
	struct buf		 out;
	struct buf		 shown;		/* a trail's name, escaped */
	bool			 write_failed;
	bool			 damaged;	/* any trail */
	struct tally		*at;		/* of the trail at hand */
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

static const char *
shown(struct printer *p, const char *name)
{
	buf_clear(&p->shown);
	buf_escape(&p->shown, slice_str(name));
	return buf_cstr(&p->shown);
}

/* What stands before is written first, so that a terminal shows the order. */
static void
say(struct printer *p, uint64_t offset, const char *what)
{
	flush(p);
	progress_hide(&p->progress);
	log_warn("%s:%llu: %s", shown(p, p->at->label),
	    (unsigned long long)offset, what);
}

static void
on_gap(struct printer *p, const struct frame_record *f)
{
	struct buf	 what = { 0 };

	if (p->at->gap_n == 0)
		p->at->gap_at = f->offset;
	p->at->gap_n += f->bytes.n;
	if (f->more)
		return;
	if (!p->set->partial || p->at->gap_at > 0) {
		p->at->gaps++;
		p->at->skipped += p->at->gap_n;
		buf_printf(&what, "%llu bytes skipped: %s",
		    (unsigned long long)p->at->gap_n,
		    frame_strreason(f->reason));
		say(p, p->at->gap_at, buf_cstr(&what));
		buf_fini(&what);
	}
	p->at->gap_n = 0;
}

/* A trail, or the rest of one, cannot be read. */
static void
on_trail_failed(void *arg, const char *name, const char *why)
{
	struct printer	*p = arg;

	flush(p);
	progress_hide(&p->progress);
	log_warn("%s: %s", shown(p, name), why);
}

/* A record of which not every token could be decoded. */
static void
on_partial(struct printer *p, uint64_t offset, int status)
{
	struct buf	 what = { 0 };

	p->at->partly++;
	buf_printf(&what, "record %llu: %s", (unsigned long long)p->at->records,
	    bsm_strstatus(status));
	say(p, offset, buf_cstr(&what));
	buf_fini(&what);
}

static void
print_frame(struct printer *p, const struct frame_record *f)
{
	size_t	 at = 0;
	int	 status = 0;

	if (p->lossless != NULL)
		lossless_frame(p->lossless, f, slice_str(p->at->name), &p->out);
	else if (f->kind == FRAME_GAP)
		return;
	else if (p->text != NULL)
		status = text_record(p->text, f->bytes, &p->out, &at);
	else if (f->kind == FRAME_RECORD)
		status = columns_record(p->columns, f->bytes, &p->out, &at);
	if (status != 0)
		on_partial(p, f->offset + at, status);
}

static void
on_frame(struct printer *p, const struct frame_record *f)
{
	if (p->set->partial && p->at->records == 0 && f->kind == FRAME_FILE)
		return;			/* what is wanted begins later */
	if (f->kind != FRAME_GAP) {
		p->at->records++;
		p->shown_records++;
		if (f->quality == FRAME_RECOVERED &&
		    !(p->set->partial && p->at->records == 1)) {
			p->damaged = true;
			say(p, f->offset, "a record found or mended after "
			    "damage, which may be forged");
		}
	}
	print_frame(p, f);
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

/*
 * The end of a file to which somebody may yet write: show what there is, and
 * look again after a while. False when nobody reads on, or the file has become
 * shorter, which no trail does.
 */
static bool
wait_for_growth(struct printer *p, struct frame *frame, int fd)
{
	struct pollfd	 reader = { .fd = STDOUT_FILENO };
	struct stat	 st;

	frame_quiet(frame);
	drain(p, frame);
	flush(p);
	if (p->write_failed || poll(&reader, 1, LOOK_MS) == 1)
		return false;
	if (fstat(fd, &st) == 0 && st.st_size < lseek(fd, 0, SEEK_CUR)) {
		log_warn("%s: has become shorter: it is no longer followed",
		    shown(p, p->at->label));
		return false;
	}
	return true;
}

/* What is compressed was finished before: nobody follows it. */
static bool
goes_on(struct printer *p, struct frame *frame, int fd,
    const struct file_source *f)
{
	return file_compression(f) == NULL && wait_for_growth(p, frame, fd);
}

/* Read to the end. False after a failed read, which has been reported. */
static bool
print_bytes(struct printer *p, int fd, bool follow)
{
	struct file_source	*f = file_new_piece(fd, READ_SIZE);
	struct frame		*frame = frame_new();
	const uint64_t		 before = p->done;
	struct slice		 piece;
	struct stat		 st;
	const bool		 slow = fstat(fd, &st) == -1 ||
	    !S_ISREG(st.st_mode);
	int			 got = 0;

	for (;;) {
		if (slow) {
			flush(p);
			wait_for(p, frame, fd);
		}
		if (p->write_failed)
			break;
		got = file_more(f, &piece);
		if (got == 0 && follow && !slow && goes_on(p, frame, fd, f))
			continue;
		if (got != 1)
			break;
		p->done = before + file_taken(f);
		progress_step(&p->progress, p->done, p->shown_records);
		(void)frame_feed(frame, piece.p, piece.n);	/* drained */
		drain(p, frame);
	}
	if (!p->write_failed) {
		if (got == -1)
			on_trail_failed(p, p->at->label, file_why(f));
		frame_end(frame);
		drain(p, frame);
	}
	frame_free(frame);
	file_free(f);
	return p->write_failed || got == 0;
}

/* Sum up what was wrong with a trail. */
static void
report(struct printer *p, const struct tally *t)
{
	struct buf	 text = { 0 };

	if (t->gaps == 0 && t->partly == 0)
		return;
	p->damaged = true;
	flush(p);
	progress_hide(&p->progress);
	if (t->gaps > 0) {
		figures_count(&text, t->skipped, "byte");
		buf_str(&text, " skipped in ");
		figures_count(&text, t->gaps, "place");
	}
	if (t->partly > 0) {
		buf_str(&text, text.n > 0 ? ", " : "");
		figures_count(&text, t->partly, "record");
		buf_str(&text, " shown in part");
	}
	log_warn("%s: %s", shown(p, t->label), buf_cstr(&text));
	buf_fini(&text);
}

static bool
print_trail(struct printer *p, const char *name, bool standard, bool follow)
{
	struct tally	 tally = { .name = name,
		.label = standard ? "standard input" : name };
	int		 fd = STDIN_FILENO;
	bool		 good;

	if (!standard &&
	    (fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1) {
		on_trail_failed(p, name, strerror(errno));
		return false;
	}
	p->at = &tally;
	good = print_bytes(p, fd, follow);
	report(p, &tally);
	if (!standard)
		(void)close(fd);	/* it was only read */
	return good;
}

/* The trails of a directory, by the time of their records. */
static bool
print_directory(struct printer *p, const char *name)
{
	const struct trailset_options	 o = { .order = TRAILSET_MERGED,
		.from = INT64_MIN, .until = INT64_MAX,
		.say = on_trail_failed, .arg = p };
	struct trailset			*set = trailset_new(&o);
	struct trailset_record		 r;
	struct tally			*tallies;
	const uint64_t			 before = p->done;
	bool				 good = trailset_add(set, name);
	const size_t			 n = trailset_count(set);

	tallies = xcalloc(n + 1, sizeof(*tallies));
	for (size_t i = 0; i < n; i++)
		tallies[i].name = tallies[i].label =
		    trailset_trail(set, i)->path;
	while (!p->write_failed && trailset_next(set, &r) == 1) {
		p->at = &tallies[r.number];
		p->done = before + trailset_taken(set);
		on_frame(p, &r.frame);
		if (p->shown_records % STEP_RECORDS == 0)
			progress_step(&p->progress, p->done,
			    p->shown_records);
	}
	for (size_t i = 0; i < n; i++)
		report(p, &tallies[i]);
	good &= p->write_failed || !trailset_failed(set);
	free(tallies);
	trailset_free(set);
	return good;
}

static bool
is_directory(const char *name)
{
	struct stat	 st;

	return stat(name, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool
print_operand(struct printer *p, const char *name, bool last)
{
	const bool	 classic = p->set->style.classic;

	if (!classic && strcmp(name, "-") == 0)
		return print_trail(p, name, true, false);
	if (!classic && is_directory(name))
		return print_directory(p, name);
	return print_trail(p, name, false, p->set->follow && last);
}

/* All trails in turn; the last may be followed. False when one failed. */
static bool
print_trails(struct printer *p, char **trails)
{
	bool	 good = true;

	if (trails[0] == NULL)
		return print_trail(p, "-", true, false);
	for (; *trails != NULL && !p->write_failed; trails++)
		good &= print_operand(p, *trails, trails[1] == NULL);
	return good;
}

/* How much there is to do, if that can be known. */
static uint64_t
size_of(char **trails)
{
	struct stat	 st;
	uint64_t	 total = 0;

	if (trails[0] == NULL)
		return 0;
	for (; *trails != NULL; trails++) {
		if (stat(*trails, &st) == -1)
			continue;		/* said when it is opened */
		if (!S_ISREG(st.st_mode))
			return 0;
		total += (uint64_t)st.st_size;
	}
	return total;
}

/* ----------------------------------------------------------------- options */

static void
set_option(struct settings *set, int c)
{
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
	case 'x':
		set->style.xml = true;
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
	case OPT_ROOT:
		set->root = optarg;
		break;
	case OPT_COLUMNS:
		set->columns = optarg;
		break;
	case OPT_CSV:
	case OPT_TSV:
		set->tsv = c == OPT_TSV;
		if (set->columns == NULL)
			set->columns = COLUMNS_USUAL;
		break;
	case OPT_FOLLOW:
		set->follow = true;
		break;
	default:			/* OPT_NO_PAGER */
		set->no_pager = true;
		break;
	}
}

/* -1 when all is well; else the exit status. */
static int
read_options(struct settings *set, int argc, char **argv)
{
	int	 c;

	while ((c = cli_getopt(&usage, argc, argv)) > 0) {
		if (c == '?')
			return EXIT_USAGE;
		set_option(set, c);
	}
	if (c == -1 && set->style.raw && set->style.event_names)
		return cli_usage_error(&usage, "-r and -s exclude each other");
	if (c == -1 && (set->json + set->style.xml +
	    (set->columns != NULL)) > 1)
		return cli_usage_error(&usage, "XML, JSON lines and a table "
		    "exclude each other");
	if (c == -1 && !set->style.classic && argv[optind] == NULL &&
	    isatty(STDIN_FILENO))
		return cli_usage_error(&usage, "no trail is named");
	return c;
}

/* Make what prints. False after saying what is wrong. */
static bool
make_printer(struct printer *p, const struct names *names,
    const struct accounts *accounts)
{
	const struct settings	*set = p->set;
	struct buf		 name = { 0 };
	struct slice		 bad;

	if (set->json)
		p->lossless = lossless_new(names);
	else if (set->columns == NULL)
		p->text = text_new(&set->style, names, accounts);
	else if ((p->columns = columns_new(set->columns, set->tsv ?
	    COLUMNS_TSV : COLUMNS_CSV, &set->style, names, accounts,
	    &bad)) == NULL) {
		buf_escape(&name, bad);
		if (bad.n > 0)
			(void)cli_usage_error(&usage, "no token has a field "
			    "'%s'", buf_cstr(&name));
		else
			(void)cli_usage_error(&usage, "a column has no name, "
			    "or there are more than %d", COLUMNS_MAX);
		buf_fini(&name);
		return false;
	}
	return true;
}

static void
free_printer(struct printer *p)
{
	buf_fini(&p->out);
	buf_fini(&p->shown);
	text_free(p->text);
	lossless_free(p->lossless);
	columns_free(p->columns);
}

static bool
print_all(struct printer *p, char **trails)
{
	const struct settings	*set = p->set;
	const bool		 terminal = isatty(STDOUT_FILENO);
	const bool		 paged = terminal && !set->no_pager &&
	    !set->follow && pager_open();
	bool			 good;

	/* A bar among the lines of the trail would help nobody. */
	progress_init(&p->progress, terminal || set->follow ? -1 :
	    STDERR_FILENO, size_of(trails));
	if (p->text != NULL)
		text_begin(p->text, &p->out);
	if (p->columns != NULL)
		columns_head(p->columns, &p->out);
	good = print_trails(p, trails);
	if (p->text != NULL)
		text_end(p->text, &p->out);
	flush(p);
	progress_hide(&p->progress);
	if (paged)
		pager_close();
	return good && (!p->write_failed || paged) &&
	    !(set->strict && p->damaged);
}

static int
print(struct settings *set, char **trails)
{
	struct printer		 p = { .set = set };
	struct image		*image = NULL;
	struct names		*names;
	int			 status = EXIT_FAILED;

	if ((names = cli_names(set->audit_dir, set->platform)) == NULL)
		return EXIT_FAILED;
	if (set->root != NULL && (image = image_new(set->root)) == NULL)
		goto out;
	set->style.escape = isatty(STDOUT_FILENO);
	set->style.colour = pager_colours();
	status = EXIT_USAGE;
	if (make_printer(&p, names, image != NULL ? image_accounts(image) :
	    cli_accounts()))
		status = print_all(&p, trails) ? EXIT_DONE : EXIT_FAILED;
out:
	free_printer(&p);
	image_free(image);
	names_free(names);
	return status;
}

int
cmd_print(int argc, char **argv)
{
	struct settings	 set = { 0 };
	const int	 c = read_options(&set, argc, argv);

	return c != -1 ? c : print(&set, argv + optind);
}

int
cmd_praudit(int argc, char **argv)
{
	struct settings	 set = { .style.classic = true };
	int		 c = read_options(&set, argc, argv);

	if (c == -1)
		c = print(&set, argv + optind);
	if (c != EXIT_USAGE)
		return c;
	log_warn("%s", CLASSIC_USAGE);
	return EXIT_FAILED;
}
