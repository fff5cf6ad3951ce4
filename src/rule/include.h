/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * include.h - which files an include names, and bringing them in.
 *
 * A path is relative to the directory of the main file, in nested includes too.
 * A file is loaded once for each spelling of its path; reading it again reads
 * the same bytes, and not for ever: a few lines could make a file of any size.
 */
#ifndef RULE_INCLUDE_H
#define RULE_INCLUDE_H

#include "base/map.h"
#include "rule/lex.h"
#include "rule/parse.h"

struct includer {
	const struct parse_from	*from;
	const char		*path;		/* of the main file */
	struct diags		*diags;
	struct map		*files;		/* spelling to number + 1 */
	size_t			 nfiles;	/* read so far, and again */
	size_t			 nbytes;
	size_t			 nagain;	/* bytes that were read again */
};

/* FROM, PATH and DIAGS must outlive it. */
void	include_init(struct includer *, const struct parse_from *,
	    const char *path, struct diags *);
void	include_fini(struct includer *);

/* Read the main file next. False, reported, when that cannot be. */
bool	include_main(struct includer *, struct lexer *, uint32_t *file);

/* Read the file of an include statement next. False, reported, if not. */
bool	include_push(struct includer *, struct lexer *,
	    const struct lexeme *name, uint32_t *file);

#endif
