/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store.h - alerts in a database, to be looked for later.
 *
 * A file of SQLite (https://sqlite.org/fileformat2.html), in write-ahead mode,
 * so that whoever looks something up never keeps the one who writes waiting.
 * An alert is known by its uid: one that is told twice is there once. The
 * tables are described in bsmtrace-alerts(1), for whoever reads them by other
 * means.
 */
#ifndef SINK_STORE_H
#define SINK_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "sink/format.h"

#define STORE_BUSY_MS	2000	/* wait so long for another who writes */
#define STORE_VERSION	1	/* of the tables */
#define STORE_WAL	"-wal"	/* behind its name: what was written last */

struct store;

/*
 * Open the database, or make it if CREATE. Returns NULL with words for what is
 * wrong appended to WHY: the file is no database, is of a later version, cannot
 * be opened.
 */
struct store	*store_open(const char *path, bool create, struct buf *why);
/* What waits is dropped, see store_settle(). NULL is allowed. */
void		 store_close(struct store *);

const char	*store_path(const struct store *);

/*
 * Add an alert; one with its uid that is there already stays as it is. It is in
 * the file after store_commit(), or when there are STORE_BATCH of them. When
 * that cannot be, because the database is locked or the disk full, alerts wait
 * in memory for the next commit, and nobody waits for them: the first returns
 * false when there is no room for more, and that one is lost; the second while
 * some wait, but not before somebody else has locked it for STORE_BUSY_MS. Then
 * store_why() has words.
 */
#define STORE_BATCH		256u
#define STORE_WAITING_MAX	(64u << 20)	/* bytes */
bool		 store_add(struct store *, const struct sink_view *,
		    const struct sink_world *);
bool		 store_commit(struct store *);
uint64_t	 store_waiting(const struct store *);	/* alerts */

/*
 * No more will be added: wait for who has locked it, STORE_END_MS at the
 * longest. False when some could not be put there, which are *LOST.
 */
#define STORE_END_MS	10000
bool		 store_settle(struct store *, uint64_t *lost);
const char	*store_why(const struct store *);
int		 store_errno(const struct store *);	/* the same, about */

/* What is looked for. Zero, NULL and STORE_ANY ask for nothing. */
#define STORE_ANY	INT64_MIN
struct store_query {
	int64_t		 since_ms, until_ms;	/* both included, since 1970;
						 * STORE_ANY */
	const char	*rule;		/* a name; * and ? stand for others */
	const char	*subject;	/* a name, or a number */
	const char	*host;		/* as rule */
	const char	*tag;		/* as rule */
	const char	*uid;		/* how it begins */
	int64_t		 priority;	/* at least; or STORE_ANY */
	uint64_t	 limit;		/* the latest so many; 0: all */
};

struct store_row {
	int64_t		 millis;
	const char	*uid, *rule, *subject_type, *subject_name, *host,
			*source, *tags, *description;	/* or NULL */
	int64_t		 priority, duration_s, records;
	bool		 has_subject;
	int64_t		 subject;
	const char	*line;		/* the classic one, without its end */
	const char	*json;		/* the same */
};

/*
 * Tell of what fits, by time. FOUND returns false to stop; what it is given is
 * borrowed. False when something is wrong: store_why().
 */
bool		 store_find(struct store *, const struct store_query *,
		    bool (*found)(void *arg, const struct store_row *),
		    void *arg);

/*
 * Remove alerts older than BEFORE_MS, or STORE_ANY, and then the oldest until
 * what is left takes at most MAX bytes, or 0. *REMOVED is how many there were.
 */
bool		 store_expire(struct store *, int64_t before_ms, uint64_t max,
		    uint64_t *removed);

/*
 * The same a little at a time, for those who have no time: at most STORE_STEP
 * alerts. *REMOVED is 0 when there is nothing left to do, or another writes.
 */
#define STORE_STEP	50u
bool		 store_expire_some(struct store *, int64_t before_ms,
		    uint64_t max, uint64_t *removed);

#endif
