/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * merge.h - many trails, one order: a merge by the time of records.
 *
 * Of each trail it holds what comes next and no more. The smallest time goes
 * first: seconds, then the fraction among trails that count it in the same
 * unit, then the order in which the trails were added. A record never overtakes
 * an earlier one of its own trail, whatever its time. File tokens between
 * records, and gaps, come right behind what stands before them in their trail.
 *
 * Nothing here opens a file: bytes come through callbacks.
 */
#ifndef SELECT_MERGE_H
#define SELECT_MERGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "bsm/frame.h"
#include "select/judged.h"

struct merge;

#define MERGE_NO_START INT64_MIN	/* a trail that may begin at any time */
#define MERGE_JUDGED	2

/* A trail, asked for its bytes when they are needed and not before. */
struct merge_input {
	/*
	 * The next bytes: 1, with *bytes borrowed until the next call; 0 at the
	 * end; -1 when there are no more because something failed, which the
	 * callee has reported. The first call opens the trail. MERGE_JUDGED
	 * instead of bytes: `judged` has records that were judged already,
	 * borrowed until the next call, too.
	 */
	int		 (*more)(void *arg, struct slice *bytes);
	const struct judged *(*judged)(void *arg);
	/*
	 * Nothing is asked for now. After it `more` may begin again, from the
	 * first byte of the trail, if nothing of it has been given out yet.
	 */
	void		 (*close)(void *arg);
	void		*arg;
	/*
	 * No record is earlier (seconds since 1970), so that the trail need not
	 * be opened before the merge has come so far.
	 */
	int64_t		 start;
	bool		 once;		/* cannot begin again: a pipe */
	unsigned	 weight;	/* room it takes while open, from 1 */
};

/*
 * Bytes put aside and read back once, in the same order: what is merged when
 * more trails overlap than there is room for. Every call is given what `begin`
 * returned, and may be made in this order only: begin, write ..., rewind, more
 * ..., close.
 */
struct merge_spools {
	void	*(*begin)(void *arg);		/* NULL: failed, reported */
	bool	 (*write)(void *spool, const void *, size_t n);
	bool	 (*rewind)(void *spool);
	int	 (*more)(void *spool, struct slice *bytes);
	void	 (*close)(void *spool);
	void	*arg;
};

/* What is worth a word, said once for each trail. */
enum merge_note {
	MERGE_FINE,
	MERGE_BACKWARDS,	/* earlier than the record before it */
	MERGE_EARLY		/* earlier than its trail was said to begin */
};

struct merge_record {
	struct frame_record	 frame;		/* record, file token or gap */
	uint32_t		 trail;		/* as merge_add() numbered it */
	enum merge_note		 note;
	struct judgement	 judged;	/* of these records */
};

/*
 * ROOM is the weight of all trails that may be open at once; beyond it some
 * are merged into a spool first. SPOOLS may be NULL: then there is room for
 * all. It is the caller's and must outlive the merge.
 */
struct merge	*merge_new(unsigned room, const struct merge_spools *);
void		 merge_free(struct merge *);	/* closes all; NULL allowed */

/* Add a trail, at any time. Returns its number: 0, 1, 2... */
uint32_t	 merge_add(struct merge *, const struct merge_input *);

/*
 * The next in the order of all trails: 1, with *out borrowed until the next
 * call; 0 when all have ended; -1 when a spool failed, for good. A trail that
 * failed has ended; what was cut of its last record comes as a gap.
 *
 * Of what was judged, only the wanted comes out, and that of which something is
 * to be said, in the same order; records that stand together may come at once.
 */
int		 merge_next(struct merge *, struct merge_record *out);

/*
 * For whoever goes through many records faster than one by one: intact records
 * that follow the one given out last, in its trail and in the order of all,
 * with nothing to be said of them. Mostly there are some where trails hardly
 * overlap, and none where their records alternate. Take whole ones from the
 * front and tell how many bytes, before anything else is asked.
 */
struct slice	 merge_ahead(struct merge *);
void		 merge_took(struct merge *, size_t n);

#endif
