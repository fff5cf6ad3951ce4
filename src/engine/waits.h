/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waits.h - which of many rules have something for a key.
 *
 * What a rule has is of a key, or of a key and bound values. By the hash of
 * that there are bits, one for each rule, in words of 64 rules; so however many
 * rules want a record, those that have something for it are found in one walk
 * over the words that any of them is in. Rules have numbers of their own here.
 */
#ifndef ENGINE_WAITS_H
#define ENGINE_WAITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct waits;

#define WAITS_BITS	64u		/* rules in a block, which has a word */
#define WAITS_BLOCKS	16u		/* blocks on a shelf: a look at one word
					 * passes those of as many */
#define WAITS_BLOCK_SHIFT	56	/* where a tag has the one of these */

/* A word; without bits it is free. */
struct waits_place {
	uint64_t	 tag;		/* block on its shelf, rest of a hash */
	uint64_t	 word;
};

/* A walk over the words of one hash. */
struct waits_walk {
	const struct waits_place *places;
	uint32_t	 mask, at;
	uint64_t	 hash;
};

struct waits	*waits_new(void);
void		 waits_free(struct waits *);		/* NULL is allowed */

/* This rule has something under this hash; nothing any more. */
void		 waits_set(struct waits *, uint64_t what, uint32_t rule);
void		 waits_clear(struct waits *, uint64_t what, uint32_t rule);

/* Who has, of the rules from BLOCK * WAITS_BITS on. */
uint64_t	 waits_word(const struct waits *, uint64_t what,
		    uint32_t block);

/* Who has, on this shelf: WAITS_BLOCKS blocks from that many times it on. */
struct waits_walk waits_begin(const struct waits *, uint64_t what,
		    uint32_t shelf);

/* The next word that is not 0, and its block on the shelf; in no order. */
static inline bool
waits_next(struct waits_walk *w, uint32_t *block, uint64_t *word)
{
	for (;;) {
		const struct waits_place *p = &w->places[w->at];

		if (p->word == 0)
			return false;
		w->at = (w->at + 1) & w->mask;
		if ((p->tag ^ w->hash) << (64 - WAITS_BLOCK_SHIFT) != 0)
			continue;
		*block = (uint32_t)(p->tag >> WAITS_BLOCK_SHIFT);
		*word = p->word;
		return true;
	}
}

/* Bring what a later walk of the first shelf will look at into the cache. */
void		 waits_ahead(const struct waits *, uint64_t what);

size_t		 waits_bytes(const struct waits *);	/* memory in use */

#endif
