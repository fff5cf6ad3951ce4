/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sets.h - named and unnamed sets, and what their entries stand for.
 *
 * A name is seen by what follows in the same file; one of the main file by what
 * follows in all files. The newest that is seen counts, whatever its type.
 * Entries are resolved when the set is defined; later definitions change
 * nothing about it.
 */
#ifndef RULE_SETS_H
#define RULE_SETS_H

#include "base/arena.h"
#include "bsm/names.h"
#include "rule/diag.h"
#include "rule/tree.h"

/* Entries copied by `set NAME`, in all: extensions of extensions grow fast. */
#define SETS_COPIES_MAX	1048576u

/* What the entries stand for, by type: sorted, without duplicates. */
struct values {
	const uint32_t		*ids;
	size_t			 nids;
	const uint16_t		*events[DIALECTS];
	size_t			 nevents[DIALECTS];
	uint64_t		 classes[DIALECTS];
	const struct range	*ranges;
	size_t			 nranges;
	const struct network	*networks;
	size_t			 nnetworks;
	const uint8_t		*errors[DIALECTS];
	size_t			 nerrors[DIALECTS];
};

struct set {
	struct slice		 name;		/* without one: p is NULL */
	struct span		 at;
	enum set_type		 type;
	bool			 broken;	/* reported; fits everywhere */
	bool			 flawed;	/* an entry was reported */
	bool			 used;
	bool			 plain;		/* so are the words: lex.h */
	uint32_t		 order;		/* later ones are larger */
	uint32_t		 taken_by;	/* order of its last taker */
	/* As written, extensions filled in, without duplicates. */
	const struct slice	*words;
	size_t			 nwords;
	const struct values	*values;	/* NULL in a broken one only */
	/* Where the compiler put it, negated or not; or PROGRAM_NONE. */
	uint32_t		 index[2];
	uint32_t		 match;		/* as a match_set; the same */
	const uint32_t		*alerts;	/* the rules it names */
	size_t			 nalerts;
	bool			 said_prefix;	/* DIAG_PATH_INSIDE */
	/* What unparse.c writes for a large one, once it was asked. */
	uint64_t		 print;
	bool			 printed;
};

struct sets;

/*
 * What is given must outlive it. Sets live in the arena of the tree; those that
 * are known to one sequence alone in that of what is in sequences.
 */
struct sets	*sets_new(const struct names *, const struct accounts *,
		    const struct tree *, struct diags *);
void		 sets_free(struct sets *);	/* NULL is allowed */

/* A definition: the set is seen from now on. */
void		 sets_define(struct sets *, const struct item *);

/*
 * The set that is meant; NULL after a report. One that is written out without
 * its type, where the grammar allows that, is of type UNTYPED.
 */
struct set	*sets_take(struct sets *, const struct ref_node *,
		    enum set_type untyped);

/* As the name of a set alone; NULL without a report when there is none. */
struct set	*sets_find(struct sets *, const struct lexeme *name);

/* Warn of sets that nothing has used. */
void		 sets_warn_unused(const struct sets *);

/*
 * Do its words stand one behind the other in memory, as in a file where only
 * ", " is between them? Then ALL is from the first to the end of the last.
 */
bool		 set_is_together(const struct set *, struct slice *all);

const char	*set_type_name(enum set_type);
/* The type of this name; SET_TYPES when there is none. */
enum set_type	 set_type_find(struct slice);
/* Has the older program the type, too? Unknown ones are not old. */
bool		 set_type_is_old(enum set_type);
bool		 set_type_is_user(enum set_type);
bool		 set_type_is_group(enum set_type);

#endif
