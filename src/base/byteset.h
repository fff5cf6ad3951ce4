/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * byteset.h - sets of bytes, and those that regular expressions have names for.
 */
#ifndef BASE_BYTESET_H
#define BASE_BYTESET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct byteset {
	uint64_t	 bits[4];
};

static inline bool
byteset_has(const struct byteset *s, uint8_t byte)
{
	return (s->bits[byte / 64] >> byte % 64 & 1) != 0;
}

struct byteset	 byteset_of(uint8_t byte);
void		 byteset_add(struct byteset *, unsigned from, unsigned to);
void		 byteset_join(struct byteset *, const struct byteset *);
void		 byteset_invert(struct byteset *);
unsigned	 byteset_count(const struct byteset *);
/* The one byte in it; -1 when there is none, or more. */
int		 byteset_only(const struct byteset *);

/* Letters in one case stand for both; only those of ASCII have one. */
void		 byteset_fold(struct byteset *);

/* By name, as in [:alpha:]; false: there is none. */
bool		 byteset_named(struct slice name, struct byteset *to);

/* By letter, as in \d and \D; false: the escape is no set. */
bool		 byteset_escaped(uint8_t letter, struct byteset *to);

#endif
