/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * roster.h - which users and groups there can be on this system.
 *
 * To ask for an id or a name that nobody has is the dearest question there
 * is, since all name services are tried. A trail of another system asks it for
 * each of its users, and a rule file for each id in it. Where the services tell
 * all they know, they are asked once.
 */
#ifndef CLI_ROSTER_H
#define CLI_ROSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct roster;

struct roster	*roster_new(void);		/* as it is now */
void		 roster_free(struct roster *);	/* NULL is allowed */

/* False only when it is known that the system has no name for the id. */
bool		 roster_may_have_user(const struct roster *, uint32_t uid);
bool		 roster_may_have_group(const struct roster *, uint32_t gid);

/*
 * The same for names that are a number, as people write ids: hardly anybody is
 * called so.
 */
bool		 roster_may_name_user(const struct roster *, const char *);
bool		 roster_may_name_group(const struct roster *, const char *);

/*
 * Do all services that nsswitch.conf(5), whose text this is, names for a
 * database ("passwd") list what they know?
 */
bool		 roster_is_whole(struct slice text, const char *database);

#endif
