/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * twins.h - which of many things is equal to this one?
 *
 * The things are the caller's, in a list of its own; here is a table of their
 * numbers by a hash of what they are. So nothing is copied to be a key.
 */
#ifndef BASE_TWINS_H
#define BASE_TWINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct twins;

struct twins	*twins_new(void);
void		 twins_free(struct twins *);		/* NULL is allowed */

/*
 * The number of the thing for which SAME holds, among those whose HASH is the
 * same; if there is none, NUMBER is noted under this hash and returned. The
 * hash has to be a keyed one, or else whoever writes the things could make all
 * of them meet.
 */
uint32_t	 twins_add(struct twins *, uint64_t hash, uint32_t number,
		    bool (*same)(const void *arg, uint32_t number),
		    const void *arg);

/* Somebody will soon ask for this hash: let its place come near. */
void		 twins_near(const struct twins *, uint64_t hash);

#endif
