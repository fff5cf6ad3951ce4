/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uid.h - the number by which an alert is known again.
 *
 * The same records under the same rule give the same uid in every run, from
 * whichever source; alerts that are alike in all that goes into it are told
 * apart by a count. Only the last UIDS_MAX are remembered for that: records
 * that are equal in every byte stand close together.
 */
#ifndef ENGINE_UID_H
#define ENGINE_UID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "engine/alert.h"

#define UIDS_MAX 1024u

struct uids;

struct uids	*uids_new(void);
void		 uids_free(struct uids *);	/* NULL is allowed */

/* The hash of a record's bytes, the same in every run. */
uint64_t	 uids_hash(struct slice);

/* Fill in alert.uid; FIRST is the hash of its first record. */
void		 uids_make(struct uids *, uint64_t rule, struct alert *,
		    uint64_t first);

/*
 * What is remembered, from place 0 up to the count; the next alert will take
 * the place that uids_next() says.
 */
struct uid_seen {
	uint64_t	 id;
	uint64_t	 before;	/* alerts like it until then */
	uint32_t	 source;
};
size_t		 uids_count(const struct uids *);
size_t		 uids_next(const struct uids *);
void		 uids_at(const struct uids *, size_t place, struct uid_seen *);

/*
 * To put it back into one that is new, place by place, and then which is next.
 * False: there is no such place.
 */
bool		 uids_restore(struct uids *, const struct uid_seen *);
bool		 uids_restore_next(struct uids *, size_t next);

#endif
