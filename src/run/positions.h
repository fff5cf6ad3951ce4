/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * positions.h - how far each source was read, as rows, and sources that go on
 * there.
 *
 * A position is that of the next record that was not fed, with what its frame
 * knows; what stands before it is never fed again. Between two turns of the
 * event loop all that was cut has been fed.
 */
#ifndef RUN_POSITIONS_H
#define RUN_POSITIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rows.h"

#define POSITIONS_FIRST	32u		/* sections, both included */
#define POSITIONS_LAST	47u
#define POSITIONS_MAX	(1u << 20)	/* sources */

enum positions_section {
	POSITIONS_STREAMS = POSITIONS_FIRST,	/* in the engine's order */
	POSITIONS_BEGUN,	/* directories whose first look is over */
	POSITIONS_FILES,
	POSITIONS_LIVE,		/* pipes and the audit pipe */
	POSITIONS_SEEN,		/* the last records of these, as hashes */
	POSITIONS_TRAILS,	/* of directories: not done */
	POSITIONS_DONE		/* of directories: not to be read again */
};

struct watching;

/*
 * Positions will be asked for: what they take is noted from now on. Once all
 * streams of live sources are there, and nothing was read.
 */
void		 positions_begin(struct watching *);

/*
 * Tell all rows, in order. Changes nothing and asks no file, so that a copy of
 * the process can do it. False when FN returned false.
 */
bool		 positions_save(const struct watching *, row_fn, void *arg);

/*
 * The other way, in this order: the engine is there, run->lives and
 * run->followed are, and no stream is; all rows in their order; then
 * positions_end() makes a stream and a source of the engine for each that there
 * was, numbered as then, whether it is still asked for or not. Now the engine's
 * own rows may be loaded; streams of what is new come after that.
 *
 * The first that returns false ends it, and positions_why() says why:
 * positions_undo() then, and a start as if there were no rows.
 */
struct positions;

struct positions *positions_new(struct watching *);
void		 positions_free(struct positions *);	/* NULL is allowed */
bool		 positions_row(struct positions *, const struct row *);
bool		 positions_end(struct positions *);
const char	*positions_why(const struct positions *);

/*
 * For whoever only wants names: what a row of POSITIONS_STREAMS says. False
 * when it is damaged.
 */
struct position_name {
	uint32_t	 number;	/* of the engine's source */
	const char	*path;		/* of a directory, if it is followed */
	const char	*host;		/* or NULL */
	bool		 followed;
};

bool		 positions_names(const struct row *,
		    void (*)(void *arg, const struct position_name *),
		    void *arg);

/*
 * Streams and positions are forgotten again: before anything is read, when the
 * engine's rows turn out to be of no use. The engine has its sources still: it
 * is to be made anew.
 */
void		 positions_undo(struct watching *);

#endif
