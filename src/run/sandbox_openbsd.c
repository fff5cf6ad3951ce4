/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox_openbsd.c - pledge(2) and unveil(2).
 *
 * The system ends whoever breaks the pledge, whatever it was.
 */
#include "run/sandbox.h"

#include <errno.h>
#include <unistd.h>

const char *
sandbox_enter(enum sandbox_role role, const char *const *dirs, size_t ndirs)
{
	if (role == SANDBOX_WORKER) {
		if (pledge("stdio recvfd sendfd proc", NULL) == -1)
			return "pledge(2) was refused";
		return NULL;
	}
	for (size_t i = 0; i < ndirs; i++)
		if (unveil(dirs[i], "rwc") == -1 && errno != ENOENT)
			return "unveil(2) was refused";
	if (pledge(role == SANDBOX_KEEPER ?
	    "stdio rpath wpath cpath flock fattr unix recvfd proc" :
	    "stdio rpath wpath cpath flock fattr unix recvfd", NULL) == -1)
		return "pledge(2) was refused";
	return NULL;
}

const char *
sandbox_kind(void)
{
	return "pledge, unveil";
}
