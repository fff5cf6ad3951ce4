/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spot.h - where the worker is in its trails, for whoever asks after its end.
 *
 * A page of memory that two processes have. The worker notes there what it is
 * about to work on, and that it rests; when it has died, its parent reads what
 * it was. It is read as a file, never mapped, and believed only as far as
 * numbers and words go.
 */
#ifndef RUN_SPOT_H
#define RUN_SPOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPOT_TRAIL_MAX	1024u		/* bytes of a path, with its NUL */

enum spot_work {
	SPOT_REST,		/* behind UNTIL; nothing is under way */
	SPOT_READ,		/* reading, or unpacking, from there on */
	SPOT_CUT,		/* finding the bounds of records */
	SPOT_FEED		/* records, from there up to UNTIL */
};

/* Bytes FROM up to UNTIL, offsets in the trail. */
struct spot {
	uint64_t	 id;		/* of the trail: the same at each try */
	uint64_t	 from, until;
	uint32_t	 work;		/* enum spot_work */
	uint8_t		 again;		/* the trail can be read again */
	uint8_t		 exact;		/* it is this very place, or record */
	char		 trail[SPOT_TRAIL_MAX];	/* empty: none yet */
};

/* A descriptor for one, empty; -1 with errno. */
int		 spot_new(void);
/* What it holds now. False when that makes no sense. */
bool		 spot_read(int fd, struct spot *);
/* Forget what it holds. */
void		 spot_clear(int fd);

/* The memory behind it, which stays when FD is closed; NULL with errno. */
struct spot	*spot_map(int fd);

/* What is noted from now on is of this trail. */
void		 spot_trail(struct spot *, uint64_t id, bool again,
		    const char *trail);
/* We work on this now. */
void		 spot_note(struct spot *, enum spot_work, bool exact,
		    uint64_t from, uint64_t until);
/* It is done. */
void		 spot_rest(struct spot *);

#endif
