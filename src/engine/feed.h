/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * feed.h - records on their way into the engine.
 */
#ifndef ENGINE_FEED_H
#define ENGINE_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bsm/record.h"
#include "engine/pathcache.h"
#include "engine/plan.h"

struct engine;

/* So many wait for each other: what they will look up comes meanwhile. */
#define FEED_AHEAD	32u
#define FEED_LESSONS	64u	/* and of these, which are less work */
#define FEED_TOGETHER	TRIE_TOGETHER	/* whose paths are looked up at once */

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
	struct slice		 path;	/* with its first NUL, and more */
	struct inode		 inode;
	uint32_t		 slot;	/* INDEX_UNSEEN: is found... */
	uint8_t			 tasks;
	bool			 met;	/* turn_meet() was here */
	bool			 ready;	/* path and inode are known */
	bool			 has_path, has_inode, has_kind;
	bool			 has_class;
	bool			 undecided;	/* turn_decide() is to come */
	uint32_t		 class;	/* of the path, see plan.h */
	bool			 has_found; /* it is in old words; NUMBER was
					    * found for INSTANCE */
	bool			 may_move; /* it, by this record */
	int64_t			 seconds; /* the latest, by the first headers
					   * of it and those passed over */
	int64_t			 millis;
	uint64_t		 passed; /* so many, right before it */
	size_t			 lessons; /* of those waiting: before it; of
					   * those met together the one that
					   * is there for it stands here */
	uint64_t		 instance; /* of seqs_ahead(), group_ahead() */
	uint32_t		 rule;	/* whose it is; or PROGRAM_NONE */
	uint32_t		 number;
	uint32_t		 keyed;	/* a rule of KEY; or PROGRAM_NONE */
	uint64_t		 key;	/* of key_ahead() */
};

/* What each record changes stands first, apart from where turns are written. */
struct turns {
	size_t			 n, nlessons, learnt;
	/* Of those passed over since the last of them. */
	uint64_t		 passed;
	int64_t			 seconds, millis;
	struct turn		 v[FEED_AHEAD + FEED_TOGETHER];
	/* What records teach the path cache that need no turn else. */
	struct inode_path	 lessons[FEED_LESSONS];
	/* Of engine_feed_bytes(), whose records are nobody else's. */
	struct record		 records[FEED_AHEAD + FEED_TOGETHER];
	/* Those that are met together, behind all others, and their records.
	 * What they say of passing is what is not in the one before. */
	size_t			 nmet;
	struct turn		 met[FEED_TOGETHER];
	struct record		 met_records[FEED_TOGETHER];
};

/*
 * Find out ahead what the records that wait will look up, and have it brought
 * near. Nothing that anybody could notice comes of it.
 */
void	lookahead(struct engine *);

/*
 * Find out who wants the record of a turn, and what is in it, as far as that
 * depends on no other record; and so what its tasks are.
 */
void	turn_meet(struct engine *, struct turn *);

/*
 * The same in two steps: with the paths of all N, FEED_TOGETHER at the most,
 * looked up at once; then, one by one, for those that are undecided.
 */
void	turns_read(struct engine *, struct turn *, size_t n);
void	turn_decide(struct engine *, struct turn *);

/* Path and inode of a record that is indexed, if it is. */
void	turn_make_ready(const struct engine *, struct turn *);

#endif
