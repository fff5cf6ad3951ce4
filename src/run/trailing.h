/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trailing.h - the inside of following.h, for following.c, which reads trails,
 * and trailrow.c, which remembers how far.
 */
#ifndef RUN_TRAILING_H
#define RUN_TRAILING_H

#include "bsm/place.h"
#include "run/done.h"
#include "run/following.h"
#include "source/source.h"

struct trail {
	struct following_trail	 pub;
	uint32_t		 id;
	int64_t			 start;		/* seconds since 1970 */
	int			 fd;		/* -1: not open yet */
	struct file_source	*source;
	struct place		 place;		/* where we begin */
	uint64_t		 skip;		/* records that end before, */
	int64_t			 since;		/* or are older: ms; MIN */
	int64_t			 came_ms;	/* the last bytes, our clock */
	bool			 ended;		/* by its name */
	bool			 at_end;	/* nothing was left to read */
	bool			 unreadable;	/* which was said */
	bool			 failed;	/* to open, which was said */
	bool			 gone;		/* which was said */
};

struct host {
	char		*name;		/* or NULL */
	void		*stream;
	struct trail	**v;		/* by when they began */
	size_t		 n, cap;
	struct trail	**later;	/* begun, and not to be found */
	size_t		 nlater, later_cap;
	struct done	*done;
};

struct following {
	enum following_from	 from;
	int64_t			 since;		/* ms since 1970 */
	struct following_to	 to;
	struct event		*work;
	struct host		*hosts;
	size_t			 nhosts, cap;
	bool			 begun;		/* the first look is over, */
	bool			 looked;	/* by this process */
	uint32_t		 number;	/* of trails that were opened */
};

/* Does it come to what is wanted of it only later? */
static inline bool
trailing_skips(const struct trail *t)
{
	return t->skip > 0 || t->since != INT64_MIN;
}

#endif
