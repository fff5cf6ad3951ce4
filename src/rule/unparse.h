/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unparse.h - a tree to canonical text, which parses back to the same rules.
 *
 * Clauses stand in a fixed order, of repeated ones only what counts; times in
 * the largest unit that divides them; quotes only where they are needed.
 */
#ifndef RULE_UNPARSE_H
#define RULE_UNPARSE_H

#include "base/buf.h"
#include "rule/tree.h"

/*
 * A set that is written out in place of its name, as bytes of text; a longer
 * one keeps its name, with a fingerprint of what is in it as a comment.
 */
#define UNPARSE_SET_MAX	1000u

/*
 * A sequence by itself: what its sets hold stands in it, so that two texts are
 * equal when the sequences mean the same. Needs a tree that check.c has seen.
 */
void	unparse_sequence(struct buf *, const struct item *);

/* The statements of one file, sets by their names, includes as they are. */
void	unparse_file(struct buf *, const struct tree *, uint32_t file);

/*
 * The clauses of a state or block, a line each, sets by their names; and those
 * options of a sequence that say how it lives.
 */
void	unparse_clauses(struct buf *, const struct clause *block);
void	unparse_life(struct buf *, const struct item *);

/* One clause of a block as it stands there, without the semicolon. */
void	unparse_clause(struct buf *, const struct clause *);

/* A name as it must be written. */
void	unparse_word(struct buf *, const struct lexeme *);

#endif
