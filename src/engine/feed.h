/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * feed.h - records on their way into the engine.
 */
#ifndef ENGINE_FEED_H
#define ENGINE_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bsm/course.h"
#include "bsm/record.h"
#include "engine/pathcache.h"
#include "engine/plan.h"

struct engine;

/* So many wait for each other: what they will look up comes meanwhile. */
#define FEED_AHEAD	32u
#define FEED_LESSONS	64u	/* and of these, which are less work */
#define FEED_TOGETHER	TRIE_TOGETHER	/* whose paths are looked up at once */

/* How far it can be told who wants a record, before anything of its path. */
enum want {
	WANT_UNKNOWN,		/* its event was not met before */
	WANT_NOBODY,
	WANT_OTHERS,		/* no rule, but others may look at it */
	WANT_RULES		/* perhaps */
};

/* What a record does when its turn has come; more than nothing, of each bit. */
enum task {
	TASK_LEARN	= 1,	/* put path and inode into the cache */
	TASK_RUN	= 2	/* all there is, by feed.c */
};

/* A record whose turn is to come, and what is known of it ahead. */
struct turn {
	struct record		*record;
	const struct plan	*plan;	/* NULL: is found in its turn */
	uint64_t		 kind;	/* see plan.h */
	uint32_t		 slot;	/* INDEX_UNSEEN: is found... */
	uint32_t		 keyed;	/* a rule of KEY; or PROGRAM_NONE */
	uint8_t			 tasks;
	uint8_t			 want;	/* enum want; UNKNOWN also when nobody
					 * has looked at the record */
	bool			 ends;	/* absences may be over by its time */
	bool			 ready;	/* path and inode are known */
	bool			 has_path, has_inode, has_kind;
	bool			 has_class;
	bool			 has_found; /* it is in old words; INSTANCE
					    * was looked for */
	bool			 may_move; /* it, by this record */
	uint32_t		 class;	/* of the path, see plan.h */
	struct slice		 path;	/* with its first NUL, and more */
	struct inode		 inode;
	int64_t			 seconds; /* the latest, by the first headers
					   * of those passed over before it, */
	int64_t			 millis;  /* and its own unless it `ends` */
	uint64_t		 passed; /* so many, right before it */
	size_t			 lessons; /* of those waiting: before it; of
					   * those met together the one that
					   * is there for it stands here */
	uint64_t		 key;	/* of key_ahead() */
	uint64_t		 instance; /* of seqs_ahead(), group_ahead() */
	uint32_t		 rule;	/* whose it is; or PROGRAM_NONE */
	uint32_t		 number;
	struct record		 own;	/* RECORD, when it is nobody else's */
};

/* What each record changes stands first, apart from where turns are written. */
struct turns {
	size_t			 n, nlessons, learnt;
	/* Of those passed over since the last of them. */
	uint64_t		 passed;
	int64_t			 seconds, millis;
	/* A record of this second or a later one may end absences, also such
	 * as those that wait may begin. */
	int64_t			 due;
	bool			 open;	/* some have no plan yet */
	struct turn		 v[FEED_AHEAD + FEED_TOGETHER];
	/* What records teach the path cache that need no turn else. */
	struct inode_path	 lessons[FEED_LESSONS];
	/* Those that are met together, behind all others. What they say of
	 * passing is what is not in the one before. */
	size_t			 nmet;
	struct turn		 met[FEED_TOGETHER];
	struct courses		 courses;
};

/*
 * Find out ahead what the records that wait will look up, and have it brought
 * near. Nothing that anybody could notice comes of it.
 */
void	lookahead(struct engine *);

/*
 * Who wants the record of a turn that is open, and what are its tasks, as far
 * as that depends on no other record? The classes of the paths of N,
 * FEED_TOGETHER at the most, may be looked up at once before.
 */
void	turn_decide(struct engine *, struct turn *);
void	turns_classes(struct engine *, struct turn *, size_t n);

#endif
