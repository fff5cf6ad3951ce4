/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * completion.h - what could stand in place of a word that is being typed.
 *
 * The scripts in share/ ask at each press of the tabulator key, with
 * `bsmtrace --completion WORD...`, so that nothing of the tables is kept there.
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "base/buf.h"
#include "cli/cli.h"

/*
 * WORDS are those behind the name of the program up to the cursor; the last
 * one is unfinished, or empty. They end with a NULL, as do the commands. LINK
 * is what the program does when it is called by the name of a link, or NULL.
 *
 * The first line of the answer says what fits:
 *	words		the lines that follow
 *	open		these too, but each may go on, so no blank behind it
 *	files, directories, users, groups	which the shell knows
 *	nothing		anything, but nobody knows what
 * and behind a tab the part of the word that stays before it. A line has the
 * whole word, and behind a tab what it means, if that is known.
 */
void	completion_answer(const struct command *const *,
	    const struct command *link, const char *const *words, struct buf *);

#endif
