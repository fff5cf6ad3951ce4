/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pathlist.h - the list of -o file=: which paths are wanted, which are not.
 *
 *	list := item { "," item }	item := ["~"] EXPRESSION
 *
 * Extended regular expressions of POSIX, found anywhere in a path, byte by
 * byte. The first item that matches decides; `~` before it rejects. A path that
 * none matches is rejected. `\,` is a comma inside an expression, and so is one
 * at the very start of the list.
 */
#ifndef SELECT_PATHLIST_H
#define SELECT_PATHLIST_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"

struct pathlist;

/* NULL, with what is wrong appended to WHY, when an expression is bad. */
struct pathlist	*pathlist_new(struct slice list, struct buf *why);
/* The same once more, for another thread. */
struct pathlist	*pathlist_again(const struct pathlist *);
void		 pathlist_free(struct pathlist *);	/* NULL is allowed */

/* Is the path wanted? It ends where the slice does, or at its first NUL. */
bool		 pathlist_wants(struct pathlist *, struct slice path);

/*
 * Of which every wanted path holds one or the other, as its bytes one behind
 * the other. Returns how many there are, borrowed; 0 when they cannot be named.
 */
#define PATHLIST_PARTS	8u
size_t		 pathlist_parts(const struct pathlist *,
		    struct slice parts[PATHLIST_PARTS]);

#endif
