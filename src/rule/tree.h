/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree.h - a rule file as it was written.
 *
 * A block is a list of clauses in the order of the file, repeated ones too;
 * what counts when one is repeated is decided later. A clause has room for
 * whatever its kind needs, and may hold a block itself. Everything lives in one
 * arena; texts are borrowed as struct lexeme says.
 */
#ifndef RULE_TREE_H
#define RULE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rule/lex.h"

struct set;				/* sets.h: what the names stand for */
struct trigger;				/* program.h */

enum entry_kind { ENTRY_STRING, ENTRY_NUMBER, ENTRY_SET };

struct entry_node {
	enum entry_kind		 kind;
	struct lexeme		 word;
	struct entry_node	*next;
};

/* <type> { entry, entry; } */
struct body_node {
	struct lexeme		 type;
	struct entry_node	*entries;
};

/* A set that is used: by name, or written out. */
struct ref_node {
	bool			 negated;
	struct lexeme		 name;		/* when there is no body */
	struct body_node	*body;
	struct set		*set;		/* found by check.c; or NULL */
};

enum clause_kind {
	/* of a sequence */
	CLAUSE_SUBJECT, CLAUSE_TIMEOUT, CLAUSE_TIMEOUT_WINDOW,
	CLAUSE_TIMEOUT_PROB, CLAUSE_PRIORITY, CLAUSE_SERIAL, CLAUSE_SCOPE,
	CLAUSE_ZONE, CLAUSE_LOG, CLAUSE_DESCRIPTION, CLAUSE_TAGS,
	CLAUSE_REFERENCE, CLAUSE_REMEDY, CLAUSE_ENABLED, CLAUSE_STATE,
	/* of a state */
	CLAUSE_EVENT, CLAUSE_OBJECT, CLAUSE_STATUS, CLAUSE_MULTIPLIER,
	CLAUSE_TRIGGER,
	/* of a log channel, besides CLAUSE_PRIORITY */
	CLAUSE_DIRECTORY,
	CLAUSES
};

struct clause {
	enum clause_kind	 kind;
	bool			 any;		/* this word is the value */
	bool			 none;
	bool			 broken;	/* a state not read in whole */
	struct span		 at;		/* of its first word */
	struct ref_node		*ref;		/* of those that name sets */
	/* The value of all others, as the kind has it. */
	union {
		struct lexeme	 word;
		uint64_t	 seconds;	/* of a time */
		struct clause	*block;		/* of a state */
		struct {			/* of tags */
			struct lexeme	*words;
			size_t		 nwords;
		};
		struct {	/* of `log`: the channels, by check.c */
			const struct item	**channels;
			size_t			  nchannels;
		};
	};
	const struct trigger	*trigger;	/* by check.c; or NULL */
	struct clause		*next;
};

enum line_kind { LINE_RECORD, LINE_AFTER, LINE_AT, LINE_EXPECT };

/* A line of a test. */
struct test_line {
	enum line_kind		 kind;
	struct span		 at;		/* of its first word */
	/* What follows `record` or `at`, commas included. */
	const struct lexeme	*words;
	size_t			 nwords;	/* 1 and up for these two */
	uint64_t		 number;	/* seconds of `after`, alerts */
	struct test_line	*next;
};

enum item_kind {
	ITEM_SET, ITEM_SEQUENCE, ITEM_INCLUDE, ITEM_LOGFILE, ITEM_CHANNEL,
	ITEM_TEST
};

/* A statement. */
struct item {
	enum item_kind		 kind;
	bool			 broken;	/* not read to its end */
	struct span		 at;		/* of its first word */
	struct lexeme		 name;		/* a label, path, ... */
	uint32_t		 file;		/* of ITEM_INCLUDE */
	struct lexeme		 type;		/* of a channel */
	struct body_node	*body;		/* of a set */
	struct clause		*clauses;	/* of sequence and channel */
	struct test_line	*lines;		/* of a test */
	/* Found by check.c: */
	const struct item	*logfile;	/* of a sequence; or NULL */
	uint32_t		 number;	/* of its kind, from 0 */
	int			 priority;	/* of a channel for syslog */
	const struct item	*sequence;	/* of a test */
	struct item		*next;
};

struct tree {
	struct arena		*arena;		/* that everything lives in */
	uint32_t		 file;		/* the main file */
	struct item		*items;		/* of all files, as read */
	/* Are there words of the second edition? */
	bool			 second;
};

/* The clause of a kind that counts, the last one; or NULL. */
static inline const struct clause *
clause_last(const struct clause *block, enum clause_kind kind)
{
	const struct clause	*last = NULL;

	for (; block != NULL; block = block->next)
		if (block->kind == kind)
			last = block;
	return last;
}

/*
 * Of the clauses of a kind the last one with a set, or NULL; and whether one of
 * them says `any`, which stays in force whatever follows.
 */
static inline const struct clause *
clause_set(const struct clause *block, enum clause_kind kind, bool *any)
{
	const struct clause	*last = NULL;

	*any = false;
	for (; block != NULL; block = block->next)
		if (block->kind == kind) {
			*any |= block->any;
			last = block->ref != NULL ? block : last;
		}
	return last;
}

/*
 * The tests of a rule file. They borrow from the diagnostics of the load, which
 * must outlive them, and are used with the program of the same load.
 */
struct test {
	const struct item	*item;		/* label and lines */
	size_t			 rule;		/* in the program */
};

struct tests {
	struct arena		*arena;		/* of everything in them */
	const struct test	*tests;		/* in the order of the file */
	size_t			 n;
};

#endif
