/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * taking.h - the database of what is remembered, when a run begins.
 */
#ifndef RUN_TAKING_H
#define RUN_TAKING_H

#include <stdbool.h>

#include "run/statedb.h"

/*
 * As statedb_take(). One that is damaged is said and set aside, and a new one
 * is made. NULL after saying why.
 */
struct statedb	*taking_new(const char *dir);

/* It turned out to be of no use: it is said, closed, and gives way to one. */
struct statedb	*taking_another(const char *dir, struct statedb *,
		    const char *why);

#endif
