/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * priority.h - names of syslog(3) facilities and levels.
 */
#ifndef RULE_PRIORITY_H
#define RULE_PRIORITY_H

#include <stdbool.h>

#include "base/slice.h"

/*
 * "facility.level", "level" (of facility user) or digits to the number that
 * syslog(3) takes; letter case does not matter. False when it is none of these.
 */
bool	priority_find(struct slice, int *priority);

#endif
