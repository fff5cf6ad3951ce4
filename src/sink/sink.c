/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sink.c - where alerts go: the table of sinks and the way to each.
 *
 * An alert is written out once for all sinks that show it in the same format.
 * Lines are gathered, since a trail may raise thousands at once, but for a file
 * that fails: what becomes of each line is to be known there. A sink that fails
 * never stops another one: the alert is counted as lost there and goes to
 * standard error instead, which somebody may be reading.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "sink/marks.h"
#include "sink/outlet.h"
#include "sink/replay.h"
#include "sink/sink.h"

#define GATHERED (64u << 10)	/* bytes that wait at most */
#define MARKS_IDLE 720u		/* so many checkpoints without an alert that
				 * came again: the others never will */

static const struct sink_format formats[] = {
	{ "text", lines_put, false, false, true },
	{ "long", long_put, false, true, false },
	{ "json", jsonl_put, true, true, true },
	{ NULL, NULL, false, false, false }
};

/* Where one alert goes: a sink and what it needs to know. */
struct target {
	enum sink_kind	 kind;
	const char	*logfile;	/* SINK_FILE */
	int		 priority;	/* SINK_SYSLOG */
	const char	*directory;	/* SINK_EVIDENCE; NULL: that of -l */
};

struct file {
	char		*name;		/* NULL: standard error */
	struct outlet	 out;
	bool		 failing;
	uint64_t	 lost_before;	/* up to the last good line */
	struct replay	*replay;	/* what comes again; or NULL */
	uint64_t	 replay_left;	/* at the last mark, and */
	unsigned	 replay_idle;	/* since so many */
};

struct sinks {
	struct sinks_options	 o;
	struct map		*files;		/* by name */
	struct file		 err;		/* standard error */
	struct buf		 text;		/* of the alert in work */
	struct buf		 evidence;	/* path, of the last alert */
	struct map		*dirs;		/* of evidence, by path */
	bool			 dir_failing, store_failing;
	struct store		*store;		/* or NULL */
	uint64_t		 store_lost;	/* since it fails */
	bool			 kept;		/* the run is */
	bool			 late;		/* syslog, at the last mark */
	struct marks		 marks;		/* until sinks_resumed() */
	struct sinks_stats	 stats;
};

static void	to_stderr(struct sinks *, const struct sink_view *,
		    const struct target *);
static void	to_file(struct sinks *, const struct sink_view *,
		    const struct target *);
static void	to_syslog(struct sinks *, const struct sink_view *,
		    const struct target *);
static void	to_evidence(struct sinks *, const struct sink_view *,
		    const struct target *);
static void	to_store(struct sinks *, const struct sink_view *,
		    const struct target *);

/* What each sink does; `steps` if it needs the records in any format. */
static const struct {
	void	(*put)(struct sinks *, const struct sink_view *,
		    const struct target *);
	bool	 steps;
} table[] = {
	[SINK_STDERR] =	  { to_stderr, false },
	[SINK_FILE] =	  { to_file, false },
	[SINK_SYSLOG] =	  { to_syslog, false },
	[SINK_EVIDENCE] = { to_evidence, true },
	[SINK_STORE] =	  { to_store, true },
};

const struct sink_format *
sink_formats(void)
{
	return formats;
}

const struct sink_format *
sink_format_find(struct slice name)
{
	for (const struct sink_format *f = formats; f->name != NULL; f++)
		if (slice_is(name, f->name))
			return f;
	return NULL;
}

struct sinks *
sinks_new(const struct sinks_options *o)
{
	struct sinks	*s = xcalloc(1, sizeof(*s));

	s->o = *o;
	s->files = map_new();
	s->dirs = map_new();
	s->err.out = (struct outlet){ .name = "standard error",
	    .fd = o->stderr_fd, .fixed = true };
	return s;
}

void
sinks_free(struct sinks *s)
{
	struct slice	 name;

	if (s == NULL)
		return;
	for (size_t i = 0; i < map_count(s->files); i++) {
		struct file	*f = map_at(s->files, i, &name);

		outlet_fini(&f->out);
		replay_free(f->replay);
		free(f->name);
		free(f);
	}
	marks_fini(&s->marks);
	outlet_fini(&s->err.out);
	map_free(s->files);
	map_free(s->dirs);
	buf_fini(&s->text);
	buf_fini(&s->evidence);
	free(s);
}

void
sinks_use_channels(struct sinks *s, const struct sink_channel *channels,
    size_t n)
{
	s->o.channels = channels;
	s->o.nchannels = n;
}

void
sinks_use_store(struct sinks *s, struct store *store)
{
	s->store = store;
}

