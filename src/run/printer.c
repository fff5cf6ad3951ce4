/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printer.c - trails to output.
 *
 * Here is decided what is read, and on how many threads it is formatted. What
 * is small, or comes slowly, or is watched as it comes, needs no threads: then
 * every record is out before the next is waited for.
 */
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/follow.h"
#include "run/printer.h"
#include "run/reading.h"
#include "run/traildir.h"
#include "run/trailset.h"

#define READ_SIZE	(256u << 10)	/* bytes */
#define SMALL		(4u << 20)	/* bytes; what takes some milliseconds
					 * is not worth starting a thread */

struct printer {
	struct printer_options	 o;
	struct press		*press;
};

/* How much there is to do, seen before anything is opened. */
struct survey {
	uint64_t		 bytes;		/* on disk */
	bool			 unknown;	/* there are pipes, too */
	size_t			 closed;	/* trails of directories to
						 * which nobody writes */
};

struct printer *
printer_new(const struct printer_options *o, struct slice *bad)
{
	struct printer	*p;
	struct press	*press = press_new(&o->form, bad);

	if (press == NULL)
		return NULL;
	p = xcalloc(1, sizeof(*p));
	p->o = *o;
	p->press = press;
	return p;
}

void
printer_free(struct printer *p)
{
	if (p == NULL)
		return;
	press_free(p->press);
	free(p);
}

/* One trail, or standard input for NULL. */
static bool
print_trail(struct printer *p, const char *path)
{
	struct reading	 r;

	if (!reading_open(&r, p->press, path, READ_SIZE))
		return false;
	(void)reading_go_on(&r);	/* reading_end() tells */
	return reading_end(&r);
}

static void
say(void *arg, const char *trail, const char *why)
{
	press_words(arg, trail, why);
}

/* All records of a set, by their time. */
static bool
print_set(struct printer *p, struct trailset *set)
{
	const size_t		 n = trailset_count(set);
	struct sheet_trail	**trails = xcalloc(n + 1, sizeof(*trails));
	struct trailset_record	 r;
	uint64_t		 taken = 0;

	for (size_t i = 0; i < n; i++)
		trails[i] = press_trail(p->press,
		    trailset_trail(set, i)->path, trailset_trail(set, i)->path);
	while (!press_stopped(p->press) && trailset_next(set, &r) == 1) {
		press_took(p->press, trailset_taken(set) - taken);
		taken = trailset_taken(set);
		press_frame(p->press, trails[r.number], &r.frame);
	}
	for (size_t i = 0; i < n; i++)
		press_trail_end(p->press, trails[i]);
	free(trails);
	return !trailset_failed(set);
}

/* What is wrong is said when the trails are read. */
static void
say_nothing(void *arg, const char *trail, const char *why)
{
	(void)arg;
	(void)trail;
	(void)why;
}

static void
survey_directory(struct survey *s, const char *path)
{
	struct traildir	 d;

	if (!traildir_read(&d, path, say_nothing, NULL))
		return;
	for (size_t i = 0; i < d.ntrails; i++) {
		s->bytes += d.trails[i].size;
		s->closed += d.trails[i].stamps.how != TRAIL_NOT_TERMINATED;
	}
	traildir_fini(&d);
}

static void
survey_file(struct survey *s, int got, const struct stat *st)
{
	if (got == 0 && S_ISREG(st->st_mode) && st->st_size > 0)
		s->bytes += (uint64_t)st->st_size;
	else if (got == 0 && !S_ISREG(st->st_mode))
		s->unknown = true;
}

/* A trail, standard input for NULL, or a directory. */
static void
survey_operand(struct survey *s, const char *path, bool classic)
{
	struct stat	 st;
	const int	 got = path == NULL ? fstat(STDIN_FILENO, &st) :
	    stat(path, &st);

	if (got == -1 || !S_ISDIR(st.st_mode))
		survey_file(s, got, &st);
	else if (path != NULL && !classic)
		survey_directory(s, path);
}

/*
 * The trails of a directory, by the time of their records; when it is followed
 * those that are finished, and then the others as they grow.
 */
static bool
print_directory(struct printer *p, const char *path, bool follow)
{
	const struct trailset_options	 o = { .order = TRAILSET_MERGED,
		.from = INT64_MIN, .until = INT64_MAX, .closed_only = follow,
		.say = say, .arg = p->press };
	struct trailset			*set = trailset_new(&o);
	struct survey			 have = { 0 };
	bool				 good = true;

	survey_directory(&have, path);
	if (!follow || have.closed > 0)
		good = trailset_add(set, path);
	good &= print_set(p, set);
	if (follow && !press_stopped(p->press))
		good &= follow_directory(p->press, path, set);
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
is_standard(const struct printer *p, const char *name)
{
	return !p->o.classic && strcmp(name, "-") == 0;
}

static bool
print_operand(struct printer *p, const char *name, bool follow)
{
	if (is_standard(p, name))
		return print_trail(p, NULL);
	if (is_directory(name))
		return p->o.classic || print_directory(p, name, follow);
	return follow ? follow_trail(p->press, name) : print_trail(p, name);
}

static unsigned
threads(const struct printer *p, const struct survey *s)
{
	const long	 cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (p->o.threads > 0)
		return p->o.threads;
	if (p->o.watched || p->o.follow || s->unknown || s->bytes < SMALL ||
	    cores < 2)
		return 1;
	return cores < PRESS_THREADS_MAX ? (unsigned)cores : PRESS_THREADS_MAX;
}

/* A bar among the lines of the trail would help nobody. */
static void
begin(struct printer *p, char *const *trails)
{
	struct survey		 s = { 0 };
	struct press_start	 start = { .fd = p->o.fd,
		.partial = p->o.partial };

	if (trails[0] == NULL)
		survey_operand(&s, NULL, p->o.classic);
	for (; *trails != NULL; trails++)
		survey_operand(&s, is_standard(p, *trails) ? NULL : *trails,
		    p->o.classic);
	start.threads = threads(p, &s);
	start.bar_fd = p->o.watched || p->o.follow || s.unknown ? -1 :
	    STDERR_FILENO;
	start.total = s.bytes;
	press_begin(p->press, &start);
}

struct printer_result
printer_run(struct printer *p, char *const *trails)
{
	struct printer_result	 result;
	bool			 good = true;

	begin(p, trails);
	if (trails[0] == NULL)
		good = print_trail(p, NULL);
	for (; *trails != NULL && !press_stopped(p->press); trails++)
		good &= print_operand(p, *trails,
		    p->o.follow && trails[1] == NULL);
	good &= press_end(p->press);
	result.failed = !good;
	result.damaged = press_damaged(p->press);
	result.bsd = press_bsd(p->press);
	return result;
}
