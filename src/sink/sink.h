/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sink.h - where alerts go: to standard error, files, syslog, evidence.
 *
 * A rule with log channels (of bsmtrace 1.4) goes to these; any other goes to
 * standard error when the program stays in the foreground without a directory
 * for logs. Both also go to the files of that directory, to evidence, to syslog
 * and to the store when these are asked for. Sinks open nothing: the host does.
 *
 * Of a run that goes on after an interruption, each alert is there once in
 * files, evidence and store; syslog and standard error may have it again.
 */
#ifndef SINK_SINK_H
#define SINK_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rows.h"
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

	/* What follows is only for runs that are kept: see sinks_resume(). */
	/* The log file of that name as it is, to read and write; or -1. */
	int		 (*reopen_log)(void *arg, const char *name);
	/* The one with this identity, whatever its name is now; or -1. */
	int		 (*find_log)(void *arg, uint64_t device,
			    uint64_t inode);
	/* Those that were rotated, "NAME.0" and such, written to since then
	 * (seconds since 1970), one after the other; to be read, and cut. */
	void		 (*other_logs)(void *arg, const char *name,
			    int64_t since, void (*found)(void *found_arg,
			    int fd), void *found_arg);
	evidence_open_fn reopen_evidence;
	/* All of that file, or the names in a directory, go to the disk; 0, or
	 * an errno. */
	int		 (*sync_file)(void *arg, const char *path);
	/* The same for the names of log files. */
	int		 (*sync_logs)(void *arg);
	/* Has syslog taken all? NULL: it has. */
	bool		 (*syslog_done)(void *arg);
	/* A log file is not as it was left. */
	void		 (*changed)(void *arg, const char *name,
			    const char *what);
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
	uint64_t	 waiting;	/* alerts, for the store */
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

/* From now on alerts are of rules with these log channels; borrowed. */
void		 sinks_use_channels(struct sinks *,
		    const struct sink_channel *, size_t n);

/* From now on, all alerts to this store as well; it stays the caller's. */
void		 sinks_use_store(struct sinks *, struct store *);

/*
 * Remove a few alerts from the store, as store_expire_some() does. Returns how
 * many; 0 when there are no more to remove, or it failed, which is told as when
 * it cannot be written.
 */
uint64_t	 sinks_expire(struct sinks *, int64_t before_ms, uint64_t max);

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
/*
 * No alert will come any more. What is still waiting for the store is put there
 * or lost.
 */
void		 sinks_settle(struct sinks *);
/* Only what is for standard error; nothing is said. */
void		 sinks_flush_stderr(struct sinks *);

/* The path of the evidence of the last alert, for triggers; NULL: none. */
const char	*sinks_evidence(struct sinks *);

void		 sinks_stats(const struct sinks *, struct sinks_stats *);

/*
 * A run that is kept. A checkpoint flushes, and notes how long files are in
 * rows of sections SINKS_FIRST to SINKS_LAST.
 */
#define SINKS_FIRST	48u
#define SINKS_LAST	49u

void		 sinks_mark(struct sinks *, struct rows *);

/*
 * What was flushed goes to the disk, before the checkpoint counts: this may be
 * called in a copy of the process. False with words for what is wrong appended
 * to WHY.
 */
bool		 sinks_sync(const struct sinks *, struct buf *why);

/*
 * Before the first alert, behind sinks_open() and sinks_use_store(): each row
 * of these sections in its order, and then, even if there are none, an end. A
 * row that makes no sense returns false; then what came before is forgotten.
 * Alerts that are told again and are there are passed over from then on. They
 * need uids.
 */
bool		 sinks_resume(struct sinks *, const struct row *);
void		 sinks_resumed(struct sinks *);

#endif