static struct file *
file_of(struct sinks *s, const char *name)
{
	struct file	*f = map_find(s->files, slice_str(name));

	if (f == NULL) {
		f = xcalloc(1, sizeof(*f));
		f->name = xstrdup(name);
		f->out = (struct outlet){ .name = f->name, .fd = -1,
		    .open = s->o.host.open_log, .arg = s->o.host.arg };
		(void)map_put(s->files, slice_str(name), f);
	}
	return f;
}

/* Returns 0 or an errno. */
static int
reopen(const struct sinks *s, struct file *f)
{
	/* Later checkpoints no longer see the old one. */
	if (s->kept && f->out.fd != -1)
		(void)fsync(f->out.fd);		/* not all files can be */
	return outlet_reopen(&f->out);
}

const char *
sinks_open(struct sinks *s, const char *const *names, size_t n, int *error)
{
	for (size_t i = 0; i <= n; i++) {
		const char	*name = i == 0 ? SINK_DEFAULT_LOG :
		    names[i - 1];

		if ((*error = reopen(s, file_of(s, name))) != 0)
			return name;
	}
	return NULL;
}

/* Tell the host when a file begins to fail and when it works again. */
static void
note(struct sinks *s, struct file *f, int error)
{
	const struct sink_host	*h = &s->o.host;

	if ((error != 0) != f->failing)
		h->trouble(h->arg, f->out.name, error,
		    f->out.lost - f->lost_before);
	f->failing = error != 0;
	if (error == 0)
		f->lost_before = f->out.lost;
}

void
sinks_flush_stderr(struct sinks *s)
{
	struct slice	 lost;

	while (outlet_waiting(&s->err.out) > 0)
		if (outlet_flush(&s->err.out, &lost) != 0)
			s->stats.lost++;	/* nobody is left to be told */
}

static void
put_stderr(struct sinks *s, struct slice text)
{
	outlet_put(&s->err.out, text);
	if (outlet_waiting(&s->err.out) >= GATHERED)
		sinks_flush_stderr(s);
}

static void
flush_file(struct sinks *s, struct file *f)
{
	struct slice	 lost;
	int		 error;

	while (outlet_waiting(&f->out) > 0) {
		error = outlet_flush(&f->out, &lost);
		note(s, f, error);
		if (error == 0)
			break;
		s->stats.lost++;
		if (!s->o.to_stderr)
			put_stderr(s, lost);
	}
}

/* Tell the host when the store begins to fail and when it works again. */
static void
note_store(struct sinks *s, bool good)
{
	const struct sink_host	*h = &s->o.host;

	if (good == s->store_failing)
		h->trouble(h->arg, "the store", good ? 0 :
		    store_errno(s->store), s->store_lost);
	s->store_failing = !good;
	if (good)
		s->store_lost = 0;
}

uint64_t
sinks_expire(struct sinks *s, int64_t before_ms, uint64_t max)
{
	uint64_t	 removed = 0;

	if (s->store != NULL)
		note_store(s, store_expire_some(s->store, before_ms, max,
		    &removed));
	return removed;
}

void
sinks_flush(struct sinks *s)
{
	struct slice	 name;

	if (s->store != NULL)
		note_store(s, store_commit(s->store));
	for (size_t i = 0; i < map_count(s->files); i++)
		flush_file(s, map_at(s->files, i, &name));
	sinks_flush_stderr(s);
}

void
sinks_settle(struct sinks *s)
{
	uint64_t	 lost = 0;
	bool		 good;

	sinks_flush(s);
	if (s->store == NULL)
		return;
	good = store_settle(s->store, &lost);
	s->stats.lost += lost;
	s->store_lost += lost;
	note_store(s, good);
}

void
sinks_reopen(struct sinks *s)
{
	struct slice	 name;

	sinks_flush(s);
	for (size_t i = 0; i < map_count(s->files); i++) {
		struct file	*f = map_at(s->files, i, &name);
		const int	 error = reopen(s, f);

		if (error != 0)
			note(s, f, error);
	}
}

/* The alert in the format that was asked for, written once. */
static struct slice
text_of(struct sinks *s, const struct sink_view *v)
{
	if (s->text.n == 0)
		s->o.format->put(&s->text, v, &s->o.world);
	return buf_bytes(&s->text);
}

static void
to_stderr(struct sinks *s, const struct sink_view *v, const struct target *t)
{
	(void)t;
	put_stderr(s, text_of(s, v));
}

/* It was written before the interruption. */
static bool
is_there(struct file *f, struct slice text)
{
	const bool	 there = f->replay != NULL &&
	    replay_take(f->replay, text);

	if (there && replay_left(f->replay) == 0) {
		replay_free(f->replay);
		f->replay = NULL;
	}
	return there;
}

static void
to_file(struct sinks *s, const struct sink_view *v, const struct target *t)
{
	struct file	*f = file_of(s, t->logfile);

	if (is_there(f, text_of(s, v)))
		return;
	outlet_put(&f->out, text_of(s, v));
	if (f->failing || outlet_waiting(&f->out) >= GATHERED)
		flush_file(s, f);
}

