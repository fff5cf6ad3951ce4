/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pieces.h - the bytes of a finished file, read and decompressed ahead by a
 * thread of its own.
 *
 * As source/source.h has it for a file without one.
 */
#ifndef RUN_PIECES_H
#define RUN_PIECES_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct pieces;

/*
 * Begins at once, and goes on until N pieces are ready, at least two. The
 * descriptor stays the caller's, but is not his to read from.
 */
struct pieces	*pieces_new(int fd, size_t piece, size_t n);
void		 pieces_free(struct pieces *);		/* NULL is allowed */

/*
 * The next piece: 1, with *bytes borrowed until the next call; 0 at the end;
 * -1 when something failed, after which nothing comes.
 */
int		 pieces_more(struct pieces *, struct slice *bytes);

/* Of what was given out so far. */
const char	*pieces_why(const struct pieces *);	/* after -1 */
const char	*pieces_compression(const struct pieces *);
uint64_t	 pieces_taken(const struct pieces *);	/* bytes on disk */

#endif
