/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * taking.c - the database of what is remembered, when a run begins.
 *
 * What is there but of no use is kept under another name, so that somebody can
 * look at it; nobody has to do anything for the run to begin.
 */
#include "run/taking.h"

#include "base/log.h"
#include "run/statedir.h"

/* False when it cannot be renamed, which is said. */
static bool
set_aside(const char *dir, const char *why)
{
	struct buf	 name = { 0 };
	const bool	 good = statedir_set_aside(dir, &name);

	if (good)
		log_warn("%s: " STATEDB_FILE " is of no use: %s; it is %s now, "
		    "and nothing is remembered", dir, why, buf_cstr(&name));
	else
		log_warn_errno("%s: " STATEDB_FILE " is of no use: %s; and it "
		    "cannot be renamed", dir, why);
	buf_fini(&name);
	return good;
}

struct statedb *
taking_new(const char *dir)
{
	struct statedb		*db;
	struct buf		 why = { 0 };
	enum statedb_how	 how = statedb_take(dir, &db, &why);

	if (how == STATEDB_BAD && set_aside(dir, buf_cstr(&why))) {
		buf_clear(&why);
		how = statedb_take(dir, &db, &why);
	}
	if (how != STATEDB_GOOD)
		log_warn("%s/" STATEDB_FILE ": %s", dir, buf_cstr(&why));
	buf_fini(&why);
	return db;
}

struct statedb *
taking_another(const char *dir, struct statedb *db, const char *why)
{
	statedb_close(db);
	return set_aside(dir, why) ? taking_new(dir) : NULL;
}
