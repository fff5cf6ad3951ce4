/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waits.h - which of many rules have something for a key.
 *
 * What a rule has is of a key, or of a key and bound values. By the hash of
 * that there are bits, one for each rule, in words of 64 rules; so however many
 * rules want a record, those that have something for it are found in one look
 * for each word. Rules have numbers of their own here.
 */
#ifndef ENGINE_WAITS_H
#define ENGINE_WAITS_H

#include <stddef.h>
#include <stdint.h>

struct waits;

#define WAITS_BITS	64u		/* rules in a block, which has a word */

struct waits	*waits_new(void);
void		 waits_free(struct waits *);		/* NULL is allowed */

/* This rule has something under this hash; nothing any more. */
void		 waits_set(struct waits *, uint64_t what, uint32_t rule);
void		 waits_clear(struct waits *, uint64_t what, uint32_t rule);

/* Who has, of the rules from BLOCK * WAITS_BITS on. */
uint64_t	 waits_word(const struct waits *, uint64_t what,
		    uint32_t block);

/* Bring what a later waits_word() will look at into the cache. */
void		 waits_ahead(const struct waits *, uint64_t what,
		    uint32_t block);

size_t		 waits_bytes(const struct waits *);	/* memory in use */

#endif
