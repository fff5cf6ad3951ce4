/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sifted.h - finished files, read and judged ahead by a few threads.
 *
 * Many files share the threads: whichever is free goes on with the file of
 * which least is ready.
 */
#ifndef RUN_SIFTED_H
#define RUN_SIFTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "select/criteria.h"
#include "select/judged.h"

struct sifters;
struct sifted;

/*
 * The threads, which begin with the first file, and the criteria, which must
 * outlive them.
 */
struct sifters	*sifters_new(struct criteria *, unsigned threads);
/*
 * Is it worth handing over what is judged where that is all that is spared? The
 * other criteria cost less than to read a record once more.
 */
bool		 sifters_are_slow(const struct sifters *);
/* No file is left; the criteria know now what all have learned. */
void		 sifters_free(struct sifters *);	/* NULL is allowed */

struct sifted_size {
	size_t	 piece;		/* bytes to read at once */
	size_t	 room;		/* bytes for what is ready, roughly */
	bool	 alone;		/* threads are left: have it read by one more */
};

/*
 * Begins at once. The descriptor stays the caller's, but is not his to read
 * from.
 */
struct sifted	*sifted_new(struct sifters *, int fd,
		    const struct sifted_size *);
void		 sifted_free(struct sifted *);		/* NULL is allowed */

struct sifted_block {
	struct judged	 judged;
	int		 end;		/* what file_more() said before it */
	uint64_t	 taken;		/* bytes on disk */
	const char	*compression;
};

/*
 * The next block, borrowed until the next call; NULL when there are no more.
 * Its `end` is 1; 0 once, when the file has ended, and -1 when it failed: then
 * it has what could be made of the rest.
 */
const struct sifted_block	*sifted_next(struct sifted *);
const char	*sifted_why(const struct sifted *);	/* after -1 */

#endif