static void
to_syslog(struct sinks *s, const struct sink_view *v, const struct target *t)
{
	syslog_alert(s->o.host.syslog, s->o.host.arg, t->priority,
	    s->o.format, v, &s->o.world);
}

/* The names of the file and of its directory go to the disk, too. */
static void
note_dirs(struct sinks *s)
{
	struct slice	 path = buf_bytes(&s->evidence);

	for (unsigned i = 0; i < 2; i++) {
		while (path.n > 1 && path.p[path.n - 1] != '/')
			path.n--;
		path.n -= path.n > 1;
		if (map_find(s->dirs, path) == NULL)
			(void)map_put(s->dirs, path, s);
	}
}

/* Returns whether there is a file now; s->evidence has its path. */
static bool
write_evidence(struct sinks *s, const struct sink_view *v, const char *base)
{
	const struct sink_host		*h = &s->o.host;
	const struct evidence_files	 files = { h->open_evidence,
		h->reopen_evidence, h->arg };
	size_t				 missing;
	const int			 error = s->kept ?
	    evidence_keep(&files, base, v->alert, &s->evidence, &missing) :
	    evidence_write(h->open_evidence, h->arg, base, v->alert,
	    &s->evidence, &missing);

	if (error != 0) {
		s->stats.lost++;
		if (!s->dir_failing)
			h->trouble(h->arg, s->evidence.n == 0 ? "evidence" :
			    buf_cstr(&s->evidence), error, 0);
		s->dir_failing = true;
		buf_clear(&s->evidence);
		return false;
	}
	s->dir_failing = false;
	if (s->kept)
		note_dirs(s);
	if (missing > 0 && s->stats.missing == 0)
		h->missing(h->arg, buf_cstr(&s->evidence), missing);
	s->stats.missing += missing;
	return true;
}

static void
to_evidence(struct sinks *s, const struct sink_view *v, const struct target *t)
{
	struct buf	 notice = { 0 };

	if (!write_evidence(s, v, t->directory))
		return;
	evidence_notice(&notice, v, buf_cstr(&s->evidence));
	s->o.host.syslog(s->o.host.arg, LOG_AUTH | LOG_NOTICE,
	    buf_cstr(&notice));
	buf_fini(&notice);
}

static void
to_store(struct sinks *s, const struct sink_view *v, const struct target *t)
{
	const bool	 good = store_add(s->store, v, &s->o.world);

	(void)t;
	if (!good) {
		s->stats.lost++;
		s->store_lost++;
	}
	note_store(s, good);
}

const char *
sinks_evidence(struct sinks *s)
{
	return s->evidence.n == 0 ? NULL : buf_cstr(&s->evidence);
}

/* The I-th place this rule's alerts go to; false behind the last. */
static bool
target_at(const struct sinks *s, const struct alert_rule *r, size_t i,
    struct target *t)
{
	if (i < r->nchannels) {
		const struct sink_channel	*c =
		    &s->o.channels[r->channels[i]];

		*t = (struct target){ c->kind, NULL, c->priority,
		    c->directory };
		return true;
	}
	i -= r->nchannels;
	if (r->nchannels == 0 && s->o.to_stderr && i-- == 0) {
		*t = (struct target){ .kind = SINK_STDERR };
		return true;
	}
	if (s->o.files && i-- == 0) {
		*t = (struct target){ .kind = SINK_FILE, .logfile =
		    r->logfile == NULL ? SINK_DEFAULT_LOG : r->logfile };
		return true;
	}
	if (s->o.evidence && i-- == 0) {
		*t = (struct target){ .kind = SINK_EVIDENCE };
		return true;
	}
	if (s->o.syslog != SINK_NO_SYSLOG && i-- == 0) {
		*t = (struct target){ .kind = SINK_SYSLOG,
		    .priority = s->o.syslog };
		return true;
	}
	if (s->store != NULL && i == 0) {
		*t = (struct target){ .kind = SINK_STORE };
		return true;
	}
	return false;
}

bool
sinks_want_steps(const struct sinks *s, const struct alert_rule *r)
{
	struct target	 t;

	for (size_t i = 0; target_at(s, r, i, &t); i++)
		if (s->o.format->steps || table[t.kind].steps)
			return true;
	return false;
}

void
sinks_alert(struct sinks *s, const struct sink_view *v)
{
	struct target	 t;

	buf_clear(&s->text);
	buf_clear(&s->evidence);
	for (size_t i = 0; target_at(s, &v->alert->rule, i, &t); i++)
		table[t.kind].put(s, v, &t);
}

