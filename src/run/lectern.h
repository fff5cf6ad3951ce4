/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lectern.h - rules are read by a process of their own, and this is where it
 * gets them.
 *
 * The parent's half of run/reader.h: it opens what the reader names and hands
 * out the bytes, which it keeps for the others, and never looks at them. What
 * the reader says is taken for hostile. It is given up when it dies, when it
 * says what makes no sense, and when nothing comes of it for a while.
 */
#ifndef RUN_LECTERN_H
#define RUN_LECTERN_H

#include <stdbool.h>

#include <event2/event.h>

#include "rule/rules.h"
#include "run/bundle.h"

#define LECTERN_WAIT_S		120u	/* without a byte more; and */
#define LECTERN_FAULTS_MAX	(1u << 20)	/* bytes, of lines */

/* What a reader may ask for. */
enum lectern_what {
	LECTERN_FILE, LECTERN_ZONE,		/* its bytes */
	LECTERN_USER, LECTERN_GROUP,		/* its number */
	LECTERN_DIRECTORY, LECTERN_PROGRAM,	/* is it one? */
	LECTERN_THINGS
};

/* All of it is the caller's. */
struct lectern_options {
	char *const		*argv;	/* of the command */
	const struct rules_env	*files;	/* without names */
	int			 here;	/* directory of the start, which is
					 * gone to as long as files are opened;
					 * -1: we are there */
	unsigned		 wait_s; /* 0: LECTERN_WAIT_S */
};

/* What came of it; all of it is the caller's. */
struct lectern_told {
	struct program	*outline;	/* NULL: the rules are not good */
	struct bundle	*bundle;	/* what was read of them; or NULL */
	struct buf	 faults;	/* lines for people; or nothing */
};

struct lectern;

/*
 * Start a reader. The loop has to wake up when a process ends. NULL when the
 * system refuses, which was said. To be freed whenever it is not wanted.
 */
struct lectern	*lectern_new(struct event_base *,
		    const struct lectern_options *);
void		 lectern_free(struct lectern *);	/* NULL is allowed */

/*
 * Each turn: has the reader ended? Then TOLD is filled in, and what became of
 * the reader itself, if it is not as it should be, was said.
 */
bool		 lectern_done(struct lectern *, struct lectern_told *);

/* The whole of it, with a loop of its own, for the start. */
void		 lectern_read(const struct lectern_options *,
		    struct lectern_told *);

#endif
