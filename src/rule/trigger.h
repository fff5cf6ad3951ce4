/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trigger.h - the text of a trigger to words and pieces.
 */
#ifndef RULE_TRIGGER_H
#define RULE_TRIGGER_H

#include "base/arena.h"
#include "rule/diag.h"
#include "rule/lex.h"
#include "rule/program.h"

#define TRIGGER_WORDS_MAX 1023u

/*
 * Split at blanks; single and double quotes keep blanks in a word, and vanish.
 * Then $variables become pieces. Mistakes go to DIAGS. Returns the trigger, in
 * the arena; NULL after a mistake, and when the text has no words.
 */
const struct trigger	*trigger_read(const struct lexeme *, struct arena *,
			    struct diags *);

/* The variables by name. */
extern const struct name trigger_variables[];

#endif
