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
#include "rule/program.h"

struct set;				/* sets.h: what the names stand for */

enum set_type {
	SET_AUID, SET_EUID, SET_EGID, SET_RUID, SET_RGID, /* as enum subject */
	SET_EVENTS, SET_CLASSES, SET_PATH, SET_PCRE, SET_CHANNELS,
	SET_EXACT, SET_DIR, SET_GLOB, SET_TEXT, SET_ADDRESS, SET_PORT,
	SET_ERRNO, SET_ALERTS,
	SET_TYPES			/* none of them */
};

enum entry_kind { ENTRY_STRING, ENTRY_NUMBER, ENTRY_SET };

struct entry_node {
	enum entry_kind		 kind;
	struct lexeme		 word;
	struct entry_node	*next;
};

/* <type> { entry, entry; } */
struct body_node {
	struct lexeme		 type;
	enum set_type		 known;		/* what it says; or TYPES */
	struct entry_node	*entries;
};

/* A set that is used: by name, or written out. */
struct ref_node {
	bool			 negated;
	struct lexeme		 name;		/* when there is no body */
	struct body_node	*body;
	struct set		*set;		/* found by check.c; or NULL */
};

/*
 * What stands behind the field in a predicate of the second edition, and the
 * words of `new`, `by`, `multiplier` and alike. Names of fields are looked up
 * by the parser, all else by check.c.
 */
struct predicate_node {
	enum rule_field		 field;
	struct span		 field_at;
	enum quantifier		 which;		/* `any`, `all` */
	uint32_t		 part;		/* command[N]; or PART_ALL */
	struct lexeme		 argument;	/* "name", or a position */
	enum pred_kind		 kind;		/* SET: of the clause's ref */
	bool			 negated;
	enum compare		 compare;
	struct lexeme		 operand;	/* number, or $name */
	enum rule_field		 other;		/* of PRED_FIELD */
	/* Numbers and ranges as written, or days, or the one time of day. */
	const struct lexeme	*words;
	size_t			 nwords;
	/* Of PRED_NEW; by what fields. Also those of `by`. */
	const struct field_node	*by;
	size_t			 nby;
	bool			 learning;	/* a time for that is given */
	uint64_t		 window_s, learning_s;
	/* Of PRED_EITHER: clauses CLAUSE_BLOCK, one for each block. */
	struct clause		*blocks;
	uint32_t		 number;	/* in the program, by
						 * compile_state.c */
};

struct field_node {
	enum rule_field		 field;
	struct span		 at;
};

/* What may follow the number of a multiplier. */
struct count_node {
	bool			 or_more;
	bool			 has_window;
	uint64_t		 window_s;
	enum rule_field		 distinct;	/* or FIELDS */
	struct span		 at;		/* of the field */
};

struct bind_node {
	struct lexeme		 name;		/* with its '$' */
	struct field_node	 field;
	uint32_t		 part;
	enum quantifier		 which;
};

enum clause_kind {
	/* of a sequence */
	CLAUSE_SUBJECT, CLAUSE_TIMEOUT, CLAUSE_TIMEOUT_WINDOW,
	CLAUSE_TIMEOUT_PROB, CLAUSE_PRIORITY, CLAUSE_SERIAL, CLAUSE_SCOPE,
	CLAUSE_ZONE, CLAUSE_LOG, CLAUSE_DESCRIPTION, CLAUSE_TAGS,
	CLAUSE_REFERENCE, CLAUSE_REMEDY, CLAUSE_ENABLED, CLAUSE_STATE,
	CLAUSE_BY, CLAUSE_ACROSS, CLAUSE_ORDER, CLAUSE_STRICT, CLAUSE_CANCEL,
	CLAUSE_COOLDOWN, CLAUSE_EXCEPT,
	/* of a state */
	CLAUSE_EVENT, CLAUSE_OBJECT, CLAUSE_STATUS, CLAUSE_MULTIPLIER,
	CLAUSE_TRIGGER,
	CLAUSE_PREDICATE, CLAUSE_WITHIN, CLAUSE_ABSENT, CLAUSE_BIND,
	CLAUSE_BLOCK,
	/* of `options` */
	CLAUSE_PATH_CACHE, CLAUSE_TIMEZONE,
	/* of a log channel, besides CLAUSE_PRIORITY */
	CLAUSE_DIRECTORY,
	CLAUSES
};
#define CLAUSE_BIT(kind)	(UINT64_C(1) << (kind))
_Static_assert(CLAUSES <= 64, "kinds of clauses are bits of a word");

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
		/* Of a state, of `cancel`, `except`, of one of `either`. */
		struct clause	*block;
		struct predicate_node *predicate;
		struct bind_node	*bind;
		struct {			/* of `by`; empty: `by none` */
			const struct field_node	*fields;
			size_t			 nfields;
		};
		struct {			/* of tags */
			struct lexeme	*words;
			size_t		 nwords;
		};
		struct {	/* of `log`: the channels, by check.c */
			const struct item	**channels;
			size_t			  nchannels;
		};
	};
	struct count_node	*count;		/* of a multiplier; or NULL */
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
	ITEM_TEST, ITEM_OPTIONS
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
	uint64_t		 kinds;		/* bits, of the clauses */
	bool			 new_life;	/* of a sequence */
	const struct item	*logfile;	/* of a sequence; or NULL */
	bool			 enabled;	/* the same */
	uint32_t		 number;	/* of its kind, from 0 */
	int			 priority;	/* of a channel for syslog */
	const struct item	*sequence;	/* of a test */
	struct item		*next;
};

struct tree {
	struct arena		*arena;		/* that everything lives in, */
	struct arena		*inner;		/* but what is in sequences;
						 * perhaps the same one */
	uint32_t		 file;		/* the main file */
	struct item		*items;		/* of all files, as read */
	/* Are there words of the second edition? */
	bool			 second;
	bool			 where;		/* one record is asked about */
	/* Found by check.c: what `options` say. */
	enum path_cache		 path_cache;
	const struct tzif	*timezone;	/* or NULL */
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

/* A bit for each kind of clause in a block: most kinds are not there. */
static inline uint64_t
clause_kinds(const struct clause *block)
{
	uint64_t	kinds = 0;

	for (; block != NULL; block = block->next)
		kinds |= CLAUSE_BIT(block->kind);
	return kinds;
}

/* Has a statement that was checked a clause of this kind? */
static inline bool
item_has(const struct item *item, enum clause_kind kind)
{
	return (item->kinds & CLAUSE_BIT(kind)) != 0;
}

/* The last one of them, which counts; or NULL. */
static inline const struct clause *
item_clause(const struct item *item, enum clause_kind kind)
{
	return item_has(item, kind) ? clause_last(item->clauses, kind) : NULL;
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
