/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * judged.h - records of a trail that have been judged: what is left of them.
 *
 * Of a record that is wanted the bytes are kept, of any other only its time,
 * since where a merge has come to depends on all of them. So one thread may
 * read a trail and judge it while another is at a place long before it, and
 * little has to be kept for that. Whatever is to be said of a record, and what
 * is none, is kept whole.
 */
#ifndef SELECT_JUDGED_H
#define SELECT_JUDGED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "bsm/frame.h"
#include "select/criteria.h"

enum judged_as {
	JUDGED_NOT,		/* nobody has looked at it */
	JUDGED_PASSED,		/* not wanted */
	JUDGED_WANTED
};

/* What became of a record, or of several that stand together. */
struct judgement {
	enum judged_as		 as;
	struct criteria_note	 note;
	uint64_t		 records;	/* how many */
	const uint8_t		*last;		/* where the last one begins */
};

struct judged_item;
struct judged_special;

/* What fits into a block; set it up with judged_init(). */
struct judged {
	struct judged_item	*items;
	size_t			 n, max;
	struct judged_special	*specials;
	size_t			 nspecials, cap;
	struct buf		 bytes;		/* of wanted and specials */
	size_t			 bytes_max;	/* a record may go beyond */
	uint64_t		 offset;	/* of the first, in the trail */
	uint64_t		 end;		/* behind the last */
};

#define JUDGED_ITEM	16u	/* bytes that an item takes */

void	judged_init(struct judged *, size_t items, size_t bytes);
void	judged_fini(struct judged *);
void	judged_clear(struct judged *);

/*
 * Judge what the frame has been lent. False when the block was full before, so
 * that there is more to take.
 */
bool	judged_fill(struct judged *, struct criteria *, struct frame *);

/* Is there nothing to be done with it, and nothing to be said of it? */
bool	judged_passes(const struct frame_record *, const struct judgement *);

/* A way through a block. */
struct judged_at {
	const struct judged	*in;
	size_t			 item, special, byte;
	uint64_t		 offset;
};

/* The time of a record as its header has it. */
struct judged_time {
	int64_t			 seconds;
	uint64_t		 fraction;
	bool			 nano;		/* that is what it counts */
};

void	judged_begin(struct judged_at *, const struct judged *);

/*
 * Take what comes next. False at the end. *TIMED tells whether *TIME is set;
 * else the time, if it has any, is in the bytes of the record, which are there.
 * Bytes are borrowed from the block.
 */
bool	judged_next(struct judged_at *, struct frame_record *,
	    struct judgement *, struct judged_time *, bool *timed);

/*
 * Take more records of the kind that came last, with nothing to be said of
 * them, while their seconds are below UNTIL and, unless ANY, do not fall. What
 * was taken last is made longer by them: its bytes, its judgement, its time.
 */
void	judged_more(struct judged_at *, struct frame_record *,
	    struct judgement *, struct judged_time *, int64_t until, bool any);

#endif
