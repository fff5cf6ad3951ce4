/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resync.h - the inside of a frame, for frame.c, which keeps to what is intact,
 * and resync.c, which knows what to do where it is not.
 */
#ifndef BSM_RESYNC_H
#define BSM_RESYNC_H

#include "bsm/frame.h"
#include "bsm/record.h"

/* What looking at a boundary came to. */
enum verdict { V_MORE, V_NO, V_YES };

/* What walking a record without a trailer came to. */
enum walk {
	WALK_NONE,		/* not walked yet */
	WALK_FITS,
	WALK_FAILS,
	WALK_HEADER		/* another header is among its tokens */
};

struct frame {
	const uint8_t	*piece;		/* lent by the caller */
	size_t		 piece_n, piece_pos;

	uint8_t		*carry;
	size_t		 carry_n, carry_pos, carry_cap;
	size_t		 borrowed;	/* last bytes of the carry, which are
					 * copies of the piece's */
	uint64_t	 offset;	/* of the window in the stream */
	size_t		 need;		/* bytes of window it takes to go on */
	bool		 ended;
	bool		 quiet;

	bool		 damaged;	/* the window begins with damage */
	bool		 searching;	/* both repairs have failed */
	bool		 all_zero;	/* what was given up so far */
	enum frame_reason reason;
	size_t		 repair_at;	/* place reached by the repair */
	size_t		 search_at;	/* place reached by the search */
	uint64_t	 suspect_until;	/* records before it are recovered */

	uint64_t	 walked;	/* bytes walked in vain */
	enum walk	 walk;		/* of the record at the front */
	struct record	 front;		/* the same, of the last one walked */
	size_t		 inside_at;	/* place reached inside it */
};

/* The window holds all that is left of the stream. */
static inline bool
at_end(const struct frame *f)
{
	return f->ended && f->piece_pos == f->piece_n;
}

/* Nothing more will come, for now or for ever. */
static inline bool
impatient(const struct frame *f)
{
	return (f->ended || f->quiet) && f->piece_pos == f->piece_n;
}

/* Give N bytes from the front of the window as a record. */
static inline void
fill(const struct frame *f, struct slice w, size_t n, enum frame_quality q,
    struct frame_record *out)
{
	*out = (struct frame_record){ .kind = FRAME_RECORD,
	    .bytes = { w.p, n }, .offset = f->offset, .quality = q };
	if (f->offset < f->suspect_until) {
		out->quality = FRAME_RECOVERED;
		out->reason = f->reason;
	}
}

/*
 * Both look at the window W, and note in `need` how much of it there has to be
 * when they return V_MORE.
 */

/* A record without a trailer, of SIZE bytes, which are there: is it one? */
enum verdict	resync_weak(struct frame *, struct slice w, uint32_t size);

/*
 * The window begins with damage: mend it, or give up what stands before the
 * next trustworthy place.
 */
enum verdict	resync_repair(struct frame *, struct slice w,
		    struct frame_record *out);

#endif
