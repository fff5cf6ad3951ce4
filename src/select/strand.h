/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * strand.h - one trail of a merge, and the item of it that comes next.
 *
 * For merge.c alone. Items come as bytes that are cut here, as records that
 * somebody has judged already, or out of a spool.
 */
#ifndef SELECT_STRAND_H
#define SELECT_STRAND_H

#include "select/judged.h"
#include "select/merge.h"
#include "select/spool.h"

struct strand {
	struct merge_input	 in;
	uint32_t		 number;	/* of the trail, or of the one
						 * the spooled item is from */
	struct frame		*frame;		/* while open, of a trail */
	struct judged_at	 at;		/* in what was judged */
	struct spool_reader	*spool;		/* of a spool */
	bool			 ended;		/* no more bytes */
	bool			 given;		/* an item was given out */
	bool			 noted;
	bool			 timed;		/* a record was seen */
	struct merge_key	 key;		/* of the item at hand */
	int64_t			 ms;		/* of the last record */
	struct merge_record	 head;		/* the item at hand */
	bool			 plain;		/* judged, and at this time: */
	struct judged_time	 time;
};

void	strand_free(struct strand *);		/* it is closed */

/*
 * Get the next item of an open trail; false when there is none. *FAILED is set
 * when a spool did.
 */
bool	strand_advance(struct strand *, bool *failed);

/* Somebody has taken records by himself, this one last. */
void	strand_took(struct strand *, struct slice record);

/*
 * The item at hand was judged: take what follows it and was judged the same
 * into it, up to a second from which on another trail may come next.
 */
void	strand_run(struct strand *, int64_t until);

#endif
