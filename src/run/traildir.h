/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traildir.h - the trails that lie in a directory, known by their names.
 *
 * Directories below it hold the trails of one host each: DIR/HOST, and what
 * systems put between: DIR/HOST/files, DIR/remote/HOST, DIR/dist.
 */
#ifndef RUN_TRAILDIR_H
#define RUN_TRAILDIR_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bsm/trailname.h"

#define TRAILDIR_DEPTH 3	/* directories below the one that is named */

struct traildir_trail {
	char			*path;
	char			*host;		/* of name or directory; NULL */
	struct trailname	 stamps;	/* without a host */
	dev_t			 dev;
	ino_t			 ino;
	uint64_t		 size;		/* bytes on disk */
};

struct traildir {
	struct traildir_trail	*trails;	/* by the time they began */
	size_t			 ntrails, cap;
	size_t			 nothers;	/* files that are no trails */
	char			*other;		/* the first of them, or NULL */
	char			**dirs;		/* PATH and those below it */
	size_t			 ndirs, dirs_cap;
};

/*
 * Look through PATH. Links to directories are not followed, a link called
 * "current" is not needed: it points at one of the trails. One that is there
 * twice, under two names or compressed and not, is taken once. SAY is told of a
 * directory that cannot be read and of what is left out; false when PATH itself
 * could not be read.
 */
bool	traildir_read(struct traildir *, const char *path,
	    void (*say)(void *arg, const char *path, const char *why),
	    void *arg);
void	traildir_fini(struct traildir *);

/*
 * Read the name at the end of a path, but for what a compressed one ends with.
 * The host is borrowed from PATH.
 */
bool	traildir_name(const char *path, struct trailname *);

/*
 * A trail that was there has got another name: it was closed, or compressed.
 * Returns the new path, to be freed, or NULL.
 */
char	*traildir_again(const char *path);

#endif
