/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * batch.h - records in a row, and what is to be said between them.
 *
 * This is what the bytes of a source come to before anything is remembered of
 * them, so that one thread may make batches and another use them up.
 */
#ifndef RUN_BATCH_H
#define RUN_BATCH_H

#include <stddef.h>

#include "bsm/frame.h"
#include "bsm/record.h"

enum batch_kind {
	BATCH_GAP,		/* damage */
	BATCH_RECOVERED,	/* the next record was found after some */
	BATCH_WORDS		/* something else is wrong with a trail */
};

/* Said before the record of this index is fed. */
struct batch_note {
	enum batch_kind		 kind;
	size_t			 before;
	size_t			 trail;		/* of those of the source */
	struct frame_record	 frame;		/* the bytes: only how many */
	const char		*why;		/* of a gap, or the words */
	const char		*path;		/* of the words */
};

struct batch {
	struct record		*records;
	size_t			 n, cap;
	struct batch_note	*notes;
	size_t			 nnotes, notes_cap;
};

void	batch_fini(struct batch *);
void	batch_clear(struct batch *);

/*
 * Take what a frame has cut. PLACE is the offset that the record gets. Records
 * go on borrowing their bytes; file tokens are nobody's doing.
 */
void	batch_take(struct batch *, const struct frame_record *,
	    size_t trail, uint64_t place);

/* Take the intact records that come next in the frame, many at a time. */
void	batch_take_ahead(struct batch *, struct frame *);

/* Words for what is wrong, both borrowed until they are said. */
void	batch_words(struct batch *, const char *path, const char *why);

#endif
