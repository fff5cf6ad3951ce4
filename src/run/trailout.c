/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trailout.c - where selected records go.
 *
 * Runs of records that are long are written from where they lie; short ones are
 * collected first. Either way the bytes are those that were read. But for the
 * last one each write ends where a block of the file does: a system that has
 * to take half of one, and then the other half, does most of its work twice.
 *
 * The name of a new trail is given by link(2), which never replaces a file: one
 * with the same times and suffix may be what was just read.
 */
#include <sys/stat.h>
#include <sys/uio.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "bsm/record.h"
#include "bsm/trailname.h"
#include "run/discard.h"
#include "run/figures.h"
#include "run/trailout.h"

#define COLLECT		(256u << 10)	/* bytes that are worth a write */
#define LONG_RUN	(32u << 10)	/* bytes that are not worth a copy */
#define COLLECTED	(COLLECT + LONG_RUN)
#define BLOCK		(64u << 10)	/* bytes of a file, taken as a whole */
#define TRAIL_MODE	0640

struct trailout {
	int		 fd;
	uint64_t	 at;		/* in the file, where the next go */
	uint8_t		*bytes;		/* collected: COLLECTED at most */
	size_t		 n;
	bool		 failed;
	bool		 deserted;	/* who reads has seen enough */
	uint64_t	 records;
	uint64_t	 written;	/* bytes */
	struct stat	 st;		/* of what is written to */

	/* of a file */
	struct slice	 dir;		/* of `place`, its slash included */
	const char	*suffix;
	char		*place;
	struct buf	 temporary;	/* path; empty once it has a name */
	struct discard	*discard;	/* it, if we are killed */
	struct buf	 name;
	bool		 timed;		/* both times are known */
	int64_t		 first, last;	/* seconds since 1970 */
};

static const struct slice	 nothing = { NULL, 0 };

static void
report(const struct trailout *o, const char *path)
{
	const int	 error = errno;
	struct buf	 shown = { 0 };

	buf_escape(&shown, slice_str(o->suffix == NULL ? "standard output" :
	    path));
	errno = error;
	log_warn_errno("%s", buf_cstr(&shown));
	buf_fini(&shown);
}

struct trailout *
trailout_standard(void)
{
	struct trailout	*o = xcalloc(1, sizeof(*o));
	off_t		 at;

	o->fd = STDOUT_FILENO;
	if ((at = lseek(o->fd, 0, SEEK_CUR)) != -1)
		o->at = (uint64_t)at;	/* of a pipe any place will do */
	if (fstat(o->fd, &o->st) == -1)
		o->st.st_mode = 0;	/* the first write says what is wrong */
	return o;
}

struct trailout *
trailout_file(const char *place)
{
	struct trailout	*o = xcalloc(1, sizeof(*o));
	const char	*slash;

	o->place = xstrdup(place);
	slash = strrchr(o->place, '/');
	o->suffix = slash == NULL ? o->place : slash + 1;
	o->dir = (struct slice){ (const uint8_t *)o->place,
	    (size_t)(o->suffix - o->place) };
	buf_slice(&o->temporary, o->dir);
	buf_str(&o->temporary, ".bsmtrace.XXXXXX");
	(void)buf_cstr(&o->temporary);
	o->discard = discard_new();
	o->fd = mkstemp((char *)o->temporary.p);
	if (o->fd != -1)		/* else signals end it as before */
		(void)discard_file(o->discard, buf_cstr(&o->temporary));
	if (o->fd != -1 && fchmod(o->fd, TRAIL_MODE) == 0 &&
	    fstat(o->fd, &o->st) == 0)
		return o;
	report(o, place);
	if (o->fd == -1)
		buf_clear(&o->temporary);
	trailout_free(o);
	return NULL;
}

void
trailout_free(struct trailout *o)
{
	if (o == NULL)
		return;
	if (o->temporary.n > 0)
		(void)unlink(buf_cstr(&o->temporary));	/* as well as we can */
	discard_free(o->discard);
	if (o->suffix != NULL && o->fd != -1)
		(void)close(o->fd);	/* what matters was checked before */
	free(o->bytes);
	buf_fini(&o->temporary);
	buf_fini(&o->name);
	free(o->place);
	free(o);
}

/* A write failed: what was wrong, and what there is now. */
static void
report_write(const struct trailout *o)
{
	const int	 error = errno;
	struct buf	 text = { 0 };

	if (o->suffix == NULL)
		buf_str(&text, "standard output");
	else
		buf_escape(&text, slice_str(o->place));
	buf_printf(&text, ": %s; ", strerror(error));
	if (o->suffix != NULL)
		buf_str(&text, "nothing is kept of the new trail");
	else {
		figures_count(&text, o->written, "byte");
		buf_str(&text, " were written, the last record perhaps not "
		    "whole");
	}
	log_warn("%s", buf_cstr(&text));
	buf_fini(&text);
}

