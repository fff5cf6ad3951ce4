/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trie.h - all prefixes of all sets, walked once.
 *
 * First every prefix is added, then the trie is frozen, then it is walked. A
 * walk yields the class of a path: the number of the longest prefix that the
 * path begins with. Classes are numbered from 1, and 0 is "none of them", so
 * that a caller can keep what it knows about a class in an array. The prefixes
 * of a class's parents are the shorter ones that the path begins with, too:
 *
 *	for (c = trie_walk(t, path, 0); c != 0; c = trie_parent(t, c))
 *		sets = trie_sets(t, c, &n);
 */
#ifndef BASE_TRIE_H
#define BASE_TRIE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct trie;

#define TRIE_TOGETHER	16u	/* paths, so many at the most */

/* A path of some that are walked together. */
struct trie_path {
	struct slice	 path;
	size_t		 more;		/* as of trie_walk() */
	uint32_t	 class;		/* comes out */
};

struct trie	*trie_new(void);
void		 trie_free(struct trie *);		/* NULL is allowed */

/*
 * Note that SET has PREFIX: any bytes of any length, none at all as well, which
 * every path begins with. The bytes are borrowed until the trie is frozen.
 * Adding a pair again changes nothing. All prefixes together are below 4 GiB,
 * and so are the nodes that freezing makes of them; more ends the process, as
 * lack of memory does. Never after trie_freeze().
 */
void		 trie_add(struct trie *, struct slice prefix, uint32_t set);

/* The last prefix was added. Once for each trie; the time is linear in all
 * its text. */
void		 trie_freeze(struct trie *);

/* The rest is for a frozen trie. */

/* How many classes there are, class 0 included. */
uint32_t	 trie_classes(const struct trie *);

/*
 * The class of the longest prefix that begins the path; 0 when none does. So
 * many bytes MORE can be read behind the path: they do not count, but it is
 * faster when there are some.
 */
uint32_t	 trie_walk(const struct trie *, struct slice path,
		    size_t more);

/*
 * Is it so large that a walk waits for memory at each step? Then it is faster
 * to walk some paths together, TRIE_TOGETHER at the most.
 */
bool		 trie_is_large(const struct trie *);
void		 trie_walk_together(const struct trie *, struct trie_path *,
		    size_t n);

/* The class of the next shorter prefix; 0 when there is none, and for 0. */
uint32_t	 trie_parent(const struct trie *, uint32_t class);

/*
 * The *n sets with exactly this prefix, ascending, each once. For class 0 there
 * are none. They live as long as the trie.
 */
const uint32_t	*trie_sets(const struct trie *, uint32_t class, size_t *n);

#endif
