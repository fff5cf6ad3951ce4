/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * past.h - what a partial match came from: its first record and all others.
 *
 * Partial matches share what they have in common, so both are counted: whoever
 * is given a number holds it and must drop it. Numbers, not pointers; 0 is
 * nothing.
 *
 * The records of a past are chained from the newest to the oldest, which may be
 * the origin itself. Of a long chain the first and the last PASTS_ENDS are
 * kept.
 */
#ifndef ENGINE_PAST_H
#define ENGINE_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "engine/alert.h"

#define PASTS_ENDS	(ALERT_STEPS_MAX / 2)
#define PASTS_MAX	(16u << 20)	/* records in all; 384 MiB */
#define PAST_ORIGIN	(1u << 31)	/* of a past: it is an origin alone */

/* Where a sequence began: 40 bytes. */
struct origin {
	uint64_t	 start;		/* ordinal of its first record */
	int64_t		 first_s;	/* its time */
	uint64_t	 offset;	/* and place, as in struct past */
	uint32_t	 epoch;		/* for its age */
	uint32_t	 refs;
	uint16_t	 source;
	uint16_t	 state;
	uint16_t	 first_ms : 10;	/* milliseconds of first_s */
	uint16_t	 quality : 2;
	uint16_t	 all : 1;	/* its age is by all sources */
};

/* A record that took part. */
struct past {
	uint64_t	 offset;	/* in the source, or where it is kept */
	uint32_t	 before;
	uint32_t	 refs;
	uint16_t	 source;
	uint16_t	 state;		/* that it met, from 1 */
	uint16_t	 length;	/* of what is kept of the chain */
	uint8_t		 quality;	/* enum frame_quality */
};

struct pasts {
	struct pool	 origins;
	struct pool	 hashes;	/* by origin, where they are wanted */
	struct pool	 records;
	bool		 want_hashes;
};

/* HASHES: remember the hash of each origin's first record. */
void		 pasts_init(struct pasts *, bool hashes);
void		 pasts_fini(struct pasts *);

/* A new origin; `refs` is set here. */
uint32_t	 origin_new(struct pasts *, const struct origin *,
		    uint64_t hash);
uint64_t	 origin_hash(const struct pasts *, uint32_t);
static inline const struct origin *
origin_at(const struct pasts *p, uint32_t number)
{
	return pool_item(&p->origins, number, sizeof(struct origin));
}

/* Hold it, and return the same number. */
static inline uint32_t
origin_hold(struct pasts *p, uint32_t number)
{
	if (number != 0)
		((struct origin *)pool_item(&p->origins, number,
		    sizeof(struct origin)))->refs++;
	return number;
}

/* The last one lets go. */
void		 origin_end(struct pasts *, uint32_t);

static inline void
origin_drop(struct pasts *p, uint32_t number)
{
	if (number != 0 && --((struct origin *)pool_item(&p->origins, number,
	    sizeof(struct origin)))->refs == 0)
		origin_end(p, number);
}

/* The past that is an origin alone. */
uint32_t	 past_of(struct pasts *, uint32_t origin);

/*
 * The chain BEFORE, which stays as it is, with one more record: of P, source,
 * place, state and quality count. Returns 0 when there is no room.
 */
uint32_t	 past_add(struct pasts *, uint32_t before, struct past);

/* The same of what was there before, and has room. */
uint32_t	 past_again(struct pasts *, uint32_t before, struct past);
uint32_t	 past_hold(struct pasts *, uint32_t);
void		 past_drop(struct pasts *, uint32_t);
struct past	 past_at(const struct pasts *, uint32_t);

/*
 * For pasts that are made again, new ones. Origins and records come back under
 * their numbers, each ascending, without `refs` and `length`; HASH as above. Of
 * each pool these are free (pool.h). Then pasts_restored() says what is wrong,
 * or NULL: all numbers that were told are there, and each is held once by
 * whoever restores, besides what holds them here, until pasts_let_go(): then
 * those that nobody else holds are gone.
 */
void		 origin_restore(struct pasts *, uint32_t,
		    const struct origin *, uint64_t hash);
bool		 origins_restored(struct pasts *, const uint32_t *unused,
		    size_t n);
void		 past_restore(struct pasts *, uint32_t, const struct past *);
const char	*pasts_restored(struct pasts *, const uint32_t *unused,
		    size_t n);
void		 pasts_let_go(struct pasts *);

/* Is there an origin, a past, with this number? For numbers of any kind. */
bool		 origin_is(const struct pasts *, uint32_t);
bool		 past_is(const struct pasts *, uint32_t);

/* Copy it, oldest first, to room for ALERT_STEPS_MAX. Returns how many. */
size_t		 past_list(const struct pasts *, uint32_t,
		    struct alert_step *);

#endif
