/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * privilege.h - to be somebody who may do little, for good.
 */
#ifndef RUN_PRIVILEGE_H
#define RUN_PRIVILEGE_H

#include <sys/types.h>

#include <stdbool.h>

struct privilege {
	bool		 drop;		/* we are root, and will not be */
	uid_t		 uid;
	gid_t		 gid;
	const char	*name;		/* borrowed from the system, or ours */
};

/*
 * Whom to become when started as root: NAME, or with NULL a user of our own if
 * there is one, else nobody. NULL, or words for what is wrong. Whoever is not
 * root stays who it is; to ask for somebody else is wrong then.
 */
const char	*privilege_find(struct privilege *, const char *name);

/* Become that one. False when any part of it did not work. */
bool		 privilege_drop(const struct privilege *);

#endif
