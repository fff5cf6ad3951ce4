/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parse.h - lexemes to a tree.
 */
#ifndef RULE_PARSE_H
#define RULE_PARSE_H

#include "base/arena.h"
#include "base/buf.h"
#include "rule/diag.h"
#include "rule/tree.h"

#define PARSE_FILES_MAX	10000u		/* included in all */
#define PARSE_BYTES_MAX	(256u << 20)	/* of all files, repeated ones too */

#define PARSE_AGAIN_MAX	(4u << 20)	/* bytes of repeated ones */

/* Where files come from: as in struct rules_env. */
struct parse_from {
	int	(*load)(void *arg, const char *path, struct buf *out);
	void	*arg;
	int	(*include)(void *arg, const char *path, struct buf *out);
};

struct parser;

/*
 * Read a rule file and what it includes, one statement after the other.
 * Mistakes go to DIAGS; what could be read of a broken statement stays in the
 * tree. The tree lives in ARENA, but for what is in sequences, which lives in
 * INNER, and borrows from DIAGS. NULL when the file itself cannot be read.
 */
struct parser	*parse_open(const struct parse_from *, const char *path,
		    struct arena *, struct arena *inner, struct diags *);
void		 parse_close(struct parser *);		/* NULL is allowed */

/* The statements so far. */
struct tree	*parse_tree(struct parser *);

/* The next statement, which is in the tree; NULL at the end. */
struct item	*parse_next(struct parser *);

/*
 * Read TEXT, the predicates of a state without its braces, as a file that is
 * called NAME: the tree of one sequence for any subject with this state. An
 * event or a status that is not asked for may be any.
 */
struct tree	*parse_where(const char *name, struct slice text,
		    struct arena *, struct diags *);

/* Names of the units of time, and how many seconds they have. */
extern const struct name parse_units[];

#endif