/* Two pieces of memory, one after the other. */
static void
write_all(struct trailout *o, struct slice a, struct slice b)
{
	while (a.n + b.n > 0 && !trailout_stopped(o)) {
		struct iovec	 v[2] = { { (void *)(uintptr_t)a.p, a.n },
		    { (void *)(uintptr_t)b.p, b.n } };
		const ssize_t	 n = writev(o->fd, v, 2);

		if (n >= 0) {
			o->written += (uint64_t)n;
			o->at += (uint64_t)n;
			if ((size_t)n >= a.n) {
				b = slice_from(b, (size_t)n - a.n);
				a.n = 0;
			} else
				a = slice_from(a, (size_t)n);
			continue;
		}
		if (errno == EINTR)
			continue;
		o->deserted = errno == EPIPE;
		if (!o->deserted) {
			report_write(o);
			o->failed = true;
		}
	}
}

void
trailout_flush(struct trailout *o)
{
	write_all(o, (struct slice){ o->bytes, o->n }, nothing);
	o->n = 0;
}

static void
collect(struct trailout *o, struct slice bytes)
{
	if (bytes.n == 0)
		return;
	if (o->bytes == NULL)
		o->bytes = xpages(COLLECTED);
	memcpy(o->bytes + o->n, bytes.p, bytes.n);
	o->n += bytes.n;
}

/* What was collected and the run behind it, up to where a block ends. */
static void
write_blocks(struct trailout *o, struct slice run)
{
	const size_t	 all = o->n + run.n;
	const size_t	 over = (size_t)((o->at + all) % BLOCK);

	if (over >= all) {
		collect(o, run);
	} else if (over > run.n) {	/* within what was collected */
		write_all(o, (struct slice){ o->bytes, all - over }, nothing);
		o->n = over - run.n;
		memmove(o->bytes, o->bytes + all - over, o->n);
		collect(o, run);
	} else {
		write_all(o, (struct slice){ o->bytes, o->n },
		    (struct slice){ run.p, run.n - over });
		o->n = 0;
		collect(o, slice_from(run, run.n - over));
	}
}

/* The time of the record that begins at P and ends within the run. */
static void
note_time(const struct criteria_run *run, const uint8_t *p, int64_t *seconds,
    bool *known)
{
	const struct frame_record	 f = { .bytes = { p,
	    (size_t)(run->bytes.p + run->bytes.n - p) } };
	struct record			 r;

	*known = token_is_header(p[0]) && record_head(&r, &f) == 0;
	if (*known)
		*seconds = r.seconds;
}

static void
note_times(struct trailout *o, const struct criteria_run *run)
{
	int64_t	 first, last;
	bool	 known;

	note_time(run, run->bytes.p, &first, &known);
	if (known && !o->timed) {
		o->first = first;
		o->timed = true;
	}
	note_time(run, run->last, &last, &known);
	if (known)
		o->last = last;
}

void
trailout_put(void *arg, const struct criteria_run *run)
{
	struct trailout	*o = arg;

	o->records += run->records;
	if (o->suffix != NULL)
		note_times(o, run);
	if (run->bytes.n >= LONG_RUN) {
		write_blocks(o, run->bytes);
		return;
	}
	collect(o, run->bytes);
	if (o->n >= COLLECT)
		write_blocks(o, nothing);
}

bool
trailout_stopped(const struct trailout *o)
{
	return o->failed || o->deserted;
}

bool
trailout_failed(const struct trailout *o)
{
	return o->failed;
}

uint64_t
trailout_records(const struct trailout *o)
{
	return o->records;
}

bool
trailout_is(const struct trailout *o, const char *path)
{
	struct stat	 st;

	return S_ISREG(o->st.st_mode) && (strcmp(path, "-") == 0 ?
	    fstat(STDIN_FILENO, &st) : stat(path, &st)) == 0 &&
	    st.st_dev == o->st.st_dev && st.st_ino == o->st.st_ino;
}

/*
 * Move the file to its name unless there is one. Where there are no hard links
 * the look before the rename has to do.
 */
static bool
give_name(struct trailout *o)
{
	const char	*from = buf_cstr(&o->temporary);
	const char	*to = buf_cstr(&o->name);
	struct stat	 st;
	bool		 done = link(from, to) == 0;

	if (done)
		(void)unlink(from);	/* else it has two names */
	else if (errno != EEXIST && lstat(to, &st) == -1 && errno == ENOENT)
		done = rename(from, to) == 0;
	else
		errno = EEXIST;
	if (!done)
		report(o, to);
	else
		buf_clear(&o->temporary);
	return done;
}

bool
trailout_finish(struct trailout *o, bool durable, const char **name)
{
	int	 closed;

	*name = NULL;
	trailout_flush(o);
	if (o->failed || o->suffix == NULL)
		return !o->failed;
	if (!o->timed)			/* as auditreduce of Solaris does */
		o->last = (int64_t)time(NULL);
	buf_slice(&o->name, o->dir);
	trailname_put(&o->name, o->first, o->last, slice_str(o->suffix));
	if (durable && fsync(o->fd) == -1) {
		report(o, o->place);
		return false;
	}
	closed = close(o->fd);		/* network file systems write here */
	o->fd = -1;
	if (closed == -1) {
		report(o, o->place);
		return false;
	}
	if (!give_name(o))
		return false;
	discard_free(o->discard);
	o->discard = NULL;
	*name = buf_cstr(&o->name);
	return true;
}
