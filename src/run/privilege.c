/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * privilege.c - to be somebody who may do little, for good.
 */
#include "run/privilege.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

static const char *const	usual[] = { "_bsmtrace", "nobody" };

static bool
find(struct privilege *p, const char *name)
{
	const struct passwd	*pw = getpwnam(name);

	if (pw == NULL)
		return false;
	p->uid = pw->pw_uid;
	p->gid = pw->pw_gid;
	p->name = name;
	return true;
}

const char *
privilege_find(struct privilege *p, const char *name)
{
	*p = (struct privilege){ .drop = geteuid() == 0 };
	if (!p->drop)
		return name == NULL ? NULL :
		    "only root can start as somebody else";
	if (name != NULL) {
		if (!find(p, name))
			return "there is no such user";
		return p->uid == 0 ? "is root, who would keep all privileges" :
		    NULL;
	}
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (find(p, usual[i]) && p->uid != 0)
			return NULL;
	return "there is neither a user _bsmtrace nor nobody: name one with "
	    "--user";
}

bool
privilege_drop(const struct privilege *p)
{
	if (!p->drop)
		return true;
	if (setgroups(1, &p->gid) == -1 || setgid(p->gid) == -1 ||
	    setuid(p->uid) == -1)
		return false;
	/* Neither the one nor the other comes back. */
	return getuid() == p->uid && geteuid() == p->uid &&
	    getgid() == p->gid && getegid() == p->gid && setuid(0) == -1 &&
	    seteuid(0) == -1;
}
