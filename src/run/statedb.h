/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * statedb.h - the database of a checkpoint: rows, kept in a directory.
 *
 * One file, DIR/state.db, holds the rows of the last checkpoint that was
 * written to its end; a later one replaces it whole, or not at all. Only rows
 * that have changed are written. Each row has a fingerprint, so that damage is
 * seen when it is read.
 */
#ifndef RUN_STATEDB_H
#define RUN_STATEDB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rows.h"

#define STATEDB_FILE	"state.db"
#define STATEDB_BUSY_MS	60000	/* that another process is waited for */

struct statedb;

enum statedb_how {
	STATEDB_GOOD,
	STATEDB_BAD,		/* damaged, or of another version */
	STATEDB_FAILED		/* it cannot be opened or read */
};

/*
 * Open the database of DIR, which is made if there is none. Otherwise there is
 * no database, and WHY has words. Whoever has the directory opens it by
 * statedb_take(): from then on those who took it before write nothing any more,
 * as a copy of a process might that was killed.
 */
enum statedb_how statedb_open(const char *dir, struct statedb **,
		    struct buf *why);
enum statedb_how statedb_take(const char *dir, struct statedb **,
		    struct buf *why);
/*
 * Only look, while somebody else may write: nothing is changed or made, and all
 * that is read until it is closed is of one checkpoint. Without one it is
 * STATEDB_FAILED.
 */
enum statedb_how statedb_look(const char *dir, struct statedb **,
		    struct buf *why);
void		 statedb_close(struct statedb *);	/* NULL is allowed */

/* What is there. */
struct statedb_about {
	uint64_t	 run;		/* who took it last */
	uint64_t	 number;	/* of checkpoints until now */
	int64_t		 millis;	/* when it was written; 0: never */
	uint64_t	 rows;
	uint64_t	 bytes;		/* of all rows */
	char		 program[32];	/* its version */
};
void		 statedb_about(const struct statedb *,
		    struct statedb_about *);

/*
 * Tell the rows of these sections, and those between, in order. False when FN
 * was, or when it cannot be read or is damaged: then statedb_why() says so.
 */
bool		 statedb_rows(struct statedb *, uint32_t first, uint32_t last,
		    row_fn, void *arg);

/*
 * A new checkpoint: all rows are put, in any order, and it is ended. If one of
 * these fails, the others do nothing, and the one before it stays. RUN is what
 * statedb_about() told whoever took the database; a new one is anybody's.
 */
bool		 statedb_begin(struct statedb *, uint64_t run);
bool		 statedb_put(void *db, const struct row *);	/* a row_fn */
struct statedb_written {
	uint64_t	 rows, bytes;	/* those that had changed */
	uint64_t	 removed;	/* rows */
	uint64_t	 all_rows, all_bytes;
};
bool		 statedb_end(struct statedb *, struct statedb_written *);

/* Words for what went wrong; and was it damage? */
const char	*statedb_why(const struct statedb *);
bool		 statedb_is_bad(const struct statedb *);

/*
 * Called first in a copy of a process whose other threads may have been in the
 * library of databases at that moment: their locks are forgotten. Databases
 * that the process had are not to be touched here.
 */
void		 statedb_forked(void);

#endif
