/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * works.h - what is measured, a row each, and what is hoped for.
 */
#ifndef BENCH_WORKS_H
#define BENCH_WORKS_H

#include "measure.h"
#include "ruleset.h"

/* The trails that script/bench has made, by their names without ".bsm". */
enum which {
	NOTHING,			/* no record at all */
	USUAL, EVENTS, SOLARIS, INODES,	/* each inode is new */
	TINY, HUGE, DEEP,
	SHORT,				/* a quarter of USUAL */
	/*
	 * A record of each of 1,000, 50,000 and 1,000,000 users; then the same
	 * and many more of them.
	 */
	FEW_BEGUN, SOME_BEGUN, MANY_BEGUN, FEW, SOME, MANY,
	LATER,				/* an hour and more behind MANY */
	/*
	 * The ids of 50,000 users, of sessions and of inodes have their low 16
	 * bits in common, as if to meet in one place of a table.
	 */
	APART_BEGUN, APART,
	TRAILS
};
extern const char *const	works_trails[TRAILS];

/*
 * How a figure is judged: as a multiple of E; by what it takes beyond E, in
 * nanoseconds; as a multiple of another row; and that in instructions.
 */
enum goal_kind { NO_GOAL, TIMES_E, OVER_E, TIMES_ROW, TIMES_COUNT };

struct goal {
	enum goal_kind	 kind;
	double		 most;
	const char	*of;		/* the other row */
};
#define GOALS	2

/*
 * What happens in a row: rules watch, or one of these. Of whole programs the
 * time over the trail FROM is taken off, which is that of their start, or of
 * the sequences that have to begin before what is measured.
 */
struct work {
	const char	*name;
	enum which	 trail, from;
	ruleset_fn	 rules;
	unsigned	 n;
	const char	*cache;		/* option path-cache, or NULL */
	struct goal	 goals[GOALS];
	struct taken	(*way)(const struct trail *);	/* here only */
	bool		 copy;
	const char	*reduce;	/* an option of `reduce`, */
	enum criterion	 by;		/* the same for this process, */
	const char	*text;		/* and its argument */
	bool		 to_file;
	const char	*print;		/* an option of `print` */
	const struct text_style *style;	/* NULL: JSON lines */
	const char	*command;	/* of somebody else */
	bool		 mapped;	/* judged here, over the mapping */
	bool		 with_start;	/* judged with it */
};
extern const struct work	works[];
extern const size_t		works_n;

/* Its number; works_n if there is none. */
size_t	work_find(const char *name);

/* The rule text of a row, with its options. */
void	work_rules(const struct work *, const struct names *, struct buf *);

/*
 * The arguments of the program for a row over this trail, ended by NULL; false
 * if it is nothing that the program does.
 */
#define WORK_ARGUMENTS	12
struct work_files {
	const char	*program, *trail, *rules;
	bool		 one_thread;	/* `watch` can be told so */
};
bool	work_arguments(const struct work *, const struct work_files *,
	    const char *arguments[WORK_ARGUMENTS]);

/* Rows of which instructions are counted, by the fixed small trails. */
extern const char *const	works_counted[];	/* ends with NULL */

#endif
