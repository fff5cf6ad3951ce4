/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * story.h - what happened to each key of a rule, kept within bounds.
 *
 * A chapter is a key, a moment in it a few lines of text. Of a chapter the
 * first and the last moments stay; of very many chapters the half goes that
 * came least far. With ALL everything stays.
 */
#ifndef RUN_STORY_H
#define RUN_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define STORY_MOMENTS	20u	/* of a chapter */
#define STORY_LINES	6u	/* of a moment */
#define STORY_CHAPTERS	4096u	/* kept while reading */

struct story;

struct moment {
	uint64_t	 id;		/* of whoever tells */
	unsigned	 lines;		/* below the first one */
	struct buf	 text;
};

/* The record that came nearest to a state. */
struct near {
	unsigned	 missed;	/* clauses; 0: there is none */
	struct buf	 text;
};

struct chapter {
	uint64_t	 key;
	struct buf	 title;
	uint32_t	 far;		/* states that were met at most */
	uint64_t	 alerts;
	struct near	*near;		/* of each state */
	struct buf	 waits;		/* at the end; lines */
	unsigned	 nwaits;
	bool		*waits_for;	/* each state? */

	uint64_t	 number;	/* in the order of their beginning */
	struct moment	*moments;
	size_t		 n, cap;
	uint64_t	 left_out;	/* moments, in the middle */
};

struct story	*story_new(uint32_t nstates, bool all);
void		 story_free(struct story *);		/* NULL is allowed */

/* Borrowed until the next story_add(). */
struct chapter	*story_find(const struct story *, uint64_t key);
struct chapter	*story_add(struct story *, uint64_t key);

/*
 * The text of this moment of the chapter, empty if it is a new one; NULL when a
 * further line would be too much. Borrowed until the next call.
 */
struct buf	*story_line(struct story *, struct chapter *, uint64_t id);

/* Chapters that began, and that were given up. */
uint64_t	 story_count(const struct story *);
uint64_t	 story_given_up(const struct story *);

/* From the farthest to the least far, N in all; earlier ones first. */
struct chapter *const *story_order(struct story *, size_t *n);

#endif
