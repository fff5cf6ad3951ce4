/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sink.h - where alerts go: to standard error, files, syslog, evidence.
 *
 * A rule with log channels (of bsmtrace 1.4) goes to these; any other goes to
 * standard error when the program stays in the foreground without a directory
 * for logs. Both also go to the files of that directory, to evidence, to syslog
 * and to the store when these are asked for. Sinks open nothing: the host does.
 */
#ifndef SINK_SINK_H
#define SINK_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "sink/evidence.h"
#include "sink/format.h"
#include "sink/store.h"
#include "sink/syslog.h"

#define SINK_DEFAULT_LOG "bsmtrace.log"
#define SINK_NO_SYSLOG (-1)

enum sink_kind { SINK_STDERR, SINK_FILE, SINK_SYSLOG, SINK_EVIDENCE,
	SINK_STORE };

/* A log channel; the index is that of alert_rule.channels. */
struct sink_channel {
	enum sink_kind	 kind;		/* not SINK_FILE, SINK_STORE */
	int		 priority;	/* SINK_SYSLOG */
	const char	*directory;	/* SINK_EVIDENCE; or NULL */
};

/* Whoever opens files and speaks for the sinks. */
struct sink_host {
	int		 (*open_log)(void *arg, const char *name);
	evidence_open_fn open_evidence;
	syslog_fn	 syslog;
	/*
	 * WHAT cannot be written: said once, until it works again, which is
	 * told with 0 and how many alerts did not get there.
	 */
	void		 (*trouble)(void *arg, const char *what, int error,
			    uint64_t lost);
	/* Records of steps that were not there to be kept as evidence. */
	void		 (*missing)(void *arg, const char *path, size_t n);
	void		 *arg;
};

struct sinks_options {
	const struct sink_format	*format;
	struct sink_world		 world;
	struct sink_host		 host;
	bool				 to_stderr;
	bool				 files;		/* -l */
	bool				 evidence;	/* -B */
	int				 syslog; /* or SINK_NO_SYSLOG */
	const struct sink_channel	*channels;
	size_t				 nchannels;
	int				 stderr_fd;
};

struct sinks_stats {
	uint64_t	 lost;		/* alerts that some sink did not get */
	uint64_t	 missing;	/* records missing in evidence */
};

struct sinks;

/* OPTIONS are copied; what they point to must outlive the sinks. */
struct sinks	*sinks_new(const struct sinks_options *);
void		 sinks_free(struct sinks *);	/* NULL is allowed */

/*
 * Open the default log file and the one of each NAME. Returns NULL, or the
 * name of the first that cannot be opened with *error set to its errno.
 */
const char	*sinks_open(struct sinks *, const char *const *names, size_t n,
		    int *error);

/* From now on, all alerts to this store as well; it stays the caller's. */
void		 sinks_use_store(struct sinks *, struct store *);

/* The files have been renamed: open them again. */
void		 sinks_reopen(struct sinks *);

/* Does any sink of this rule show or keep the records of the steps? */
bool		 sinks_want_steps(const struct sinks *,
		    const struct alert_rule *);

/*
 * Tell all sinks of the rule. Evidence is written and syslog told at once;
 * lines for files and standard error may be gathered until sinks_flush().
 */
void		 sinks_alert(struct sinks *, const struct sink_view *);

/*
 * Write what was gathered: before anybody waits for anything, and before
 * sinks_free(), which drops it.
 */
void		 sinks_flush(struct sinks *);
/* Only what is for standard error; nothing is said. */
void		 sinks_flush_stderr(struct sinks *);

/* The path of the evidence of the last alert, for triggers; NULL: none. */
const char	*sinks_evidence(struct sinks *);

void		 sinks_stats(const struct sinks *, struct sinks_stats *);

#endif
