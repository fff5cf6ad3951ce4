/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slow.h - patterns that can backtrack without bound.
 *
 * A guess, and an honest one: it knows a repetition of what repeats itself with
 * nothing in between, as in (a+)+, and alternatives of one byte that overlap
 * below a repetition, as in (\w|\d)*. It may warn of a pattern that happens to
 * be harmless where it stands, and does not see every one that is not.
 */
#ifndef RULE_SLOW_H
#define RULE_SLOW_H

#include <stdbool.h>

#include "base/slice.h"

/* Is there such a part? Then *PART is the first one. PATTERN is a good one. */
bool	slow_find(struct slice pattern, struct slice *part);

#endif
