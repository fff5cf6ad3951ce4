/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wrap.h - long lines of rules to several.
 */
#ifndef RULE_WRAP_H
#define RULE_WRAP_H

#include <stddef.h>

#include "base/buf.h"

#define WRAP_COLUMNS	80u

/*
 * Append canonical text with its long lines broken where a blank stands between
 * two words, not in quotes; what goes on is indented by four blanks more. It
 * means the same. A word that is longer stays whole.
 */
void	wrap_lines(struct buf *, struct slice text);

#endif
