/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compressed.h - what gzip, zstd, bzip2 and xz made smaller, as it was.
 *
 * Bytes are asked for and given piece by piece, so that memory does not grow
 * with the trail, however well it was compressed.
 */
#ifndef SOURCE_COMPRESSED_H
#define SOURCE_COMPRESSED_H

#include <stddef.h>

#include "base/slice.h"

#define COMPRESSED_MARK 6	/* bytes that show what something is */

/*
 * How the bytes that begin so are compressed: "gzip", "zstd", "bzip2", "xz";
 * NULL when they are not, or are too few to tell.
 */
const char	*compressed_kind(struct slice first);

/* The length of ".gz", ".zst", ".bz2" or ".xz" at the end of a name, or 0. */
size_t		 compressed_suffix(struct slice name);

/* More compressed bytes: as file_more(). */
typedef int	(*compressed_feed)(void *arg, struct slice *bytes);

struct compressed;

/* KIND is one of those above. */
struct compressed	*compressed_new(const char *kind, compressed_feed,
			    void *arg);
void			 compressed_free(struct compressed *); /* NULL is
								  allowed */

/*
 * The next piece: 1, with *bytes borrowed until the next call; 0 at the end;
 * -1 for good after damage or when the bytes end too early, once all that
 * could be made of them was given.
 */
int			 compressed_more(struct compressed *,
			    struct slice *bytes);

/* Words for the -1, without the name of the file. Borrowed. */
const char		*compressed_why(struct compressed *);

#endif
