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
	uint64_t	 key;		/* of pathcache_key() */
};

struct inode_path {
	struct inode	 inode;
	struct slice	 path;
};

struct pathcache	*pathcache_new(void);
void			 pathcache_free(struct pathcache *);

/*
 * Fill in its key, which all others want, and have brought near what they look
 * at first. Its device is not 0.
 */
void			 pathcache_key(struct pathcache *, struct inode *);

/*
 * Does nothing when the pair is known. PATH is at most 65,535 bytes, of which
 * those before the first NUL count.
 */
void			 pathcache_put(struct pathcache *,
			    const struct inode *, struct slice path);

/* The same with N of them, in this order, but for those of device 0. */
void			 pathcache_put_many(struct pathcache *,
			    const struct inode_path *, size_t n);

/* Forget the pair, if its path is PATH or that is NULL. */
void			 pathcache_forget(struct pathcache *,
			    const struct inode *, const struct slice *path);

/* Later, ahead of a find: what it looks at next. */
void			 pathcache_ahead_more(const struct pathcache *,
			    const struct inode *);

/* The path, borrowed until the next put. False when it is not known. */
bool			 pathcache_find(const struct pathcache *,
			    const struct inode *, struct slice *path);

/*
 * How paths lie in their ring, for state_paths.c: blocks that are emptied in
 * one go, and what a path of N bytes takes there.
 */
#define PATHCACHE_BLOCK	(256u << 10)	/* bytes */
#define PATHCACHE_BLOCKS (PATHCACHE_MAX / PATHCACHE_BLOCK)

struct ring;
struct ring		*pathcache_ring(const struct pathcache *);
size_t			 pathcache_size(size_t n);
/* What lies there. GONE: it was forgotten, and only takes its room. */
void			 pathcache_look(const uint8_t *, struct inode_path *,
			    bool *gone);

/*
 * Put one back into room TO, at position AT of the ring. False when the pair is
 * known already.
 */
bool			 pathcache_restore(struct pathcache *,
			    struct inode_path *, bool gone, uint8_t *to,
			    uint64_t at);

#endif
