/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream.h - one source: its bytes to records, and the records to the engine.
 */
#ifndef RUN_STREAM_H
#define RUN_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bsm/place.h"
#include "bsm/record.h"
#include "run/batch.h"
#include "run/damage.h"
#include "run/following.h"
#include "run/input.h"

struct poison_place;
struct seam;
struct watching;

struct stream {
	struct watching		*run;
	const struct input	*in;
	uint32_t		 number;	/* of the engine's source */
	struct frame		*frame;
	struct damage		*damage;	/* of each of its trails */
	size_t			 ntrails;	/* 1, but for a directory */
	size_t			 at;		/* the trail at hand */
	struct slice		 piece;		/* being cut into records */
	struct batch		 held;		/* not fed yet */
	struct following_trail	*turn;		/* of a directory that is
						 * followed; or NULL */
	uint8_t			 version;	/* of the last record */
	uint64_t		 records, alerts;
	uint64_t		 missed;	/* times nobody listened */
	uint64_t		 waiting;	/* sequences, at its end */
	bool			 ended;

	/* Where workers have died: see poison.h. */
	uint64_t		 id;		/* of the trail at hand */
	bool			 wary;		/* one record at a time */
	struct poison_place	*passing;	/* until a record is found */

	/* How far it was read: see positions.h. */
	struct place		 place;		/* of a file, reached */
	struct damage		 reached;	/* counted until there */
	uint64_t		 disk;		/* its bytes read until then */
	bool			 whole;		/* nothing is left of it */
	struct seam		*seam;		/* of a live one; or NULL */
	uint64_t		 shift;		/* of its offsets, from those
						 * of the frame */
	struct input		*own;		/* of one that is not asked
						 * for any more; or NULL */
};

/* NUMBER is what the engine calls the source. */
void	stream_init(struct stream *, struct watching *,
	    const struct input *, uint32_t number);
void	stream_fini(struct stream *);

/* The next bytes of the source, lent for the call: all go through, and out. */
void	stream_feed(struct stream *, const void *, size_t n);

/*
 * A record of a live source that was found in a trail. It is given the offset
 * that it would have had there.
 */
void	stream_found(struct stream *, const struct frame_record *);

/* The same, of bytes that somebody has cut into records. They are used up. */
void	stream_play(struct stream *, struct batch *);

/* What the engine told goes out: before anything is waited for. */
void	stream_flush(struct stream *);

/* Nothing comes for now: decide on damage with what there is. */
void	stream_quiet(struct stream *);

/*
 * Of a directory that is followed: what comes next is of this trail, by its own
 * frame; a record that was taken from there; what else is there; it is left.
 */
void	stream_turn(struct stream *, struct following_trail *);
void	stream_cut(struct stream *, const struct frame_record *);
void	stream_drain(struct stream *);
void	stream_left(struct stream *);

/*
 * The trail at hand is about to be read on, by us or, with AHEAD, by a thread
 * that may be so many bytes ahead. False when it cannot be: who tried has died.
 */
bool	stream_reads(struct stream *, uint64_t ahead);
/* It has been, or nothing came. */
void	stream_rests(struct stream *);
/* Did a worker die somewhere in it? */
bool	stream_is_wary(const struct stream *);

/* Nothing comes any more; WHY says what went wrong, or is NULL. Once. */
void	stream_end(struct stream *, const char *why);

/* What is said of damage; that it has ended: for whoever reads it elsewhere. */
void	stream_say(struct stream *, const struct batch_note *);
void	stream_ended(struct stream *, const char *why);

/* The name of the trail at hand, as alerts have it. */
const char	*stream_name(const struct stream *);

#endif
