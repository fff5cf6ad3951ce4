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
#include <stdlib.h>
#include <syslog.h>

#include "base/map.h"
#include "base/mem.h"
#include "sink/outlet.h"
#include "sink/sink.h"

#define GATHERED (64u << 10)	/* bytes that wait at most */

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
	struct outlet	 out;
	bool		 failing;
	uint64_t	 lost_before;	/* up to the last good line */
};

struct sinks {
	struct sinks_options	 o;
	struct map		*files;		/* by name */
	struct file		 err;		/* standard error */
	struct buf		 text;		/* of the alert in work */
	struct buf		 evidence;	/* path, of the last alert */
	bool			 dir_failing, store_failing;
	struct store		*store;		/* or NULL */
	uint64_t		 store_lost;	/* since it fails */
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
		free(f);
	}
	outlet_fini(&s->err.out);
	map_free(s->files);
	buf_fini(&s->text);
	buf_fini(&s->evidence);
	free(s);
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
		f->out = (struct outlet){ .name = name, .fd = -1,
		    .open = s->o.host.open_log, .arg = s->o.host.arg };
		(void)map_put(s->files, slice_str(name), f);
	}
	return f;
}

const char *
sinks_open(struct sinks *s, const char *const *names, size_t n, int *error)
{
	for (size_t i = 0; i <= n; i++) {
		const char	*name = i == 0 ? SINK_DEFAULT_LOG :
		    names[i - 1];

		if ((*error = outlet_reopen(&file_of(s, name)->out)) != 0)
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
sinks_reopen(struct sinks *s)
{
	struct slice	 name;

	sinks_flush(s);
	for (size_t i = 0; i < map_count(s->files); i++) {
		struct file	*f = map_at(s->files, i, &name);
		const int	 error = outlet_reopen(&f->out);

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

static void
to_file(struct sinks *s, const struct sink_view *v, const struct target *t)
{
	struct file	*f = file_of(s, t->logfile);

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

/* Returns whether there is a file now; s->evidence has its path. */
static bool
write_evidence(struct sinks *s, const struct sink_view *v, const char *base)
{
	const struct sink_host	*h = &s->o.host;
	size_t			 missing;
	const int		 error = evidence_write(h->open_evidence,
	    h->arg, base, v->alert, &s->evidence, &missing);

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
}
