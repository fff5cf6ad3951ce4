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

#endif
