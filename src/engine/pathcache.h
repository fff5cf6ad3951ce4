/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pathcache.h - device and inode to path, for records that name only a
 * descriptor.
 *
 * The first path stored for a pair stays. Memory is bounded: beyond
 * PATHCACHE_MAX the oldest entries go, which depends on the records alone.
 */
#ifndef ENGINE_PATHCACHE_H
#define ENGINE_PATHCACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct pathcache;

#define PATHCACHE_MAX	(64u << 20)	/* bytes: about a million paths */

struct inode {
	uint32_t	 source;	/* two hosts share no inodes */
	uint32_t	 fsid;
	uint64_t	 node;
};

struct pathcache	*pathcache_new(void);
void			 pathcache_free(struct pathcache *);

/* Does nothing when the pair is known. PATH is at most 65,535 bytes. */
void			 pathcache_put(struct pathcache *,
			    const struct inode *, struct slice path);

/* Forget the pair, if its path is PATH or that is NULL. */
void			 pathcache_forget(struct pathcache *,
			    const struct inode *, const struct slice *path);

/*
 * Ahead of a put or find: bring what it looks at first into the cache, and
 * later, by what that returned, what it looks at next.
 */
uint64_t		 pathcache_ahead(const struct pathcache *,
			    const struct inode *);
void			 pathcache_ahead_more(const struct pathcache *,
			    uint64_t ahead);

/* The path, borrowed until the next put. False when it is not known. */
bool			 pathcache_find(const struct pathcache *,
			    const struct inode *, struct slice *path);

#endif