void
sinks_stats(const struct sinks *s, struct sinks_stats *stats)
{
	*stats = s->stats;
	if (s->store != NULL)
		stats->waiting = store_waiting(s->store);
}

/* A run that is kept. */

static struct marks_host
marks_host(const struct sinks *s)
{
	const struct sink_host	*h = &s->o.host;

	return (struct marks_host){ h->reopen_log, h->find_log, h->other_logs,
		h->changed, h->arg };
}

/* What never comes again, such as alerts of rules that are gone. */
static void
forget_idle(struct file *f)
{
	const uint64_t	 left = replay_left(f->replay);

	f->replay_idle = left == f->replay_left ? f->replay_idle + 1 : 0;
	f->replay_left = left;
	if (f->replay_idle > MARKS_IDLE) {
		replay_free(f->replay);
		f->replay = NULL;
	}
}

void
sinks_mark(struct sinks *s, struct rows *rows)
{
	const struct marks_host	 host = marks_host(s);
	struct slice		 name;

	sinks_flush(s);
	s->late = s->o.host.syslog_done != NULL &&
	    !s->o.host.syslog_done(s->o.host.arg);
	rows_section(rows, MARKS_FILES);
	for (size_t i = 0; i < map_count(s->files) && i < MARKS_MAX; i++) {
		const struct file	*f = map_at(s->files, i, &name);

		marks_put(rows, (uint32_t)i, &f->out, &host);
	}
	rows_section(rows, MARKS_TEXTS);
	for (size_t i = 0; i < map_count(s->files) && i < MARKS_MAX; i++) {
		struct file	*f = map_at(s->files, i, &name);

		if (f->replay != NULL)
			forget_idle(f);
		if (f->replay != NULL)
			replay_put(f->replay, rows,
			    (uint32_t)i * REPLAY_PAGES);
	}
}

static bool
sync_failed(struct buf *why, const char *what, int error)
{
	buf_escape(why, slice_str(what));
	buf_printf(why, ": %s", strerror(error));
	return false;
}

static bool
sync_store(const struct sinks *s, struct buf *why)
{
	const struct sink_host	*h = &s->o.host;
	struct buf		 path = { 0 };
	int			 error;

	if (store_waiting(s->store) > 0) {
		buf_str(why, "the store does not take all alerts now");
		return false;
	}
	buf_str(&path, store_path(s->store));
	error = h->sync_file(h->arg, buf_cstr(&path));
	if (error == 0) {
		buf_str(&path, STORE_WAL);
		error = h->sync_file(h->arg, buf_cstr(&path));
		error = error == ENOENT ? 0 : error;
	}
	if (error != 0)
		(void)sync_failed(why, buf_cstr(&path), error);
	buf_fini(&path);
	return error == 0;
}

/* One that was removed has no names. */
static bool
sync_names(const struct sinks *s, struct buf *why)
{
	const struct sink_host	*h = &s->o.host;
	struct buf		 path = { 0 };
	struct slice		 name;
	int			 error = s->o.files ? h->sync_logs(h->arg) : 0;

	if (error != 0)
		(void)sync_failed(why, "the directory of log files", error);
	for (size_t i = 0; error == 0 && i < map_count(s->dirs); i++) {
		(void)map_at(s->dirs, i, &name);
		buf_clear(&path);
		buf_slice(&path, name);
		error = h->sync_file(h->arg, buf_cstr(&path));
		error = error == ENOENT ? 0 : error;
		if (error != 0)
			(void)sync_failed(why, buf_cstr(&path), error);
	}
	buf_fini(&path);
	return error == 0;
}

bool
sinks_sync(const struct sinks *s, struct buf *why)
{
	const struct marks_host	 host = marks_host(s);
	struct slice		 name;

	if (s->late) {
		buf_str(why, "syslog does not take all lines now");
		return false;
	}
	for (size_t i = 0; i < map_count(s->files); i++) {
		const struct file	*f = map_at(s->files, i, &name);
		const int		 error = marks_sync(&f->out, &host);

		if (error != 0)
			return sync_failed(why, f->out.name, error);
	}
	return sync_names(s, why) && (s->store == NULL || sync_store(s, why));
}

bool
sinks_resume(struct sinks *s, const struct row *row)
{
	if (marks_row(&s->marks, row))
		return true;
	marks_fini(&s->marks);
	return false;
}

void
sinks_resumed(struct sinks *s)
{
	const struct marks_host	 host = marks_host(s);
	struct slice		 name;

	s->kept = true;
	for (size_t i = 0; i < map_count(s->files); i++) {
		struct file	*f = map_at(s->files, i, &name);

		f->replay = marks_compare(&s->marks, &host, &f->out,
		    !s->o.format->one_line);
		if (f->replay != NULL)
			f->replay_left = replay_left(f->replay);
	}
	marks_fini(&s->marks);
}
